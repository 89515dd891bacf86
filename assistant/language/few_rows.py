"""The compiled reader of tokens (few_rows.c), where this installation has one that runs here.

It is compiled when the package is installed, if there is a C compiler; without it, and on processors other than x86-64
with AVX2, torch reads all tokens. Knows where tensors lie and of what sizes they are; no arithmetic.
"""

import ctypes
import importlib.machinery
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from assistant.language.llama import LlamaShape

_MOST_ROWS, _MOST_ROWS_IN_TILES = 24, 256  # torch reads more of them faster, with 16-bit weights
_TILES = 1024  # what few_rows_runs_here answers for them
_CHUNK = 32  # rows of weights that few_rows.c takes at once
_DEPTH = 64  # and numbers of a row
_HEAD = 64  # a head's vector is a multiple of it
_LARGEST_HEAD = 256
_MATRICES = ("attention_in", "attention_out", "mixing_in", "mixing_out")


class _Matrix(ctypes.Structure):
    _fields_ = (
        ("weight", ctypes.c_void_p),
        ("scales", ctypes.c_void_p),
        ("rows", ctypes.c_int64),
        ("columns", ctypes.c_int64),
    )


class _Block(ctypes.Structure):
    _fields_ = (
        ("before_attention", ctypes.c_void_p),
        ("before_mixing", ctypes.c_void_p),
        *((name, _Matrix) for name in _MATRICES),
    )


class _Model(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_int64) for name in ("layers", "width", "heads", "key_heads", "head_width")),
        ("blocks", ctypes.POINTER(_Block)),
        ("norm", ctypes.c_void_p),
        ("head", _Matrix),
        ("epsilon", ctypes.c_float),
    )


class _Task(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_int64) for name in ("count", "keep", "start", "room")),
        *((name, ctypes.c_void_p) for name in ("hidden", "keys", "values", "turns", "logits")),
    )


class FewRows:
    """Reads tokens with the weights of a `Llama`, in its cache."""

    def __init__(self, library: ctypes.CDLL, shape: "LlamaShape", tensor: Callable[[str], torch.Tensor]) -> None:
        """Takes the tensors that `packing.packed_tensors` made; `fits` has said that they can be used."""
        self._read = library.few_rows_read
        self._bits = _register_bits(library)
        self.most_rows = _MOST_ROWS_IN_TILES if self._bits == _TILES else _MOST_ROWS  # that it reads at once
        self._tensors: list[torch.Tensor] = []  # the pointers' targets stay
        blocks = (_Block * shape.layers)()
        for layer, block in enumerate(blocks):
            for name in ("before_attention", "before_mixing"):
                setattr(block, name, self._pointer(tensor(f"{layer}.{name}")))
            for name in _MATRICES:
                setattr(block, name, self._matrix(tensor, f"{layer}.{name}"))
        sizes = (shape.layers, shape.width, shape.heads, shape.key_heads, shape.head_width)
        norm, head = self._pointer(tensor("norm")), self._matrix(tensor, "head")
        self._model = _Model(*sizes, blocks, norm, head, shape.epsilon)
        self._vocabulary = int(head.rows)

    @classmethod
    def of(cls, shape: "LlamaShape", tensor: Callable[[str], torch.Tensor]) -> "FewRows | None":
        """The compiled reader of these weights; None where it is not there, not for this processor or not for them."""
        library = _library()
        return cls(library, shape, tensor) if library is not None and fits(shape, tensor) else None

    def read(
        self,
        hidden: torch.Tensor,
        keep: int,
        start: int,
        cache: tuple[torch.Tensor, torch.Tensor],
        turns: torch.Tensor,
    ) -> torch.Tensor:
        """Reads tokens after those in the cache; the last `keep` rows of logits, (keep, vocabulary) float32.

        Args:
            hidden: the tokens' vectors, (tokens, width) float32; written over.
            keep: rows of logits.
            start: tokens in the cache.
            cache: keys and values, each (layers, key heads, room, head width) float32.
            turns: of the positions, (room, head width / 2) complex64.
        """
        keys, values = cache
        logits = torch.empty(keep, self._vocabulary)
        pointers = [each.data_ptr() for each in (hidden, keys, values, turns, logits)]
        task = _Task(len(hidden), keep, start, keys.shape[2], *pointers)
        if self._read(ctypes.byref(self._model), ctypes.byref(task), torch.get_num_threads(), self._bits):
            raise MemoryError(f"No memory to read {len(hidden)} tokens after {start}.")
        return logits

    def _pointer(self, tensor: torch.Tensor) -> int:
        self._tensors.append(tensor)
        return tensor.data_ptr()

    def _matrix(self, tensor: Callable[[str], torch.Tensor], name: str) -> _Matrix:
        weight = tensor(name + ".weight")
        return _Matrix(self._pointer(weight), self._pointer(tensor(name + ".scales")), *weight.shape)


def fits(shape: "LlamaShape", tensor: Callable[[str], torch.Tensor]) -> bool:
    """Whether few_rows.c can read with these weights: their kinds, and sizes that are whole pieces of work."""
    if shape.head_width % _HEAD or shape.head_width > _LARGEST_HEAD or shape.width % _CHUNK:
        return False
    for name in ["head", *(f"0.{name}" for name in _MATRICES)]:
        weight, scales = tensor(name + ".weight"), tensor(name + ".scales")
        if weight.dtype != torch.int8 or scales.dtype != torch.bfloat16 or not weight.is_contiguous():
            return False
        if weight.shape[0] % _CHUNK or weight.shape[1] % _DEPTH:
            return False
    return True


@cache
def _library() -> ctypes.CDLL | None:
    for suffix in importlib.machinery.EXTENSION_SUFFIXES:
        file = Path(__file__).with_name("_few_rows" + suffix)
        if file.exists():
            try:
                library = ctypes.CDLL(str(file))
            except OSError:  # built for another system
                return None
            return library if _register_bits(library) else None
    return None


def _register_bits(library: ctypes.CDLL) -> int:
    return int(library.few_rows_runs_here(ctypes.sizeof(_Model), ctypes.sizeof(_Task)))
