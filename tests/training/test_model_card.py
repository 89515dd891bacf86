"""The model card: counts that add up, settings of both parts, and the scores, or a word that none were measured."""

import re
from pathlib import Path

import pytest

from assistant import cli
from assistant.errors import AssistantError
from assistant.tools import standard_tools
from assistant.training import model_card
from assistant.training.model_card import write_card
from assistant.training.phrasings import read_phrasings


@pytest.fixture(scope="module")
def card() -> str:
    return write_card()


def test_the_counts_of_the_splits_add_up_to_all_lines(card: str) -> None:
    phrasings = read_phrasings({tool.name: tool.roles for tool in standard_tools()})
    counted = {
        name: int(count.replace(",", "")) for name, count in re.findall(r"^\| (\w+) \| ([\d,]+) \|$", card, re.M)
    }
    assert sum(counted[name] for name in ("train", "validation", "test")) == len(phrasings)
    assert counted["attack"] == sum(each.kind == "attack" for each in phrasings)
    assert f"{len(phrasings):,} authored lines" in card


def test_every_tool_with_phrasings_has_its_row(card: str) -> None:
    found = re.findall(r"^\| (\w+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", card, re.MULTILINE)
    rows = {name: [int(each) for each in counts] for name, *counts in found}
    assert {"sales_report", "search_products", "none"} <= rows.keys()
    assert all(sum(row) >= 150 for row in rows.values())


def test_settings_scores_and_limits_are_told(card: str) -> None:
    for expected in (
        "| rank |",
        "retail-assistant finetune router",
        "## Limits",
        "Not measured with these weights yet",
    ):
        assert expected in card
    measured = {"model": "m", "shop": "s", "split": "test", "calls": {"messages": 1_234}}
    assert "m on s, test phrasings" in write_card(measured)
    assert "messages: 1,234" in write_card(measured)


def test_the_command_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "card.md"
    assert cli.main(["evaluate", "card", "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8").startswith("# Model card")
    assert str(out) in capsys.readouterr().out
    assert cli.main(["evaluate", "card", "--out", str(tmp_path / "no" / "card.md")]) == 2


def test_settings_that_cannot_be_read_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_card, "SHIPPED_ADAPTER", tmp_path)
    with pytest.raises(AssistantError, match="retail-assistant finetune"):
        write_card()
