"""Training the router's heads for real, on a few phrasings and the packaged embedder."""

import json
from pathlib import Path
from typing import Literal

import pytest

from assistant.errors import ModelUnavailable
from assistant.language.router import NONE, Router
from assistant.messages import ToolCall
from assistant.training.finetune_router import RouterSettings, finetune_router
from assistant.training.phrasings import Phrasing, Turn
from retrieval.embedder import packaged_model

ROLES = {"check_stock": frozenset({"customer", "manager"}), "sales_report": frozenset({"manager"})}
SAID = {
    "check_stock": "is {product} in stock|got any {product} left|how many {product} are there|{product} available|"
    "do you have {product}|any {product} on the shelf|is there {product}|have you run out of {product}",
    "sales_report": "what was our revenue|how much did we sell|turnover last week|show me the takings|"
    "total sales in may|what did we earn|our income in march|how were sales",
    NONE: "hello|good morning|thanks a lot|tell me a joke|what is the weather|goodbye|sing a song|who are you",
}
SCHEMAS = {"check_stock": {"properties": {"product": {"type": "string"}}}, "sales_report": {"properties": {}}}
ENTITIES = {"product": ["mugs", "trays", "lamps", "jars"]}


def phrasings() -> list[Phrasing]:
    """Eight a tool: the keys put six into training and one each into validation and test."""
    made = []
    for tool, texts in SAID.items():
        for place, text in enumerate(texts.split("|")):
            given = {"product": "{product}"} if "{product}" in text else {}
            calls = () if tool == NONE else (ToolCall(tool, given),)
            roles = ROLES.get(tool, frozenset({"customer", "manager"}))
            key = {0: "0", 1: "1"}.get(place, "5")
            made.append(Phrasing(key, roles, (Turn(text, calls),), "plain"))
    return made


@pytest.mark.parametrize(("rank", "method"), [(0, "lora"), (2, "lora"), (8, "full")])
def test_a_router_is_trained_written_and_loaded(tmp_path: Path, rank: int, method: Literal["lora", "full"]) -> None:
    lines: list[str] = []
    rate = 1e-3 if method == "lora" else 3e-4
    settings = RouterSettings(rank=rank, method=method, epochs=6, batch=6, head_rate=3e-2, adapter_rate=rate)
    scores = finetune_router(
        phrasings(), ENTITIES, ROLES, SCHEMAS, packaged_model(), settings, tmp_path, report=lines.append
    )
    assert len(lines) == 6
    losses = [float(line.rsplit(" ", 1)[1]) for line in lines]
    assert losses[-1] < losses[0]
    assert scores["manager: messages"] == 3  # the staff's own questions are among them
    assert scores["customer: messages"] == 2
    assert "customer: staff questions told apart" in scores
    assert all(0 <= value <= 1 for name, value in scores.items() if "messages" not in name)
    router = Router.load(packaged_model(), tmp_path)
    manager, customer = ["check_stock", "sales_report"], ["check_stock"]
    assert router.rank("what was the revenue", "manager", manager).best == "sales_report"
    assert router.rank("are mugs in stock", "customer", customer).best == "check_stock"
    assert router.rank("hello, good morning", "customer", customer).best == NONE
    reading = router.read("are mugs in stock")
    assert reading.labels.spans == ("product",)
    assert reading.knows("check_stock", SCHEMAS["check_stock"])
    assert len(reading.words) == 4
    assert (tmp_path / "adapter_model.safetensors").exists() == bool(rank)
    card = json.loads((tmp_path / "router.json").read_text())
    assert card["settings"]["rank"] == rank
    assert card["classes"]["customer"] == ["check_stock", NONE]


def test_the_same_seed_trains_the_same_router(tmp_path: Path) -> None:
    settings = RouterSettings(rank=0, epochs=1, batch=8)
    for name in ("first", "again"):
        finetune_router(phrasings(), ENTITIES, ROLES, SCHEMAS, packaged_model(), settings, tmp_path / name)
    first, again = ((tmp_path / name / "heads.safetensors").read_bytes() for name in ("first", "again"))
    assert first == again


def test_an_adapter_of_another_encoder_is_told(tmp_path: Path) -> None:
    settings = RouterSettings(rank=1, epochs=1, batch=24)
    finetune_router(phrasings(), ENTITIES, ROLES, SCHEMAS, packaged_model(), settings, tmp_path)
    config = json.loads((tmp_path / "adapter_config.json").read_text())
    (tmp_path / "adapter_config.json").write_text(json.dumps(config | {"base_model_name_or_path": "bge-small"}))
    with pytest.raises(ModelUnavailable, match="bge-small"):
        Router.load(packaged_model(), tmp_path)


@pytest.mark.parametrize("wrong", [{"rank": -1}, {"epochs": 0}, {"batch": 0}, {"smoothing": 1.0}])
def test_settings_are_checked(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected"):
        RouterSettings(**wrong)  # type: ignore[arg-type]


def test_a_router_is_extended_by_a_tool_and_keeps_what_it_knows(tmp_path: Path) -> None:
    settings = RouterSettings(rank=0, epochs=6, batch=6, head_rate=3e-2, consistency=0)
    known = [
        each for each in phrasings() if all(call.name != "sales_report" for turn in each.turns for call in turn.calls)
    ]
    finetune_router(known, ENTITIES, ROLES, SCHEMAS, packaged_model(), settings, tmp_path / "first")
    again = RouterSettings(rank=0, epochs=1, batch=6, head_rate=1e-9, consistency=0)
    finetune_router(
        phrasings(), ENTITIES, ROLES, SCHEMAS, packaged_model(), again, tmp_path / "second", tmp_path / "first"
    )
    first, second = (Router.load(packaged_model(), tmp_path / name) for name in ("first", "second"))
    before, after = (each.rank("are mugs in stock", "customer", ["check_stock"]) for each in (first, second))
    assert before.best == after.best == "check_stock"
    assert "sales_report" in dict(second.rank("what was the revenue", "manager", ["sales_report"]).scores)
    assert "sales_report" not in dict(first.rank("what was the revenue", "manager", ["sales_report"]).scores)
