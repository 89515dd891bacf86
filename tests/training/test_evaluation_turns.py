"""Whole conversations with a scripted model over a real small shop: pointers, a change and its yes, what is due."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fixed_router import FixedRouter
from service_shop import write_warehouse
from test_evaluation import ByMessage

from assistant.messages import ToolCall
from assistant.settings import write_settings
from assistant.shop import Shop
from assistant.training.evaluation_slots import Shopper, entities_of, shoppers
from assistant.training.evaluation_support import Titles
from assistant.training.evaluation_turns import Asker, conversation_scores, judge_turns
from assistant.training.phrasings import Phrasing, Turn

ANN = Shopper("C1", "1001", ("Blue Mug", "Oak Tray"), "Ann Lee", "ann@example.com", "YO1 7HH")
CANCEL = ToolCall("cancel_order", {"order_id": "1001"})
STATUS = ToolCall("order_status", {"order_id": "1001"})


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    write_warehouse(tmp_path / "warehouse.duckdb")
    write_settings(tmp_path, "Corner Shop", "GBP", "2024-06-30")
    opened = Shop(tmp_path)
    yield opened
    opened.close()


def asker(shop: Shop, calls: dict[str, ToolCall]) -> Asker:
    shop.__dict__["router"] = FixedRouter({text: call.name for text, call in calls.items()})
    shop.__dict__["language"] = ByMessage(calls)
    return Asker(shop, Titles.of(["Blue Mug", "Oak Tray"]), ANN)


def test_a_change_and_its_yes_are_right_when_both_are_done(shop: Shop) -> None:
    turns = (Turn("cancel 1001", (CANCEL,)), Turn("yes", ()))
    judged = judge_turns([(asker(shop, {"cancel 1001": CANCEL}), turns)], "x", lambda line: None)
    assert [[record.status for record in turn.answer.calls] for turn in judged[0]] == [["needs_confirmation"], ["ok"]]
    assert [turn.whole for turn in judged[0]] == [True, True]
    scores = conversation_scores(judged)
    assert scores["whole conversation"]["right"] == 1
    assert scores["by length"][2]["asked"] == 1
    assert len(shop.records.requests()) == 1  # the author's own call beside it changed nothing


def test_one_wrong_turn_spoils_the_conversation(shop: Shop) -> None:
    turns = (Turn("where is 1001", (STATUS,)), Turn("cancel it", (CANCEL,)))
    judged = judge_turns([(asker(shop, {"where is 1001": STATUS, "cancel it": STATUS}), turns)], "x", print)
    assert [turn.whole for turn in judged[0]] == [True, False]
    assert conversation_scores(judged)["whole conversation"]["right"] == 0
    assert conversation_scores(judged)["turns within"]["whole turn"]["right"] == 1


def test_other_words_that_give_the_same_result_are_right_but_not_strictly(shop: Shop) -> None:
    got = ToolCall("check_stock", {"product": "blue mugs"})
    turn = Turn("any blue mugs?", (ToolCall("check_stock", {"product": "Blue Mug"}),))
    (judged,) = judge_turns([(asker(shop, {"any blue mugs?": got}), (turn,))], "x", print)[0]
    assert (judged.strict, judged.call, judged.due, judged.whole) == (False, True, True, True)


def test_a_refusal_is_due_where_the_authors_call_is_refused_too(shop: Shop) -> None:
    asking = asker(shop, {"where is 2001": ToolCall("order_status", {"order_id": "2001"})})  # another customer's
    judged = asking.turn(Turn("where is 2001", (ToolCall("order_status", {"order_id": "2001"}),)))
    assert judged.answer.calls[0].status in ("refused", "error")
    assert judged.whole


def test_a_message_without_tool_is_whole_when_nothing_is_called(shop: Shop) -> None:
    assert asker(shop, {}).turn(Turn("hello", ())).whole
    assert not asker(shop, {"hello": STATUS}).turn(Turn("hello", ())).whole


def test_who_asks_comes_from_the_shop_with_their_own_order(shop: Shop) -> None:
    found = {each.customer_id: each for each in shoppers(shop)}
    assert set(found) <= {"C1", "C2"}
    phrasing = Phrasing("0", frozenset({"customer"}), (Turn("return {product} of {order_id}", ()),), "plain")
    slots = entities_of(ANN, phrasing, {"order_id": ["9"], "product": ["lamp"], "email": ["x@y.z"]}, [ANN])
    assert (slots["order_id"], slots["product"]) == (["1001"], ["Blue Mug", "Oak Tray"])
    assert slots["email"] == ["ann@example.com"]
    staff = entities_of(None, phrasing, {"customer": ["1"], "customer_name": ["A"], "order_id": ["9"]}, [ANN])
    assert (staff["customer"], staff["customer_name"], staff["order_id"]) == (["C1"], ["Ann Lee"], ["9"])


def test_more_slots_than_the_shopper_has_names_are_filled_with_others() -> None:
    turn = Turn("{email}, no, {email2}: {product}, {product2} and {product3} of {order_id}", ())
    lines = {"order_id": ["9"], "product": ["lamp", "Blue Mug"], "email": ["x@y.z"]}
    slots = entities_of(ANN, Phrasing("0", frozenset({"customer"}), (turn,), "plain"), lines, [ANN])
    assert (slots["email"], slots["order_id"]) == (["ann@example.com", "x@y.z"], ["1001"])
    assert slots["product"] == ["Blue Mug", "Oak Tray", "lamp"]
