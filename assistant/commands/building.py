"""`init`, `ingest`, `fit`, `status`, `demo`: making a shop and saying what it holds."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import WrongUse

if TYPE_CHECKING:
    from assistant.settings import ShopSettings


def say(line: str) -> None:
    """A line of progress, on standard error so that standard output holds results only."""
    print(line, file=sys.stderr, flush=True)


def init(given: argparse.Namespace) -> int:
    """Builds the demo shop and fits its models."""
    from assistant.building import fit_shop, init_demo

    init_demo(given.shop, say, seed=given.seed)
    fit_shop(given.shop, say)
    _prepare_language(given.shop)
    print(
        f"The demo shop is ready in {given.shop}. "
        f"Ask it: retail-assistant ask --shop {given.shop} 'show me teapots under 30'"
    )
    return 0


def ingest(given: argparse.Namespace) -> int:
    """Imports a source file and prints the account of every cleaning rule."""
    from analytics.imports import ingest_csv, ingest_online_retail, ingest_tau_retail
    from assistant.settings import FILE, write_settings
    from assistant.shop import WAREHOUSE

    if given.source == "csv" and given.mapping is None:
        raise WrongUse(
            "Expected `ingest csv FILE --mapping map.toml`, but no mapping was given: it says which of your columns is "
            "what. The README shows one to start from."
        )
    known = (given.shop / FILE).exists()
    settings = _own_shop(given)
    with _Bar("importing") as bar:
        if given.source == "csv":
            account = ingest_csv(given.path, given.mapping, given.shop / WAREHOUSE, bar.step)
        elif given.source == "tau-retail":
            account = ingest_tau_retail(given.path, given.shop / WAREHOUSE, bar.step)
        else:
            account = ingest_online_retail(given.path, given.shop / WAREHOUSE, bar.step, date_format=given.date_format)
    write_settings(given.shop, settings.name, settings.currency)
    print(account)
    if known and (given.name is not None or given.currency is not None):
        print(
            f"The shop keeps the name {settings.name!r} and the currency {settings.currency} of {given.shop / FILE}: "
            "--name and --currency are for a new shop. Edit that file to change them."
        )
    print(f"Next: retail-assistant fit --shop {given.shop}")
    return 0


def _own_shop(given: argparse.Namespace) -> "ShopSettings":
    """The settings of the shop that is imported into, checked before the import.

    Raises:
        WrongUse: it is the demo shop, or a name or currency that no shop can have.
    """
    from assistant.building import is_demo
    from assistant.settings import FILE, ShopSettings, read_settings

    if is_demo(given.shop):
        raise WrongUse(
            f"Expected a folder for your own shop, but {given.shop} holds the demo shop, whose invented history would "
            "mix with yours. Give --shop another folder, e.g. --shop my-shop."
        )
    if (given.shop / FILE).exists():
        return read_settings(given.shop)
    name = given.path.resolve().stem.replace("_", " ").title() if given.name is None else given.name
    try:
        usual = "USD" if given.source == "tau-retail" else "GBP"
        return ShopSettings(name, usual if given.currency is None else given.currency.upper())
    except ValueError as wrong:
        raise WrongUse(f"The new shop cannot be called so (--name, --currency): {wrong}.") from wrong


def fit(given: argparse.Namespace) -> int:
    """Fits the models and prints what the shop could not have."""
    from assistant.building import fit_shop

    done = fit_shop(given.shop, say)
    _prepare_language(given.shop)
    missing = [each for each in done if each.missing]
    print(f"Fitted {len(done) - len(missing)} of {len(done)} in {sum(each.seconds for each in done):.0f} s.")
    for each in missing:
        print(f"  {each.name}: {each.missing}")
    return 0


def status(given: argparse.Namespace) -> int:
    """Prints what the shop holds, which models are fitted and their backtest scores."""
    from assistant.building import counts
    from assistant.shop import open_shop

    with open_shop(given.shop) as shop:
        first, last = shop.warehouse.span()
        held = {
            "name": shop.name,
            "folder": str(shop.folder),
            "currency": shop.currency,
            "as_of": shop.as_of.isoformat(),
            "history": [first.isoformat(), last.isoformat()],
            "rows": counts(shop),
            "indexed_products": len(shop.catalog.products) if shop.catalog.ready else 0,
            "models": {name: _score(shop.models.load(name)) for name in shop.models.names()},
            "language": shop.settings.language.model or shop.settings.language.kind,
        }
    if given.json:
        print(json.dumps(held, indent=1))
        return 0
    print(f"{held['name']} in {held['folder']}: {held['currency']}, as of {held['as_of']}, history {first} to {last}")
    print("rows: " + ", ".join(f"{name} {count:,}" for name, count in counts_of(held).items() if count))
    print(f"indexed products: {held['indexed_products']:,}; language model: {held['language']}")
    for name, score in dict(held["models"]).items():  # type: ignore[call-overload]
        print(f"  {name}: {score}")
    return 0


def counts_of(held: dict[str, object]) -> dict[str, int]:
    """The row counts of a status."""
    rows = held["rows"]
    assert isinstance(rows, dict)
    return rows


def demo(given: argparse.Namespace) -> int:
    """Builds what is missing of the demo shop, then opens the page."""
    from assistant.building import check_demo_folder, fit_shop, has_history, init_demo, is_fitted
    from assistant.commands.asking import serve

    check_demo_folder(given.shop)
    if not has_history(given.shop):
        init_demo(given.shop, say)
    if not is_fitted(given.shop):
        fit_shop(given.shop, say)
        _prepare_language(given.shop)
    return serve(given)


def _score(model: object) -> str:
    card = getattr(model, "scorecard", None) or getattr(model, "backtest", None)
    if card is None and hasattr(model, "sentence"):
        return str(model.sentence())
    if card is None:
        return "fitted; too little history for a backtest"
    sentence = getattr(card, "sentence", None)
    if sentence is not None:
        how = model.how_explained() if hasattr(model, "how_explained") else ""
        return f"{sentence()}; reasons by {how}" if how else str(sentence())
    return f"{card.serves}: {card.measure} {card.scores[card.serves][card.measure]:.3g}"


def _prepare_language(folder: Path) -> None:
    """Turns the embedded model's file into tensors now, so that the first question need not wait."""
    from assistant.language.weights import SHIPPED_ADAPTER, prepared_weights
    from assistant.settings import read_settings

    if read_settings(folder).language.kind == "embedded":
        say("language model ...")
        prepared_weights(SHIPPED_ADAPTER if SHIPPED_ADAPTER.exists() else None)


class _Bar:
    """A progress bar that follows (step, share done)."""

    def __init__(self, title: str) -> None:
        self._title = title

    def __enter__(self) -> "_Bar":
        from tqdm import tqdm

        self._bar = tqdm(
            total=100, desc=self._title, unit="%", bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed}"
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def step(self, name: str, done: float) -> None:
        """Moves the bar to the share done, 0 to 1."""
        self._bar.set_description(name)
        self._bar.update(round(100 * done) - self._bar.n)
