"""What is remembered of the last turns."""

from assistant.memory import Memory
from assistant.messages import ToolCall


def test_what_was_supposed_outlasts_talk_but_not_another_call():
    memory = Memory()
    memory.remember("at -8 %?", [ToolCall("forecast_sales", {"product": "mug", "price_change": -8.0})])
    memory.remember("thank you", [])
    assert memory.shown.supposed == {"price_change": -8.0}
    memory.remember("is it in stock?", [ToolCall("check_stock", {"product": "mug"})])
    assert memory.shown.supposed == {}


def test_what_all_calls_of_a_turn_said_is_remembered_and_later_ones_win():
    memory = Memory()
    memory.remember(
        "mugs at -8 % next week, and what did we sell last month in order 2001?",
        [
            ToolCall("forecast_sales", {"product": "mug", "horizon": "next week", "price_change": -8.0}),
            ToolCall("sales_summary", {"period": "last month"}),
            ToolCall("order_status", {"order_id": "2001", "period": "last week"}),
        ],
    )
    assert memory.shown.ahead == "next week"
    assert memory.shown.period == "last week"
    assert memory.shown.supposed == {"price_change": -8.0}
    assert memory.shown.spoken_of == {"product": "mug", "order_id": "2001"}
