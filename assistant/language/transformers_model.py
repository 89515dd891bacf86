"""Any Hugging Face chat model by id or folder, through transformers. Knows how one is loaded and its chat template.

The embedded model does without transformers where it can: importing it takes longer than an answer.
"""

from pathlib import Path
from typing import Any

from assistant.errors import ModelUnavailable
from assistant.language.embedded_model import embedded_model
from assistant.language.local_model import LocalModel
from assistant.language.weights import SHIPPED_ADAPTER, merge


class TransformersModel(LocalModel):
    """A causal language model of the transformers library."""

    def __init__(self, model: Any, tokenizer: Any, name: str, *, compact: bool) -> None:
        """Takes a loaded model and tokenizer; see `by_id`.

        Raises:
            ModelUnavailable: the tokenizer has no chat template.
        """
        from assistant.language.transformers_reader import TransformersReader

        if not tokenizer.chat_template:
            raise ModelUnavailable(
                f"Expected a chat model, but the tokenizer of {name} has no chat template. "
                "Choose an instruction-tuned model (its name often ends in -Instruct or -Chat)."
            )
        super().__init__(
            TransformersReader(model),
            TransformersText(tokenizer),
            name,
            compact=compact,
            stop_ids=_stop_ids(model, tokenizer),
            context=int(getattr(model.config, "max_position_embeddings", 4096)),
        )

    @staticmethod
    def embedded(adapter: Path | None = SHIPPED_ADAPTER) -> LocalModel:
        """The model that comes with this project, merged with its adapter."""
        return embedded_model(adapter)

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


class TransformersText:
    """A transformers tokenizer with its chat template; see `local_model.ChatText`."""

    def __init__(self, tokenizer: Any) -> None:
        """Takes a tokenizer that has a chat template."""
        self._tokenizer = tokenizer
        self.marks = [str(token) for token in tokenizer.added_tokens_decoder.values() if token.special]

    def ids(self, messages: list[dict[str, Any]], tools: list[dict[str, Any]] | None, *, reply: bool) -> list[int]:
        """See `ChatText.ids`."""
        text = self._tokenizer.apply_chat_template(messages, tools=tools, tokenize=False, add_generation_prompt=reply)
        ids: list[int] = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    def text(self, ids: list[int]) -> str:
        """See `ChatText.text`."""
        return str(self._tokenizer.decode(ids, skip_special_tokens=True))

    def for_grammar(self) -> Any:
        """See `ChatText.for_grammar`."""
        import llguidance.hf

        return llguidance.hf.from_tokenizer(self._tokenizer)


def _load(source: str, device: str | None, name: str) -> tuple[Any, Any]:
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    place = device or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        tokenizer = AutoTokenizer.from_pretrained(source)
        model = AutoModelForCausalLM.from_pretrained(source, dtype=torch.bfloat16)
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
