"""The demo shop's customers: who they are, what they like, how often they come, when they leave. Knows no order."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.demo.catalog import Catalog
from analytics.demo.prices import PricePlan
from analytics.demo.settings import COUNTRY, ONLINE, ONLINE_SHARE, STORES, DemoSettings
from analytics.demo.texts import Names

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NEVER: Final = 1_000_000  # churn day of those who stay


@dataclass(frozen=True)
class Kind:
    """A way of shopping. `hazard`: part of them that leaves in a year; `food`: how much they lean to groceries."""

    name: str
    share: float
    visits_a_year: float
    hazard: float
    food: float
    basket: float


KINDS: Final = (
    Kind("weekly grocery", 0.06, 46.0, 0.12, 2.6, 1.5),
    Kind("fortnightly grocery", 0.09, 21.0, 0.18, 2.0, 1.2),
    Kind("monthly mixed", 0.25, 9.0, 0.28, 1.0, 1.0),
    Kind("occasional homeware", 0.42, 3.5, 0.42, 0.4, 0.8),
    Kind("presents only", 0.18, 2.0, 0.50, 0.5, 0.9),
)
# town, postcode districts, nearest store (or online), weight
TOWNS: Final = (
    ("Leeds", "LS1 LS2 LS4 LS6 LS7 LS8 LS11 LS12 LS15 LS16 LS17 LS18", 0, 0.24),
    ("York", "YO1 YO10 YO23 YO24 YO26 YO30 YO31 YO32", 1, 0.21),
    ("Harrogate", "HG1 HG2 HG3", 2, 0.14),
    ("Whitby", "YO21 YO22", 3, 0.11),
    ("Bradford", "BD1 BD2 BD9 BD18", 0, 0.04),
    ("Wakefield", "WF1 WF2", 0, 0.03),
    ("Malton", "YO17", 1, 0.03),
    ("Knaresborough", "HG5", 2, 0.04),
    ("Scarborough", "YO11 YO12", 3, 0.03),
    ("Skipton", "BD23", ONLINE, 0.03),
    ("Manchester", "M1 M14 M20 M21", ONLINE, 0.04),
    ("Newcastle upon Tyne", "NE1 NE2 NE6", ONLINE, 0.03),
    ("London", "E8 N4 N16 SE15 SW9", ONLINE, 0.03),
)


@dataclass(frozen=True)
class People:
    """Customers, rows in the order of `table`.

    Attributes:
        table: the table customers (joined_on included).
        kind: row of `KINDS`, (n,).
        joined: day of registration, at most 0 for those from before the history, (n,).
        rate: hidden expected visits a day while a customer, season's mean 1, (n,).
        channel: chance of each channel at a visit, (n, channels).
        liking: weight of each product in the choice, (n, products).
        basket: relative size of the basket, (n,).
        churn: day from which no order comes, `NEVER` for those who stay, (n,).
        hazard: hidden yearly hazard of leaving before price rises and late parcels, (n,).
        price_sensitivity: how much rising prices add to the hazard, (n,).
    """

    table: pd.DataFrame
    kind: Ints
    joined: Ints
    rate: Floats
    channel: Floats
    liking: npt.NDArray[np.float32]
    basket: Floats
    churn: Ints
    hazard: Floats
    price_sensitivity: Floats


def make_people(catalog: Catalog, plan: PricePlan, names: Names, settings: DemoSettings) -> People:
    """Draws the customers; late parcels may make them leave earlier (see baskets)."""
    random = settings.stream(5)
    count = settings.customers
    kind = random.choice(len(KINDS), count, p=[each.share for each in KINDS])
    before = random.random(count) < 0.52
    joined = np.where(
        before, -random.integers(1, 1100, count), (settings.days * random.random(count) ** 0.9).astype(int)
    )
    town = random.choice(len(TOWNS), count, p=[weight for *_, weight in TOWNS])
    taste = random.gamma(0.7, 1.0, (count, len(catalog.categories)))
    hazard = np.array([each.hazard for each in KINDS])[kind] * random.gamma(2.0, 0.5, count)
    sensitivity = random.gamma(1.0, 4.0, count)
    rises = _price_rises(catalog, plan)
    return People(
        table=_table(town, joined, names, settings, random),
        kind=kind,
        joined=joined,
        rate=np.array([each.visits_a_year for each in KINDS])[kind] / 365 * random.gamma(6.0, 1 / 6.0, count),
        channel=_channels(town, random),
        liking=_liking(catalog, kind, taste, random),
        basket=np.array([each.basket for each in KINDS])[kind] * random.gamma(8.0, 1 / 8.0, count),
        churn=_leaving(joined, hazard, sensitivity, taste, rises, random),
        hazard=hazard,
        price_sensitivity=sensitivity,
    )


def _channels(town: Ints, random: np.random.Generator) -> Floats:
    """Mostly the nearest store, sometimes another, and online as each likes."""
    near = np.array([store for _, _, store, _ in TOWNS])[town]
    online = np.where(near == ONLINE, 0.93, random.beta(0.5, 3.2, len(town)))
    stores = np.tile([store.share for store in STORES], (len(town), 1)) * 0.25
    local = np.flatnonzero(near != ONLINE)
    stores[local, near[local]] += 1.6
    stores /= stores.sum(axis=1, keepdims=True)
    return np.column_stack([stores * (1 - online[:, None]), online])


def _liking(catalog: Catalog, kind: Ints, taste: Floats, random: np.random.Generator) -> npt.NDArray[np.float32]:
    """Groceries or homeware by kind, then favourite categories, then a few things bought again and again."""
    food = np.array([each.food for each in KINDS])[kind][:, None]
    lean = np.where(catalog.homeware[None, :], 1 / food, food)
    habit = random.standard_gamma(0.22, (len(kind), len(catalog.texts)), dtype=np.float32) / 0.22
    liked: npt.NDArray[np.float32] = (lean * (0.15 + taste[:, catalog.category]) * (0.05 + habit)).astype(np.float32)
    return liked


def _price_rises(catalog: Catalog, plan: PricePlan) -> Floats:
    """How far each category's list prices stand above their level 90 days before, (categories, days), not below 0."""
    level = np.stack(
        [np.log(plan.listed[catalog.category == row]).mean(axis=0) for row in range(len(catalog.categories))]
    )
    earlier = np.concatenate([np.repeat(level[:, :1], 90, axis=1), level], axis=1)[:, : level.shape[1]]
    rises: Floats = np.maximum(level - earlier, 0.0)
    return rises


def _leaving(
    joined: Ints, hazard: Floats, sensitivity: Floats, taste: Floats, rises: Floats, random: np.random.Generator
) -> Ints:
    """The day on which the summed hazard passes a standard exponential draw; all are customers on day 0."""
    felt = (taste / taste.sum(axis=1, keepdims=True)) @ rises
    daily = hazard[:, None] / 365 * (1 + sensitivity[:, None] * felt * 5)
    daily[np.arange(rises.shape[1]) < joined[:, None]] = 0.0
    gone = daily.cumsum(axis=1) > random.exponential(1.0, (len(joined), 1))
    return np.where(gone.any(axis=1), np.maximum(gone.argmax(axis=1), joined + 1), NEVER)


def _table(town: Ints, joined: Ints, names: Names, settings: DemoSettings, random: np.random.Generator) -> pd.DataFrame:
    count = len(town)
    first = random.choice(names.first, count)
    last = random.choice(names.last, count)
    street = random.choice(names.streets, count)
    house = random.integers(1, 120, count)
    district = [random.choice(TOWNS[place][1].split()) for place in town]
    letters = list("ABDEFGHJLNPQRSTUWXYZ")
    inward = [f"{random.integers(1, 10)}{''.join(random.choice(letters, 2))}" for _ in range(count)]
    mail, seen = [], dict[str, int]()
    for name, surname, host in zip(first, last, random.choice(["com", "org", "net"], count), strict=True):
        local = f"{name}.{surname}".lower()
        seen[local] = seen.get(local, 0) + 1
        mail.append(f"{local}{seen[local] if seen[local] > 1 else ''}@example.{host}")
    return pd.DataFrame(
        {
            "customer_id": [f"C{10001 + row}" for row in range(count)],
            "name": [f"{name} {surname}" for name, surname in zip(first, last, strict=True)],
            "email": mail,
            "postcode": [f"{out} {back}" for out, back in zip(district, inward, strict=True)],
            "address": [f"{number} {road}" for number, road in zip(house, street, strict=True)],
            "city": [TOWNS[place][0] for place in town],
            "country": COUNTRY,
            "joined_on": [settings.day(int(day)) for day in joined],
        }
    )


def scaled_rates(people: People, orders_a_day: float, settings: DemoSettings) -> Floats:
    """Visits a day, scaled so that known customers make their share of the shop's orders on an average day."""
    till = orders_a_day * (1 - ONLINE_SHARE) * settings.known_share
    wanted = (till + orders_a_day * ONLINE_SHARE) * settings.days
    stays = np.clip(np.minimum(people.churn, settings.days) - np.maximum(people.joined, 0), 0, None)
    rates: Floats = people.rate * wanted / max(float((people.rate * stays).sum()), 1e-9)
    return np.minimum(rates, 0.6)
