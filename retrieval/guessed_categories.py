"""Fills in the category of products that came without one, and keeps which were guessed. Knows no shop.

A guess that is less than `SURE_ENOUGH` sure is not used: such a product stays without a category.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from retrieval.classify import CategoryClassifier, Embed, Guess

SURE_ENOUGH: Final = 0.6
FILE: Final = "guessed_categories.json"


def guess_categories(
    products: pd.DataFrame, classifier: CategoryClassifier, embed: Embed
) -> tuple[pd.DataFrame, dict[str, Guess]]:
    """The products with categories filled in, and which of them by what guess: product id -> Guess.

    Args:
        products: product_id, title, category; brand, attributes and description where known.
        classifier: fitted on this shop.
        embed: the embedder that it was fitted with.
    """
    lacking = products["category"].fillna("").astype(str).str.strip() == ""
    lacking &= products["title"].fillna("").astype(str).str.strip() != ""
    asked = products[lacking]
    best = [guesses[0] for guesses in classifier.predict_products(asked, embed, limit=1)]
    guessed = {
        str(each): guess
        for each, guess in zip(asked["product_id"], best, strict=True)
        if guess.confidence >= SURE_ENOUGH
    }
    named = products["product_id"].astype(str).map({each: guess.category for each, guess in guessed.items()})
    filled = products.assign(category=products["category"].astype(object).where(named.isna(), named))
    return filled, guessed


def keep_guesses(folder: Path, guessed: Mapping[str, Guess]) -> None:
    """Notes beside the index which categories are guesses, in place of those noted before."""
    folder.mkdir(parents=True, exist_ok=True)
    building = folder / f"{FILE}.building"
    building.write_text(json.dumps({each: [guess.category, guess.confidence] for each, guess in guessed.items()}))
    os.replace(building, folder / FILE)


def read_guesses(folder: Path) -> dict[str, Guess]:
    """The categories that were guessed; empty where none were, or where the note cannot be read."""
    try:
        noted = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return {str(each): Guess(str(category), float(sure)) for each, (category, sure) in noted.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
