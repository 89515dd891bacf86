"""The command line: batches, text output, exit codes and messages. The language model is scripted."""

import json
from pathlib import Path
from typing import Any

import pytest
from scripted_model import ScriptedModel
from service_shop import write_warehouse

from assistant import cli
from assistant.messages import ToolCall
from assistant.settings import write_settings
from assistant.shop import Shop

ORDERS = ToolCall("my_orders", {})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_warehouse(tmp_path / "warehouse.duckdb")
    write_settings(tmp_path, "Corner Shop", "GBP", "2024-06-30")
    return tmp_path


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[ScriptedModel]:
    """Every language model that was loaded."""
    made: list[ScriptedModel] = []

    def load(_settings: Any) -> ScriptedModel:
        made.append(ScriptedModel(calls=[ORDERS] * 20))
        return made[-1]

    monkeypatch.setattr("assistant.language.choosing.language_model", load)
    return made


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command."""
    try:
        code = cli.main(arguments)
    except SystemExit as stopped:  # argparse's own way out
        code = int(stopped.code or 0)
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_one_question_as_text(folder: Path, loads: list[ScriptedModel], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "ask", "show me my orders", "--customer", "C1", "--shop", str(folder))
    assert code == 0
    assert "1001" in out
    assert "[my_orders(): ok" in out


def test_one_question_as_json_has_the_contracts_fields(
    folder: Path, loads: list[ScriptedModel], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "ask", "show me my orders", "--customer", "C1", "--json", "--shop", str(folder))
    answer = json.loads(out)
    assert code == 0
    assert set(answer) == {
        "question", "role", "answer", "calls", "products", "grounded", "unsupported", "handed_off", "model", "seconds",
        "tokens",
    }  # fmt: skip
    assert set(answer["calls"][0]) == {"name", "arguments", "status", "seconds", "result"}
    assert set(answer["seconds"]) == {"first_token", "total"}
    assert set(answer["tokens"]) == {"prompt", "completion"}


def test_a_batch_loads_the_model_once_and_goes_on_after_a_bad_line(
    folder: Path, loads: list[ScriptedModel], capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        json.dumps({"id": "a", "role": "customer", "customer_id": "C1", "turns": ["show me my orders", "thanks"]}),
        "this is no JSON",
        json.dumps({"id": "b", "role": "boss", "turns": ["hello"]}),
        json.dumps({"id": "c", "role": "customer", "customer_id": "C999", "turns": ["hello"]}),
        json.dumps({"id": "d", "role": "customer", "turns": ["show me my orders", "x" * 50_000]}),
    ]
    batch, out = folder / "batch.jsonl", folder / "answers.jsonl"
    batch.write_text("\n".join(lines), encoding="utf-8")
    code, _, _ = run(capsys, "ask", "--batch", str(batch), "--out", str(out), "--shop", str(folder))
    answers = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert code == 0
    assert len(loads) == 1
    assert [answer["id"] for answer in answers] == ["a", 2, "b", "c", "d"]
    assert [len(answer["turns"]) for answer in answers] == [2, 1, 1, 1, 2]
    assert answers[0]["turns"][0]["calls"][0]["status"] == "ok"
    assert "Line 2" in answers[1]["turns"][0]["answer"]
    assert "boss" in answers[2]["turns"][0]["answer"]
    assert "C999" in answers[3]["turns"][0]["answer"]
    assert answers[4]["turns"][0]["calls"][0]["status"] == "refused"
    assert "50,000" in answers[4]["turns"][1]["answer"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["ask"], 2, "Expected a question"),
        (["ask", "hello", "--batch", "x.jsonl"], 2, "Expected a question"),
        (["ask", "--batch", "nowhere.jsonl", "--shop", "{shop}"], 2, "nowhere.jsonl"),
        (["ask", "hello", "--shop", "{shop}/missing"], 1, "init --demo"),
        (["ingest", "csv", "sales.csv"], 2, "--mapping"),
        (["ingest", "online-retail", "{shop}/nothing.csv", "--shop", "{shop}"], 1, "nothing.csv"),
        (["sing"], 2, "invalid choice"),
        ([], 2, ""),
    ],
)
def test_wrong_use_and_failures_say_what_was_expected(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    got, out, err = run(capsys, *[each.replace("{shop}", str(folder)) for each in arguments])
    assert got == code
    assert said in err
    assert "Traceback" not in out + err


def test_settings_that_cannot_be_used_name_the_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "shop.toml").write_text('name = "Shop"\ncolour = "red"\n')
    code, _, err = run(capsys, "status", "--shop", str(folder))
    assert code == 1
    assert "colour" in err
    assert "currency" in err


def test_a_half_built_shop_is_told_apart(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "warehouse.duckdb").unlink()
    code, _, err = run(capsys, "ask", "hello", "--shop", str(folder))
    assert code == 1
    assert "did not finish" in err


def test_two_builds_at_once_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from analytics.warehouse import build_lock

    with build_lock(folder):
        code, _, err = run(capsys, "fit", "--shop", str(folder))
    assert code == 1
    assert "another one is at work" in err


def test_status_counts_what_the_shop_holds(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "status", "--json", "--shop", str(folder))
    held = json.loads(out)
    assert code == 0
    with_shop = Shop(folder)
    assert held["rows"]["orders"] == with_shop.warehouse.scalar(with_shop.warehouse.table("orders").count())
    assert held["as_of"] == "2024-06-30"
    with_shop.close()


def test_every_tool_is_listed_with_its_marks(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "tools")
    assert "sales_report(metric" in out
    assert "start_return(order_id?, items?, reason?, payment?)  [customer, private, write]" in out
