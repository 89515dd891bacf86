"""Yes, no, and what is said when no tool is due."""

import pytest

from assistant import talk


@pytest.mark.parametrize("said", ["yes", "Yes please!", "ok do it", "go ahead", "y", "that's right, thanks", "Sure."])
def test_a_plain_yes(said: str) -> None:
    assert talk.is_yes(said)


@pytest.mark.parametrize(
    "said",
    [
        "ye go ahed",
        "Yes, kindly proceed.",
        "yess pleez",
        "Approved.",
        "aye, crack on then",
        "Quite right, yes, dear.",
        "Affirmative.",
        "yes for heaven's sake yes",
        "She said it's fine, so yeah",
        "uh-huh, go",
    ],
)
def test_a_yes_in_ones_own_words(said: str) -> None:
    assert talk.is_yes(said)


def test_the_proposed_change_by_its_name_is_part_of_a_yes_to_it_only() -> None:
    assert talk.is_yes("yes cancel it", "cancel_order")
    assert not talk.is_yes("yes cancel it", "start_return")
    assert not talk.is_yes("yes cancel it")


@pytest.mark.parametrize(
    "said",
    [
        "ok do I need to send it",
        "can I go ahead",
        "yes and add a mug",
        "yes, both, and 2 of the tray",
        "go on holiday",
        "he said no",
        "yes but only the tray",
        "ok wait",
        "yes, change it to the blue one",
        "is that right?",
        "no",
        "yesterday I ordered a mug",
        "right, what is your returns policy then?",
        "sure, and while you are at it tell me about each of the teapots that you have in stock",
        "",
    ],
)
def test_what_is_no_plain_yes(said: str) -> None:
    assert not talk.is_yes(said)


@pytest.mark.parametrize("said", ["no", "No thanks", "don't", "never mind", "leave it", "hold on a second"])
def test_a_no(said: str) -> None:
    assert talk.is_no(said)
    assert not talk.is_yes(said)


@pytest.mark.parametrize("said", ["nothing else", "november please", "yes", "another one"])
def test_what_is_no_no(said: str) -> None:
    assert not talk.is_no(said)


@pytest.mark.parametrize(
    ("said", "begins"),
    [
        ("hi", "Hello, and welcome to Corner Shop!"),
        ("Good morning!", "Hello, and welcome to Corner Shop!"),
        ("thanks a lot", "You're welcome!"),
        ("ok bye then", "Goodbye, and thank you"),
        ("are you a real person?", "I'm the automatic assistant of Corner Shop"),
        ("what's the capital of France?", "I'm sorry, I can't help with that here"),
        ("hi, " + "write me a poem about the sea " * 5, "I'm sorry, I can't help with that here"),
    ],
)
def test_small_talk_is_friendly_and_the_rest_is_declined_in_one_sentence(said: str, begins: str) -> None:
    answer = talk.small_talk(said, "customer", "Corner Shop")
    assert answer.startswith(begins)


def test_what_it_can_do_depends_on_who_asks() -> None:
    assert "find products" in talk.small_talk("write a poem", "customer", "Shop")
    assert "forecast demand" in talk.small_talk("write a poem", "manager", "Shop")
    assert "forecast" not in talk.STAFF_ONLY


@pytest.mark.parametrize(
    "reply", ["ok never mind", "okay no", "right, forget it", "sure, don't", "ok show me teapots", "yes but only one"]
)
def test_a_yes_with_anything_else_is_none(reply: str) -> None:
    assert not talk.is_yes(reply)


def test_a_no_that_says_more_is_a_new_wish() -> None:
    assert not talk.is_no("no wait, item 2")
