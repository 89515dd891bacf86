"""The guard that every message passes before anything else sees it: length, rate, redaction, attack, danger, abuse.

Knows texts and times, not the shop. The true protection of orders and figures is elsewhere: identity and permission are
checked in code at each call. The guard fails closed: a check that breaks lets nothing through.
"""

import logging
import threading
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.errors import BadMessage
from assistant.redaction import CARD_REMOVED, SECRET_REMOVED, redact
from assistant.signals import only_abuse, signals

if TYPE_CHECKING:
    from assistant.records import Session

__all__ = ["Limits", "RateLimit", "Verdict", "guard", "redact", "signals"]

_LOG = logging.getLogger(__name__)
_HAND_OFF = frozenset({"self_harm", "threat", "danger"})
_MAX_UNREADABLE_SHARE = 0.1
_MAX_BUCKETS = 10_000

SELF_HARM = (
    "I'm really sorry you feel like this, and I'm glad you told me. You don't have to face it alone: if you are "
    "in danger "
    "now, please call your local emergency number (999, 112 or 911); in the UK and Ireland the Samaritans "
    "listen day and "
    "night on 116 123, in the US and Canada call or text 988. I'm also passing our conversation to a person here."
)
DANGER = (
    "Your safety comes first: if anyone is hurt or in danger, please call your local emergency number (999, 112 "
    "or 911) "
    "now and stop using the product. I'm passing this to a person here straight away."
)
THREAT = (
    "If anyone is in danger, please call your local emergency number (999, 112 or 911) now. "
    "I'm passing our conversation to a person here."
)
ATTACK = (
    "I can't change how I work or step out of my role, but I'm happy to help with the shop: just tell me what you need."
)
ABUSE = (
    "I can tell that you're upset, and I'd like to put things right. Tell me what went wrong, or ask for a "
    "person and I'll "
    "hand you over."
)
TOO_FAST = "That is a lot of messages at once. Please wait {seconds} and send it again."
BROKEN = "I couldn't check this message, so I haven't acted on it. Please try again or ask for a person."
SECRET_NOTICE = "Please never send card numbers or passwords here: I have removed it and never need it."


@dataclass(frozen=True)
class Verdict:
    """What the guard says about a message.

    Attributes:
        allowed: whether the conversation may go on with `redacted_text`.
        reason_text: what to tell the person; also set with an allowed message where a secret was removed.
        redacted_text: the message as it may be stored and read by a model.
        flags: signals, for the audit trail.
    """

    allowed: bool
    reason_text: str
    redacted_text: str
    flags: frozenset[str] = frozenset()

    @property
    def hand_off(self) -> bool:
        """Whether a person has to take over."""
        return bool(self.flags & _HAND_OFF)


class RateLimit:
    """Token buckets, one per key: `burst` messages at once, then `per_minute` of them. Safe between threads."""

    def __init__(self, burst: int = 20, per_minute: float = 30, clock: Callable[[], float] = time.monotonic) -> None:
        if burst < 1 or per_minute <= 0:
            raise ValueError(f"A rate limit needs burst >= 1 and per_minute > 0; got {burst} and {per_minute}.")
        self._burst, self._per_second, self._clock = float(burst), per_minute / 60, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # key -> tokens left, when
        self._lock = threading.Lock()

    def take(self, key: str) -> float:
        """Takes one message from the key's bucket; returns 0, or the seconds to wait where it is empty."""
        with self._lock:
            now = self._clock()
            tokens, then = self._buckets.pop(key, (self._burst, now))
            tokens = min(self._burst, tokens + max(0.0, now - then) * self._per_second)
            wait = 0.0 if tokens >= 1 else (1 - tokens) / self._per_second
            self._buckets[key] = (tokens if wait else tokens - 1, now)
            if len(self._buckets) > _MAX_BUCKETS:
                self._buckets.popitem(last=False)
            return wait


@dataclass(frozen=True)
class Limits:
    """What a message may be. `rate` None: no limit (a batch that the shop runs itself)."""

    max_characters: int = 4_000
    rate: RateLimit | None = field(default_factory=RateLimit)

    def __post_init__(self) -> None:
        if self.max_characters < 1:
            raise ValueError(f"max_characters must be at least 1; got {self.max_characters}.")


def guard(message: str, session: "Session", limits: Limits, address: str | None = None) -> Verdict:
    """Judges one message.

    Args:
        message: as it came.
        session: whose conversation it is.
        limits: of this shop.
        address: the network address, where known; it has a bucket of its own.

    Raises:
        BadMessage: nothing readable, or too long; says what was expected, what came and the fix.
    """
    text = _readable(message, limits.max_characters)
    try:
        wait = _seconds_to_wait(session, limits, address)
        if wait:
            said = f"{max(1, round(wait + 0.5))} seconds"
            return Verdict(False, TOO_FAST.format(seconds=said), redact(text), frozenset({"too_fast"}))
        return _judge(text, session)
    except Exception:  # fail closed: whatever breaks here, the message goes no further, and the log is loud
        _LOG.exception("The guard failed; the message was not let through.")
        return Verdict(False, BROKEN, "", frozenset({"guard_failed"}))


def _judge(text: str, session: "Session") -> Verdict:
    redacted = redact(text)
    flags = set(signals(text))
    if session.role == "manager":
        flags.discard("danger")  # "sales caught fire": a report, not an accident
    if redacted != text:
        flags.add("secret_removed")
    for flag, answer in (("self_harm", SELF_HARM), ("threat", THREAT), ("danger", DANGER), ("prompt_attack", ATTACK)):
        if flag in flags:
            return Verdict(False, answer, redacted, frozenset(flags))
    if "abuse" in flags and only_abuse(text):
        return Verdict(False, ABUSE, redacted, frozenset(flags))
    notice = SECRET_NOTICE if CARD_REMOVED in redacted or SECRET_REMOVED in redacted else ""
    return Verdict(True, notice, redacted, frozenset(flags))


def _readable(message: str, max_characters: int) -> str:
    """The message without control and invisible characters."""
    if len(message) > max_characters:
        raise BadMessage(
            f"Expected a message of at most {max_characters:,} characters; got {len(message):,}. "
            "Please shorten it or send it in parts."
        )
    kept, unreadable = [], 0
    for character in message:
        kind = unicodedata.category(character)
        if character in "\n\t\r" or kind[0] != "C":
            kept.append(character)
        elif kind != "Cf":  # Cf: zero-width and direction marks simply go
            unreadable += 1
            kept.append(" ")
    text = "".join(kept).strip()
    if not text:
        raise BadMessage("Expected a question; got an empty message. Please type what you would like to know.")
    if unreadable > len(message) * _MAX_UNREADABLE_SHARE and unreadable > 1:
        raise BadMessage(
            f"Expected text; got a message with {unreadable:,} control characters of {len(message):,}. "
            "Please send it as plain text."
        )
    return text


def _seconds_to_wait(session: "Session", limits: Limits, address: str | None) -> float:
    if limits.rate is None:
        return 0.0
    keys = [f"session:{session.session_id}"] + ([f"address:{address}"] if address else [])
    return max(limits.rate.take(key) for key in keys)
