"""The vector store: Chroma in this process or on a server. Knows ids, vectors and metadata, not what they stand for."""

import math
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from retrieval.embedder import Vectors
from retrieval.errors import IndexMissing, StoreUnreachable

Metadata = Mapping[str, str | int | float | bool | None]
WRITE_BATCH = 1000
READ_BATCH = 5000  # SQLite binds some 32,000 variables at most
SYNC = 1000  # writes after which Chroma puts its graph on disk; what is younger is replayed when it is opened
BULK = 20_000  # from so many on, the graph is written to disk some `BULK_SYNCS` times only: each time costs all of it
BULK_SYNCS = 50
WIDEST = 5000  # nearest ones that are looked through before the store's own, slower filter is asked
HNSW = {"space": "cosine", "ef_construction": 100, "max_neighbors": 16, "ef_search": 256, "sync_threshold": SYNC}


@dataclass(frozen=True)
class VectorSettings:
    """Where vectors are kept.

    Attributes:
        host: a Chroma server; None: in this process, in the index folder.
        prefix: put before collection names, so that several shops can share one server.
        exact_up_to: so many vectors are searched exactly, from a copy in the index folder (`row_vectors`); of more, the
            store's own graph answers. 0: it always does.
    """

    host: str | None = None
    port: int = 8000
    ssl: bool = False
    prefix: str = "retail"
    exact_up_to: int = 2_000_000

    def __post_init__(self) -> None:
        """Checks the ranges.

        Raises:
            ValueError: not a port number, or a negative number of vectors.
        """
        if not 0 < self.port < 65536:
            raise ValueError(f"A port lies between 1 and 65535; got {self.port}.")
        if self.exact_up_to < 0:
            raise ValueError(f"Expected exact_up_to of 0 or more vectors; got {self.exact_up_to}.")


@dataclass(frozen=True)
class Admission:
    """What a filter admits, where the caller knows it already.

    Chroma answers a filter from its metadata tables, which takes time in proportion to what is admitted (some 4 us an
    id). Looking through the nearest ones is faster wherever the filter admits more than a few.

    Attributes:
        share: of all ids, 0 to 1.
        holds: whether an id is admitted.
    """

    share: float
    holds: Callable[[str], bool]

    def reach(self, limit: int) -> int | None:
        """How many nearest ones are likely to hold `limit` admitted ones; None: too many to look through."""
        if self.share <= 0:
            return None
        wanted = math.ceil(1.5 * limit / self.share)
        return wanted if wanted <= WIDEST else None


def shop_prefix(name: str) -> str:
    """The prefix of one shop's collections on a server that several shops share, made from the shop's name."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "shop"
    return f"{plain}-{zlib.crc32(name.encode()):08x}"


class VectorStore(Protocol):
    """A collection of vectors with metadata, nearest first by cosine."""

    def upsert(self, ids: Sequence[str], vectors: Vectors, metadata: Sequence[Metadata]) -> None:
        """Adds or replaces."""
        ...

    def annotate(self, ids: Sequence[str], metadata: Sequence[Metadata]) -> None:
        """Merges new metadata into that of existing ids, None takes a field away; the vectors stay."""
        ...

    def delete(self, ids: Sequence[str]) -> None:
        """Removes."""
        ...

    def nearest(
        self, vector: Vectors, limit: int, where: dict[str, Any] | None = None, admission: Admission | None = None
    ) -> list[tuple[str, float]]:
        """The ids with the highest cosine similarity among those that `where` admits."""
        ...

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """The stored vectors of those ids that exist."""
        ...

    def metadata(self) -> dict[str, dict[str, Any]]:
        """Every id with its metadata."""
        ...

    def __len__(self) -> int: ...


class ChromaStore:
    """One Chroma collection. Telemetry is off, and Chroma never embeds anything itself (that would fetch a model)."""

    def __init__(self, client: Any, name: str) -> None:
        """Opens or creates the collection `name`."""
        self._client, self._name = client, name
        self._collection = client.get_or_create_collection(name, embedding_function=None, configuration={"hnsw": HNSW})

    def emptied(self) -> "ChromaStore":
        """The same collection made anew, with nothing in it."""
        self._client.delete_collection(self._name)
        return ChromaStore(self._client, self._name)

    def upsert(self, ids: Sequence[str], vectors: Vectors, metadata: Sequence[Metadata]) -> None:
        """Adds or replaces, in batches."""
        for start in range(0, len(ids), WRITE_BATCH):
            part = slice(start, start + WRITE_BATCH)
            self._collection.upsert(
                ids=list(ids[part]), embeddings=vectors[part], metadatas=[dict(m) for m in metadata[part]]
            )

    def annotate(self, ids: Sequence[str], metadata: Sequence[Metadata]) -> None:
        """Merges new metadata into that of existing ids; None takes a field away."""
        for start in range(0, len(ids), WRITE_BATCH):
            part = slice(start, start + WRITE_BATCH)
            self._collection.update(ids=list(ids[part]), metadatas=[dict(m) for m in metadata[part]])

    def delete(self, ids: Sequence[str]) -> None:
        """Removes, in batches."""
        for start in range(0, len(ids), WRITE_BATCH):
            self._collection.delete(ids=list(ids[start : start + WRITE_BATCH]))

    def nearest(
        self, vector: Vectors, limit: int, where: dict[str, Any] | None = None, admission: Admission | None = None
    ) -> list[tuple[str, float]]:
        """The ids with the highest cosine similarity; the filter acts inside the search, before the cut.

        Args:
            vector: shape (d,).
            limit: most ids returned.
            where: Chroma's condition on the metadata.
            admission: the same condition as the caller knows it; large stores answer sooner with it.

        Raises:
            IndexMissing: the collection's files are damaged.
        """
        reach = admission.reach(limit) if where and admission is not None else None
        if admission is not None and reach is not None:
            passed = [pair for pair in self._query(vector, reach, None) if admission.holds(pair[0])]
            if len(passed) >= limit:
                return passed[:limit]
        return self._query(vector, limit, where)

    @contextmanager
    def bulk(self, count: int) -> Iterator[None]:
        """Writes many vectors: the graph goes to disk seldom. What a kill costs is replayed from Chroma's own log."""
        self._sync_every(max(count // BULK_SYNCS, SYNC) if count >= BULK else SYNC)
        try:
            yield
        finally:
            self._sync_every(SYNC)

    def _sync_every(self, writes: int) -> None:
        held = self._collection.configuration_json.get("hnsw") or {}
        if held.get("sync_threshold", SYNC) != writes:
            self._collection.modify(configuration={"hnsw": {"sync_threshold": writes}})

    def _query(self, vector: Vectors, limit: int, where: dict[str, Any] | None) -> list[tuple[str, float]]:
        from chromadb.errors import ChromaError

        try:
            found = self._collection.query(
                query_embeddings=[vector], n_results=max(limit, 1), where=where or None, include=["distances"]
            )
        except ChromaError as failure:
            raise IndexMissing(_damaged(str(failure))) from failure
        return [(each, 1.0 - float(d)) for each, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """The stored vectors of those ids that exist."""
        wanted = list(dict.fromkeys(ids))
        held: dict[str, Vectors] = {}
        for start in range(0, len(wanted), READ_BATCH):
            found = self._collection.get(ids=wanted[start : start + READ_BATCH], include=["embeddings"])
            pairs = zip(found["ids"], found["embeddings"], strict=True)
            held.update((each, np.asarray(vector, dtype=np.float32)) for each, vector in pairs)
        return held

    def metadata(self) -> dict[str, dict[str, Any]]:
        """Every id with its metadata."""
        held: dict[str, dict[str, Any]] = {}
        for start in range(0, len(self), READ_BATCH):
            found = self._collection.get(include=["metadatas"], limit=READ_BATCH, offset=start)
            held.update((each, dict(m or {})) for each, m in zip(found["ids"], found["metadatas"], strict=True))
        return held

    def __len__(self) -> int:
        return int(self._collection.count())


def open_store(folder: Path, name: str, settings: VectorSettings | None = None) -> ChromaStore:
    """Opens the collection `name`, in `folder` or on the server that the settings name.

    Raises:
        IndexMissing: the folder's files are damaged.
        StoreUnreachable: the server does not answer.
    """
    import chromadb
    from chromadb.config import Settings
    from chromadb.errors import ChromaError

    settings = settings or VectorSettings()
    quiet = Settings(anonymized_telemetry=False)
    collection = f"{settings.prefix}-{name}"
    if settings.host is not None:
        try:
            client = chromadb.HttpClient(host=settings.host, port=settings.port, ssl=settings.ssl, settings=quiet)
            return ChromaStore(client, collection)
        except (ValueError, OSError, ChromaError) as failure:
            raise StoreUnreachable(
                f"Expected a Chroma server at {settings.host}:{settings.port}, but it does not answer ({failure}). "
                "Start it with `chroma run`, or remove the host from the settings to keep vectors in the shop folder."
            ) from failure
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return ChromaStore(chromadb.PersistentClient(path=str(folder), settings=quiet), collection)
    except (ChromaError, OSError, ValueError, KeyError, AttributeError) as failure:
        # AttributeError: how Chroma 1.5 fails the second time that damaged files are opened in one process
        raise IndexMissing(_damaged(str(failure))) from failure


def intact(store: VectorStore, size: int) -> bool:
    """Whether the store can be searched: a damaged one may still count its ids, yet find nothing.

    Args:
        store: the collection.
        size: the length of its vectors.
    """
    if len(store) == 0:
        return True
    try:
        return bool(store.nearest(np.full(size, size**-0.5, dtype=np.float32), 1))
    except IndexMissing:
        return False


def _damaged(what: str) -> str:
    return f"The search index is damaged ({what}): run `retail-assistant fit` to build it again."
