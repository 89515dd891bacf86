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
from retrieval.indexing import open_index
from retrieval.opened import OpenIndex
from retrieval.products import Filters, Mask
from retrieval.vectors import VectorSettings

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
    """Opens the index and asks it, alone and while its vector store is written to."""
    real = SentenceTransformerEmbedder()
    cheap = WordSums(real)
    texts = wishes(queries)
    cheap.encode(texts[:1])
    started = time.perf_counter()
    catalog = Catalog(folder, cheap)

    def search(filters: Filters) -> Callable[[str], Any]:
        limits = (filters.category, filters.min_price, filters.max_price, filters.in_stock)

        def answer(text: str) -> Any:
            real.encode([text])  # the time that embedding takes; the vectors of the products are word sums
            return catalog.search(text, *limits)

        return answer

    search(Filters())(texts[0])
    figures: Figures = {"open, to the first answer: seconds": round(time.perf_counter() - started, 1)}
    for name, filters in FILTERS.items():
        figures[f"search, {name}"] = _milliseconds(search(filters), texts)
    index = open_index(folder, NAME, cheap, VectorSettings())
    for name, filters in FILTERS.items():
        mask = index.columns.mask(filters) if filters else None
        figures[f"nearest {CANDIDATES}, {name}"] = _milliseconds(_nearest(index, cheap, mask), texts)
        figures[f"recall of the 10 nearest, {name}"] = _recall(index, cheap, texts[:50], mask)
    figures["asking: peak memory GB"] = _peak()
    figures["search while another thread writes to the store"], figures["writes a second"] = _while_written(
        index, cheap, search(Filters("Kitchen", None, 20.0, True)), texts
    )
    return figures | {"asking: peak memory with the store opened GB": _peak()}


def _nearest(index: OpenIndex, embedder: WordSums, mask: Mask | None) -> Callable[[str], Any]:
    return lambda text: index.dense.nearest(embedder.encode([text])[0], CANDIDATES, mask)


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


def _recall(index: OpenIndex, embedder: WordSums, texts: Sequence[str], mask: Mask | None) -> float:
    """Share of the 10 truly nearest among the admitted that are found."""
    admitted = np.arange(len(index.products)) if mask is None else np.flatnonzero(mask)
    asked = embedder.encode(texts)
    best = np.full((len(texts), 10), -2.0)
    for start in range(0, len(admitted), 20_000):
        scores = asked @ index.dense.at(admitted[start : start + 20_000]).T
        best = -np.sort(-np.hstack([best, scores]), axis=1)[:, :10]
    found = 0
    for vector, cut in zip(asked, best[:, -1], strict=True):
        found += int((index.dense.nearest(vector, 10, mask)[1] >= cut - 1e-5).sum())
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
