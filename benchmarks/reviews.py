"""Who recommends and who is content, from the words of reviews: the product's methods beside a linear baseline.

    python -m benchmarks.reviews --data DIR [--json FILE] [--cache FILE]

DIR holds reviews.parquet with title, review_text, recommended_ind and rating. Two tasks on a random fifth (stratified,
seed 7; there is no official split), learnt from the rest; every choice (weights of the blend, the line between both
kinds) is made by cross-validation within that rest:

- recommended or not;
- sentiment: four or five stars against one or two. Stars are the label here, never a feature; three stars are left out.

The interval of the gain over the baseline is a paired bootstrap of the test reviews. `--cache` keeps the embeddings.
Agarap and Grafilo (arXiv 1805.03687) report F1 .88 (recommended) and .93 (sentiment) for a bidirectional LSTM, weighted
over both kinds, on a split of their own.
"""

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analytics.sentiment import BASELINE, FULL_BLEND, WORDS_BLEND, Baseline, Blend, Embed, Texts, score, texts_of

Figures = dict[str, dict[str, Any]]
INTERVAL, GAIN = "95 % interval", "gain of the blend"
MAJORITY = "always the larger kind"
PUBLISHED = {"recommended": 0.88, "sentiment": 0.93}
_TEST, _SEED, _DRAWS = 0.2, 7, 1000


def main() -> int:
    """Reads the arguments, measures, prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with reviews.parquet")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--cache", type=Path, help="keep the embeddings in this .npz file")
    given = parser.parse_args()
    reviews = read_reviews(given.data / "reviews.parquet")
    print(f"{len(reviews)} reviews with a text", flush=True)
    texts = texts_of(reviews["title"], reviews["review_text"], lambda said: embedded(said, given.cache))
    figures: dict[str, Figures] = {}
    for task, rows, content in tasks(reviews):
        started = time.perf_counter()
        figures[task] = measure(texts.rows(rows), content)
        print(f"\n{task}: {len(rows)} reviews, {100 * content.mean():.1f} % yes, {time.perf_counter() - started:.0f} s")
        measured = {name: {k: v for k, v in each.items() if k != INTERVAL} for name, each in figures[task].items()}
        print(pd.DataFrame(measured).T.to_string(float_format="{:.4f}".format))
        low, high = figures[task][GAIN][INTERVAL]
        print(f"gain of AUC: {INTERVAL} {low:+.4f} to {high:+.4f}; published weighted F1 {PUBLISHED[task]}", flush=True)
        if given.json:
            given.json.write_text(json.dumps(figures, indent=1))
    return 0


def read_reviews(file: Path) -> pd.DataFrame:
    """The reviews with a text, each text once: the same words on both sides of a split would be known."""
    reviews = pd.read_parquet(file)
    missing = {"title", "review_text", "recommended_ind", "rating"} - set(reviews.columns)
    if missing:
        raise SystemExit(f"Expected title, review_text, recommended_ind and rating in {file}; {sorted(missing)} lack.")
    text = reviews["review_text"].fillna("").str.strip()
    return reviews[text != ""].drop_duplicates("review_text").reset_index(drop=True)


def embedded(said: Any, cache: Path | None) -> Any:
    """The embeddings by the product's own model, kept in the cache beside a digest of the texts."""
    from retrieval.embedder import SentenceTransformerEmbedder

    digest = hashlib.sha256("\n".join(said).encode()).hexdigest()
    if cache is not None and cache.exists():
        kept = np.load(cache)
        if str(kept["digest"]) == digest:
            return kept["vectors"]
    embed: Embed = SentenceTransformerEmbedder().encode
    vectors = embed(said)
    if cache is not None:
        np.savez(cache, vectors=vectors, digest=digest)
    return vectors


def tasks(reviews: pd.DataFrame) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Each task's name, the places of its reviews and their labels."""
    clear = np.flatnonzero(reviews["rating"].to_numpy() != 3)
    return [
        ("recommended", np.arange(len(reviews)), reviews["recommended_ind"].to_numpy(float)),
        ("sentiment", clear, (reviews["rating"].to_numpy()[clear] >= 4).astype(float)),
    ]


def measure(texts: Texts, content: np.ndarray) -> Figures:
    """Method -> its scores on the test part, and the blend's gain over the baseline with its interval."""
    from sklearn.model_selection import train_test_split

    learn, judge = train_test_split(np.arange(len(texts)), test_size=_TEST, random_state=_SEED, stratify=content)
    plain = Texts(texts.titles, texts.texts)
    said = {
        MAJORITY: np.full(len(judge), float(content[learn].mean() >= 0.5)),
        BASELINE: Baseline().fit(plain.rows(learn), content[learn]).content(plain.rows(judge)),
        WORDS_BLEND: Blend().fit(plain.rows(learn), content[learn]).content(plain.rows(judge)),
        FULL_BLEND: Blend().fit(texts.rows(learn), content[learn]).content(texts.rows(judge)),
    }
    figures: Figures = {name: score(content[judge], scores) for name, scores in said.items()}
    best, base = figures[FULL_BLEND], figures[BASELINE]
    figures[GAIN] = {name: best[name] - base[name] for name in base}
    figures[GAIN][INTERVAL] = gain_interval(content[judge], said[BASELINE], said[FULL_BLEND])
    return figures


def gain_interval(content: np.ndarray, base: np.ndarray, better: np.ndarray) -> tuple[float, float]:
    """95 % interval of the gain in AUC, by drawing the test reviews anew."""
    from sklearn.metrics import roc_auc_score

    random, gains = np.random.default_rng(_SEED), []
    for _ in range(_DRAWS):
        drawn = random.integers(0, len(content), len(content))
        if 0 < content[drawn].sum() < len(drawn):
            truth = content[drawn]
            gains.append(roc_auc_score(truth, better[drawn]) - roc_auc_score(truth, base[drawn]))
    low, high = np.quantile(gains, (0.025, 0.975))
    return float(low), float(high)


if __name__ == "__main__":
    sys.exit(main())
