"""New and returning customers as an answer: words, facts, table and chart. Knows how they are said, not how found."""

from collections.abc import Mapping

from analytics.cohorts import BuyerGroup, CustomerSplit, Kind
from analytics.report_records import UNITS, Change, Metric
from assistant.messages import Cell, Chart, Fact, Series, Table, ToolResult
from assistant.tools.sales_answers import Said, scope_of
from assistant.tools.sales_words import NAMES, change_words, exact, shown, when
from assistant.wording import day, number, percent, plural, span

_ALWAYS: tuple[Metric, ...] = ("customers", "orders", "revenue", "average_order_value")
_GROUPS = {"new": "new customers", "returning": "returning customers", "unknown": "sales without a customer id"}
_KNOWN: tuple[Kind, Kind] = ("new", "returning")
_BY_PERIOD = "New: the first order in the history lies in these days; returning: it lies before them."
_BY_MONTH = (
    "Each calendar month on its own. New: the customer's first order lies in that month; returning: it lies before it."
)


def split_answer(found: CustomerSplit, said: Said) -> ToolResult:
    """The split as a tool result."""
    groups = {group.kind: group for group in found.groups}
    if "new" not in groups and "returning" not in groups:
        return ToolResult(
            headline=f"No known customer bought anything{scope_of(found.request, said)} {when(said.period)}.",
            notes=_notes(found, said),
        )
    headline = _over_all(found, said, groups) if found.monthly else _in_period(found, said, groups)
    return ToolResult(
        headline=headline,
        facts=_facts(found, said),
        table=_table(found, said),
        chart=_chart(found, said),
        method=_BY_MONTH if found.monthly else _BY_PERIOD,
        notes=_notes(found, said),
        follow_ups=("Show retention by month of first order", *(("New versus returning customers last month",)
                    if found.monthly else ())),
    )  # fmt: skip


def _value(groups: Mapping[Kind, BuyerGroup], kind: Kind, metric: Metric) -> float | None:
    nothing = None if metric in ("average_order_value", "return_rate") else 0.0
    return groups[kind].figures[metric] if kind in groups else nothing


def _in_period(found: CustomerSplit, said: Said, groups: Mapping[Kind, BuyerGroup]) -> str:
    new, old = (float(_value(groups, kind, "customers") or 0) for kind in _KNOWN)
    where = f"{scope_of(found.request, said)} {when(said.period)}"
    share = f": {percent(100 * new / (new + old))} were new" if new + old else ""
    text = f"{plural(new, 'new customer')} and {number(old)} returning ones bought{where}{share}."
    metric = found.request.metric
    if metric == "customers":
        return f"{text}{_compared(found, said)}"
    first, second = (shown(_value(groups, kind, metric), metric, said.currency) for kind in _KNOWN)
    name = NAMES[metric]
    begins = "Revenue" if metric == "revenue" else f"The {name}"
    return f"{text} {begins} was {first} with new and {second} with returning customers.{_compared(found, said)}"


def _over_all(found: CustomerSplit, said: Said, groups: Mapping[Kind, BuyerGroup]) -> str:
    new, old = (float(_value(groups, kind, "customers") or 0) for kind in _KNOWN)
    where = f"{scope_of(found.request, said)} {when(said.period)}"
    if not new:
        return f"{plural(old, 'customer')} bought{where}, all of them customers from before."
    text = f"{plural(new, 'customer')} bought{where} for the first time; {number(old)} bought in a later month"
    metric = "revenue" if found.request.metric == "customers" else found.request.metric
    first, second = (shown(_value(groups, kind, metric), metric, said.currency) for kind in _KNOWN)
    return f"{text}. The {NAMES[metric]} of first months was {first}, that of later months {second}."


def _compared(found: CustomerSplit, said: Said) -> str:
    """The second sentence, where another period is compared with."""
    if said.earlier is None:
        return ""
    metric, changes = found.request.metric, []
    for group in found.groups:
        if group.kind != "unknown":
            change = change_words(Change(group.figures[metric], group.before), metric, said.currency)
            changes.append(f"{_GROUPS[group.kind]} {change.rsplit(' ', 1)[0]}")
    return f" Compared with {said.earlier.label}, {NAMES[metric]}: {'; '.join(changes)}."


def _facts(found: CustomerSplit, said: Said) -> tuple[Fact, ...]:
    facts = []
    known = sum(group.figures["customers"] or 0 for group in found.groups)
    for group in found.groups:
        for metric in _columns(found):
            if group.kind == "unknown" and metric == "customers":
                continue
            value = group.figures[metric]
            unit = said.currency if UNITS[metric] == "money" else UNITS[metric]
            name = f"{NAMES[metric]} of {_GROUPS[group.kind]}"
            facts.append(Fact(name, exact(value, metric), unit, shown(value, metric, said.currency)))
        if group.kind == "new" and known and not found.monthly:
            share = 100 * (group.figures["customers"] or 0) / known
            facts.append(Fact("share of customers who are new", round(share, 2), "percent", percent(share)))
    return tuple(facts)


def _columns(found: CustomerSplit) -> tuple[Metric, ...]:
    return tuple(dict.fromkeys((found.request.metric, *_ALWAYS)))


def _table(found: CustomerSplit, said: Said) -> Table:
    compared = said.earlier is not None
    heads = [
        f"{NAMES[metric].capitalize()}{f' ({said.currency})' if UNITS[metric] == 'money' else ''}"
        for metric in _columns(found)
    ]
    rows = []
    for group in found.groups:
        cells: list[Cell] = [_GROUPS[group.kind].capitalize()]
        cells += [
            None if group.kind == "unknown" and metric == "customers" else exact(group.figures[metric], metric)
            for metric in _columns(found)
        ]
        if compared:
            grown = Change(group.figures[found.request.metric], group.before).percent
            cells += [exact(group.before, found.request.metric), None if grown is None else round(grown, 1)]
        rows.append(tuple(cells))
    return Table(("Customers", *heads, *(("Before", "Change in %") if compared else ())), tuple(rows))


def _chart(found: CustomerSplit, said: Said) -> Chart:
    metric = found.request.metric
    unit = said.currency if UNITS[metric] == "money" else UNITS[metric]
    title = f"{NAMES[metric].capitalize()}{scope_of(found.request, said)}: new and returning customers"
    label = f"{NAMES[metric]} ({unit})"
    if len(found.months) > 1:
        x = tuple(each.month.isoformat() for each in found.months)
        lines = (
            Series("new in that month", x, tuple(each.new for each in found.months)),
            Series("returning", x, tuple(each.returning for each in found.months)),
        )
        return Chart("line", title, "Month", label, lines)
    known = [group for group in found.groups if group.kind != "unknown"]
    bars = Series(
        said.period.label, tuple(_GROUPS[each.kind] for each in known), tuple(each.figures[metric] for each in known)
    )
    return Chart("bar", title, "Customers", label, (bars,))


def _notes(found: CustomerSplit, said: Said) -> tuple[str, ...]:
    first, last = said.history
    days = span(found.start, found.end)
    notes = [] if found.start > found.end else [f"From {days}." if found.start < found.end else f"On {days}."]
    notes.append(f"Who bought before the history begins on {day(first)} counts as new at the first order in it.")
    if said.period.end > last:
        notes.append(f"The history ends on {day(last)}, so {said.period.label} is not complete.")
    if any(group.kind == "unknown" for group in found.groups):
        notes.append("Sales without a customer id are shown apart: nobody knows whether they were new.")
    return tuple(notes)
