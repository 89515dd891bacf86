"""Finds the conversation of a request to the HTTP API, or begins it, and asks. Knows visitors, and no address."""

import threading
from collections import OrderedDict
from collections.abc import Iterator

from fastapi import Request

from assistant.messages import Role
from assistant.shop import Shop
from ui.api_access import Doorman
from ui.api_errors import ApiError
from ui.api_models import Question
from ui.api_turns import answered_turn
from ui.visitors import Shown, Visitor, Visitors

REPEAT_HEADER = "Idempotency-Key"
_SHORTEST_KEY, _LONGEST_KEY, _MOST_BEGUN = 16, 128, 10_000


class Desk:
    """Finds the visitor of a request and asks for them."""

    def __init__(self, shop: Shop, visitors: Visitors, doorman: Doorman) -> None:
        self.shop, self.visitors, self.doorman = shop, visitors, doorman
        self._begun: OrderedDict[tuple[str, ...], str] = OrderedDict()  # who sent which repeat key -> the session begun
        self._lock = threading.Lock()

    def open(self, request: Request, role: Role, customer_id: str | None) -> str:
        """Begins a conversation; returns its key."""
        self.doorman.count(request)
        person = self.doorman.check_role(request, role)
        if role == "manager":
            if customer_id is not None:
                raise ApiError(400, "bad_call", "A manager's conversation has no customer: leave out customer_id.")
            return self.visitors.open(role, owner=person.name)
        if customer_id is not None:
            self.doorman.check_naming(request, person)
            return self.visitors.open(role, customer_id)
        return self.visitors.open(role, person.customer_id, person.name if person.customer_id else "")

    def find(self, request: Request, key: str) -> Visitor:
        """The visitor with this key; a manager's conversation, or one that a login began, needs the token each time."""
        self.doorman.count(request)
        visitor = self.visitors.find(key) or self.visitors.back(key, self.doorman.person(request).name)
        role = visitor.conversation.session.role if visitor else "customer"
        person = self.doorman.check_role(request, role)
        if visitor is None or visitor.owner not in ("", person.name):
            said = "Expected the key of a session that is open; this one is not known (any more). Open a new one."
            raise ApiError(404, "no_session", said, param="session")
        return visitor

    def admit(self, request: Request, asked: Question) -> tuple[str, Visitor]:
        """The visitor who asks, with the key; a new one where no session is named."""
        repeat = self.repeat_key(request)
        if asked.session is not None:
            return asked.session, self.find(request, asked.session)
        if not repeat:
            return self._opened(request, asked)
        sent = (self.doorman.address(request), repeat, asked.role, asked.customer_id or "")
        with self._lock:  # of two that come together one begins, and the other one finds it
            key = self._begun.get(sent)
            if key is None:
                key, visitor = self._opened(request, asked)
                self._begun[sent] = key
                if len(self._begun) > _MOST_BEGUN:
                    self._begun.popitem(last=False)
                return key, visitor
        return key, self.find(request, key)

    def _opened(self, request: Request, asked: Question) -> tuple[str, Visitor]:
        key = self.open(request, asked.role, asked.customer_id)
        visitor = self.visitors.find(key)
        assert visitor is not None  # it has just been opened
        return key, visitor

    def repeat_key(self, request: Request) -> str:
        """The key under which a client may send a question again; empty where it gives none.

        Raises:
            ApiError: it is so short that two clients may choose the same one.
        """
        key = request.headers.get(REPEAT_HEADER, "")
        if key and not _SHORTEST_KEY <= len(key) <= _LONGEST_KEY:
            said = f"Expected an {REPEAT_HEADER} of {_SHORTEST_KEY} to {_LONGEST_KEY} characters, such as a UUID."
            raise ApiError(400, "bad_key", f"{said} Got {len(key)}.", param=REPEAT_HEADER)
        return key

    def answer(self, request: Request, visitor: Visitor, question: str) -> Iterator[Shown]:
        """The turn as it grows, with its place in line while it waits.

        Raises:
            ApiError: see `answered_turn`.
        """
        return answered_turn(visitor, question, self.doorman.address(request), self.repeat_key(request))
