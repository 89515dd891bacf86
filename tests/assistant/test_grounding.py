"""Every figure, product and name of an answer has a result that supports it."""

import pytest

from assistant.grounding import Evidence, figures
from assistant.messages import Fact, ProductCard, Table, ToolResult
from assistant.name_index import NameIndex

TITLES = NameIndex({"P1": "Blue Mug", "P2": "Oak Tray", "P3": "Red Lantern Large"})
RESULT = ToolResult(
    headline="Revenue in February 2011 was £499,464.35.",
    facts=(
        Fact("revenue in February 2011", 499464.35, "GBP", "£499,464.35"),
        Fact("growth", -6.48, "percent", "-6.5 %"),
    ),
    table=Table(("country", "orders"), (("Germany", 42), ("France", 17))),
    products=(ProductCard("P1", "Blue Mug", 4.25),),
    quotes=(("Returns", "You have 30 days to return an item."),),
    notes=("Postage is left out.",),
)


def evidence(question: str = "what was our revenue in february 2011?", *results: ToolResult) -> Evidence:
    return Evidence(results or (RESULT,), question, TITLES.mentions)


@pytest.mark.parametrize(
    "text",
    [
        "Revenue in February 2011 was £499,464.35.",
        "We took £499,464 in February 2011.",  # rounded as it is written
        "It fell by 6.5 % that month.",
        "It fell by 6 %.",
        "Germany placed 42 orders, France 17.",
        "We took about £500,000.",  # "about" allows 5 %
        "Roughly 480,000 came in.",
        "The Blue Mug costs £4.25.",
        "You have 30 days to return it.",
        "The two of them are the 1 and only.",
        "Thanks, on Monday I'm back.",
        "",
    ],
)
def test_what_a_result_supports(text: str) -> None:
    verdict = evidence().check(text)
    assert verdict.grounded
    assert verdict.unsupported == ()


@pytest.mark.parametrize(
    ("text", "unsupported"),
    [
        ("Revenue was £512,000.", "512,000"),
        ("Revenue was £499,464.36.", "499,464.36"),
        ("We took £500,000.", "500,000"),  # not said to be about
        ("About 600,000 came in.", "600,000"),
        ("It fell by 6.4 %.", "6.4"),
        ("Germany placed 43 orders.", "43"),
        ("You have 14 days to return it.", "14"),
        ("In 2012 it was the same.", "2012"),
        ("The best one was the Oak Tray.", "oak tray"),
        ("It came from Norway this time.", "Norway"),
        ("He is called Peter Parker.", "Peter Parker"),
    ],
)
def test_what_no_result_supports(text: str, unsupported: str) -> None:
    verdict = evidence().check(text)
    assert not verdict.grounded
    assert unsupported in verdict.unsupported


def test_names_and_products_of_the_question_may_be_repeated_its_figures_not() -> None:
    asked = evidence("Is the Oak Tray from Norway under 77 pounds?")
    assert asked.check("I looked for an Oak Tray from Norway.").grounded
    assert asked.check("The Oak Tray is 77 pounds.").unsupported == ("77",)


@pytest.mark.parametrize(
    "text", ["It costs £2.", "Only 2 % came back.", "We sold 250k of them.", "There are three hundred."]
)
def test_figures_in_another_writing_are_figures_too(text: str) -> None:
    assert not Evidence((), "", TITLES.mentions).check(text).grounded


def test_without_results_nothing_is_supported() -> None:
    empty = Evidence((), "hello", TITLES.mentions)
    assert empty.check("Hello, how can I help?").grounded
    assert empty.check("That makes 12 mugs.").unsupported == ("12",)


def test_each_unsupported_part_is_listed_once() -> None:
    assert evidence().check("First 88, then 88, and 99 at last.").unsupported == ("88", "99")


def test_figures_of_a_text() -> None:
    assert figures("From 1,234.50 to -3 (or 7 %), not P2 or 3D") == [1234.5, -3.0, 7.0]


@pytest.mark.parametrize(("said", "wrong"), [("C10333", ()), ("C103333", ("C103333",)), ("C1033", ("C1033",))])
def test_a_code_must_stand_in_a_result_as_it_is(said: str, wrong: tuple[str, ...]) -> None:
    result = ToolResult(headline="Ann (C10333) may leave.")
    assert Evidence((result,), "", TITLES.mentions).check(f"It is {said} who may leave.").unsupported == wrong
