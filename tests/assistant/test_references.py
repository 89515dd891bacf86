"""Words that point to one of the products just shown. Worked out by hand."""

import pytest

from assistant.messages import ProductCard
from assistant.references import Context, points, product

SHOWN = Context(
    shown=(
        ProductCard("P1", "Lemon Seeds", 2.0),
        ProductCard("P2", "Bean Seeds for Winter", 1.0),
        ProductCard("P3", "First Flush Darjeeling", 3.0),
        ProductCard("P4", "Wool Socks", 4.0),
    )
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("4th", "P4"),
        ("num 2", "P2"),
        ("#3", "P3"),
        ("option one", "P1"),
        ("the top one", "P1"),
        ("the first of them", "P1"),
        ("whichever's first", "P1"),
        ("the second pair", "P2"),
        ("the first seeds", "P1"),  # of the kind that was shown
        ("second wool", "P2"),
        ("cheapest of the seeds", "P2"),
        ("the wool one", "P4"),
    ],
)
def test_a_place_a_number_or_a_price_points_to_what_was_shown(said: str, meant: str) -> None:
    assert product(said, SHOWN) == meant


@pytest.mark.parametrize(
    "said", ["first aid kit", "First Flush Darjeeling 100 g", "three", "the seeds", "the 24", "9th", "number six"]
)
def test_names_and_bare_numbers_point_to_nothing(said: str) -> None:
    assert product(said, SHOWN) == said


def test_only_words_without_a_name_are_pointers() -> None:
    assert all(points(said) for said in ("4th", "the first of them", "num 2", "it", "top one"))
    assert not any(points(said) for said in ("the first seeds", "first aid kit", "lemon seeds", ""))
