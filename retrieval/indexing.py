"""Builds and opens the index folder: products, lexical index and vectors, in step. Knows no query.

    index/
      manifest.json        which generation and which vectors hold; replaced in one step, last of all
      generation-7/        products.parquet and the lexical index
      vectors-1/           Chroma (unless a server keeps the vectors)

Vectors are written batch by batch, each with the digest of its text, so that a build that is killed goes on where it
stopped, while the manifest still names the last complete generation.
"""

import json
import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from retrieval.embedder import Embedder
from retrieval.errors import IndexMissing
from retrieval.lexical import LexicalIndex
from retrieval.products import COLUMNS, dense_text, lexical_parts, records, store_metadata
from retrieval.vectors import ChromaStore, VectorSettings, intact, open_store

Progress = Callable[[int, int], None]  # texts embedded, texts to embed
FORMAT = 2  # 2: numbers and sizes are read as words, titles are kept word by word
CHUNK = 256  # texts embedded between two writes: what a kill can cost


@dataclass(frozen=True)
class Manifest:
    """Which parts of the folder belong together."""

    format: int
    generation: int
    vectors: str
    embedder: str
    dimensions: int
    products: int


@dataclass(frozen=True)
class Update:
    """What an update did: numbers of products, and its seconds."""

    products: int
    embedded: int
    annotated: int
    removed: int
    seconds: float


@dataclass(frozen=True)
class OpenIndex:
    """An index that can be searched."""

    products: pd.DataFrame
    lexical: LexicalIndex
    store: ChromaStore

    @cached_property
    def popularity(self) -> npt.NDArray[np.float64]:
        """Units sold lately on a logarithmic scale, 0 to 1, shape (n,)."""
        sold = np.log1p(self.products["popularity"].clip(lower=0).to_numpy(dtype=float))
        scaled: npt.NDArray[np.float64] = sold / (sold.max(initial=0.0) or 1.0)
        return scaled

    @cached_property
    def ids(self) -> npt.NDArray[np.object_]:
        """The products' ids, shape (n,)."""
        listed: npt.NDArray[np.object_] = self.products["product_id"].to_numpy(dtype=object)
        return listed


def read_manifest(folder: Path) -> Manifest | None:
    """The folder's manifest; None where there is none that this version can read."""
    try:
        manifest = Manifest(**json.loads((folder / "manifest.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return manifest if manifest.format == FORMAT else None


def open_index(folder: Path, name: str, embedder: Embedder, settings: VectorSettings) -> OpenIndex:
    """Opens what the manifest names.

    Raises:
        IndexMissing: nothing has been built, it is damaged, or it was built with another embedding model.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise IndexMissing(f"Expected a search index in {folder}, but there is none: run `retail-assistant fit`.")
    if manifest.embedder != embedder.identity:
        raise IndexMissing(
            f"The search index was built with the embedding model {manifest.embedder}, but the settings name "
            f"{embedder.identity}: run `retail-assistant fit`."
        )
    products, lexical = _open_generation(_generation(folder, manifest.generation))
    store = open_store(folder / manifest.vectors, name, settings)
    if len(products) and not (len(store) and intact(store, manifest.dimensions)):
        raise IndexMissing(f"The vectors in {folder} are damaged: run `retail-assistant fit` to build them again.")
    return OpenIndex(products, lexical, store)


def update_index(
    folder: Path,
    name: str,
    embedder: Embedder,
    settings: VectorSettings,
    frame: pd.DataFrame,
    progress: Progress | None = None,
) -> Update:
    """Brings the index in step with the frame of `products.prepare`; only changed texts are embedded."""
    started = time.perf_counter()
    folder.mkdir(parents=True, exist_ok=True)
    manifest = read_manifest(folder)
    dimensions = embedder.encode(["size"]).shape[1]
    vectors, store = _usable_store(folder, name, settings, manifest, dimensions)
    held = store.metadata()
    rows = records(frame)
    wanted = {row["product_id"]: store_metadata(row) for row in rows}
    changed = [row for row in rows if held.get(row["product_id"], {}).get("digest") != row["digest"]]
    with store.bulk(len(changed)):
        _embed(store, embedder, changed, progress)
    # also for those embedded again: an upsert keeps the fields that a product no longer has
    stale = [each for each, fields in wanted.items() if each in held and held[each] != fields]
    store.annotate(stale, [{**dict.fromkeys(held[each]), **wanted[each]} for each in stale])
    gone = [each for each in held if each not in wanted]
    if changed or stale or gone or not _same_generation(folder, manifest, frame):
        generation = manifest.generation + 1 if manifest else 1
        _write_generation(_generation(folder, generation), frame, rows)
        _write_manifest(folder, Manifest(FORMAT, generation, vectors, embedder.identity, dimensions, len(frame)))
    store.delete(gone)
    _sweep(folder)
    return Update(len(frame), len(changed), len(stale), len(gone), time.perf_counter() - started)


def _usable_store(
    folder: Path, name: str, settings: VectorSettings, manifest: Manifest | None, dimensions: int
) -> tuple[str, ChromaStore]:
    """The vectors that hold, or a new empty place for them where they are damaged or of another length."""
    present = [int(path.name.split("-")[1]) for path in folder.glob("vectors-*") if path.name.split("-")[1].isdigit()]
    latest = max(present, default=1)
    fitting = manifest is None or manifest.dimensions == dimensions
    vectors = manifest.vectors if manifest else f"vectors-{latest}"
    try:
        store = open_store(folder / vectors, name, settings)
        if fitting and intact(store, dimensions):
            return vectors, store
        if settings.host is not None:
            return vectors, store.emptied()
    except IndexMissing:
        pass  # damaged: start a new folder, Chroma keeps a handle on the old one
    vectors = f"vectors-{latest + 1}"
    return vectors, open_store(folder / vectors, name, settings)


def _embed(store: ChromaStore, embedder: Embedder, rows: Sequence[Any], progress: Progress | None) -> None:
    texts = sorted(((dense_text(row), row) for row in rows), key=lambda pair: len(pair[0]))
    for start in range(0, len(texts), CHUNK):
        part = texts[start : start + CHUNK]
        vectors = embedder.encode([text for text, _ in part])
        store.upsert([row["product_id"] for _, row in part], vectors, [store_metadata(row) for _, row in part])
        if progress is not None:
            progress(start + len(part), len(texts))


def _generation(folder: Path, number: int) -> Path:
    return folder / f"generation-{number}"


def _open_generation(place: Path) -> tuple[pd.DataFrame, LexicalIndex]:
    try:
        products = pd.read_parquet(place / "products.parquet")
    except (OSError, ValueError, KeyError) as failure:
        raise IndexMissing(f"The products in {place} are damaged or missing: run `retail-assistant fit`.") from failure
    lexical = LexicalIndex.load(place / "lexical")
    if tuple(products.columns) != COLUMNS or (lexical.size and lexical.size != len(products)):
        raise IndexMissing(f"The index in {place} is incomplete: run `retail-assistant fit`.")
    return products, lexical


def _same_generation(folder: Path, manifest: Manifest | None, frame: pd.DataFrame) -> bool:
    if manifest is None:
        return False
    try:
        products, _ = _open_generation(_generation(folder, manifest.generation))
    except IndexMissing:
        return False
    return bool(np.array_equal(products.astype(str).to_numpy(), frame.astype(str).to_numpy()))


def _write_generation(place: Path, frame: pd.DataFrame, rows: Sequence[Any]) -> None:
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    frame.to_parquet(place / "products.parquet", index=False)
    LexicalIndex.build([lexical_parts(row) for row in rows]).save(place / "lexical")


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    building = folder / "manifest.building"
    building.write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
    os.replace(building, folder / "manifest.json")


def _sweep(folder: Path) -> None:
    """Removes the generations and vectors that the manifest does not name."""
    manifest = read_manifest(folder)
    if manifest is None:
        return
    keep = {f"generation-{manifest.generation}", manifest.vectors}
    for path in [*folder.glob("generation-*"), *folder.glob("vectors-*")]:
        if path.name not in keep:
            shutil.rmtree(path, ignore_errors=True)
