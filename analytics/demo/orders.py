"""From baskets to the tables orders and order_lines: times, prices, statuses, cancellations, returns, numbers.

Knows what was bought and at what price; demand is settled before.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.demo.baskets import PROMISED_DAYS, ClosedBaskets
from analytics.demo.catalog import Catalog
from analytics.demo.people import People
from analytics.demo.prices import PricePlan
from analytics.demo.seasons import channel_factors, days_of
from analytics.demo.settings import COUNTRY, ONLINE, STORES, DemoSettings

Ints = npt.NDArray[np.int64]

_NOTHING: Final = np.array(None, dtype=object)
_CANCELLED: Final = 0.015  # part of the online orders that the customer cancels before dispatch
_FIRST_NUMBER: Final = 200_001
# chance that a line comes back, at average quality and in time
_RETURNED_HOMEWARE: Final = 0.072
_RETURNED_FOOD: Final = 0.006
_WITHIN_DAYS: Final = 30
# opening and closing hour, (weekdays or Sunday, stores, 2), as policies/stores.md says
_OPEN: Final = np.array(
    [[[9, 18], [9, 17.5], [9, 17.5], [10, 17]], [[11, 17], [10.5, 16.5], [11, 16], [10, 17]]], dtype=float
)


@dataclass(frozen=True)
class OrderBook:
    """The finished tables, and `sales`: the sale lines with what reviews need (quality of service, delivery day)."""

    orders: pd.DataFrame
    lines: pd.DataFrame
    sales: pd.DataFrame


def book_orders(
    catalog: Catalog, plan: PricePlan, people: People, baskets: ClosedBaskets, settings: DemoSettings
) -> OrderBook:
    """Draws times, cancellations and returns, and numbers all orders by their time."""
    random = settings.stream(7)
    orders = _sales(people, baskets, settings, random)
    lines = _sale_lines(catalog, plan, baskets, orders)
    back = _returned(catalog, lines, orders, settings, random)
    orders["status"] = np.where(_all_back(lines, back, orders), "returned", orders["status"])
    entries = _entries(orders, back, settings)
    return _numbered(catalog, orders, lines, back, entries)


def _times(settings: DemoSettings, day: Ints, channel: Ints, random: np.random.Generator) -> Ints:
    """Seconds of the day: tills within their opening hours, the web shop mostly in the evening."""
    date = days_of(settings)
    eve = np.array((date.month == 12) & ((date.day == 24) | (date.day == 31)))[day]
    hours = _OPEN[np.array(date.dayofweek == 6)[day].astype(int), np.minimum(channel, ONLINE - 1)]
    closing = np.where(eve, np.minimum(hours[:, 1], 16.0), hours[:, 1])
    till = hours[:, 0] + (closing - hours[:, 0]) * random.beta(1.9, 2.1, len(day))
    web = np.clip(random.normal(19.2, 2.6, len(day)), 6.0, 23.9)
    midday = np.clip(random.normal(12.4, 1.8, len(day)), 6.0, 23.9)
    web = np.where(random.random(len(day)) < 0.35, midday, web)
    seconds: Ints = (np.where(channel == ONLINE, web, till) * 3600).astype(np.int64)
    return seconds


def _sales(people: People, baskets: ClosedBaskets, settings: DemoSettings, random: np.random.Generator) -> pd.DataFrame:
    """One row per basket, in the baskets' order."""
    count = len(baskets.day)
    online = baskets.channel == ONLINE
    start = pd.Timestamp(settings.start)
    ordered = start + pd.to_timedelta(
        baskets.day * 86_400 + _times(settings, baskets.day, baskets.channel, random), unit="s"
    )
    doorstep = _on_weekdays(settings, baskets.day + baskets.delivery, random.integers(9, 18, count))
    late = baskets.delivery > PROMISED_DAYS
    leaves = np.where(late & (random.random(count) < 0.5), baskets.delivery - 3, 1)
    warehouse = _on_weekdays(settings, baskets.day + leaves, random.integers(7, 9, count))
    cancelled = online & (random.random(count) < _CANCELLED)
    table = people.table
    known = baskets.customer >= 0
    who = np.where(known, baskets.customer, 0)
    full = (table["address"] + ", " + table["city"] + ", " + table["postcode"]).to_numpy()[who]
    orders = pd.DataFrame({"ordered_at": ordered, "channel": baskets.channel, "day": baskets.day, "late": late})
    orders["customer_id"] = np.where(known, table["customer_id"].to_numpy()[who], _NOTHING)
    orders["store_id"] = np.array([*(store.store_id for store in STORES), None], dtype=object)[baskets.channel]
    orders["address"] = np.where(online, full, _NOTHING)
    orders["dispatched_at"] = warehouse.where(online & ~cancelled, ordered)
    orders["delivered_at"] = doorstep.where(online & ~cancelled, ordered)
    orders["cancelled"] = cancelled
    orders.loc[cancelled, ["dispatched_at", "delivered_at"]] = pd.NaT
    orders["cancelled_at"] = ordered + pd.to_timedelta(random.integers(1_200, 21_600, count), unit="s")
    return _as_known(orders, settings)


def _on_weekdays(settings: DemoSettings, day: Ints, hour: Ints) -> pd.DatetimeIndex:
    """That day and hour, the Monday after it where it is a Sunday: nothing is sent or delivered on Sundays."""
    moved = day + ((day + settings.start.weekday()) % 7 == 6)
    start = pd.Timestamp(settings.start)
    return pd.DatetimeIndex(start + pd.to_timedelta(moved * 24 + hour, unit="h"))


def _as_known(orders: pd.DataFrame, settings: DemoSettings) -> pd.DataFrame:
    """Statuses at the end of the last day: what has not happened by then is not known."""
    end = pd.Timestamp(settings.as_of) + pd.Timedelta(days=1)
    orders["cancelled"] &= orders["cancelled_at"] < end
    for moment in ("dispatched_at", "delivered_at"):
        orders[moment] = orders[moment].where(orders[moment] < end)
    status = np.where(orders["dispatched_at"].isna(), "placed", "dispatched").astype(object)
    status[orders["delivered_at"].notna()] = "delivered"
    status[orders["cancelled"]] = "cancelled"
    return orders.assign(status=status, kind="sale", country=COUNTRY)


def _sale_lines(catalog: Catalog, plan: PricePlan, baskets: ClosedBaskets, orders: pd.DataFrame) -> pd.DataFrame:
    """One row per line: the price of the day less the discount."""
    product, order = baskets.line_product, baskets.line_order
    day = baskets.day[order]
    number = plan.promotion[product, day]
    ids = np.array([*plan.promotions["promotion_id"].unique(), None], dtype=object)
    lines = pd.DataFrame({"order": order, "product": product, "quantity": baskets.line_quantity.astype(float)})
    lines["product_id"] = catalog.products["product_id"].to_numpy()[product]
    lines["unit_price"] = plan.paid[product, day]
    lines["discount"] = plan.off[product, day]
    lines["promotion_id"] = ids[number]
    lines["sold_at"] = orders["ordered_at"].to_numpy()[order]
    lines["line_number"] = lines.groupby("order").cumcount() + 1
    return lines


def _returned(
    catalog: Catalog, lines: pd.DataFrame, orders: pd.DataFrame, settings: DemoSettings, random: np.random.Generator
) -> pd.DataFrame:
    """The lines that come back, whole or in part, on one day per order; low quality and lateness bring more back."""
    chance = np.where(catalog.homeware, _RETURNED_HOMEWARE, _RETURNED_FOOD) * np.exp(-0.55 * catalog.quality)
    order = lines["order"].to_numpy()
    late, online = orders["late"].to_numpy()[order], orders["channel"].to_numpy()[order] == ONLINE
    likely = chance[lines["product"]] * np.where(late, 1.9, 1.0) * np.where(online, 1.35, 0.9)
    arrived = orders["delivered_at"]
    after = np.clip(1 + random.gamma(2.0, 4.2, len(orders)), 1, _WITHIN_DAYS - 1).astype(int)
    booked = _open_day(settings, arrived.dt.normalize() + pd.to_timedelta(after, unit="D"))
    booked += pd.to_timedelta(random.integers(39_600, 57_000, len(orders)), unit="s")  # 11 am to 3.50 pm
    known = (booked < pd.Timestamp(settings.as_of) + pd.Timedelta(days=1)).to_numpy()
    back = lines[(random.random(len(lines)) < likely) & known[order]].copy()
    part = np.ceil(back["quantity"] * random.random(len(back)))
    back["quantity"] = -np.where(random.random(len(back)) < 0.7, back["quantity"], part)
    gone = lines[orders["cancelled"].to_numpy()[order]].copy()
    gone["quantity"] *= -1
    both = pd.concat([back, gone])
    cancelled = orders["cancelled"].to_numpy()[both["order"]]
    both["sold_at"] = np.where(
        cancelled, orders["cancelled_at"].to_numpy()[both["order"]], booked.to_numpy()[both["order"]]
    )
    sorted_lines: pd.DataFrame = both.sort_values(["order", "line_number"])
    return sorted_lines


def _open_day(settings: DemoSettings, day: pd.Series) -> pd.Series:
    """The same day, or the next on which the stores are open."""
    dates = days_of(settings)
    closed = dates[channel_factors(settings)[0] == 0]
    for _ in range(2):  # Boxing Day follows Christmas Day
        day = day.where(~day.isin(closed), day + pd.Timedelta(days=1))
    return day


def _all_back(lines: pd.DataFrame, back: pd.DataFrame, orders: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which delivered orders came back whole."""
    bought = np.bincount(lines["order"], weights=lines["quantity"], minlength=len(orders))
    came = np.bincount(back["order"], weights=-back["quantity"], minlength=len(orders))
    whole: npt.NDArray[np.bool_] = (bought == came) & (orders["status"] == "delivered").to_numpy()
    return whole


def _entries(orders: pd.DataFrame, back: pd.DataFrame, settings: DemoSettings) -> pd.DataFrame:
    """The return orders, one per sale that came back or was cancelled; their row of `orders` in `origin`."""
    first = back.groupby("order")["sold_at"].first()
    entries = orders.loc[first.index, ["customer_id", "store_id", "country", "cancelled"]].copy()
    entries["origin"] = first.index
    entries["ordered_at"] = first.to_numpy()
    entries["kind"] = "return"
    entries["status"] = np.where(entries["cancelled"], "cancelled", "returned")
    return entries


def _numbered(
    catalog: Catalog, orders: pd.DataFrame, lines: pd.DataFrame, back: pd.DataFrame, entries: pd.DataFrame
) -> OrderBook:
    """Gives sales and returns one run of numbers in the order of their times."""
    both = pd.concat([orders.assign(origin=-1), entries], ignore_index=True)
    both["rank"] = both["ordered_at"].rank(method="first").astype(int)
    both["order_id"] = (both["rank"] + _FIRST_NUMBER - 1).astype(str)
    ids = both["order_id"].to_numpy()
    both["returns_order_id"] = np.where(both["origin"] >= 0, ids[both["origin"].clip(lower=0)], _NOTHING)
    sales = lines.assign(order_id=ids[lines["order"]])
    entry = pd.Series(ids[len(orders) :], index=entries["origin"].to_numpy())
    returned = back.assign(order_id=entry.loc[back["order"]].to_numpy())
    returned["line_number"] = returned.groupby("order").cumcount() + 1
    columns = ["order_id", "line_number", "product_id", "quantity", "unit_price", "discount", "promotion_id", "sold_at"]
    table = pd.concat([sales[columns], returned[columns]]).sort_values(["order_id", "line_number"], ignore_index=True)
    told = sales.assign(
        customer_id=orders["customer_id"].to_numpy()[lines["order"]],
        late=orders["late"].to_numpy()[lines["order"]],
        online=(orders["channel"] == ONLINE).to_numpy()[lines["order"]],
        delivered_at=orders["delivered_at"].to_numpy()[lines["order"]],
    )
    kept = [
        "order_id", "customer_id", "store_id", "ordered_at", "country", "kind", "status", "dispatched_at",
        "delivered_at", "returns_order_id", "address",
    ]  # fmt: skip
    return OrderBook(both.sort_values("rank")[kept].reset_index(drop=True), table, told)
