"""The second opinion on answers: what no result holds is counted, figures and products alike; what one holds is not."""

import pytest

from assistant.messages import Fact, ProductCard, Table, ToolResult
from assistant.training.evaluation_support import Titles, figures, unsupported

TITLES = Titles.of(["Blue Mug", "Blue Mug Large", "Oak Tray", "Lantern"])
RESULT = ToolResult(
    "Revenue in May 2024 was £12,345.60, 8.24 % more than in April.",
    facts=(Fact("revenue", 12345.6, "GBP", "£12,345.60"), Fact("when", "2024-05-31", "date", "31 May 2024")),
    table=Table(("Product", "Units"), (("Oak Tray", 17), ("P85099B", 3))),
    products=(ProductCard("P1", "Blue Mug", 4.5),),
)


@pytest.mark.parametrize(
    "answer",
    [
        "You took £12,345.60 in May 2024.",
        "That is about 12,346 pounds, or 12.3k.",
        "It rose by 8.2%, to £12,345.6.",
        "17 units of Oak Tray were sold, and three of P85099B.",
        "It ended on 31 May, the 31st.",
        "The Blue Mug costs £4.50; the two of them are the 1 best pair.",
        "Nothing to say.",
    ],
)
def test_what_the_results_hold_is_supported(answer: str) -> None:
    assert unsupported(answer, [RESULT], "how much did we take?", TITLES) == ()


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        ("You took £12,345.70.", ("£12,345.70",)),
        ("It rose by 9 %.", ("9",)),
        ("That is 12.4k.", ("12.4k",)),
        ("You sold a dozen of them.", ("dozen",)),
        ("Try the Blue Mug Large.", ("blue mug large",)),
        ("It costs £2.", ("£2",)),
        ("On the 29th.", ("29th",)),
        ("See P85099C.", ("P85099C",)),
    ],
)
def test_what_they_do_not_hold_is_told(answer: str, wrong: tuple[str, ...]) -> None:
    assert unsupported(answer, [RESULT], "is it 9 %?", TITLES) == wrong  # the question's figures are no evidence


def test_a_product_of_the_question_may_be_repeated() -> None:
    assert unsupported("We have no Blue Mug Large.", [RESULT], "a blue mug, large?", TITLES) == ()


def test_without_a_result_no_figure_is_supported() -> None:
    assert unsupported("You took £5.", [], "how much?", TITLES) == ("£5",)
    assert unsupported("Hello, what can I do for you?", [], "hi", TITLES) == ()


def test_titles_are_found_longest_first_and_single_words_not_at_all() -> None:
    assert TITLES.within("a blue MUG, large, beside a lantern and the oak-tray") == ["blue mug large", "oak tray"]


def test_figures_in_order() -> None:
    assert figures("£1,234.50 on 3 May, -2 %") == [1234.5, 3.0, -2.0]
