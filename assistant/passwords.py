"""Passwords as salted scrypt digests (RFC 7914). Knows texts only, no person and no database.

The cost is the one that OWASP's Password Storage Cheat Sheet names for 32 MB of memory: N = 2^15, r = 8, p = 3. It is
written beside each digest, so that it can be raised later without shutting anybody out.
"""

import hashlib
import hmac
import secrets
import threading
import unicodedata
from functools import cache

from assistant.errors import BadCall

SHORTEST, LONGEST = 10, 1_000  # characters
_N, _R, _P = 2**15, 8, 3
_MOST_MEMORY = 2**27  # bytes that scrypt may take; the above need 2**25
_ONE_AT_A_TIME = threading.Lock()  # many tries at once take one digest's memory, not one each


def digest_of(password: str) -> str:
    """The digest of a new password, with its salt and cost: `scrypt$N$r$p$salt$digest`.

    Raises:
        BadCall: the password is too short or too long, or one sign over and over.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadCall(f"Expected a password of {SHORTEST} to {LONGEST:,} characters; got {len(password):,}.")
    if len(set(password)) < 4:
        raise BadCall("Expected a password of at least 4 different characters; this one is too easy to guess.")
    salt = secrets.token_bytes(16)
    return f"scrypt${_N}${_R}${_P}${salt.hex()}${_scrypt(password, salt, _N, _R, _P).hex()}"


def matches(password: str, digest: str | None) -> bool:
    """Whether it is the password of the digest; takes as long where there is no digest, and whatever is wrong."""
    kind, n, r, p, salt, expected = (digest or _nobodys()).split("$")
    if len(password) > LONGEST or kind != "scrypt":
        return False
    found = _scrypt(password, bytes.fromhex(salt), int(n), int(r), int(p))
    return hmac.compare_digest(found, bytes.fromhex(expected)) and digest is not None


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    said = unicodedata.normalize("NFKC", password).encode("utf-8", errors="surrogatepass")
    with _ONE_AT_A_TIME:
        return hashlib.scrypt(said, salt=salt, n=n, r=r, p=p, maxmem=_MOST_MEMORY, dklen=32)


@cache
def _nobodys() -> str:
    return digest_of(secrets.token_urlsafe(24))
