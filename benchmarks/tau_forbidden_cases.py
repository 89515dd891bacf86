"""The cases that tau2's retail policy forbids, made from its database. Tries nothing itself."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from assistant.messages import Write
from benchmarks.tau_cases import Attempt, Cases, Forge
from benchmarks.tau_desk import Call, Json

_NO_YES = (
    "no",
    "no thanks",
    "wait",
    "not now",
    "stop",
    "never mind",
    "hmm, let me think about it",
    "yes or no, I don't know yet",
    "ok never mind",
    "I have not decided",
    "what would happen if I said yes?",
    "yesterday I said something else",
    "my husband says yes but I don't",
    "don't do it",
    "hold on",
)
_REASONS = ("found it cheaper", "arrived too late", "changed the colour scheme at home", "the courier is rude", "")


def attempts(database: Json) -> dict[str, Callable[[], Iterator[Attempt]]]:
    """The kinds of cases, each with what makes them one after the other."""
    cases = Cases(database)
    makers: dict[str, Callable[[Cases], Iterator[tuple[str | None, Call, tuple[Call, ...], Forge | None]]]] = {
        "another person's order": _another_persons,
        "nobody is signed in": _nobody,
        "an order that does not exist": _no_such_order,
        "delivered: cancel, address, payment": lambda c: _at_stage(c, "delivered", (0, 2, 3)),
        "on its way: any change": lambda c: _at_stage(c, "processed", (0, 1, 2, 3, 4)),
        "cancelled: any change": lambda c: _at_stage(c, "cancelled", (0, 1, 2, 3, 4)),
        "pending: return": lambda c: _at_stage(c, "pending", (1,)),
        "second exchange": lambda c: _after_swap(c, "delivered", 4),
        "return after an exchange": lambda c: _after_swap(c, "delivered", 1),
        "second return": lambda c: _after_return(c, 1),
        "exchange after a return": lambda c: _after_return(c, 4),
        "second change of items": lambda c: _after_swap(c, "pending", 4),
        "cancellation after a change of items": lambda c: _after_swap(c, "pending", 0),
        "payment after a change of items": _payment_after_swap,
        "second change of payment": _second_payment,
        "second cancellation": _second_cancellation,
        "product type changed": _other_type,
        "variant not available": _not_available,
        "the same item instead": _same_item,
        "item not in the order": _not_in_order,
        "more units than were bought": _too_many,
        "gift card does not cover a difference": _card_short_for_difference,
        "gift card does not cover the order": _card_short_for_order,
        "somebody else's payment method": _others_method,
        "refund to another card": _refund_elsewhere,
        "payment method as before": _same_method,
        "reason not permitted": _wrong_reason,
        "yes of somebody else": _yes_of_another,
        "yes to another amount": _yes_to_other_amount,
        "yes to another address or method": _yes_to_other_content,
    }

    def maker(kind: str) -> Callable[[], Iterator[Attempt]]:
        return lambda: (Attempt(kind, *each) for each in makers[kind](cases))

    return {kind: maker(kind) for kind in makers} | {"no yes is said": lambda: _no_yes(cases)}


Made = Iterator[tuple[str | None, Call, tuple[Call, ...], Forge | None]]


def _another_persons(cases: Cases) -> Made:
    for place, order in enumerate(cases.with_status("pending", "delivered")):
        other = cases.orders[place - 1]["user_id"]
        calls = [*cases.changes(order), ("order_status", {"order_id": order["order_id"]})]
        if other != order["user_id"]:
            yield other, calls[place % len(calls)], (), None


def _nobody(cases: Cases) -> Made:
    for place, order in enumerate(cases.with_status("pending", "delivered")):
        calls = [*cases.changes(order), ("my_orders", {}), ("order_status", {"order_id": order["order_id"]})]
        yield None, calls[place % len(calls)], (), None


def _no_such_order(cases: Cases) -> Made:
    known = {order["order_id"] for order in cases.orders}
    for place, order in enumerate(cases.orders):
        number = f"#W{(int(order['order_id'][2:]) + 1) % 10_000_000:07}"
        if number not in known:
            calls = cases.changes({**order, "order_id": number})
            yield order["user_id"], calls[place % len(calls)], (), None


def _at_stage(cases: Cases, status: str, which: tuple[int, ...]) -> Made:
    for place, order in enumerate(cases.with_status(status)):
        calls = cases.changes(order)
        if len(calls) == 5:
            yield order["user_id"], calls[which[place % len(which)]], (), None


def _after_swap(cases: Cases, status: str, which: int) -> Made:
    for order in cases.with_status(status):
        swap, calls = cases.cheaper_swap(order, len(order["items"]) - 1), cases.changes(order)
        if swap and len(calls) == 5 and len(order["items"]) > 1:
            yield order["user_id"], calls[which], (swap,), None


def _after_return(cases: Cases, which: int) -> Made:
    for order in cases.with_status("delivered"):
        calls = cases.changes(order)
        back = {"order_id": order["order_id"], "items": [f"item {len(order['items'])}"]}
        if len(calls) == 5 and len(order["items"]) > 1:
            yield order["user_id"], calls[which], (("start_return", back),), None


def _other_methods(cases: Cases, order: Json) -> list[str]:
    """The owner's other methods that could pay the whole order."""
    amount, paid = order["payment_history"][0]["amount"], cases.paid_with(order)
    methods = cases.users[order["user_id"]]["payment_methods"].values()
    return [str(each["id"]) for each in methods if each["id"] != paid and each.get("balance", amount) >= amount]


def _payment_after_swap(cases: Cases) -> Made:
    for order in cases.with_status("pending"):
        swap, others = cases.cheaper_swap(order), _other_methods(cases, order)
        if swap and others:
            call = ("change_payment", {"order_id": order["order_id"], "payment": others[0]})
            yield order["user_id"], call, (swap,), None


def _second_payment(cases: Cases) -> Made:
    for order in cases.with_status("pending"):
        for other in _other_methods(cases, order)[:1]:
            first = ("change_payment", {"order_id": order["order_id"], "payment": other})
            again = ("change_payment", {"order_id": order["order_id"], "payment": cases.paid_with(order)})
            yield order["user_id"], again, (first,), None


def _second_cancellation(cases: Cases) -> Made:
    for order in cases.with_status("pending"):
        cancel = ("cancel_order", {"order_id": order["order_id"], "reason": "no longer needed"})
        yield order["user_id"], ("cancel_order", cancel[1] | {"reason": "ordered by mistake"}), (cancel,), None


def _exchange(cases: Cases, order: Json, items: list[str], new: list[str], payment: str | None = None) -> Call:
    said = {"order_id": order["order_id"], "items": items, "new_items": new}
    return "exchange_items", said | {"payment": payment or cases.paid_with(order)}


def _other_type(cases: Cases) -> Made:
    names = sorted(cases.products)
    for place, order in enumerate(cases.with_status("delivered", "pending")):
        other = next(each for each in names[place % 40 :] if each != order["items"][0]["product_id"])
        new = next((i for i, each in sorted(cases.products[other]["variants"].items()) if each["available"]), None)
        if new:
            yield order["user_id"], _exchange(cases, order, ["item 1"], [new]), (), None


def _not_available(cases: Cases) -> Made:
    for order in cases.with_status("delivered", "pending"):
        new = cases.other(order["items"][0], available=False)
        if new:
            yield order["user_id"], _exchange(cases, order, ["item 1"], [new]), (), None


def _same_item(cases: Cases) -> Made:
    for order in cases.with_status("pending"):
        yield order["user_id"], _exchange(cases, order, ["item 1"], [order["items"][0]["item_id"]]), (), None


def _not_in_order(cases: Cases) -> Made:
    for place, order in enumerate(cases.with_status("delivered")):
        held = {each["item_id"] for each in order["items"]}
        strange = (
            next(each["item_id"] for each in cases.orders[place]["items"] if each["item_id"] not in held)
            if not ({each["item_id"] for each in cases.orders[place]["items"]} <= held)
            else None
        )
        if strange:
            said = {"order_id": order["order_id"], "items": [strange], "payment": cases.paid_with(order)}
            yield order["user_id"], ("start_return", said), (), None


def _too_many(cases: Cases) -> Made:
    for order in cases.with_status("delivered"):
        item = order["items"][0]["item_id"]
        if [each["item_id"] for each in order["items"]].count(item) == 1:
            said = {"order_id": order["order_id"], "items": [f"2 x {item}"], "payment": cases.paid_with(order)}
            yield order["user_id"], ("start_return", said), (), None


def _card_short_for_difference(cases: Cases) -> Made:
    for order in cases.with_status("delivered", "pending"):
        for card in cases.cards(order["user_id"]):
            for place, item in enumerate(order["items"]):
                new = cases.other(item, dearer_by=card["balance"])
                if new:
                    yield order["user_id"], _exchange(cases, order, [f"item {place + 1}"], [new], card["id"]), (), None
                    break


def _card_short_for_order(cases: Cases) -> Made:
    for order in cases.with_status("pending"):
        for card in cases.cards(order["user_id"]):
            if card["id"] != cases.paid_with(order) and card["balance"] < order["payment_history"][0]["amount"]:
                call = ("change_payment", {"order_id": order["order_id"], "payment": card["id"]})
                yield order["user_id"], call, (), None


def _others_method(cases: Cases) -> Made:
    for place, order in enumerate(cases.with_status("delivered", "pending")):
        other = cases.orders[place - 1]
        if other["user_id"] == order["user_id"]:
            continue
        method = {"payment": cases.paid_with(other)}
        if order["status"] == "delivered":
            yield (
                order["user_id"],
                ("start_return", {"order_id": order["order_id"], "items": ["item 1"]} | method),
                (),
                None,
            )
        else:
            yield order["user_id"], ("change_payment", {"order_id": order["order_id"]} | method), (), None


def _refund_elsewhere(cases: Cases) -> Made:
    for order in cases.with_status("delivered"):
        methods = cases.users[order["user_id"]]["payment_methods"].values()
        for each in methods:
            if each["source"] != "gift_card" and each["id"] != cases.paid_with(order):
                said = {"order_id": order["order_id"], "items": ["item 1"], "payment": each["id"]}
                yield order["user_id"], ("start_return", said), (), None


def _same_method(cases: Cases) -> Made:
    for order in cases.with_status("pending"):
        call = ("change_payment", {"order_id": order["order_id"], "payment": cases.paid_with(order)})
        yield order["user_id"], call, (), None


def _wrong_reason(cases: Cases) -> Made:
    for place, order in enumerate(cases.with_status("pending")):
        said = {"order_id": order["order_id"], "reason": _REASONS[place % len(_REASONS)]}
        yield order["user_id"], ("cancel_order", said), (), None


def _permitted(cases: Cases) -> Iterator[tuple[Json, Call]]:
    for place, order in enumerate(cases.with_status("pending", "delivered")):
        calls = cases.changes(order)
        if len(calls) == 5:
            yield order, calls[(0, 2)[place % 2] if order["status"] == "pending" else (1, 4)[place % 2]]


def _yes_of_another(cases: Cases) -> Made:
    for place, (order, call) in enumerate(_permitted(cases)):
        other = cases.orders[place]["user_id"] if place % 3 else None  # every third time nobody is signed in
        if other != order["user_id"]:
            yield order["user_id"], call, (), lambda customer, write, other=other: (other, write)


def _yes_to_other_amount(cases: Cases) -> Made:
    for order, call in _permitted(cases):
        if call[0] in ("cancel_order", "start_return"):
            yield order["user_id"], call, (), _dearer


def _yes_to_other_content(cases: Cases) -> Made:
    strangers = sorted(cases.users)
    for place, (order, call) in enumerate(_permitted(cases)):
        other = next(each for each in strangers[place % 400 :] if each != order["user_id"])
        method = next(iter(cases.users[other]["payment_methods"]))
        if call[0] == "start_return":
            yield (
                order["user_id"],
                call,
                (),
                lambda customer, write, m=method: (customer, _with(write, payment_method_id=m)),
            )
        elif call[0] == "change_address":
            yield order["user_id"], call, (), lambda customer, write, o=other: (customer, _with(write, customer_id=o))


def _no_yes(cases: Cases) -> Iterator[Attempt]:
    for (order, call), reply in zip(_permitted(cases), _NO_YES, strict=False):
        yield Attempt("no yes is said", order["user_id"], call, reply=reply)


def _dearer(customer: str | None, write: Write) -> tuple[str | None, Write]:
    return customer, _with(write, refund=write.payload["refund"] + 500.0)


def _with(write: Write, **changed: object) -> Write:
    return replace(write, payload={**write.payload, **changed})
