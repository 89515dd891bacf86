"""The manager's tools that move goods, on a small shop in Leeds and York with a few orders to deliver."""

import re
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import duckdb
import numpy as np
import pandas as pd
import pytest

from analytics.forecasting import Forecaster, ForecastSettings
from analytics.history import History
from analytics.model_store import ModelStore
from analytics.supply import TransferSettings
from analytics.warehouse import Warehouse, rebuild
from assistant.messages import ToolCall
from assistant.resolve import Resolver
from assistant.settings import DeliverySettings, ShopSettings
from assistant.toolbox import Context, Toolbox
from assistant.tools.stock import TOOLS

AS_OF = date(2026, 6, 30)
# product -> units a day in Leeds and in York, price, cost
SOLD = {"P1": (4, 2, 5.0, 2.0), "P2": (1, 1, 20.0, 8.0), "P3": (2, 2, 3.0, 1.0)}
TITLES = {"P1": "Red Lamp", "P2": "Blue Rug", "P3": "Green Mug"}
# product, store, on hand
STOCK = [("P1", "S1", 12), ("P1", "S2", 100), ("P2", "S1", 60), ("P2", "S2", 0), ("P3", "S1", 200), ("P3", "S2", 200)]
PLACED = "(store_id, name, city, country, postcode, latitude, longitude)"
# order -> customer, address, window
ORDERS = {
    "w1": ("c1", None, None),
    "w2": ("c1", None, None),
    "w3": ("c2", None, None),
    "w4": ("c3", "3 Park Row, Leeds, LS8 1PG", ("09:00", "12:00")),
    "w5": ("c3", "3 Park Row, Leeds, LS8 1PG", ("05:00", "07:30")),
    "w6": ("c3", "3 Park Row, Leeds, LS8 1PG", ("noonish", None)),
}


def sales():
    """Steady lamps and rugs; as many mugs as chance has it."""
    rows, chance = [], np.random.default_rng(5)
    for back in range(26 * 7):
        day = AS_OF - timedelta(days=back)
        for product, (leeds, york, price, _) in SOLD.items():
            if product == "P3":
                leeds, york = (int(n) + 1 for n in chance.poisson(1, 2))
            rows.append((f"{product}-1-{back}", day, "S1", product, leeds, price))
            rows.append((f"{product}-2-{back}", day, "S2", product, york, price))
    return pd.DataFrame(rows, columns=["order_id", "day", "store_id", "product_id", "quantity", "price"])


def build(path):
    lines = sales()
    with rebuild(path) as connection:
        connection.register("made", lines)
        connection.execute(
            "insert into orders (order_id, store_id, country, kind, ordered_at) "
            "select order_id, store_id, 'UK', 'sale', day from made"
        )
        connection.execute(
            "insert into order_lines select order_id, 1, product_id, quantity, price, null, null, day from made"
        )
        for product, (_, _, price, cost) in SOLD.items():
            connection.execute(
                "insert into products (product_id, title, category, price, cost, supplier_id, merchandise) "
                "values (?, ?, 'Home', ?, ?, 'V1', true)",
                [product, TITLES[product], price, cost],
            )
        connection.execute("insert into suppliers values ('V1', 'Calder', 7, 0, 10, 15)")
        connection.execute(
            f"insert into stores {PLACED} values ('S1', 'Shop Leeds', 'Leeds', 'UK', 'LS1', 53.8, -1.54)"
        )
        connection.execute(f"insert into stores {PLACED} values ('S2', 'Shop York', 'York', 'UK', 'YO1', 53.96, -1.08)")
        connection.execute("insert into customers (customer_id, city) values ('c1', 'York'), ('c2', 'Oxford')")
        connection.execute("insert into customers (customer_id, city, postcode) values ('c3', 'Leeds', 'LS2 4QR')")
        connection.execute("insert into postcodes values ('LS8', 53.83, -1.5)")
        for product, place, on_hand in STOCK:
            connection.execute("insert into inventory values (?, ?, ?, 0, 7, ?)", [place, product, on_hand, AS_OF])
        for order, (customer, address, window) in ORDERS.items():
            connection.execute(
                "insert into orders (order_id, customer_id, country, kind, status, ordered_at, address) "
                "values (?, ?, 'UK', 'sale', 'placed', ?, ?)",
                [order, customer, AS_OF, address],
            )
            if window:
                connection.execute("insert into delivery_windows values (?, ?, ?)", [order, *window])
    return Warehouse(path)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("moves")
    warehouse = build(folder / "warehouse.duckdb")
    models = ModelStore(folder / "models")
    models.save("forecast", Forecaster(ForecastSettings(small_level_origins=2)).fit(History.of(warehouse, AS_OF)))
    return SimpleNamespace(
        warehouse=warehouse, currency="GBP", as_of=AS_OF, resolve=Resolver(warehouse, AS_OF), models=models,
        settings=ShopSettings("Calder"),
    )  # fmt: skip


def asked(shop, name, **arguments):
    context = Context(shop, SimpleNamespace(role="manager", customer_id=None))
    return Toolbox.of(TOOLS).run(ToolCall(name, arguments), context)[1]


def changed(shop, **settings):
    return SimpleNamespace(**vars(shop) | {"settings": replace(shop.settings, **settings)})


def without(shop, tmp_path, *statements):
    """The same shop after some of its history has been changed."""
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(shop.warehouse.path.read_bytes())
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    warehouse = Warehouse(path)
    return SimpleNamespace(**vars(shop) | {"warehouse": warehouse, "resolve": Resolver(warehouse, AS_OF)})


def fact(result, name):
    return next(each for each in result.facts if each.name == name)


def test_stock_moves_from_plenty_to_want(shop):
    found = asked(shop, "plan_transfers")
    moves = {(row[1], row[2], row[3]) for row in found.table.rows}
    assert moves == {("Red Lamp", "Shop York", "Shop Leeds"), ("Blue Rug", "Shop Leeds", "Shop York")}
    # 100 lamps at 2 a day are 50 days, 12 at 4 a day are 3; 60 rugs at about 1 a day are about 60 days
    assert "Red Lamp from Shop York (50 days of cover) to Shop Leeds (3 days)" in found.headline
    assert re.search(r"Blue Rug from Shop Leeds \((59|60|61) days of cover\) to Shop York \(0 days\)", found.headline)


def test_what_moving_earns_and_costs_is_told(shop):
    found = asked(shop, "plan_transfers")
    km = next(row[5] for row in found.table.rows)
    units = fact(found, "units to move").value
    # one trip there and back at 0.50 a km for both products, 0.10 a unit
    assert fact(found, "cost of moving").value == pytest.approx(2 * 0.5 * km + 0.1 * units, abs=0.1)
    assert fact(found, "expected to be earned by sales saved").value == pytest.approx(
        sum(row[9] for row in found.table.rows), abs=0.02
    )


def test_a_trip_that_does_not_pay_is_told_with_what_a_van_could_take(shop):
    found = asked(changed(shop, transfers=TransferSettings(cost_per_km=50)), "plan_transfers")
    assert found.headline.startswith("No trip between the stores pays for itself: ")
    assert "If a van goes there anyway, it should take" in found.headline
    assert len(found.table.rows) == 2


def test_one_product_that_nobody_lacks(shop):
    assert asked(shop, "plan_transfers", product="green mug").headline == (
        "There is nothing of Green Mug to move between the stores: no store is short."
    )


def test_a_place_that_sells_nothing_gives_all_it_has(shop, tmp_path):
    with_warehouse = without(
        shop, tmp_path,
        f"insert into stores {PLACED} values ('W', 'Depot', 'Selby', 'UK', null, 53.78, -1.07)",
        "insert into inventory values ('W', 'P1', 40, 0, 7, '2026-06-30')",
        "update inventory set on_hand = 0 where product_id = 'P1' and store_id = 'S2'",
    )  # fmt: skip
    found = asked(with_warehouse, "plan_transfers", product="red lamp")
    assert {(row[2], row[3]) for row in found.table.rows} == {("Depot", "Shop Leeds"), ("Depot", "Shop York")}
    assert any("Depot" in note for note in asked(with_warehouse, "plan_transfers").notes)


def test_where_safety_stock_is_best_held(shop):
    found = asked(shop, "plan_transfers")
    apart = fact(found, "safety stock with every store supplied on its own").value
    assert 0 < fact(found, "safety stock supplied through Shop Leeds").value <= apart
    assert any("guaranteed-service model" in note or "held in the stores" in note for note in found.notes)
    assert not any("safety stock" in each.name for each in asked(shop, "plan_transfers", product="red lamp").facts)


def test_one_store_has_nobody_to_exchange_with(shop, tmp_path):
    alone = without(shop, tmp_path, "delete from stores where store_id = 'S2'")
    assert asked(alone, "plan_transfers").headline == (
        "This shop has one store only, Shop Leeds: there is no other one to move stock to or from."
    )


def test_rounds_visit_the_towns_that_ordered(shop):
    found = asked(shop, "plan_deliveries")
    assert found.headline.startswith("For the 6 orders that are open on 30 June 2026: van 1: ")
    assert (fact(found, "orders planned").value, fact(found, "orders that cannot be brought").value) == (3, 3)
    assert "w3 (Oxford): the coordinates of its address are not known" in found.headline
    assert "w5 (Leeds): its time window ends at 7:30" in found.headline
    assert "w6 (Leeds): its time window cannot be read: 'noonish' is no time of day" in found.headline


def test_orders_of_one_customer_are_one_stop_and_windows_are_kept(shop):
    rows = asked(shop, "plan_deliveries").table.rows
    assert sorted(row[4] for row in rows if row[0]) == ["w1 and w2", "w4"]
    arrives = next(row[2] for row in rows if row[4] == "w4")
    assert "09:00" <= arrives.zfill(5) <= "12:00"
    assert next(row[7] for row in rows if row[4] == "w1 and w2") == 2


def test_the_postcode_of_the_order_goes_before_the_town(shop):
    chart = asked(shop, "plan_deliveries").chart
    assert chart.kind == "routes"
    (way,) = chart.series
    assert (way.x[0], way.y[0]) == (way.x[-1], way.y[-1]) == (-1.54, 53.8)
    assert (-1.5, 53.83) in set(zip(way.x, way.y, strict=True))
    assert len(way.labels) == len(way.x)


def test_capacity_as_said_and_as_set(shop):
    said = asked(shop, "plan_deliveries", vehicles=2, capacity=1)
    assert "its 2 parcels are more than the 1 that a van carries" in said.headline
    settings = changed(shop, deliveries=DeliverySettings(van_capacity=2))
    assert fact(asked(settings, "plan_deliveries"), "orders planned").value == 2
    assert fact(asked(settings, "plan_deliveries", vehicles=2), "orders planned").value == 3


def test_the_same_plan_each_time(shop):
    assert asked(shop, "plan_deliveries") == asked(shop, "plan_deliveries")


def test_bad_questions_are_told(shop):
    assert asked(shop, "plan_deliveries", vehicles=0).headline == "plan_deliveries: vehicles must be 1 or more, got 0."
    assert asked(shop, "plan_deliveries", capacity=0).status == "error"
    assert asked(shop, "plan_deliveries", date="last week").status == "error"
    assert "no orders to deliver of 1 May 2026" in asked(shop, "plan_deliveries", date="1 May 2026").headline


def test_nothing_that_can_be_brought_is_no_round(shop, tmp_path):
    far = without(shop, tmp_path, "delete from orders where order_id in ('w1', 'w2', 'w4', 'w6')")
    found = asked(far, "plan_deliveries")
    assert "no round can be planned" in found.headline
    assert found.chart is None
    assert len(found.table.rows) == 2


def test_a_history_from_before_these_tables_still_answers(shop, tmp_path):
    old = without(shop, tmp_path, "drop table postcodes", "drop table delivery_windows")
    found = asked(old, "plan_deliveries")
    assert fact(found, "orders planned").value == 5  # Leeds' and York's, by their stores
    assert any("the store in the same town stands in" in note for note in found.notes)


@pytest.mark.parametrize("wrong", [{"leaves_at": "eight"}, {"back_by": "7:00"}, {"van_capacity": 0}])
def test_delivery_settings_that_make_no_sense(wrong):
    with pytest.raises(ValueError, match=r"time of day|leave before|capacity"):
        DeliverySettings(**wrong)
