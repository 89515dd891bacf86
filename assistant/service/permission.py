"""Whether the shop's rules permit a change to an order on a given day. Decides; proposes and writes nothing."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from assistant.errors import Refused
from assistant.service.items import Chosen
from assistant.service.orders import Order, requested_on
from assistant.service.rules import Rules, Sending
from assistant.wording import day, listed, plural

Action = Literal["return", "cancel", "exchange", "address"]
_DOING = {"return": "returned", "cancel": "cancelled", "exchange": "exchanged", "address": "sent to another address"}


def check_permitted(action: Action, order: Order, rules: Rules, today: date) -> None:
    """Whether the shop's rules allow the change today.

    Raises:
        Refused: they don't; says why and, where there is one, what is possible instead.
    """
    name, done = f"Order {order.order_id}", _DOING[action]
    if order.kind == "return":
        raise Refused(f"{name} is a credit note, so there is nothing to change about it.")
    _refuse_after_requests(action, order, rules)
    if order.stage in ("cancelled", "returned"):
        raise Refused(f"{name} is already {order.stage}, so it can't be {done}.")
    if order.stage == "unrecorded":
        _refuse_after(rules.unrecorded_window_days, order.ordered_on, "placed", order, done, today)
    elif action in ("cancel", "address") and order.stage != "placed":
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
    if action in ("cancel", "address"):
        for request in (*order.made("return"), *order.made("exchange")):
            raise Refused(
                f"For order {order.order_id} a{'n' if request.action == 'exchange' else ''} {request.action} "
                f"was requested "
                f"on {requested_on(request)}, so it can't be {_DOING[action]}."
            )
    if action == "exchange" and rules.exchange_once_only:
        for request in order.made("exchange"):
            raise Refused(
                f"An exchange for order {order.order_id} was requested on {requested_on(request)}, and an order can be "
                "exchanged only once."
            )


def _refuse_after(window: int, start: date, event: str, order: Order, done: str, today: date) -> None:
    age = (today - start).days
    if age > window:
        raise Refused(
            f"Order {order.order_id} was {event} on {day(start)}, {plural(age, 'day')} ago; it can be {done} within "
            f"{plural(window, 'day')} only."
        )
