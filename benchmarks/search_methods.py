"""The rankings that benchmarks.search compares, and their figures. Knows arrays of all titles, no command line."""

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from tqdm import tqdm

from retrieval.catalog import NAME, Catalog
from retrieval.embedder import Embedder, Vectors
from retrieval.indexing import open_index
from retrieval.opened import OpenIndex
from retrieval.ranking import rank
from retrieval.reranker import Reranker, ndcg
from retrieval.vectors import VectorSettings

RELEVANT = 2.665  # "2.67 or better", as the file's 32-bit numbers have it
HELD_OUT, SEED = 0.3, 7
RRF_K = 60
Scores = npt.NDArray[np.float64]


class Remembering:
    """An embedder that knows some texts' vectors already."""

    def __init__(self, embedder: Embedder, known: dict[str, Vectors]) -> None:
        self.identity = embedder.identity
        self._embedder, self._known = embedder, known

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), d)."""
        missing = [text for text in texts if text not in self._known]
        self._known.update(zip(missing, self._embedder.encode(missing), strict=True))
        return np.stack([self._known[text] for text in texts])


@dataclass(frozen=True)
class Everything:
    """All titles in memory: for rankings that no index needs to speed up."""

    index: OpenIndex
    row_of: dict[str, int]
    vectors: Vectors
    plain: Any  # bm25s with its own stop words
    stemmer: Any

    @classmethod
    def of(cls, catalog: Catalog) -> "Everything":
        """Reads the vectors and indexes the titles once more, as anybody would with bm25s."""
        import bm25s
        import Stemmer

        index = open_index(catalog.folder, NAME, catalog.embedder, VectorSettings())
        ids = index.products["product_id"].tolist()
        stemmer = Stemmer.Stemmer("english")
        plain = bm25s.BM25()
        titles = index.products["title"].tolist()
        tokens = bm25s.tokenize(titles, stopwords="en", stemmer=stemmer, show_progress=False, return_ids=False)
        plain.index(tokens, show_progress=False)
        return cls(index, index.row_of, index.dense.at(np.arange(len(ids))), plain, stemmer)

    def bm25(self, query: str) -> Scores:
        """Plain BM25 of every title."""
        import bm25s

        tokens = bm25s.tokenize([query], stopwords="en", stemmer=self.stemmer, show_progress=False, return_ids=False)[0]
        if not any(token in self.plain.vocab_dict for token in tokens):
            return np.zeros(len(self.vectors))
        return np.asarray(self.plain.get_scores(tokens), dtype=float)


def split(
    judgements: pd.DataFrame, test: pd.DataFrame | None, queries: int | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Training and test judgements (query, product_id, grade); no query is in both."""
    training = _named(judgements)
    if test is None:
        terms = np.array(sorted(training["query"].unique()))
        held_out = set(terms[np.random.default_rng(SEED).permutation(len(terms))[: int(HELD_OUT * len(terms))]])
        testing = training[training["query"].isin(held_out)]
    else:
        testing = _named(test)
        held_out = set(testing["query"])
    if queries is not None:
        testing = testing[testing["query"].isin(sorted(held_out)[:: max(len(held_out) // queries, 1)][:queries])]
    return training[~training["query"].isin(held_out)], testing


def _named(judgements: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "query": judgements["search_term"].astype(str),
            "product_id": judgements["product_uid"].astype(str),
            "grade": judgements["relevance"].astype(float),
        }
    )


def embedded_before(folder: Path, embedder: Embedder, queries: Sequence[str]) -> Remembering:
    """Embeds all queries at once, spelling mended and not, and keeps the vectors beside the index."""
    texts = sorted({*queries, *Catalog(folder, embedder).embedded(queries)})
    file = folder / "query-vectors.npz"
    known: dict[str, Vectors] = {}
    if file.exists():
        with np.load(file) as held:
            known = dict(zip(held["texts"].tolist(), held["vectors"], strict=True))
    missing = [text for text in texts if text not in known]
    if missing:
        known.update(zip(missing, embedder.encode(missing), strict=True))
        np.savez(file, texts=np.array(list(known)), vectors=np.stack(list(known.values())))
    return Remembering(embedder, known)


def measured(
    everything: Everything, catalog: Catalog, reranker: Reranker, judgements: pd.DataFrame
) -> dict[str, dict[str, float]]:
    """Each method's means over the queries."""
    found: dict[str, list[dict[str, float]]] = defaultdict(list)
    for query, rows in tqdm(judgements.groupby("query", sort=True), desc="searching", unit="query"):
        places = np.array([everything.row_of[each] for each in rows["product_id"]])
        grades = rows["grade"].to_numpy()
        for method, (scores, ranking) in _all(everything, catalog, reranker, str(query), places).items():
            found[method].append(_figures(scores, ranking, places, grades))
    return {name: {str(k): float(v) for k, v in pd.DataFrame(rows).mean().items()} for name, rows in found.items()}


def _all(
    everything: Everything, catalog: Catalog, reranker: Reranker, query: str, places: npt.NDArray[np.int64]
) -> dict[str, tuple[Scores, list[int]]]:
    """Each method's scores of the judged rows, and its ranking of all titles."""
    bm25 = everything.bm25(query)
    cosine = (everything.vectors @ catalog.embedder.encode([query])[0]).astype(float)
    plain = {
        "BM25": bm25,
        "all-MiniLM-L6-v2": cosine,
        "reciprocal rank fusion": 1 / (RRF_K + _ranks(bm25)) + 1 / (RRF_K + _ranks(cosine)),
        "sum of scaled scores": bm25 / max(bm25.max(), 1e-9) + cosine / max(cosine.max(), 1e-9),
    }
    found = {name: (scores[places], _first(scores)) for name, scores in plain.items()}
    table, default = catalog.judge(query, everything.index.products["product_id"].to_numpy()[places].tolist())
    wish = catalog.wish(query)
    ours = rank(everything.index, wish)
    again = rank(everything.index, wish, reranker=reranker)
    found["ours"] = (default, ours.rows.tolist())
    found["ours, re-ranked"] = (reranker.scores(table), again.rows.tolist())
    return found


def _ranks(scores: Scores) -> Scores:
    ranks = np.empty(len(scores))
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return ranks


def _first(scores: Scores, depth: int = 100) -> list[int]:
    depth = min(depth, len(scores) - 1)
    first = np.argpartition(-scores, depth)[:depth]
    best: list[int] = first[np.argsort(-scores[first], kind="stable")].tolist()
    return best


def _figures(scores: Scores, ranking: list[int], places: npt.NDArray[np.int64], grades: Scores) -> dict[str, float]:
    figures = {}
    if len(grades) >= 3 and len(set(grades.tolist())) > 1:
        figures["NDCG@5"] = ndcg(scores, grades)
    relevant = set(places[grades >= RELEVANT].tolist())
    if relevant:
        figures |= {f"Recall@{depth}": len(relevant & set(ranking[:depth])) / len(relevant) for depth in (10, 100)}
    return figures


def noise(everything: Everything, judgements: pd.DataFrame) -> list[float]:
    """Half the mean squared difference of grades within a query: next to equal titles, all pairs."""
    near, every = [], []
    for _, rows in judgements.groupby("query", sort=True):
        vectors = everything.vectors[[everything.row_of[each] for each in rows["product_id"]]]
        one, other = np.triu_indices(len(rows), 1)
        differences = (rows["grade"].to_numpy()[one] - rows["grade"].to_numpy()[other]) ** 2 / 2
        near += differences[(vectors[one] * vectors[other]).sum(axis=1) > 0.98].tolist()
        every += differences.tolist()
    return [round(float(np.mean(near)), 3) if near else float("nan"), round(float(np.mean(every)), 3)]


def seconds(catalog: Catalog, queries: Sequence[str]) -> dict[str, float]:
    """A whole search, the embedding of the query included: wall clock, and the processor's own time."""
    catalog.search("warm up")
    wall, busy = [], []
    for query in queries:
        started, worked = time.perf_counter(), time.process_time()
        catalog.search(query)
        wall.append(1000 * (time.perf_counter() - started))
        busy.append(1000 * (time.process_time() - worked))
    found = {}
    for name, taken in (("search_ms", wall), ("search_cpu_ms", busy)):
        for share in (50, 95):
            found[f"{name}_p{share}"] = round(float(np.percentile(taken, share)), 1)
    return found
