"""The vector store: Chroma in this process or on a server. Knows ids, vectors and metadata, not what they stand for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from retrieval.embedder import Vectors
from retrieval.errors import IndexMissing, StoreUnreachable

Metadata = Mapping[str, str | int | float | bool | None]
WRITE_BATCH = 1000
READ_BATCH = 5000  # SQLite binds some 32,000 variables at most
HNSW = {"space": "cosine", "ef_construction": 128, "max_neighbors": 24, "ef_search": 256}


@dataclass(frozen=True)
class VectorSettings:
    """Where vectors are kept.

    Attributes:
        host: a Chroma server; None: in this process, in the index folder.
        prefix: put before collection names, so that several shops can share one server.
    """

    host: str | None = None
    port: int = 8000
    ssl: bool = False
    prefix: str = "retail"

    def __post_init__(self) -> None:
        """Checks the port.

        Raises:
            ValueError: not a port number.
        """
        if not 0 < self.port < 65536:
            raise ValueError(f"A port lies between 1 and 65535; got {self.port}.")


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

    def nearest(self, vector: Vectors, limit: int, where: dict[str, Any] | None = None) -> list[tuple[str, float]]:
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

    def nearest(self, vector: Vectors, limit: int, where: dict[str, Any] | None = None) -> list[tuple[str, float]]:
        """The ids with the highest cosine similarity; the filter acts inside the search, before the cut.

        Raises:
            IndexMissing: the collection's files are damaged.
        """
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
