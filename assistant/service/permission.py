"""Whether the shop's rules permit a change to an order on a given day. Decides; proposes and writes nothing."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from assistant.errors import Refused
from assistant.records import Request
from assistant.service.items import Chosen
from assistant.service.orders import WORDS, Order, requested_on
from assistant.service.rules import Rules, Sending
from assistant.wording import day, listed, plural

Action = Literal["return", "cancel", "exchange", "address", "items", "payment"]
_DOING = {
    "return": "returned",
    "cancel": "cancelled",
    "exchange": "exchanged",
    "address": "sent to another address",
    "items": "changed",
    "payment": "paid another way",
}
_BEFORE_DISPATCH = ("cancel", "address", "items", "payment")


def check_permitted(action: Action, order: Order, rules: Rules, today: date) -> None:
    """Whether the shop's rules allow the change today.

    Raises:
        Refused: they don't; says why and, where there is one, what is possible instead.
    """
    name, done = f"Order {order.order_id}", _DOING[action]
    if (action == "items" and not rules.change_items) or (action == "payment" and not rules.change_payment):
        raise Refused(f"By the shop's rules an order that has been placed can't be {done}.")
    if order.kind == "return":
        raise Refused(f"{name} is a credit note, so there is nothing to change about it.")
    _refuse_after_requests(action, order, rules)
    if order.stage in ("cancelled", "returned"):
        raise Refused(f"{name} is already {order.stage}, so it can't be {done}.")
    if order.stage == "unrecorded":
        _refuse_after(rules.unrecorded_window_days, order.ordered_on, "placed", order, done, today)
    elif action in _BEFORE_DISPATCH and order.stage != "placed":
        instead = (
            "You can return it once it has arrived." if order.stage == "dispatched" else "You can ask to return it."
        )
        raise Refused(f"{name} is already {order.stage}, so it can't be {done} any more. {instead}")
    elif action in ("return", "exchange") and order.stage != "delivered":
        instead = " It can still be cancelled." if order.stage == "placed" else ""
        raise Refused(f"{name} has not been delivered yet, so it can't be {done} now.{instead}")
    elif order.stage == "delivered":
        window = rules.return_window_days if action == "return" else rules.exchange_window_days
        arrived = order.delivered_on or order.dispatched_on or order.ordered_on
        _refuse_after(window, arrived, "delivered" if order.delivered_on else "placed", order, done, today)


def check_may_come_back(action: Sending, chosen: Sequence[Chosen], reason: str | None, rules: Rules) -> None:
    """Refuses goods that the shop does not take back, unless the reason says that something is wrong with them."""
    excluded = [each.line.title for each in chosen if rules.excluded(action, each.line.category, reason)]
    if excluded:
        unless = " unless something is wrong with it" if rules.fault_words else ""
        raise Refused(f"By the shop's rules {listed(excluded)} can't be {_DOING[action]}{unless}.")


def _refuse_after_requests(action: Action, order: Order, rules: Rules) -> None:
    for request in order.made("cancel"):
        again = "There is nothing more to do." if action == "cancel" else f"It can't be {_DOING[action]} as well."
        raise Refused(f"You asked on {requested_on(request)} to cancel order {order.order_id}. {again}")
    for request in order.requests:
        if request.action in _barring(action, rules):
            raise Refused(
                f"For order {order.order_id} a{'n' if request.action == 'exchange' else ''} {WORDS[request.action]} "
                f"was requested on {requested_on(request)}, so it can't be {_DOING[action]}{_again(action, request)}."
            )


def _again(action: Action, request: Request) -> str:
    """The rule, where the same thing was asked for before."""
    if request.action != action:
        return ""
    return f" a second time: an order can be {_DOING[action]} only once"


def _barring(action: Action, rules: Rules) -> set[str]:
    """The kinds of requests after which this one is not permitted."""
    barring = {"return", "exchange"} if action in _BEFORE_DISPATCH else set()
    if action in ("items", "payment"):
        barring.add(action)
    if rules.change_items_final and action in ("cancel", "payment"):
        barring.add("items")
    if (action == "exchange" and rules.exchange_once_only) or (action == "return" and rules.return_once_only):
        barring.add(action)
    if action in ("return", "exchange") and not rules.exchange_after_return:
        barring |= {"return", "exchange"} - {action}
    return barring


def _refuse_after(window: int, start: date, event: str, order: Order, done: str, today: date) -> None:
    age = (today - start).days
    if age > window:
        raise Refused(
            f"Order {order.order_id} was {event} on {day(start)}, {plural(age, 'day')} ago; it can be {done} within "
            f"{plural(window, 'day')} only."
        )
