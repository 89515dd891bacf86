"""The tools of customer service: identity, one's own orders, the changes to them, the cart and the hand-off.

A change is only prepared here; `carry_out` (of `assistant.service.confirmed`) does it after a yes. Rules, references
and proposals are in `assistant.service`.
"""

from assistant.errors import AssistantError, BadCall, NotFound, Refused, Unclear
from assistant.messages import Fact, Table, ToolResult
from assistant.service import cart, identity
from assistant.service.account import account_facts
from assistant.service.asking import asking
from assistant.service.changes import propose_address, propose_cancel, propose_return
from assistant.service.confirmed import carry_out
from assistant.service.hand_over import summary_of
from assistant.service.items import Chosen, choose_each, choose_items
from assistant.service.order_book import customers_orders, find_order
from assistant.service.orders import Order
from assistant.service.permission import check_permitted
from assistant.service.proposals import Proposal
from assistant.service.rules import Rules, read_rules
from assistant.service.settling import propose_payment
from assistant.service.swaps import propose_exchange, propose_items
from assistant.service.variants import new_product
from assistant.toolbox import Context, Tool, tool
from assistant.wording import day, money, number, plural

__all__ = ["TOOLS", "carry_out"]

_SHOWN = 10


@tool(roles={"customer"})
def verify_identity(
    context: Context,
    email: str | None = None,
    order_id: str | None = None,
    postcode: str | None = None,
    name: str | None = None,
) -> ToolResult:
    """Identify the customer by an order number together with the e-mail address or postcode on that order.

    Args:
        email: the e-mail address as the customer said it.
        order_id: the order number as the customer said it.
        postcode: the postcode as the customer said it.
        name: the customer's full name as the customer said it.
    """
    if not identity.has_contact_details(context.shop):
        raise AssistantError(
            "This shop's records hold no e-mail addresses or postcodes, so I can't identify you here. "
            "Please sign in to your account, or ask me for a person."
        )
    claim = identity.Claim(order_id, email, postcode, name)
    identity.identify(context.shop, context.session, claim, _rules(context))
    return ToolResult(
        headline="Thank you, that matches: I can now help you with your orders.",
        follow_ups=("Show my orders", "Where is my last order?"),
    )


@tool(roles={"customer"}, private=True)
def my_orders(context: Context) -> ToolResult:
    """List the customer's own orders with date, total and status."""
    found = [each for each in customers_orders(context.shop, _customer(context)) if each.kind != "return"]
    account = account_facts(context.shop, _customer(context))
    if not found:
        none = Fact("orders", 0, "orders", "0")
        return ToolResult(headline="You have no orders with us yet.", facts=(none, *account))
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
            *account,
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
    facts += [Fact("parcel number", each, "", each) for each in order.tracking]
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
    context: Context,
    order_id: str | None = None,
    items: list[str] | None = None,
    reason: str | None = None,
    payment: str | None = None,
) -> ToolResult:
    """Prepare the return of items, or of a whole order, for a refund.

    Args:
        order_id: the order number as the customer said it.
        items: the items as the customer said them; the whole order if not said.
        reason: why, as the customer said it.
        payment: the payment method that the refund should go to, as the customer said it.
    """
    order = _order(context, order_id)
    rules = _rules(context)
    check_permitted("return", order, rules, context.shop.as_of)
    with asking("items"):
        chosen = choose_items(order, items, nothing_said_means_all=True)
    with asking("reason"):
        return _ask(propose_return(context.shop, order, chosen, reason, rules, payment))


@tool(roles={"customer"}, private=True, writes=True)
def cancel_order(context: Context, order_id: str | None = None, reason: str | None = None) -> ToolResult:
    """Prepare the cancellation of an order that has not been dispatched.

    Args:
        order_id: the order number as the customer said it.
        reason: why, as the customer said it.
    """
    order = _order(context, order_id)
    with asking("reason"):
        return _ask(propose_cancel(context.shop, order, reason, _rules(context)))


@tool(roles={"customer"}, private=True, writes=True)
def exchange_items(
    context: Context,
    order_id: str | None = None,
    items: list[str] | None = None,
    new_items: list[str] | None = None,
    reason: str | None = None,
    payment: str | None = None,
) -> ToolResult:
    """Prepare the exchange of items of an order for other products.

    Args:
        order_id: the order number as the customer said it.
        items: the items to give back, as the customer said them.
        new_items: the products wanted instead, as the customer said them.
        reason: why, as the customer said it.
        payment: the payment method for the price difference, as the customer said it.
    """
    shop, rules = context.shop, _rules(context)
    order = _order(context, order_id)
    before_dispatch = order.stage == "placed" and rules.change_items
    check_permitted("items" if before_dispatch else "exchange", order, rules, shop.as_of)
    items, new_items = _sorted_out(context, order, items, new_items)
    with asking("items"):
        groups = choose_each(order, items)
    with asking("new_items"):
        if not new_items:
            raise BadCall("Which product would you like instead?")
        pairs = _paired(groups, new_items)
        new = [new_product(shop, each.line, said) for each, said in pairs]
    propose = propose_items if before_dispatch else propose_exchange
    with asking("reason"):
        return _ask(propose(shop, order, [each for each, _ in pairs], new, reason, rules, payment))


@tool(roles={"customer"}, private=True, writes=True, needs="payment_methods")
def change_payment(context: Context, order_id: str | None = None, payment: str | None = None) -> ToolResult:
    """Prepare another payment method for an order that has not been dispatched.

    Args:
        order_id: the order number as the customer said it.
        payment: the payment method wanted, as the customer said it.
    """
    order = _order(context, order_id)
    return _ask(propose_payment(context.shop, order, payment, _rules(context)))


@tool(roles={"customer"}, private=True, writes=True)
def change_address(context: Context, address: str, order_id: str | None = None) -> ToolResult:
    """Prepare another delivery address for an order, or for the customer's account.

    Args:
        address: the full new address as the customer said it.
        order_id: the order number as the customer said it; the account if not said.
    """
    customer_id = _customer(context)
    order = _order(context, order_id) if order_id else None
    with asking("address"):
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
    change_payment,
    *cart.TOOLS,
    hand_off,
)


def _sorted_out(
    context: Context, order: Order, items: list[str] | None, new_items: list[str] | None
) -> tuple[list[str] | None, list[str] | None]:
    """The items and what is wanted instead, told apart by what the order holds: people name either first."""
    if not items or (new_items and not any(_held(order, said) for said in new_items)):
        return items, new_items
    if new_items and not any(_held(order, said) for said in items):
        return new_items, items
    strange = [said for said in items if not _held(order, said) and _sold(context, said)]
    if new_items or not strange:
        return items, new_items
    return [said for said in items if said not in strange] or None, strange


def _held(order: Order, said: str) -> bool:
    try:
        return bool(choose_items(order, [said], nothing_said_means_all=False))
    except Unclear:
        return True
    except (NotFound, Refused):
        return False


def _sold(context: Context, said: str) -> bool:
    try:
        return bool(context.shop.resolve.product(said))
    except Unclear:
        return True
    except NotFound:
        return False


def _paired(groups: list[tuple[Chosen, ...]], new_items: list[str]) -> list[tuple[Chosen, str]]:
    """The lines chosen, each with what is wanted instead: one for all, one for each thing said, or line by line."""
    flat = [each for group in groups for each in group]
    if len(new_items) == len(groups):
        return [(each, said) for group, said in zip(groups, new_items, strict=True) for each in group]
    if len(new_items) == 1 or len(new_items) == len(flat):
        return list(zip(flat, list(new_items) * (len(flat) if len(new_items) == 1 else 1), strict=True))
    raise BadCall(
        f"An exchange needs one new product for each item: you named {plural(len(flat), 'item')} and "
        f"{plural(len(new_items), 'new product')}. Which goes with which?"
    )


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


def _order(context: Context, said: str | None) -> Order:
    """The customer's order that is to be changed; asks for its number where it is not clear."""
    with asking("order_id"):
        return find_order(context.shop, _customer(context), said)


def _rules(context: Context) -> Rules:
    return read_rules(context.shop.policies_folder)


def _customer(context: Context) -> str:
    """The session's customer; the toolbox has refused everyone else before."""
    if context.session.customer_id is None:
        raise Refused("Please identify yourself first.")
    return context.session.customer_id
