"""People's judgements of search results -> a re-ranker of this shop's own. Knows features, no file and no shop."""

import pandas as pd

from retrieval.catalog import Catalog
from retrieval.errors import BadCatalog
from retrieval.indexing import Progress
from retrieval.reranker import Judged, Reranker, RerankSettings, fit_reranker

NEEDED = ("query", "product_id", "grade")


def learn_ranking(
    catalog: Catalog,
    judgements: pd.DataFrame,
    settings: RerankSettings | None = None,
    progress: Progress | None = None,
) -> Reranker:
    """Trains a re-ranker; products that the catalog no longer has are left out.

    Args:
        catalog: an index that can be searched.
        judgements: columns query, product_id and grade (from 1, higher is better).
        settings: how the trees are grown.
        progress: told queries done and queries in all.

    Raises:
        BadCatalog: a column is missing.
        NotEnoughData: too few queries with different grades.
    """
    return fit_reranker(judged_queries(catalog, judgements, progress), catalog.embedder.identity, settings)


def judged_queries(catalog: Catalog, judgements: pd.DataFrame, progress: Progress | None = None) -> dict[str, Judged]:
    """Each query's products with their features, ordered by query."""
    missing = [name for name in NEEDED if name not in judgements.columns]
    if missing:
        raise BadCatalog(f"Expected judgements with {', '.join(NEEDED)}; got no column {', '.join(missing)}.")
    known = set(catalog.products["product_id"])
    held = judgements.assign(product_id=judgements["product_id"].astype(str))
    held = held[held["product_id"].isin(known) & held["grade"].notna()]
    found: dict[str, Judged] = {}
    groups = list(held.groupby(held["query"].astype(str), sort=True))
    for done, (query, rows) in enumerate(groups, start=1):
        table, scores = catalog.judge(str(query), rows["product_id"].tolist())
        found[str(query)] = Judged(table, rows["grade"].to_numpy(dtype=float), scores)
        if progress is not None:
            progress(done, len(groups))
    return found
