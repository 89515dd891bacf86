"""What other prices do to a product's sales, in words: its neighbours', and competitors'. Learns nothing."""

import math

from analytics.prices import FittedPrices
from assistant.messages import Fact
from assistant.wording import plural

_SURE = 1.96


def cross_notes(fitted: FittedPrices, category: str | None) -> tuple[str, ...]:
    """Sentences on neighbours' and competitors' prices; none where they were not learnt."""
    others = getattr(fitted, "others", None)  # a model of an earlier version has none
    if others is None:
        return ()
    notes = []
    table = others.categories
    if category and category in table.index:
        row = table.loc[[category]].iloc[0]
        notes.append(_effect(f"the other products of {category} get", float(row["cross"]), float(row["sd"])))
    elif category:
        notes.append(f"What the other prices of {category} do to it is unknown: they hardly moved by themselves.")
    if not math.isnan(others.rival):
        notes.append(_effect("competitors get", others.rival, others.rival_sd))
        notes.append(
            f"With competitors' prices held fixed, own-price elasticities shift by {others.own_shift:+.2f} +- "
            f"{_SURE * others.own_shift_sd:.2f} ({plural(others.compared, 'product')} with known competitors' prices)."
        )
    return tuple(notes)


def cross_facts(fitted: FittedPrices, category: str | None) -> tuple[Fact, ...]:
    """The effects as facts: per cent of units for one per cent of the others' price."""
    others = getattr(fitted, "others", None)
    if others is None:
        return ()
    found = []
    if category and category in others.categories.index:
        row = others.categories.loc[[category]].iloc[0]
        found.append(Fact(f"cross-price elasticity within {category}", float(row["cross"]), "", f"{row['cross']:.2f}"))
    if not math.isnan(others.rival):
        found.append(Fact("elasticity to competitors' prices", others.rival, "", f"{others.rival:.2f}"))
    return tuple(found)


def _effect(who: str, effect: float, sd: float) -> str:
    low, high = effect - _SURE * sd, effect + _SURE * sd
    interval = f"95 % interval {low:+.2f} to {high:+.2f}"
    if low <= 0 <= high:
        return f"If {who} 1 % dearer, units change by {effect:+.2f} %: not surely different from none ({interval})."
    if effect > 0:
        return f"If {who} 1 % dearer, units rise by about {effect:.2f} % ({interval}): buyers switch between them."
    return f"If {who} 1 % dearer, units fall by about {-effect:.2f} % ({interval}): they are bought together."
