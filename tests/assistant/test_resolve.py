"""What people say -> the shop's own names, on a real small warehouse."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from analytics.columns import TABLES
from analytics.warehouse import Warehouse, rebuild
from assistant.errors import BadCall, NotFound, Unclear
from assistant.resolve import Resolver

AS_OF = date(2011, 12, 9)
PRODUCTS = [
    ("22423", "REGENCY CAKESTAND 3 TIER", "Kitchen", 12.75),
    ("85123A", "WHITE HANGING HEART T-LIGHT HOLDER", "Lighting", 2.95),
    ("M1", "BLUE MUG", "Kitchen", 4.00),
    ("M2", "RED MUG", "Kitchen", 4.50),
    ("T1", "TEA TOWEL STRIPED", "Linen", 3.0),
    ("T2", "TEA TOWEL SPOTTED", "Linen", 3.0),
    ("POST", "POSTAGE", None, 5.0),
]
CUSTOMERS = [("17850", None), ("C1", "Ann Lee"), ("C2", "Ann Roy"), ("C3", "Ben Roy")]
STORES = [("S1", "York", "York"), ("S2", "Mill Lane", "Leeds")]
# order: country, product
ORDERS = [
    ("1", "United Kingdom", "T1"),
    ("2", "EIRE", "T1"),
    ("3", "Germany", "T1"),
    ("4", "RSA", "T2"),
    ("5", "Channel Islands", "22423"),
]


def write(path: Path, *, stores: bool = True, categories: bool = True) -> Path:
    with rebuild(path) as connection:

        def insert(table: str, **values: object) -> None:
            row = [values.get(column) for column in TABLES[table]]
            connection.execute(f"insert into {table} values ({', '.join('?' * len(row))})", row)

        for product_id, title, category, price in PRODUCTS:
            insert(
                "products",
                product_id=product_id,
                title=title,
                category=category if categories else None,
                price=price,
                merchandise=product_id != "POST",
            )
        for customer_id, name in CUSTOMERS:
            insert("customers", customer_id=customer_id, name=name)
        for store_id, name, city in STORES if stores else []:
            insert("stores", store_id=store_id, name=name, city=city)
        for order_id, country, product in ORDERS:
            insert("orders", order_id=order_id, ordered_at="2011-05-01", country=country, kind="sale")
            insert(
                "order_lines",
                order_id=order_id,
                line_number=1,
                product_id=product,
                quantity=1,
                unit_price=1,
                sold_at="2011-05-01",
            )
    return path


@pytest.fixture(scope="module")
def resolver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Resolver]:
    warehouse = Warehouse(write(tmp_path_factory.mktemp("shop") / "warehouse.duckdb"))
    yield Resolver(warehouse, AS_OF)
    warehouse.close()


@pytest.mark.parametrize(
    ("said", "product_id"),
    [
        ("22423", "22423"),
        ("product code 85123a", "85123A"),
        ("Regency cakestand", "22423"),
        ("the regency cake stand", "22423"),
        ("regency cakestnad 3 tier", "22423"),
        ("white tlight holder", "85123A"),
        ("our blue mugs", "M1"),
        ("tea towel", "T1"),  # sold in three orders, the other in one
        ("T2", "T2"),
    ],
)
def test_products(resolver: Resolver, said: str, product_id: str) -> None:
    assert resolver.product(said).product_id == product_id


def test_a_product_carries_its_facts(resolver: Resolver) -> None:
    product = resolver.product("regency cakestand")
    assert (product.title, product.category, product.price, product.cost) == (
        "REGENCY CAKESTAND 3 TIER",
        "Kitchen",
        12.75,
        None,
    )


def test_two_products_that_fit_are_asked_about(resolver: Resolver) -> None:
    with pytest.raises(Unclear) as unclear:
        resolver.product("mug")
    assert set(unclear.value.choices) == {"BLUE MUG (M1)", "RED MUG (M2)"}
    assert "'mug'" in str(unclear.value)


@pytest.mark.parametrize("said", ["flying carpet", "postage", "", "99999"])
def test_an_unknown_product_is_not_found(resolver: Resolver, said: str) -> None:
    with pytest.raises(NotFound):
        resolver.product(said)


def test_several_products(resolver: Resolver) -> None:
    assert [each.product_id for each in resolver.products(["red mug", "22423"])] == ["M2", "22423"]


def test_product_by_id_is_exact(resolver: Resolver) -> None:
    known = resolver.product_by_id("M1")
    assert known is not None
    assert known.title == "BLUE MUG"
    assert resolver.product_by_id("blue mug") is None


@pytest.mark.parametrize(
    ("said", "customer_id"),
    [("17850", "17850"), ("customer 17850", "17850"), ("c1", "C1"), ("ann lee", "C1"), ("Mr Ben Roy", "C3")],
)
def test_customers(resolver: Resolver, said: str, customer_id: str) -> None:
    assert resolver.customer(said).customer_id == customer_id


def test_customers_of_one_name_are_asked_about_and_unknown_ones_not_found(resolver: Resolver) -> None:
    with pytest.raises(Unclear) as unclear:
        resolver.customer("Ann")
    assert set(unclear.value.choices) == {"Ann Lee (C1)", "Ann Roy (C2)"}
    with pytest.raises(NotFound, match="99999"):
        resolver.customer("99999")
    assert resolver.customer("17850").label == "customer 17850"


@pytest.mark.parametrize(
    ("said", "store_id"), [("york", "S1"), ("the Leeds shop", "S2"), ("mill lane branch", "S2"), ("S1", "S1")]
)
def test_stores_by_name_city_or_id(resolver: Resolver, said: str, store_id: str) -> None:
    assert resolver.store(said).store_id == store_id


def test_an_unknown_store_is_answered_with_the_ones_there_are(resolver: Resolver) -> None:
    with pytest.raises(NotFound, match="Mill Lane and York"):
        resolver.store("Atlantis")


@pytest.mark.parametrize(("said", "category"), [("kitchen", "Kitchen"), ("the linen section", "Linen")])
def test_categories(resolver: Resolver, said: str, category: str) -> None:
    assert resolver.category(said) == category


def test_an_unknown_category_is_answered_with_the_ones_there_are(resolver: Resolver) -> None:
    with pytest.raises(NotFound, match="Kitchen, Lighting and Linen"):
        resolver.category("spaceships")


@pytest.mark.parametrize(
    ("said", "country"),
    [
        ("Germany", "Germany"),
        ("german", "Germany"),
        ("the UK", "United Kingdom"),
        ("britain", "United Kingdom"),
        ("great britain", "United Kingdom"),
        ("ireland", "EIRE"),
        ("South Africa", "RSA"),
        ("Jersey", "Channel Islands"),
        ("germny", "Germany"),
    ],
)
def test_countries_and_what_people_call_them(resolver: Resolver, said: str, country: str) -> None:
    assert resolver.country(said) == country


def test_a_country_without_orders_is_not_found(resolver: Resolver) -> None:
    with pytest.raises(NotFound, match="Brazil"):
        resolver.country("Brazil")


def test_a_shop_without_stores_or_categories_says_so(tmp_path: Path) -> None:
    warehouse = Warehouse(write(tmp_path / "warehouse.duckdb", stores=False, categories=False))
    bare = Resolver(warehouse, AS_OF)
    with pytest.raises(NotFound, match="no stores"):
        bare.store("york")
    with pytest.raises(NotFound, match="no categories"):
        bare.category("kitchen")
    warehouse.close()


def test_periods_inside_the_history(resolver: Resolver) -> None:
    assert resolver.period("may 2011").label == "May 2011"
    assert resolver.period(None).label == "November 2011"
    with pytest.raises(BadCall, match="lies outside"):
        resolver.period("1999")
    with pytest.raises(BadCall, match="'when pigs fly'"):
        resolver.period("when pigs fly")


def test_horizons_and_comparisons(resolver: Resolver) -> None:
    assert resolver.horizon(None).days == 28
    # what the message proposes can be read
    assert resolver.horizon("until the end of the year").end == date(2011, 12, 31)
    assert resolver.earlier(resolver.period("may 2011"), "the month before").label == "April 2011"
    with pytest.raises(BadCall, match="'last month'"):
        resolver.horizon("last month")
    with pytest.raises(BadCall, match="'purple'"):
        resolver.earlier(resolver.period("may 2011"), "purple")


def test_titles_in_a_text(resolver: Resolver) -> None:
    assert resolver.titles_in("the Blue Mug sold best") == [("M1", "blue mug")]
