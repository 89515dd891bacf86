"""A shop's products as the index keeps them: their texts, their fields, their filters. Knows no index and no search."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from retrieval.errors import BadCatalog

Mask = npt.NDArray[np.bool_]
NEEDED: Final = ("product_id", "title")
TEXT_FIELDS: Final = ("product_id", "title", "description", "category", "brand", "attributes")
COLUMNS: Final = (*TEXT_FIELDS, "price", "in_stock", "popularity", "rating", "added_on", "digest")
TITLE_WEIGHT, FIELD_WEIGHT = 3, 1
LONGEST_DESCRIPTION = 600  # characters that are embedded: the model reads some 256 word pieces


@dataclass(frozen=True)
class Filters:
    """What a product must fulfil; None: anything. `in_stock` True or False asks for stock or for none."""

    category: str | None = None
    min_price: float | None = None
    max_price: float | None = None
    in_stock: bool | None = None

    def __bool__(self) -> bool:
        return any(value is not None for value in (self.category, self.min_price, self.max_price, self.in_stock))

    def without(self, name: str) -> "Filters":
        """The same filters less one: "category", "price" or "in_stock"."""
        dropped = {"min_price": None, "max_price": None} if name == "price" else {name: None}
        return Filters(**{**self.__dict__, **dropped})

    def without_all(self, names: Iterable[str]) -> "Filters":
        """The same filters less several."""
        return reduce(Filters.without, names, self)

    def names(self) -> tuple[str, ...]:
        """Which filters are set, the one that is easiest to give up first: "in_stock", "price", "category"."""
        priced = self.min_price is not None or self.max_price is not None
        found = (("in_stock", self.in_stock is not None), ("price", priced), ("category", self.category is not None))
        return tuple(name for name, is_set in found if is_set)

    def where(self, categories: Mapping[str, str]) -> dict[str, Any] | None:
        """The same as a condition of the vector store; `categories` maps case-folded names to the shop's own."""
        clauses: list[dict[str, Any]] = []
        if self.category is not None:
            clauses.append({"category": categories.get(self.category.casefold(), self.category)})
        if self.min_price is not None:
            clauses.append({"price": {"$gte": float(self.min_price)}})
        if self.max_price is not None:
            clauses.append({"price": {"$lte": float(self.max_price)}})
        if self.in_stock is not None:
            clauses.append({"in_stock": self.in_stock})
        if len(clauses) < 2:
            return clauses[0] if clauses else None
        return {"$and": clauses}


def prepare(
    products: pd.DataFrame, stock: pd.DataFrame | None, popularity: Mapping[str, float] | None, identity: str
) -> pd.DataFrame:
    """The frame that the index keeps, in the order of the product ids: columns `COLUMNS`.

    Args:
        products: product_id, title and whichever of the further columns the shop has; `merchandise` false rows
            (postage, fees) and rows without a title are left out.
        stock: store_id, product_id, on_hand; None or empty: the shop keeps no stock levels.
        popularity: product id -> units sold lately.
        identity: of the embedder; a part of each text's digest.

    Raises:
        BadCatalog: a needed column is missing, or a product id occurs twice.
    """
    missing = [name for name in NEEDED if name not in products.columns]
    if missing:
        raise BadCatalog(f"Expected products with {', '.join(NEEDED)}; got no column {', '.join(missing)}.")
    kept = products[products["title"].astype(object).fillna("").astype(str).str.strip() != ""]
    if "merchandise" in kept.columns:
        kept = kept[kept["merchandise"].fillna(True).astype(bool)]
    frame = pd.DataFrame({name: _texts(kept, name) for name in TEXT_FIELDS})
    if frame["product_id"].duplicated().any():
        twice = sorted(frame.loc[frame["product_id"].duplicated(), "product_id"])[:5]
        raise BadCatalog(f"Expected each product once; these ids come twice: {', '.join(twice)}.")
    frame["price"] = _numbers(kept, "price")
    frame["rating"] = _numbers(kept, "rating")
    frame["added_on"] = pd.to_datetime(kept["added_on"]).to_numpy() if "added_on" in kept.columns else pd.NaT
    frame["in_stock"] = _in_stock(frame["product_id"], stock)
    sold = popularity or {}
    frame["popularity"] = [float(sold.get(product_id, 0.0)) for product_id in frame["product_id"]]
    frame["digest"] = [_digest(identity, dense_text(row)) for row in records(frame)]
    return frame[list(COLUMNS)].sort_values("product_id", ignore_index=True)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The frame's rows, each by column name."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def dense_text(row: Mapping[str, Any]) -> str:
    """What is embedded: the title first, then what it is, by whom, of what, and the beginning of its description."""
    title = str(row["title"])
    title = title.capitalize() if title.isupper() else title
    parts = [title, row["category"], row["brand"], attribute_text(row["attributes"]), row["description"]]
    return ". ".join(str(part)[:LONGEST_DESCRIPTION] for part in parts if part)


def lexical_parts(row: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    """The words that are indexed, each text with its weight."""
    rest = " ".join((row["category"], row["brand"], attribute_text(row["attributes"]), row["description"]))
    return (str(row["title"]), TITLE_WEIGHT), (f"{rest} {row['product_id']}", FIELD_WEIGHT)


def attribute_text(attributes: str) -> str:
    """A JSON object of attributes as words ("blue, cotton"); anything else as it is."""
    return ", ".join(f"{value}" for value in read_attributes(attributes).values()) if attributes else ""


def read_attributes(attributes: str | None) -> dict[str, str]:
    """A product's attributes by name; empty where there are none or they cannot be read."""
    if not attributes:
        return {}
    try:
        read = json.loads(attributes)
    except ValueError:
        return {"details": attributes}
    return {str(name): str(value) for name, value in read.items()} if isinstance(read, dict) else {}


def store_metadata(row: Mapping[str, Any]) -> dict[str, str | float | bool]:
    """A product's fields for the vector store. Unknown ones are left out, so that no filter admits them."""
    fields: dict[str, str | float | bool] = {"digest": row["digest"], "title": row["title"]}
    fields.update({name: row[name] for name in ("category", "brand") if row[name]})
    if pd.notna(row["price"]):
        fields["price"] = float(row["price"])
    if pd.notna(row["in_stock"]):
        fields["in_stock"] = bool(row["in_stock"])
    return fields


def _texts(frame: pd.DataFrame, name: str) -> list[str]:
    if name not in frame.columns:
        return [""] * len(frame)
    return [" ".join(str(value).split()) for value in frame[name].astype(object).fillna("")]


def _numbers(frame: pd.DataFrame, name: str) -> npt.NDArray[np.float64]:
    if name not in frame.columns:
        return np.full(len(frame), np.nan)
    return np.asarray(pd.to_numeric(frame[name], errors="coerce"), dtype=np.float64)


def _in_stock(ids: pd.Series, stock: pd.DataFrame | None) -> npt.NDArray[np.float64]:
    """1 in stock, 0 out of stock, NaN not known: a shop without stock levels, or a product nobody counts."""
    if stock is None or stock.empty:
        return np.full(len(ids), np.nan)
    on_hand = stock.assign(product_id=stock["product_id"].astype(str)).groupby("product_id")["on_hand"].sum()
    held = ids.map(on_hand)
    return np.where(held.isna(), np.nan, (held > 0).astype(float))


def _digest(identity: str, text: str) -> str:
    return hashlib.sha1(f"{identity}\n{text}".encode(), usedforsecurity=False).hexdigest()
