"""Builds a shop folder: the demo shop, the fitted models and the index. Each part is replaced in one step.

Knows what is fitted and in which order, not how.
"""

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from analytics.columns import TABLES
from analytics.errors import AnalyticsError
from analytics.warehouse import build_lock
from assistant.errors import WrongUse
from assistant.settings import FILE, read_settings, write_settings
from assistant.shop import FITTED, MODELS, PICTURES, POLICIES, RANKING, WAREHOUSE, Shop, open_shop
from retrieval.errors import RetrievalError

Report = Callable[[str], None]
_TRUTH = "truth"
JUDGEMENTS = "search_judgements.csv"  # query, product_id, grade (from 1): what the search learns its order from
_NO_MODEL = ("index", "policies", "pictures")


@dataclass(frozen=True)
class Fitted:
    """What became of one ability: seconds it took, or why the shop cannot have it."""

    name: str
    seconds: float
    missing: str = ""


def is_demo(folder: Path) -> bool:
    """Whether the folder holds the demo shop, or one whose first build broke off: only that writes a hidden truth."""
    from analytics.demo import DEMO_NAME

    if not (folder / _TRUTH).is_dir():
        return False
    return not (folder / FILE).exists() or read_settings(folder).name == DEMO_NAME


def check_demo_folder(folder: Path) -> None:
    """Keeps the demo shop from being written over a shop of one's own.

    Raises:
        WrongUse: the folder holds something else.
    """
    from analytics.demo import DEMO_NAME

    if not folder.exists() or is_demo(folder):
        return
    there = {each.name for each in folder.iterdir() if not each.name.startswith(".")} if folder.is_dir() else {""}
    if not there or (there == {FILE} and read_settings(folder).name == DEMO_NAME):
        return  # empty but for the lock of a build that broke off, or for the demo shop's settings, written beforehand
    held = f"the shop {read_settings(folder).name!r}" if (folder / FILE).exists() else "something else"
    raise WrongUse(
        f"Expected an empty folder or the demo shop in {folder}, but it holds {held}, which the demo shop would "
        "overwrite. Give --shop another folder for the demo shop; `retail-assistant serve` opens the shop that is here."
    )


def has_history(folder: Path) -> bool:
    """Whether a build has written the shop's history to its end."""
    return (folder / FILE).exists() and (folder / WAREHOUSE).exists()


def is_fitted(folder: Path) -> bool:
    """Whether the last fit has come to its end."""
    return (folder / MODELS / FITTED).exists()


def init_demo(folder: Path, report: Report, *, seed: int = 7) -> None:
    """Writes the demo shop's history, policies and hidden truth.

    Raises:
        WrongUse: the folder holds something other than the demo shop.
        ShopBusy: another process is building in this folder.
    """
    from analytics.demo import DEMO_AS_OF, DEMO_CURRENCY, DEMO_NAME, build_demo

    check_demo_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with build_lock(folder):
        (folder / MODELS / FITTED).unlink(missing_ok=True)  # what is fitted belongs to the history before
    summary = build_demo(folder / WAREHOUSE, folder / POLICIES, folder / _TRUTH, seed=seed)
    report(str(summary))
    write_settings(folder, DEMO_NAME, DEMO_CURRENCY, str(DEMO_AS_OF))


def fit_shop(folder: Path, report: Report) -> list[Fitted]:
    """Fits every model to the shop's history and brings the index in step with its catalog.

    An ability that the shop has too little data for is passed over with its reason, and a model of it that an earlier
    fit left is removed; the rest is still fitted.

    Raises:
        ShopNotFound: there is no shop in the folder.
        ShopBusy: another process is building in this folder.
    """
    with build_lock(folder), open_shop(folder) as shop:
        (folder / MODELS).mkdir(exist_ok=True)
        (folder / MODELS / FITTED).unlink(missing_ok=True)
        done = [_timed(name, fit, shop, report) for name, fit in (_abilities() | _only_with_data(shop)).items()]
        _note_fitted(shop, done)
        return done


def fit_again(shop: Shop, names: Sequence[str], report: Report) -> list[Fitted]:
    """Fits the named models anew, under the lock that the caller holds."""
    abilities = _abilities() | _only_with_data(shop)
    return [_timed(name, abilities[name], shop, report) for name in abilities if name in names]


def _note_fitted(shop: Shop, done: list[Fitted]) -> None:
    """Writes, last of all, what was fitted, what the shop cannot have and why, and for which day."""
    noted = {
        "fitted": [each.name for each in done if not each.missing],
        "missing": {each.name: each.missing for each in done if each.missing},
        "as_of": shop.as_of.isoformat(),
    }
    building = shop.folder / MODELS / f"{FITTED}.building"
    building.write_text(json.dumps(noted, indent=1) + "\n", encoding="utf-8")
    os.replace(building, building.with_suffix(""))


def _abilities() -> dict[str, Callable[[Shop], Any]]:
    return {
        "classify": _classify,  # before the index: products without a category get the one that their text suggests
        "index": _index,
        "policies": lambda shop: shop.policies.update(),
        "pictures": _pictures,
        "recommend": _recommend,
        "forecast": _forecast,
        "inventory": _inventory,
        "churn": _analytics("analytics.churn", "fit_churn"),
        "fairness": _analytics("analytics.fairness", "fit_fairness"),
        "customers": _analytics("analytics.customers", "fit_customers"),
        "prices": _analytics("analytics.prices", "fit_prices"),
        "promotions": _analytics("analytics.promotions", "fit_promotions"),
        "reviews": _reviews,
    }


def _only_with_data(shop: Shop) -> dict[str, Callable[[Shop], Any]]:
    """Abilities for which most shops keep nothing: contracts, offers with customers held out, judged searches."""
    found: dict[str, Callable[[Shop], Any]] = {}
    if (shop.folder / JUDGEMENTS).exists():
        found[RANKING] = _search_ranking
    if shop.warehouse.has("contracts"):
        found["contracts"] = _analytics("analytics.churn.contracts", "fit_contracts")
    if shop.warehouse.has("offers_sent"):
        found["uplift"] = _analytics("analytics.uplift.past_offers", "fit_uplift")
    return found


def _search_ranking(shop: Shop) -> Any:
    import pandas as pd

    from retrieval.errors import BadCatalog
    from retrieval.judgements import learn_ranking

    try:
        judgements = pd.read_csv(shop.folder / JUDGEMENTS, dtype={"product_id": str})
    except (ValueError, OSError) as failure:
        raise BadCatalog(f"Expected {JUDGEMENTS} with columns query, product_id, grade; got {failure}.") from failure
    return learn_ranking(shop.catalog, judgements)


def _timed(name: str, fit: Callable[[Shop], Any], shop: Shop, report: Report) -> Fitted:
    started = time.monotonic()
    report(f"{name} ...")
    try:
        fitted = fit(shop)
    except (AnalyticsError, RetrievalError) as missing:
        if name not in _NO_MODEL:
            shop.models.remove(name)
        done = Fitted(name, time.monotonic() - started, str(missing))
        report(f"{name}: not for this shop. {missing}")
        return done
    if name not in _NO_MODEL:
        shop.models.save(name, fitted)
    done = Fitted(name, time.monotonic() - started)
    report(f"{name}: done in {done.seconds:.1f} s")
    return done


def _analytics(module: str, function: str) -> Callable[[Shop], Any]:
    def fit(shop: Shop) -> Any:
        import importlib

        return getattr(importlib.import_module(module), function)(shop.warehouse, shop.as_of)

    return fit


def _reviews(shop: Shop) -> Any:
    from analytics.reviews import fit_reviews

    return fit_reviews(shop.warehouse, shop.as_of, shop.embedder.encode)


def _inventory(shop: Shop) -> Any:
    from analytics.inventory import fit_inventory

    return fit_inventory(shop.warehouse, shop.as_of, shop.models.load("forecast"))


def _forecast(shop: Shop) -> Any:
    from analytics.forecasting import EngineSettings, ForecastSettings, fit_forecast

    chosen = shop.settings.forecasting
    engine = EngineSettings(chosen.engine, chosen.workers)
    return fit_forecast(shop.warehouse, shop.as_of, ForecastSettings(engine=engine, pretrained=chosen.pretrained))


def _index(shop: Shop) -> Any:
    products = shop.warehouse.frame(shop.warehouse.table("products"))
    products = products[products["merchandise"]].merge(_ratings(shop), on="product_id", how="left")
    lines = shop.history.lines
    recent = lines[lines["day"] > lines["day"].max() - _days(91)]
    popularity = recent.groupby("product_id")["quantity"].sum().clip(lower=0).to_dict()
    first_sold = lines.groupby("product_id")["day"].min().rename("added_on").reset_index()
    products = products.merge(first_sold, on="product_id", how="left")
    stock = shop.warehouse.frame(shop.warehouse.table("inventory")) if shop.warehouse.has("inventory") else None
    with tqdm(desc="indexing", unit="product", leave=False, delay=2) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        return shop.catalog.update(_with_guessed_categories(shop, products), stock, popularity, show)


def _with_guessed_categories(shop: Shop, products: Any) -> Any:
    from retrieval.guessed_categories import guess_categories, keep_guesses

    guessed: dict[str, Any] = {}
    if "classify" in shop.models.names():
        products, guessed = guess_categories(products, shop.models.load("classify"), shop.embedder.encode)
    keep_guesses(shop.catalog.folder, guessed)
    return products


def _ratings(shop: Shop) -> Any:
    reviews = shop.warehouse.table("reviews")
    return shop.warehouse.frame(reviews.group_by("product_id").aggregate(rating=reviews.rating.mean()))


def _pictures(shop: Shop) -> Any:
    from retrieval.picture_files import pictures_of

    products = shop.catalog.products
    categories = dict(zip(products["product_id"], products["category"], strict=True))
    with tqdm(desc="reading pictures", unit="picture", leave=False, delay=2) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        return shop.pictures.update(pictures_of(products, shop.folder / PICTURES), categories, show)


def _recommend(shop: Shop) -> Any:
    from retrieval.recommendation import fit_recommender

    ids = shop.catalog.products["product_id"].tolist()
    return fit_recommender(shop.history.lines, shop.as_of, shop.catalog.vectors(ids))


def _classify(shop: Shop) -> Any:
    from retrieval.classify import fit_classifier

    products = shop.warehouse.frame(shop.warehouse.table("products"))
    return fit_classifier(products[products["merchandise"]], shop.embedder)


def _days(count: int) -> Any:
    import pandas as pd

    return pd.Timedelta(days=count)


def counts(shop: Shop) -> dict[str, int]:
    """Rows of each table of the history."""
    return {name: int(shop.warehouse.scalar(shop.warehouse.table(name).count())) for name in TABLES}
