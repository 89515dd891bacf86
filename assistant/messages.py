"""The records that pass between the parts of the assistant. Knows no logic."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Role = Literal["customer", "manager"]
Status = Literal["ok", "needs_confirmation", "refused", "error"]
Cell = str | int | float | bool | None


@dataclass(frozen=True)
class Message:
    """One message of a conversation."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    calls: tuple["ToolCall", ...] = ()


@dataclass(frozen=True)
class ToolCall:
    """A call that the language model wrote: arguments are what the person said, not yet resolved."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Fact:
    """One figure or statement that an answer may use.

    Attributes:
        name: what it is, in words ("revenue in February 2011").
        value: the exact value; dates as ISO text.
        unit: "GBP", "units", "orders", "days", "percent", "date", "" ...; percent values are 0-100.
        text: how a person reads it ("£499,464.35", "6.5 %").
    """

    name: str
    value: Cell
    unit: str
    text: str


@dataclass(frozen=True)
class Table:
    """Rows for people and for CSV: plain values, one heading per column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Series:
    """One line or set of bars of a chart; `lower` and `upper` draw a band, `labels` name the points."""

    name: str
    x: tuple[Cell, ...]
    y: tuple[float | None, ...]
    lower: tuple[float | None, ...] = ()
    upper: tuple[float | None, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chart:
    """What to draw. kind: "line", "bar", "scatter", or "routes": ways on a map, x longitude and y latitude."""

    kind: Literal["line", "bar", "scatter", "routes"]
    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]


@dataclass(frozen=True)
class ProductCard:
    """A product as shown to a person."""

    product_id: str
    title: str
    price: float | None
    category: str | None = None
    in_stock: bool | None = None  # None: the shop keeps no stock levels
    reason: str | None = None
    description: str | None = None


@dataclass(frozen=True)
class Write:
    """A change that a write tool has prepared and that only code carries out after a yes.

    Attributes:
        action: name of the change as `records` knows it ("return", "cancel", "exchange", "address", "items",
            "payment").
        payload: everything needed to carry it out, already resolved to ids.
        idempotency_key: the same key acts once.
    """

    action: str
    payload: dict[str, Any]
    idempotency_key: str


@dataclass(frozen=True)
class ToolResult:
    """What a tool found. The headline alone is a complete, true answer.

    Attributes:
        headline: one sentence (a second one at most) for a person.
        facts: typed figures; an answer may use these and those of headline, table and notes only.
        quotes: (title of the source, verbatim text) of policy pages, descriptions and reviews.
        method: how it was computed; score: that method's backtest score, in words.
        notes: assumptions and what is missing, one sentence each.
        reasons: why it is so, one sentence each, for who asks back; none: the notes tell.
        follow_ups: questions that the person may ask next.
        write: set by a write tool's first call only (status needs_confirmation).
        lacks: the argument that the person is asked for, where the tool could not do without it.
    """

    headline: str
    status: Status = "ok"
    facts: tuple[Fact, ...] = ()
    table: Table | None = None
    chart: Chart | None = None
    products: tuple[ProductCard, ...] = ()
    quotes: tuple[tuple[str, str], ...] = ()
    method: str | None = None
    score: str | None = None
    notes: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    follow_ups: tuple[str, ...] = ()
    handed_off: bool = False
    write: Write | None = None
    lacks: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The result for JSON, without empty parts."""
        return {name: value for name, value in asdict(self).items() if value not in (None, (), False)}


@dataclass(frozen=True)
class CallRecord:
    """A call that was made, and what came of it."""

    name: str
    arguments: dict[str, Any]
    status: Status
    seconds: float
    result: ToolResult

    def as_json(self) -> dict[str, Any]:
        """The call as the ANSWER contract has it."""
        return {
            "name": self.name,
            "arguments": self.arguments,
            "status": self.status,
            "seconds": round(self.seconds, 3),
            "result": self.result.as_json(),
        }


@dataclass(frozen=True)
class Answer:
    """One answered turn."""

    question: str
    role: Role
    answer: str
    calls: tuple[CallRecord, ...] = ()
    products: tuple[ProductCard, ...] = ()
    grounded: bool = True
    unsupported: tuple[str, ...] = ()
    handed_off: bool = False
    model: str = ""
    first_token_seconds: float = 0.0
    total_seconds: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def as_json(self) -> dict[str, Any]:
        """The ANSWER contract that `ask --json`, `--batch` and the HTTP API return."""
        return {
            "question": self.question,
            "role": self.role,
            "answer": self.answer,
            "calls": [call.as_json() for call in self.calls],
            "products": [{"product_id": p.product_id, "title": p.title, "price": p.price} for p in self.products],
            "grounded": self.grounded,
            "unsupported": list(self.unsupported),
            "handed_off": self.handed_off,
            "model": self.model,
            "seconds": {
                "first_token": round(self.first_token_seconds, 3),
                "total": round(self.total_seconds, 3),
            },
            "tokens": {"prompt": self.prompt_tokens, "completion": self.completion_tokens},
        }
