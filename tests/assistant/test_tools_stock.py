"""The manager's tools about what will sell and what to order, on a small shop with two stores and one without any."""

from datetime import date, timedelta
from types import SimpleNamespace

import pandas as pd
import pytest

from analytics.forecasting import Forecaster, ForecastSettings
from analytics.history import History
from analytics.inventory import fit_inventory
from analytics.model_store import ModelStore
from analytics.scorecard import Scorecard
from analytics.warehouse import Warehouse, rebuild
from assistant.messages import ToolCall
from assistant.resolve import Resolver
from assistant.settings import ShopSettings
from assistant.toolbox import Context, Toolbox
from assistant.tools.stock import TOOLS

AS_OF = date(2026, 6, 30)
# product -> units a day in Leeds and in York, price, cost
SOLD = {"P1": (4, 2, 5.0, 2.0), "P2": (1, 1, 20.0, 8.0), "P3": (2, 2, 3.0, 1.0)}
TITLES = {"P1": "Red Lamp", "P2": "Blue Rug", "P3": "Green Mug"}
# product, store, on hand, on order
STOCK = [("P1", "S1", 12, 0), ("P1", "S2", 100, 0), ("P2", "S1", 60, 0), ("P2", "S2", 0, 0), ("P3", "S1", 200, 0),
         ("P3", "S2", 200, 0)]  # fmt: skip


def rows(online):
    for back in range(26 * 7):
        day = AS_OF - timedelta(days=back)
        for product, (leeds, york, price, _) in SOLD.items():
            if online:
                yield (f"{product}-0-{back}", day, None, product, online, price)
            yield (f"{product}-1-{back}", day, "S1", product, leeds, price)
            yield (f"{product}-2-{back}", day, "S2", product, york, price)


def build(path, *, stores, online=0, picking="true"):
    lines = pd.DataFrame(rows(online), columns=["order_id", "day", "store_id", "product_id", "quantity", "price"])
    with rebuild(path) as connection:
        connection.register("made", lines)
        store = "store_id" if stores else "null"
        connection.execute(
            f"insert into orders (order_id, store_id, country, kind, ordered_at) select order_id, {store}, 'France', "
            "'sale', day from made"
        )
        connection.execute(
            "insert into order_lines select order_id, 1, product_id, quantity, price, null, null, day from made"
        )
        for product, (_, _, price, cost) in SOLD.items():
            connection.execute(
                "insert into products (product_id, title, category, price, cost, supplier_id, merchandise) "
                "values (?, ?, 'Home', ?, ?, 'V1', true)",
                [product, TITLES[product], price, cost if stores else None],
            )
        if stores:
            connection.execute("insert into suppliers values ('V1', 'Calder', 7, 0, 10, 15)")
            connection.execute(
                f"insert into stores values ('S1', 'Shop Leeds', 'Leeds', 'UK', 'LS1', 53.8, -1.54, {picking})"
            )
            connection.execute("insert into stores values ('S2', 'Shop York', 'York', 'UK', 'YO1', 53.96, -1.08, null)")
            connection.execute("insert into customers (customer_id, city) values ('c1', 'York'), ('c2', 'Oxford')")
            for product, place, on_hand, on_order in STOCK:
                connection.execute("insert into inventory values (?, ?, ?, ?, 7, ?)",
                                   [place, product, on_hand, on_order, AS_OF])  # fmt: skip
            for order, customer in (("w1", "c1"), ("w2", "c1"), ("w3", "c2")):
                connection.execute(
                    "insert into orders (order_id, customer_id, country, kind, status, ordered_at) "
                    "values (?, ?, 'UK', 'sale', 'placed', ?)",
                    [order, customer, AS_OF],
                )
    return Warehouse(path)


def asker(folder, *, stores, **made):
    folder.mkdir(exist_ok=True)
    warehouse = build(folder / "warehouse.duckdb", stores=stores, **made)
    models = ModelStore(folder / "models")
    models.save("forecast", Forecaster(ForecastSettings(small_level_origins=2)).fit(History.of(warehouse, AS_OF)))
    shop = SimpleNamespace(
        warehouse=warehouse, currency="GBP", as_of=AS_OF, resolve=Resolver(warehouse, AS_OF), models=models,
        settings=ShopSettings("Calder"),
    )  # fmt: skip
    context = Context(shop, SimpleNamespace(role="manager", customer_id=None))
    box = Toolbox.of(TOOLS)

    def ask(name, **arguments):
        return box.run(ToolCall(name, arguments), context)[1]

    ask.models, ask.shop = models, shop
    return ask


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    return asker(tmp_path_factory.mktemp("shop"), stores=True)


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A shop that knows its sales only."""
    return asker(tmp_path_factory.mktemp("bare"), stores=False)


def fact(result, name):
    return next(each for each in result.facts if each.name == name)


def test_a_forecast_is_said_with_its_dates_and_range(ask):
    found = ask("forecast_sales", product="red lamp")
    assert found.headline.startswith(
        "We expect to sell about 168 Red Lamp in the next 4 weeks (1 to 28 July 2026), likely between "
    )
    assert fact(found, "expected units").value == pytest.approx(168, rel=0.01)
    assert found.score.startswith("In a backtest, units of products over 4 weeks were off by 0 % of what sold")
    assert found.table.columns[2] == "expected units"
    assert len(found.table.rows) == 4


def test_the_chart_joins_history_and_forecast_with_a_band(ask):
    sold, expected = ask("forecast_sales", product="red lamp").chart.series
    assert sold.y[-1] == 42  # six a day
    assert date.fromisoformat(str(expected.x[0])) - date.fromisoformat(str(sold.x[-1])) == timedelta(days=7)
    assert len(expected.lower) == len(expected.upper) == len(expected.y) == 4


@pytest.mark.parametrize(
    ("arguments", "value", "says"),
    [
        ({"product": "blue rug", "metric": "revenue", "horizon": "next week"}, 280, "£280 from Blue Rug next week"),
        ({"product": "red lamp", "store": "Shop Leeds"}, 112, "Red Lamp at Shop Leeds in the next 4 weeks"),
        ({"store": "Shop York", "metric": "units"}, 140, "units at Shop York"),
        ({"category": "Home"}, 28 * (30 + 40 + 12), "from Home"),
        ({"country": "France", "metric": "units"}, 28 * 12, "units to France"),
        ({"metric": "units", "horizon": "tomorrow"}, 12, "units in the whole shop on 1 July 2026"),
    ],
)
def test_every_level_is_forecast(ask, arguments, value, says):
    found = ask("forecast_sales", **arguments)
    assert found.status == "ok"
    assert says in found.headline
    assert found.facts[0].value == pytest.approx(value, rel=0.03)
    parts = [each.value for each in found.facts if each.name.startswith("part of it: ")]
    assert sum(parts) == pytest.approx(found.facts[0].value, abs=0.03)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"product": "red lamp", "country": "France"}, "please ask for one of these"),
        ({"product": "red lamp", "horizon": "in 5 years"}, "Forecasts reach until"),
        ({"product": "zebra crossing paint"}, "zebra"),
    ],
)
def test_what_cannot_be_forecast_is_said(ask, arguments, says):
    found = ask("forecast_sales", **arguments)
    assert found.status == "error"
    assert says in found.headline


def test_a_product_below_its_reorder_point_is_ordered_today(ask):
    found = ask("recommend_reorder", product="red lamp", store="Shop Leeds")
    # 7 days of 4: 28 against 12 on hand
    assert found.headline.startswith("Order ")
    assert "for Shop Leeds today (30 June 2026): there are 12 on hand and 0 on order, and about 28" in found.headline
    assert fact(found, "expected demand until a delivery").value == pytest.approx(28, rel=0.03)
    later = fact(found, "expected demand until a delivery ordered a day later").value  # 8 days of 4
    assert later == pytest.approx(32, rel=0.03)
    assert later + fact(found, "safety stock").value == pytest.approx(fact(found, "reorder point").value, abs=0.02)
    assert "95 % of cases until a delivery that is ordered a day later" in found.method
    assert fact(found, "cost of the order").value == pytest.approx(2 * fact(found, "order quantity").value)
    assert "Holding a unit for a year is taken to cost 20 % of its purchase cost." in found.notes


def test_a_product_with_stock_is_ordered_later(ask):
    found = ask("recommend_reorder", product="green mug", service_level=0.99)
    ordered = date.fromisoformat(str(fact(found, "order by").value))
    point = fact(found, "reorder point").value
    # 400 units at 4 a day
    assert (ordered - AS_OF).days == pytest.approx((400 - point) / 4, abs=3)
    leeds, york = (dict(zip(found.table.columns, row, strict=True)) for row in found.table.rows)
    assert (leeds["store"], leeds["on hand"], york["store"], york["on hand"]) == ("Shop Leeds", 200, "Shop York", 200)
    for each in (leeds, york):  # 200 at 2 a day, 7 days until a delivery
        due = date.fromisoformat(each["order by"])
        assert (due - AS_OF).days == pytest.approx((200 - each["reorder point"]) / 2, abs=2)
        assert date.fromisoformat(each["delivery expected"]) - due == timedelta(days=7)
        assert each["cost (GBP)"] == each["order"] * each["unit cost (GBP)"] > 0
        assert each["supplier"] == "Calder"
    assert fact(found, "service level").value == 99


def test_a_shop_without_stock_hears_the_reorder_point_and_what_is_missing(bare):
    found = bare("recommend_reorder", product="red lamp")
    assert found.status == "ok"
    assert found.headline.startswith("I can't say when to order Red Lamp, as the shop records no stock of it.")
    assert "an assumed lead time of 14 days" in found.headline
    assert any("import stock levels" in note for note in found.notes)
    assert "No lead time is recorded: 14 days are assumed." in found.notes


def test_an_impossible_service_level_is_refused(ask):
    assert "between 50 and 99.9 percent" in ask("recommend_reorder", product="red lamp", service_level=3).headline


def test_low_stock_is_ranked_by_what_it_costs(ask):
    found = ask("list_low_stock")
    # Blue Rug in York: 7 days x 1 x 20 = 140 at risk; Red Lamp in Leeds: (28 - 12) x 5 = 80
    assert [(row[1], row[2]) for row in found.table.rows] == [("Blue Rug", "Shop York"), ("Red Lamp", "Shop Leeds")]
    assert [row[8] for row in found.table.rows] == pytest.approx([140, 80], rel=0.05)
    assert found.headline.startswith(
        "2 of 6 stock levels are running low, 1 out of stock; most urgent: Blue Rug (Shop York)"
    )
    assert "top 1 of 2" in ask("list_low_stock", limit=1).notes[0]
    assert [row[1] for row in ask("list_low_stock", store="Shop Leeds").table.rows] == ["Red Lamp"]


def test_an_order_stays_within_its_budget(ask):
    every = ask("optimize_inventory")
    small = ask("optimize_inventory", budget=100)
    assert small.headline.startswith("With £100.00, order ")
    assert fact(small, "cost of the order").value <= 100
    assert fact(small, "expected added profit").value <= fact(small, "upper bound of the added profit").value
    assert fact(every, "cost of the order").value > 100
    assert sum(row[5] for row in small.table.rows) == pytest.approx(fact(small, "cost of the order").value)
    assert "Green Mug" not in str(every.table.rows)  # 400 on hand last long


def test_an_order_list_has_dates_and_suppliers(ask):
    table = ask("optimize_inventory").table
    row = dict(zip(table.columns, table.rows[0], strict=True))
    assert (row["order on"], row["delivery expected"]) == ("2026-06-30", "2026-07-07")
    assert row["supplier"] == "Calder"
    assert row["cost (GBP)"] == pytest.approx(row["order"] * row["unit cost (GBP)"])


def test_orders_without_a_store_count_where_they_are_picked(tmp_path):
    ask = asker(tmp_path, stores=True, online=3)
    # 3 a day online: Leeds picks them beside its own 4, York sells 2
    leeds, york = (ask("recommend_reorder", product="red lamp", store=each) for each in ("Shop Leeds", "Shop York"))
    assert fact(leeds, "expected demand until a delivery").value == pytest.approx(7 * 7, rel=0.05)
    assert fact(york, "expected demand until a delivery").value == pytest.approx(7 * 2, rel=0.05)
    assert any("picks the orders that name no store" in note for note in leeds.notes)
    assert not any("picks" in note for note in york.notes)
    assert ask("forecast_sales", product="red lamp", store="Shop Leeds").facts[0].value == pytest.approx(
        28 * 4, rel=0.05
    )
    unknown = asker(tmp_path / "unknown", stores=True, online=3, picking="null")
    shared = unknown("recommend_reorder", product="red lamp", store="Shop Leeds")
    assert fact(shared, "expected demand until a delivery").value == pytest.approx(7 * (4 + 2), rel=0.05)
    assert any("set `picks_online`" in note for note in shared.notes)


def test_the_rule_is_replayed_beside_the_answer(tmp_path):
    ask = asker(tmp_path, stores=True)
    assert not any(note.startswith("Over the last") for note in ask("recommend_reorder", product="red lamp").notes)
    forecast, warehouse = ask.models.load("forecast"), ask.shop.warehouse
    ask.models.save("inventory", fit_inventory(warehouse, AS_OF, forecast))
    notes = ask("recommend_reorder", product="red lamp").notes
    # 26 weeks are known, 13 of them are learnt from: 13 x 7 x 6 asked for, steadily, so that nothing is missed
    assert any(n.startswith("Over the last 13 weeks this rule would have missed 0 of 546 units") for n in notes)
    every = ask("optimize_inventory").notes
    assert any("this rule, for all stores' stock together, would have missed 0 of 1,092" in note for note in every)
    card = ask("model_scorecard", model="genetic algorithm")
    assert {row[2] for row in card.table.rows} >= {"mixed-integer programme", "genetic algorithm"}


@pytest.mark.parametrize("level", [0, 100, 150, -5])
def test_an_impossible_service_level_is_named(ask, level):
    for tool, rest in (("recommend_reorder", {"product": "red lamp"}), ("optimize_inventory", {})):
        found = ask(tool, service_level=level, **rest)
        assert found.status == "error"
        assert "between 50 and 99.9 percent" in found.headline


def test_a_budget_that_buys_nothing_says_what_would(ask):
    # at least 10 Red Lamp at 2.00
    assert (
        ask("optimize_inventory", budget=3).headline == "£3.00 buys no order: the cheapest sensible one costs £20.00."
    )
    assert ask("optimize_inventory", budget=-5).status == "error"


@pytest.mark.parametrize(
    ("tool", "says"),
    [
        ("list_low_stock", "no stock levels"),
        ("optimize_inventory", "no stock levels"),
        ("plan_transfers", "no stores"),
        ("plan_deliveries", "latitude and longitude"),
    ],
)
def test_a_shop_that_lacks_a_table_hears_which(bare, tool, says):
    found = bare(tool)
    assert found.status == "error"
    assert says in found.headline


def test_scorecards_of_all_fitted_models_are_shown(ask):
    ask.models.save(
        "churn",
        SimpleNamespace(
            scorecard=Scorecard("who leaves", "AUC", False, {"logistic": {"AUC": 0.7}, "forest": {"AUC": 0.8}},
                                "forest", "judged in June", AS_OF, 9)
        ),
    )  # fmt: skip
    ask.models.save("prices", SimpleNamespace(scorecard=None))
    found = ask("model_scorecard")
    assert {row[0] for row in found.table.rows} == {"forecast", "churn"}
    churn = ask("model_scorecard", model="churn model")
    assert churn.headline == "In the backtests, the serving methods scored: who leaves: forest with AUC 0.800."
    assert [row[2] for row in churn.table.rows] == ["forest", "logistic"]
    assert {row[0] for row in ask("model_scorecard", model="AutoETS").table.rows} == {"forecast"}
    lstm = ask("model_scorecard", model="lstm")
    assert lstm.status == "ok"
    assert "'lstm'" in lstm.headline


def test_without_a_fit_the_answer_says_so(tmp_path, ask):
    context = Context(SimpleNamespace(models=ModelStore(tmp_path)), SimpleNamespace(role="manager", customer_id=None))
    found = Toolbox.of(TOOLS).run(ToolCall("model_scorecard", {}), context)[1]
    assert found.headline == "No model has been fitted for this shop yet: run `retail-assistant fit`."
