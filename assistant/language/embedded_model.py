"""The language model that comes with this project, on a CPU in 8 bits and without transformers.

Knows the prepared folder (`weights.prepared_weights`): tokenizer, chat template, shape and packed tensors.
"""

import json
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import ModelUnavailable
from assistant.language.local_model import LocalModel
from assistant.language.tool_choice import load_choice
from assistant.language.weights import (
    BASE_NAME,
    CONFIG_FILE,
    SHIPPED_ADAPTER,
    TEMPLATE_FILE,
    TENSORS_FILE,
    TOKENIZER_FILE,
    prepared_weights,
)

if TYPE_CHECKING:
    import torch

    from assistant.language.llama import Llama

_BEGINNINGS = 16  # kept
_LONGEST_BEGINNING = 256  # tokens; one takes 46 KB in the embedded model


def embedded_model(adapter: Path | None = SHIPPED_ADAPTER) -> LocalModel:
    """The model that comes with this project, merged with its adapter where there is one.

    Raises:
        ModelUnavailable: the package of the base is missing, or the adapter is unreadable or of another base.
    """
    usable = adapter if adapter is not None and adapter.exists() else None
    name = BASE_NAME + ("+" + usable.name if usable else "")
    return packed_model(prepared_weights(usable), name, compact=usable is not None, adapter=usable)


def packed_model(folder: Path, name: str, *, compact: bool, adapter: Path | None = None) -> LocalModel:
    """A model of a folder of packed tensors.

    Args:
        folder: the tensors, tokenizer and template.
        name: as shown in answers.
        compact: whether it was fine-tuned on the short prompt form.
        adapter: that was merged into the tensors; beside it may lie what it learnt of choosing tools.

    Raises:
        ModelUnavailable: its files are missing or damaged.
    """
    from safetensors import SafetensorError, safe_open

    from assistant.language.llama import Llama, LlamaShape

    try:
        config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
        shape = LlamaShape.of(config)
        if shape is None:
            raise ValueError(f"{folder / CONFIG_FILE} describes a model of another kind")
        text = PackedText(folder, config["eos_token_id"])
        with safe_open(folder / TENSORS_FILE, "pt") as tensors:  # mapped: the file is the weights' place in memory
            model = Llama(shape, tensors.get_tensor)
    except (OSError, ValueError, KeyError, SafetensorError) as broken:
        raise ModelUnavailable(
            f"Expected the prepared language model in {folder}, but it cannot be read ({broken}). "
            "Remove that folder; it is made again with the next question."
        ) from broken
    stop_ids = frozenset([config["eos_token_id"]])
    return LocalModel(
        PackedReader(model),
        text,
        name,
        compact=compact,
        stop_ids=stop_ids,
        context=shape.context,
        choice=load_choice(adapter, model, text.plain_ids) if adapter else None,
    )


class PackedText:
    """A tokenizer file and a chat template; see `local_model.ChatText`."""

    def __init__(self, folder: Path, end: int) -> None:
        """Reads both from the folder; `end` is the token that ends a turn."""
        from jinja2.sandbox import ImmutableSandboxedEnvironment
        from tokenizers import Tokenizer

        self._file = folder / TOKENIZER_FILE
        self._end = end
        try:
            self._tokenizer = Tokenizer.from_file(str(self._file))
        except Exception as broken:  # the library has no narrower one
            raise ValueError(f"{self._file}: {broken}") from broken
        # as transformers reads chat templates
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
        self._template = environment.from_string((folder / TEMPLATE_FILE).read_text(encoding="utf-8"))
        added = self._tokenizer.get_added_tokens_decoder().values()
        self.marks = [token.content for token in added if token.special]

    def ids(self, messages: list[dict[str, Any]], tools: list[dict[str, Any]] | None, *, reply: bool) -> list[int]:
        """See `ChatText.ids`."""
        return self._encoded(self._template.render(messages=messages, tools=tools, add_generation_prompt=reply))

    def plain_ids(self, text: str) -> list[int]:
        """The tokens of a text without any template; what looks like the template's own marks is broken up."""
        for mark in self.marks:
            text = text.replace(mark, f"{mark[0]} {mark[1:]}")
        return self._encoded(text)

    def _encoded(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def text(self, ids: list[int]) -> str:
        """See `ChatText.text`."""
        return str(self._tokenizer.decode(ids, skip_special_tokens=True))

    def for_grammar(self) -> Any:
        """See `ChatText.for_grammar`."""
        import llguidance

        return llguidance.LLTokenizer(self._file.read_text(encoding="utf-8"), eos_token=self._end)


class PackedReader:
    """A `Llama` that keeps the beginnings which many prompts share; see `decoding.Reader`.

    A beginning is read by itself whether it is kept or not, so the same prompt is always read in the same pieces and
    has one answer, whatever was asked before.
    """

    goes_back = True

    def __init__(self, model: "Llama") -> None:
        """Takes the model."""
        self._model = model
        self._beginnings: OrderedDict[tuple[int, ...], tuple[torch.Tensor, torch.Tensor]] = OrderedDict()

    @property
    def length(self) -> int:
        """Tokens that are remembered."""
        return self._model.length

    def begin(self, prompt: list[int], fixed: int) -> None:
        """See `Reader.begin`."""
        self._model.forget()
        if not 0 < fixed <= _LONGEST_BEGINNING:
            return
        beginning = tuple(prompt[:fixed])
        if beginning in self._beginnings:
            self._beginnings.move_to_end(beginning)
            self._model.restore(self._beginnings[beginning])
            return
        self._model.read(list(beginning), keep=1)
        self._beginnings[beginning] = self._model.state()
        if len(self._beginnings) > _BEGINNINGS:
            self._beginnings.popitem(last=False)

    def read(self, ids: list[int], keep: int) -> "torch.Tensor":
        """See `Reader.read`."""
        return self._model.read(ids, keep)

    def drop(self, count: int) -> None:
        """See `Reader.drop`."""
        self._model.forget(self._model.length - count)
