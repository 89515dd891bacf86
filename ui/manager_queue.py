"""Who waits for a person of the shop, and which confirmed changes wait to be carried out.

Knows the queues of the records and HTML, not why a conversation was handed over.
"""

import html
import json
from datetime import datetime
from typing import Any

import gradio as gr

from assistant.errors import AssistantError
from assistant.records import HandOff, OutboxEvent, Turn
from assistant.shop import Shop
from assistant.wording import day
from ui import texts
from ui.escaping import button, escaped
from ui.manager_gate import Gate
from ui.tables import cell_text

_SHOWN = 50
_SETTLED_SHOWN = 10
_NOT_TOLD = frozenset({"event", "key", "customer_id", "order_id", "subject", "sequence", "day"})  # told apart, or codes


class Queue:
    """What happens in the part "customers waiting". Every method checks again who asks."""

    def __init__(self, shop: Shop, gate: Gate) -> None:
        self._shop = shop
        self._gate = gate

    def show(self, request: gr.Request) -> Any:
        """Both queues as they are now."""
        return self._html() if self._gate.admits(request) else gr.skip()

    def press(self, request: gr.Request, event: gr.EventData) -> Any:
        """A conversation is settled, or a change ticked off; the queues as they are then."""
        action, number = str(event.action), str(event.value)
        if action not in ("settle", "carried_out") or not number.isdecimal():
            return gr.skip()
        if not self._gate.grants(request, action):
            return gr.skip()
        records = self._shop.records
        try:
            if action == "settle":
                done, said = records.settle_hand_off(int(number), self._gate.name(request)), texts.QUEUE_SETTLED
            else:
                done, said = records.mark_sent(int(number)), texts.CHANGES_TICKED
        except AssistantError as failure:
            gr.Warning(html.escape(str(failure)))
            return gr.skip()
        gr.Info(said if done else texts.GONE_ALREADY)
        return self._html()

    def _html(self) -> str:
        records = self._shop.records
        try:
            every = records.handed_off(settled=True)
            waiting = [each for each in every if each.settled_at is None]
            settled = [each for each in every if each.settled_at is not None]
            said = {each.session_id: records.turns(each.session_id) for each in waiting[:_SHOWN]}
            changes = records.outbox()
        except AssistantError as failure:
            return f'<p class="ra-failed" role="alert">{escaped(failure)}</p>'
        return queue_html(waiting, settled, said) + changes_html(changes, self._shop.settings.webhook.url)


def queue_html(waiting: list[HandOff], settled: list[HandOff], said: dict[str, tuple[Turn, ...]]) -> str:
    """The conversations that wait, the longest waiting first, and the last ones that were settled."""
    head = f'<h2 class="ra-part">{texts.QUEUE_TITLE}</h2>'
    cards = "".join(_card(each, said.get(each.session_id, ())) for each in waiting[:_SHOWN])
    listed = f'<ul class="ra-queue">{cards}</ul>' if cards else f'<p class="ra-empty">{escaped(texts.QUEUE_EMPTY)}</p>'
    return f"{head}{listed}{_settled(settled)}"


def changes_html(changes: tuple[OutboxEvent, ...], webhook: str | None) -> str:
    """The confirmed changes that the shop's system has not taken yet, the oldest first."""
    head = f'<h2 class="ra-part">{texts.CHANGES_TITLE}</h2>'
    if not changes:
        return f'{head}<p class="ra-empty">{escaped(texts.CHANGES_EMPTY)}</p>'
    how = texts.CHANGES_SENT.format(url=webhook) if webhook else texts.CHANGES_BY_HAND
    heads = "".join(f'<th scope="col">{escaped(name)}</th>' for name in (*texts.CHANGES_COLUMNS, ""))
    rows = "".join(_change(each, by_hand=not webhook) for each in changes[:_SHOWN])
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    return f'{head}<p class="ra-small">{escaped(how)}</p><div class="ra-table" tabindex="0">{table}</div>'


def moment(at: datetime) -> str:
    """A time as people write it."""
    return texts.TIME.format(day=day(at.date()), time=at.strftime("%H:%M"))


def _card(waits: HandOff, said: tuple[Turn, ...]) -> str:
    who = _who(waits)
    talk = "".join(
        f'<p class="ra-question">{escaped(turn.question)}</p>'
        f'<p class="ra-said">{escaped(turn.answer.get("answer", ""))}</p>'
        for turn in said
    )
    fold = f'<details class="ra-fold"><summary>{texts.QUEUE_SAID}</summary>{talk}</details>' if talk else ""
    question = texts.QUEUE_PROFILE_QUESTION.format(customer=waits.customer_id)
    profile = button(texts.QUEUE_PROFILE, "ask", question) if waits.customer_id else ""
    settle = button(texts.QUEUE_SETTLE, "settle", str(waits.hand_off_id), says=texts.QUEUE_SETTLE_LABEL.format(who=who))
    since = texts.QUEUE_SINCE.format(time=moment(waits.at))
    return (
        f'<li class="ra-wait"><h3>{escaped(who)} <span class="ra-small">{escaped(since)}</span></h3>'
        f'<p class="ra-said">{escaped(waits.reason)}</p>{fold}<div class="ra-chips">{settle}{profile}</div></li>'
    )


def _who(waits: HandOff) -> str:
    if waits.role != "customer":
        return texts.QUEUE_STAFF
    return texts.QUEUE_CUSTOMER.format(customer=waits.customer_id) if waits.customer_id else texts.QUEUE_UNKNOWN


def _settled(settled: list[HandOff]) -> str:
    lines = "".join(
        "<li>"
        + escaped(
            texts.QUEUE_DONE_LINE.format(
                who=_who(each), reason=each.reason, time=moment(each.settled_at or each.at), by=each.settled_by
            )
        )
        + "</li>"
        for each in settled[::-1][:_SETTLED_SHOWN]
    )
    title = texts.QUEUE_DONE.format(count=len(settled))
    return f'<details class="ra-fold"><summary>{escaped(title)}</summary><ul>{lines}</ul></details>' if lines else ""


def _change(event: OutboxEvent, *, by_hand: bool) -> str:
    body = event.body
    what = event.kind.removesuffix(".requested")
    order = str(body.get("order_id") or "–")
    told = {name: value for name, value in body.items() if name not in _NOT_TOLD and value not in (None, "", [])}
    details = ", ".join(f"{name.replace('_', ' ')}: {_plain(value)}" for name, value in told.items())
    says = texts.CHANGES_DONE_LABEL.format(what=f"{what} {order}")
    done = button(texts.CHANGES_DONE, "carried_out", str(event.event_id), says=says) if by_hand else ""
    cells = (moment(event.at), what, order, str(body.get("customer_id") or "–"), details[:400])
    return f"<tr>{''.join(f'<td>{escaped(cell)}</td>' for cell in cells)}<td>{done}</td></tr>"


def _plain(value: object) -> str:
    """A value of a change; lines of an order by title and quantity."""
    if isinstance(value, list) and value and all(isinstance(each, dict) and "title" in each for each in value):
        return ", ".join(f"{cell_text(each.get('quantity', 1))} × {each['title']}" for each in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
