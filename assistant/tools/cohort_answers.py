"""What becomes of the customers of each month, as an answer. Knows how cohorts are said, not how they are counted."""

from analytics.cohorts import Cohort, Cohorts
from analytics.report_records import UNITS
from assistant.messages import Cell, Chart, Fact, Series, Table, ToolResult
from assistant.tools.sales_answers import Said, scope_of
from assistant.tools.sales_words import NAMES, exact, shown, when
from assistant.wording import day, number, percent, plural

_MONTHS_SHOWN = 12
_LINES = 4
_TOLD = (1, 3, 6)


def cohorts_answer(found: Cohorts, said: Said) -> ToolResult:
    """The cohorts as a tool result."""
    if not found.rows:
        return ToolResult(
            headline=f"No customer's first order{scope_of(found.request, said)} lies {when(said.period)}, so there is "
            "no month of customers to follow.",
            notes=_notes(found, said),
        )
    return ToolResult(
        headline=_headline(found, said),
        facts=_facts(found, said),
        table=_table(found, said),
        chart=_chart(found, said),
        method="Customers are grouped by the month of their first order; each column is that many months later. "
        + (
            "Shares are of the month's customers who ordered again."
            if _shares(found)
            else f"Figures are the {NAMES[found.request.metric]} of the month's customers."
        ),
        notes=_notes(found, said),
        follow_ups=("Which customers are we about to lose?",),
    )


def _shares(found: Cohorts) -> bool:
    return found.request.metric == "customers"


def _headline(found: Cohorts, said: Said) -> str:
    if not _shares(found):
        return _amounts(found, said)
    told = [(later, kept) for later in _TOLD if (kept := found.retained(later))]
    total = sum(row.customers for row in found.rows)
    began = f"{plural(total, 'customer')} first ordered{scope_of(found.request, said)} {when(said.period)}"
    if not told:
        return f"{began}; no month after their first one is over yet, so who comes back can't be told."
    parts = [f"{percent(100 * kept / of)} of {number(of)} ordered again {_later(later)}" for later, (kept, of) in told]
    return f"{began}: {', '.join(parts)}."


def _later(months: int) -> str:
    return "in the next month" if months == 1 else f"{months} months later"


def _amounts(found: Cohorts, said: Said) -> str:
    metric, oldest = found.request.metric, found.rows[0]
    name = NAMES[metric]
    if metric in ("average_order_value", "return_rate"):
        following = oldest.values[1] if len(oldest.values) > 1 else None
        next_one = f" and {shown(following, metric, said.currency)} in the next one" if following is not None else ""
        return (
            f"The {name} of the customers who first ordered in {oldest.month:%B %Y} was "
            f"{shown(oldest.values[0], metric, said.currency)} in that month{next_one}; the table holds every month."
        )
    first = sum(row.values[0] or 0 for row in found.rows)
    after = sum(value or 0 for row in found.rows for value in row.values[1:])
    begins = "Revenue" if metric == "revenue" else f"The {name}"
    return (
        f"{begins} of the customers who first ordered{scope_of(found.request, said)} {when(said.period)} was "
        f"{shown(first, metric, said.currency)} in the months of their first orders and "
        f"{shown(after, metric, said.currency)} in the months after."
    )


def _facts(found: Cohorts, said: Said) -> tuple[Fact, ...]:
    facts = []
    for later in range(1, _MONTHS_SHOWN + 1):
        kept = found.retained(later)
        if kept:
            share = 100 * kept[0] / kept[1]
            name = f"share who ordered again {plural(later, 'month')} later"
            facts.append(Fact(name, round(share, 2), "percent", percent(share)))
    for row in found.rows:
        name = f"customers who first ordered in {row.month:%B %Y}"
        facts.append(Fact(name, row.customers, "customers", number(row.customers)))
    return tuple(facts)


def _table(found: Cohorts, said: Said) -> Table:
    longest = min(max(len(row.values) for row in found.rows) - 1, _MONTHS_SHOWN)
    starts = () if _shares(found) else ("Its first month",)
    unit = " (%)" if _shares(found) else f" ({said.currency})" if UNITS[found.request.metric] == "money" else ""
    later = tuple(f"{plural(k, 'month')} later{unit}" for k in range(1, longest + 1))
    rows = []
    for row in found.rows:
        cells: list[Cell] = [f"{row.month:%B %Y}", row.customers]
        cells += [_cell(found, row, k) for k in range(0 if starts else 1, longest + 1)]
        rows.append(tuple(cells))
    return Table(("First order in", "Customers", *starts, *later), tuple(rows))


def _cell(found: Cohorts, row: Cohort, later: int) -> Cell:
    value = row.values[later] if later < len(row.values) else None
    if value is None:
        return None
    return round(100 * value / row.customers, 1) if _shares(found) else exact(value, found.request.metric)


def _chart(found: Cohorts, said: Said) -> Chart | None:
    longest = min(max(len(row.values) for row in found.rows) - 1, _MONTHS_SHOWN)
    if longest < 1:
        return None
    x = tuple(range(1, longest + 1))
    lines = []
    if _shares(found):
        kept = [found.retained(later) for later in x]
        lines.append(Series("all", x, tuple(round(100 * k[0] / k[1], 2) if k else None for k in kept)))
    followed = [row for row in found.rows if len(row.values) > 1]
    step = max(1, -(-len(followed) // _LINES))
    for row in followed[::step]:
        values = tuple(_cell(found, row, later) for later in x)
        y = tuple(float(v) if isinstance(v, (int, float)) else None for v in values)
        lines.append(Series(f"{row.month:%b %Y}", x, y))
    what = "Customers who ordered again" if _shares(found) else NAMES[found.request.metric].capitalize()
    unit = "percent of the month's customers" if _shares(found) else NAMES[found.request.metric]
    return Chart("line", f"{what}{scope_of(found.request, said)}, by month of first order", "Months later", unit,
                 tuple(lines))  # fmt: skip


def _notes(found: Cohorts, said: Said) -> tuple[str, ...]:
    first, last = said.history
    notes = [
        f"Who bought before the history begins on {day(first)} counts with the first order in it, so its first month "
        "holds older customers too."
    ]
    if not found.last_is_whole:
        notes.append(
            f"{found.last_month:%B %Y} is not over ({day(last)}): its figures in the table are of a part of the month, "
            "and the shares of all customers leave it out."
        )
    if found.request.metric == "customers":
        notes.append("Sales without a customer id can't be followed and are left out.")
    if said.earlier is not None:
        notes.append("Cohorts are not compared with another period: each row of the table is one.")
    return tuple(notes)
