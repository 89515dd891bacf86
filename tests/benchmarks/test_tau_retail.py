"""The replay of gold actions and the forbidden cases, on a small database worked out by hand."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "assistant"))
from small_tau import database, write_source  # noqa: E402

from benchmarks import tau_forbidden, tau_retail  # noqa: E402
from benchmarks.tau_desk import tau_shop  # noqa: E402
from benchmarks.tau_reference import Reference  # noqa: E402
from benchmarks.tau_state import differences, with_requests, written_out  # noqa: E402


def action(name, **arguments):
    return {"name": name, "arguments": arguments}


def task(number, *actions):
    return {"id": number, "evaluation_criteria": {"actions": list(actions)}}


TWO_ITEMS = action(
    "modify_pending_order_items",
    order_id="#W0000002",
    item_ids=["101", "202"],
    new_item_ids=["102", "201"],
    payment_method_id="gift_card_7777",
)
TASKS = [
    task(
        "a",
        action("find_user_id_by_email", email="wrong@example.com"),
        action("find_user_id_by_name_zip", first_name="Ann", last_name="Lee", zip="78701"),
        action("get_user_details", user_id="ann_lee_1"),
        action("get_order_details", order_id="#W9"),
        action("cancel_pending_order", order_id="#W0000002", reason="ordered by mistake"),
        action("cancel_pending_order", order_id="#W0000004", reason="ordered by mistake"),  # on its way
    ),
    task("b", TWO_ITEMS, action("calculate", expression="2.5 + 5")),
    task("c"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return write_source(tmp_path_factory.mktemp("tau"))


def test_gold_actions_end_in_the_gold_state(place):
    with tau_shop(place) as shop:
        base = written_out(shop)
        assert differences(base, database()) == []
        found = [tau_retail.replay(shop, base, database(), each) for each in TASKS]
    assert [(each.actions, each.agreed, each.failing, each.differs) for each in found] == [
        (6, 6, 3, ()),
        (2, 2, 0, ()),
        (0, 0, 0, ()),
    ]
    assert [each.literal for each in found] == [True, False, True]  # two items: the published fault shows


def test_a_state_that_differs_is_told(place):
    with tau_shop(place) as shop:
        base, gold = written_out(shop), Reference(database())
        gold.play("cancel_pending_order", {"order_id": "#W0000002", "reason": "no longer needed"})
        told = differences(with_requests(base, shop), gold.state())
    assert '/orders/#W0000002/status: "pending" instead of "cancelled"' in told
    assert any("gift_card_7777/balance: 10.0 instead of 85.0" in each for each in told)


def test_the_reference_works_as_published():
    """Two items into dearer ones, by hand: 22.50 - 20 + 40 - 35 = 7.50 of the 10.00 on the card."""
    for literal, price in ((False, 22.5), (True, 40.0)):
        gold = Reference(database(), literal=literal)
        assert gold.play(TWO_ITEMS["name"], TWO_ITEMS["arguments"])
        order = gold.state()["orders"]["#W0000002"]
        assert [each["item_id"] for each in order["items"]] == ["102", "101", "201"]
        assert order["items"][0]["price"] == price
        assert order["payment_history"][-1]["amount"] == 7.5
        assert gold.state()["users"]["ann_lee_1"]["payment_methods"]["gift_card_7777"]["balance"] == 2.5
    gold = Reference(database())
    back = {"order_id": "#W0000001", "item_ids": ["201"], "payment_method_id": "paypal_2222"}
    assert not gold.play("return_delivered_order_items", back)
    assert gold.play("return_delivered_order_items", back | {"payment_method_id": "gift_card_7777"})
    assert not gold.play("return_delivered_order_items", back | {"payment_method_id": "gift_card_7777"})  # once
    assert database()["orders"]["#W0000001"]["status"] == "delivered"


def test_what_is_forbidden_is_refused_and_a_permitted_case_would_be_told(place, monkeypatch):
    monkeypatch.setattr(tau_forbidden, "PER_KIND", 1)
    quick = {name: make for name, make in tau_forbidden.attempts(database()).items() if name != "no yes is said"}
    monkeypatch.setattr(tau_forbidden, "attempts", lambda _: quick)
    with tau_shop(place) as shop:
        base = written_out(shop)
        found = tau_forbidden.forbidden_set(shop, base, database())
        assert found["cases"] == found["refused"] == found["unchanged"] == 16  # of the kinds, the small shop has these
        permitted = tau_forbidden.Attempt(
            "x", "ann_lee_1", ("cancel_order", {"order_id": "W0000002", "reason": "no longer needed"})
        )
        outcome = tau_forbidden.try_one(shop, base, permitted)
    assert not outcome.refused
    assert not outcome.unchanged


def test_the_command_prints_and_writes(place, tmp_path, monkeypatch, capsys):
    (tmp_path / "tasks.json").write_text(json.dumps(TASKS))
    figures = tmp_path / "figures.json"
    options = ["x", "--data", str(place), "--tasks", str(tmp_path / "tasks.json"), "--json", str(figures)]
    monkeypatch.setattr(sys, "argv", [*options, "--skip-forbidden"])
    assert tau_retail.main() == 0
    assert "3/3" in capsys.readouterr().out
    assert json.loads(figures.read_text())["actions_that_must_fail"] == 3
