"""The customer's tab: chat, product cards, cart, and signing in for trying out. Knows visitors and HTML, no tool."""

import html
from collections.abc import Iterator
from typing import Any

import gradio as gr

from assistant.errors import AssistantError
from ui import texts
from ui.access import Access
from ui.answers import chips, turn_html
from ui.cards import cart_html
from ui.escaping import escaped
from ui.listening import CHAT_SCRIPT, CLICK_SCRIPT
from ui.visitors import Shown, Visitor, Visitors

# What a handler yields: the visitor's key, the earlier turns, the newest turn, the cart, the message box.
View = tuple[Any, Any, Any, Any, Any]


class CustomerDesk:
    """What happens on the customer's tab. Each method answers one kind of event with what is to be shown."""

    def __init__(self, visitors: Visitors, access: Access) -> None:
        self._visitors = visitors
        self._access = access
        self._currency = visitors.shop.currency

    def say(self, message: str, key: str, request: gr.Request) -> Iterator[View]:
        """The answer to a message, as it grows."""
        message = (message or "").strip()
        if not message:
            yield _unchanged()
            return
        person = self._access.who(request)
        try:
            key, visitor = self._visitors.admit(key, "customer", person.name, person.customer_id)
        except AssistantError as failure:
            yield "", gr.skip(), self._turn(Shown(message, str(failure), failed=True)), gr.skip(), gr.skip()
            return
        earlier: Any = "".join(turn_html(shown, self._currency, newest=False) for shown in visitor.shown)
        typed: Any = ""
        for shown in visitor.ask(message, self._access.address(request)):
            if shown.failed and shown.said == texts.BUSY:
                gr.Info(texts.BUSY)
                yield _unchanged()
                return
            yield key, earlier, self._turn(shown), gr.skip(), typed
            earlier = typed = gr.skip()  # only once: what is typed meanwhile stays in the box
        yield gr.skip(), gr.skip(), gr.skip(), self._cart(visitor), gr.skip()

    def press(self, key: str, request: gr.Request, event: gr.EventData) -> Iterator[View]:
        """A button in the chat or the cart was pressed."""
        action, value = str(event.action), str(event.value)
        if action == "ask":
            yield from self.say(value, key, request)
            return
        visitor = self._visitors.find(key, self._access.who(request).name)
        if visitor is None or action not in ("add", "remove"):
            gr.Warning(texts.EXPIRED)
            yield _unchanged()
            return
        change = visitor.add_to_cart if action == "add" else visitor.remove_from_cart
        try:
            result = change(value)
        except AssistantError as failure:
            gr.Warning(html.escape(str(failure)))
            yield _unchanged()
            return
        (gr.Info if result.status == "ok" else gr.Warning)(html.escape(result.headline))
        yield gr.skip(), gr.skip(), gr.skip(), self._cart(visitor), gr.skip()

    def sign_in(self, customer: str, key: str, request: gr.Request) -> tuple[Any, ...]:
        """Starts a conversation as this customer; what was said before belongs to nobody and goes from the page."""
        if not self._access.is_local(request.headers):
            return (*_unchanged(), _status(texts.SIGN_IN_REMOTE, failed=True))
        if not (customer or "").strip():
            return (*_unchanged(), _status(texts.SIGN_IN_EMPTY, failed=True))
        try:
            key = self._visitors.open("customer", customer.strip(), self._access.who(request).name)
        except AssistantError as failure:
            return (*_unchanged(), _status(str(failure), failed=True))
        visitor = self._visitors.find(key)
        assert visitor is not None
        name = visitor.conversation.session.customer_id
        return key, "", welcome(), self._cart(visitor), "", _status(texts.SIGNED_IN.format(customer=name))

    def start_over(self) -> tuple[Any, ...]:
        """An empty page and nobody signed in."""
        return "", "", welcome(), cart_html(None, self._currency), "", _status(texts.SIGNED_OUT)

    def _turn(self, shown: Shown) -> str:
        return turn_html(shown, self._currency, newest=True)

    def _cart(self, visitor: Visitor) -> str:
        try:
            return cart_html(visitor.cart(), self._currency)
        except AssistantError as failure:
            return _status(str(failure), failed=True)


def welcome() -> str:
    """The empty chat."""
    return (
        f'<div class="ra-welcome"><h2>{escaped(texts.WELCOME)}</h2><p>{escaped(texts.WELCOME_MORE)}</p>'
        f"{chips(texts.CUSTOMER_EXAMPLES)}</div>"
    )


def build_customer_tab(visitors: Visitors, access: Access) -> None:
    """Lays out the tab inside the Blocks that are being built."""
    desk = CustomerDesk(visitors, access)
    key = gr.State("")
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=320):
            with gr.Column(elem_id="ra-chat", elem_classes="ra-scroll"):
                gr.HTML(f'<h2 class="ra-hidden" id="ra-chat-name">{texts.CHAT_LABEL}</h2>', apply_default_css=False)
                earlier = _html("", CLICK_SCRIPT)
                newest = _html(welcome(), CLICK_SCRIPT + CHAT_SCRIPT)
            with gr.Row(elem_classes="ra-ask"):
                box = gr.Textbox(
                    label=texts.MESSAGE_LABEL, placeholder=texts.MESSAGE_HINT, max_lines=1, scale=5, autofocus=True
                )
                send = gr.Button(texts.SEND, variant="primary", scale=1, min_width=90)
        with gr.Column(scale=1, min_width=250):
            cart = _html(cart_html(None, visitors.shop.currency), CLICK_SCRIPT)
            again = gr.Button(texts.NEW_CONVERSATION, size="sm")
            with gr.Accordion(texts.SIGN_IN, open=False, visible=access.loopback, elem_classes="ra-sign-in"):
                gr.HTML(f'<p class="ra-small">{escaped(texts.SIGN_IN_WHY)}</p>')
                customer = gr.Textbox(label=texts.CUSTOMER_ID, max_lines=1)
                enter = gr.Button(texts.SIGN_IN_BUTTON, size="sm")
                status = gr.HTML(_status(texts.SIGNED_OUT))
    view = [key, earlier, newest, cart, box]
    answering: dict[str, Any] = {
        "outputs": view,
        "show_progress": "hidden",
        "concurrency_limit": None,  # who waits, waits in the line of `ui.line`
        "concurrency_id": "customer",
        "api_visibility": "private",
    }
    gr.on([box.submit, send.click], desk.say, [box, key], **answering)
    for part in (earlier, newest, cart):
        part.click(desk.press, [key], **answering)
    quick: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    gr.on([customer.submit, enter.click], desk.sign_in, [customer, key], [*view, status], **quick)
    again.click(desk.start_over, None, [*view, status], **quick)


def _html(value: str, script: str) -> gr.HTML:
    return gr.HTML(value, js_on_load=script, apply_default_css=False)


def _status(text: str, *, failed: bool = False) -> str:
    return f'<p class="{"ra-failed" if failed else "ra-small"}" role="status">{escaped(text)}</p>'


def _unchanged() -> View:
    return gr.skip(), gr.skip(), gr.skip(), gr.skip(), gr.skip()
