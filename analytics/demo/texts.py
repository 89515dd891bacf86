"""Reads the demo shop's texts: products, people's names, review sentences. Knows no figures of the simulation."""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from analytics.errors import ImportFailed

SEASONS: Final = ("none", "christmas", "winter", "summer", "easter", "spring", "autumn", "halloween")
_NEEDED: Final = ("title", "category", "price", "cost", "supplier", "description")
_FOR_THE_HOUSE: Final = re.compile(
    r"\b(?:cleaning|laundry|bath|bathroom|soaps?|toiletries|beauty|garden|flowers|candles?|fragrance|stationery|cards|"
    r"wrapping|linens?|bedding|throws|cushions|cookware|bakeware|kitchenware|tableware|mugs?|glassware|decorations?|"
    r"storage|baskets|pets?|toys?|lighting|homeware|crockery|cutlery|utensils|textiles|knives)\b",
    re.IGNORECASE,
)
_PERISHABLE: Final = re.compile(
    r"fresh|dairy|milk|cheese|bakery|bread|frozen|chilled|fruit|vegetable|meat|fish|deli|flower", re.IGNORECASE
)
_MEASURE: Final = re.compile(
    r"\b(?:set|pack|box|bag|tin|jar|bunch) of \d+.*$|\b\d[\d.,]*\s*(?:x\s*[\d.,]+\s*)?(?:g|kg|ml|cl|l|litres?|cm|m|mm|"
    r"inch|pack|bags?|pieces?|slices?|sachets?|rolls?)\b.*$|[,(].*$|\b(?:with|in|for|and)\b.*$|\d+",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ProductText:
    """One product as its author wrote it. `homeware` tells a mug from a jam, `perishable` is not posted."""

    title: str
    category: str
    brand: str
    price: float
    cost: float
    supplier: str
    attributes: dict[str, str]
    description: str
    season: str
    popularity: int
    goes_with: tuple[str, ...]
    homeware: bool
    perishable: bool
    common_nouns: frozenset[str] = frozenset()

    @property
    def noun(self) -> str:
        """What a customer calls it: "mug"; several of it are a "set" or a "pack"."""
        last = _last_word(self.title)
        plural = last.endswith("s") and not last.endswith("ss")
        several = plural or re.search(r"\b(?:set|pack|box) of\b", self.title, re.IGNORECASE)
        if several:
            return "set" if self.homeware else "pack"
        return last if last in self.common_nouns else "item" if self.homeware else "product"


def _last_word(title: str) -> str:
    words = re.findall(r"[A-Za-z']+", _MEASURE.sub("", title))
    return words[-1].lower() if words else ""


def product_texts(folder: Path) -> tuple[ProductText, ...]:
    """All products of `products_*.jsonl`, in the order of file names and lines; a repeated title counts once.

    Raises:
        ImportFailed: there is no product, or a line is not one.
    """
    rows: dict[str, dict[str, Any]] = {}
    for file in sorted(folder.glob("products_*.jsonl")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            if line.strip():
                row = _row(line, f"{file.name}, line {number}")
                rows.setdefault(row["title"].casefold(), row)
    if not rows:
        raise ImportFailed(
            f"Expected products_*.jsonl in {folder}, but there are no products. Install the package again."
        )
    house = _house_categories(list(rows.values()))
    ends = Counter(_last_word(row["title"]) for row in rows.values())
    said = {word for row in rows.values() for word in re.findall(r"[a-z]+", row["category"].lower())}
    nouns = frozenset(word for word, count in ends.items() if count > 1 or word in said or f"{word}s" in said)
    return tuple(_product(row, row["category"] in house, nouns) for row in rows.values())


def _row(line: str, where: str) -> dict[str, Any]:
    try:
        row: dict[str, Any] = json.loads(line)
    except json.JSONDecodeError as broken:
        raise ImportFailed(
            f"Expected one JSON object at {where}, but it cannot be read: {broken}. Mend the line."
        ) from None
    missing = [name for name in _NEEDED if not row.get(name)]
    if missing or row.get("season", "none") not in SEASONS:
        raise ImportFailed(
            f"Expected a product with {', '.join(_NEEDED)} and a known season at {where}. Mend the line."
        )
    if not 0 < row["cost"] < row["price"]:
        raise ImportFailed(
            f"Expected a cost between 0 and the price at {where}, but it is {row['cost']}. Mend the line."
        )
    return row


def _house_categories(rows: Sequence[dict[str, Any]]) -> set[str]:
    """Categories of homeware: named like one, or half their products have a material or a colour."""
    marks: dict[str, list[bool]] = {}
    for row in rows:
        marks.setdefault(row["category"], []).append(_has_material(row))
    return {name for name, each in marks.items() if _FOR_THE_HOUSE.search(name) or 2 * sum(each) >= len(each)}


def _has_material(row: dict[str, Any]) -> bool:
    return any(name in (row.get("attributes") or {}) for name in ("material", "colour"))


def _product(row: dict[str, Any], house: bool, nouns: frozenset[str]) -> ProductText:
    homeware = house or _has_material(row)
    return ProductText(
        title=row["title"],
        category=row["category"],
        brand=row.get("brand") or "",
        price=float(row["price"]),
        cost=float(row["cost"]),
        supplier=row["supplier"],
        attributes={name: str(value) for name, value in (row.get("attributes") or {}).items()},
        description=row["description"],
        season=row.get("season", "none"),
        popularity=min(max(int(row.get("popularity", 3)), 1), 5),
        goes_with=tuple(row.get("goes_with") or ()),
        homeware=homeware,
        perishable=not homeware and bool(_PERISHABLE.search(row["category"])),
        common_nouns=nouns,
    )


@dataclass(frozen=True)
class Names:
    """First names, last names and streets."""

    first: tuple[str, ...]
    last: tuple[str, ...]
    streets: tuple[str, ...]


def name_lists(folder: Path) -> Names:
    """The lists of `names.toml`."""
    lists = tomllib.loads((folder / "names.toml").read_text(encoding="utf-8"))
    return Names(tuple(lists["first"]), tuple(lists["last"]), tuple(lists["streets"]))


@dataclass(frozen=True)
class Aspect:
    """Sentences about one side of a product. `applies_to`: homeware, food, online or all."""

    name: str
    applies_to: str
    positive: tuple[str, ...]
    negative: tuple[str, ...]


@dataclass(frozen=True)
class ReviewTexts:
    """The aspects that reviews speak of, and titles by mood (positive, mixed, negative)."""

    aspects: tuple[Aspect, ...]
    titles: dict[str, tuple[str, ...]]


def review_texts(folder: Path) -> ReviewTexts:
    """The sentences of `reviews.toml`."""
    tables = tomllib.loads((folder / "reviews.toml").read_text(encoding="utf-8"))
    titles = {mood: tuple(each) for mood, each in tables.pop("titles").items()}
    aspects = tuple(
        Aspect(name, each["applies_to"], tuple(each["positive"]), tuple(each["negative"]))
        for name, each in tables.items()
    )
    return ReviewTexts(aspects, titles)
