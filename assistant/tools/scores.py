"""The tool that shows how good the models are. Reads every fitted model's scorecard; knows no model."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from analytics.errors import NotFitted
from analytics.model_store import ModelStore
from assistant.messages import Cell, Fact, Table, ToolResult
from assistant.toolbox import Context, tool
from assistant.tools.fairness_answers import fairness_answer
from assistant.wording import listed, number

_EXPECTED = ("forecast", "inventory", "churn", "customers", "prices", "promotions", "reviews", "recommend", "classify")
_SAID = {  # words that people use -> model
    "forecast": "forecast sales forecasting demand prediction predictions",
    "inventory": "inventory stock reorder ordering orders genetic",
    "churn": "churn leaving retention attrition",
    "customers": "customer segments segmentation value clv rfm",
    "prices": "price pricing elasticity",
    "promotions": "promotion promotions uplift offers offer campaign",
    "reviews": "review reviews sentiment opinion",
    "recommend": "recommend recommendation recommendations recommender suggestions",
    "classify": "classify classification classifier category categories",
    "contracts": "contract contracts",
    "uplift": "uplift holdout",
}
LIMITS = {
    "forecast": "Forecasts assume that prices, promotions and the range go on as so far; a product sold for only a "
    "few weeks has wide ranges.",
    "churn": "Churn knows orders only: an illness, a move or a new competitor is not in them. One-time customers have "
    "little to judge by.",
    "customers": "Expected value assumes that customers go on as those before them did; its ranges are of 80 %.",
    "prices": "Elasticities hold within the prices that were charged before; a product whose price never moved has "
    "none of its own.",
    "promotions": "What promotions did is measured against weeks without them; a promotion that everybody got at the "
    "same time as a season can't be told from it.",
    "reviews": "Sentiment is read from words: irony and languages with few reviews are read badly. Stars are not used.",
    "recommend": "Recommendations repeat what was bought so far; a new product is found only by its text.",
    "contracts": "Contracts that ended teach who ends the next one; what no column tells is not known.",
    "uplift": "What an offer adds holds for offers like the ones that were tested, and where chance drew who got them.",
    "classify": "Categories are read from texts; a product unlike all others gets a low confidence and no category.",
}
_COLUMNS = ("model", "what it predicts", "method", "measure", "score", "other scores", "serves", "judged on")
_FAIR = re.compile(r"\b(?:fair\w*|unfair\w*|bias\w*|discriminat\w*|equal\w*)\b", re.IGNORECASE)


@tool(roles={"manager"})
def model_scorecard(context: Context, model: str | None = None) -> ToolResult:
    """How good the predictive models are: every method's backtest score, and which one serves.

    Args:
        model: one model or method, as it was called, or "fairness"; none for all.
    """
    fitted = set(context.shop.models.names())
    cards = [(name, card) for name in sorted(fitted) for card in cards_of(context.shop.models, name)]
    if not cards:
        return ToolResult("No model has been fitted for this shop yet: run `retail-assistant fit`.", status="error")
    if model and _FAIR.search(model):
        return fairness_answer(context)
    if model:
        chosen = _chosen(cards, model)
        if not chosen:
            return replace(_answer(cards, fitted, False), headline=_unknown(model, cards))
        cards = chosen
    answer = _answer(cards, fitted, bool(model))
    return replace(answer, notes=(*answer.notes, *_card_notes(context, cards, bool(model))))


def _card_notes(context: Context, cards: list[tuple[str, Any]], chosen: bool) -> tuple[str, ...]:
    """What else belongs on the model card: limits of the models asked for, and the fairness check beside churn."""
    names = list(dict.fromkeys(name for name, _ in cards))
    notes = [f"{LIMITS[name]}" for name in names if chosen and name in LIMITS]
    if "churn" in names and "fairness" in context.shop.models.names():
        notes.append(f"Fairness: {context.shop.models.load('fairness').sentence()}.")
    if "churn" in names:
        notes += explained(context.shop.models.load("churn"))
    return tuple(notes)


def explained(churn: Any) -> list[str]:
    """How a customer's reasons are found; nothing where what fitted churn does not say."""
    how = churn.how_explained() if hasattr(churn, "how_explained") else ""
    return [f"Churn reasons are found by {how}."] if how else []


def cards_of(models: ModelStore, name: str) -> Iterator[Any]:
    """A fitted model's scorecards; none where it cannot be read or was not judged."""
    try:
        fitted = models.load(name)
    except NotFitted:
        return
    several = getattr(fitted, "scorecards", None)
    found = list(several.values()) if isinstance(several, dict) else [getattr(fitted, "scorecard", None)]
    for card in found:
        if getattr(card, "scores", None) and getattr(card, "measure", None):
            yield card


def _chosen(cards: list[tuple[str, Any]], said: str) -> list[tuple[str, Any]]:
    """The cards of the model that was named, else those in which a method of that name was judged."""
    words = {word.strip("s") for word in said.lower().replace("-", " ").split()}
    named = {name for name, others in _SAID.items() if words & {other.strip("s") for other in (name, *others.split())}}
    found = [(name, card) for name, card in cards if name in named or name in said.lower()]
    if found:
        return found
    plain = said.lower().replace(" ", "")
    return [(n, c) for n, c in cards if any(plain in str(m).lower().replace(" ", "") for m in c.scores)]


def _unknown(said: str, cards: list[tuple[str, Any]]) -> str:
    models = listed(list(dict.fromkeys(name for name, _ in cards)))
    return f"No model or method called {said!r} was judged in this shop; there are scores for {models}."


def ability(name: str, card: Any) -> str:
    """What the model predicts, in words."""
    return str(getattr(card, "ability", None) or name)


def _judged(card: Any) -> str:
    """On how much a card's methods were judged, and up to which day where it has one: a catalog's models have none."""
    rows, as_of = getattr(card, "rows", None), getattr(card, "as_of", None)
    return (number(rows) if rows is not None else "") + (f", up to {as_of.isoformat()}" if as_of else "")


def _answer(cards: list[tuple[str, Any]], fitted: set[str], chosen: bool) -> ToolResult:
    rows: list[tuple[Cell, ...]] = []
    facts, said = [], []
    for name, card in cards:
        predicts, serves = ability(name, card), str(card.serves)
        value = float(card.scores[card.serves][card.measure])
        said.append(f"{predicts}: {serves} with {card.measure} {number(value, 3)}")
        facts.append(Fact(f"{card.measure} of {predicts} ({serves})", round(value, 4), card.measure, number(value, 3)))
        for method, scores in sorted(card.scores.items(), key=lambda item: _order(card, item[1])):
            others = ", ".join(f"{k} {float(v):.3g}" for k, v in scores.items() if k != card.measure)
            score = round(float(scores[card.measure]), 4)
            rows.append(
                (name, predicts, str(method), card.measure, score, others, str(method) == serves, _judged(card))
            )
    missing = [name for name in _EXPECTED if name not in fitted]
    head = said[0] if len(said) == 1 else listed(said[:3])
    more = "" if len(said) <= 3 else f" ({len(said) - 3} more in the table)"
    return ToolResult(
        headline=f"In the backtests, the serving methods scored: {head}{more}.",
        facts=tuple(facts),
        table=Table(
            ("model", "what it predicts", "method", "measure", "score", "other scores", "serves", "judged on"),
            tuple(rows),
        ),
        method="Each backtest splits by time: a method sees only what was known before the days on which it is judged.",
        score=None,
        notes=(
            *(f"{ability(name, card)[:1].upper()}{ability(name, card)[1:]}: {card.split}." for name, card in cards[:3]),
            "WAPE is the sum of absolute errors as a share of what was sold: 0 is perfect, lower is better.",
            *((f"Not fitted yet: {listed(missing)}.",) if missing and not chosen else ()),
        ),
    )


def _order(card: Any, scores: dict[str, float]) -> float:
    value = float(scores[card.measure])
    return value if getattr(card, "lower_is_better", False) else -value
