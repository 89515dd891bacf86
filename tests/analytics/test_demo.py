from datetime import date
from pathlib import Path

import duckdb
import pytest

import analytics.demo.build as build
from analytics.columns import KEYS
from analytics.demo import DEMO_AS_OF, DemoSettings, build_demo
from analytics.demo.seasons import easter
from analytics.errors import ShopBusy
from analytics.warehouse import build_lock

SMALL = DemoSettings(customers=300, days=200, units_per_day=90, promotions=12)
TABLES = ("products", "customers", "orders", "order_lines", "inventory", "stock_outs", "reviews", "promotions")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    build_demo(folder / "w.duckdb", folder / "policies", folder / "truth", progress=False, settings=SMALL)
    return folder


@pytest.fixture(scope="module")
def ask(folder):
    with duckdb.connect(str(folder / "w.duckdb"), read_only=True) as shop:
        yield lambda query: shop.execute(query).fetchone()[0]


def contents(path: Path) -> dict[str, list]:
    with duckdb.connect(str(path), read_only=True) as shop:
        return {table: shop.execute(f"select * from {table} order by all").fetchall() for table in TABLES}


def test_same_seed_same_shop_other_seed_other_shop(folder, tmp_path):
    for name, seed in (("same", 7), ("other", 8)):
        build_demo(tmp_path / f"{name}.duckdb", tmp_path, tmp_path, seed=seed, progress=False, settings=SMALL)
    first = contents(folder / "w.duckdb")
    assert contents(tmp_path / "same.duckdb") == first
    assert contents(tmp_path / "other.duckdb")["orders"] != first["orders"]


# What the demo shop does not keep: it sells no variants and no contracts, holds nobody out of an offer, and its orders
# are paid and sent without a record of it.
NOT_KEPT = {"contracts", "offers_sent", "payment_methods", "payments", "shipments", "variants"}


@pytest.mark.parametrize("table", sorted(KEYS.keys() - NOT_KEPT))
def test_keys_are_unique_and_no_table_is_empty(ask, table):
    key = ", ".join(KEYS[table])
    assert ask(f"select count(*) from {table}") > 0
    assert ask(f"select count(*) from (select 1 from {table} group by {key} having count(*) > 1)") == 0


@pytest.mark.parametrize(
    ("table", "column", "other"),
    [
        ("order_lines", "order_id", "orders"),
        ("order_lines", "product_id", "products"),
        ("order_lines", "promotion_id", "promotions"),
        ("orders", "customer_id", "customers"),
        ("orders", "store_id", "stores"),
        ("products", "supplier_id", "suppliers"),
        ("inventory", "product_id", "products"),
        ("inventory", "store_id", "stores"),
        ("stock_outs", "product_id", "products"),
        ("promotions", "product_id", "products"),
        ("promotions", "category", "products"),
        ("reviews", "product_id", "products"),
        ("reviews", "customer_id", "customers"),
        ("competitor_prices", "product_id", "products"),
        ("price_changes", "product_id", "products"),
    ],
)
def test_every_reference_is_there(ask, table, column, other):
    missing = f"{column} is not null and {column} not in (select {column} from {other} where {column} is not null)"
    assert ask(f"select count(*) from {table} where {missing}") == 0


def test_every_order_has_a_line_and_ends_by_the_as_of_date(ask):
    assert ask("select count(*) from orders where order_id not in (select order_id from order_lines)") == 0
    assert ask("select max(ordered_at)::date from orders") == DEMO_AS_OF
    assert ask("select min(ordered_at)::date from orders") >= SMALL.start
    assert ask("select count(*) from order_lines join orders using (order_id) where sold_at <> ordered_at") == 0


def test_nobody_orders_before_joining(ask):
    early = "select count(*) from orders join customers using (customer_id) where ordered_at::date < joined_on"
    assert ask(early) == 0
    assert ask("select count(*) from orders where store_id is null and customer_id is null") == 0


def test_nothing_is_sold_from_an_empty_shelf(ask):
    sold = """select count(*) from order_lines l join orders o using (order_id) join stock_outs s
    on s.product_id = l.product_id and l.sold_at::date between s.starts_on and coalesce(s.ends_on, date '2026-06-30')
    and s.store_id = coalesce(o.store_id, 'S1') where o.kind = 'sale'"""
    assert ask("select count(*) from stock_outs") > 20
    assert ask(sold) == 0
    assert ask("select min(on_hand) from inventory") >= 0
    still = "select count(*) from stock_outs join inventory using (store_id, product_id) where ends_on is null"
    assert ask(f"{still} and on_hand > 0") == 0


def test_a_line_costs_the_price_of_its_day_less_the_discount(ask):
    wrong = """select count(*) from order_lines l join orders o using (order_id) asof join price_changes c
    on c.product_id = l.product_id and l.sold_at::date >= c.effective_on
    where o.kind = 'sale' and abs(l.unit_price + l.discount - c.price) > 0.001"""
    assert ask(wrong) == 0
    assert ask(wrong.replace("abs(", "0.01 + abs(")) > 1000  # the join does find the lines
    latest = "select count(*) from products p join price_changes c using (product_id) where c.price <> p.price and "
    newest = "effective_on = (select max(effective_on) from price_changes d where d.product_id = p.product_id)"
    assert ask(latest + newest) == 0


def test_a_discount_has_its_promotion(ask):
    assert ask("select count(*) from order_lines where (discount > 0) <> (promotion_id is not null)") == 0
    foreign = """select count(*) from order_lines l join orders o using (order_id) join products p using (product_id)
    where o.kind = 'sale' and l.promotion_id is not null and not exists (select 1 from promotions m
    where m.promotion_id = l.promotion_id and l.sold_at::date between m.starts_on and m.ends_on
    and (m.product_id = l.product_id or m.category = p.category)
    and abs(l.discount - m.discount * (l.unit_price + l.discount)) <= 0.0051)"""
    assert ask(foreign) == 0


def test_returns_follow_real_sales_and_do_not_exceed_them(ask):
    assert ask("select count(*) from orders where kind = 'return'") > 20
    joined = "from orders r left join orders s on s.order_id = r.returns_order_id where r.kind = 'return'"
    assert ask(f"select count(*) {joined} and (s.kind is distinct from 'sale' or r.ordered_at <= s.ordered_at)") == 0
    more = """select count(*) from (select r.returns_order_id as order_id, product_id, unit_price, sum(quantity) as back
    from order_lines join orders r using (order_id) where r.kind = 'return' group by all) b
    left join order_lines s using (order_id, product_id) where s.quantity is null or s.quantity + b.back < 0
    or s.unit_price <> b.unit_price"""
    assert ask(more) == 0
    assert (
        ask("select count(*) from order_lines join orders using (order_id) where (quantity < 0) <> (kind = 'return')")
        == 0
    )


def test_statuses_agree_with_their_dates(ask):
    assert ask("select count(*) from orders where status = 'placed' and dispatched_at is not null") == 0
    assert ask("select count(*) from orders where status = 'dispatched' and delivered_at is not null") == 0
    assert ask("select count(*) from orders where kind = 'sale' and delivered_at < dispatched_at") == 0
    assert ask("select count(*) from orders where store_id is not null and kind = 'sale' and delivered_at is null") == 0
    open_orders = "select count(distinct status) from orders where status in ('placed', 'dispatched')"
    assert ask(open_orders) == 2
    assert ask("select max(ordered_at)::date from orders where status = 'placed'") == DEMO_AS_OF
    assert (
        ask("select sum(quantity) from order_lines l join orders o using (order_id) where o.status = 'cancelled'") == 0
    )


def test_tills_are_closed_on_christmas_day_and_outside_opening_hours(ask):
    shut = "(hour(ordered_at) not between 9 and 17 or (month(ordered_at) = 12 and day(ordered_at) in (25, 26)))"
    assert ask(f"select count(*) from orders where store_id is not null and {shut}") == 0
    sundays = "select count(*) from orders where store_id is null and kind = 'sale' and dayofweek(delivered_at) = 0"
    assert ask(sundays) == 0


def test_policies_are_copied(folder):
    pages = {page.name for page in (build.TEXTS / "policies").glob("*.md")}
    assert {page.name for page in (folder / "policies").glob("*.md")} == pages
    assert {page.read_text() for page in (folder / "policies").glob("*.md")} == {
        page.read_text() for page in (build.TEXTS / "policies").glob("*.md")
    }


def test_two_builds_at_once_are_refused(tmp_path):
    with build_lock(tmp_path), pytest.raises(ShopBusy, match="another one is at work"):
        build_demo(tmp_path / "w.duckdb", tmp_path, tmp_path, progress=False, settings=SMALL)


def test_easter_falls_where_the_almanac_says():
    assert [easter(year) for year in (2024, 2025, 2026, 2027)] == [
        date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5), date(2027, 3, 28),
    ]  # fmt: skip


@pytest.mark.parametrize("wrong", [{"customers": 0}, {"days": 10}, {"units_per_day": 0}, {"growth": 1.5}])
def test_impossible_settings_are_refused(wrong):
    with pytest.raises(ValueError, match="Expected"):
        DemoSettings(**wrong)
