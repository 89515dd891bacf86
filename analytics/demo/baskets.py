"""Who bought what together: the units sold of a day and channel are put into the baskets of those who came.

Knows the sales and the people; changes neither, except that a late parcel may make a customer leave.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.demo.catalog import Catalog
from analytics.demo.people import KINDS, People, scaled_rates
from analytics.demo.seasons import days_of, festive
from analytics.demo.settings import CHANNELS, ONLINE, DemoSettings
from analytics.demo.stock import Sales

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

PROMISED_DAYS: Final = 7  # an online order that takes longer is late
_ANOTHER_LINE: Final = 0.6  # chance that one more unit of a product goes to a basket of its own
_TOGETHER: Final = 14.0  # how much more a product is chosen where one that goes with it lies in the basket
_LATE_LEAVES: Final = 0.16  # chance that a late parcel is the last straw
_ROUNDS: Final = 4


@dataclass
class Baskets:
    """Orders and lines as parallel lists of arrays, one entry per day and channel; `closed()` joins them."""

    day: list[Ints] = field(default_factory=list)
    channel: list[Ints] = field(default_factory=list)
    customer: list[Ints] = field(default_factory=list)
    delivery: list[Ints] = field(default_factory=list)
    line_order: list[Ints] = field(default_factory=list)
    line_product: list[Ints] = field(default_factory=list)
    line_quantity: list[Ints] = field(default_factory=list)
    orders: int = 0

    def add(self, day: int, channel: int, who: Ints, delivery: Ints, order: Ints, product: Ints, units: Ints) -> None:
        """Adds the baskets of one day and channel; `order` counts them from 0, those without a line are dropped."""
        used, order = np.unique(order, return_inverse=True)
        self.day.append(np.full(len(used), day))
        self.channel.append(np.full(len(used), channel))
        self.customer.append(who[used])
        self.delivery.append(delivery[used])
        self.line_order.append(order + self.orders)
        self.line_product.append(product)
        self.line_quantity.append(units)
        self.orders += len(used)

    def closed(self) -> "ClosedBaskets":
        """All of it as single arrays, equal products of one order made one line."""
        order, product = np.concatenate(self.line_order), np.concatenate(self.line_product)
        key, place = np.unique(order * 1_000_000 + product, return_inverse=True)
        units = np.bincount(place, weights=np.concatenate(self.line_quantity)).astype(np.int64)
        return ClosedBaskets(
            day=np.concatenate(self.day),
            channel=np.concatenate(self.channel),
            customer=np.concatenate(self.customer),
            delivery=np.concatenate(self.delivery),
            line_order=key // 1_000_000,
            line_product=key % 1_000_000,
            line_quantity=units,
        )


@dataclass(frozen=True)
class ClosedBaskets:
    """Orders: day, channel, customer (-1 unknown), days to delivery (0 at the till). Lines: order, product, units."""

    day: Ints
    channel: Ints
    customer: Ints
    delivery: Ints
    line_order: Ints
    line_product: Ints
    line_quantity: Ints


def fill_baskets(catalog: Catalog, sales: Sales, people: People, settings: DemoSettings) -> tuple[ClosedBaskets, Ints]:
    """Puts every unit sold into a basket; also returns the churn day of each customer, late parcels considered."""
    random = settings.stream(6)
    length = settings.order_value / _unit_value(catalog, sales)
    rates = scaled_rates(people, sales.sold.sum() / settings.days / length, settings)
    coming = _coming(people, rates, settings)
    churn = people.churn.copy()
    baskets = Baskets()
    december = np.array(days_of(settings).month == 12)
    for day in range(settings.days):
        here = (people.joined <= day) & (churn > day)
        chance = coming[people.kind, day] * rates * here
        chance = np.where((people.joined >= day - 1) & here, np.maximum(chance, 0.45), chance)
        visitors = np.flatnonzero(random.random(len(chance)) < chance)
        chosen = (random.random((len(visitors), 1)) > people.channel[visitors].cumsum(axis=1)).sum(axis=1)
        for channel in range(CHANNELS):
            product, units = _lines(sales.sold[:, channel, day], random)
            if not len(product):
                continue
            wanted = max(round(units.sum() / length), 1)
            who = random.permutation(visitors[chosen == channel])[:wanted]
            if channel == ONLINE:
                who = _online(who, wanted, chance * people.channel[:, ONLINE], random)
            if channel != ONLINE or not len(who):
                who = np.concatenate([who, np.full(wanted - len(who), -1)])
            delivery = _delivery(len(who), bool(december[day]), random) if channel == ONLINE else np.zeros_like(who)
            order = _assign(catalog, people, who, product, random)
            baskets.add(day, channel, who, delivery, order, product, units)
            late = who[(delivery > PROMISED_DAYS) & (who >= 0)]
            leaving = late[random.random(len(late)) < _LATE_LEAVES]
            churn[leaving] = np.minimum(churn[leaving], day + 1)
    return baskets.closed(), churn


def _unit_value(catalog: Catalog, sales: Sales) -> float:
    units = sales.sold.sum(axis=(1, 2))
    return float((units * catalog.prices).sum() / max(units.sum(), 1))


def _coming(people: People, rates: Floats, settings: DemoSettings) -> Floats:
    """Season of visits per kind of customer, (kinds, days), mean 1: those who buy presents come before Christmas."""
    season = festive(settings, np.array([True, False]))
    rows = [season[1], season[1], season.mean(axis=0), season[0], season[0] ** 3]
    return np.stack([row / row.mean() for row in rows[: len(KINDS)]])


def _online(who: Ints, wanted: int, weight: Floats, random: np.random.Generator) -> Ints:
    """Nobody orders online unknown: where more orders are due than came, further customers order."""
    weight = weight.copy()
    weight[who] = 0.0
    more = min(wanted - len(who), int((weight > 0).sum()))
    if more <= 0:
        return who
    return np.concatenate([who, random.choice(len(weight), more, replace=False, p=weight / weight.sum())])


def _delivery(count: int, december: bool, random: np.random.Generator) -> Ints:
    """Days from order to doorstep: two to six as a rule, longer for one in 14, in December for one in 7."""
    usual = random.choice([2, 3, 3, 4, 4, 5, 5, 6], count)
    late = random.random(count) < (0.14 if december else 0.07)
    return np.where(late, random.integers(8, 14, count), usual)


def _lines(sold: Ints, random: np.random.Generator) -> tuple[Ints, Ints]:
    """Products and units of the lines that a day's units make."""
    product = np.repeat(np.arange(len(sold)), sold)
    fresh = np.ones(len(product), dtype=bool)
    fresh[1:] = (np.diff(product) > 0) | (random.random(max(len(product) - 1, 0)) < _ANOTHER_LINE)
    first = np.flatnonzero(fresh)
    return product[first], np.diff(np.append(first, len(product)))


def _assign(catalog: Catalog, people: People, who: Ints, product: Ints, random: np.random.Generator) -> Ints:
    """A basket for each line: by what its owner likes, and, round by round, by what lies in it already."""
    like = np.where(who >= 0, who, random.integers(0, len(people.basket), len(who)))
    size = people.basket[like] * random.gamma(2.5, 0.4, len(who))
    weight = people.liking[like][:, product] * size[:, None]
    turn = random.integers(0, _ROUNDS, len(product))
    basket = np.full(len(product), -1)
    for round_number in range(_ROUNDS):
        now = np.flatnonzero(turn == round_number)
        placed = np.flatnonzero(basket >= 0)
        share = weight[:, now]
        if len(placed):
            holds = np.zeros((len(who), len(placed)), dtype=np.float32)
            holds[basket[placed], np.arange(len(placed))] = 1.0
            share = share * (1 + _TOGETHER * (holds @ catalog.affinity[np.ix_(product[placed], product[now])]))
        ladder = share.cumsum(axis=0)
        basket[now] = (random.random(len(now)) * ladder[-1] > ladder).sum(axis=0) if len(now) else 0
    chosen: Ints = np.minimum(basket, len(who) - 1)
    return chosen
