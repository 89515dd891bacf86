"""Carries out what a customer has said yes to: checked again, recorded once. Called by code, never by a model."""

from datetime import date

from assistant.errors import AssistantError, BadCall, Refused
from assistant.messages import ToolResult, Write
from assistant.records.ledger import CHANGED_MEANWHILE, NOT_YOURS
from assistant.service.changes import propose_address, propose_cancel, propose_return
from assistant.service.items import Chosen, check_quantities
from assistant.service.order_book import find_order
from assistant.service.proposals import Proposal
from assistant.service.rules import read_rules
from assistant.service.settling import propose_payment
from assistant.service.swaps import propose_exchange, propose_items
from assistant.toolbox import Context
from assistant.wording import day

TOOL_OF_ACTION = {
    "return": "start_return",
    "cancel": "cancel_order",
    "exchange": "exchange_items",
    "address": "change_address",
    "items": "exchange_items",
    "payment": "change_payment",
}


def carry_out(context: Context, write: Write) -> ToolResult:
    """Does what the customer has said yes to: rules and permission are checked again, then it is recorded once.

    Returns:
        status ok with what was done, or what had been done already by the same yes.

    Raises nothing that a person can mend: a refusal or failure is a result too, and then nothing is changed.
    """
    try:
        return _carry_out(context, write)
    except Refused as refusal:  # or the same yes was carried out at this very moment
        return _done_before(context, write) or ToolResult(headline=str(refusal), status="refused")
    except AssistantError as failure:
        return ToolResult(headline=str(failure), status="error")


def _carry_out(context: Context, write: Write) -> ToolResult:
    shop, session = context.shop, context.session
    before = _done_before(context, write)
    if before is not None:
        return before
    if session.customer_id is None or write.payload.get("customer_id") != session.customer_id:
        shop.records.carry_out(write, session)  # refuses and records the denial
        raise Refused(NOT_YOURS)
    proposal = _proposed_again(context, write)
    if {**proposal.payload, "day": ""} != {**write.payload, "day": ""}:
        raise Refused(CHANGED_MEANWHILE)
    acted = shop.records.carry_out(write, session)
    done = f"Done: {proposal.what} is requested; {proposal.consequence}."
    if not acted:
        done = f"That was already done: {proposal.what}."
    return ToolResult(headline=done, facts=proposal.facts, table=proposal.table, notes=proposal.notes)


def _done_before(context: Context, write: Write) -> ToolResult | None:
    """What to say where this very change was carried out before, for this customer."""
    session = context.session
    earlier = context.shop.records.request(write.idempotency_key)
    if earlier is None or session.customer_id is None or earlier.customer_id != session.customer_id:
        return None
    session.pending = None
    when = day(date.fromisoformat(earlier.payload["day"]))
    return ToolResult(headline=f"That was already done on {when}; I have not done it twice.")


def _proposed_again(context: Context, write: Write) -> Proposal:
    """The same change under the rules and the order as they are now."""
    shop, payload, reason = context.shop, write.payload, write.payload.get("reason")
    payment = payload.get("payment_method_id")
    rules, customer_id = read_rules(shop.policies_folder), payload["customer_id"]
    order = find_order(shop, customer_id, payload["order_id"]) if payload.get("order_id") else None
    if write.action == "address":
        return propose_address(shop, customer_id, order, payload["address"], rules)
    if order is None:
        raise BadCall(f"Expected an order to {write.action}; got none. Prepare the change again.")
    if write.action == "cancel":
        return propose_cancel(shop, order, reason, rules)
    if write.action == "payment":
        return propose_payment(shop, order, payment, rules)
    by_position = {line.position: line for line in order.lines}
    chosen = tuple(Chosen(by_position[each["position"]], each["quantity"]) for each in payload["lines"])
    if len(order.requests) != payload["sequence"]:
        raise Refused(CHANGED_MEANWHILE)
    check_quantities(order, chosen)
    if write.action == "return":
        return propose_return(shop, order, chosen, reason, rules, payment)
    found = [shop.resolve.product_by_id(each["to_product_id"]) for each in payload["lines"]]
    new = [product for product in found if product is not None]
    if len(new) < len(found):
        raise Refused(CHANGED_MEANWHILE)
    propose = propose_items if write.action == "items" else propose_exchange
    return propose(shop, order, chosen, new, reason, rules, payment)
