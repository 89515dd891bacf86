"""What the HTTP API takes and gives, for OpenAPI: the contract ANSWER and the bodies around it. Knows no logic."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def writable(text: str) -> str:
    """A text that every database can keep.

    Raises:
        ValueError: it holds half a character or a zero.
    """
    if any("\ud800" <= character <= "\udfff" or character == "\0" for character in text):
        raise ValueError("expected readable text; got half a character or a zero in it")
    return text


Text = Annotated[str, Field(min_length=1, max_length=100_000), AfterValidator(writable)]
Key = Annotated[str, Field(min_length=1, max_length=128), AfterValidator(writable)]
Words = Annotated[str, Field(max_length=2_000), AfterValidator(writable)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewSession(_Strict):
    """A conversation to begin. Naming a customer is for the shop's own server, with the manager's token."""

    role: Literal["customer", "manager"] = "customer"
    customer_id: Key | None = None


class Credentials(_Strict):
    """Name and password of an account."""

    name: Key
    password: Annotated[str, Field(min_length=1, max_length=1_000), AfterValidator(writable)]


class LoginBody(BaseModel):
    """A login: send `token` as `Authorization: Bearer TOKEN`; it ends after so many seconds."""

    token: str
    role: Literal["customer", "manager"]
    customer_id: str | None
    seconds: int


class SessionBody(BaseModel):
    """A begun conversation: send `session` with each question. Who holds it holds the conversation."""

    session: str
    role: Literal["customer", "manager"]
    customer_id: str | None


class Question(_Strict):
    """A question. Without `session` a conversation begins; its key comes back in the header X-Session."""

    question: Text
    session: Key | None = None
    role: Literal["customer", "manager"] = "customer"
    customer_id: Key | None = None


class CallBody(BaseModel):
    """A tool call that was made, and its result (`headline`, `facts`, `table`, `chart`, `method`, `score`, ...)."""

    name: str
    arguments: dict[str, Any]
    status: Literal["ok", "needs_confirmation", "refused", "error"]
    seconds: float
    result: dict[str, Any]


class ShownProduct(BaseModel):
    """A product that the answer shows."""

    product_id: str
    title: str
    price: float | None


class SecondsBody(BaseModel):
    """How long it took."""

    first_token: float
    total: float


class TokensBody(BaseModel):
    """What the language model read and wrote."""

    prompt: int
    completion: int


class AnswerBody(BaseModel):
    """ANSWER, as `retail-assistant ask --json` prints it."""

    question: str
    role: Literal["customer", "manager"]
    answer: str
    calls: list[CallBody]
    products: list[ShownProduct]
    grounded: bool
    unsupported: list[str]
    handed_off: bool
    model: str
    seconds: SecondsBody
    tokens: TokensBody


class ProductBody(BaseModel):
    """A product found."""

    product_id: str
    title: str
    price: float | None
    category: str | None
    in_stock: bool | None
    reason: str | None
    description: str | None


class ProductsBody(BaseModel):
    """Products found, and what the search says about them."""

    query: str
    currency: str
    headline: str
    products: list[ProductBody]
    notes: list[str]


class Feedback(_Strict):
    """What somebody thinks of an answer of their conversation; `turn` counts from 1, left out it is the last."""

    session: Key
    rating: Literal["up", "down"]
    turn: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    comment: Words = ""


class FeedbackBody(BaseModel):
    """The feedback is in the records."""

    recorded: bool
    turn: int


class HeardBody(BaseModel):
    """What was said in a recording of so many seconds; an empty text where nothing was."""

    text: str
    seconds: float


class ToSay(_Strict):
    """A text to be read out."""

    text: Words


class ArrivedOrder(_Strict):
    """An order that the shop's system has just taken."""

    order_id: Key
    customer_id: Key
    products: Annotated[list[Key], Field(min_length=1, max_length=500)]


class DueOffers(BaseModel):
    """The offers that an order calls for, and how many of them were not announced before."""

    offers: list[dict[str, Any]]
    new: int


class HealthBody(BaseModel):
    """Whether questions can be answered."""

    status: Literal["ok", "unavailable"]
    shop: str
    as_of: str
    version: str
    records: bool
    detail: str = ""
