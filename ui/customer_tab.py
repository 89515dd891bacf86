"""Lays out the customer's page: chat, message box, cart. Knows where things stand, not what they do."""

from typing import Any

import gradio as gr

from ui import texts
from ui.access import Access
from ui.cards import cart_html
from ui.customer_desk import CustomerDesk, welcome
from ui.escaping import escaped
from ui.icons import icon
from ui.listening import CHAT_SCRIPT, CLICK_SCRIPT, NOTICE_SCRIPT, TOLD_SCRIPT
from ui.visitors import Visitors


def build_customer_tab(blocks: gr.Blocks, visitors: Visitors, access: Access) -> None:
    """Lays out the page inside the Blocks that are being built."""
    desk = CustomerDesk(visitors, access)
    key = gr.State("")
    with gr.Row(equal_height=False, elem_classes="ra-columns"):
        with gr.Column(scale=3, min_width=320):
            with gr.Column(elem_id="ra-chat", elem_classes="ra-scroll"):
                gr.HTML(_name(), apply_default_css=False)
                earlier = _html("", CLICK_SCRIPT)
                newest = _html(welcome(), CLICK_SCRIPT + CHAT_SCRIPT + TOLD_SCRIPT)
            gr.HTML(_offline(), apply_default_css=False)
            notice = gr.HTML("", apply_default_css=False, elem_id="ra-notices", js_on_load=NOTICE_SCRIPT)
            box, send, picture = _composer(has_pictures(visitors))
            with gr.Row(elem_classes="ra-below"):
                again = gr.Button(texts.NEW_CONVERSATION, size="sm", elem_classes="ra-plain")
                person = gr.Button(texts.HAND_OFF_BUTTON, size="sm", elem_classes="ra-plain")
        with gr.Column(scale=1, min_width=250, elem_classes="ra-side-column"):
            cart = _html(cart_html(None, visitors.shop.currency), CLICK_SCRIPT)
            with gr.Column(visible=access.loopback, elem_classes="ra-sign-in"):
                gr.HTML(_why(), apply_default_css=False)
                customer = gr.Textbox(label=texts.CUSTOMER_ID, max_lines=1)
                enter = gr.Button(texts.SIGN_IN_BUTTON, size="sm")
                status = gr.HTML("")
    answering: dict[str, Any] = {
        "outputs": [key, earlier, newest, cart, box, notice],
        "show_progress": "hidden",
        "concurrency_limit": None,  # who waits, waits in the line of `ui.line`
        "concurrency_id": "customer",
        "api_visibility": "private",
    }
    gr.on([box.submit, send.click], desk.say, [box, key], **answering)
    picture.upload(desk.see, [picture, key], **answering)
    person.click(desk.hand_off, [key], **answering)
    for part in (earlier, newest, cart):
        part.click(desk.press, [key], **answering)
    blocks.load(desk.arrive, [key], **answering)
    again.click(desk.start_over, None, js="async () => { await window.raForget(); return []; }", **answering)
    quick: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    tried = gr.on([customer.submit, enter.click], desk.try_as, [customer], [status], **quick)
    tried.then(None, None, None, js="() => { window.raTry(); }", **quick)


def first_parts() -> list[str]:
    """What the page shows at first, in the language that is spoken just now; in the same order in every language."""
    return [_name(), _why(), _offline(), _microphone(), welcome(), cart_html(None, "")]


def has_pictures(visitors: Visitors) -> bool:
    """Whether the shop can search by picture."""
    return bool(visitors.shop.picture_files)


def _composer(pictures: bool) -> tuple[gr.Textbox, gr.Button, gr.UploadButton]:
    with gr.Row(elem_classes="ra-ask"):
        picture = gr.UploadButton(
            texts.PICTURE,
            file_types=["image"],
            type="filepath",
            visible=pictures,
            scale=0,
            min_width=44,
            elem_classes="ra-picture-button",
        )
        gr.HTML(_microphone(), apply_default_css=False, elem_classes="ra-voice")
        box = gr.Textbox(
            label=texts.MESSAGE_LABEL,
            placeholder=texts.MESSAGE_HINT,
            max_lines=1,
            scale=5,
            autofocus=True,
            show_label=False,
            elem_classes="ra-box",
        )
        send = gr.Button(texts.SEND, variant="primary", scale=1, min_width=90)
    return box, send, picture


def _microphone() -> str:
    return (
        f'<button type="button" class="ra-button ra-icon" data-listen hidden aria-pressed="false" '
        f'aria-label="{escaped(texts.SPEAK_IN)}" data-stop="{escaped(texts.SPEAK_STOP)}" '
        f'data-wait="{escaped(texts.SPEAK_WAIT)}">{icon("microphone")}</button>'
    )


def _name() -> str:
    return f'<h2 class="ra-hidden" id="ra-chat-name">{texts.CHAT_LABEL}</h2>'


def _why() -> str:
    head = f'<h2 class="ra-side-title">{escaped(texts.SIGN_IN)}</h2>'
    return f'{head}<p class="ra-small">{escaped(texts.SIGN_IN_WHY)}</p>'


def _offline() -> str:
    return f'<p class="ra-offline" role="status">{escaped(texts.OFFLINE)}</p>'


def _html(value: str, script: str) -> gr.HTML:
    return gr.HTML(value, js_on_load=script, apply_default_css=False)
