"""Product search on Home Depot's titles and graded judgements: BM25, the embedding alone, and their fusions.

    python -m benchmarks.search --data DIR [--test-judgements FILE] [--index DIR] [--queries N] [--json FILE]

DIR holds products.parquet (product_uid, product_title) and judgements.parquet (product_uid, search_term, relevance).
All methods run over the same index. Two views, both with gains 2^(relevance-1) - 1:

- whole catalogue: each method ranks all products; unjudged ones count as irrelevant, so the figures are lower bounds,
  comparable between methods only; BM25 is with mended spelling and compounds, as it serves; recall
  counts products judged `RELEVANT` or better;
- judged only: each method ranks the judged products of a query (queries with two or more).
"""

import argparse
import json
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from retrieval.catalog import NAME, Catalog
from retrieval.embedder import SentenceTransformerEmbedder
from retrieval.fusion import fused, reciprocal_rank_fusion
from retrieval.indexing import OpenIndex, open_index
from retrieval.products import Filters
from retrieval.ranking import Wish, rank
from retrieval.vectors import VectorSettings

RELEVANT = 2.33
DEPTH = 200
Scores = dict[str, dict[str, float]]
METHODS = ("BM25", "all-MiniLM-L6-v2", "reciprocal rank fusion", "ours")


def main() -> None:
    """Reads the arguments, builds the index, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with products.parquet and judgements.parquet")
    parser.add_argument("--test-judgements", type=Path, help="measure on these judgements instead")
    parser.add_argument("--index", type=Path, help="keep the index here (default: a temporary folder)")
    parser.add_argument("--queries", type=int, help="only that many queries, evenly picked")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        methods, rest = measure(given.data, given.test_judgements, given.index or Path(temporary), given.queries)
    print(pd.DataFrame(methods).T.to_string(float_format="%.4f"))
    print(rest)
    if given.json:
        given.json.write_text(json.dumps({"methods": methods} | rest, indent=1))


def measure(data: Path, test: Path | None, folder: Path, queries: int | None) -> tuple[Scores, dict[str, float]]:
    """Each method's means over the queries; then sizes and seconds."""
    products = pd.read_parquet(data / "products.parquet")
    frame = pd.DataFrame({"product_id": products["product_uid"].astype(str), "title": products["product_title"]})
    catalog = Catalog(folder, SentenceTransformerEmbedder())
    bar = tqdm(total=len(frame), desc="embedding", unit="title")
    update = catalog.update(frame, progress=lambda done, total: bar.update(done + len(frame) - total - bar.n))
    bar.close()
    judgements = pd.read_parquet(test or data / "judgements.parquet")
    judged: dict[str, pd.DataFrame] = {str(term): rows for term, rows in judgements.groupby("search_term", sort=True)}
    terms = list(judged)
    if queries is not None and queries < len(terms):
        terms = [terms[at] for at in np.linspace(0, len(terms) - 1, queries).astype(int)]
    index = open_index(folder, NAME, catalog.embedder, VectorSettings())
    methods = _score(index, catalog, {term: judged[term] for term in terms})
    sizes = {"queries": len(terms), "products": len(frame), "index_seconds": round(update.seconds, 1)}
    return methods, sizes | _seconds(catalog, terms[:: max(len(terms) // 300, 1)])


def _score(index: OpenIndex, catalog: Catalog, judged: dict[str, pd.DataFrame]) -> dict[str, dict[str, float]]:
    row_of = {each: row for row, each in enumerate(index.products["product_id"])}
    found: dict[str, list[dict[str, float]]] = defaultdict(list)
    for term, rows in tqdm(judged.items(), desc="searching", unit="query"):
        places = [row_of[str(uid)] for uid in rows["product_uid"]]
        grades = dict(zip(places, rows["relevance"].astype(float), strict=True))
        rankings, scores = _all_methods(index, catalog, row_of, term, list(grades))
        for method in METHODS:
            whole = _whole(rankings[method], grades)
            found[method].append(whole | _judged_only(scores.get(method), list(grades.values())))
    return {method: {str(k): float(v) for k, v in pd.DataFrame(found[method]).mean().items()} for method in METHODS}


def _all_methods(
    index: OpenIndex, catalog: Catalog, row_of: dict[str, int], term: str, judged: list[int]
) -> tuple[dict[str, list[int]], dict[str, "np.ndarray[tuple[int], np.dtype[np.float64]]"]]:
    """Each method's ranking of the catalogue, and its scores of the judged rows."""
    match = index.lexical.match(term)
    vector = catalog.embedder.encode([term])[0]
    best = np.argsort(-match.scores, kind="stable")[:DEPTH]
    by_words = [int(row) for row in best if match.scores[row] > 0]
    by_meaning = [row_of[each] for each, _ in index.store.nearest(vector, DEPTH)]
    rrf = reciprocal_rank_fusion([[str(row) for row in by_words], [str(row) for row in by_meaning]])
    ours = rank(index, row_of, Wish(match, catalog.embedder.encode([match.mended(term)])[0]), Filters(), None)
    ids = index.products["product_id"].to_numpy()
    vectors = index.store.vectors([ids[row] for row in judged])
    cosine = np.array([float(vectors[ids[row]] @ vector) for row in judged])
    rows = np.array([*judged, int(match.scores.argmax())])  # the best one's BM25 is the scale
    mixed = fused(
        match.scores[rows].astype(float), match.coverage[rows].astype(float), np.append(cosine, 0), np.zeros(len(rows))
    )
    rankings = {
        "BM25": by_words,
        "all-MiniLM-L6-v2": by_meaning,
        "reciprocal rank fusion": [int(row) for row in sorted(rrf, key=lambda row: -rrf[row])],
        "ours": [int(row) for row in ours.rows],
    }
    scores = {"BM25": match.scores[judged].astype(float), "all-MiniLM-L6-v2": cosine, "ours": mixed[:-1]}
    return rankings, scores


def _whole(ranking: list[int], grades: dict[int, float]) -> dict[str, float]:
    gains = np.array([2 ** (grades[row] - 1) - 1 if row in grades else 0.0 for row in ranking[:10]])
    figures = {"NDCG@10": _dcg(gains) / max(_dcg(np.sort(_gains(list(grades.values())))[::-1][:10]), 1e-9)}
    relevant = {row for row, grade in grades.items() if grade >= RELEVANT}
    if relevant:
        figures |= {f"recall@{k}": len(relevant & set(ranking[:k])) / len(relevant) for k in (10, 50)}
    return figures


def _judged_only(
    scores: "np.ndarray[tuple[int], np.dtype[np.float64]] | None", grades: list[float]
) -> dict[str, float]:
    gains = _gains(grades)
    if scores is None or len(grades) < 2 or not gains.sum():
        return {}
    order = np.argsort(-scores, kind="stable")[:10]
    return {"judged only NDCG@10": _dcg(gains[order]) / _dcg(np.sort(gains)[::-1][:10])}


def _gains(grades: list[float]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.asarray(2 ** (np.array(grades) - 1) - 1)


def _dcg(gains: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> float:
    return float((gains / np.log2(np.arange(2, len(gains) + 2))).sum())


def _seconds(catalog: Catalog, terms: list[str]) -> dict[str, float]:
    taken = []
    for term in terms:
        started = time.perf_counter()
        catalog.search(term)
        taken.append(1000 * (time.perf_counter() - started))
    p50, p95 = np.percentile(taken, [50, 95])
    return {"search_ms_p50": round(float(p50), 1), "search_ms_p95": round(float(p95), 1)}


if __name__ == "__main__":
    main()
