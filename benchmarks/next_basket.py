"""Next-basket recommendation on Ta-Feng's groceries: our methods beside the published figures.

    python -m benchmarks.next_basket --data DIR [--json FILE]

DIR holds tafeng_history.parquet (user_id, basket_no, items) and tafeng_future.parquet (user_id, items). Recall, NDCG
and hit rate of the first 10 and 20 products for every shopper's future basket; products bought before may be
recommended. Weights are chosen on the last basket of the history, by methods that learnt up to the one before; for
the test they learn from the whole history. "popularity" and "repeats, fading never" are the published G-TopFreq and
GP-TopFreq.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from retrieval.recommendation.blend import candidates, choose_weights, joined, mixed, named_weights
from retrieval.recommendation.counting import Popularity, Repeats
from retrieval.recommendation.factors import MatrixFactors
from retrieval.recommendation.histories import Histories, Places, histories_from
from retrieval.recommendation.measures import Numbers, judged
from retrieval.recommendation.method import Ground, Method
from retrieval.recommendation.neighbours import ItemNeighbours, Transitions
from retrieval.recommendation.tifu import TifuKnn

VALIDATED, AT_ONCE = 6000, 500
Figures = dict[str, dict[str, float]]
PUBLISHED: Figures = {  # the set's README: computed again on all shoppers
    "G-TopFreq": {"recall@10": 0.0803, "NDCG@10": 0.0875, "hit rate@10": 0.2489},
    "P-TopFreq": {"recall@10": 0.1062, "NDCG@10": 0.1014, "hit rate@10": 0.3513},
    "GP-TopFreq": {"recall@10": 0.1195, "NDCG@10": 0.1069, "hit rate@10": 0.3721},
    "TIFU-KNN": {"recall@10": 0.1204},
}


def main() -> None:
    """Reads the arguments, measures, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with the two files")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    given = parser.parse_args()
    history, future = read(given.data)
    figures, rest = measure(history, future)
    figures |= {f"published: {name}": each for name, each in PUBLISHED.items()}
    print(pd.DataFrame(figures).T.to_string(float_format="%.4f", na_rep=""))
    print(rest)
    if given.json:
        given.json.write_text(json.dumps({"methods": figures} | rest, indent=1))


def read(folder: Path) -> tuple[Histories, Histories]:
    """The shoppers' histories and, in the same order, their future baskets."""
    past = pd.read_parquet(folder / "tafeng_history.parquet").sort_values(["user_id", "basket_no"])
    later = pd.read_parquet(folder / "tafeng_future.parquet").set_index("user_id")["items"]
    products = 1 + max(int(max(map(max, past["items"]))), int(max(map(max, later))))
    users = past["user_id"].unique()
    baskets = [list(group) for _, group in past.groupby("user_id", sort=True)["items"]]
    return histories_from(baskets, products), histories_from([[later[user]] for user in users], products)


def methods_of_baskets() -> list[Method]:
    """The candidates; their constants were chosen on the last basket of the history."""
    return [
        Popularity(),
        Repeats(half_life=1e6, popular_share=0.1, name="repeats, fading never"),
        Repeats(half_life=3.0, popular_share=0.0, name="repeats, fading"),
        TifuKnn(basket_decay=1.0, group_decay=1.0, own_share=0.5),
        TifuKnn(basket_decay=0.9, group_decay=0.9, own_share=0.0, name="neighbours of TIFU-kNN"),
        ItemNeighbours(count=200, half_life=1e6),
        Transitions(decay=0.8, reach=5),
        Transitions(decay=0.95, backward=1.0, ahead=0.6, reach=3, count=400, name="item-kNN"),
        MatrixFactors(),
    ]


def measure(history: Histories, future: Histories) -> tuple[Figures, dict[str, object]]:
    """Figures of each method on the future baskets, and what was chosen before."""
    before, last = history.before_last(), history.last()
    picked = np.sort(np.random.default_rng(0).permutation(np.flatnonzero(history.lengths > 1))[:VALIDATED])
    asked, answers = before.of_rows(picked), last.of_rows(picked)
    methods = methods_of_baskets()
    for method in methods:
        method.fit(Ground.of(before))
    weights = blend_weights(methods, asked, answers)
    validation = _scored(methods, weights, asked, answers)["ours"]
    for method in methods:
        method.fit(Ground.of(history))
    return _scored(methods, weights, history, future), {
        "shoppers": len(history.customers),
        "products": history.products,
        "weights": dict(named_weights(methods, weights)),
        "validation": validation,
    }


def blend_weights(methods: Sequence[Method], asked: Histories, answers: Histories) -> tuple[float, ...]:
    """Weights that are best on the validation baskets."""
    parts = [
        candidates([method.scores(part) for method in methods], answers.of_rows(rows)) for part, rows in _parts(asked)
    ]
    return choose_weights(joined(parts))


def _scored(methods: Sequence[Method], weights: Sequence[float], known: Histories, wanted: Histories) -> Figures:
    """Each method's figures and, as "ours", those of the weighted sum."""
    found: dict[str, list[Numbers]] = defaultdict(list)
    for part, rows in tqdm(list(_parts(known)), desc="scoring", unit="part"):
        answers, scores = wanted.of_rows(rows), [method.scores(part) for method in methods]
        for name, each in [*zip([m.name for m in methods], scores, strict=True), ("ours", mixed(scores, weights))]:
            found[name].append(np.concatenate([judged(each, answers, length) for length in (10, 20)], axis=1))
    names = [f"{measure}@{length}" for length in (10, 20) for measure in ("recall", "NDCG", "hit rate")]
    means = {name: np.concatenate(parts).mean(axis=0) for name, parts in found.items()}
    return {name: dict(zip(names, map(float, each), strict=True)) for name, each in means.items()}


def _parts(histories: Histories) -> Iterator[tuple[Histories, Places]]:
    for start in range(0, len(histories.customers), AT_ONCE):
        rows = np.arange(start, min(start + AT_ONCE, len(histories.customers)))
        yield histories.of_rows(rows), rows


if __name__ == "__main__":
    main()
