"""Greedy decoding: grammar mask, forced tokens in one step, and look-up speculation.

Forced tokens (what the grammar leaves no choice about) and tokens that continue a repeat of the prompt are read by the
model many at a time, which costs far less than reading each alone; the output is that of plain greedy decoding, exactly
so in float32. In lower precision a near tie may fall otherwise, but always the same way for the same prompt.
Prompt look-up: Saxena, "Prompt Lookup Decoding", 2023. Knows token ids only, not what they mean.
"""

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
import torch

_DRAFT = 12  # tokens guessed ahead
_MATCH = 2  # tokens that must repeat before a guess is made


class Reader(Protocol):
    """A causal language model with a memory of the tokens that it has read."""

    @property
    def length(self) -> int:
        """Tokens that are remembered."""
        ...

    @property
    def goes_back(self) -> bool:
        """Whether forgetting the last tokens is cheap."""
        ...

    def begin(self, prompt: list[int], fixed: int) -> None:
        """Forgets what a new prompt does not begin with; at least the prompt's last token stays to be read.

        What is kept must not let the answer hang on what was asked before.

        Args:
            prompt: token ids.
            fixed: how many of the first ones are the beginning of many prompts.
        """
        ...

    def read(self, ids: list[int], keep: int) -> torch.Tensor:
        """Reads tokens after those remembered; returns the last `keep` rows of logits, (keep, vocabulary)."""
        ...

    def drop(self, count: int) -> None:
        """Forgets the last tokens, or everything where it cannot go back by a few."""
        ...


class Decoder:
    """Decodes with one model. One completion at a time."""

    def __init__(self, reader: Reader, stop_ids: frozenset[int]) -> None:
        """Takes the model and the ids that end a completion."""
        self._reader = reader
        self._stop_ids = stop_ids

    @torch.inference_mode()
    def decode(self, prompt: list[int], max_tokens: int, matcher: Any = None, *, fixed: int = 0) -> Iterator[int]:
        """Yields the completion's token ids.

        Args:
            prompt: token ids, at least one.
            max_tokens: bound on the completion.
            matcher: an `llguidance.LLMatcher` that the completion must follow, or None.
            fixed: how many of the prompt's first tokens are the beginning of many prompts.
        """
        self._reader.begin(prompt, min(fixed, len(prompt) - 1))
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
            pending = (prompt + written)[self._reader.length :]
            logits = self._reader.read(pending + draft, len(draft) + 1)
            accepted, stopped = self._accept(logits, draft, matcher)
            written += accepted
            wrong = len(draft) - _common(accepted, draft)
            if wrong:
                self._reader.drop(wrong)
            yield from accepted
            if stopped:
                return

    def _draft(self, ids: list[int], most: int) -> list[int]:
        return _guess(ids)[: max(most, 0)] if self._reader.goes_back else []

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
