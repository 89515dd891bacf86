"""Pictures -> vectors: by any CLIP-like sentence-transformers model, or by an encoder learnt from the shop's pictures.

Knows pictures and, for learning, one label for each; no product and no index.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from retrieval.embedder import Vectors
from retrieval.errors import EmbedderMissing, NotEnoughData
from retrieval.fisher import Mixture, fit_mixture
from retrieval.linear import Labels
from retrieval.picture_descriptors import describe
from retrieval.ridge import Ridge, fit_ridge

if TYPE_CHECKING:
    from PIL.Image import Image

Progress = Callable[[int, int], None]  # pictures done, pictures in all
FEWEST: Final = 20  # pictures to learn an encoder from
MOST: Final = 4000  # pictures that it learns from; more are sampled
BATCH: Final = 32
GAUSSIANS: Final = 64
EDGE_PARTS, COLOUR_PARTS = 64, 48
SAMPLED: Final = 60_000  # descriptors that a mixture is learnt from
COMPONENTS: Final = 256  # of the vectors that are searched, before what the labels add
LABEL_WEIGHT: Final = 1.0  # of the part that the labels taught, beside the part that all pictures taught


class PictureEncoder(Protocol):
    """What turns pictures into vectors."""

    @property
    def identity(self) -> str:
        """Names the model and its weights: vectors of different identities must not be compared."""
        ...

    def encode(self, pictures: Sequence["Image"]) -> Vectors:
        """What is searched: shape (n, d), each of length 1."""
        ...

    def features(self, pictures: Sequence["Image"]) -> Vectors:
        """What a classifier learns from: shape (n, f)."""
        ...


class SentenceTransformerPictures:
    """A sentence-transformers model that reads pictures, such as `clip-ViT-B-32`, by id or folder."""

    def __init__(self, model: str, *, device: str | None = None, allow_download: bool = False) -> None:
        """Notes which model to load; loading waits for the first picture.

        Args:
            model: a folder or an id.
            device: "cpu", "cuda", ...; None: the best there is.
            allow_download: fetch a model id that is not on this machine.
        """
        self.identity = model
        self._device, self._allow_download = device, allow_download
        self._loaded: Any = None

    def encode(self, pictures: Sequence["Image"]) -> Vectors:
        """Vectors of shape (n, d), each of length 1.

        Raises:
            EmbedderMissing: the model cannot be loaded from this machine, or reads no pictures.
        """
        if self._loaded is None:
            self._loaded = self._load()
        try:
            vectors: Vectors = self._loaded.encode(
                list(pictures),
                batch_size=BATCH,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        except (TypeError, ValueError, AttributeError) as failure:
            raise EmbedderMissing(
                f"Expected a model that reads pictures, such as clip-ViT-B-32; {self.identity} does not ({failure})."
            ) from failure
        return vectors.astype(np.float32, copy=False)

    def features(self, pictures: Sequence["Image"]) -> Vectors:
        """The same vectors."""
        return self.encode(pictures)

    def _load(self) -> Any:
        try:
            from sentence_transformers import SentenceTransformer

            return SentenceTransformer(self.identity, device=self._device, local_files_only=not self._allow_download)
        except (ImportError, OSError, ValueError) as failure:
            raise EmbedderMissing(
                f"Expected the picture model {self.identity} on this machine, but it could not be loaded ({failure}). "
                "Give the folder of a CLIP-like sentence-transformers model, allow its download, or name no model: "
                "then an encoder is learnt from the shop's own pictures."
            ) from failure


@dataclass(frozen=True)
class TrainedPictures:
    """An encoder learnt here: Fisher vectors of edges and colours, and a linear map of them for search.

    Attributes:
        centre: shape (f,); search: shape (f, d).
    """

    edges: Mixture
    colours: Mixture
    centre: Vectors
    search: Vectors
    identity: str

    def features(self, pictures: Sequence["Image"]) -> Vectors:
        """Fisher vectors, shape (n, f), each of length 1."""
        return fisher_features(self.edges, self.colours, pictures)

    def encode(self, pictures: Sequence["Image"]) -> Vectors:
        """Shape (n, d), each of length 1."""
        return self.project(self.features(pictures))

    def project(self, features: Vectors) -> Vectors:
        """The search vectors of pictures whose features are at hand."""
        return _unit((features - self.centre) @ self.search)


def fisher_features(
    edges: Mixture, colours: Mixture, pictures: Sequence["Image"], progress: Progress | None = None
) -> Vectors:
    """Both kinds of Fisher vectors of each picture, shape (n, f), each of length 1."""
    found = np.zeros((len(pictures), edges.size + colours.size), np.float32)
    for row, picture in enumerate(pictures):
        by_edge, by_colour, places = describe(picture)
        found[row, : edges.size] = edges.encode(by_edge, places)
        found[row, edges.size :] = colours.encode(by_colour, places)
        if progress is not None:
            progress(row + 1, len(pictures))
    return np.asarray(found * np.float32(0.5**0.5))


def learn_mixtures(pictures: Sequence["Image"], seed: int = 0) -> tuple[Mixture, Mixture]:
    """The vocabularies of edges and of colours.

    Raises:
        NotEnoughData: fewer than `FEWEST` pictures.
    """
    if len(pictures) < FEWEST:
        raise NotEnoughData(
            f"Expected at least {FEWEST} pictures to learn an encoder from; got {len(pictures)}. Add pictures, or name "
            "a model that reads pictures."
        )
    random = np.random.default_rng(seed)
    chosen = random.permutation(len(pictures))[: max(len(pictures) // 4, min(len(pictures), 400))]
    each = max(SAMPLED // len(chosen), 1)
    edges, colours = [], []
    for row in chosen:
        by_edge, by_colour, _ = describe(pictures[row])
        kept = random.permutation(len(by_edge))[:each]
        edges.append(by_edge[kept])
        colours.append(by_colour[kept])
    return (
        fit_mixture(np.concatenate(edges), EDGE_PARTS, GAUSSIANS, seed),
        fit_mixture(np.concatenate(colours), COLOUR_PARTS, GAUSSIANS, seed),
    )


def learn_encoder(mixtures: tuple[Mixture, Mixture], features: Vectors, ridge: Ridge | None) -> TrainedPictures:
    """The encoder whose search vectors join what varies most among the pictures with what the labels taught.

    Args:
        mixtures: of edges and colours.
        features: of the pictures to learn from, shape (n, f).
        ridge: a classifier fitted on these features; None where nothing is labelled.
    """
    centre = features.mean(axis=0)
    rows = features - centre
    values, vectors = np.linalg.eigh((rows @ rows.T).astype(np.float64))
    kept = np.argsort(-values)[: min(COMPONENTS, len(rows) - 1)]
    kept = kept[values[kept] > 1e-9]
    spread = np.sqrt(values[kept] / len(rows))
    # whitened by half: the first components tell light from dark, the later ones what is on the picture
    varying = (rows.T @ (vectors[:, kept] / np.sqrt(values[kept]))) / np.sqrt(spread)
    parts = [_scaled(varying.astype(np.float32), rows)]
    if ridge is not None:
        parts.append(LABEL_WEIGHT * _scaled(ridge.weights, rows))
    search = np.hstack(parts).astype(np.float32)
    digest = hashlib.sha256(search.tobytes()).hexdigest()[:12]
    return TrainedPictures(*mixtures, centre, search, f"learnt from {len(features)} pictures ({digest})")


def fit_labels(features: Vectors, labels: Iterable[str]) -> tuple[tuple[str, ...], Ridge]:
    """A classifier of labels, and their names in its order."""
    names, places = np.unique(np.array(list(labels), dtype=object).astype(str), return_inverse=True)
    return tuple(str(name) for name in names), fit_ridge(features, _as_labels(places))


def _as_labels(places: Any) -> Labels:
    return np.asarray(places, dtype=np.intp)


def _scaled(projection: Vectors, rows: Vectors) -> Vectors:
    """The projection, so that its part of the rows has mean squared length 1."""
    length = float((rows @ projection).astype(np.float64).__pow__(2).sum(axis=1).mean()) ** 0.5
    return projection / np.float32(length or 1.0)


def _unit(vectors: npt.NDArray[Any]) -> Vectors:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), dtype=np.float32)
