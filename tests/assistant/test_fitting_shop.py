"""Fitting a shop and saying what it holds; the fitting of each model has tests of its own."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest
from service_shop import write_warehouse

from analytics.errors import NotEnoughHistory
from analytics.model_store import ModelStore
from assistant import building
from assistant.commands import building as commands
from assistant.errors import ShopNotFound, WrongUse
from assistant.settings import write_settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_warehouse(tmp_path / "warehouse.duckdb")
    write_settings(tmp_path, "Corner Shop", "GBP", "2024-06-30")
    return tmp_path


def too_little(shop: Any) -> None:
    raise NotEnoughHistory("Expected two years of sales, got one month.")


def test_what_a_shop_cannot_have_is_passed_over_with_its_reason(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    abilities = {"index": lambda shop: None, "forecast": too_little, "churn": lambda shop: shop.name}
    monkeypatch.setattr(building, "_abilities", lambda: abilities)
    lines: list[str] = []
    done = building.fit_shop(folder, lines.append)
    assert [(each.name, bool(each.missing)) for each in done] == [
        ("index", False),
        ("forecast", True),
        ("churn", False),
    ]
    assert ModelStore(folder / "models").names() == ("churn",)
    assert ModelStore(folder / "models").load("churn") == "Corner Shop"
    assert "forecast: not for this shop. Expected two years of sales, got one month." in lines


def test_a_bug_while_fitting_is_loud_and_leaves_what_was_fitted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(shop: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(building, "_abilities", lambda: {"churn": lambda shop: 1, "forecast": bug})
    with pytest.raises(ZeroDivisionError):
        building.fit_shop(folder, lambda line: None)
    assert ModelStore(folder / "models").names() == ("churn",)


def test_fitting_where_there_is_no_shop_is_told(tmp_path: Path) -> None:
    with pytest.raises(ShopNotFound):
        building.fit_shop(tmp_path / "nothing", lambda line: None)
    write_settings(tmp_path / "half", "Half", "GBP")
    with pytest.raises(ShopNotFound, match="did not finish"):
        building.fit_shop(tmp_path / "half", lambda line: None)


def test_the_status_says_what_the_shop_holds(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ModelStore(folder / "models").save("churn", "no scorecard")
    assert commands.status(argparse.Namespace(shop=folder, json=True)) == 0
    held = json.loads(capsys.readouterr().out)
    assert (held["name"], held["as_of"], held["currency"]) == ("Corner Shop", "2024-06-30", "GBP")
    assert held["rows"]["customers"] == 2
    assert held["rows"]["orders"] == 12
    assert held["history"] == ["2024-04-25", "2024-06-28"]
    assert held["indexed_products"] == 0
    assert held["models"] == {"churn": "fitted; too little history for a backtest"}
    assert commands.status(argparse.Namespace(shop=folder, json=False)) == 0
    assert "Corner Shop" in capsys.readouterr().out


def test_csv_without_a_mapping_is_wrong_use(folder: Path) -> None:
    asked = argparse.Namespace(source="csv", path=folder / "x.csv", mapping=None, shop=folder, date_format=None)
    with pytest.raises(WrongUse, match=r"map\.toml"):
        commands.ingest(asked)


def test_every_ability_can_be_imported() -> None:
    names = set(building._abilities())
    assert {"index", "policies", "forecast", "churn", "customers", "prices", "promotions", "reviews"} <= names
