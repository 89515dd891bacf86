"""Words, facts, table and chart of the sales trends. Knows how figures are said, not how they are computed."""

from collections.abc import Sequence
from dataclasses import replace

from analytics.report_records import Change
from analytics.trends import Trend, Trends
from analytics.unusual_days import UnusualDay
from assistant.messages import Cell, Chart, Fact, Series, Table, ToolResult
from assistant.periods import Period
from assistant.tools.sales_words import PLURALS, change_words, when
from assistant.wording import day, listed, money, number, percent, plural, span

_NAMED = 3
_LISTED = 10
_KINDS = {
    "rising": "rising",
    "falling": "falling",
    "new": "new",
    "stopped": "no longer sold",
    "one_off": "a single large order",
    "returns": "many returns",
}
_METHOD = (
    "Orders of each group against the period before, the shop's own change and, where known, last "
    "year's season; a change is "
    "listed where a Poisson test widened by the group's usual ups and downs leaves at most 5 % false findings among "
    "all that are listed. The largest change of revenue comes first."
)


def trends_answer(found: Trends, period: Period, earlier: Period, currency: str) -> ToolResult:
    """The trends as a tool result."""
    changed = (*found.rising, *found.falling, *found.unusual)
    shown = (*found.rising[:_LISTED], *found.falling[:_LISTED], *found.unusual[:_LISTED])
    return ToolResult(
        headline=f"{_shop(found, period, earlier, currency)} {_groups(found)}",
        facts=_facts(found, period, earlier, currency),
        table=_table(shown, found, currency) if shown else None,
        chart=_chart(shown, period, earlier, found, currency) if shown else None,
        method=_METHOD,
        notes=_notes(found, earlier, len(changed), len(shown)),
        follow_ups=_follow_ups(found),
    )


def with_unusual_days(answer: ToolResult, days: Sequence[UnusualDay]) -> ToolResult:
    """The answer with the days that stood out, whatever the grouping."""
    if not days:
        return answer
    told = listed([_day_words(each) for each in days[:_NAMED]])
    more = f"; and {plural(len(days) - _NAMED, 'more day')}" if len(days) > _NAMED else ""
    note = f"{plural(len(days), 'day')} of the whole shop stood out from the same weekdays around: {told}{more}."
    facts = [Fact("unusual days", len(days), "days", number(len(days)))]
    for each in days[:_NAMED]:
        facts.append(Fact(f"orders on {day(each.day)}", each.orders, "orders", number(each.orders)))
        facts.append(
            Fact(f"usual orders of such a day as {day(each.day)}", each.expected, "orders", number(each.expected))
        )
    return replace(answer, facts=(*answer.facts, *facts), notes=(note, *answer.notes))


def _day_words(each: UnusualDay) -> str:
    again = ", as the year before" if each.as_last_year else ""
    seen = plural(each.orders, "order")
    return f"{each.day:%A} {day(each.day)} with {seen} where {number(each.expected)} are usual{again}"


def _shop(found: Trends, period: Period, earlier: Period, currency: str) -> str:
    change = change_words(Change(found.value, found.before), "revenue", currency)
    said = f"Revenue {when(period)} was {money(found.value, currency)}, {change} {when(earlier)}"
    if found.last_year and found.last_year > 0:
        against = change_words(Change(found.value, found.last_year), "revenue", currency)
        said += f" and {against} a year before"
    return said + "."


def _groups(found: Trends) -> str:
    many = PLURALS[found.group_by]
    if not (found.rising or found.falling or found.unusual):
        return (
            f"None of the {plural(found.tested, found.group_by, many)} with enough orders to tell changed "
            "more than chance explains."
        )
    parts = [
        f"{len(each)} {'is' if len(each) == 1 else 'are'} {word}{_named(each)}" if each else f"none is {word}"
        for each, word in ((found.rising, "rising"), (found.falling, "falling"))
    ]
    if found.unusual:
        kinds = [_KINDS[kind] for kind in dict.fromkeys(each.kind for each in found.unusual)]
        parts.append(f"{len(found.unusual)} {'is' if len(found.unusual) == 1 else 'are'} unusual ({', '.join(kinds)})")
    return f"Of {plural(found.tested, found.group_by, many)} with enough orders to tell, {'; '.join(parts)}."


def _named(trends: Sequence[Trend]) -> str:
    named = listed([f"{each.label} ({_orders(each)})" for each in trends[:_NAMED]])
    return f", most of all {named}" if len(trends) > 1 else f", {named}"


def _orders(trend: Trend) -> str:
    return f"{number(trend.orders)} orders after {number(trend.orders_before)}"


def _facts(found: Trends, period: Period, earlier: Period, currency: str) -> tuple[Fact, ...]:
    facts = [
        _money(f"revenue {when(period)}", found.value, currency),
        _money(f"revenue {when(earlier)}", found.before, currency),
    ]
    change = Change(found.value, found.before).percent
    if change is not None:
        facts.append(Fact("change against the period before", round(change, 2), "percent", percent(abs(change))))
    if found.last_year:
        facts.append(_money("revenue a year before", found.last_year, currency))
        yearly = Change(found.value, found.last_year).percent
        if yearly is not None:
            facts.append(Fact("change against a year before", round(yearly, 2), "percent", percent(abs(yearly))))
    for name in ("rising", "falling", "unusual"):
        trends: tuple[Trend, ...] = getattr(found, name)
        facts.append(Fact(f"{PLURALS[found.group_by]} {name}", len(trends), "", number(len(trends))))
        for each in trends[:_NAMED]:
            facts += [_money(f"revenue of {each.label} ({name})", each.value, currency)]
            facts += [_money(f"revenue of {each.label} before", each.before, currency)]
            facts += [Fact(f"orders of {each.label}", each.orders, "orders", number(each.orders))]
            facts += [Fact(f"orders of {each.label} before", each.orders_before, "orders", number(each.orders_before))]
    facts.append(Fact("tested", found.tested, "", number(found.tested)))
    return tuple(facts)


def _money(name: str, value: float, currency: str) -> Fact:
    return Fact(name, round(value, 2), currency, money(value, currency))


def _table(shown: Sequence[Trend], found: Trends, currency: str) -> Table:
    columns = ["What", found.group_by.capitalize(), f"Revenue ({currency})", "Before", "Change in %", "Why"]
    if found.last_year is not None:
        columns.insert(4, "A year before")
    rows = []
    for each in shown:
        grown = Change(each.value, each.before).percent
        cells: list[Cell] = [_KINDS[each.kind], each.label, round(each.value, 2), round(each.before, 2),
                 None if grown is None else round(grown, 1), each.reason]  # fmt: skip
        if found.last_year is not None:
            cells.insert(4, None if each.last_year is None else round(each.last_year, 2))
        rows.append(tuple(cells))
    return Table(tuple(columns), tuple(rows))


def _chart(shown: Sequence[Trend], period: Period, earlier: Period, found: Trends, currency: str) -> Chart:
    drawn = sorted(shown, key=lambda each: each.before - each.value)[: 2 * _LISTED]
    names = tuple(each.label for each in drawn)
    series = (
        Series(earlier.label, names, tuple(round(each.before, 2) for each in drawn)),
        Series(period.label, names, tuple(round(each.value, 2) for each in drawn)),
    )
    return Chart("bar", "What changed", found.group_by.capitalize(), f"revenue ({currency})", series)


def _notes(found: Trends, earlier: Period, changed: int, shown: int) -> tuple[str, ...]:
    notes = [
        f"From {day(found.period[0])} to {day(found.period[1])}, compared with {span(earlier.start, earlier.end)}.",
        f"The table shows the {shown} largest of {changed} changes." if shown < changed else "",
    ]
    if found.last_year_period is None:
        notes.append(
            "The history does not reach back to the same days last year, so seasons cannot be told from trends."
        )
    else:
        notes.append(f"The year before means {span(*found.last_year_period)}: the same weekdays 52 weeks earlier.")
    return tuple(note for note in notes if note)


def _follow_ups(found: Trends) -> tuple[str, ...]:
    named = (*found.rising[:1], *found.falling[:1])
    if found.group_by == "product":
        return tuple(f"How many {each.label} will we sell in the next 4 weeks?" for each in named)
    return tuple(f"Revenue of {each.label} by week" for each in named)
