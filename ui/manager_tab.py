"""The manager's tab put together: the door, then today's page, customers waiting, import, models and audit.

Knows which part stands where and what starts it; what happens in a part, that part's own module knows.
"""

from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from assistant.briefing import Line, briefing
from assistant.errors import AssistantError
from assistant.long_work import LongWork
from assistant.shop import Shop
from ui import texts
from ui.access import PASSWORD_VARIABLE, Access
from ui.escaping import escaped
from ui.import_views import UPLOAD_SCRIPT, chooser_html
from ui.languages import FIRST, current
from ui.listening import CLICK_SCRIPT, DESK_SCRIPT
from ui.login_page import SIGN_IN
from ui.manager_board import ManagerBoard
from ui.manager_briefing import briefing_html
from ui.manager_control import DENIED, Control
from ui.manager_gate import Gate
from ui.manager_import import Importing, build_import
from ui.manager_question import Questions, empty_desk
from ui.manager_queue import Queue
from ui.uploads import Uploads
from ui.visitors import Visitors

_LOOK_EVERY = 60  # seconds between two looks whether the shop's data have changed
Spoken = Callable[[gr.HTML, Callable[[], str]], None]
QUICK: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


class ManagerDesk:
    """The door of the desk and what is looked at when it opens. Every method checks again who asks."""

    def __init__(self, shop: Shop, gate: Gate) -> None:
        self._shop = shop
        self._gate = gate

    def arrive(self, request: gr.Request) -> tuple[Any, ...]:
        """Shows the desk, the password or that it is closed."""
        state = self._gate.access.desk(request)
        return tuple(gr.update(visible=state == each) for each in ("open", "locked", "closed"))

    def look(self, request: gr.Request) -> tuple[Any, Any]:
        """What the shop's data were last changed by - briefing and board follow it -, and how many customers wait."""
        if not self._gate.admits(request):
            return gr.skip(), gr.skip()
        self._shop.renew()
        waiting = self._waiting()
        label = texts.DESK_WAITING_COUNT.format(count=waiting) if waiting else texts.DESK_WAITING
        return f"{self._shop.state()} {waiting}", gr.update(label=label)

    def morning(self, request: gr.Request) -> Iterator[str]:
        """The briefing, line by line as it is computed."""
        if not self._gate.admits(request):
            return
        waiting, lines = self._waiting(), list[Line]()
        manager = self._gate.name(request)
        yield briefing_html(lines, waiting=waiting, done=False)
        for line in briefing(lambda call: self._shop.standing.of(call, manager)):
            lines.append(line)
            yield briefing_html(lines, waiting=waiting, done=False)
        yield briefing_html(lines, waiting=waiting)

    def _waiting(self) -> int:
        try:
            return len(self._shop.records.handed_off())
        except AssistantError:
            return 0  # the part that lists them says what is wrong


def build_manager_tab(blocks: gr.Blocks, visitors: Visitors, access: Access, uploads: Uploads | None = None) -> None:
    """Lays out the tab inside the Blocks that are being built; nothing shows before the page knows who it is."""
    gate = Gate(access)
    desk = ManagerDesk(visitors.shop, gate)
    with gr.Column(visible=False) as closed:
        why = texts.CLOSED.format(variable=PASSWORD_VARIABLE)
        gr.HTML(f'<p class="ra-closed" role="status">{escaped(why)}</p>', apply_default_css=False)
    with gr.Column(visible=False) as lock:
        door = f'<p class="ra-closed">{escaped(texts.LOCKED)} <a href="{SIGN_IN}">{escaped(texts.SIGN_IN_LINK)}</a></p>'
        gr.HTML(door, apply_default_css=False)
    with gr.Column(visible=False) as opened:
        look = _lay_out(desk, gate, visitors, uploads or Uploads(access))
    arrived = blocks.load(desk.arrive, None, [opened, lock, closed], **QUICK)
    arrived.then(desk.look, None, look, **QUICK)


def _lay_out(desk: ManagerDesk, gate: Gate, visitors: Visitors, uploads: Uploads) -> list[Any]:
    """The open desk; returns what `ManagerDesk.look` fills."""
    seen = gr.State("")
    shop = visitors.shop

    def spoken(part: gr.HTML, told: Callable[[], str]) -> None:
        seen.change(_in_the_readers_language(told), None, [part], **QUICK)

    with gr.Tabs(elem_classes="ra-desk-tabs") as tabs:
        with gr.Tab(texts.DESK_TODAY, id="today"):
            listen = _today(desk, gate, visitors, seen, tabs, spoken)
        with gr.Tab(texts.DESK_WAITING, id="waiting") as waiting:
            queue = Queue(shop, gate)
            people = _html()
            people.click(queue.press, None, [people], **QUICK)
            listen(people)
            gr.on([waiting.select, seen.change], queue.show, None, [people], **QUICK)
        with gr.Tab(texts.DESK_IMPORT, id="import") as imports:
            chooser = _html(chooser_html(), UPLOAD_SCRIPT)
            spoken(chooser, chooser_html)
            build_import(Importing(shop, gate, uploads, LongWork()), chooser, imports)
        with gr.Tab(texts.DESK_CONTROL, id="control") as control:
            _lay_out_control(Control(shop, gate), control, spoken)
    found = [seen, waiting]
    gr.Timer(_LOOK_EVERY).tick(desk.look, None, found, **QUICK)
    return found


def _today(
    desk: ManagerDesk, gate: Gate, visitors: Visitors, seen: gr.State, tabs: gr.Tabs, spoken: Spoken
) -> Callable[[gr.HTML], None]:
    """Question, briefing and board; returns what makes another part's buttons ask here, too."""
    questions = Questions(visitors, gate)
    board = ManagerBoard(visitors, gate, visitors.shop.standing, visitors.shop.boards)
    key, mark, board_mark = gr.State(""), gr.State(""), gr.State("")
    with gr.Row(elem_classes="ra-ask"):
        box = gr.Textbox(label=texts.QUESTION_LABEL, placeholder=texts.QUESTION_HINT, max_lines=1, scale=5)
        send = gr.Button(texts.ASK, variant="primary", scale=1, min_width=90)
    answer_html = _html(empty_desk(), CLICK_SCRIPT + DESK_SCRIPT, elem_id="ra-desk")
    gr.render(inputs=[key, mark], triggers=[mark.change], show_progress="hidden")(questions.draw)
    under, earlier = _html(), _html(script="")
    again = gr.Button(texts.NEW_CONVERSATION, size="sm", elem_classes="ra-again", visible=False)
    morning = _html(elem_id="ra-morning")
    spoken(_html(_board_title(), ""), _board_title)
    spoken(answer_html, empty_desk)
    view = [key, answer_html, under, earlier, box, mark]
    answering: dict[str, Any] = {"outputs": view, "concurrency_limit": None, "concurrency_id": "manager", **QUICK}

    def listen(part: gr.HTML) -> None:
        part.click(questions.press, [key], **answering)
        part.click(_opened, None, [tabs], **QUICK)

    gr.on([box.submit, send.click], questions.ask, [box, key], **answering)
    for part in (answer_html, under, morning):
        listen(part)
    under.click(board.press, [key], [board_mark], **QUICK)
    again.click(questions.start_over, None, view, **QUICK)
    mark.change(lambda made: gr.update(visible=bool(made)), [mark], [again], **QUICK)
    seen.change(desk.morning, None, [morning], concurrency_limit=2, concurrency_id="morning", **QUICK)
    seen.change(board.show, None, [board_mark], **QUICK)

    def draw_board(marked: str, request: gr.Request) -> None:
        for foot in board.draw(marked, request):
            listen(foot)
            foot.click(board.press, [key], [board_mark], **QUICK)

    gr.render(inputs=[board_mark], triggers=[board_mark.change], show_progress="hidden")(draw_board)
    return listen


def _lay_out_control(control: Control, tab: gr.Tab, spoken: Spoken) -> None:
    """How good the models are, and the audit trail."""
    scores = _html(script="")
    spoken(_html(_audit_title(), ""), _audit_title)
    with gr.Row(elem_classes="ra-filters"):
        choices = [(texts.AUDIT_ALL, "all"), (texts.AUDIT_DENIED, DENIED)]
        which = gr.Radio(choices, value="all", label=texts.AUDIT_WHICH, scale=2)
        customer = gr.Textbox(label=texts.AUDIT_CUSTOMER, max_lines=1, scale=2)
        show = gr.Button(texts.AUDIT_SHOW, scale=1, min_width=110)
    trail = _html(script="")
    tab.select(control.scores, None, [scores], **QUICK)
    asked = [tab.select, show.click, which.change, customer.submit]
    gr.on(asked, control.trail, [which, customer], [trail], **QUICK)


def _board_title() -> str:
    return f'<h2 class="ra-part">{escaped(texts.BOARD)}</h2>'


def _audit_title() -> str:
    return f'<h2 class="ra-part">{escaped(texts.AUDIT_TITLE)}</h2><p class="ra-small">{escaped(texts.AUDIT_WHY)}</p>'


def _in_the_readers_language(told: Callable[[], str]) -> Callable[[], Any]:
    """What the page was built with is English; whoever reads another language gets the part once more."""
    return lambda: gr.skip() if current() == FIRST else told()


def _html(value: str = "", script: str = CLICK_SCRIPT, **more: Any) -> gr.HTML:
    """A part of the page whose buttons are reported as clicks; without a script, one that is only read."""
    return gr.HTML(value, js_on_load=script or None, apply_default_css=False, **more)


def _opened(event: gr.EventData) -> Any:
    """Goes to the part of the desk that a button names; who asks a question from elsewhere sees the answer."""
    if str(event.action) == "open":
        return gr.Tabs(selected=str(event.value))
    return gr.Tabs(selected="today") if str(event.action) == "ask" else gr.skip()
