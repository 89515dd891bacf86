"""A catalog of a million products: how long its index takes, how much memory, how quickly it answers.

    python -m benchmarks.scale [--products 1000000] [--folder DIR] [--queries 300] [--json FILE]

The products are made up (`benchmarks.made_up`): their titles are real words, their vectors are sums of the words'
all-MiniLM-L6-v2 vectors with noise, because embedding a million texts takes hours on one core; the real embedder's rate
is measured beside, and every timed query is embedded by the real model. Everything else is what a shop runs:
`Catalog.update` and `Catalog.search`. With `--folder` a build that was killed goes on where it stopped.

Building and answering run in processes of their own, so that each one's peak memory is its own.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.made_up import WordSums, frame, stock, wishes
from retrieval.catalog import NAME, Catalog
from retrieval.embedder import SentenceTransformerEmbedder
from retrieval.indexing import OpenIndex, open_index
from retrieval.products import Filters
from retrieval.vectors import Admission, VectorSettings

Figures = dict[str, Any]
CANDIDATES = 200  # what one search asks of the store
FILTERS = {
    "no filter": Filters(),
    "in stock (9 in 10)": Filters(in_stock=True),
    "up to a price (1 in 5)": Filters(max_price=20.0),
    "category (1 in 20)": Filters(category="Kitchen"),
    "category, price and stock (1 in 110)": Filters("Kitchen", None, 20.0, True),
}


def main() -> int:
    """Builds, then asks; prints one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="keep the index here (default: a temporary folder)")
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--stage", choices=["all", "build", "ask"], default="all", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stage != "all":
        stage = {"build": build, "ask": ask}[given.stage]
        given.json.write_text(json.dumps(stage(given.folder, given.products, given.queries)))
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        figures = _both(given.folder or Path(temporary), given.products, given.queries)
    _print(figures)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1))
    return 0


def build(folder: Path, products: int, _: int) -> Figures:
    """Builds the index and times the real embedder on the same texts."""
    embedder = SentenceTransformerEmbedder()
    catalog = Catalog(folder, WordSums(embedder))
    started, processor = time.perf_counter(), time.process_time()
    with tqdm(desc="indexing", unit="product", mininterval=5) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        update = catalog.update(frame(products), stock(products), progress=show)
    figures = {
        "products": update.products,
        "embedded in this run": update.embedded,
        "index: seconds": round(time.perf_counter() - started),
        "index: processor seconds": round(time.process_time() - processor),
        "index: peak memory GB": _peak(),
        "index: disk GB": round(sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 1e9, 2),
    }
    return figures | {"real embedder: products per processor second": round(_embedding_rate(embedder), 1)}


def ask(folder: Path, products: int, queries: int) -> Figures:
    """Opens the index and asks it, alone and while it is written to."""
    real = SentenceTransformerEmbedder()
    cheap = WordSums(real)
    texts = wishes(queries)
    cheap.encode(texts[:1])
    started = time.perf_counter()
    index = open_index(folder, NAME, cheap, VectorSettings())
    index.store.nearest(cheap.encode(texts[:1])[0], 1)
    figures: Figures = {"open: seconds": round(time.perf_counter() - started, 1)}
    row_of = {each: row for row, each in enumerate(index.products["product_id"])}

    def nearest(filters: Filters) -> Callable[[str], Any]:
        mask = filters.mask(index.products)
        admission = Admission(float(mask.mean()), lambda each: bool(mask[row_of[each]]))
        where = filters.where({"kitchen": "Kitchen"})

        def answer(text: str) -> Any:
            real.encode([text])  # the time that embedding takes; the vectors of the products are word sums
            return index.store.nearest(cheap.encode([text])[0], CANDIDATES, where, admission)

        return answer

    for name, filters in FILTERS.items():
        figures[f"store, {name}"] = _milliseconds(nearest(filters), texts)
    figures["store, while another thread writes"], figures["writes a second"] = _while_written(
        index, cheap, nearest(Filters()), texts
    )
    figures["recall of the 10 nearest"] = _recall(index, cheap, texts[:50], products)
    figures["asking: peak memory of the store GB"] = _peak()
    catalog = Catalog(folder, cheap)

    def search(text: str) -> Any:
        real.encode([text])
        return catalog.search(text)

    search(texts[0])
    figures["whole search, no filter"] = _milliseconds(search, texts[: max(queries // 3, 10)])
    return figures | {"asking: peak memory with the whole search GB": _peak()}


def _both(folder: Path, products: int, queries: int) -> Figures:
    figures: Figures = {}
    for stage in ("build", "ask"):
        answer = folder / f"{stage}.json"
        folder.mkdir(parents=True, exist_ok=True)
        options = ["--products", str(products), "--folder", str(folder), "--queries", str(queries)]
        subprocess.run(
            [sys.executable, "-m", "benchmarks.scale", "--stage", stage, "--json", str(answer), *options], check=True
        )
        figures |= json.loads(answer.read_text())
    return figures


def _milliseconds(answer: Callable[[str], Any], texts: Sequence[str]) -> dict[str, float]:
    """Of the wall clock, and of the processor (every thread of the process): what an idle machine would take."""
    taken = []
    for text in texts:
        started, processor = time.perf_counter(), time.process_time()
        answer(text)
        taken.append((1000 * (time.perf_counter() - started), 1000 * (time.process_time() - processor)))
    (p50, cpu50), (p95, cpu95) = np.percentile(taken, [50, 95], axis=0)
    figures = {"p50 ms": p50, "p95 ms": p95, "processor p50 ms": cpu50, "processor p95 ms": cpu95}
    return {name: round(float(value), 1) for name, value in figures.items()}


def _while_written(
    index: OpenIndex, embedder: WordSums, answer: Callable[[str], Any], texts: Sequence[str]
) -> tuple[dict[str, float], float]:
    """Queries while a thread replaces vectors and prices, 50 products at a time, without a pause."""
    done, written, started = threading.Event(), 0, time.perf_counter()
    rows = index.products[["product_id", "title"]].head(20_000)

    def write() -> None:
        nonlocal written
        while not done.is_set():
            part = rows.iloc[written % len(rows) :][:50]
            vectors = embedder.encode([f"{title} renewed" for title in part["title"]])
            index.store.upsert(list(part["product_id"]), vectors, [{"price": 1.0}] * len(part))
            written += len(part)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        figures = _milliseconds(answer, texts)
    finally:
        done.set()
        writer.join()
    return figures, round(written / (time.perf_counter() - started), 1)


def _recall(index: OpenIndex, embedder: WordSums, texts: Sequence[str], products: int) -> float:
    """Share of the 10 truly nearest that the graph finds, among the products that were not written over."""
    held = index.products.iloc[20_000:] if products > 40_000 else index.products
    asked = embedder.encode(texts)
    best = np.full((len(texts), 10), -2.0)
    for start in range(0, len(held), 20_000):
        ids = held["product_id"].iloc[start : start + 20_000].tolist()
        kept = index.store.vectors(ids)
        scores = asked @ np.stack([kept[each] for each in ids]).T
        best = -np.sort(-np.hstack([best, scores]), axis=1)[:, :10]
    known = set(held["product_id"])
    found = 0
    for vector, cut in zip(asked, best[:, -1], strict=True):
        near = [cosine for each, cosine in index.store.nearest(vector, CANDIDATES) if each in known][:10]
        found += sum(cosine >= cut - 1e-5 for cosine in near)
    return round(found / best.size, 4)


def _embedding_rate(embedder: SentenceTransformerEmbedder) -> float:
    import torch

    torch.set_num_threads(1)
    texts = [f"{title}. {kind}" for title, kind in frame(512)[["title", "category"]].to_numpy()]
    started = time.process_time()
    embedder.encode(texts)
    return len(texts) / (time.process_time() - started)


def _peak() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2)


def _print(figures: Figures) -> None:
    for name, value in figures.items():
        shown = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
        print(f"{name:52}{shown}")


if __name__ == "__main__":
    sys.exit(main())
