import re

import pytest
from customer_shop import AS_OF, ask, shop

from assistant.tools.customers import TOOLS


@pytest.fixture(scope="module")
def context():
    return shop()


@pytest.fixture(scope="module")
def promoted():
    return shop(promotions=True)


def figures(text):
    return set(re.findall(r"\d[\d,]*(?:\.\d+)?", text))


def supported(result):
    """Every figure of the headline stands in a fact, the table or the notes."""
    known = " ".join([*(fact.text for fact in result.facts), *result.notes, str(result.table and result.table.rows)])
    return figures(result.headline) - figures(known)


def test_the_contracts_tools_are_for_managers_only():
    assert [tool.name for tool in TOOLS] == [
        "list_churn_risks", "churn_risk", "customer_profile", "segment_customers", "plan_promotion", "review_insights",
    ]  # fmt: skip
    assert all(tool.roles == {"manager"} and not tool.writes for tool in TOOLS)


def test_ten_customers_are_named_with_reasons(context):
    result = ask(context, "list_churn_risks", limit=10)
    assert result.headline.startswith("The 10 customers you are most about to lose")
    assert len(result.table.rows) == 10
    assert all("no order for" in row[-1] or "ordered" in row[-1] for row in result.table.rows)
    assert "AUC" in result.score
    assert any("top 10 of" in note or "fit this rule" in note for note in result.notes)


def test_risks_of_a_country_and_of_a_group(context):
    french = ask(context, "list_churn_risks", limit=5, segment="customers from France")
    assert "customers in France" in french.headline
    assert all(int(re.search(r"C(\d+)", row[0])[1]) % 4 == 0 for row in french.table.rows)
    best = ask(context, "list_churn_risks", limit=5, segment="our best customers")
    fitted = context.shop.models.load("customers")
    names = {row[0] for row in best.table.rows}
    known = fitted.customers[fitted.customers["segment"].str.startswith("Best")].index
    assert all(any(each in name for each in known) for name in names)


def test_an_unknown_group_names_the_groups_there_are(context):
    result = ask(context, "list_churn_risks", segment="astronauts")
    assert result.status == "error"
    assert "astronauts" in result.headline
    assert "Best customers" in result.headline


def test_one_customers_risk_is_a_percentage_with_reasons(context):
    fitted = context.shop.models.load("churn")
    who = fitted.customers["probability"].idxmax()
    result = ask(context, "churn_risk", customer=who)
    chance = 100 * fitted.customers.loc[who, "probability"]
    assert f"about {chance:.0f} %, above the average" in result.headline
    assert result.facts[0].value == pytest.approx(chance)
    assert not supported(result) - figures(who) - {"90"}


def test_unknown_customers_pass_through_as_not_found(context):
    for tool in ("churn_risk", "customer_profile"):
        result = ask(context, tool, customer="nobody@nowhere")
        assert result.status == "error"
        assert "nobody@nowhere" in result.headline


def test_who_never_bought_is_said_to_have_no_purchase(context):
    for tool in ("churn_risk", "customer_profile"):
        assert "no purchase on record" in ask(context, tool, customer="C-quiet").headline


def test_profile_counts_are_exact(context):
    lines = context.shop.history.lines
    who = lines["customer_id"].value_counts().index[0]
    own = lines[lines["customer_id"] == who]
    result = ask(context, "customer_profile", customer=who)
    facts = {fact.name: fact.value for fact in result.facts}
    assert facts["orders"] == own["order_id"].nunique()
    assert facts["revenue"] == pytest.approx(own["value"].sum())
    assert facts["average order value"] == pytest.approx(own["value"].sum() / own["order_id"].nunique())
    assert facts["last order"] == own["day"].max().date().isoformat()
    assert facts["return rate"] == 0
    assert facts["days since the last order"] == (AS_OF - own["day"].max().date()).days
    assert sum(result.chart.series[0].y) == pytest.approx(own["value"].sum(), abs=0.1)
    assert "likely between" in result.headline


def test_profile_without_fitted_models_still_tells_the_sales(context, tmp_path):
    from types import SimpleNamespace

    from analytics.model_store import ModelStore

    bare = SimpleNamespace(shop=SimpleNamespace(**{**vars(context.shop), "models": ModelStore(tmp_path)}))
    bare.session = context.session
    result = ask(bare, "customer_profile", customer="C1")
    assert result.status == "ok"
    assert any("retail-assistant fit" in note for note in result.notes)
    assert "retail-assistant fit" in ask(bare, "list_churn_risks").headline


def test_groups_come_with_shares_that_add_up(context):
    result = ask(context, "segment_customers")
    assert sum(row[1] for row in result.table.rows) == result.facts[0].value == 200
    assert sum(result.chart.series[1].y) == pytest.approx(100, abs=0.5)
    assert not supported(result)


def test_groups_tell_how_customers_moved_and_what_the_groups_are_worth(context):
    notes = " ".join(ask(context, "segment_customers").notes)
    moves = context.shop.models.load("customers").segments.moves
    stayed = sum(moves.loc[name, name] for name in moves.index if name in moves.columns)
    assert f"{stayed} of {moves.to_numpy().sum()} customers stayed in their group" in notes
    assert "of the differences in what customers spent since" in notes


def test_a_risk_comes_with_what_may_keep_the_customer_and_no_promise(context):
    listed = ask(context, "list_churn_risks", limit=3)
    assert listed.table.columns[-2] == "what may keep them"
    assert all(row[-2] for row in listed.table.rows)
    who = context.shop.models.load("churn").at_risk(1).rows.index[0]
    one = ask(context, "churn_risk", customer=who)
    assert {fact.name: fact.text for fact in one.facts}["what may keep them"].startswith(listed.table.rows[0][-2])
    assert any("only a test" in note for note in one.notes)


def test_a_profile_tells_how_much_goes_to_reduced_prices(context):
    fitted = context.shop.models.load("customers").customers
    who = fitted["reduced_share"].idxmax()
    facts = {fact.name: fact for fact in ask(context, "customer_profile", customer=who).facts}
    assert facts["price sensitivity"].value == pytest.approx(100 * fitted.loc[who, "reduced_share"])
    assert "on average in the shop" in facts["price sensitivity"].text


def test_offer_to_win_back_keeps_the_budget_and_promises_no_profit(context):
    result = ask(context, "plan_promotion", goal="win back people we are losing", budget=30)
    facts = {fact.name: fact.value for fact in result.facts}
    assert facts["expected cost of the discount"] <= 30
    assert "win back" in result.headline
    assert any("no extra profit is promised" in note for note in result.notes)
    assert any("random half" in note for note in result.notes)


def test_missing_costs_are_said(context):
    notes = " ".join(ask(context, "plan_promotion", goal="win back").notes)
    assert "Product costs are missing" in notes  # the rug, most of the revenue, has none
    assert "cautious 10 %" in notes


def test_a_budget_too_small_for_anyone_is_said(context):
    assert "reaches nobody" in ask(context, "plan_promotion", goal="thank loyal ones", budget=0.01).headline


def test_clearing_stock_without_earlier_promotions_is_not_guessed(context):
    assert "can't be learnt" in ask(context, "plan_promotion", goal="clear slow stock").headline


def test_product_offer_pays_and_stays_above_cost(promoted):
    result = ask(promoted, "plan_promotion")
    facts = {fact.name: fact.value for fact in result.facts}
    assert "off mugs for 14 days" in result.headline
    assert all(row[0] != "rugs" for row in result.table.rows)  # its cost is unknown
    assert facts["extra profit, low end"] <= facts["expected extra profit"] <= facts["extra profit, high end"]
    assert not supported(result)


def test_reviews_are_summed_up_with_quotes(context):
    result = ask(context, "review_insights")
    assert result.headline.startswith("33 % of 18 reviews of the shop sound content")
    assert any("broke" in quote for _, quote in result.quotes)
    assert any("word list" in note for note in result.notes)
    one = ask(context, "review_insights", product="wool rug")
    assert "9 reviews of Wool Rug" in one.headline


def test_reviews_of_a_period_without_any_are_said(context):
    assert "no reviews" in ask(context, "review_insights", product="milk jug").headline


def test_missing_reviews_are_said(promoted):
    result = ask(promoted, "review_insights")
    assert result.status == "error"
    assert "no customer reviews" in result.headline
