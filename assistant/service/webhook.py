"""Sends what was recorded for the shop's own system: signed, in order, again until it is received. Knows no rule.

Each event is a POST of its JSON body with three headers: `Idempotency-Key` (the same event may come twice: act once),
`X-Retail-Event` (its kind) and `X-Retail-Signature: t=SECONDS,v1=HEX`, where HEX is the HMAC-SHA256 of "SECONDS.BODY"
under the shared secret. Any answer of 200-299 means received. Else the event is tried again after 5 seconds, then twice
as long each time, up to an hour; it is never given up, and later events of the same order wait for it.
"""

import hashlib
import hmac
import json
import logging
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from assistant.errors import AssistantError
from assistant.records import OutboxEvent, Records

FIRST_WAIT, LONGEST_WAIT = 5.0, 3600.0  # seconds
_TIMEOUT = 10.0
_LOG = logging.getLogger(__name__)
Post = Callable[[str, bytes, Mapping[str, str]], int]


if TYPE_CHECKING:
    from assistant.shop import Shop


@dataclass(frozen=True)
class Delivered:
    """What one round did: events received, those refused or unreachable, those whose time has not come."""

    sent: int
    failed: int
    waiting: int


def signature(body: bytes, secret: str, seconds: int) -> str:
    """The value of `X-Retail-Signature`."""
    signed = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256)
    return f"t={seconds},v1={signed.hexdigest()}"


def is_genuine(body: bytes, secret: str, header: str, now: float, tolerance: float = 300.0) -> bool:
    """Whether a received body was signed with the secret, and not long ago: what the shop's own system checks."""
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    seconds = parts.get("t", "")
    if not seconds.isdecimal() or abs(now - int(seconds)) > tolerance:
        return False
    return hmac.compare_digest(signature(body, secret, int(seconds)), header)


@dataclass
class Webhook:
    """Delivers the outbox of one shop. Use it from one thread.

    Attributes:
        url: where events are sent; secret: shared with the shop's system.
        post: sends a body and returns the status of the answer; raises OSError where nobody answers.
        clock: seconds since 1970.
    """

    records: Records
    url: str
    secret: str
    post: Post = field(default_factory=lambda: _post)
    clock: Callable[[], float] = time.time
    _tries: dict[int, tuple[int, float]] = field(default_factory=dict)  # event -> failed tries, when to try again

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        here = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
        if not parts.hostname or (parts.scheme != "https" and not here):
            raise AssistantError(
                f"Expected the webhook's url to begin with https://; got {self.url[:80]!r}. Correct it."
            )
        if len(self.secret) < 16:
            raise AssistantError(
                "Expected the webhook's secret, of at least 16 characters, in the environment variable that [webhook] "
                f"secret_env of shop.toml names; got {len(self.secret)} characters. Set it to a longer one."
            )

    def deliver(self) -> Delivered:
        """Sends what is due, oldest first; an event that fails holds back later ones of the same order only."""
        sent = failed = waiting = 0
        held: set[str] = set()
        for event in self.records.outbox():
            subject = str(event.body.get("subject", event.event_id))
            if subject in held or self._tries.get(event.event_id, (0, 0.0))[1] > self.clock():
                waiting += 1
                held.add(subject)
            elif self._received(event):
                self.records.mark_sent(event.event_id)
                self._tries.pop(event.event_id, None)
                sent += 1
            else:
                failed += 1
                held.add(subject)
        return Delivered(sent, failed, waiting)

    def run(self, stop: threading.Event, pause: float = 1.0) -> None:
        """Delivers until it is told to stop; what goes wrong is logged and tried again."""
        while not stop.wait(pause):
            try:
                self.deliver()
            except Exception:  # the thread must outlive a database that is away for a moment
                _LOG.exception("The outbox could not be delivered; trying again.")

    def _received(self, event: OutboxEvent) -> bool:
        body = json.dumps(event.body, sort_keys=True, ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": str(event.body["key"]),
            "X-Retail-Event": event.kind,
            "X-Retail-Signature": signature(body, self.secret, int(self.clock())),
        }
        try:
            status = self.post(self.url, body, headers)
        except OSError as failure:
            status, why = 0, str(failure)
        else:
            why = f"status {status}"
        if 200 <= status < 300:
            return True
        tries = self._tries.get(event.event_id, (0, 0.0))[0] + 1
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(tries - 1, 20))
        self._tries[event.event_id] = (tries, self.clock() + wait)
        _LOG.warning("Event %d was not received (%s); try %d again in %.0f s.", event.event_id, why, tries, wait)
        return False


def start_deliveries(shop: "Shop", environment: Mapping[str, str] = os.environ) -> threading.Event | None:
    """Delivers the shop's outbox in a thread of its own; set the event to end it. None where no webhook is set up.

    Raises:
        AssistantError: the webhook's address is open or its secret is missing.
    """
    chosen = shop.settings.webhook
    if chosen.url is None:
        return None
    hook, stop = Webhook(shop.records, chosen.url, environment.get(chosen.secret_env, "")), threading.Event()
    threading.Thread(target=hook.run, args=(stop,), name="webhook", daemon=True).start()
    return stop


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A signed body goes to the shop's own address and nowhere else."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Follows none."""
        return


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    request = urllib.request.Request(url, data=body, headers=dict(headers), method="POST")
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=_TIMEOUT) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return int(refused.code)
