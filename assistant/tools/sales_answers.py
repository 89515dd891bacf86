"""Words, facts, table and chart of a sales report. Knows how figures are said, not how they are computed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from analytics.report_records import CALENDAR, COLUMNS, Report, ReportRow, SalesRequest
from assistant.messages import Cell, Chart, Fact, ProductCard, Series, Table, ToolResult
from assistant.periods import Period
from assistant.shop_things import Product
from assistant.tools.sales_words import (
    METHODS,
    NAMES,
    PLURALS,
    RATES,
    change_words,
    cut_spans,
    exact,
    in_country,
    row_name,
    row_time,
    shown,
    when,
)
from assistant.wording import day, listed, number, percent, plural, span

_NAMED_IN_HEADLINE = 5
_FEW_ORDERS = 10


@dataclass(frozen=True)
class Said:
    """What the report is about, as a person calls it.

    Attributes:
        history: first and last day of the shop's sales.
    """

    period: Period
    earlier: Period | None
    currency: str
    history: tuple[date, date]
    product: str | None = None
    store: str | None = None
    customer: str | None = None


def report_answer(report: Report, said: Said, unsold: int, product: Callable[[str], Product | None]) -> ToolResult:
    """The report as a tool result; `product` looks a product up by its id."""
    headline = _nothing(report, said)
    if headline is None:
        headline = _groups_headline(report, said) if report.request.group_by else _total_headline(report, said)
        if report.request.before:
            headline += f" {_comparison(report, said)}"
    return ToolResult(
        headline=headline,
        facts=_facts(report, said),
        table=_table(report, said) if report.rows else None,
        chart=_chart(report, said) if len(report.rows) > 1 else None,
        products=_cards(report, product),
        method=METHODS[report.request.metric],
        notes=_notes(report, said, unsold),
        follow_ups=_follow_ups(report, said),
    )


def _about(request: SalesRequest, said: Said) -> str:
    """What is counted: " of PARTY BUNTING"."""
    category = request.category
    return "".join([f" of {said.product}" if said.product else "", f" in the category {category}" if category else ""])


def _scope(report: Report, said: Said) -> str:
    return scope_of(report.request, said)


def scope_of(request: SalesRequest, said: Said) -> str:
    """What the figure is limited to: " of PARTY BUNTING in the Netherlands"."""
    parts = [
        f"in {in_country(request.country)}" if request.country else "",
        f"at the store {said.store}" if said.store else "",
        f"by {said.customer}" if said.customer else "",
    ]
    return _about(request, said) + "".join(f" {part}" for part in parts if part)


def _nothing(report: Report, said: Said) -> str | None:
    """The headline where nothing was booked."""
    if report.lines:
        return None
    return f"There were no sales{_scope(report, said)} {when(said.period)}."


def _total_headline(report: Report, said: Said) -> str:
    metric, scope, time = report.request.metric, _scope(report, said), when(said.period)
    if report.total is None:
        return f"There were only returns and no sales{scope} {time}, so there is no {NAMES[metric]}."
    figure = shown(report.total, metric, said.currency)
    if metric == "orders":
        return f"There {'was' if report.total == 1 else 'were'} {plural(report.total, 'order')}{scope} {time}."
    if metric == "customers":
        return f"{plural(report.total, 'different customer')} bought{scope} {time}."
    if metric == "units":
        about = _about(report.request, said)
        were = "was" if report.total == 1 else "were"
        return f"{plural(report.total, 'unit')}{about} {were} sold{scope.removeprefix(about)} {time}, returns deducted."
    if metric == "return_rate":
        return f"{figure} of the sales value{scope} was returned {time}."
    return f"{'The average order value' if metric == 'average_order_value' else 'Revenue'}{scope} {time} was {figure}."


def _groups_headline(report: Report, said: Said) -> str:
    request, rows = report.request, [row for row in report.rows if row.value is not None]
    by, name, time = str(request.group_by), NAMES[request.metric], f"{_scope(report, said)} {when(said.period)}"
    if not rows:
        return f"No {by} had a {name}{time}."

    def told(row: ReportRow) -> str:
        return f"{row_name(row, by)} ({shown(row.value, request.metric, said.currency)})"

    overall = "overall" if request.metric in RATES else "in all"
    total = f"{overall} it was {shown(report.total, request.metric, said.currency)}"
    if by not in COLUMNS and not request.top and not request.order:
        what = "Revenue" if request.metric == "revenue" else f"The {name}"
        return _course_headline(report, said, rows, f"{what}{time}", total)
    order = request.order or "highest"
    if len(rows) == 1:
        return f"The {by} with the {order} {name}{time} was {told(rows[0])}; {total}."
    many = PLURALS[by]
    if len(rows) <= _NAMED_IN_HEADLINE:
        return (
            f"The {len(rows)} {many} with the {order} {name}{time} were {listed([told(row) for row in rows])}; {total}."
        )
    first = listed([told(row) for row in rows[1:3]])
    return f"The {by} with the {order} {name}{time} was {told(rows[0])}, followed by {first}; {total}."


def _course_headline(report: Report, said: Said, rows: Sequence[ReportRow], what: str, total: str) -> str:
    """Names the best and the worst span of a course; spans that the period cuts off are named only where all are."""
    by, metric = str(report.request.group_by), report.request.metric
    whole = [row for row in rows if row.key not in cut_spans(report)]
    rows = whole if len(whole) > 1 else rows

    def told(row: ReportRow) -> str:
        return f"{row_time(row, by)} ({shown(row.value, metric, said.currency)})"

    if len(rows) == 1:
        return f"{what} was {shown(rows[0].value, metric, said.currency)}, all of it {row_time(rows[0], by)}."
    # Rows are in the order of time: the first of equal ones is named.
    most, least = max(rows, key=lambda row: row.value or 0.0), min(rows, key=lambda row: row.value or 0.0)
    return f"{what}, by {by}, was highest {told(most)} and lowest {told(least)}; {total}."


def _comparison(report: Report, said: Said) -> str:
    """The second sentence: more or less than in the earlier period."""
    earlier = said.earlier
    if earlier is None or report.before is None or not report.before_lines:
        begins = (
            f" (the history begins on {day(said.history[0])})" if earlier and earlier.start < said.history[0] else ""
        )
        named = when(earlier) if earlier else "before"
        return f"There is nothing to compare with: no sales are recorded {named}{begins}."
    metric = report.request.metric
    before = f"{when(earlier)} ({shown(report.before, metric, said.currency)})"
    what = "The total" if report.request.group_by else "That"
    return f"{what} is {change_words(report.change, metric, said.currency)} {before}."


def _facts(report: Report, said: Said) -> tuple[Fact, ...]:
    metric = report.request.metric
    unit = said.currency if report.unit == "money" else report.unit

    def fact(name: str, value: float | None) -> Fact:
        return Fact(name, exact(value, metric), unit, shown(value, metric, said.currency))

    about = f"{NAMES[metric]}{_scope(report, said)}"
    facts = [fact(f"{about} {when(said.period)}", report.total)]
    if said.earlier and report.before_lines:
        facts.append(fact(f"{about} {when(said.earlier)}", report.before))
        facts += _change_facts(report, fact)
    if report.request.group_by:
        facts += [fact(row_name(row, report.request.group_by), row.value) for row in report.rows]
        facts.append(Fact("groups", report.n_groups, "", number(report.n_groups)))
    return tuple(facts)


def _change_facts(report: Report, fact: Callable[[str, float | None], Fact]) -> list[Fact]:
    change = report.change
    if change.difference is None:
        return []
    if report.request.metric == "return_rate":
        points = round(change.difference, 2)
        return [Fact("difference", points, "percentage points", f"{abs(points):.2f} percentage points")]
    grown = (
        []
        if change.percent is None
        else [Fact("change", round(change.percent, 2), "percent", percent(abs(change.percent)))]
    )
    return [fact("difference", change.difference), *grown]


def _table(report: Report, said: Said) -> Table:
    request, by = report.request, str(report.request.group_by)
    heading = NAMES[request.metric].capitalize() + (f" ({said.currency})" if report.unit == "money" else "")
    columns = [by.capitalize(), heading]
    identified = by in ("product", "customer", "store")
    compared = bool(report.before_lines) and any(row.before is not None for row in report.rows)
    columns = (["Id"] if identified else []) + columns + (["Before", "Change in %"] if compared else [])
    rows = []
    for row in report.rows:
        cells: list[Cell] = [row.key] if identified else []
        cells += [row_name(row, by), exact(row.value, request.metric)]
        if compared:
            grown = row.change.percent
            cells += [exact(row.before, request.metric), None if grown is None else round(grown, 1)]
        rows.append(tuple(cells))
    return Table(tuple(columns), tuple(rows))


def _chart(report: Report, said: Said) -> Chart:
    by, metric = str(report.request.group_by), report.request.metric
    course = by in CALENDAR and not report.request.top and not report.request.order
    unit = said.currency if report.unit == "money" else report.unit
    x = tuple(row.key if course else row_name(row, by) for row in report.rows)
    series = [Series(said.period.label, x, tuple(row.value for row in report.rows))]
    if said.earlier and report.before_lines and any(row.before is not None for row in report.rows):
        series.append(Series(said.earlier.label, x, tuple(row.before for row in report.rows)))
    title = f"{NAMES[metric].capitalize()}{_scope(report, said)} by {by}"
    return Chart("line" if course else "bar", title, by.capitalize(), f"{NAMES[metric]} ({unit})", tuple(series))


def _cards(report: Report, product: Callable[[str], Product | None]) -> tuple[ProductCard, ...]:
    if report.request.group_by != "product":
        return ()
    found = [product(row.key) for row in report.rows]
    return tuple(ProductCard(each.product_id, each.title, each.price, each.category) for each in found if each)


def _notes(report: Report, said: Said, unsold: int) -> tuple[str, ...]:
    request, by = report.request, report.request.group_by
    first, last = said.history
    notes = []
    if report.start <= report.end:
        dates = span(report.start, report.end)
        notes.append(f"From {dates}." if report.start < report.end else f"On {dates}.")
    if said.period.end > last:
        notes.append(f"The history ends on {day(last)}, so {said.period.label} is not complete.")
    if said.period.start < first:
        notes.append(f"The history begins on {day(first)}, so {said.period.label} is not complete.")
    notes += _comparison_notes(report, said)
    if by is None:
        return tuple(note for note in notes if note)
    if 1 < len(report.rows) < report.n_groups:
        which = "lowest" if request.order == "lowest" else "top"
        notes.append(f"The {which} {len(report.rows)} of {report.n_groups:,} {PLURALS[by]}.")
    if report.unassigned and report.unit != "customers":
        missing = {
            "customer": "a customer id",
            "store": "a store",
            "category": "a category",
            "country": "a country",
        }.get(by)
        figure = shown(report.unassigned, request.metric, said.currency)
        notes.append(f"Sales without {missing} ({NAMES[request.metric]} {figure}) are in the total and in no row.")
    few = sum(1 for row in report.rows if row.orders < _FEW_ORDERS)
    if few and request.metric in RATES:
        notes.append(
            f"{few} of the rows {'rests' if few == 1 else 'rest'} on fewer than {_FEW_ORDERS} orders, "
            "so their figures say little."
        )
    if unsold:
        notes.append(
            f"Another {plural(unsold, 'product')} sold before had no sale at all in these days and "
            f"{'is' if unsold == 1 else 'are'} not listed."
        )
    for key, held in cut_spans(report).items():
        name = row_name(ReportRow(key, key, None, 0), by)
        notes.append(f"{name[0].upper()}{name[1:]} holds only {plural(held, 'day')} here.")
    return tuple(note for note in notes if note)


def _comparison_notes(report: Report, said: Said) -> list[str]:
    if not said.earlier or not report.before_lines:
        return []
    first, by = said.history[0], report.request.group_by
    notes = [f"Compared with {span(said.earlier.start, said.earlier.end)}."]
    if said.earlier.start < first:
        notes.append(f"The history begins on {day(first)}, so {said.earlier.label} is not complete.")
    if by in CALENDAR and any(row.before is not None for row in report.rows):
        notes.append(f"Each {by} stands beside the one at the same place of {said.earlier.label}.")
    return notes


def _follow_ups(report: Report, said: Said) -> tuple[str, ...]:
    name = NAMES[report.request.metric].replace("number of ", "")
    offers = []
    if not report.request.group_by:
        offers.append(f"Show {name} {when(said.period)} by week")
        if not report.request.product_id:
            offers.append(f"Which products had the highest {name} {when(said.period)}?")
    if not report.request.before and said.period.label != "the whole history":
        offers.append(f"Compare {name} {when(said.period)} with the period before")
    return tuple(offers)
