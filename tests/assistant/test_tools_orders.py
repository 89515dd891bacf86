from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from service_shop import Desk, open_shop, write_warehouse

from analytics.warehouse import Warehouse
from assistant.errors import AssistantError
from assistant.service.orders import order_key
from assistant.service.rules import Rules, read_rules
from assistant.tools.orders import carry_out


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    write_warehouse(folder / "warehouse.duckdb")
    (folder / "policies").mkdir()
    return folder


@pytest.fixture(scope="module")
def warehouse(folder):
    warehouse = Warehouse(folder / "warehouse.duckdb")
    yield warehouse
    warehouse.close()


@pytest.fixture
def shop(folder, warehouse, tmp_path):
    shop = open_shop(folder, f"sqlite:///{tmp_path}/service.sqlite", warehouse)
    yield shop
    shop.records.close()
    (folder / "policies" / "rules.toml").unlink(missing_ok=True)


@pytest.fixture
def desk(shop):
    return Desk(shop)


def confirm(desk, result):
    assert result.status == "needs_confirmation", result.headline
    return carry_out(desk.context, result.write)


def facts(result):
    return {fact.name: fact.value for fact in result.facts}


# identity


def test_nothing_private_without_identity(shop):
    nobody = Desk(shop, customer_id=None)
    for name, arguments in {
        "my_orders": {},
        "order_status": {"order_id": "1001"},
        "cancel_order": {"order_id": "1001"},
        "start_return": {"order_id": "1003"},
        "exchange_items": {"order_id": "1003"},
        "change_address": {"address": "2 Low Street, Leeds, LS1 1AA"},
    }.items():
        result = nobody.call(name, **arguments)
        assert result.status == "refused"
        assert "identify" in result.headline
        assert "1001" not in result.headline


@pytest.mark.parametrize(
    "details",
    [{"email": " Ann@Example.COM "}, {"postcode": "yo17hh"}, {"email": "wrong@example.com", "postcode": "YO1 7HH"}],
)
def test_identity_binds_the_session_and_survives(shop, details):
    nobody = Desk(shop, customer_id=None)
    assert nobody.call("verify_identity", order_id="order #1003", **details).status == "ok"
    assert nobody.session.customer_id == "C1"
    assert shop.records.open_session("customer", None, nobody.session.session_id).customer_id == "C1"
    assert nobody.call("order_status", order_id="1003").status == "ok"


def test_failures_look_alike_and_three_lock_the_conversation(shop):
    tries = [
        {"order_id": "1003", "email": "ben@example.com"},  # an order that exists, the wrong person
        {"order_id": "999999", "email": "ann@example.com"},  # no such order
    ]
    texts = {Desk(shop, customer_id=None).call("verify_identity", **each).headline for each in tries}
    assert len(texts) == 1
    nobody = Desk(shop, customer_id=None)
    for _ in range(3):
        last = nobody.call("verify_identity", order_id="3001", postcode="LS1 4AP")  # an order without a customer
        assert last.status == "refused"
    assert "three times" in last.headline
    right = nobody.call("verify_identity", order_id="1003", email="ann@example.com")
    assert right.status == "refused"
    resumed = Desk(shop, session=shop.records.open_session("customer", None, nobody.session.session_id))
    assert resumed.call("verify_identity", order_id="1003", email="ann@example.com").status == "refused"
    assert resumed.session.customer_id is None


def test_guessing_one_order_from_many_conversations_locks_it(shop):
    for _ in range(10):
        Desk(shop, customer_id=None).call("verify_identity", order_id="1003", postcode="AB1 2CD")
    late = Desk(shop, customer_id=None).call("verify_identity", order_id="1003", postcode="YO1 7HH")
    assert late.status == "refused"


def test_one_customer_per_conversation(desk):
    other = desk.call("verify_identity", order_id="2001", email="ben@example.com")
    assert other.status == "refused"
    assert desk.session.customer_id == "C1"


def test_house_number_is_no_postcode_and_missing_details_are_no_failure(shop):
    nobody = Desk(shop, customer_id=None)
    assert nobody.call("verify_identity", order_id="1003").status == "error"
    assert nobody.session.identity_failures == 0
    assert nobody.call("verify_identity", order_id="1003", postcode="1").status == "refused"


# reading


@pytest.mark.parametrize(
    "said", ["#1001", "order 1001", "Order number: 1001", "ORDER #1001", "my order 1001", " 1001 "]
)
def test_order_numbers_as_people_say_them(said):
    assert order_key(said) == "1001"


def test_my_orders_are_newest_first_with_totals(desk):
    result = desk.call("my_orders")
    assert [row[0] for row in result.table.rows] == ["1001", "1002", "1009", "1003", "1007", "1005", "1006", "1004"]
    assert result.table.rows[0][2:4] == (3.0, 31.95)  # two mugs and a tray; 8.00 + 20.00 + 3.95 postage
    assert facts(result)["orders"] == 8
    assert result.headline.startswith("You have 8 orders")
    assert "2001" not in str(result)


def test_order_status_tells_stage_total_and_date(desk):
    result = desk.call("order_status", order_id="1003")
    assert facts(result)["order total"] == 42.90  # 6 x 3.90 + 4.50 + 15.00
    assert facts(result)["items"] == 8
    assert "delivered on 10 June 2024" in result.headline
    assert "placed, delivery not recorded" in desk.call("order_status", order_id="1005").headline
    assert "1001" in desk.call("order_status").headline  # nothing said: the latest
    assert "Credit note C1008" in desk.call("order_status", order_id="c1008").headline


def test_somebody_elses_order_looks_like_none(desk):
    for name in ("order_status", "cancel_order", "start_return", "exchange_items"):
        other, none = desk.call(name, order_id="2001"), desk.call(name, order_id="9999")
        assert other.status == none.status == "refused"
        assert other.headline.replace("2001", "N") == none.headline.replace("9999", "N")
        assert replace(other, headline="") == replace(none, headline="")


# the four changes


def test_cancel_asks_first_then_acts_once(desk):
    asked = desk.call("cancel_order", order_id="1001")
    assert asked.headline == (
        "Cancellation of order 1001 of 25 June 2024 (3 items): £31.95 goes back to your original payment method. "
        "Shall I go ahead?"
    )
    assert facts(asked)["refund"] == 31.95
    assert desk.shop.records.requests() == ()
    done = confirm(desk, asked)
    assert done.status == "ok"
    assert done.headline.startswith("Done: Cancellation of order 1001")
    again = carry_out(desk.context, asked.write)
    assert again.status == "ok"
    assert "already done on 30 June 2024" in again.headline
    assert len(desk.shop.records.requests()) == len(desk.shop.records.outbox()) == 1
    assert "cancellation requested on 30 June 2024" in desk.call("order_status", order_id="1001").headline
    second = desk.call("cancel_order", order_id="1001")
    assert second.status == "refused"
    assert "nothing more to do" in second.headline


@pytest.mark.parametrize(
    ("order_id", "name", "permitted"),
    [
        ("1001", "cancel_order", True),
        ("1001", "change_address", True),
        ("1001", "start_return", False),
        ("1001", "exchange_items", False),
        ("1002", "cancel_order", False),
        ("1002", "change_address", False),
        ("1002", "start_return", False),
        ("1003", "cancel_order", False),
        ("1003", "change_address", False),
        ("1003", "start_return", True),
        ("1003", "exchange_items", True),
        ("1004", "start_return", False),  # delivered 60 days ago
        ("1004", "exchange_items", False),
        ("1005", "cancel_order", True),  # nothing recorded, 30 days after the order: all four
        ("1005", "change_address", True),
        ("1005", "start_return", True),
        ("1005", "exchange_items", True),
        ("1006", "cancel_order", False),  # 31 days after the order: none
        ("1006", "change_address", False),
        ("1006", "start_return", False),
        ("1006", "exchange_items", False),
        ("1007", "cancel_order", False),
        ("1007", "start_return", False),
        ("C1008", "start_return", False),
    ],
)
def test_what_is_permitted_at_each_stage(desk, order_id, name, permitted):
    more = {
        "change_address": {"address": "2 Low Street, Leeds, LS1 1AA"},
        "exchange_items": {"items": ["item 1"], "new_items": ["tea towel"]},
    }
    result = desk.call(name, order_id=order_id, **more.get(name, {}))
    assert result.status == ("needs_confirmation" if permitted else "refused"), result.headline
    assert desk.shop.records.requests() == ()


def test_unrecorded_delivery_is_said_to_customer_and_staff(desk):
    asked = desk.call("cancel_order", order_id="1005")
    assert any("no dispatch or delivery date" in note for note in asked.notes)
    confirm(desk, asked)
    assert "check where it is" in desk.shop.records.outbox()[0].body["staff_note"]
    assert "staff_note" not in desk.call("cancel_order", order_id="1001").write.payload


@pytest.mark.parametrize(
    ("items", "refund"),
    [
        (None, 42.90),
        (["everything"], 42.90),
        (["the blue mugs"], 23.40),  # 6 x 3.90
        (["2 blue mugs"], 7.80),
        (["one of the blue mugs"], 3.90),
        (["item 2"], 4.50),
        (["the second item"], 4.50),
        (["p2"], 4.50),
        (["3 tier cake stand"], 15.00),  # the 3 belongs to the title
        (["cakestand"], None),
        (["three of the six blue mugs"], 11.70),
        (["the 2 blue mugs"], 7.80),
        (["2 x blue mug"], 7.80),
        (["2 units of blue mug"], 7.80),
        (["a broken red mug"], 4.50),
        (["red mug and the cake stand"], 19.50),
        (["red mug", "cake stand"], 19.50),
        (["all mugs"], 27.90),
        (["the mug"], None),  # two kinds
        (["7 blue mugs"], None),  # six were bought
        (["item 9"], None),
        (["a lawn mower"], None),
        (["0 blue mugs"], None),
    ],
)
def test_items_of_a_return_as_people_say_them(desk, items, refund):
    result = desk.call("start_return", order_id="1003", items=items)
    if refund is None:
        assert result.status in ("error", "refused")
        assert result.write is None
    else:
        assert result.status == "needs_confirmation", result.headline
        assert facts(result)["refund"] == refund


def test_a_choice_is_listed_where_two_items_fit(desk):
    result = desk.call("start_return", order_id="1003", items=["the mug"])
    assert "item 1, Blue Mug and item 2, Red Mug" in result.headline


def test_units_cannot_go_back_twice(desk):
    confirm(desk, desk.call("start_return", order_id="1003", items=["4 blue mugs"]))
    assert desk.call("start_return", order_id="1003", items=["3 blue mugs"]).status == "refused"
    rest = desk.call("start_return", order_id="1003")
    assert facts(rest)["refund"] == 27.30  # 2 x 3.90 + 4.50 + 15.00
    confirm(desk, rest)
    assert desk.call("start_return", order_id="1003").status == "refused"


def test_what_came_back_already_cannot_go_back_again(desk):
    asked = desk.call("start_return", order_id="1009")  # 3 + 2 bought on two lines, one came back: credit note C1008
    assert facts(asked)["refund"] == 12.50  # 2 x 3.25 + 2 x 3.00
    four = desk.call("start_return", order_id="1009", items=["4 tea towels"])
    assert facts(four)["refund"] == 12.50
    assert desk.call("start_return", order_id="1009", items=["5 tea towels"]).status == "refused"


def test_exchange_differences_and_stock(desk):
    dearer = desk.call("exchange_items", order_id="1003", items=["2 blue mugs"], new_items=["tea towel"])
    assert facts(dearer)["price difference"] == -1.30  # 2 x (3.25 - 3.90)
    assert "£1.30 goes back" in dearer.headline
    more = desk.call("exchange_items", order_id="1003", items=["tier cake stand"], new_items=["red mug"])
    assert facts(more)["price difference"] == -10.50
    assert desk.call("exchange_items", order_id="1003", items=["red mug"], new_items=["oak tray"]).status == "refused"
    two = desk.call("exchange_items", order_id="1003", items=["2 blue mugs"], new_items=["red mug"])
    assert "out of stock" in two.headline  # one red mug is left
    same = desk.call("exchange_items", order_id="1003", items=["2 blue mugs"], new_items=["blue mug"])
    assert facts(same)["price difference"] == 0  # a replacement, though mugs cost 4.00 now
    unknown = desk.call("exchange_items", order_id="1003", items=["red mug"], new_items=["3 tier cake stand"])
    assert facts(unknown)["price difference"] == 10.50
    assert "you pay £10.50 more" in unknown.headline
    assert any("no stock level" in note for note in unknown.notes)
    assert desk.call("exchange_items", order_id="1003", items=["red mug"], new_items=["spaceship"]).status == "error"
    assert "instead" in desk.call("exchange_items", order_id="1003", items=["red mug"]).headline


@pytest.mark.parametrize(
    ("item", "said", "product_id"),
    [
        ("red mug", "the blue one", "P1"),
        ("red mug", "in blue please", "P1"),
        ("red mug", "a new one", "P2"),
        ("red mug", "one that works", "P2"),
        ("red mug", "Tea Towel", "P4"),
        ("1 blue mug", "the red one", "P2"),
    ],
)
def test_what_is_wanted_instead_as_people_say_it(desk, item, said, product_id):
    result = desk.call("exchange_items", order_id="1003", items=[item], new_items=[said])
    assert result.status == "needs_confirmation", result.headline
    assert result.write.payload["lines"][0]["to_product_id"] == product_id
    assert confirm(desk, result).status == "ok"


def test_each_item_needs_its_new_product(desk):
    result = desk.call(
        "exchange_items", order_id="1003", items=["all mugs"], new_items=["tea towel", "tea towel", "p5"]
    )
    assert result.status == "error"
    assert "2 items and 3 new products" in result.headline


def test_an_order_is_exchanged_once(desk):
    confirm(desk, desk.call("exchange_items", order_id="1003", items=["red mug"], new_items=["tea towel"]))
    second = desk.call("exchange_items", order_id="1003", items=["2 blue mugs"], new_items=["tea towel"])
    assert second.status == "refused"
    assert "only once" in second.headline


def test_address_of_an_order_and_of_the_account(desk):
    asked = desk.call("change_address", address="2 Low Street, Leeds, LS1 1AA", order_id="1001")
    assert "2 Low Street, Leeds, LS1 1AA" in asked.headline
    confirm(desk, asked)
    assert "2 Low Street" in desk.call("order_status", order_id="1001").notes[0]
    account = desk.call("change_address", address="3 Mid Street, Leeds, LS1 1AB")
    assert account.write.payload["subject"] == "customer:C1"
    assert confirm(desk, account).status == "ok"
    assert desk.call("change_address", address="Leeds").status == "error"


# between the question and the yes


def test_the_yes_is_checked_again(desk, shop):
    cancel = desk.call("cancel_order", order_id="1005")
    give_back = desk.call("start_return", order_id="1005")
    assert confirm(desk, give_back).status == "ok"
    late = carry_out(desk.context, cancel.write)
    assert late.status == "refused"
    assert len(shop.records.requests()) == 1


def test_a_yes_of_somebody_else_does_nothing(desk, shop):
    asked = desk.call("cancel_order", order_id="1001")
    for stranger in (Desk(shop, "C2"), Desk(shop, None)):
        assert carry_out(stranger.context, asked.write).status == "refused"
    assert shop.records.requests() == ()
    assert [each.decision for each in shop.records.audit_trail() if each.tool == "carry_out"] == ["denial", "denial"]


def test_a_forged_amount_is_refused(desk, shop):
    asked = desk.call("cancel_order", order_id="1001")
    forged = replace(asked.write, payload={**asked.write.payload, "refund": 500.0})
    assert carry_out(desk.context, forged).status == "refused"
    assert shop.records.requests() == ()


def test_a_pending_change_survives_a_restart(desk, shop, folder):
    desk.session.pending = desk.call("start_return", order_id="1003", items=["2 blue mugs"]).write
    shop.records.save_session(desk.session)
    resumed = Desk(shop, session=shop.records.open_session("customer", "C1", desk.session.session_id))
    assert carry_out(resumed.context, resumed.session.pending).status == "ok"
    assert shop.records.open_session("customer", "C1", desk.session.session_id).pending is None


def test_the_same_yes_from_eight_threads_acts_once(desk, shop):
    asked = desk.call("cancel_order", order_id="1001")
    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(lambda _: carry_out(desk.context, asked.write), range(8)))
    assert {each.status for each in done} == {"ok"}
    assert sum(each.headline.startswith("Done:") for each in done) == 1
    assert len(shop.records.requests()) == len(shop.records.outbox()) == 1


# the shop's own rules


def test_rules_are_data(desk, folder):
    (folder / "policies" / "rules.toml").write_text(
        """
        [return]
        window_days = 14
        [cancel]
        reasons = ["no longer needed", "ordered by mistake"]
        [exchange]
        once_only = false
        same_category = true
        postage_paid_by = "shop"
        [refund]
        working_days = [5, 7]
        """
    )
    assert desk.call("start_return", order_id="1003").status == "refused"  # delivered 20 days ago
    assert "one of: no longer needed or ordered by mistake" in desk.call("cancel_order", order_id="1001").headline
    asked = desk.call("cancel_order", order_id="1001", reason="I ordered it by mistake")
    assert asked.write.payload["reason"] == "ordered by mistake"
    assert "to your original payment method within 5 to 7 working days" in asked.headline
    assert desk.call("cancel_order", order_id="1001", reason="found it cheaper").status == "error"
    other_kind = desk.call("exchange_items", order_id="1003", items=["red mug"], new_items=["oak tray"])
    assert other_kind.status == "refused"
    confirm(desk, desk.call("exchange_items", order_id="1003", items=["red mug"], new_items=["tea towel"]))
    second = desk.call("exchange_items", order_id="1003", items=["1 blue mug"], new_items=["tea towel"])
    assert "we pay the return postage" in second.headline


@pytest.mark.parametrize(
    "text",
    [
        "[return]\nwindow = 3",
        "[return]\nwindow_days = 'a'",
        "[return]\nwindow_days = -1",
        "[refund]\nworking_days=[7,5]",
    ]
    + ["[exchange]\npostage_paid_by = 'me'", "[return", "[return]\nwindow_days = true"],
)
def test_wrong_rules_stop_every_change(desk, folder, text):
    (folder / "policies" / "rules.toml").write_text(text)
    with pytest.raises(AssistantError, match=r"rules\.toml"):
        read_rules(folder / "policies")
    assert desk.call("cancel_order", order_id="1001").status == "error"


def test_no_rules_file_promises_neither_days_nor_postage(tmp_path):
    rules = read_rules(tmp_path)
    assert rules == Rules()
    assert rules.refund_route == "to your original payment method"
    assert rules.payer("return", "faulty") == ""
    assert rules.postage("return", None) == 0


def test_postage_is_taken_off_unless_the_goods_are_at_fault(desk, folder):
    (folder / "policies" / "rules.toml").write_text(
        """
        [return]
        postage_paid_by = "customer"
        postage_cost = 3.95
        excluded_categories = ["home"]
        [exchange]
        postage_paid_by = "customer"
        postage_cost = 3.95
        excluded_categories = ["kitchen"]
        [fault]
        words = ["faulty", "broke"]
        """
    )
    asked = desk.call("start_return", order_id="1003", items=["2 blue mugs"])
    assert facts(asked)["refund"] == 3.85  # 2 x 3.90 less 3.95
    assert "£3.85 goes back" in asked.headline
    assert "(£7.80 less £3.95 return postage)" in asked.headline
    cheap = desk.call("start_return", order_id="1003", items=["1 blue mug"])
    assert facts(cheap)["refund"] == 0  # 3.90 does not cover the postage
    broken = desk.call("start_return", order_id="1003", items=["2 blue mugs"], reason="arrived broken")
    assert facts(broken)["refund"] == 7.80
    assert "we pay the return postage" in broken.headline
    swap = {"order_id": "1003", "items": ["red mug"], "new_items": ["tea towel"]}
    assert desk.call("exchange_items", **swap).status == "refused"
    assert desk.call("exchange_items", **swap, reason="it's faulty").status == "needs_confirmation"


# cart and hand-off


def test_cart_totals_undo_and_stock(shop):
    nobody = Desk(shop, customer_id=None)
    assert nobody.call("view_cart").headline == "Your cart is empty."
    nobody.call("add_to_cart", product="blue mug", quantity=3)
    nobody.call("add_to_cart", product="tea towel")
    more = nobody.call("add_to_cart", product="tea towel", quantity=2)
    assert facts(more)["cart total"] == 21.75  # 3 x 4.00 + 3 x 3.25
    assert more.headline == (
        "I've put 2 × Tea Towel into your cart (now 3 of it). Your cart holds 6 items for £21.75 in all."
    )
    assert "left in stock" in nobody.call("add_to_cart", product="tea towel", quantity=8).headline  # 10 on hand, 3 held
    assert "out of stock" in nobody.call("add_to_cart", product="oak tray").headline
    assert nobody.call("add_to_cart", product="3 tier cake stand").status == "ok"  # no stock level: not refused
    assert nobody.call("add_to_cart", product="blue mug", quantity=0).status == "error"
    removed = nobody.call("remove_from_cart", product="the mugs")
    assert "3 × Blue Mug out of your cart" in removed.headline
    assert facts(nobody.call("view_cart"))["cart total"] == 24.75  # 3 x 3.25 + 15.00
    assert nobody.call("remove_from_cart", product="blue mug").status == "error"
    assert Desk(shop, customer_id=None).call("view_cart").headline == "Your cart is empty."


def test_hand_off_carries_what_a_colleague_needs(desk, shop):
    confirm(desk, desk.call("cancel_order", order_id="1001"))
    desk.session.pending = desk.call("start_return", order_id="1003").write
    result = desk.call("hand_off", reason="the courier was rude")
    assert result.handed_off
    (waiting,) = shop.records.handed_off()
    assert waiting.reason == "the courier was rude"
    for said in ("customer C1", "Not confirmed yet: return for 1003", "cancellation for 1001"):
        assert said in waiting.summary
    assert desk.call("hand_off", reason="still waiting").headline == result.headline  # one place in the queue
    assert shop.records.settle_hand_off(waiting.hand_off_id, "Kim")
    assert shop.records.handed_off() == ()


def test_twenty_customers_at_once_see_only_their_own(shop):
    def own_orders(number):
        desk = Desk(shop, ("C1", "C2")[number % 2])
        return number % 2, str(desk.call("my_orders"))

    with ThreadPoolExecutor(20) as threads:
        for second, seen in threads.map(own_orders, range(20)):
            assert ("2001" in seen, "1001" in seen) == (bool(second), not second)
