"""The morning briefing as HTML: one figure a line, what it means, and a button that asks for all of it.

Knows the lines of `assistant.briefing`, not how they were computed.
"""

from collections.abc import Callable, Sequence

from assistant.briefing import TOPICS, Line
from assistant.messages import Fact, Table
from ui import texts
from ui.escaping import button, escaped
from ui.tables import cell_text


def briefing_html(lines: Sequence[Line], *, waiting: int = 0, done: bool = True) -> str:
    """The briefing as far as it has come.

    Args:
        lines: those that are computed, in order.
        waiting: customers who wait for a person.
        done: no further line comes; else the places of the rest are kept, so that nothing jumps.
    """
    rows = [_line(each) for each in lines]
    if not done:
        rows += [_place(topic) for topic in TOPICS[len(lines) :]]
    if waiting:
        said = texts.BRIEFING_WAITING_ONE if waiting == 1 else texts.BRIEFING_WAITING_MANY
        show = button(texts.SHOW, "open", "waiting", says=texts.SHOW_LABEL.format(question=texts.DESK_WAITING))
        rows.append(_row(texts.BRIEFING_WAITING, str(waiting), said, show))
    busy = "" if done else f'<p class="ra-hidden" role="status">{escaped(texts.BRIEFING_WAIT)}</p>'
    head = f'<h2 id="ra-brief-name">{texts.BRIEFING}</h2>'
    return f'<section class="ra-brief" aria-labelledby="ra-brief-name">{head}{busy}<ul>{"".join(rows)}</ul></section>'


def detail(line: Line) -> str:
    """What a line's figure means, in one sentence made of the tool's facts; its headline where a fact is missing."""
    if line.figure is None:
        return line.result.headline
    try:
        return _WORDS[line.topic](line, line.figure)
    except LookupError:  # the tool has other facts than these words need
        return line.result.headline


def _line(line: Line) -> str:
    label = texts.BRIEFING_TOPICS[line.topic]
    if line.missing:
        said = f"{texts.BRIEFING_NOT_HERE}: {line.result.headline}"
        return _row(label, "–", said, "", kind=" ra-brief-missing")
    show = button(texts.SHOW, "ask", line.question, says=texts.SHOW_LABEL.format(question=line.question))
    return _row(label, line.figure.text if line.figure else "", detail(line), show)


def _place(topic: str) -> str:
    return _row(texts.BRIEFING_TOPICS[topic], "…", "", "", kind=" ra-brief-place")


def _row(label: str, figure: str, said: str, show: str, *, kind: str = "") -> str:
    return (
        f'<li class="ra-brief-line{kind}"><h3>{escaped(label)}</h3><b class="ra-brief-figure">{escaped(figure)}</b>'
        f'<p>{escaped(said)}</p><span class="ra-brief-show">{show}</span></li>'
    )


def _direction(value: object) -> str:
    return texts.LESS if isinstance(value, int | float) and value < 0 else texts.MORE


def _sales(line: Line, figure: Fact) -> str:
    if "change" not in line.more:
        return texts.SALES_ALONE
    change = line.more["change"]
    before = [fact for name, fact in line.more.items() if name.startswith("revenue")][0]  # none: an IndexError
    return texts.SALES_AGAINST.format(change=change.text, direction=_direction(change.value), before=before.text)


def _trends(line: Line, figure: Fact) -> str:
    rising, falling = line.more["products rising"], line.more["products falling"]
    moving = texts.TRENDS_MOVERS.format(rising=rising.text, falling=falling.text)
    movers = moving if rising.value or falling.value else texts.TRENDS_STEADY
    return texts.TRENDS_AGAINST.format(direction=_direction(figure.value), movers=movers)


def _coming(line: Line, figure: Fact) -> str:
    low, high = line.more["likely at least (8 in 10)"], line.more["likely at most (8 in 10)"]
    return texts.COMING_RANGE.format(low=low.text, high=high.text)


def _stock(line: Line, figure: Fact) -> str:
    first = _first(line.result.table, "title")
    return texts.STOCK_OUT.format(checked=line.more["checked"].text, out=line.more["out of stock"].text, first=first)


def _leaving(line: Line, figure: Fact) -> str:
    first = _first(line.result.table, "customer")
    return texts.LEAVING_WORTH.format(count=line.more["customers listed"].text, first=first)


def _prices(line: Line, figure: Fact) -> str:
    compared, typical = line.more["products compared"], line.more["typical difference"]
    cheaper = isinstance(typical.value, int | float) and typical.value < 0
    said = f"{typical.text} {texts.CHEAPER if cheaper else texts.DEARER}"
    return texts.PRICES_DEARER.format(compared=compared.text, typical=said)


def _first(table: Table | None, column: str) -> str:
    """The first row's cell of a column.

    Raises:
        KeyError: there is no such column or no row.
    """
    if table is None or not table.rows or column not in table.columns:
        raise KeyError(column)
    return cell_text(table.rows[0][table.columns.index(column)])


_WORDS: dict[str, Callable[[Line, Fact], str]] = {
    "sales": _sales,
    "trends": _trends,
    "coming": _coming,
    "stock": _stock,
    "leaving": _leaving,
    "prices": _prices,
}
