"""What happens on the customer's page: each method answers one kind of event with what is to be shown.

Knows visitors and HTML, not where on the page it stands; who asks, it takes from the request.
"""

import base64
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.errors import AssistantError
from assistant.messages import ToolResult
from assistant.seen_products import shown_picture
from ui import texts
from ui.access import Access
from ui.answers import example_chips
from ui.browser_visit import person_of, secret_of
from ui.cards import cart_html
from ui.chat_turns import Around, turn_html
from ui.escaping import escaped
from ui.product_pictures import pictured
from ui.turns import Shown
from ui.visitors import Visitor, Visitors

# What a handler yields: the key of a browser without cookies, the earlier turns, the newest turn, the cart, the box,
# and a notice beside the conversation.
View = tuple[Any, Any, Any, Any, Any, Any]
_LONGEST_NAME = 60


class CustomerDesk:
    """Answers the events of the customer's page."""

    def __init__(self, visitors: Visitors, access: Access) -> None:
        """Takes who is there, and who may do what."""
        self._visitors = visitors
        self._access = access
        self._currency = visitors.shop.currency
        self._pictured: dict[str, str] | None = None

    def arrive(self, key: str, request: gr.Request) -> Iterator[View]:
        """What was said before, and the answer that is still growing: the page was opened, reloaded or cut off."""
        try:
            visitor = self._visitor(key, request, anew=False)
        except AssistantError as failure:
            yield _view(key=key, earlier="", newest=_status(str(failure), failed=True))
            return
        if visitor is None:
            yield _view(key=key, earlier="", newest=welcome(), cart=cart_html(None, self._currency))
            return
        growing, done = visitor.follow(), visitor.shown
        now = next(growing, None)
        if now is None and done:
            last = self._newest(visitor, done[-1])
            yield _view(key=key, earlier=self._turns(visitor, done[:-1]), newest=last, cart=self._cart(visitor))
            return
        newest = welcome() if now is None else self._newest(visitor, now)
        yield _view(key=key, earlier=self._turns(visitor, done), newest=newest, cart=self._cart(visitor))
        for shown in growing:
            yield _view(newest=self._newest(visitor, shown), cart=self._cart(visitor))

    def say(self, message: str, key: str, request: gr.Request) -> Iterator[View]:
        """The answer to a message, as it grows."""
        message = (message or "").strip()
        if not message:
            yield _view()
            return
        yield from self._grow(
            key, request, message, lambda visitor: visitor.ask(message, self._access.address(request))
        )

    def see(self, picture: str | None, key: str, request: gr.Request) -> Iterator[View]:
        """Products that look like an uploaded picture."""
        try:
            data, name = Path(picture or "").read_bytes(), Path(picture or "").name[-_LONGEST_NAME:]
        except OSError:
            yield _view(notice=_notice(texts.PICTURE_LOST, failed=True))
            return
        small = _as_address(data)
        yield from self._grow(
            key, request, name, lambda visitor: visitor.look_at(data, name, small, self._access.address(request))
        )

    def press(self, key: str, request: gr.Request, event: gr.EventData) -> Iterator[View]:
        """A button in the chat or the cart was pressed."""
        action, value = str(event.action), str(event.value)
        at = self._access.address(request)
        turns: dict[str, Callable[[Visitor], Iterator[Shown]]] = {
            "yes": lambda visitor: visitor.reply(value, at, agree=True),
            "no": lambda visitor: visitor.reply(value, at, agree=False),
            "hand_off": lambda visitor: visitor.hand_off(at),
        }
        if action == "ask":
            yield from self.say(value, key, request)
        elif action in turns:
            yield from self._grow(key, request, value, turns[action])
        elif action == "refresh":
            yield from self.arrive(key, request)
        elif action in _told():
            yield _view(notice=_notice(_told()[action], failed=True))
        else:
            yield self._change(action, value, key, request)

    def hand_off(self, key: str, request: gr.Request) -> Iterator[View]:
        """Passes the conversation to a person."""
        yield from self._grow(
            key, request, texts.HAND_OFF, lambda visitor: visitor.hand_off(self._access.address(request))
        )

    def start_over(self, request: gr.Request) -> Iterator[View]:
        """The page as it is once the browser has taken a new secret."""
        yield from self.arrive("", request)

    def try_as(self, customer: str, request: gr.Request) -> str:
        """Whether the page can be tried as this customer; the page does the rest where it can."""
        customer = (customer or "").strip()
        if not self._access.is_local(request.headers):
            return _status(texts.SIGN_IN_REMOTE, failed=True)
        if not customer:
            return _status(texts.SIGN_IN_EMPTY, failed=True)
        try:
            known = self._visitors.shop.resolve.customer_by_id(customer).customer_id
        except AssistantError as failure:
            return _status(str(failure), failed=True)
        return f'<p class="ra-small" role="status" data-try="{escaped(known)}">{escaped(texts.LOADING)}</p>'

    def _grow(
        self, key: str, request: gr.Request, question: str, act: Callable[[Visitor], Iterator[Shown]]
    ) -> Iterator[View]:
        """A turn as it grows, and the cart after it."""
        key = key or ("" if secret_of(request.headers) else secrets.token_urlsafe(24))
        try:
            visitor = self._visitor(key, request)
        except AssistantError as failure:
            failed = Shown(question, str(failure), failed=True)
            yield _view(key=key, newest=turn_html(failed, Around(self._currency), newest=True))
            return
        assert visitor is not None  # anew
        earlier: Any = self._turns(visitor, visitor.shown)
        typed: Any = ""
        for shown in act(visitor):
            if shown.turned_away:
                if shown.trouble != "busy":
                    yield from self.arrive(key, request)
                yield _view(notice=_notice(shown.said))
                return
            yield _view(key=key, earlier=earlier, newest=self._newest(visitor, shown), box=typed)
            earlier = typed = gr.skip()  # only once: what is typed meanwhile stays in the box
        yield _view(cart=self._cart(visitor))

    def _change(self, action: str, value: str, key: str, request: gr.Request) -> View:
        """A press that changes something beside the conversation: the cart, or what is thought of an answer."""
        try:
            visitor = self._visitor(key, request, anew=False)
            if visitor is None:
                return _view(notice=_notice(texts.EXPIRED, failed=True))
            if action == "rate":
                return self._rate(visitor, value)
            changes: dict[str, Callable[[str], ToolResult]] = {
                "add": visitor.add_to_cart,
                "fewer": visitor.take_one,
                "remove": visitor.remove_from_cart,
            }
            if action not in changes:
                return _view()
            result = changes[action](value)
        except AssistantError as failure:
            return _view(notice=_notice(str(failure), failed=True))
        return _view(cart=self._cart(visitor), notice=_notice(result.headline, failed=result.status != "ok"))

    def _rate(self, visitor: Visitor, value: str) -> View:
        """Value: the turn's number, the rating, and what should be better."""
        number, rating, comment = (*value.split(":", 2), "", "")[:3]
        if not (number.isdecimal() and visitor.rate(int(number), rating, comment.strip())):
            return _view()
        done, noted = visitor.shown, _notice(texts.RATED)
        if visitor.answering or not done:
            return _view(notice=noted)
        earlier, newest = self._turns(visitor, done[:-1]), self._newest(visitor, done[-1])
        return _view(earlier=earlier, newest=newest, notice=noted)

    def _visitor(self, key: str, request: gr.Request, *, anew: bool = True) -> Visitor | None:
        """Who asks, by the browser's secret and whoever is signed in there."""
        secret, person = secret_of(request.headers) or key, person_of(self._access, request)
        if not secret:
            return None
        return self._visitors.resume(secret, "customer", person.name, person.customer_id, anew=anew)

    def _turns(self, visitor: Visitor, shown: list[Shown]) -> str:
        around = self._around(visitor)
        return "".join(turn_html(each, around, newest=False) for each in shown)

    def _newest(self, visitor: Visitor, shown: Shown) -> str:
        return turn_html(shown, self._around(visitor), newest=True)

    def _around(self, visitor: Visitor) -> Around:
        if self._pictured is None:
            self._pictured = pictured(self._visitors.shop)
        return Around(self._currency, visitor.proposal(), visitor.ratings, visitor.comments, self._pictured)

    def _cart(self, visitor: Visitor) -> str:
        try:
            return cart_html(visitor.cart(), self._currency)
        except AssistantError as failure:
            return _status(str(failure), failed=True)


def _told() -> dict[str, str]:
    """What the page's own script tells of what went wrong in the browser, in words."""
    return {
        "unheard": texts.SPEAK_FAILED,
        "hearing_away": texts.SPEAK_AWAY,
        "voice_away": texts.SPEAK_OUT_AWAY,
        "too_large": texts.PICTURE_TOO_LARGE,
    }


def welcome() -> str:
    """The empty chat."""
    return (
        f'<div class="ra-welcome"><h2>{escaped(texts.WELCOME)}</h2><p>{escaped(texts.WELCOME_MORE)}</p>'
        f'{example_chips()}<p class="ra-small">{escaped(texts.DISCLOSURE)}</p></div>'
    )


def _as_address(picture: bytes) -> str:
    """A picture, small, as an address that a page can show; empty where it is none."""
    small = shown_picture(picture)
    return "data:image/jpeg;base64," + base64.b64encode(small).decode() if small else ""


def _status(text: str, *, failed: bool = False) -> str:
    return f'<p class="{"ra-failed" if failed else "ra-small"}" role="status">{escaped(text)}</p>'


def _notice(text: str, *, failed: bool = False) -> str:
    """What is told beside the conversation; it goes away by itself and is new each time."""
    kind = "ra-notice ra-warn" if failed else "ra-notice"
    return f'<p class="{kind}" data-new="{secrets.token_hex(4)}">{escaped(text)}</p>'


def _view(
    *, key: Any = None, earlier: Any = None, newest: Any = None, cart: Any = None, box: Any = None, notice: Any = None
) -> View:
    """What is to be shown; what is left out stays as it is."""
    key, earlier, newest, cart, box, notice = (
        gr.skip() if each is None else each for each in (key, earlier, newest, cart, box, notice)
    )
    return key, earlier, newest, cart, box, notice
