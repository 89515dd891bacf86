from scripted_page import EVIL

from assistant.briefing import Line
from assistant.messages import Fact, Table, ToolCall, ToolResult
from ui import texts
from ui.manager_briefing import briefing_html, detail


def line(topic, figure, facts=(), table=None, headline="The tool's own words."):
    result = ToolResult(headline, facts=(figure, *facts), table=table)
    return Line(topic, f"What about {topic}?", ToolCall("t"), result, figure, {fact.name: fact for fact in facts})


def fact(name, text, value=1.0):
    return Fact(name, value, "", text)


def test_each_line_says_what_its_figure_means():
    sales = line("sales", fact("revenue w2", "£90"), (fact("revenue w1", "£100"), fact("change", "10 %", -10.0)))
    assert detail(sales) == "10 % less than the week before (£100)"
    moved = (fact("products rising", "0", 0), fact("products falling", "2", 2))
    trends = line("trends", fact("change against the period before", "5 %", 5.0), moved)
    assert detail(trends) == "more revenue than in the four weeks before. Rising products: 0, falling: 2"
    stock = line(
        "stock",
        fact("running low", "4"),
        (fact("checked", "50"), fact("out of stock", "1")),
        Table(("product", "title"), (("P1", "Mug"),)),
    )
    assert detail(stock) == "of 50 stock levels, 1 of them out of stock. Most urgent: Mug"
    compared = (fact("products compared", "9"), fact("typical difference", "2 %", -2.0))
    prices = line("prices", fact("products dearer here than at the cheapest competitor", "3"), compared)
    assert detail(prices).endswith("typically 2 % cheaper")


def test_where_a_tool_says_it_otherwise_its_own_headline_stands():
    assert detail(line("leaving", fact("value", "£5"))) == "The tool's own words."
    assert detail(line("prices", fact("reduced price", "£5"))) == "The tool's own words."


def test_what_the_shop_cannot_have_is_told_with_the_reason_and_without_a_button():
    lacks = ToolResult("This shop has no stock levels.", status="error")
    html = briefing_html([Line("stock", "q", ToolCall("t"), lacks, None, {})])
    assert "This shop has no stock levels." in html
    assert "data-action" not in html


def test_everything_is_escaped_and_the_button_asks_the_whole_question():
    html = briefing_html([line("sales", fact("revenue", EVIL), headline=EVIL)])
    assert "<script" not in html
    assert 'data-action="ask" data-value="What about sales?"' in html


def test_who_waits_is_counted_and_leads_to_them():
    assert texts.BRIEFING_WAITING_ONE in briefing_html([], waiting=1)
    assert 'data-action="open" data-value="waiting"' in briefing_html([], waiting=2)
    assert "data-action" not in briefing_html([], waiting=0)
