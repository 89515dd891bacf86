"""Measuring leaves no trace in the shop's own records, also when it breaks off."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted_model import ScriptedModel
from service_shop import write_warehouse

from assistant.conversation import Conversation
from assistant.settings import write_settings
from assistant.shop import RECORDS, Shop
from assistant.training import evaluation
from assistant.training.phrasings import Phrasing, Turn


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    write_warehouse(tmp_path / "warehouse.duckdb")
    write_settings(tmp_path, "Corner Shop", "GBP", "2024-06-30")
    opened = Shop(tmp_path)
    opened.__dict__["language"] = ScriptedModel()
    hello = Phrasing("0", frozenset({"manager"}), (Turn("hello there", ()),), "plain")
    monkeypatch.setattr(evaluation, "read_phrasings", lambda roles: [hello])
    monkeypatch.setattr(evaluation, "shop_entities", lambda shop: {})
    yield opened
    opened.close()


def test_the_shops_records_are_not_opened(shop: Shop) -> None:
    assert evaluation.evaluate_calls(shop, "test", None, lambda line: None)["messages"] == 1
    assert not (shop.folder / RECORDS).exists()
    assert "records" not in shop.__dict__


def test_opened_records_are_there_again_afterwards(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    own = shop.records

    def fail(self: object, message: str) -> None:
        raise RuntimeError("stopped")

    monkeypatch.setattr(Conversation, "plan", fail)
    with pytest.raises(RuntimeError, match="stopped"):
        evaluation.evaluate_calls(shop, "test", None, lambda line: None)
    assert shop.records is own
    own.open_session("manager")  # still usable
