"""Puts what is learnt from into batches of a bounded number of tokens. Knows lengths only."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def fitting(ordered: Sequence[T], length: Callable[[T], int], most: int) -> Iterator[list[T]]:
    """The items in batches of at most so many tokens, padding included; one that is longer stands alone.

    Args:
        ordered: by length, so that little is padding.
        length: tokens of an item.
        most: tokens of a batch, each item counted as the longest one.
    """
    batch: list[T] = []
    longest = 0
    for item in ordered:
        longest = max(longest, length(item))
        if batch and longest * (len(batch) + 1) > most:
            yield batch
            batch, longest = [], length(item)
        batch.append(item)
    if batch:
        yield batch
