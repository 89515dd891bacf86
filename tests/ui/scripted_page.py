"""A scripted conversation and shop: only what the page sees of them."""

from collections.abc import Iterator
from types import SimpleNamespace

from assistant.errors import NotFound
from assistant.messages import Answer, CallRecord, Chart, Fact, ProductCard, Series, Table, ToolCall, ToolResult, Write

EVIL = "<script>alert(1)</script>"

MUG = ProductCard("M1", "Speckled Mug", 12.5, "Mugs", True, "goes with your teapot")
CHART = Chart(
    "line",
    "Weekly units",
    "week",
    "units",
    (
        Series("sold", ("2026-06-01", "2026-06-08"), (10.0, None)),
        Series("expected", ("2026-06-15", "2026-06-22"), (11.0, 12.0), (8.0, 9.0), (14.0, 16.0)),
    ),
)
TABLE = Table(("Product", "Units", "Revenue"), (("Mug", 1200, 1234.5), ("=1+1", 3, None)))


def record(name: str, result: ToolResult, **arguments: object) -> CallRecord:
    return CallRecord(name, dict(arguments), result.status, 0.25, result)


def answer(*calls: CallRecord, said: str = "Done.", role: str = "customer", **more: object) -> Answer:
    cards = tuple(card for call in calls for card in call.result.products)
    return Answer("q", role, said, calls, cards, model="tiny", total_seconds=1.5, prompt_tokens=1200, **more)


class ScriptedConversation:
    """Says what its script has for a message."""

    def __init__(self, shop, role, customer_id=None):
        self.shop = shop
        self.session = SimpleNamespace(session_id="s", role=role, customer_id=customer_id, pending=None)
        self.heard: list[str] = []

    def act(self, text, call, run=None) -> Iterator[str | Answer]:
        self.heard.append(text)
        yield answer(record(call.name, ToolResult("Done.")), said="Done.")

    def stream(self, message: str, watch=lambda step: None) -> Iterator[str | Answer]:
        self.heard.append(message)
        if message == "bug":
            raise ZeroDivisionError
        if message == "lost":
            raise NotFound("The records are away.")
        watch("looking at search products")
        last = self.shop.script.get(message, answer(said="One. Two."))
        for place, piece in enumerate(last.answer.split(". ")):
            yield f" {piece}" if place else f"{piece}."
        waits = bool(last.calls) and last.calls[-1].status == "needs_confirmation"
        self.session.pending = Write("return", {}, f"key {len(self.heard)}") if waits else None
        yield last


class ScriptedToolbox:
    """A cart without a shop behind it."""

    def __init__(self):
        self.held: list[str] = []
        self.calls: list[ToolCall] = []

    def run(self, call, context):
        self.calls.append(call)
        if call.name == "add_to_cart":
            self.held.append(call.arguments["product"])
        if call.name == "remove_from_cart":
            self.held.remove(call.arguments["product"])
        return call, self._cart(f"{call.name} done {EVIL}")

    def _cart(self, headline):
        rows = tuple((f"Thing {each}", 1, 2.5, 2.5) for each in self.held)
        return ToolResult(
            headline,
            facts=(Fact("cart total", 2.5 * len(rows), "GBP", f"£{2.5 * len(rows):.2f}"),),
            table=Table(("Item", "Quantity", "Unit price", "Total"), rows) if rows else None,
            products=tuple(ProductCard(each, f"Thing {each}", 2.5) for each in self.held),
        )


def asking(headers, address="127.0.0.1"):
    """A request, as far as who asks."""
    return SimpleNamespace(headers=headers, client=SimpleNamespace(host=address))


def begin(shop, role, customer_id=None, session_id="s"):
    if customer_id == "nobody":
        raise NotFound("There is no customer nobody.")
    return ScriptedConversation(shop, role, customer_id)


def known_customer(customer_id):
    if customer_id == "nobody":
        raise NotFound("There is no customer nobody.")
    return SimpleNamespace(customer_id=customer_id)
