"""The tools of customer service: identity, one's own orders, the changes to them, the cart and the hand-off.

A change is only prepared here: `carry_out` does it after a yes, called by the conversation, never by a model.
Rules, references and proposals are in `assistant.service`.
"""

from datetime import date

from assistant.errors import AssistantError, BadCall, Refused
from assistant.messages import Fact, Table, ToolResult, Write
from assistant.records.ledger import CHANGED_MEANWHILE
from assistant.service import cart, identity
from assistant.service.changes import (
    Proposal,
    check_permitted,
    propose_address,
    propose_cancel,
    propose_exchange,
    propose_return,
)
from assistant.service.hand_over import summary_of
from assistant.service.items import Chosen, check_quantities, choose_items
from assistant.service.orders import Order, customers_orders, find_order
from assistant.service.rules import Rules, read_rules
from assistant.toolbox import Context, Tool, tool
from assistant.wording import day, money, number, plural

_SHOWN = 10


@tool(roles={"customer"})
def verify_identity(
    context: Context, email: str | None = None, order_id: str | None = None, postcode: str | None = None
) -> ToolResult:
    """Identify the customer by an order number together with the e-mail address or postcode on that order.

    Args:
        email: the e-mail address as the customer said it.
        order_id: the order number as the customer said it.
        postcode: the postcode as the customer said it.
    """
    if not identity.has_contact_details(context.shop):
        raise AssistantError(
            "This shop's records hold no e-mail addresses or postcodes, so I can't identify you here. "
            "Please sign in to your account, or ask me for a person."
        )
    identity.identify(context.shop, context.session, order_id, email, postcode)
    return ToolResult(
        headline="Thank you, that matches: I can now help you with your orders.",
        follow_ups=("Show my orders", "Where is my last order?"),
    )


@tool(roles={"customer"}, private=True)
def my_orders(context: Context) -> ToolResult:
    """List the customer's own orders with date, total and status."""
    found = [each for each in customers_orders(context.shop, _customer(context)) if each.kind != "return"]
    if not found:
        return ToolResult(headline="You have no orders with us yet.", facts=(Fact("orders", 0, "orders", "0"),))
    latest, currency = found[0], context.shop.currency
    shown = f", the latest {_SHOWN} of them below" if len(found) > _SHOWN else ""
    rows = tuple((o.order_id, o.ordered_on.isoformat(), _units(o), o.total, o.state) for o in found[:_SHOWN])
    return ToolResult(
        headline=f"You have {plural(len(found), 'order')}{shown}. The latest is {latest.order_id} of "
        f"{day(latest.ordered_on)} for {money(latest.total, currency)}: {latest.state}.",
        facts=(
            Fact("orders", len(found), "orders", number(len(found))),
            *(
                Fact(f"total of order {o.order_id}", o.total, currency, money(o.total, currency))
                for o in found[:_SHOWN]
            ),
        ),
        table=Table(("Order", "Date", "Items", "Total", "Status"), rows),
        follow_ups=(f"What is in order {latest.order_id}?",),
    )


@tool(roles={"customer"}, private=True)
def order_status(context: Context, order_id: str | None = None) -> ToolResult:
    """Show the status, contents and total of one of the customer's own orders.

    Args:
        order_id: the order number as the customer said it; the latest order if not said.
    """
    order, currency = (
        find_order(context.shop, _customer(context), order_id, latest_if_unsaid=True),
        context.shop.currency,
    )
    lines = order.lines
    name = f"{'Credit note' if order.kind == 'return' else 'Order'} {order.order_id}"
    units = _units(order)
    facts = [
        Fact("order", order.order_id, "", order.order_id),
        Fact("ordered on", order.ordered_on.isoformat(), "date", day(order.ordered_on)),
        Fact("items", units, "units", number(units, 1)),
        Fact("order total", order.total, currency, money(order.total, currency)),
        Fact("status", order.state, "", order.state),
    ]
    facts += [
        Fact(f"{said} on", when.isoformat(), "date", day(when))
        for said, when in (("dispatched", order.dispatched_on), ("delivered", order.delivered_on))
        if when is not None
    ]
    addresses = [each.payload["address"] for each in order.made("address")]
    return ToolResult(
        headline=f"{name} of {day(order.ordered_on)}, {plural(units, 'item')} for {money(order.total, currency)}, is: "
        f"{order.state}.",
        facts=tuple(facts),
        table=Table(
            ("#", "Item", "Quantity", "Unit price", "Total"),
            tuple((line.position, line.title, line.quantity, line.unit_price, line.value) for line in lines),
        ),
        notes=(f"It is to be delivered to {addresses[-1]}, as you asked.",) if addresses else (),
    )


@tool(roles={"customer"}, private=True, writes=True)
def start_return(
    context: Context, order_id: str | None = None, items: list[str] | None = None, reason: str | None = None
) -> ToolResult:
    """Prepare the return of items, or of a whole order, for a refund.

    Args:
        order_id: the order number as the customer said it.
        items: the items as the customer said them; the whole order if not said.
        reason: why, as the customer said it.
    """
    order = find_order(context.shop, _customer(context), order_id)
    rules = _rules(context)
    check_permitted("return", order, rules, context.shop.as_of)
    chosen = choose_items(order, items, nothing_said_means_all=True)
    return _ask(propose_return(context.shop, order, chosen, reason, rules))


@tool(roles={"customer"}, private=True, writes=True)
def cancel_order(context: Context, order_id: str | None = None, reason: str | None = None) -> ToolResult:
    """Prepare the cancellation of an order that has not been dispatched.

    Args:
        order_id: the order number as the customer said it.
        reason: why, as the customer said it.
    """
    order = find_order(context.shop, _customer(context), order_id)
    return _ask(propose_cancel(context.shop, order, reason, _rules(context)))


@tool(roles={"customer"}, private=True, writes=True)
def exchange_items(
    context: Context,
    order_id: str | None = None,
    items: list[str] | None = None,
    new_items: list[str] | None = None,
    reason: str | None = None,
) -> ToolResult:
    """Prepare the exchange of items of an order for other products.

    Args:
        order_id: the order number as the customer said it.
        items: the items to give back, as the customer said them.
        new_items: the products wanted instead, as the customer said them.
        reason: why, as the customer said it.
    """
    order = find_order(context.shop, _customer(context), order_id)
    rules = _rules(context)
    check_permitted("exchange", order, rules, context.shop.as_of)
    chosen = choose_items(order, items, nothing_said_means_all=False)
    if not new_items:
        raise BadCall("Which product would you like instead?")
    new = [context.shop.resolve.product(each) for each in new_items]
    return _ask(propose_exchange(context.shop, order, chosen, new, reason, rules))


@tool(roles={"customer"}, private=True, writes=True)
def change_address(context: Context, address: str, order_id: str | None = None) -> ToolResult:
    """Prepare another delivery address for an order, or for the customer's account.

    Args:
        address: the full new address as the customer said it.
        order_id: the order number as the customer said it; the account if not said.
    """
    customer_id = _customer(context)
    order = find_order(context.shop, customer_id, order_id) if order_id else None
    return _ask(propose_address(context.shop, customer_id, order, address, _rules(context)))


@tool(roles={"customer", "manager"})
def hand_off(context: Context, reason: str) -> ToolResult:
    """Pass the conversation to a person of the shop's staff.

    Args:
        reason: what it is about, as the person said it.
    """
    records = context.shop.records
    place = records.hand_off(context.session, reason, summary_of(records, context.session, reason))
    return ToolResult(
        headline=f"I've passed this to a colleague under number {place}, so you needn't repeat yourself.",
        facts=(Fact("hand-off number", place, "", str(place)),),
        handed_off=True,
    )


TOOLS: tuple[Tool, ...] = (
    verify_identity,
    my_orders,
    order_status,
    start_return,
    cancel_order,
    exchange_items,
    change_address,
    *cart.TOOLS,
    hand_off,
)


def carry_out(context: Context, write: Write) -> ToolResult:
    """Does what the customer has said yes to: rules and permission are checked again, then it is recorded once.

    Returns:
        status ok with what was done, or what had been done already by the same yes.

    Raises nothing that a person can mend: a refusal or failure is a result too, and then nothing is changed.
    """
    try:
        return _carry_out(context, write)
    except Refused as refusal:
        return ToolResult(headline=str(refusal), status="refused")
    except AssistantError as failure:
        return ToolResult(headline=str(failure), status="error")


def _carry_out(context: Context, write: Write) -> ToolResult:
    shop, session = context.shop, context.session
    earlier = shop.records.request(write.idempotency_key)
    if earlier is not None and session.customer_id is not None and earlier.customer_id == session.customer_id:
        session.pending = None
        when = day(date.fromisoformat(earlier.payload["day"]))
        return ToolResult(headline=f"That was already done on {when}; I have not done it twice.")
    if session.customer_id is None or write.payload.get("customer_id") != session.customer_id:
        shop.records.carry_out(write, session)  # refuses and records the denial
    proposal = _proposed_again(context, write)
    if {**proposal.payload, "day": ""} != {**write.payload, "day": ""}:
        raise Refused(CHANGED_MEANWHILE)
    acted = shop.records.carry_out(write, session)
    done = f"Done: {proposal.what} is requested; {proposal.consequence}."
    if not acted:
        done = f"That was already done: {proposal.what}."
    return ToolResult(headline=done, facts=proposal.facts, table=proposal.table, notes=proposal.notes)


def _proposed_again(context: Context, write: Write) -> Proposal:
    """The same change under the rules and the order as they are now."""
    shop, payload, rules = context.shop, write.payload, _rules(context)
    customer_id, reason = _customer(context), payload.get("reason")
    order = find_order(shop, customer_id, payload["order_id"]) if payload.get("order_id") else None
    if write.action == "address":
        return propose_address(shop, customer_id, order, payload["address"], rules)
    if order is None:
        raise BadCall(f"Expected an order to {write.action}; got none. Prepare the change again.")
    if write.action == "cancel":
        return propose_cancel(shop, order, reason, rules)
    by_position = {line.position: line for line in order.lines}
    chosen = tuple(Chosen(by_position[each["position"]], each["quantity"]) for each in payload["lines"])
    if len(order.requests) != payload["sequence"]:
        raise Refused(CHANGED_MEANWHILE)
    check_quantities(order, chosen)
    if write.action == "return":
        return propose_return(shop, order, chosen, reason, rules)
    found = [shop.resolve.product_by_id(each["to_product_id"]) for each in payload["lines"]]
    new = [product for product in found if product is not None]
    if len(new) < len(found):
        raise Refused(CHANGED_MEANWHILE)
    return propose_exchange(shop, order, chosen, new, reason, rules)


def _ask(proposal: Proposal) -> ToolResult:
    return ToolResult(
        headline=f"{proposal.what}: {proposal.consequence}. Shall I go ahead?",
        status="needs_confirmation",
        facts=proposal.facts,
        table=proposal.table,
        notes=proposal.notes,
        write=proposal.write(),
    )


def _units(order: Order) -> float:
    return sum(line.quantity for line in order.lines if line.merchandise)


def _rules(context: Context) -> Rules:
    return read_rules(context.shop.policies_folder)


def _customer(context: Context) -> str:
    """The session's customer; the toolbox has refused everyone else before."""
    if context.session.customer_id is None:
        raise Refused("Please identify yourself first.")
    return context.session.customer_id
