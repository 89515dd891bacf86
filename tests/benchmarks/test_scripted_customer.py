"""pass^k by hand, the scripted customer's reading of answers, and a few goals through the whole assistant."""

from dataclasses import replace
from pathlib import Path

import pytest
from scripted_model import ScriptedModel
from service_shop import write_warehouse

from assistant.messages import Answer, ProductCard
from assistant.service.order_book import find_order
from assistant.settings import write_settings
from assistant.shop import Shop
from benchmarks.customer_agenda import Customer
from benchmarks.customer_goals import Goal
from benchmarks.customer_picks import Pick, spoken
from benchmarks.customer_voice import Speaker, Voice, read_voices
from benchmarks.scripted_customer import pass_hat, play


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("customer")
    write_warehouse(folder / "warehouse.duckdb")
    write_settings(folder, "Corner Shop", "GBP", "2024-06-30")
    opened = Shop(folder)
    opened.__dict__["language"] = ScriptedModel()
    yield opened
    opened.close()


def goal(shop, *wishes, order="1003", **differing):
    held = find_order(shop, "C1", order)
    item, *others = [line for line in held.lines if line.merchandise and line.quantity == 1] or held.lines
    pick = Pick(
        "C1", "ann@example.com", "YO1 7HH", held, item, others[0] if others else None, ("P3", "Oak Tray"),
        ("P4", "Tea Towel"), "2001",
    )  # fmt: skip
    details = {
        "order": order, "item": item.title, "wrong": others[0].title if others else "", "new": "Oak Tray",
        "product": "Tea Towel", "email": "ann@example.com", "postcode": "YO1 7HH", "other": "2001",
        "address": "7 Mill Lane, Leeds, LS6 3QN", "fault": "broken", "count": "two", "looked_for": "mugs",
    }  # fmt: skip
    whole = Goal("try", "development", wishes, signed_in=False, pick=pick, details=details)
    return replace(whole, **differing)


PLAIN = next(each for each in read_voices() if each.name == "plain")


@pytest.mark.parametrize(
    ("k", "expected"),
    [(1, (4 / 4 + 2 / 4 + 0) / 3), (2, (1 + 1 / 6 + 0) / 3), (4, 1 / 3)],  # C(2, 2) / C(4, 2) = 1 / 6
)
def test_pass_hat_k_by_hand(k, expected):
    assert pass_hat([(4, 4), (4, 2), (4, 0)], k) == pytest.approx(expected)


def test_every_voice_has_wordings_for_the_same_things():
    first, *others = read_voices()
    assert all(each.say.keys() == first.say.keys() for each in others)
    assert {each.part for each in (first, *others)} == {"development", "held-out"}


def test_a_try_is_worded_alike_each_time_and_another_one_otherwise():
    details = {"item": "Blue Mug", "order": "1003"}
    said = {seed: [Speaker(PLAIN, details, seed).says("return")[0] for _ in range(3)] for seed in "abcdefgh"}
    assert all(len(set(each)) == 1 for each in said.values())
    assert len({each[0] for each in said.values()}) > 1


def test_a_slip_leaves_numbers_and_names_alone():
    voice = Voice("slipping", "development", 1.0, {"return": ("Please return the {item} from order {order}.",)})
    text, fields = Speaker(voice, {"item": "Blue Mug", "order": "1003"}, "x").says("return")
    assert "1003" in text
    assert "blue mug" in text.lower()
    assert "Please return" not in text
    assert fields == {"item", "order"}


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Linen Bread Bag", "linen bread bag"),
        ("Damson Jam 340 g", "damson jam"),
        ("Wine Glasses Set of 4", "wine glasses"),
        ("Limes Pack of 4", "limes pack of 4"),
    ],
)
def test_titles_as_people_say_them(title, said):
    assert spoken(title) == said


def test_a_customer_agrees_only_to_what_is_wanted(shop):
    wanted = goal(shop, "return", signed_in=True)
    customer = Customer(wanted, Speaker(PLAIN, wanted.details, "x"))
    customer.first()
    said = customer.reply(Answer("q", "customer", "Return of 6 × Blue Mug from order 1003: £23.40. Shall I go ahead?"))
    while said is not None and "Shall" not in said and len(customer.outcome.said) < 3:
        said = customer.reply(Answer("q", "customer", "Return of 6 × Blue Mug from order 1003. Shall I go ahead?"))
    assert said in {text.format(item=name) for text in PLAIN.say["correct"] for name in ("Red Mug", "red mug")}


def test_the_cheapest_card_is_taken(shop):
    wanted = goal(shop, "search", signed_in=True, take="cheapest")
    customer = Customer(wanted, Speaker(PLAIN, wanted.details, "x"))
    said = customer.first()
    while said in PLAIN.say["hello"]:
        said = customer.reply(Answer("q", "customer", "Hello."))
    cards = (ProductCard("P2", "Red Mug", 4.5), ProductCard("P1", "Blue Mug", 4.0))
    assert customer.reply(Answer("q", "customer", "Two mugs.", products=cards)) in PLAIN.say["add_cheapest"]
    customer.reply(Answer("q", "customer", "I've put 1 × Blue Mug into your cart."))
    assert customer.outcome.cart == {"P1": 1}


@pytest.mark.parametrize(
    ("wishes", "order", "differing"),
    [
        (("return",), "1003", {}),
        (("cancel",), "1001", {}),
        (("cancel",), "1002", {"refused": "already dispatched"}),
        (("address",), "1001", {"signed_in": True}),
        (("return",), "1003", {"twist": "says no"}),
        (("cart_add",), "1003", {}),
        (("others_order",), "1003", {"signed_in": True, "refused": "can't find"}),
    ],
)
def test_goals_are_reached_in_the_whole_assistant(shop, wishes, order, differing):
    played = play(shop, goal(shop, *wishes, order=order, **differing), PLAIN, 1, use_model=False)
    assert played.faults == (), played.turns


def test_a_change_that_nobody_wanted_fails_the_goal(shop):
    played = play(shop, goal(shop, "cancel", order="1001", refused="already dispatched"), PLAIN, 1, use_model=False)
    assert any("expected the changes []" in fault for fault in played.faults)


def test_the_shop_keeps_its_own_records(shop, tmp_path: Path):
    kept = shop.records
    play(shop, goal(shop, "cancel", order="1001"), PLAIN, 2, use_model=False)
    assert shop.records is kept
    assert shop.records.requests() == ()
