"""Builds and opens the index folder: products, lexical index and vectors, in step. Knows no query.

    index/
      manifest.json        which generation and which vectors hold; replaced in one step, last of all
      generation-7/        products.parquet, the lexical index, and the vectors by row
      vectors-1/           Chroma (unless a server keeps the vectors)

Vectors are written batch by batch, each with the digest of its text, so that a build that is killed goes on where it
stopped, while the manifest still names the last complete generation. An open index reads only its generation: who
searches is not disturbed by an update, nor by a vector store that is damaged or does not answer.
"""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retrieval.embedder import Embedder, Vectors
from retrieval.errors import IndexMissing
from retrieval.lexical import LexicalIndex
from retrieval.opened import OpenIndex
from retrieval.products import COLUMNS, dense_text, lexical_parts, records, store_metadata
from retrieval.row_vectors import PART, RowVectors
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


def read_manifest(folder: Path) -> Manifest | None:
    """The folder's manifest; None where there is none that this version can read."""
    try:
        manifest = Manifest(**json.loads((folder / "manifest.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return manifest if manifest.format == FORMAT else None


def stamp(folder: Path) -> int | None:
    """Changes when an update has replaced the index; None where there is none."""
    try:
        return (folder / "manifest.json").stat().st_mtime_ns
    except OSError:
        return None


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
    place = _generation(folder, manifest.generation)
    products, lexical = _open_generation(place)
    exact = len(products) <= settings.exact_up_to
    rows = RowVectors.open(place, len(products)) if exact else None
    opened = OpenIndex(products, lexical, rows, lambda: open_store(folder / manifest.vectors, name, settings))
    if rows is None and len(products) and not (len(opened.store) and intact(opened.store, manifest.dimensions)):
        raise IndexMissing(f"The vectors in {folder} are damaged: run `retail-assistant fit` to build them again.")
    return opened


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
    exact = len(frame) <= settings.exact_up_to
    if changed or stale or gone or not _same_generation(folder, manifest, frame, exact):
        generation = manifest.generation + 1 if manifest else 1
        place = _generation(folder, generation)
        _write_generation(place, frame, rows)
        if exact:
            before = None if manifest is None else _generation(folder, manifest.generation)
            RowVectors.write(place, len(frame), _by_row(store, frame, before, dimensions))
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


def _same_generation(folder: Path, manifest: Manifest | None, frame: pd.DataFrame, exact: bool) -> bool:
    if manifest is None:
        return False
    place = _generation(folder, manifest.generation)
    try:
        products, _ = _open_generation(place)
        if exact and RowVectors.open(place, len(products)) is None:
            return False
    except IndexMissing:
        return False
    return bool(np.array_equal(products.astype(str).to_numpy(), frame.astype(str).to_numpy()))


def _by_row(store: ChromaStore, frame: pd.DataFrame, before: Path | None, dimensions: int) -> Iterator[Vectors]:
    """The frame's vectors in its order: of unchanged texts from the generation before, of others from the store."""
    held, known = _vectors_before(before, dimensions)
    digests, ids = frame["digest"].to_numpy(), frame["product_id"].to_numpy()
    for start in range(0, len(frame), PART):
        part = slice(start, start + PART)
        places = np.array([known.get(each, -1) for each in digests[part]], dtype=np.int64)
        vectors = np.zeros((len(places), dimensions), np.float32)
        if held is not None:
            vectors[places >= 0] = held.at(places[places >= 0])
        missing = np.flatnonzero(places < 0)
        fetched = store.vectors(ids[part][missing].tolist()) if missing.size else {}
        for row in missing:
            vectors[row] = fetched.get(ids[part][row], 0.0)
        yield vectors


def _vectors_before(place: Path | None, dimensions: int) -> tuple[RowVectors | None, dict[str, int]]:
    """The vectors of the generation in that place and the row of each digest; nothing where it cannot be read."""
    try:
        if place is None:
            return None, {}
        digests = pd.read_parquet(place / "products.parquet", columns=["digest"])["digest"]
        rows = RowVectors.open(place, len(digests))
    except (OSError, ValueError, KeyError, IndexMissing):
        return None, {}
    if rows is None or rows.numbers.shape[1] != dimensions:
        return None, {}
    return rows, {each: row for row, each in enumerate(digests)}


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
