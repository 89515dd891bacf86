"""Product search on Home Depot's titles and graded judgements: the parts, their plain fusions, ours, ours re-ranked.

    python -m benchmarks.search --data DIR [--test-judgements FILE] [--index DIR] [--queries N] [--json FILE]

DIR holds products.parquet (product_uid, product_title) and judgements.parquet (product_uid, search_term, relevance).
The re-ranker learns on the latter and is measured on FILE's queries; without FILE, 30 % of the queries are held out.
`--index` keeps the embedded titles between runs (embedding 54,667 titles takes minutes of CPU).

- NDCG@5 over the judged products of each query, gain = relevance - 1; queries with three or more judged products and
  unequal grades.
- Recall@10 and @100 over all titles, of those judged 2.67 or better; unjudged ones count as irrelevant, so the figures
  are lower bounds, comparable between methods only.

BM25 is that of `bm25s` with its own English stop words and a stemmer; "ours" needs no judgement, and its weights were
chosen on the queries that are not held out here. Judges differ: `judges' noise` is half the mean squared difference of
the grades of two products of one query whose titles are next to equal (cosine above 0.98), beside that of all pairs.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from benchmarks.search_methods import Everything, embedded_before, measured, noise, seconds, split
from retrieval.catalog import Catalog
from retrieval.embedder import SentenceTransformerEmbedder
from retrieval.judgements import judged_queries
from retrieval.reranker import fit_reranker


def main() -> None:
    """Reads the arguments, builds the index, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with products.parquet and judgements.parquet")
    parser.add_argument("--test-judgements", type=Path, help="measure on these judgements")
    parser.add_argument("--index", type=Path, help="keep the index here (default: a temporary folder)")
    parser.add_argument("--queries", type=int, help="measure on so many queries only")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        methods, rest = measure(given.data, given.test_judgements, given.index or Path(temporary), given.queries)
    print(pd.DataFrame(methods).T.to_string(float_format="%.4f"))
    for name, value in rest.items():
        print(f"{name}: {value}")
    if given.json:
        given.json.write_text(json.dumps({"methods": methods} | rest, indent=1))


def measure(
    data: Path, test: Path | None, folder: Path, queries: int | None
) -> tuple[dict[str, dict[str, float]], dict[str, Any]]:
    """Each method's means over the queries; then sizes and seconds."""
    products = pd.read_parquet(data / "products.parquet")
    frame = pd.DataFrame({"product_id": products["product_uid"].astype(str), "title": products["product_title"]})
    embedder = SentenceTransformerEmbedder()
    with tqdm(total=len(frame), desc="embedding", unit="title") as bar:
        update = Catalog(folder, embedder).update(
            frame, progress=lambda done, total: bar.update(done + len(frame) - total - bar.n)
        )
    training, testing = split(pd.read_parquet(data / "judgements.parquet"), test and pd.read_parquet(test), queries)
    remembering = embedded_before(folder, embedder, [*training["query"].unique(), *testing["query"].unique()])
    catalog = Catalog(folder, remembering)
    with tqdm(total=training["query"].nunique(), desc="features of judged products", unit="query") as bar:
        judged = judged_queries(catalog, training, lambda done, _: bar.update(done - bar.n))
    reranker = fit_reranker(judged, embedder.identity)
    everything = Everything.of(catalog)
    methods = measured(everything, catalog, reranker, testing)
    parts = ("BM25", "all-MiniLM-L6-v2", "reciprocal rank fusion")
    best = max(methods[name]["NDCG@5"] for name in parts)
    rest: dict[str, Any] = {
        "queries": int(testing["query"].nunique()),
        "training queries": reranker.queries,
        "products": len(frame),
        "index_seconds": round(update.seconds, 1),
        "validation NDCG@5 (default, re-ranked)": [round(reranker.default_ndcg, 4), round(reranker.ndcg, 4)],
        "re-ranked over the best part, NDCG@5, %": round(100 * (methods["ours, re-ranked"]["NDCG@5"] / best - 1), 2),
        "judges' noise (near-equal titles, all pairs)": noise(everything, testing),
    }
    serving = Catalog(folder, embedder, reranker=lambda: reranker)
    return methods, rest | seconds(serving, testing["query"].unique()[:300])


if __name__ == "__main__":
    main()
