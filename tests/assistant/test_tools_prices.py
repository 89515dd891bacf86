import pytest
from customer_shop import ask, shop

from assistant.tools.prices import TOOLS


@pytest.fixture(scope="module")
def context():
    return shop()


@pytest.fixture(scope="module")
def bare():
    return shop(promotions=True)


def test_the_contracts_tools_are_for_managers_only():
    assert [tool.name for tool in TOOLS] == ["recommend_price", "compare_prices"]
    assert TOOLS[0].parameters["properties"]["goal"]["enum"] == ["profit", "revenue"]


def test_advice_stays_in_the_observed_range_with_a_curve(context):
    result = ask(context, "recommend_price", product="blue mug")
    facts = {fact.name: fact.value for fact in result.facts}
    assert facts["price now"] == 5.0
    assert 4.5 <= facts["advised price"] <= 5.0
    assert facts["elasticity"] < 0
    assert result.chart.y_label.startswith("profit")  # the cost is known
    series = result.chart.series[0]
    assert all(low <= middle <= high for low, middle, high in zip(series.lower, series.y, series.upper, strict=True))


def test_the_goal_that_was_said_counts(context):
    assert ask(context, "recommend_price", product="mug", goal="revenue").chart.y_label.startswith("revenue")


def test_a_constant_price_is_said_to_teach_nothing(context):
    result = ask(context, "recommend_price", product="milk jug")
    assert "is unknown, as its usual price has always been £12.00" in result.headline
    assert result.chart is None


def test_profit_without_a_cost_is_said_to_be_impossible(context):
    """The rug has no cost; give it an elasticity and ask for profit."""
    fitted = context.shop.models.load("prices")
    fitted.products.loc["rug", ["elasticity", "sd", "low", "high"]] = [-1.5, 0.1, 35.0, 45.0]
    result = ask(context, "recommend_price", product="wool rug", goal="profit")
    assert result.headline.startswith("Its cost is missing, so the most profitable price can't be told; for revenue")
    assert any("cost is missing: import it" in note for note in result.notes)


def test_an_unknown_product_passes_through(context):
    assert ask(context, "recommend_price", product="submarine").status == "error"


def test_one_product_against_its_competitors(context):
    result = ask(context, "compare_prices", product="blue mug")
    assert result.headline == "Blue Mug costs £5.00 here and £4.00 at Rival and £5.50 at Other."
    assert [row[4] for row in result.table.rows] == [25.0, -9.1]


def test_all_products_against_competitors(context):
    result = ask(context, "compare_prices")
    facts = {fact.name: fact.value for fact in result.facts}
    assert facts["products compared"] == 2
    assert facts["products dearer here than at the cheapest competitor"] == 1
    assert facts["typical difference"] == pytest.approx((25 - 20) / 2)  # mug 25 % dearer, pot 20 % cheaper


def test_a_category_without_competitors_is_said(context):
    assert "No competitor's price is known for rugs" in ask(context, "compare_prices", category="rugs").headline


def test_missing_competitor_prices_are_said(bare):
    result = ask(bare, "compare_prices")
    assert result.status == "error"
    assert "no competitors' prices" in result.headline
