"""How figures, dates and lists read."""

from datetime import date

import pytest

from assistant import wording


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        (1234.5, "GBP", "£1,234.50"),
        (-3, "USD", "-$3.00"),
        (-0.004, "EUR", "€0.00"),
        (7, "SEK", "SEK 7.00"),
        (1e6, "GBP", "£1,000,000.00"),
    ],
)
def test_money(value: float, currency: str, text: str) -> None:
    assert wording.money(value, currency) == text


def test_numbers_and_percentages() -> None:
    assert wording.number(1234.4) == "1,234"
    assert wording.number(1234.45, 1) == "1,234.5"
    assert wording.number(3.0, 1) == "3"
    assert wording.percent(6.48) == "6.5 %"
    assert wording.percent(100, 0) == "100 %"


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("2011-12-09", "2011-12-09", "9 December 2011"),
        ("2011-02-01", "2011-02-28", "1 to 28 February 2011"),
        ("2011-11-12", "2011-12-09", "12 November to 9 December 2011"),
        ("2010-12-10", "2011-12-09", "10 December 2010 to 9 December 2011"),
    ],
)
def test_spans_of_days(start: str, end: str, text: str) -> None:
    assert wording.span(date.fromisoformat(start), date.fromisoformat(end)) == text


def test_lists_and_plurals() -> None:
    assert [wording.listed(items) for items in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert wording.listed(["a", "b"], "or") == "a or b"
    assert [wording.plural(count, "order") for count in (0, 1, 2, 1.5)] == [
        "0 orders",
        "1 order",
        "2 orders",
        "1.5 orders",
    ]
    assert wording.plural(2, "category", "categories") == "2 categories"
