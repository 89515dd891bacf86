"""The HTTP API beside the page: sessions, questions (whole or streamed), products, feedback, health.

Knows visitors and the contract ANSWER; what the assistant does with a question it does not know.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Query, Request
from fastapi.responses import Response, StreamingResponse

from assistant import __version__
from assistant.errors import AssistantError
from assistant.messages import Answer, ToolCall
from assistant.records import Session
from assistant.service.due_offers import on_order
from assistant.shop import Shop
from assistant.toolbox import Context
from ui.access import Access
from ui.api_access import Doorman, bearer
from ui.api_desk import Desk
from ui.api_embed import add_embed
from ui.api_errors import ApiError, ErrorBody, SafeJson, as_json, install
from ui.api_models import (
    AnswerBody,
    ArrivedOrder,
    Credentials,
    DueOffers,
    Feedback,
    FeedbackBody,
    HealthBody,
    Key,
    LoginBody,
    NewSession,
    ProductsBody,
    Question,
    SessionBody,
    Words,
)
from ui.api_speech import add_speech
from ui.api_turns import sse
from ui.visitors import Shown, Visitors

SESSION_HEADER = "X-Session"
_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody} for status in (400, 401, 403, 404, 409, 413, 422, 429, 500, 503)
}
_Order = Literal["relevance", "price_low", "price_high", "popular", "newest", "rating"]


def build_api(shop: Shop, access: Access, doorman: Doorman | None = None, visitors: Visitors | None = None) -> FastAPI:
    """The API as an application of its own; its OpenAPI description lies at `openapi.json`.

    Args:
        shop: the opened shop.
        access: how the page is served.
        doorman: who is let in; None: one of its own.
        visitors: who is there; None: nobody yet.
    """
    app = FastAPI(
        title="Retail assistant", version=__version__, description=__doc__ or "", docs_url=None, redoc_url=None,
        responses=_ERRORS,
    )  # fmt: skip
    install(app)
    desk = Desk(shop, visitors or Visitors(shop), doorman or Doorman(access))
    _add_conversation(app, desk)
    _add_login(app, desk, access)
    _add_shop(app, desk)
    add_speech(app, desk)
    add_embed(app, shop.name)
    return app


def _add_conversation(app: FastAPI, desk: Desk) -> None:
    @app.post("/sessions", status_code=201, response_model=SessionBody)
    def begin(request: Request, wanted: NewSession) -> Response:
        """Begins a conversation and gives its key."""
        key = desk.open(request, wanted.role, wanted.customer_id)
        visitor = desk.visitors.find(key)
        known = visitor.conversation.session.customer_id if visitor else None
        return SafeJson({"session": key, "role": wanted.role, "customer_id": known}, status_code=201)

    @app.post("/ask", response_model=AnswerBody)
    def ask(request: Request, asked: Question) -> Response:
        """Answers a question: ANSWER, as `retail-assistant ask --json` prints it."""
        key, visitor = desk.admit(request, asked)
        *_, last = desk.answer(request, visitor, asked.question)
        return SafeJson(_whole(last).as_json(), headers={SESSION_HEADER: key})

    @app.post(
        "/ask/stream",
        response_class=StreamingResponse,
        responses={
            200: {"description": "events place, step, piece, answer, error", "content": {"text/event-stream": {}}}
        },
    )
    def stream(request: Request, asked: Question) -> StreamingResponse:
        """Answers a question as server-sent events: place (in line), step, piece, at last answer or error."""
        key, visitor = desk.admit(request, asked)
        return sse(_events(desk.answer(request, visitor, asked.question)), {SESSION_HEADER: key})

    @app.post("/feedback", status_code=201, response_model=FeedbackBody)
    def feedback(request: Request, given: Feedback) -> Response:
        """Keeps what somebody thinks of an answer, in the audit trail of the conversation."""
        visitor = desk.find(request, given.session)
        turns = visitor.turns
        turn = given.turn or turns
        if not 1 <= turn <= turns:
            said = f"Expected a turn from 1 to {turns} of this conversation; got {turn}."
            raise ApiError(400, "bad_turn", said if turns else "Nothing has been answered yet.", param="turn")
        said_of = {"turn": turn, "rating": given.rating, "comment": given.comment}
        desk.shop.records.audit(visitor.conversation.session, "feedback", said_of, "ok")
        return SafeJson({"recorded": True, "turn": turn}, status_code=201)


def _add_login(app: FastAPI, desk: Desk, access: Access) -> None:
    @app.post("/login", status_code=201, response_model=LoginBody)
    def sign_in(request: Request, said: Credentials) -> Response:
        """Signs a program in with somebody's name and password; a wrong try is recorded and slows the next one down."""
        desk.doorman.count(request)
        if access.logins is None:
            raise ApiError(403, "closed", "Nobody can sign in to this server.")
        token = access.logins.sign_in(said.name, said.password, desk.doorman.address(request))
        if isinstance(token, int):
            if token:
                raise ApiError(429, "too_many_tries", f"Too many tries. Please wait {token} seconds.", wait=token)
            raise ApiError(401, "wrong", "Name and password do not fit.")
        person = access.of_token(token)
        body = {"token": token, "role": person.role, "customer_id": person.customer_id}
        return SafeJson({**body, "seconds": int(access.logins.hours * 3600)}, status_code=201)

    @app.post("/logout", status_code=204)
    def sign_out(request: Request) -> Response:
        """Ends the login whose token is sent."""
        desk.doorman.count(request)
        if access.logins is not None:
            access.logins.sign_out(bearer(request))
        return Response(status_code=204)


def _add_shop(app: FastAPI, desk: Desk) -> None:
    @app.get("/products", response_model=ProductsBody)
    def products(
        request: Request,
        query: Words = "",
        category: Key | None = None,
        min_price: Annotated[float | None, Query(ge=0, le=1e9)] = None,
        max_price: Annotated[float | None, Query(ge=0, le=1e9)] = None,
        in_stock: bool | None = None,
        sort: _Order | None = None,
    ) -> Response:
        """Finds products, as the tool search_products does."""
        desk.doorman.count(request)
        said = {"query": query, "category": category, "min_price": min_price, "max_price": max_price,
                "in_stock": in_stock, "sort": sort}  # fmt: skip
        return SafeJson(_found(desk.shop, {name: value for name, value in said.items() if value is not None}))

    @app.post("/orders", status_code=201, response_model=DueOffers)
    def arrived(request: Request, order: ArrivedOrder) -> Response:
        """Takes news of an order from the shop's own system (a manager's token) and tells which offers it calls for.

        Each is laid into the outbox once, from where the webhook takes it.
        """
        desk.doorman.count(request)
        desk.doorman.check_role(request, "manager")
        found = on_order(desk.shop, order.order_id, order.customer_id, order.products)
        return SafeJson({"offers": list(found.offers), "new": found.new}, status_code=201)

    @app.get("/health", response_model=HealthBody, responses={503: {"model": HealthBody}})
    def health() -> Response:
        """Whether questions can be answered; 503 where not."""
        detail = ""
        try:
            desk.shop.records.turns("health")
        except AssistantError as failure:
            detail = str(failure)
        body = {
            "status": "unavailable" if detail else "ok",
            "shop": desk.shop.name,
            "as_of": desk.shop.as_of.isoformat(),
            "version": __version__,
            "records": not detail,
            "detail": detail,
        }
        return SafeJson(body, status_code=503 if detail else 200)


def _found(shop: Shop, arguments: dict[str, Any]) -> dict[str, Any]:
    session = Session("catalog", "customer")  # nobody's: the catalog is open to all and nothing is kept
    _, result = shop.toolbox.run(ToolCall("search_products", arguments), Context(shop, session))
    if result.status != "ok":
        raise ApiError(400, "bad_call", result.headline)
    return {
        "query": arguments.get("query", ""),
        "currency": shop.currency,
        "headline": result.headline,
        "products": [asdict(card) for card in result.products],
        "notes": list(result.notes),
    }


def _whole(shown: Shown) -> Answer:
    assert shown.answer is not None  # a turn that is done has an answer, or `Desk.answer` has raised
    return shown.answer


def _events(turn: Iterator[Shown]) -> Iterator[str]:
    """The turn as server-sent events."""
    said = ""
    try:
        for shown in turn:
            if shown.place:
                yield event("place", {"place": shown.place})
            elif shown.step:
                yield event("step", {"step": shown.step})
            if shown.said != said and shown.said.startswith(said):
                yield event("piece", {"text": shown.said[len(said) :]})
                said = shown.said
            if shown.answer is not None:
                yield event("answer", shown.answer.as_json())
    except ApiError as error:
        yield event("error", error.body())


def event(name: str, content: Any) -> str:
    """One server-sent event."""
    return f"event: {name}\ndata: {as_json(content)}\n\n"
