"""Finds products by a picture, and the category of what is on one. Knows a folder of its own and product ids.

pictures/
  model.joblib         the encoder learnt here (unless a model is named) and the classifier of categories
  manifest.json        whose vectors these are; written last of all
  vectors/             Chroma (unless a server keeps the vectors)
"""

import hashlib
import json
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from retrieval.classify import Guess
from retrieval.errors import BadPicture, IndexMissing, PicturesMissing
from retrieval.picture_descriptors import SIDE
from retrieval.picture_encoder import BATCH, PictureEncoder, Progress
from retrieval.picture_files import read_picture
from retrieval.picture_model import (
    FEWEST_PER_CATEGORY,
    PictureModel,
    fit_categories,
    keep_model,
    kept_model,
    learn_model,
    sampled,
)
from retrieval.vectors import ChromaStore, VectorSettings, open_store

if TYPE_CHECKING:
    from PIL.Image import Image

Unusable = list[tuple[str, str]]  # file's name, why

NAME: Final = "pictures"
MANIFEST: Final = "manifest.json"
WIDER: Final = 6  # times as many pictures are looked at as products are wanted: a product may have several
GROWN: Final = 1.2  # times as many pictures as it was learnt from: the encoder is learnt anew


@dataclass(frozen=True)
class PictureHit:
    """A product and how alike its nearest picture is, as a cosine."""

    product_id: str
    similarity: float


@dataclass(frozen=True)
class PictureUpdate:
    """What an update did: numbers of products and pictures, and the files that could not be used, with the reason."""

    products: int
    pictures: int
    embedded: int
    removed: int
    unusable: tuple[tuple[str, str], ...] = ()


class PictureIndex:
    """Facade over the folder; opened with the first question. Safe to share between threads."""

    def __init__(
        self, folder: Path, settings: VectorSettings | None = None, encoder: PictureEncoder | None = None
    ) -> None:
        """Notes where the index is.

        Args:
            folder: the index folder; `update` creates it.
            settings: a Chroma server instead of vectors in the folder.
            encoder: a pretrained model; None: an encoder is learnt from the pictures.
        """
        self.folder = folder
        self._settings = settings or VectorSettings()
        self._named = encoder
        self._lock = threading.Lock()
        self._opened: tuple[PictureModel, PictureEncoder, ChromaStore] | None = None

    @property
    def ready(self) -> bool:
        """Whether there are pictures that can be searched."""
        try:
            self._open()
        except (PicturesMissing, IndexMissing):
            return False
        return True

    def update(
        self,
        files: Mapping[str, Sequence[Path]],
        categories: Mapping[str, str] | None = None,
        progress: Progress | None = None,
    ) -> PictureUpdate:
        """Brings the index in step with the products' picture files; only new pictures are read by the encoder.

        Args:
            files: product id -> its pictures.
            categories: product id -> category, where known: what the classifier learns.
            progress: told the pictures done and in all.

        Raises:
            PicturesMissing: not one file can be used.
            NotEnoughData: no model is named, and there are too few pictures to learn an encoder from.
        """
        paths, unusable = _keys(files)
        known = {key: (categories or {}).get(_product_of(key), "") for key in paths}
        with self._lock:
            self._opened = None
            model, encoder = self._learnt(paths, known, unusable, progress)
            store = open_store(self.folder / "vectors", NAME, self._settings)
            if self._noted()[0] != encoder.identity:
                store = store.emptied()
                self._note(encoder.identity, complete=False)
            held = set(store.metadata())
            new = {key: path for key, path in paths.items() if key not in held}
            _embed(store, encoder, new, unusable, progress)
            gone = [key for key in held if key not in paths]
            store.delete(gone)
            there = sorted(store.metadata())
            if not there:
                (self.folder / MANIFEST).unlink(missing_ok=True)
                raise PicturesMissing(_none_usable(unusable))
            if self._named is not None:
                vectors = store.vectors(there)
                names, ridge = fit_categories(there, np.stack([vectors[key] for key in there]), known)
                keep_model(self.folder, PictureModel(None, names, ridge, len(there)))
            self._note(encoder.identity, complete=True)
        products = {_product_of(key) for key in there}
        embedded = len(set(new) & set(there))
        return PictureUpdate(len(products), len(there), embedded, len(gone), tuple(unusable))

    def search(self, picture: bytes, limit: int = 8) -> tuple[PictureHit, ...]:
        """The products whose pictures are most alike, nearest first, each once.

        Raises:
            BadPicture: the bytes are no picture, a damaged one, too large or too small.
            PicturesMissing: the shop has no pictures.
            EmbedderMissing: the picture model cannot be loaded.
        """
        read = read_picture(picture)
        _, encoder, store = self._open()
        best: dict[str, float] = {}
        for key, cosine in store.nearest(encoder.encode([read])[0], limit * WIDER):
            best.setdefault(_product_of(key), cosine)
        return tuple(PictureHit(each, cosine) for each, cosine in list(best.items())[:limit])

    def category(self, picture: bytes, limit: int = 3) -> tuple[Guess, ...]:
        """The likeliest categories of what is on the picture, best first, with calibrated confidence.

        Raises:
            BadPicture: the bytes are no picture, a damaged one, too large or too small.
            PicturesMissing: the shop has no pictures, or too few with a category.
            EmbedderMissing: the picture model cannot be loaded.
        """
        read = read_picture(picture)
        model, encoder, _ = self._open()
        if model.ridge is None:
            raise PicturesMissing(
                f"Expected pictures of at least two categories, {FEWEST_PER_CATEGORY} each, to learn categories from."
            )
        row = model.ridge.probabilities(encoder.features([read]))[0]
        best = np.argsort(-row, kind="stable")[:limit]
        return tuple(Guess(model.categories[place], float(row[place])) for place in best)

    def _open(self) -> tuple[PictureModel, PictureEncoder, ChromaStore]:
        with self._lock:
            if self._opened is None:
                model, (indexed_with, complete) = kept_model(self.folder), self._noted()
                if model is None or not complete:
                    raise PicturesMissing(
                        "This shop has no pictures to search in. Put them into its folder `pictures`, named by product "
                        "id (P1001.jpg), and run `retail-assistant fit`."
                    )
                encoder = self._named if self._named is not None else model.learnt
                if encoder is None or indexed_with != encoder.identity:
                    raise IndexMissing(
                        f"The pictures were indexed with {indexed_with}, but the settings name "
                        f"{encoder.identity if encoder else 'no model'}: run `retail-assistant fit`."
                    )
                self._opened = model, encoder, open_store(self.folder / "vectors", NAME, self._settings)
            return self._opened

    def _learnt(
        self, paths: Mapping[str, Path], categories: Mapping[str, str], unusable: Unusable, progress: Progress | None
    ) -> tuple[PictureModel, PictureEncoder]:
        """The encoder to use: the named one, the one that was learnt, or one that is learnt now and kept."""
        if self._named is not None:
            return PictureModel(None), self._named
        model = kept_model(self.folder)
        if model is None or model.learnt is None or len(paths) > GROWN * model.pictures:
            keys = sampled(sorted(paths))
            pictures = _load({key: paths[key] for key in keys}, [], SIDE)
            if not pictures:
                _load({key: paths[key] for key in keys}, unusable, SIDE)
                raise PicturesMissing(_none_usable(unusable))
            model = replace(learn_model(pictures, categories, progress), pictures=len(paths))
            keep_model(self.folder, model)
        assert model.learnt is not None
        return model, model.learnt

    def _note(self, identity: str, *, complete: bool) -> None:
        building = self.folder / f"{MANIFEST}.building"
        self.folder.mkdir(parents=True, exist_ok=True)
        building.write_text(json.dumps({"encoder": identity, "complete": complete}), encoding="utf-8")
        os.replace(building, self.folder / MANIFEST)

    def _noted(self) -> tuple[str | None, bool]:
        """Whose vectors there are, and whether they are all there."""
        try:
            noted = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
            return str(noted["encoder"]), bool(noted["complete"])
        except (OSError, ValueError, KeyError, TypeError):
            return None, False


def _embed(
    store: ChromaStore,
    encoder: PictureEncoder,
    paths: Mapping[str, Path],
    unusable: Unusable,
    progress: Progress | None,
) -> None:
    keys = list(paths)
    for start in range(0, len(keys), BATCH):
        part = _load({key: paths[key] for key in keys[start : start + BATCH]}, unusable)
        if part:
            vectors = encoder.encode(list(part.values()))
            store.upsert(list(part), vectors, [{"product_id": _product_of(key)} for key in part])
        if progress is not None:
            progress(min(start + BATCH, len(keys)), len(keys))


def _keys(files: Mapping[str, Sequence[Path]]) -> tuple[dict[str, Path], Unusable]:
    """Key -> file; the key is the product's id and a digest of the file, so that a changed file is a new one."""
    paths: dict[str, Path] = {}
    unusable: Unusable = []
    for product_id, each in files.items():
        for file in each:
            try:
                paths[f"{product_id}#{hashlib.sha256(file.read_bytes()).hexdigest()[:16]}"] = file
            except OSError as failure:
                unusable.append((file.name, str(failure)))
    return paths, unusable


def _load(paths: Mapping[str, Path], unusable: Unusable, side: int | None = None) -> dict[str, "Image"]:
    """The pictures that can be read, shrunk to `side` where given; the others are noted."""
    pictures: dict[str, Image] = {}
    for key, file in paths.items():
        try:
            pictures[key] = read_picture(file.read_bytes())
            if side is not None:
                pictures[key].thumbnail((side, side))
        except (OSError, BadPicture) as failure:
            unusable.append((file.name, str(failure)))
    return pictures


def _product_of(key: str) -> str:
    return key.rsplit("#", 1)[0]


def _none_usable(unusable: Sequence[tuple[str, str]]) -> str:
    if not unusable:
        return "Expected pictures of products; this shop has none. Put them into its folder `pictures`."
    return (
        f"Expected pictures of products; none of {len(unusable)} files can be used. {unusable[0][0]}: {unusable[0][1]}"
    )
