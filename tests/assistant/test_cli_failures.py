"""What the command line says where files, options or single turns fail; a batch keeps what it could answer."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from scripted_model import ScriptedModel

# ruff: noqa: F811  (fixtures are arguments)
from test_cli import ORDERS, folder, loads, run  # noqa: F401  fixtures

from analytics.errors import MissingData
from assistant.conversation import Conversation


def batch(tmp_path: Path, *lines: dict[str, Any], start: bytes = b"") -> Path:
    file = tmp_path / "batch.jsonl"
    file.write_bytes(start + "\n".join(json.dumps(line) for line in lines).encode())
    return file


def answers(folder: Path, file: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    code, out, _ = run(capsys, "ask", "--batch", str(file), "--shop", str(folder))
    assert code == 0
    return [json.loads(line) for line in out.splitlines()]


def test_a_turn_that_fails_leaves_the_others_answered(
    folder: Path,
    loads: list[ScriptedModel],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    original = Conversation.ask

    def ask(self: Conversation, message: str) -> Any:
        if message == "break":
            raise KeyError("a bug")
        if message == "lack":
            raise MissingData("This shop has no reviews.")
        return original(self, message)

    monkeypatch.setattr(Conversation, "ask", ask)
    turns = ["show me my orders", "break", "lack", "show me my orders"]
    file = batch(folder, {"id": 1, "role": "customer", "customer_id": "C1", "turns": turns})
    with caplog.at_level(logging.ERROR):
        (answered,) = answers(folder, file, capsys)
    first, second, third, fourth = answered["turns"]
    assert first["calls"][0]["status"] == fourth["calls"][0]["status"] == "ok"
    assert "error in the program (KeyError: 'a bug')" in second["answer"]
    assert third["answer"] == "Line 1 cannot be answered: This shop has no reviews."
    assert [second["question"], third["question"]] == ["break", "lack"]
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [KeyError]  # MissingData is no bug


def test_a_customer_may_be_a_number_and_the_file_may_begin_with_a_mark(
    folder: Path,
    loads: list[ScriptedModel],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str | None] = []
    monkeypatch.setattr("assistant.commands.asking.start", lambda shop, role, customer, limits: asked.append(customer))
    lines = [{"role": "customer", "customer_id": given, "turns": []} for given in (12346, 12346.0, "C1", None)]
    file = batch(folder, *lines, {"role": "customer", "customer_id": True, "turns": ["hi"]}, start=b"\xef\xbb\xbf")
    made = answers(folder, file, capsys)
    assert asked == ["12346", "12346", "C1", None]
    assert [answer["id"] for answer in made] == [1, 2, 3, 4, 5]
    assert "customer_id must be" in made[4]["turns"][0]["answer"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["ask", "--batch", "{shop}", "--shop", "{shop}"], 2, "is a folder"),
        (["ask", "--batch", "{shop}/b", "--out", "{shop}/no/a", "--shop", "{shop}"], 2, "there is no {shop}/no"),
        (["ask", "--batch", "{shop}/b", "--out", "{shop}", "--shop", "{shop}"], 2, "is a folder"),
        (["ask", "--batch", "{shop}/b", "--out", "{shop}/b", "--shop", "{shop}"], 2, "overwrite"),
        (["finetune", "language", "--rank", "0"], 2, "rank"),
        (["finetune", "language", "--epochs", "0"], 2, "epochs"),
        (["finetune", "router", "--rank", "-1"], 2, "rank"),
        (["evaluate", "language", "--json", "{shop}/no/a", "--shop", "{shop}"], 2, "there is no {shop}/no"),
        (["fit", "--shop", "{shop}/b"], 1, "{shop}/b"),
    ],
)
def test_wrong_places_and_options(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    said: str,
) -> None:
    (folder / "b").write_text("{}")
    got, out, err = run(capsys, *[each.replace("{shop}", str(folder)) for each in arguments])
    assert got == code
    assert said.replace("{shop}", str(folder)) in err
    assert "Traceback" not in out + err
    assert (folder / "b").read_text() == "{}"


@pytest.mark.parametrize("part", ["router", "language"])
def test_training_without_its_packages_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    code, _, err = run(capsys, "finetune", part)
    assert code == 1
    assert 'pip install "retail-assistant[train]"' in err
