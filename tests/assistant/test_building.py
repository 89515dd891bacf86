"""What a build may overwrite, when a shop is ready, and what becomes of models that the shop can no longer have."""

import json
from pathlib import Path
from typing import Any

import pytest
from service_shop import write_warehouse

# ruff: noqa: F811  (fixtures are arguments)
from test_cli import folder, run  # noqa: F401  fixtures

from analytics.errors import NotEnoughHistory
from assistant import building
from assistant.errors import WrongUse
from assistant.settings import read_settings, write_settings
from assistant.shop import Shop

FITTED = Path("models") / "fitted.json"


@pytest.fixture
def demo_folder(folder: Path) -> Path:
    (folder / "truth").mkdir()
    (folder / "shop.toml").write_text('name = "Larder & Loom"\n')
    return folder


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the commands did, instead of doing it."""
    done: list[str] = []

    def init(folder: Path, report: Any, *, seed: int = 7) -> None:
        building.check_demo_folder(folder)
        done.append("init")

    monkeypatch.setattr(building, "init_demo", init)
    monkeypatch.setattr(building, "fit_shop", lambda folder, report: done.append("fit") or [])
    monkeypatch.setattr("assistant.commands.building._prepare_language", lambda folder: None)
    monkeypatch.setattr("assistant.commands.asking.serve", lambda given: done.append("serve") or 0)
    return done


def abilities(monkeypatch: pytest.MonkeyPatch, **fits: Any) -> None:
    monkeypatch.setattr(building, "_abilities", lambda: fits)


def fails(_shop: Shop) -> None:
    raise NotEnoughHistory("Only 3 weeks.")


def test_a_model_that_the_shop_can_no_longer_have_is_removed(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    abilities(monkeypatch, churn=lambda shop: "old", prices=lambda shop: "old")
    building.fit_shop(folder, lambda line: None)
    assert Shop(folder).models.names() == ("churn", "prices")
    abilities(monkeypatch, churn=fails, prices=lambda shop: "new")
    building.fit_shop(folder, lambda line: None)
    assert Shop(folder).models.names() == ("prices",)
    assert Shop(folder).models.load("prices") == "new"
    assert json.loads((folder / FITTED).read_text()) == {
        "fitted": ["prices"],
        "missing": {"churn": "Only 3 weeks."},
        "as_of": "2024-06-30",
    }


def test_a_fit_that_breaks_off_leaves_the_shop_unready(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    abilities(monkeypatch, churn=lambda shop: 1)
    building.fit_shop(folder, lambda line: None)
    assert building.is_fitted(folder)

    def killed(_shop: Shop) -> None:
        raise KeyboardInterrupt

    abilities(monkeypatch, churn=lambda shop: 2, prices=killed)
    with pytest.raises(KeyboardInterrupt):
        building.fit_shop(folder, lambda line: None)
    assert not building.is_fitted(folder)


@pytest.mark.parametrize("command", [["init", "--demo"], ["demo"]])
def test_the_demo_shop_never_overwrites_another(
    folder: Path,
    steps: list[str],
    capsys: pytest.CaptureFixture[str],
    command: list[str],
) -> None:
    code, _, err = run(capsys, *command, "--shop", str(folder))
    assert (code, steps) == (2, [])
    assert "'Corner Shop'" in err
    assert "--shop another folder" in err
    (folder / "truth").mkdir()  # its own folder of that name does not make it the demo shop
    assert run(capsys, *command, "--shop", str(folder))[0] == 2


def test_the_real_init_refuses_before_it_writes(folder: Path) -> None:
    before = (folder / "warehouse.duckdb").read_bytes()
    with pytest.raises(WrongUse):
        building.init_demo(folder, lambda line: None)
    assert (folder / "warehouse.duckdb").read_bytes() == before
    assert not (folder / "truth").exists()


def test_pages_written_before_the_import_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    with pytest.raises(WrongUse, match="something else"):
        building.check_demo_folder(tmp_path)


def test_settings_of_the_demo_shop_may_be_written_before_it_and_those_of_another_may_not(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text('name = "Larder & Loom"\n[limits]\nwaiting = 7\n')
    building.check_demo_folder(tmp_path)
    (tmp_path / "shop.toml").write_text('name = "Corner Shop"\n')
    with pytest.raises(WrongUse, match="holds the shop 'Corner Shop'"):
        building.check_demo_folder(tmp_path)


def test_where_the_demo_shop_may_be_built(tmp_path: Path, demo_folder: Path) -> None:
    building.check_demo_folder(tmp_path / "absent")
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / ".build.lock").touch()
    building.check_demo_folder(empty)
    (empty / "truth").mkdir()  # a first build that broke off
    building.check_demo_folder(empty)
    building.check_demo_folder(demo_folder)


def test_demo_does_only_what_is_missing(
    tmp_path: Path, demo_folder: Path, steps: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "demo", "--shop", str(tmp_path / "new"))
    assert steps == ["init", "fit", "serve"]
    steps.clear()
    (demo_folder / "models").mkdir()  # a fit that broke off
    run(capsys, "demo", "--shop", str(demo_folder))
    assert steps == ["fit", "serve"]
    steps.clear()
    (demo_folder / FITTED).write_text("{}")
    run(capsys, "demo", "--shop", str(demo_folder))
    assert steps == ["serve"]


def sales(folder: Path) -> Path:
    file = folder / "my_sales.csv"
    file.write_text(
        "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
        "536365,85123A,WHITE LANTERN,6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n"
    )
    return file


def ingest(capsys: pytest.CaptureFixture[str], file: Path, shop: Path, *more: str) -> tuple[int, str, str]:
    return run(capsys, "ingest", "online-retail", str(file), "--shop", str(shop), *more)


def test_nothing_is_imported_into_the_demo_shop(
    tmp_path: Path, demo_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (demo_folder / "warehouse.duckdb").read_bytes()
    code, _, err = ingest(capsys, sales(tmp_path), demo_folder)
    assert code == 2
    assert "--shop another folder" in err
    assert (demo_folder / "warehouse.duckdb").read_bytes() == before


@pytest.mark.parametrize(
    ("more", "said"),
    [(["--currency", "pounds"], "three-letter"), (["--name", " "], "empty"), (["--name", "a\nb"], "one line")],
)
def test_a_wrong_name_or_currency_is_told_before_the_import(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], said: str
) -> None:
    code, _, err = ingest(capsys, sales(tmp_path), tmp_path / "mine", *more)
    assert code == 2
    assert said in err
    assert not (tmp_path / "mine").exists()


def test_a_new_shop_is_called_after_its_file_and_keeps_its_own_name_later(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, mine = sales(tmp_path), tmp_path / "mine"
    code, out, _ = ingest(capsys, file, mine, "--currency", "eur")
    assert (code, read_settings(mine).name, read_settings(mine).currency) == (0, "My Sales", "EUR")
    assert "keeps" not in out
    code, out, _ = ingest(capsys, file, mine, "--name", "Other")
    assert "keeps the name 'My Sales' and the currency EUR" in out
    assert read_settings(mine).name == "My Sales"


def test_a_folder_given_as_a_dot_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from argparse import Namespace

    from assistant.commands.building import _own_shop

    (tmp_path / "corner_shop").mkdir()
    monkeypatch.chdir(tmp_path / "corner_shop")
    given = Namespace(source="csv", shop=tmp_path / "mine", path=Path("."), name=None, currency=None)
    assert _own_shop(given).name == "Corner Shop"
    write_settings(tmp_path / "mine", "Mine", "GBP")
    assert _own_shop(given).name == "Mine"
    write_warehouse(tmp_path / "mine" / "warehouse.duckdb")
    assert building.has_history(tmp_path / "mine")
