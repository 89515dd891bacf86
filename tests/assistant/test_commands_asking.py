"""`ask`, `chat` and `tools` on a small shop, the language model scripted."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest
from scripted_model import ScriptedModel
from service_shop import write_warehouse

from assistant.commands import asking
from assistant.errors import NotFound, ShopNotFound, WrongUse
from assistant.messages import Answer, CallRecord, Table, ToolCall, ToolResult
from assistant.settings import write_settings
from assistant.shop import Shop

ORDERS = ToolCall("my_orders", {})
CANCEL = ToolCall("cancel_order", {"order_id": "1001"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("shop")
    write_warehouse(made / "warehouse.duckdb")
    write_settings(made, "Corner Shop", "GBP", "2024-06-30")
    return made


def given(shop: Path, **options: Any) -> argparse.Namespace:
    plain = {"question": None, "role": "customer", "customer": None, "json": False, "batch": None, "out": None}
    return argparse.Namespace(shop=shop, **{**plain, **options})


def script(monkeypatch: pytest.MonkeyPatch, *calls: ToolCall) -> None:
    monkeypatch.setattr(Shop, "language", ScriptedModel(calls))


def test_one_question_as_json(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script(monkeypatch, ORDERS)
    assert asking.ask(given(folder, question="show me my orders", customer="C1", json=True)) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["question"] == "show me my orders"
    assert [(call["name"], call["status"]) for call in answer["calls"]] == [("my_orders", "ok")]
    assert set(answer) == {
        "question", "role", "answer", "calls", "products", "grounded", "unsupported", "handed_off", "model", "seconds",
        "tokens",
    }  # fmt: skip


def test_one_question_as_text(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script(monkeypatch, ORDERS)
    asking.ask(given(folder, question="show me my orders", customer="C1"))
    shown = capsys.readouterr().out
    assert "[my_orders(): ok, " in shown
    assert "[scripted, " in shown


@pytest.mark.parametrize("options", [{}, {"question": "hi", "batch": Path("batch.jsonl")}])
def test_a_question_or_a_batch_but_not_both(folder: Path, options: dict[str, Any]) -> None:
    with pytest.raises(WrongUse, match="--batch FILE, and not both"):
        asking.ask(given(folder, **options))


def test_an_unknown_customer_and_a_missing_shop_are_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="nobody"):
        asking.ask(given(folder, question="hi", customer="nobody"))
    with pytest.raises(ShopNotFound):
        asking.ask(given(tmp_path, question="hi"))


def test_a_batch_goes_on_after_lines_that_cannot_be_answered(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(monkeypatch, CANCEL, ORDERS)
    lines = [
        '{"id": "a", "role": "customer", "customer_id": "C1", "turns": ["please cancel order 1001", "no"]}',
        "not json",
        '["a", "list"]',
        '{"id": "b", "role": "king", "turns": ["hi"]}',
        '{"id": "c", "role": "customer", "turns": [5]}',
        '{"id": "d", "role": "customer", "customer_id": "nobody", "turns": ["hi", "there"]}',
        "",
        '{"id": "e", "role": "customer", "turns": []}',
        '{"role": "customer", "customer_id": "C1", "turns": ["show me my orders"]}',
    ]
    (tmp_path / "batch.jsonl").write_text("\n".join(lines), encoding="utf-8")
    out = tmp_path / "answers.jsonl"
    assert asking.ask(given(folder, batch=tmp_path / "batch.jsonl", out=out)) == 0
    answers = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [answer["id"] for answer in answers] == ["a", 2, 3, "b", "c", "d", "e", 8]
    first, broken, listed, king, number, nobody, empty, last = ([turn for turn in a["turns"]] for a in answers)
    assert [turn["calls"][0]["status"] if turn["calls"] else "" for turn in first] == ["needs_confirmation", ""]
    assert first[1]["answer"] == "All right, nothing was changed."
    assert "Line 2 cannot be answered" in broken[0]["answer"]
    assert '{"id", "role", "turns"' in listed[0]["answer"]
    assert "got 'king'" in king[0]["answer"]
    assert "each turn must be a text" in number[0]["answer"]
    assert len(nobody) == 2
    assert "nobody" in nobody[1]["answer"]
    assert empty == []
    assert last[0]["calls"][0]["status"] == "ok"


def test_a_batch_file_that_is_not_there_is_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=r"no .*missing\.jsonl"):
        asking.ask(given(folder, batch=tmp_path / "missing.jsonl"))


def test_a_talk_in_the_terminal(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script(monkeypatch, ORDERS)
    said = iter(["hello", "show me my orders", ""])
    monkeypatch.setattr("builtins.input", lambda prompt: next(said))
    assert asking.chat(given(folder, customer="C1")) == 0
    shown = capsys.readouterr().out
    assert "welcome to Corner Shop" in shown
    assert "[my_orders(): ok, " in shown


def test_the_end_of_input_ends_the_talk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ends(prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", ends)
    assert asking.chat(given(folder)) == 0


def test_the_tools_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    asking.tools(argparse.Namespace(json=False))
    listed = capsys.readouterr().out
    assert any(line.startswith("start_return(") and "[customer, private, write]" in line for line in listed.split("\n"))
    asking.tools(argparse.Namespace(json=True))
    schemas = json.loads(capsys.readouterr().out)
    assert {"type", "function", "roles"} == set(schemas[0])
    assert "sales_report" in {schema["function"]["name"] for schema in schemas}


def test_a_long_table_is_cut_and_says_so() -> None:
    table = Table(("country", "revenue"), tuple((f"Country {n}", 1234.5 + n if n else None) for n in range(20)))
    result = ToolResult(headline="Here.", table=table, notes=("A note.",), method="count", score="exact")
    record = CallRecord("sales_report", {"metric": "revenue"}, "ok", 0.25, result)
    lines = asking.as_text(Answer("q", "manager", "Here.", (record,))).splitlines()
    assert lines[0] == "Here."
    assert lines[1].split() == ["country", "revenue"]
    assert lines[3].split() == ["Country", "1", "1,235.50"]
    assert "... and 5 more rows (--json shows all)" in lines
    assert "note: A note." in lines
    assert "method: count; exact" in lines
    assert "[sales_report(metric='revenue'): ok, 0.25 s]" in lines
    assert lines[-1] == "[no model needed, 0.0 s]"
