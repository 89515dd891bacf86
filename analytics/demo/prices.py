"""List prices, promotions and competitors' prices day by day. Knows the catalog, no sale."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.demo.catalog import Catalog
from analytics.demo.settings import DemoSettings

Floats = npt.NDArray[np.float64]

COMPETITORS: Final = ("Millrace Stores", "Hawthorn Home & Pantry")
# channel that carried the promotion -> mean of what it adds to demand beyond the lower price
CHANNEL_LIFT: Final = {"email": 0.18, "in store": 0.30, "online": 0.15, "leaflet": 0.22, "social media": 0.12}
_MONTHS: Final = (
    "January sale", "Winter warmers", "Spring clean", "Spring offer", "May bank holiday offer", "Early summer offer",
    "Summer sale", "Late summer offer", "Back to the kitchen", "Autumn offer", "Run-up to Christmas", "Christmas offer",
)  # fmt: skip


@dataclass(frozen=True)
class PricePlan:
    """Prices and promotions of every product and day.

    Attributes:
        listed: list price, (products, days).
        off: money that a promotion takes off one unit, (products, days).
        promotion: number of the promotion that holds, -1 none, (products, days).
        lift: hidden multiple of demand beyond the price's own effect, per promotion.
        changes: the table price_changes.
        promotions: the table promotions.
    """

    listed: Floats
    off: Floats
    promotion: npt.NDArray[np.int64]
    lift: Floats
    changes: pd.DataFrame
    promotions: pd.DataFrame

    @property
    def paid(self) -> Floats:
        """What one unit costs at the till, (products, days)."""
        return np.round(self.listed - self.off, 2)

    @property
    def effect(self) -> Floats:
        """The promotion's multiple of demand, 1 where none holds, (products, days)."""
        return np.where(self.promotion >= 0, self.lift[self.promotion], 1.0)


def make_prices(catalog: Catalog, settings: DemoSettings) -> PricePlan:
    """Draws price changes, promotions and their effects."""
    random = settings.stream(2)
    listed, changes = _list_prices(catalog, settings, random)
    rows, share, promotion, lift = _promotions(catalog, settings, random)
    off = np.round(listed * share, 2)
    return PricePlan(listed, off, promotion, lift, changes, rows)


def _shelf_price(price: float) -> float:
    """Rounded as on a shelf label: 5p steps below 10 pounds, 50p below 30, then whole pounds."""
    step = 0.05 if price < 10 else 0.5 if price < 30 else 1.0
    return round(max(round(price / step), 1) * step, 2)


def _list_prices(catalog: Catalog, settings: DemoSettings, random: np.random.Generator) -> tuple[Floats, pd.DataFrame]:
    """Works back from today's price: one to five changes, more rises than cuts, at least four weeks apart."""
    listed = np.repeat(catalog.prices[:, None], settings.days, axis=1)
    rows: list[tuple[str, object, float]] = []
    for row, product in enumerate(catalog.products["product_id"]):
        first = int(catalog.launch[row])
        slots = np.arange(first + 28, settings.days - 7, 28)
        count = min(int(random.integers(1, 6)), len(slots))
        chosen = random.choice(slots, count, replace=False) if count else np.array([], dtype=int)
        days = np.sort(chosen + random.integers(0, 7, count))
        price = float(catalog.prices[row])
        for day in days[::-1]:
            rows.append((product, settings.day(day), price))
            step = random.normal(0.014, 0.055)
            step += np.copysign(0.02, step)
            floor = catalog.texts[row].cost * 1.08
            price = _shelf_price(max(price / float(np.exp(step)), floor))
            listed[row, :day] = price
        rows.append((product, settings.day(first), price))
    changes = pd.DataFrame(rows, columns=["product_id", "effective_on", "price"])
    return listed, changes.sort_values(["product_id", "effective_on"], ignore_index=True)


def _promotions(
    catalog: Catalog, settings: DemoSettings, random: np.random.Generator
) -> tuple[pd.DataFrame, Floats, npt.NDArray[np.int64], Floats]:
    """Promotions spread over the history, the last one running on the last day; the deepest discount holds."""
    share = np.zeros((len(catalog.texts), settings.days))
    holds = np.full(share.shape, -1)
    lifts = np.zeros(settings.promotions)
    rows: list[dict[str, object]] = []
    spread = np.linspace(10, settings.days - 7, settings.promotions)
    starts = np.clip(spread + random.integers(-5, 6, settings.promotions), 0, settings.days - 5).astype(int)
    for number, start in enumerate(starts):
        discount = float(random.choice([0.10, 0.15, 0.20, 0.20, 0.25, 0.30]))
        channel = str(random.choice(list(CHANNEL_LIFT)))
        lifts[number] = 1 + CHANNEL_LIFT[channel] * float(random.uniform(0.6, 1.5))
        members, by_category, name = _covered(catalog, int(start), settings, random)
        end = int(start) + int(random.integers(7, 17)) - 1
        window = share[members, start : end + 1]
        holds[members, start : end + 1] = np.where(discount > window, number, holds[members, start : end + 1])
        share[members, start : end + 1] = np.maximum(window, discount)
        common = {
            "promotion_id": f"M{number + 1:03d}",
            "name": f"{_MONTHS[settings.day(int(start)).month - 1]}: {discount:.0%} off {name}",
            "starts_on": settings.day(int(start)),
            "ends_on": settings.day(end),
            "discount": discount,
            "channel": channel,
        }
        if by_category:
            rows.append({**common, "product_id": None, "category": catalog.texts[members[0]].category})
        else:
            rows.extend(
                {**common, "product_id": catalog.products["product_id"][row], "category": None} for row in members
            )
    columns = ["promotion_id", "name", "starts_on", "ends_on", "product_id", "category", "discount", "channel"]
    return pd.DataFrame(rows)[columns], share, holds, lifts


def _covered(
    catalog: Catalog, start: int, settings: DemoSettings, random: np.random.Generator
) -> tuple[npt.NDArray[np.int64], bool, str]:
    """The products of a promotion, whether it is a whole category, and its name in words."""
    category = int(random.integers(len(catalog.categories)))
    members = np.flatnonzero(catalog.category == category)
    whole = bool(random.random() < 0.6)
    if not whole:
        onsale = members[catalog.launch[members] <= start]
        members = onsale if len(onsale) else members
        members = np.sort(random.choice(members, min(int(random.integers(3, 9)), len(members)), replace=False))
    label = catalog.categories[category].lower()
    return members, whole, label if whole else f"selected {label}"


def competitor_prices(catalog: Catalog, plan: PricePlan, settings: DemoSettings) -> pd.DataFrame:
    """Monthly observations of the last year for about half of the products of each competitor."""
    random = settings.stream(3)
    days = np.arange(settings.days - 2, max(settings.days - 365, 0), -30)[::-1]
    parts = []
    for competitor, level in zip(COMPETITORS, (-0.03, 0.04), strict=True):
        rows = np.flatnonzero(random.random(len(catalog.texts)) < 0.5)
        own = np.exp(random.normal(level, 0.08, len(rows)))
        for day in days:
            price = plan.listed[rows, day] * own * np.exp(random.normal(0, 0.015, len(rows)))
            part = (
                catalog.products["product_id"]
                .iloc[rows]
                .to_frame()
                .assign(
                    competitor=competitor,
                    price=[_shelf_price(each) for each in price],
                    observed_on=settings.day(int(day)),
                )
            )
            parts.append(part[catalog.launch[rows] <= day])
    columns = ["competitor", "product_id", "price", "observed_on"]
    observed: pd.DataFrame = pd.concat(parts, ignore_index=True)[columns]
    return observed
