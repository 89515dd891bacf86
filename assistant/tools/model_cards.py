"""The model cards of a shop as one page, from the scorecards of its fitted models. Knows no model.

The parts of a card follow Mitchell et al. (2019), "Model cards for model reporting": what it is for, data, methods,
figures of every method on days that none had seen, limits, and who was looked at separately (fairness).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assistant.tools.scores import LIMITS, ability, cards_of, explained
from assistant.wording import day

if TYPE_CHECKING:
    from assistant.shop import Shop


def model_cards(shop: "Shop") -> str:
    """The page, in Markdown."""
    names = shop.models.names()
    parts = [
        f"# Model cards of {shop.name}",
        f"Written by `retail-assistant cards` from the models fitted for {day(shop.as_of)}. Every figure is a "
        "backtest's: the method saw nothing of the days, customers or products on which it is judged.",
    ]
    for name in names:
        found = list(cards_of(shop.models, name))
        if found:
            parts.append(_card(shop, name, found))
    return "\n\n".join(parts)


def _card(shop: "Shop", name: str, found: Sequence[Any]) -> str:
    lines = [f"## {name}"]
    for each in found:
        lines += [
            f"**What it predicts:** {ability(name, each)}. **Serves:** {each.serves}.",
            _judged(each),
            _table(each),
        ]
    if name in LIMITS:
        lines.append(f"**Limits:** {LIMITS[name]}")
    if name == "churn":
        lines += [f"**How reasons are found:** {text}" for text in explained(shop.models.load("churn"))]
        if "fairness" in shop.models.names():
            lines.append(f"**Fairness:** {shop.models.load('fairness').sentence()}.")
    return "\n\n".join(lines)


def _judged(card: Any) -> str:
    rows, as_of = getattr(card, "rows", None), getattr(card, "as_of", None)
    told = [
        f"**Judged:** {card.split}",
        f"{rows:,} judged" if rows is not None else "",
        f"as of {as_of}" if as_of else "",
    ]
    return "; ".join(part for part in told if part) + "."


def _table(card: Any) -> str:
    """Every method with every measure, the best first."""
    measures = list(dict.fromkeys([card.measure, *(name for scores in card.scores.values() for name in scores)]))
    order = sorted(card.scores, key=lambda name: card.scores[name][card.measure], reverse=not card.lower_is_better)
    rows = [[f"{method} (serves)" if method == card.serves else method] for method in order]
    for row, method in zip(rows, order, strict=True):
        scores = card.scores[method]
        row += [f"{float(scores[name]):.4g}" if name in scores else "" for name in measures]
    head = ["method", *measures]
    table = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "/") for cell in row) + " |" for row in table)
