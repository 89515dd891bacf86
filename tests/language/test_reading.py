"""Tags turned into values, by hand: what the encoder's heads say is given, what it means is worked out here."""

import numpy as np
import pytest

from assistant.filling import filled, filled_each
from assistant.language.encoder_text import blanked, context_text
from assistant.language.reading import ArgumentLabels, Reading, best_path
from assistant.messages import ToolCall

REPORT = {
    "properties": {
        "metric": {"type": "string", "enum": ["revenue", "units"]},
        "product": {"type": "string"},
        "top": {"type": "integer"},
        "in_stock": {"type": "boolean"},
    },
    "required": ["metric"],
}
COMPARE = {"properties": {"products": {"type": "array", "items": {"type": "string"}}}, "required": ["products"]}
LABELS = ArgumentLabels.of({"report": REPORT, "compare": COMPARE})


def read(text: str, tags: list[str], choices: dict[str, list[float]] | None = None, kept: float = 0.0) -> Reading:
    """A reading in which each word clearly has the tag given: "O", "B-name" or "I-name"."""
    typed = blanked(text)
    words = [(m.start(), m.end()) for m in __import__("re").finditer(r"\S+", typed.text)]
    logits = np.full((len(words), LABELS.tags), -5.0)
    for row, tag in enumerate(tags):
        place = 0 if tag == "O" else LABELS.begin(tag[2:]) + (tag[0] == "I")
        logits[row, place] = 5.0
    given = {"metric": [0.0, 4.0, 0.0], "in_stock": [4.0, 0.0]} | (choices or {})
    heads = {name: np.array(values) for name, values in given.items()}
    return Reading(LABELS, typed, np.array(words), logits, heads, np.full(len(LABELS.spans), kept))


def test_the_labels_are_those_of_the_schemas() -> None:
    assert LABELS.spans == ("product", "products", "top")
    assert LABELS.choices == {"in_stock": ("", "true"), "metric": ("", "revenue", "units")}
    assert LABELS.tags == 7


def test_words_become_values_as_they_were_typed() -> None:
    reading = read("sales of Red Mug top ten", ["O", "O", "B-product", "I-product", "O", "B-top"])
    call = filled("report", REPORT, reading, None)
    assert call == ToolCall("report", {"metric": "revenue", "product": "Red Mug", "top": 10})


def test_a_list_takes_every_value_and_a_single_argument_the_surest() -> None:
    both = read("mug or jug or tray", ["B-products", "O", "B-products", "O", "B-products"])
    assert filled("compare", COMPARE, both, None).arguments == {"products": ["mug", "jug", "tray"]}
    two = read("mug and jug", ["B-product", "O", "B-product"])
    two.tags[0, LABELS.begin("product")] = 1.0
    assert filled("report", REPORT, two, None).arguments["product"] == "jug"


def test_codes_are_blanked_for_the_encoder_and_copied_as_typed() -> None:
    reading = read("how did #W237-8156 sell", ["O", "O", "B-product", "O"])
    assert reading.message.text == "how did 12345 sell"
    assert filled("report", REPORT, reading, None).arguments["product"] == "#W237-8156"


def test_what_was_held_before_is_kept_only_where_the_reading_says_so() -> None:
    before = ToolCall("report", {"metric": "units", "product": "Red Mug", "top": 5})
    keeps = read("and in units", ["O"] * 3, {"metric": [0.0, 0.0, 4.0]}, kept=0.9)
    assert filled("report", REPORT, keeps, before).arguments == {"metric": "units", "product": "Red Mug", "top": 5}
    drops = read("and in units", ["O"] * 3, {"metric": [0.0, 0.0, 4.0]}, kept=0.1)
    assert filled("report", REPORT, drops, before).arguments == {"metric": "units"}
    said = read("and the jug", ["O", "O", "B-product"], kept=0.9)
    assert filled("report", REPORT, said, before).arguments["product"] == "jug"


def test_a_choice_that_nobody_made_is_left_out() -> None:
    reading = read("hello", ["O"], {"metric": [4.0, 0.0, 0.0], "in_stock": [0.0, 4.0]})
    assert filled("report", REPORT, reading, None).arguments == {"in_stock": True}


def test_a_number_that_words_do_not_give_is_left_out() -> None:
    reading = read("top few", ["O", "B-top"])
    assert "top" not in filled("report", REPORT, reading, None).arguments


def test_a_tool_with_other_arguments_is_not_known() -> None:
    reading = read("x", ["O"])
    assert reading.knows("report", REPORT)
    assert not reading.knows("wrap", {"properties": {"wrapping": {"type": "string"}}, "required": ["wrapping"]})
    assert reading.knows(
        "wrap", {"properties": {"wrapping": {"type": "string"}}, "required": []}
    )  # optional: read elsewhere


def test_an_inside_never_follows_anything_but_its_own_begin() -> None:
    chances = np.log(np.array([[0.6, 0.3, 0.1, 0.0001, 0.0001], [0.1, 0.05, 0.8, 0.03, 0.02]]))
    # outside then inside is barred: begin + inside (.3 * .8) beats outside + outside (.6 * .1)
    assert best_path(chances) == [1, 2]
    assert best_path(np.zeros((0, 5))) == []


def test_the_context_holds_the_last_call_with_its_values() -> None:
    call = ToolCall("sales_report", {"metric": "revenue", "products": ["a", "b"]})
    assert context_text("now", "earlier", call) == ("now", "sales report, metric revenue, products a and b: earlier")
    assert context_text("now") == ("now", "")
    assert len(context_text("x" * 5_000, "y" * 5_000, call)[0]) == 600


@pytest.mark.parametrize(
    ("text", "words"),
    [("where is #W2378156 now", "#W2378156"), ("mail anna@x.com please", "anna@x.com"), ("12 mugs", "12 mugs")],
)
def test_places_lead_back_to_what_was_typed(text: str, words: str) -> None:
    made = blanked(text)
    start = text.index(words)
    place = made.blanked_place((start, start + len(words)))
    assert made.as_typed(*place) == words


ADD = {"properties": {"product": {"type": "string"}, "quantity": {"type": "integer"}}, "required": ["product"]}


@pytest.mark.parametrize(
    ("tags", "calls"),
    [
        ([0, 3, 1, 0, 3, 1], [{"product": "mugs", "quantity": 2}, {"product": "trays", "quantity": 3}]),
        ([0, 3, 1, 0, 0, 1], [{"product": "mugs", "quantity": 2}, {"product": "trays", "quantity": 2}]),
        ([0, 3, 1, 0, 0, 0], [{"product": "mugs", "quantity": 2}]),
    ],
)
def test_two_things_named_alike_are_two_calls_and_numbers_go_with_them(tags: list[int], calls: list[object]) -> None:
    labels = ArgumentLabels.of({"add": ADD})
    logits = np.full((6, labels.tags), -5.0)
    logits[range(6), tags] = 5.0  # 0 outside, 1 begins a product, 3 a quantity
    words = np.array([(0, 3), (4, 5), (6, 10), (11, 14), (15, 16), (17, 22)])
    reading = Reading(labels, blanked("add 2 mugs and 3 trays"), words, logits, {}, np.zeros(2))
    assert [call.arguments for call in filled_each("add", ADD, reading, None)] == calls


def test_an_argument_that_a_tool_got_after_training_is_left_alone() -> None:
    later = {
        "properties": {**COMPARE["properties"], "metric": REPORT["properties"]["metric"]},
        "required": ["products"],
    }
    both = read("mug or jug", ["B-products", "O", "B-products"])
    assert filled("compare", later, both, None).arguments == {"products": ["mug", "jug"]}
    assert both.knows("compare", later)
    assert not both.knows("compare", {**later, "required": ["metric"]})


TIMED = {"properties": {**REPORT["properties"], "period": {"type": "string"}}, "required": ["metric"]}


def test_two_times_or_figures_are_two_calls_where_several_things_are_asked_for() -> None:
    labels = ArgumentLabels.of({"timed": TIMED})
    logits = np.full((3, labels.tags), -5.0)
    period = labels.begin("period")
    logits[range(3), [period, 0, period]] = 5.0
    words = np.array([(0, 5), (6, 9), (10, 13)])
    heads = {"metric": np.array([0.0, 4.0, 0.0]), "in_stock": np.array([4.0, 0.0])}
    reading = Reading(labels, blanked("april and may"), words, logits, heads, np.zeros(len(labels.spans)))
    apart = filled_each("timed", TIMED, reading, None, several=True)
    assert [call.arguments["period"] for call in apart] == ["april", "may"]
    assert len(filled_each("timed", TIMED, reading, None)) == 1

    figures = read("units and revenue", ["O"] * 3)
    apart = filled_each("report", REPORT, figures, None, several=True)
    assert [call.arguments["metric"] for call in apart] == ["units", "revenue"]
    assert len(filled_each("report", REPORT, figures, None)) == 1


def test_an_unsure_second_name_counts_where_several_things_are_asked_for() -> None:
    unsure = read("mug and jug", ["B-product", "O", "B-product"])
    unsure.tags[2, 0] = 5.0 - np.log(0.8)  # outside is as likely: the jug has 1 / (1 + 1.25) = .44
    unsure.tags[2, LABELS.begin("product")] = 5.0 - np.log(0.8) + 0.01
    calls = filled_each("report", REPORT, unsure, None, several=True)
    assert [call.arguments["product"] for call in calls] == ["mug", "jug"]
    assert len(filled_each("report", REPORT, unsure, None)) == 1


def test_a_product_that_is_named_takes_the_place_of_the_department_before() -> None:
    tool = {"properties": {"product": {"type": "string"}, "category": {"type": "string"}}, "required": []}
    labels = ArgumentLabels.of({"stock": tool})
    logits = np.full((2, labels.tags), -5.0)
    logits[range(2), [0, labels.begin("product")]] = 5.0
    reading = Reading(labels, blanked("and mugs"), np.array([(0, 3), (4, 8)]), logits, {}, np.full(2, 0.9))
    before = ToolCall("stock", {"category": "Kitchen"})
    assert filled("stock", tool, reading, before).arguments == {"product": "mugs"}
