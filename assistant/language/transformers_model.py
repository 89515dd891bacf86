"""A language model in this process, through transformers: the embedded one, or any Hugging Face chat model by id.

Knows prompts, grammars and tokens; nothing of shops, tools' work or permissions.
"""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.errors import ModelUnavailable
from assistant.language.chat import Prompt, Usage
from assistant.language.grammar import call_grammar
from assistant.language.prompts import read_calls, written_call
from assistant.language.weights import BASE_NAME, SHIPPED_ADAPTER, merge, prepared_weights
from assistant.messages import Message, ToolCall

_HEADROOM = 32  # tokens of the context left free beside prompt and completion


class TransformersModel:
    """A causal language model with constrained, greedy, repeatable decoding. One prompt at a time."""

    def __init__(self, model: Any, tokenizer: Any, name: str, *, compact: bool) -> None:
        """Takes a loaded model and tokenizer; see `embedded` and `by_id`.

        Raises:
            ModelUnavailable: the tokenizer has no chat template.
        """
        import llguidance.hf

        from assistant.language.decoding import Decoder

        if not tokenizer.chat_template:
            raise ModelUnavailable(
                f"Expected a chat model, but the tokenizer of {name} has no chat template. "
                "Choose an instruction-tuned model (its name often ends in -Instruct or -Chat)."
            )
        self.name = name
        self.compact = compact
        self._tokenizer = tokenizer
        self._marks = [str(token) for token in tokenizer.added_tokens_decoder.values() if token.special]
        self._grammar_tokenizer = llguidance.hf.from_tokenizer(tokenizer)
        self._context = int(getattr(model.config, "max_position_embeddings", 4096))
        self._decoder = Decoder(model, _stop_ids(model, tokenizer))
        self._lock = threading.Lock()

    @classmethod
    def embedded(cls, adapter: Path | None = SHIPPED_ADAPTER) -> "TransformersModel":
        """The model that comes with this project, merged with its adapter."""
        usable = adapter if adapter is not None and adapter.exists() else None
        model, tokenizer = _load(prepared_weights(usable), None, BASE_NAME, local=True)
        return cls(model, tokenizer, BASE_NAME + ("+" + usable.name if usable else ""), compact=usable is not None)

    @classmethod
    def by_id(cls, model_id: str, adapter: Path | None = None, device: str | None = None) -> "TransformersModel":
        """Any Hugging Face chat model, by hub id or folder.

        Raises:
            ModelUnavailable: it cannot be loaded, or the adapter was made for another base.
        """
        model, tokenizer = _load(model_id, device, model_id)
        if adapter is not None:
            merge(model, adapter, model_id)
        return cls(model, tokenizer, model_id, compact=adapter is not None)

    def stream(self, prompt: Prompt, usage: Usage) -> Iterator[str | ToolCall]:
        """See `ChatModel.stream`."""
        with self._lock:
            if prompt.purpose == "call":
                yield from self._calls(prompt, usage)
            else:
                yield from self._text(prompt, usage)

    def _calls(self, prompt: Prompt, usage: Usage) -> Iterator[str | ToolCall]:
        import llguidance

        ids = self._ids(prompt, tools=None if self.compact else [tool.schema for tool in prompt.tools])
        grammar = call_grammar(prompt.tools, prompt.copyable, free_text=not self.compact)
        if not prompt.must_call:
            grammar = grammar.replace("start: ", r"start: called | /[^<\x00][^\x00]*/" + "\ncalled: ", 1)
        matcher = llguidance.LLMatcher(self._grammar_tokenizer, grammar)
        if matcher.get_error():
            raise ValueError(f"The grammar of a tool call is broken: {matcher.get_error()}")
        written = list(self._decoder.decode(ids, prompt.max_tokens, matcher))
        usage.prompt, usage.completion = len(ids), len(written)
        text = self._tokenizer.decode(written, skip_special_tokens=True)
        calls = read_calls(text)
        yield from calls or [text.strip()]

    def _text(self, prompt: Prompt, usage: Usage) -> Iterator[str]:
        ids = self._ids(prompt, tools=None)
        usage.prompt = len(ids)
        written: list[int] = []
        shown = ""
        for token in self._decoder.decode(ids, prompt.max_tokens):
            written.append(token)
            usage.completion = len(written)
            text = self._tokenizer.decode(written, skip_special_tokens=True)
            if len(text) > len(shown) and not text.endswith("�"):  # a character still in pieces
                yield text[len(shown) :]
                shown = text

    def _ids(self, prompt: Prompt, tools: list[dict[str, Any]] | None) -> list[int]:
        """The prompt's tokens; the oldest turns are left out where it does not fit the context."""
        messages = list(prompt.messages)
        while True:
            text = self._tokenizer.apply_chat_template(
                [self._as_template(each) for each in messages], tools=tools, tokenize=False, add_generation_prompt=True
            )
            ids: list[int] = self._tokenizer(text, add_special_tokens=False)["input_ids"]
            room = self._context - prompt.max_tokens - _HEADROOM
            if len(ids) <= room:
                return ids
            if len(messages) <= 2:
                raise ModelUnavailable(
                    f"The message needs {len(ids)} tokens, but {self.name} reads at most {room}. Please shorten it."
                )
            del messages[1]

    def _as_template(self, message: Message) -> dict[str, Any]:
        """The message for the chat template; what looks like the template's own marks is broken up."""
        content = message.content
        for mark in self._marks:
            content = content.replace(mark, f"{mark[0]} {mark[1:]}")
        return {"role": message.role, "content": content + "".join(written_call(call) for call in message.calls)}


def _load(source: str | Path, device: str | None, name: str, *, local: bool = False) -> tuple[Any, Any]:
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    place = device or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        tokenizer = AutoTokenizer.from_pretrained(source, local_files_only=local)
        model = AutoModelForCausalLM.from_pretrained(source, dtype=torch.bfloat16, local_files_only=local)
    except (OSError, ValueError, KeyError, SafetensorError) as missing:
        raise ModelUnavailable(
            f"Expected a Hugging Face chat model at {name!r}, but it cannot be loaded: {str(missing).splitlines()[0]} "
            "Check the name in shop.toml and the network, or remove the setting to use the embedded model."
        ) from missing
    return model.to(place).eval(), tokenizer


def _stop_ids(model: Any, tokenizer: Any) -> frozenset[int]:
    named = model.generation_config.eos_token_id if model.generation_config else None
    listed = named if isinstance(named, list) else [named]
    return frozenset(token for token in (*listed, tokenizer.eos_token_id) if token is not None)
