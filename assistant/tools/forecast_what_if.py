"""The answer to "what if we cut the price by 10 %, or ran a promotion": the forecast, moved by how demand reacts.

Knows how it is said; `price_reaction` knows what is known, `analytics.forecasting.what_if` how it is reckoned.
"""

from dataclasses import replace

import numpy as np

from analytics.forecasting import Prediction
from analytics.forecasting.what_if import Supposed, suppose
from assistant.errors import BadCall
from assistant.messages import Fact, ToolResult
from assistant.toolbox import Context
from assistant.tools.forecast_answers import Subject, amount
from assistant.tools.price_reaction import Known, Promotions, known_promotions, known_reaction, reaction_of
from assistant.wording import money, percent, span


def with_price_change(
    context: Context, answer: ToolResult, subject: Subject, found: Prediction, change: float | None, *, promoted: bool
) -> ToolResult:
    """The answer with what would sell at the supposed price; with the reason where that is not known.

    Args:
        context: holds the fitted prices and promotions.
        answer: the forecast at today's price.
        subject: what is forecast.
        found: the forecast itself.
        change: of the price, in percent; None for the usual discount of earlier promotions.
        promoted: whether a promotion runs, too.

    Raises:
        BadCall: a change beyond anything sensible.
    """
    known = known_reaction(context, subject)
    promotions = known_promotions(context) if promoted else None
    if change is None:
        change = -100 * promotions.discount if promotions and promotions.count else np.nan
    if np.isnan(change):
        said = "What a promotion would add is not known: no earlier promotion of this shop could be learnt from."
        return _at_todays_price(answer, f"{said} Say by how many percent the price would be cut.")
    if known.unknown and np.isnan(known.similar):
        return _at_todays_price(answer, known.unknown)
    try:
        outcome = suppose(found, change, reaction_of(known, promotions))
    except ValueError as wrong:
        raise BadCall(f"forecast_sales: {wrong}") from None
    currency = context.shop.currency
    notes = _notes(known, promotions, change, promoted)
    return replace(
        answer,
        headline=_headline(subject, found, outcome, change, known, currency, promoted=promoted),
        facts=(*answer.facts, *_facts(found, outcome, change, known, currency)),
        method=f"{answer.method} Moved by how sales reacted to earlier price changes and promotions.",
        notes=(*notes, *answer.notes),
    )


def _at_todays_price(answer: ToolResult, why: str) -> ToolResult:
    return replace(answer, headline=f"{why} At today's price: {answer.headline}", notes=answer.notes)


def _headline(
    subject: Subject,
    found: Prediction,
    outcome: Supposed,
    change: float,
    known: Known,
    currency: str,
    *,
    promoted: bool,
) -> str:
    price = "" if np.isnan(known.price) else f" (to {money(known.price * (1 + change / 100), currency)})"
    move = f"{'cut' if change < 0 else 'raised'} by {percent(abs(change), 0)}{price}"
    promotion = " and a promotion" if promoted else ""
    where = f" at {subject.store_name}" if subject.level == "product" and subject.store_name else ""
    what = "to sell about {} units" if found.metric == "units" else "revenue of about {}"
    value, low, high, now = (
        amount(each, found.metric, currency) for each in (outcome.value, outcome.lower80, outcome.upper80, found.value)
    )
    guess = " if it reacted like similar products" if known.unknown else ""
    prices = "the price" if subject.level == "product" else "all prices"
    return (
        f"With {prices} of {subject.name}{where} {move}{promotion} we expect {what.format(value)} "
        f"({span(found.start, found.end)}){guess}, likely between {low} and {high}, instead of about {now} at "
        "today's price."
    )


def _facts(found: Prediction, outcome: Supposed, change: float, known: Known, currency: str) -> tuple[Fact, ...]:
    unit = "units" if found.metric == "units" else currency

    def shown(name: str, value: float) -> Fact:
        return Fact(name, round(value, 2), unit, amount(value, found.metric, currency))

    effect = (100 * (each - 1) for each in (outcome.units_factor, outcome.factor_low, outcome.factor_high))
    middle, low, high = (round(each, 1) for each in effect)
    elasticity = known.similar if known.unknown else known.elasticity
    return (
        Fact("supposed price change", change, "percent", percent(change, 0)),
        shown(f"expected {found.metric} at the supposed price", outcome.value),
        shown("supposed price: likely at least (8 in 10)", outcome.lower80),
        shown("supposed price: likely at most (8 in 10)", outcome.upper80),
        shown("supposed price: almost surely at least (95 %)", outcome.lower95),
        shown("supposed price: almost surely at most (95 %)", outcome.upper95),
        shown("difference from today's price", outcome.value - found.value),
        shown("difference: likely at least (8 in 10)", outcome.gained_low),
        shown("difference: likely at most (8 in 10)", outcome.gained_high),
        Fact("change in units", middle, "percent", percent(middle)),
        Fact("change in units: likely at least", low, "percent", percent(low)),
        Fact("change in units: likely at most", high, "percent", percent(high)),
        Fact("elasticity", round(elasticity, 2), "", f"{elasticity:.2f}"),
    )


def _notes(known: Known, promotions: Promotions | None, change: float, promoted: bool) -> tuple[str, ...]:
    notes = [known.unknown] if known.unknown else []
    if promoted and promotions is not None and promotions.count:
        notes.append("The promotion is taken to add what earlier ones did on average, beyond their lower price.")
    elif promoted:
        notes.append("What a promotion adds beyond its price is not known for this shop; only the price is reckoned.")
    price = known.price * (1 + change / 100)
    if price < 0.99 * known.low or price > 1.01 * known.high:
        notes.append("That price lies outside those charged so far, so this is an extrapolation.")
    if known.products > 1:
        notes.append("All prices move together; what customers would buy instead is not reckoned.")
    notes.append("The table, the chart and the reasons show the forecast at today's price.")
    return tuple(notes)
