"""A customer's orders, and a change that waits for a yes, as HTML. Knows the results of the order tools, no order."""

from datetime import date

from assistant.messages import CallRecord, Cell, ToolResult
from assistant.wording import day, money
from ui import texts
from ui.escaping import button, escaped
from ui.tables import cell_text, table_html

ORDER_TOOLS = frozenset({"my_orders", "order_status"})


def order_cards(call: CallRecord, currency: str) -> str:
    """Cards of the orders that a call found; a result of another form stays a table.

    Args:
        call: of `my_orders` or `order_status`.
        currency: of the totals.
    """
    table = call.result.table
    if table is None:
        return ""
    if call.name == "my_orders" and len(table.columns) == 5:
        cards = "".join(_short(row, currency) for row in table.rows)
        return f'<ul class="ra-orders">{cards}</ul>'
    facts = {fact.name: fact.text for fact in call.result.facts}
    if call.name == "order_status" and "order" in facts:
        return f'<ul class="ra-orders">{_whole(call.result, facts)}</ul>'
    return table_html(table)


def proposal_html(result: ToolResult, buttons: str) -> str:
    """What would happen, with its yes and no; the figures of a proposal are its facts."""
    rows = "".join(f"<dt>{escaped(fact.name)}</dt><dd>{escaped(fact.text)}</dd>" for fact in result.facts if fact.text)
    told = f"<dl>{rows}</dl>" if rows else ""
    head = f'<h3 class="ra-proposal-title">{escaped(texts.PROPOSAL)}</h3>'
    return f'<section class="ra-proposal">{head}{told}{buttons}</section>'


def _short(row: tuple[Cell, ...], currency: str) -> str:
    order, on, items, amount, state = row
    name = str(order)
    what = button(texts.ORDER_MORE, "ask", f"What is in order {name}?", says=texts.ORDER_MORE_LABEL.format(order=name))
    total = money(amount, currency) if isinstance(amount, int | float) else cell_text(amount)
    counted = texts.ORDER_ITEM if items == 1 else texts.ORDER_ITEMS.format(count=cell_text(items))
    under = f"{_date(str(on))} · {counted} · {total}"
    return f'<li class="ra-order">{_head(name, str(state))}<p class="ra-small">{escaped(under)}</p>{what}</li>'


def _whole(result: ToolResult, facts: dict[str, str]) -> str:
    name = facts["order"]
    dates = [
        f"<dt>{escaped(said)}</dt><dd>{escaped(text)}</dd>"
        for said, text in facts.items()
        if said not in ("order", "status", "items")
    ]
    back = button(
        texts.ORDER_RETURN,
        "ask",
        f"I want to return something from order {name}",
        says=texts.ORDER_RETURN_LABEL.format(order=name),
    )
    lines = table_html(result.table) if result.table is not None else ""
    head = _head(name, facts.get("status", ""))
    return f'<li class="ra-order ra-wide">{head}<dl>{"".join(dates)}</dl>{lines}{back}</li>'


def _head(name: str, state: str) -> str:
    title = escaped(texts.ORDER.format(order=name))
    return f'<h3 class="ra-order-title">{title} <span class="ra-status">{escaped(state)}</span></h3>'


def _date(said: str) -> str:
    try:
        return day(date.fromisoformat(said))
    except ValueError:
        return said
