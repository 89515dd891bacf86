"""The demo shop's products and suppliers with their hidden truth. Knows neither days nor customers."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.demo.settings import CHANNELS, ONLINE, ONLINE_SHARE, STORES, DemoSettings
from analytics.demo.texts import ProductText

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
_LAUNCHED = 0.08  # part of the products that came during the history


@dataclass(frozen=True)
class Catalog:
    """Everything that does not change from day to day; rows are products in the order of `texts`.

    Attributes:
        products: the warehouse's table.
        suppliers: the warehouse's table.
        supplier: row of `suppliers` per product, (n,).
        elasticity: hidden price elasticity, (n,), below 0.
        quality: hidden quality, standard normal, (n,).
        base: hidden expected units per day at the base price, the season's 1 and mid-history, (n, channels).
        drift: hidden yearly growth of the product beside the shop's, (n,), log.
        launch: first day of sale, 0 for those that were always there, (n,).
        affinity: how strongly two products go together, (n, n), symmetric, 0 none, 1 named by title.
    """

    texts: tuple[ProductText, ...]
    products: pd.DataFrame
    suppliers: pd.DataFrame
    supplier: npt.NDArray[np.int64]
    elasticity: Floats
    quality: Floats
    base: Floats
    drift: Floats
    launch: npt.NDArray[np.int64]
    affinity: npt.NDArray[np.float32]

    @property
    def prices(self) -> Floats:
        """Base prices, (n,): what a product costs on the last day."""
        return self.products["price"].to_numpy(dtype=float)

    @property
    def homeware(self) -> Bools:
        """Which products are homeware, (n,)."""
        return np.array([text.homeware for text in self.texts])

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories' names, sorted."""
        return tuple(sorted({text.category for text in self.texts}))

    @property
    def category(self) -> npt.NDArray[np.int64]:
        """Row of `categories` per product, (n,)."""
        place = {name: row for row, name in enumerate(self.categories)}
        return np.array([place[text.category] for text in self.texts])


def make_catalog(texts: Sequence[ProductText], settings: DemoSettings) -> Catalog:
    """Draws the hidden truth of every product and supplier."""
    random = settings.stream(1)
    names = sorted({text.supplier for text in texts})
    supplier = np.array([names.index(text.supplier) for text in texts])
    homeware = np.array([text.homeware for text in texts])
    by_category = {name: random.normal(0, 0.2) for name in sorted({text.category for text in texts})}
    category_part = np.array([by_category[text.category] for text in texts])
    mean = np.where(homeware, -1.9, -1.2)
    elasticity = np.clip(mean + category_part + random.normal(0, 0.3, len(texts)), -3.5, -0.3)
    return Catalog(
        texts=tuple(texts),
        products=_products(texts, supplier),
        suppliers=_suppliers(names, random),
        supplier=supplier,
        elasticity=elasticity,
        quality=random.normal(0, 1, len(texts)),
        base=_base_rates(texts, settings, random),
        drift=np.clip(random.normal(0, 0.15, len(texts)), -0.45, 0.45),
        launch=_launches(texts, settings, random),
        affinity=_affinity(texts),
    )


def _products(texts: Sequence[ProductText], supplier: npt.NDArray[np.int64]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "product_id": [f"P{1001 + row}" for row in range(len(texts))],
            "title": [text.title for text in texts],
            "description": [text.description for text in texts],
            "category": [text.category for text in texts],
            "brand": [text.brand or None for text in texts],
            "price": [text.price for text in texts],
            "cost": [text.cost for text in texts],
            "attributes": [json.dumps(text.attributes, ensure_ascii=False) for text in texts],
            "supplier_id": [f"V{1 + row:02d}" for row in supplier],
            "merchandise": True,
        }
    )


def _suppliers(names: Sequence[str], random: np.random.Generator) -> pd.DataFrame:
    lead = random.choice([2, 3, 4, 5, 7, 7, 10, 14, 21], len(names)).astype(float)
    return pd.DataFrame(
        {
            "supplier_id": [f"V{1 + row:02d}" for row in range(len(names))],
            "name": list(names),
            "lead_time_days": lead,
            "lead_time_sd_days": np.round(lead * random.uniform(0.12, 0.35, len(names)), 1),
            "minimum_order_quantity": random.choice([4.0, 6.0, 6.0, 8.0, 12.0], len(names)),
            "order_cost": random.choice([8.0, 12.0, 15.0, 18.0, 25.0], len(names)),
        }
    )


def _base_rates(texts: Sequence[ProductText], settings: DemoSettings, random: np.random.Generator) -> Floats:
    """A long tail: popular and cheap products sell most. Scaled to the settings' units a day."""
    popularity = np.array([text.popularity for text in texts], dtype=float)
    price = np.array([text.price for text in texts])
    weight = 1.7**popularity * price**-0.6 * random.lognormal(0, 0.45, len(texts))
    share = np.array([*(store.share for store in STORES), ONLINE_SHARE])
    rates = weight[:, None] * share * random.lognormal(0, 0.3, (len(texts), CHANNELS))
    homeware = np.array([text.homeware for text in texts])
    rates[:, ONLINE] *= np.where(homeware, 1.6, 0.7)
    rates[np.array([text.perishable for text in texts]), ONLINE] = 0.0
    scaled: Floats = rates * settings.units_per_day / rates.sum()
    return scaled


def _launches(
    texts: Sequence[ProductText], settings: DemoSettings, random: np.random.Generator
) -> npt.NDArray[np.int64]:
    new = random.random(len(texts)) < _LAUNCHED
    days = random.integers(settings.days // 8, settings.days * 19 // 20, len(texts))
    return np.where(new, days, 0)


def _affinity(texts: Sequence[ProductText]) -> npt.NDArray[np.float32]:
    """Resolves each `goes_with`: a category's name counts 0.3, the words of titles count 1."""
    titles = [set(re.findall(r"[a-z]+", text.title.casefold())) for text in texts]
    stems = [words | {word[:-1] for word in words if word.endswith("s")} for words in titles]
    found = np.zeros((len(texts), len(texts)), dtype=np.float32)
    for row, text in enumerate(texts):
        for said in text.goes_with:
            for other, partner in enumerate(texts):
                if partner.category.casefold() == said.casefold():
                    found[row, other] = max(found[row, other], 0.3)
            words = {word.removesuffix("s") for word in re.findall(r"[a-z]+", said.casefold())} - {"and", "of"}
            for other in (place for place, stem in enumerate(stems) if words and words <= stem):
                found[row, other] = 1.0
    found = np.maximum(found, found.T)
    np.fill_diagonal(found, 0.0)
    return found
