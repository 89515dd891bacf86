"""What is learnt on a shop's pictures: an encoder where none is named, and which category is on a picture.

Knows pictures and categories by keys of the caller's; no product, no index.
"""

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from retrieval.embedder import Vectors
from retrieval.picture_encoder import (
    MOST,
    Progress,
    TrainedPictures,
    fisher_features,
    fit_labels,
    learn_encoder,
    learn_mixtures,
)
from retrieval.ridge import Ridge

if TYPE_CHECKING:
    from PIL.Image import Image

FILE: Final = "model.joblib"
FEWEST_PER_CATEGORY: Final = 5  # pictures


@dataclass(frozen=True)
class PictureModel:
    """What was learnt.

    Attributes:
        learnt: the encoder learnt here; None where the settings name one.
        categories: in the classifier's order.
        ridge: the classifier; None where too few pictures have a category.
        pictures: how many pictures it was learnt from.
    """

    learnt: TrainedPictures | None
    categories: tuple[str, ...] = ()
    ridge: Ridge | None = None
    pictures: int = 0


def learn_model(
    pictures: Mapping[str, "Image"], categories: Mapping[str, str], progress: Progress | None = None, seed: int = 0
) -> PictureModel:
    """Learns an encoder and a classifier from the pictures.

    Args:
        pictures: key -> picture, some `MOST` at most (see `sampled`).
        categories: key -> category, where known.
        progress: told the pictures done and in all.
        seed: of what is drawn at random.

    Raises:
        NotEnoughData: too few pictures.
    """
    keys = sorted(pictures)
    chosen = [pictures[key] for key in keys]
    mixtures = learn_mixtures(chosen, seed)
    features = fisher_features(*mixtures, chosen, progress)
    names, ridge = fit_categories(keys, features, categories)
    return PictureModel(learn_encoder(mixtures, features, ridge), names, ridge, len(pictures))


def fit_categories(
    keys: Sequence[str], features: Vectors, categories: Mapping[str, str]
) -> tuple[tuple[str, ...], Ridge | None]:
    """A classifier of the categories with `FEWEST_PER_CATEGORY` pictures; none where there are fewer than two such."""
    said = np.array([categories.get(key) or "" for key in keys], dtype=object).astype(str)
    names, counts = np.unique(said[said != ""], return_counts=True)
    enough = names[counts >= FEWEST_PER_CATEGORY]
    if len(enough) < 2:
        return (), None
    kept = np.isin(said, enough)
    return fit_labels(features[kept], said[kept])


def sampled(keys: Sequence[str], seed: int = 0) -> list[str]:
    """At most `MOST` of the keys, in order."""
    chosen = sorted(np.random.default_rng(seed).permutation(len(keys))[:MOST])
    return [keys[row] for row in chosen]


def keep_model(folder: Path, model: PictureModel) -> None:
    """Writes it in one step."""
    import joblib

    folder.mkdir(parents=True, exist_ok=True)
    joblib.dump(model, folder / f"{FILE}.building")
    os.replace(folder / f"{FILE}.building", folder / FILE)


def kept_model(folder: Path) -> PictureModel | None:
    """The model that was kept; None where there is none that can be read."""
    import joblib

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            kept = joblib.load(folder / FILE)
    except Exception:  # what a damaged or outdated pickle raises cannot be listed; it is learnt anew
        return None
    return kept if isinstance(kept, PictureModel) else None
