"""The catalog's tools on a small real warehouse, index and recommender; only the embedder is a quick one."""

import zlib
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analytics.errors import NotFitted
from analytics.warehouse import Warehouse, rebuild
from assistant.messages import ToolCall
from assistant.records import Records
from assistant.resolve import Resolver
from assistant.toolbox import Context, Toolbox
from assistant.tools.catalog import TOOLS
from retrieval.catalog import Catalog
from retrieval.classify import fit_classifier
from retrieval.policies import PolicyIndex
from retrieval.recommendation import RecommendSettings, learn

PRODUCTS = [
    ("T1", "Red enamel teapot", "A pot for four cups.", "Kitchen", "Ambry", 12.5, '{"colour": "red"}'),
    ("T2", "Blue glass teapot", "With a steel filter.", "Kitchen", "Ambry", 24.0, '{"colour": "blue", "litres": 1.2}'),
    ("T3", "Porcelain teapot", "", "Kitchen", None, 40.0, None),
    ("M1", "Stoneware mug", "Dishwasher safe.", "Kitchen", None, 6.0, None),
    ("M2", "Tin mug", "", "Kitchen", None, 5.0, None),
    ("K1", "Paper kite", "Flies in a breeze.", "Toys", None, 9.0, None),
    *(
        (f"Y{n}", f"{name} toy", "", "Toys", None, 4.0 + n, None)
        for n, name in enumerate(["Bear", "Duck", "Train", "Ball"])
    ),
]
STOCK = [("S1", "T1", 0), ("S2", "T1", 0), ("S1", "T2", 3), ("S2", "T2", 4), ("S1", "M1", 0), ("S2", "M1", 5)]
RETURNS = "# Returns\n\n## How long\n\nYou may return an unused item within 30 days of delivery. Keep the receipt.\n"


class HashedWords:
    identity = "hashed words"

    def encode(self, texts):
        vectors = np.full((len(texts), 256), 1e-3, np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().replace(".", " ").split():
                vectors[row, zlib.crc32(word.encode()) % 256] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class Models(dict):
    def load(self, name):
        if name not in self:
            raise NotFitted(f"The model for {name} has not been fitted for this shop yet: run `retail-assistant fit`.")
        return self[name]


def sold():
    """20 orders hold teapot T2 and mug M1, 40 others a toy and a kite; c1 bought T2 once, c2 M1 twice."""
    rows = [(f"a{n}", f"x{n}", each) for n in range(20) for each in ("T2", "M1")]
    rows += [(f"b{n}", f"y{n}", each) for n in range(40) for each in ("K1", "Y1")]
    rows += [("c", "c1", "T2"), ("d1", "c2", "M1"), ("d2", "c2", "M1")]
    frame = pd.DataFrame(rows, columns=["order_id", "customer_id", "product_id"])
    return frame.assign(sold_at=pd.Timestamp("2024-06-20"), quantity=1)


def make_shop(folder, *, stocked=True, pages=True):
    columns = ["product_id", "title", "description", "category", "brand", "price", "attributes"]
    products = pd.DataFrame(PRODUCTS, columns=columns).assign(merchandise=True)
    stock = pd.DataFrame(STOCK if stocked else [], columns=["store_id", "product_id", "on_hand"])
    stores = pd.DataFrame({"store_id": ["S1", "S2"], "name": ["Leeds", "York"]})
    reviews = pd.DataFrame({"review_id": ["r1", "r2"], "product_id": ["T2", "T2"], "rating": [5, 4]})
    tables = {"products": products, "inventory": stock, "stores": stores, "reviews": reviews}
    with rebuild(folder / "warehouse.duckdb") as connection:
        for name, frame in tables.items():
            if len(frame):
                connection.execute(f"insert into {name} by name select * from frame")
    warehouse, embedder = Warehouse(folder / "warehouse.duckdb"), HashedWords()
    catalog = Catalog(folder / "index", embedder)
    catalog.update(products, stock if stocked else None, {"M1": 20.0})
    (folder / "policies").mkdir()
    if pages:
        (folder / "policies" / "returns.md").write_text(RETURNS)
    vectors = catalog.vectors(list(products["product_id"]))
    return SimpleNamespace(
        folder=folder,
        currency="GBP",
        as_of=date(2024, 6, 30),
        warehouse=warehouse,
        catalog=catalog,
        policies=PolicyIndex(folder / "policies", folder / "policy-index", embedder),
        records=Records(f"sqlite:///{folder / 'service.sqlite'}"),
        resolve=Resolver(warehouse, date(2024, 6, 30)),
        history=SimpleNamespace(lines=sold()),
        models=Models(
            recommend=learn(sold(), date(2024, 6, 30), vectors, RecommendSettings()),
            classify=fit_classifier(products, embedder),
        ),
    )


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return make_shop(tmp_path_factory.mktemp("shop"))


def ask(shop, name, *, role="customer", customer=None, **arguments):
    context = Context(shop=shop, session=shop.records.open_session(role, customer))
    return Toolbox.of(TOOLS).run(ToolCall(name, arguments), context)[1]


def ids(result):
    return [card.product_id for card in result.products]


def fact(result, name):
    return next(each.value for each in result.facts if each.name == name)


def test_search_says_count_limit_and_best(shop):
    found = ask(shop, "search_products", query="teapot", max_price=30)
    assert found.headline.startswith(
        "I found 2 products for “teapot” up to £30.00, from £12.50 to £24.00; the best match is "
    )
    assert set(ids(found)) >= {"T1", "T2"}
    assert "T3" not in ids(found)
    assert fact(found, "products found for “teapot”") == 2
    assert all(card.reason for card in found.products)


def test_search_in_order_of_price(shop):
    assert (
        "the cheapest is Red enamel teapot at £12.50"
        in ask(shop, "search_products", query="teapot", sort="price_low").headline
    )
    assert ids(ask(shop, "search_products", query="teapot", sort="price_high"))[0] == "T3"


def test_search_within_stock(shop):
    found = ask(shop, "search_products", query="teapot", in_stock=True)
    assert all(card.in_stock for card in found.products)


def test_a_limit_that_keeps_all_out_is_named(shop):
    found = ask(shop, "search_products", query="teapot", max_price=5)
    assert "I found nothing for “teapot” up to £5.00, but without the price limit there are" in found.headline


def test_what_the_shop_does_not_carry(shop):
    found = ask(shop, "search_products", query="chainsaw")
    assert found.headline == "I found nothing like “chainsaw” in our range, so it seems that we don't carry it."
    assert found.products == ()


def test_a_category_that_is_none_is_searched_as_a_word(shop):
    found = ask(shop, "search_products", query="teapot", category="enamel")
    assert ids(found)[0] == "T1"
    assert "There is no category “enamel” here, so I looked for the word instead." in found.notes


def test_prices_the_wrong_way_round(shop):
    found = ask(shop, "search_products", query="teapot", min_price=30, max_price=3)
    assert (found.status, found.headline) == ("error", "The lowest price (30) is above the highest (3).")


def test_an_order_the_shop_has_no_data_for(shop):
    assert any(
        "does not record when" in note for note in ask(shop, "search_products", query="teapot", sort="newest").notes
    )


def test_details(shop):
    found = ask(shop, "product_details", product="T2")
    assert found.headline == "Blue glass teapot costs £24.00, 7 units in stock and 4.5 of 5 stars from 2 reviews."
    assert fact(found, "colour of Blue glass teapot") == "blue"
    assert found.quotes == (("Blue glass teapot", "With a steel filter."),)


def test_comparison(shop):
    found = ask(shop, "compare_products", products=["T1", "T2"])
    assert found.headline == (
        "Red enamel teapot costs £12.50 and Blue glass teapot costs £24.00: Red enamel teapot is cheaper by £11.50."
    )
    assert fact(found, "price difference") == 11.5
    assert found.table.columns == ("", "Red enamel teapot", "Blue glass teapot")
    assert ("litres", None, "1.2") in found.table.rows


def test_comparison_needs_two(shop):
    assert ask(shop, "compare_products", products=["T1", "T1"]).status == "error"


def test_similar_leaves_out_what_is_out_of_stock(shop):
    found = ask(shop, "similar_products", product="T3")
    assert "T2" in ids(found)
    assert "T1" not in ids(found)


def test_bought_together(shop):
    found = ask(shop, "goes_well_with", product="T2")
    # 20 orders of two or more hold both; 20 of 60 baskets hold each: 20 * 60 / (20 * 20) = 3
    assert found.headline == (
        "With Blue glass teapot people most often buy Stoneware mug at £6.00: "
        "20 orders held both, 3 times as many as chance would give."
    )
    assert fact(found, "orders with Blue glass teapot and Stoneware mug") == 20


def test_nothing_bought_together(shop):
    assert ask(shop, "goes_well_with", product="T3").products == ()


def test_recommended_from_purchases(shop):
    found = ask(shop, "recommend_for_me", customer="c1")
    assert found.headline == "For you I would pick Stoneware mug at £6.00, because you bought Blue glass teapot."
    assert found.notes[0].startswith("1 of ")


@pytest.mark.parametrize(
    ("customer", "reason"), [(None, "I don't know yet what"), ("zz", "you have bought nothing from us")]
)
def test_recommended_without_purchases(shop, customer, reason):
    found = ask(shop, "recommend_for_me", customer=customer, category="toys")
    assert reason in found.headline
    assert "what is popular in Toys" in found.headline
    assert set(ids(found)) <= {"K1", "Y0", "Y1", "Y2", "Y3"}


def test_stock_by_store(shop):
    assert ask(shop, "check_stock", product="T2").headline == (
        "Blue glass teapot is in stock: 7 units, 4 in York and 3 in Leeds."
    )
    assert ask(shop, "check_stock", product="M1", store="Leeds").headline == (
        "Stoneware mug is out of stock in Leeds; you find it in York."
    )
    assert "out of stock everywhere" in ask(shop, "check_stock", product="T1").headline


def test_policy_is_quoted(shop):
    found = ask(shop, "shop_policy", question="within how many days may I return an unused item")
    assert found.headline.startswith(
        "Our page “Returns” says: You may return an unused item within 30 days of delivery."
    )
    assert found.quotes == (
        ("Returns - How long", "You may return an unused item within 30 days of delivery. Keep the receipt."),
    )


def test_policy_that_no_page_answers_goes_to_a_person(shop):
    found = ask(shop, "shop_policy", question="do you match competitors")
    waiting = shop.records.handed_off()
    assert [each.reason for each in waiting] == ["A question that no page answers: do you match competitors"]
    assert found.handed_off
    assert found.headline == (
        "None of the shop's pages answers that; they are about Returns. I've passed your question to a colleague "
        f"under number {waiting[0].hand_off_id}."
    )
    assert found.quotes == ()


def test_staff_are_not_handed_to_staff(shop):
    found = ask(shop, "shop_policy", role="manager", question="do you match competitors")
    assert not found.handed_off
    assert found.headline.endswith("they are about Returns.")


def test_category_of_a_new_product(shop):
    found = ask(shop, "classify_product", role="manager", description="Green teapot")
    assert "belongs in Kitchen" in found.headline
    assert found.table.rows[0][0] == "Kitchen"
    assert "cross-validation" in found.score


def test_customers_do_not_classify(shop):
    assert ask(shop, "classify_product", description="Green teapot").status == "refused"


def test_a_shop_without_stock_pages_and_models(tmp_path):
    bare = make_shop(tmp_path, stocked=False, pages=False)
    bare.models = Models()
    assert "keeps no stock levels" in ask(bare, "check_stock", product="T2").headline
    found = ask(bare, "search_products", query="teapot", in_stock=True)
    assert ids(found)
    assert any("keeps no stock levels" in note for note in found.notes)
    assert "has no policy pages" in ask(bare, "shop_policy", question="can I return it?").headline
    assert ask(bare, "recommend_for_me").status == "error"
    assert ids(ask(bare, "similar_products", product="T1"))


def test_an_index_that_is_missing_is_said(shop, tmp_path):
    bare = SimpleNamespace(**{**vars(shop), "catalog": Catalog(tmp_path, HashedWords())})
    found = ask(bare, "search_products", query="teapot")
    assert found.status == "error"
    assert "retail-assistant fit" in found.headline
