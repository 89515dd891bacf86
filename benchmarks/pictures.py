"""Which product is on a picture, and finding it by picture, with an encoder learnt from these pictures alone.

    python -m benchmarks.pictures --data DIR [--cache DIR] [--json FILE]

DIR holds images_128px.parquet (split, fine_label, coarse_label, jpeg) and classes_iconic_text.parquet (Class ID (int),
iconic_jpeg) of the Grocery Store Dataset. Everything is learnt on the photos of the split "train", settings were chosen
on the rows left out of it, and "test" is judged once. No network that was trained on other pictures is used; those of
the published figure were (Klasson et al., WACV 2019: DenseNet and others trained on ImageNet, full resolution).

Two searches: among all photos of "train" (found: a photo of the same product), and among one catalogue picture for each
product, of which the encoder has seen none.
"""

import argparse
import io
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image
from tqdm import tqdm

from retrieval.embedder import Vectors
from retrieval.fisher import Mixture
from retrieval.linear import Labels
from retrieval.picture_descriptors import lab
from retrieval.picture_encoder import fisher_features, learn_encoder, learn_mixtures
from retrieval.ridge import Ridge, fit_ridge

CHUNK = 250  # pictures between two writes of the cache
PUBLISHED = {"published, networks pretrained on ImageNet": {"fine accuracy": 0.845}}
Figures = dict[str, dict[str, float]]


def main() -> int:
    """Reads the arguments, measures, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, help="keep features here; a run that was killed goes on")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    given = parser.parse_args()
    started = time.process_time()
    with tempfile.TemporaryDirectory() as temporary:
        cache = given.cache or Path(temporary)
        cache.mkdir(parents=True, exist_ok=True)
        figures = measure(given.data, cache)
    print(pd.DataFrame(figures).T.to_string(float_format="%.3f", na_rep="-"))
    print(f"{time.process_time() - started:.0f} processor seconds")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1))
    return 0


def measure(data: Path, cache: Path) -> Figures:
    """Method -> its figures."""
    photos = pd.read_parquet(data / "images_128px.parquet")
    icons = pd.read_parquet(data / "classes_iconic_text.parquet").sort_values("Class ID (int)")
    photos = photos[photos["split"].isin(["train", "test"])].reset_index(drop=True)
    pictures = [Image.open(io.BytesIO(each)).convert("RGB") for each in [*photos["jpeg"], *icons["iconic_jpeg"]]]
    learn = np.flatnonzero(photos["split"] == "train")
    judge = np.flatnonzero(photos["split"] == "test")
    fine = photos["fine_label"].to_numpy(dtype=np.intp)
    coarse_of = photos.groupby("fine_label")["coarse_label"].first().sort_index().to_numpy()
    icon = np.arange(len(photos), len(pictures))

    edges, colours = _mixtures([pictures[row] for row in learn], cache)
    features = _features(edges, colours, pictures, cache)
    shown: Figures = {}
    kinds = {
        "colour histogram": np.stack([histogram(each) for each in tqdm(pictures, desc="histograms")]),
        "edges (Fisher vectors)": features[:, : edges.size],
        "colours (Fisher vectors)": features[:, edges.size :],
        "edges and colours": features,
    }
    ridges: dict[str, Ridge] = {}
    for name, rows in kinds.items():
        ridges[name] = fit_ridge(rows[learn], fine[learn])
        shown[name] = _accuracy(ridges[name], rows[judge], fine[judge], coarse_of)
        shown[name] |= _found(_unit(rows), learn, judge, icon, fine)
    for name, ridge in (("search vectors, no labels", None), ("search vectors", ridges["edges and colours"])):
        encoder = learn_encoder((edges, colours), features[learn], ridge)
        shown[name] = _found(encoder.project(features), learn, judge, icon, fine)
    return shown | PUBLISHED


def histogram(picture: Image.Image) -> Vectors:
    """The simple baseline: shares of 8 x 8 x 8 colours in L*a*b*, square-rooted."""
    colour = lab(np.asarray(picture)).reshape(-1, 3)
    places = np.clip((colour - [0, -0.8, -0.8]) / [1, 1.6, 1.6] * 8, 0, 7).astype(int)
    counts = np.bincount(places @ [64, 8, 1], minlength=512)
    return np.asarray(np.sqrt(counts / counts.sum()), dtype=np.float32)


def _mixtures(pictures: Sequence[Image.Image], cache: Path) -> tuple[Mixture, Mixture]:
    file = cache / "mixtures.npz"
    if not file.exists():
        arrays = {f"{n}{k}": v for n, m in enumerate(learn_mixtures(pictures)) for k, v in m.__dict__.items()}
        np.savez(file, **arrays)
    held = np.load(file)
    names = ("centre", "rotation", "weights", "means", "variances")
    first, second = (Mixture(*(held[f"{n}{name}"] for name in names)) for n in (0, 1))
    return first, second


def _features(edges: Mixture, colours: Mixture, pictures: Sequence[Image.Image], cache: Path) -> Vectors:
    parts = []
    for start in tqdm(range(0, len(pictures), CHUNK), desc="features", unit=f"{CHUNK} pictures"):
        file = cache / f"features-{start}.npy"
        if not file.exists():
            np.save(file, fisher_features(edges, colours, pictures[start : start + CHUNK]))
        parts.append(np.load(file))
    return np.concatenate(parts)


def _accuracy(ridge: Ridge, rows: Vectors, fine: Labels, coarse_of: npt.NDArray[np.int64]) -> dict[str, float]:
    probabilities = ridge.probabilities(rows)
    order = np.argsort(-probabilities, axis=1)
    groups = np.stack([probabilities[:, coarse_of == each].sum(axis=1) for each in np.unique(coarse_of)], axis=1)
    coarse = np.unique(coarse_of)[groups.argmax(axis=1)]
    return {
        "fine accuracy": float((order[:, 0] == fine).mean()),
        "top 5": float((order[:, :5] == fine[:, None]).any(axis=1).mean()),
        "coarse accuracy": float((coarse == coarse_of[fine]).mean()),
    }


def _found(vectors: Vectors, learn: Labels, judge: Labels, icon: Labels, fine: Labels) -> dict[str, float]:
    """Share of test photos whose product is the first, or among the first five products, that are found."""
    near = vectors[judge] @ vectors[learn].T
    best = np.stack([near[:, fine[learn] == each].max(axis=1) for each in range(len(icon))], axis=1)
    icons = vectors[judge] @ vectors[icon].T
    return {
        f"{place}: recall@{most}": float(
            (np.argsort(-scores, axis=1)[:, :most] == fine[judge][:, None]).any(axis=1).mean()
        )
        for place, scores in (("photos", best), ("catalogue", icons))
        for most in (1, 5)
    }


def _unit(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))


if __name__ == "__main__":
    sys.exit(main())
