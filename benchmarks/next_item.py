"""Next-item recommendation, leave-one-out over all products: our methods beside the published figures.

    python -m benchmarks.next_item --data DIR --set beauty_s3rec [--trained] [--checkpoints DIR] [--json FILE]

DIR holds SET.parquet (user_id, pos, item_id). Each user's last product is the test, the last but one the validation;
all products are ranked except those the user has had; among equal scores the wanted product comes last. Methods learn
from what is before the validation product and read it when they are asked for the test, as the published ones do;
weights are chosen on the validation products. "ours, learnt up to the test" learns from the validation products as
well. By default nothing is trained that takes minutes; `--trained` adds SASRec (full cross-entropy) and the blend
with it.
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from tqdm import tqdm

from retrieval.recommendation.blend import candidates, choose_weights, joined, mixed, named_weights
from retrieval.recommendation.counting import Popularity
from retrieval.recommendation.factors import MatrixFactors
from retrieval.recommendation.histories import Histories, Places
from retrieval.recommendation.measures import rank_scores, ranks
from retrieval.recommendation.method import Ground, Method, Scores
from retrieval.recommendation.neighbours import Transitions
from retrieval.recommendation.sasrec import SASRec, SASRecSettings

LENGTH, AT_ONCE = 10, 500
VALIDATED = 5000  # users whose validation product chooses weights and epochs
Figures = dict[str, dict[str, float]]
PUBLISHED: dict[str, Figures] = {  # the S3-Rec repository's table; antklen/sasrec-bert4rec-recsys23
    "beauty_s3rec": {"SASRec": {"HR@10": 0.0605, "NDCG@10": 0.0318}, "S3-Rec": {"HR@10": 0.0647, "NDCG@10": 0.0327}},
    "sports_s3rec": {"SASRec": {"HR@10": 0.0350, "NDCG@10": 0.0192}, "S3-Rec": {"HR@10": 0.0385, "NDCG@10": 0.0204}},
    "toys_s3rec": {"SASRec": {"HR@10": 0.0675, "NDCG@10": 0.0374}, "S3-Rec": {"HR@10": 0.0700, "NDCG@10": 0.0376}},
    "beauty_bert4rec": {
        "SASRec": {"HR@10": 0.0246, "NDCG@10": 0.0126},
        "BERT4Rec": {"HR@10": 0.0338, "NDCG@10": 0.0187},
        "SASRec, cross-entropy": {"HR@10": 0.0533, "NDCG@10": 0.0327},
    },
}


def main() -> None:
    """Reads the arguments, measures, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with SET.parquet")
    parser.add_argument("--set", default="beauty_s3rec", help="name of the set, e.g. sports_s3rec")
    parser.add_argument("--trained", action="store_true", help="train SASRec too (some 15 minutes on one core)")
    parser.add_argument("--checkpoints", type=Path, help="keep trained weights here, and take them up from here")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    given = parser.parse_args()
    histories = read(given.data / f"{given.set}.parquet")
    checkpoint = given.checkpoints / f"{given.set}-sasrec.joblib" if given.checkpoints else None
    figures, rest = measure(histories, given.trained, checkpoint)
    figures |= {f"published: {name}": each for name, each in PUBLISHED.get(given.set, {}).items()}
    print(pd.DataFrame(figures).T.to_string(float_format="%.4f", na_rep=""))
    print(rest)
    if given.json:
        given.json.write_text(json.dumps({"set": given.set, "methods": figures} | rest, indent=1))


def read(file: Path) -> Histories:
    """The set as histories of one product per basket."""
    frame = pd.read_parquet(file).sort_values(["user_id", "pos"], kind="stable")
    users, rows = np.unique(frame["user_id"].to_numpy(), return_inverse=True)
    products, items = np.unique(frame["item_id"].to_numpy(), return_inverse=True)
    starts = np.searchsorted(rows, np.arange(len(users) + 1)).astype(np.int64)
    place = np.arange(len(rows)) - starts[rows]
    return Histories(tuple(map(str, users)), len(products), starts, items.astype(np.int64), place, place)


def measure(histories: Histories, trained: bool, checkpoint: Path | None) -> tuple[Figures, dict[str, object]]:
    """Figures of each method on the test, and what was chosen on the validation."""
    known, before = histories.before_last(), histories.before_last(2)
    ground, wanted = Ground.of(before), known.last()
    picked = np.random.default_rng(0).permutation(len(histories.customers))[:VALIDATED]
    asked, answers = before.of_rows(np.sort(picked)), wanted.of_rows(np.sort(picked))
    methods = [method.fit(ground) for method in light_methods()]
    if trained:
        methods.append(sasrec(ground, asked, answers, checkpoint))
    weights = blend_weights(methods, asked, answers)
    test = histories.last()
    everything = Popularity().fit(Ground.of(histories))
    figures = {"popularity, counted with the test": _scored([everything], [], known, test)[Popularity.name]}
    figures |= _scored(methods, weights, known, test)
    rest: dict[str, object] = {
        "users": len(histories.customers),
        "products": histories.products,
        "weights": dict(named_weights(methods, weights)),
        "validation": _scored(methods, weights, asked, answers)["ours"],
    }
    if not trained:
        late = [method.fit(Ground.of(known)) for method in methods]
        figures["ours, learnt up to the test"] = _scored(late, weights, known, test)["ours"]
    return figures, rest


def light_methods() -> list[Method]:
    """Those that are learnt in seconds."""
    return [Popularity(), Transitions(), MatrixFactors(), Transitions.wide()]


def sasrec(ground: Ground, asked: Histories, answers: Histories, checkpoint: Path | None) -> Method:
    """SASRec, stopped by its NDCG on the validation products; its weights are kept in `checkpoint`."""
    if checkpoint and checkpoint.exists():
        kept: Method = joblib.load(checkpoint)
        return kept
    began = time.monotonic()

    def watch(model: SASRec) -> float:
        found = _scored([model], [], asked, answers)[model.name]
        print(f"SASRec after {time.monotonic() - began:.0f} s, validation: {found}", flush=True)
        if checkpoint:
            checkpoint.parent.mkdir(parents=True, exist_ok=True)
            joblib.dump(model, checkpoint)
        return found["NDCG@10"]

    fitted = SASRec(SASRecSettings(), watch).fit(ground)
    if checkpoint:
        joblib.dump(fitted, checkpoint)
    return fitted


def blend_weights(methods: Sequence[Method], asked: Histories, answers: Histories) -> tuple[float, ...]:
    """Weights that are best on the validation products."""
    parts = []
    for part, rows in _parts(asked):
        scores = [_without_seen(method.scores(part), part) for method in methods]
        parts.append(candidates(scores, answers.of_rows(rows)))
    return choose_weights(joined(parts), LENGTH)


def _scored(methods: Sequence[Method], weights: Sequence[float], known: Histories, wanted: Histories) -> Figures:
    """Each method's figures and, where there are weights, as "ours" those of the weighted sum."""
    found: dict[str, list[Places]] = defaultdict(list)
    for part, rows in tqdm(list(_parts(known)), desc="scoring", unit="part"):
        targets = wanted.of_rows(rows).items
        scores = [_without_seen(method.scores(part), part) for method in methods]
        for method, each in zip(methods, scores, strict=True):
            found[method.name].append(ranks(each, targets))
        if weights:
            found["ours"].append(ranks(mixed(scores, weights), targets))
    both = {name: rank_scores(np.concatenate(parts), LENGTH) for name, parts in found.items()}
    return {name: {f"HR@{LENGTH}": hit, f"NDCG@{LENGTH}": ndcg} for name, (hit, ndcg) in both.items()}


def _parts(histories: Histories) -> Iterator[tuple[Histories, Places]]:
    for start in range(0, len(histories.customers), AT_ONCE):
        rows = np.arange(start, min(start + AT_ONCE, len(histories.customers)))
        yield histories.of_rows(rows), rows


def _without_seen(scores: Scores, histories: Histories) -> Scores:
    scores[histories.rows, histories.items] = 0.0
    return scores


if __name__ == "__main__":
    main()
