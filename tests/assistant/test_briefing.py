from assistant.briefing import TOPICS, briefing
from assistant.messages import Fact, ToolCall, ToolResult

DEARER = "products dearer here than at the cheapest competitor"


def answered(call: ToolCall) -> ToolResult:
    facts = {
        "sales_report": (Fact("revenue last week", 120.0, "GBP", "£120.00"), Fact("change", -4.0, "percent", "4 %")),
        "list_low_stock": (Fact("checked", 9, "levels", "9"), Fact("running low", 2, "levels", "2")),
        "compare_prices": (Fact(DEARER, 3, "products", "3"),),
        "plan_promotion": (Fact("reduced price", 5.0, "GBP", "£5.00"),),
    }
    return ToolResult(f"about {call.name}", facts=facts.get(call.name, ()))


def test_every_topic_has_a_line_in_order_with_its_tools_own_figure():
    lines = {line.topic: line for line in briefing(answered)}
    assert tuple(lines) == TOPICS
    assert lines["sales"].figure == Fact("revenue last week", 120.0, "GBP", "£120.00")
    assert list(lines["sales"].more) == ["change"]
    assert lines["stock"].figure == Fact("running low", 2, "levels", "2")
    assert lines["leaving"].figure is None  # the tool named none: nothing is made up


def test_a_topic_without_data_asks_its_second_question_and_says_why_where_that_fails_too():
    def without_competitors(call: ToolCall) -> ToolResult:
        lacks = ToolResult("This shop has no competitor prices.", status="error")
        return lacks if call.name == "compare_prices" else answered(call)

    lines = {line.topic: line for line in briefing(without_competitors)}
    assert lines["prices"].call.name == "plan_promotion"
    assert not lines["prices"].missing
    lines = {line.topic: line for line in briefing(lambda call: ToolResult("No.", status="error"))}
    assert lines["prices"].call.name == "compare_prices"
    assert all(line.missing and line.figure is None for line in lines.values())


def test_lines_come_one_by_one():
    asked: list[str] = []

    def run(call: ToolCall) -> ToolResult:
        asked.append(call.name)
        return answered(call)

    next(briefing(run))
    assert asked == ["sales_report"]
