"""Words, facts, table and chart of a sales forecast. Knows how a forecast is said, not how it is made."""

import math
from dataclasses import dataclass
from datetime import date, timedelta

from analytics.forecasting import FittedForecast, Level, Metric, Prediction
from assistant.messages import Cell, Chart, Fact, Series, Table, ToolResult
from assistant.periods import Horizon, Period
from assistant.tools.forecast_reasons import Write, reason_facts, reason_sentence
from assistant.tools.sales_words import in_country, when
from assistant.tools.stock_reading import score_words
from assistant.wording import day, money, number, plural, span

_SHOWN_WEEKS = 26


@dataclass(frozen=True)
class Subject:
    """What is forecast: the fitted level and key, a product's store, and its name for people."""

    level: Level
    key: str
    name: str
    store_id: str | None = None
    store_name: str | None = None


def about(value: float) -> float:
    """An expectation as exact as it deserves: whole below 1,000, three leading digits above."""
    if value < 1000:
        return float(round(value))
    digits = 3 - math.ceil(math.log10(value))
    return float(round(value, digits))


def amount(value: float, metric: Metric, currency: str) -> str:
    """An expected amount as a person reads it."""
    if metric == "units":
        return number(about(value))
    return money(about(value), currency).removesuffix(".00")


def forecast_answer(
    fitted: FittedForecast, subject: Subject, horizon: Horizon, metric: Metric, currency: str
) -> ToolResult:
    """The forecast over a horizon, said, drawn and listed by week."""
    found = fitted.predict(subject.level, subject.key, horizon.start, horizon.end, metric, subject.store_id)
    unit = "units" if metric == "units" else currency
    low, high = amount(found.lower80, metric, currency), amount(found.upper80, metric, currency)
    facts = [
        Fact(f"expected {metric}", round(found.value, 2), unit, f"about {amount(found.value, metric, currency)}"),
        Fact("likely at least (8 in 10)", round(found.lower80, 2), unit, low),
        Fact("likely at most (8 in 10)", round(found.upper80, 2), unit, high),
        Fact("almost surely at least (95 %)", round(found.lower95, 2), unit, amount(found.lower95, metric, currency)),
        Fact("almost surely at most (95 %)", round(found.upper95, 2), unit, amount(found.upper95, metric, currency)),
        Fact("first day", found.start.isoformat(), "date", day(found.start)),
        Fact("last day", found.end.isoformat(), "date", day(found.end)),
        Fact("days", len(found.daily), "days", plural(len(found.daily), "day")),
    ]
    parts = fitted.explain(subject.level, subject.key, horizon.start, horizon.end, metric, subject.store_id)
    write = _writer(metric, currency)
    why = reason_sentence(parts, found.start, found.end, write) if parts else None
    weeks = _weeks(fitted, subject, found.end, metric)
    return ToolResult(
        headline=_headline(found, subject, horizon, currency),
        facts=(*facts, *reason_facts(parts, unit, write)),
        table=_table(weeks, metric),
        chart=_chart(fitted, subject, weeks, metric, currency),
        method=f"Served by {found.method}, the best of those that competed; ranges from its errors in the backtest.",
        score=score_words(fitted.card(subject.level, metric)),
        notes=((why,) if why else ()) + found.notes,
        follow_ups=_follow_ups(subject),
    )


def _writer(metric: Metric, currency: str) -> Write:
    return lambda value: amount(value, metric, currency)


def ahead(horizon: Horizon) -> str:
    """The horizon behind its preposition: "in the next 4 weeks", "next month (July 2026)", "on 1 July 2026"."""
    if horizon.label.startswith(("next ", "tomorrow", "today")):
        return horizon.label
    return when(Period(horizon.start, horizon.end, horizon.label))


def _headline(found: Prediction, subject: Subject, horizon: Horizon, currency: str) -> str:
    time = ahead(horizon)
    single = found.start == found.end or "(" in time or time[-4:].isdigit()
    dates = "" if single else f" ({span(found.start, found.end)})"
    value = amount(found.value, found.metric, currency)
    low, high = (amount(bound, found.metric, currency) for bound in (found.lower80, found.upper80))
    where = f" at {subject.store_name}" if subject.store_id and subject.level == "product" else ""
    if found.upper95 < 0.5:
        return f"We expect to sell no {subject.name}{where} {time}{dates}."
    sold = {
        "product": f"{value} {subject.name}{where}",
        "category": f"{value} units of {subject.name}",
        "store": f"{value} units at {subject.name}",
        "country": f"{value} units to {in_country(subject.name)}",
        "total": f"{value} units in the whole shop",
    }
    earned = {
        "product": f"from {subject.name}{where}",
        "category": f"from {subject.name}",
        "store": f"at {subject.name}",
        "country": f"from {in_country(subject.name)}",
        "total": "in the whole shop",
    }
    if found.metric == "units":
        return f"We expect to sell about {sold[subject.level]} {time}{dates}, likely between {low} and {high}."
    return f"We expect revenue of about {value} {earned[subject.level]} {time}{dates}, likely between {low} and {high}."


def _weeks(fitted: FittedForecast, subject: Subject, end: date, metric: Metric) -> list[Prediction]:
    """One forecast per week from the first day ahead, so that single weeks have their own range."""
    count = min(math.ceil((end - fitted.as_of).days / 7), (fitted.last_day - fitted.as_of).days // 7)
    starts = [fitted.as_of + timedelta(days=1 + 7 * w) for w in range(count)]
    return [
        fitted.predict(subject.level, subject.key, start, start + timedelta(days=6), metric, subject.store_id)
        for start in starts
    ]


def _table(weeks: list[Prediction], metric: Metric) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (w.start.isoformat(), w.end.isoformat(), round(w.value, 1), round(w.lower80, 1), round(w.upper80, 1))
        for w in weeks
    ]
    return Table(("from", "to", f"expected {metric}", "likely at least", "likely at most"), tuple(rows))


def _chart(fitted: FittedForecast, subject: Subject, weeks: list[Prediction], metric: Metric, currency: str) -> Chart:
    series = []
    if subject.store_id is None or subject.level == "store":
        days, sold = fitted.past_weeks(subject.level, subject.key, "units" if subject.level == "product" else metric)
        factor = fitted.prices.get(subject.key, 0.0) if subject.level == "product" and metric == "revenue" else 1.0
        past = [(d.isoformat(), round(float(s) * factor, 2)) for d, s in zip(days, sold, strict=True)][-_SHOWN_WEEKS:]
        label = "sold" if factor == 1.0 else "sold, at today's price"
        if past:
            series.append(Series(label, tuple(d for d, _ in past), tuple(s for _, s in past)))
    series.append(
        Series(
            "expected, with its likely range",
            tuple(w.start.isoformat() for w in weeks),
            tuple(round(w.value, 2) for w in weeks),
            tuple(round(w.lower80, 2) for w in weeks),
            tuple(round(w.upper80, 2) for w in weeks),
        )
    )
    unit = "units per week" if metric == "units" else f"revenue per week ({currency})"
    return Chart("line", f"{subject.name}: {unit}", "week from", unit, tuple(series))


def _follow_ups(subject: Subject) -> tuple[str, ...]:
    if subject.level == "product":
        return (f"How many {subject.name} should I order?", "How good is the forecast model?")
    return ("Which products are running low?", "How good is the forecast model?")
