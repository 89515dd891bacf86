"""The category of a product from its text: macro F1 beside a linear model of character n-grams, in the same run.

    python -m benchmarks.classify [--data DIR] [--json FILE]

DIR holds products.parquet, either with title and category (and brand, attributes, description where known) or as
The Complete Journey has it (department, product_category, product_type). Without DIR only the demo shop is measured.

Of The Complete Journey two tasks are made, over the distinct texts, since one that comes twice tells nothing new:

- departments from the product's type and its category, as "KIDS CEREAL. COLD CEREAL";
- departments from the type alone, as "KIDS CEREAL".

All figures come from a 5-fold cross-validation in which near-duplicate titles stay together.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from analytics.demo.catalog import make_catalog
from analytics.demo.settings import TEXTS, DemoSettings
from analytics.demo.texts import product_texts
from retrieval.classify import METHODS, fit_classifier
from retrieval.embedder import SentenceTransformerEmbedder

Figures = dict[str, dict[str, float]]
LINEAR = METHODS[0]


def main() -> int:
    """Reads the arguments, measures, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder with products.parquet")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    given = parser.parse_args()
    embedder, figures = SentenceTransformerEmbedder(), {}
    for name, products in tasks(given.data):
        started = time.perf_counter()
        figures[name] = measure(products, embedder)
        print(f"\n{name}: {len(products)} products, {time.perf_counter() - started:.0f} s")
        print(pd.DataFrame(figures[name]).T.to_string(float_format="%.3f"), flush=True)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1))
    return 0


def tasks(data: Path | None) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each task's name and products."""
    yield "demo shop", make_catalog(product_texts(TEXTS), DemoSettings()).products
    if data is None:
        return
    products = pd.read_parquet(data / "products.parquet")
    if {"title", "category"} <= set(products.columns):
        yield data.name, products
        return
    kinds = products[["department", "product_category", "product_type"]].dropna().astype(str)
    both = kinds["product_type"] + ". " + kinds["product_category"]
    for name, titles in (
        ("departments, from type and category", both),
        ("departments, from type", kinds["product_type"]),
    ):
        yield name, pd.DataFrame({"title": titles, "category": kinds["department"]}).drop_duplicates()


def measure(products: pd.DataFrame, embedder: SentenceTransformerEmbedder) -> Figures:
    """Method -> its scores; the one that serves and always answering the largest category beside them."""
    card = fit_classifier(products, embedder).scorecard
    known = products[~products["category"].isin(card.left_out)]["category"].value_counts(normalize=True)
    majority = float(known.iloc[0])
    figures: Figures = {
        "largest category": {"accuracy": majority, "macro F1": 2 * majority / (1 + majority) / len(known)}
    }
    for name, scores in card.scores.items():
        title = f"{name} (linear baseline)" if name == LINEAR else name
        figures[f"{title} (serves)" if name == card.serves else title] = scores
    figures["gain over the linear baseline"] = {
        measure: card.scores[card.serves][measure] - card.scores[LINEAR][measure]
        for measure in ("accuracy", "macro F1")
    }
    return figures


if __name__ == "__main__":
    sys.exit(main())
