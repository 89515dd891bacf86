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
