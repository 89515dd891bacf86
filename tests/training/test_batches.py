"""Batches of a bounded number of tokens, worked out by hand."""

from assistant.training.batches import fitting


def test_padding_counts_and_nothing_is_lost() -> None:
    # of 10: three times 3 are 9, twice 5 are 10, 12 stands alone
    lengths = [2, 3, 3, 5, 5, 12]
    assert list(fitting(lengths, lambda item: item, 10)) == [[2, 3, 3], [5, 5], [12]]
    assert list(fitting(lengths, lambda item: item, 6)) == [[2, 3], [3], [5], [5], [12]]


def test_nothing_makes_no_batch() -> None:
    assert list(fitting([], len, 10)) == []
