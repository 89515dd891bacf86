"""Reads tokens with a transformers causal language model. Knows its cache; no text and no sampling."""

from typing import Any

import torch


class TransformersReader:
    """A model in eval mode with its cache; see `decoding.Reader`.

    In float32 a prompt's known beginning is not read again. In lower precision what was asked before would decide near
    ties, and the same question would not have one answer: each prompt is read whole.
    """

    def __init__(self, model: Any) -> None:
        """Takes a transformers causal language model."""
        self.goes_back = True  # until a cache turns out to be one that cannot
        self._model = model
        self._keeps = model.dtype == torch.float32
        self._cache: Any = None
        self._ids: list[int] = []  # tokens whose keys and values are in the cache

    @property
    def length(self) -> int:
        """Tokens that are remembered."""
        return len(self._ids)

    def begin(self, prompt: list[int], fixed: int) -> None:
        """See `Reader.begin`."""
        common = 0
        while common < min(len(self._ids), len(prompt) - 1) and self._ids[common] == prompt[common]:
            common += 1
        if self._cache is None or common == 0 or not self._keeps:
            self._forget()
        elif common < len(self._ids):
            self.drop(len(self._ids) - common)

    def read(self, ids: list[int], keep: int) -> torch.Tensor:
        """See `Reader.read`."""
        given = torch.tensor([ids], device=self._model.device)
        try:
            output = self._model(input_ids=given, past_key_values=self._cache, use_cache=True, logits_to_keep=keep)
        except BaseException:  # some layers have read the tokens, others not
            self._forget()
            raise
        self._ids = self._ids + ids
        logits: torch.Tensor = output.logits[0]
        return logits

    def drop(self, count: int) -> None:
        """See `Reader.drop`; a sliding window cannot go back."""
        try:
            self._cache.crop(-count)
        except RuntimeError:
            self.goes_back = False  # a wrong guess would cost the whole prompt each time
            self._forget()
        else:
            self._ids = self._ids[: len(self._ids) - count]

    def _forget(self) -> None:
        from transformers import DynamicCache

        self._cache, self._ids = DynamicCache(config=self._model.config), []
