"""The shift of "no tool", worked out by hand on logits of six messages."""

from types import SimpleNamespace
from typing import Any

import torch

from assistant.language.router import NONE
from assistant.training.router_calibration import balance_none, scores


def example(label: int) -> Any:
    return SimpleNamespace(labels={"manager": NAMES["manager"][label]}, roles=("manager",))


NAMES = {"manager": ["sales_report", NONE]}
WANTED = [0, 0, 0, 1, 1, 1]
# How much likelier the tool is than none: two messages without a tool pass for one by 0.35 and 0.45.
LOGITS = {"manager": torch.tensor([[1.0, 0], [0.9, 0], [0.8, 0], [0.45, 0], [0.35, 0], [-1.0, 0]])}


def test_no_tool_is_shifted_to_where_most_messages_are_right(monkeypatch) -> None:
    monkeypatch.setattr("assistant.training.router_calibration.of_staff", lambda example, role: False)
    head = torch.nn.Linear(3, 2)
    torch.nn.init.zeros_(head.bias)
    model: Any = SimpleNamespace(roles={"manager": head}, scale=10.0)
    made = [example(label) for label in WANTED]
    assert abs(scores(LOGITS, made, NAMES, 1.0, 0.9)["manager: right tool"] - 4 / 6) < 1e-6
    balance_none(model, LOGITS, made, NAMES)
    shift = head.bias.detach() * model.scale
    assert shift[0] == 0
    assert 0.45 < shift[1] < 0.8
    after = {"manager": LOGITS["manager"] + shift}
    assert scores(after, made, NAMES, 1.0, 0.9)["manager: right tool"] == 1.0
