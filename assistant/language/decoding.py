"""Greedy decoding on a causal model: grammar mask, forced tokens in one step, and look-up speculation.

Forced tokens (what the grammar leaves no choice about) and tokens that continue a repeat of the prompt are read by the
model many at a time, which costs about as much as reading one; the output is that of plain greedy decoding, exactly so
in float32. In lower precision a near tie may fall otherwise, but always the same way for the same prompt.
Prompt look-up: Saxena, "Prompt Lookup Decoding", 2023. Knows token ids only, not what they mean.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

_DRAFT = 12  # tokens guessed ahead
_MATCH = 2  # tokens that must repeat before a guess is made


class Decoder:
    """Decodes with one model and, in float32, keeps its cache: a prompt's known beginning is not read again.

    In lower precision what was asked before would decide near ties, and the same question would not have one answer.
    """

    def __init__(self, model: Any, stop_ids: frozenset[int]) -> None:
        """Takes a transformers causal language model in eval mode and the ids that end a completion."""
        self._model = model
        self._stop_ids = stop_ids
        self._keeps_cache = model.dtype == torch.float32
        self._cache: Any = None
        self._cached: list[int] = []  # ids whose keys and values are in the cache
        self._speculates = True  # until a cache turns out to be one that cannot go back

    @torch.inference_mode()
    def decode(self, prompt: list[int], max_tokens: int, matcher: Any = None) -> Iterator[int]:
        """Yields the completion's token ids.

        Args:
            prompt: token ids, at least one.
            max_tokens: bound on the completion.
            matcher: an `llguidance.LLMatcher` that the completion must follow, or None.
        """
        self._reuse(prompt)
        written: list[int] = []
        while len(written) < max_tokens:
            forced = list(matcher.compute_ff_tokens()) if matcher is not None else []
            if forced:
                matcher.consume_tokens(forced)
                written += forced
                yield from forced
            if matcher is not None and matcher.is_stopped():
                return
            draft = self._draft(prompt + written, max_tokens - len(written) - 1)
            pending = (prompt + written)[len(self._cached) :]
            logits = self._read(pending + draft, keep=len(draft) + 1)
            accepted, stopped = self._accept(logits, draft, matcher)
            written += accepted
            self._drop(len(draft) - _common(accepted, draft))
            yield from accepted
            if stopped:
                return

    def _draft(self, ids: list[int], most: int) -> list[int]:
        return _guess(ids)[:most] if self._speculates else []

    def _accept(self, logits: torch.Tensor, draft: list[int], matcher: Any) -> tuple[list[int], bool]:
        """Greedy tokens as far as the guess agrees with them. logits: (len(draft) + 1, vocabulary)."""
        accepted: list[int] = []
        while len(accepted) <= len(draft) and accepted == draft[: len(accepted)]:
            token = _best(logits[len(accepted)], matcher)
            if token in self._stop_ids:
                return accepted, True
            accepted.append(token)
            if matcher is not None:
                matcher.consume_token(token)
                if matcher.is_stopped():
                    return accepted, True
                if matcher.compute_ff_tokens():
                    break
        return accepted, False

    def _reuse(self, prompt: list[int]) -> None:
        """Keeps the cache of the longest common beginning; the last prompt token is always read."""
        common = min(_common(self._cached, prompt), len(prompt) - 1)
        if self._cache is None or common == 0 or not self._keeps_cache:
            self._forget()
        else:
            self._drop(len(self._cached) - common)

    def _drop(self, count: int) -> None:
        """Takes the last tokens out of the cache; one that cannot go back (a sliding window) is read anew."""
        if not count:
            return
        try:
            self._cache.crop(-count)
        except RuntimeError:
            self._speculates = False  # a wrong guess would cost the whole prompt each time
            self._forget()
        else:
            self._cached = self._cached[: len(self._cached) - count]

    def _forget(self) -> None:
        from transformers import DynamicCache

        self._cache, self._cached = DynamicCache(config=self._model.config), []

    def _read(self, ids: list[int], keep: int) -> torch.Tensor:
        """Reads tokens; returns the last `keep` rows of logits, (keep, vocabulary)."""
        given = torch.tensor([ids], device=self._model.device)
        try:
            output = self._model(input_ids=given, past_key_values=self._cache, use_cache=True, logits_to_keep=keep)
        except BaseException:  # some layers have read the tokens, others not
            self._forget()
            raise
        self._cached += ids
        logits: torch.Tensor = output.logits[0]
        return logits


def _best(logits: torch.Tensor, matcher: Any) -> int:
    if matcher is None:
        return int(logits.argmax())
    allowed = np.frombuffer(matcher.compute_bitmask(), dtype=np.uint8)
    bits = torch.from_numpy(np.unpackbits(allowed, bitorder="little")[: logits.shape[0]].astype(bool)).to(logits.device)
    return int(logits[: len(bits)].masked_fill(~bits, -torch.inf).argmax())


def _guess(ids: list[int]) -> list[int]:
    """What followed the last time that the final tokens occurred."""
    tail = ids[-_MATCH:]
    for start in range(len(ids) - _MATCH - 1, -1, -1):
        if ids[start : start + _MATCH] == tail:
            return ids[start + _MATCH : start + _MATCH + _DRAFT]
    return []


def _common(left: list[int], right: list[int]) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count
