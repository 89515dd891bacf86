"""The OpenAI chat protocol on top of the assistant, so that existing chat clients work. Knows the protocol, no tool.

The model `retail-assistant` talks with customers, `retail-assistant-manager` with the manager, whose token is the API
key. The assistant runs its own tools: they are shown, never asked of the client. System messages are not obeyed.
"""

import json
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import FastAPI, Header, Request
from fastapi.responses import Response

from assistant import __version__
from assistant.errors import AssistantError
from assistant.messages import Answer, Role, ToolCall
from assistant.shop import Shop
from ui.api_access import Doorman, bearer
from ui.api_errors import ApiError, ErrorBody, SafeJson, as_json, install, of_failure
from ui.api_turns import answered_turn, pieces, sse
from ui.line import Turnstile
from ui.openai_models import ChatRequest, CompletionBody, MessageSaid, ModelsBody
from ui.openai_threads import Client, Said, Threads
from ui.visitors import Begin, Shown, begin_unhurried

MODELS: dict[str, Role] = {"retail-assistant": "customer", "retail-assistant-manager": "manager"}
CUSTOMER_HEADER = "X-Customer-Id"
_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody} for status in (400, 401, 403, 404, 409, 413, 422, 429, 500, 503)
}


@dataclass(frozen=True)
class _Asked:
    """A request, understood."""

    wanted: ChatRequest
    client: Client
    history: tuple[Said, ...]
    question: str


def build_openai_api(
    shop: Shop, doorman: Doorman, begin: Begin = begin_unhurried, turnstile: Turnstile | None = None
) -> FastAPI:
    """The protocol as an application of its own: `models` and `chat/completions`.

    Args:
        shop: the opened shop.
        doorman: who is let in.
        begin: starts a conversation.
        turnstile: where all wait for their turn; None: one of their own.
    """
    app = FastAPI(
        title="Retail assistant in the OpenAI protocol", version=__version__, docs_url=None, redoc_url=None,
        responses=_ERRORS,
    )  # fmt: skip
    install(app)
    threads = Threads(shop, begin, turnstile=turnstile)

    @app.get("/models", response_model=ModelsBody)
    def models(request: Request) -> Response:
        """The assistants; the manager's answers with the manager's key only."""
        doorman.count(request)
        return SafeJson({"object": "list", "data": [_model(name, shop.name) for name in MODELS]})

    @app.get("/models/{name}")
    def model(request: Request, name: str) -> Response:
        """One of them."""
        doorman.count(request)
        _role(name)
        return SafeJson(_model(name, shop.name))

    streamed: dict[int | str, dict[str, Any]] = {
        200: {"description": "The whole, or its parts as a stream", "content": {"text/event-stream": {}}}
    }

    @app.post("/chat/completions", response_model=CompletionBody, responses={**_ERRORS, **streamed})
    def complete(
        request: Request,
        wanted: ChatRequest,
        customer_id: Annotated[str | None, Header(alias=CUSTOMER_HEADER, max_length=128)] = None,
    ) -> Response:
        """Answers the last message, whole or as a stream."""
        doorman.count(request)
        role = _role(wanted.model)
        person = doorman.check_role(request, role)
        if customer_id is not None:
            if role == "manager":
                raise ApiError(
                    400, "bad_call", f"A manager's conversation has no customer: leave out {CUSTOMER_HEADER}."
                )
            doorman.check_naming(request, person)
        if wanted.messages[-1].role in ("tool", "function"):
            return _as_wanted(wanted, iter([Shown("", answer=_repeated(wanted, role))]))
        history, question = _read(wanted.messages)
        asked = _Asked(wanted, Client(role, customer_id or person.customer_id, bearer(request)), history, question)
        return _as_wanted(wanted, _turn(threads, asked, doorman.address(request)))

    return app


def _turn(threads: Threads, asked: _Asked, address: str) -> Iterator[Shown]:
    """The turn as it grows; afterwards the conversation is kept under the history with this turn added."""
    try:
        visitor = threads.take(asked.client, asked.history)
    except AssistantError as failure:
        raise of_failure(failure) from failure
    for shown in answered_turn(visitor, asked.question, address):
        if shown.answer is not None:
            said = (Said("user", asked.question), Said("assistant", shown.answer.answer))
            threads.keep(asked.client, (*asked.history, *said), visitor)
        yield shown


def _role(name: str) -> Role:
    if name not in MODELS:
        said = f"Expected one of the models {', '.join(MODELS)}; got {name[:100]!r}."
        raise ApiError(404, "model_not_found", said, param="model")
    return MODELS[name]


def _model(name: str, shop_name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": shop_name}


def _text(message: MessageSaid) -> str:
    if message.content is None or isinstance(message.content, str):
        return message.content or ""
    if any(part.type not in ("text", "input_text") for part in message.content):
        kinds = ", ".join(sorted({part.type for part in message.content}))
        raise ApiError(400, "bad_content", f"Expected messages of text; got {kinds}.", param="messages")
    return "\n".join(part.text or "" for part in message.content)


def _read(messages: Sequence[MessageSaid]) -> tuple[tuple[Said, ...], str]:
    """The history without the last message, and the last message's text."""
    if messages[-1].role != "user":
        said = f"Expected the last message to be the user's; got one of {messages[-1].role}."
        raise ApiError(400, "bad_messages", said, param="messages")
    spoken = [each for each in messages[:-1] if each.role in ("user", "assistant")]
    history = [Said(each.role, _text(each), _calls(each)) for each in spoken]
    return tuple(each for each in history if each.text.strip()), _text(messages[-1])


def _calls(message: MessageSaid) -> tuple[ToolCall, ...]:
    """The calls that were shown with an answer; what cannot be read is left out, as it only helps the memory."""
    found = []
    for call in message.tool_calls or ():
        try:
            arguments = json.loads(call.function.arguments or "{}")
        except ValueError:
            continue
        if isinstance(arguments, dict):
            found.append(ToolCall(call.function.name, arguments))
    return tuple(found)


def _repeated(wanted: ChatRequest, role: Role) -> Answer:
    """The answer that was given with the calls, for a client that has tried to run them itself."""
    answers = [_text(each) for each in wanted.messages if each.role == "assistant"]
    return Answer("", role, next((said for said in reversed(answers) if said.strip()), ""))


def _as_wanted(wanted: ChatRequest, turn: Iterator[Shown]) -> Response:
    marks = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time()), "model": wanted.model}
    if not wanted.stream:
        *_, last = turn
        assert last.answer is not None  # a turn without one has raised
        return SafeJson(_completion(wanted, marks, last.answer))
    return sse(_chunks(wanted, marks, turn), {})


def _completion(wanted: ChatRequest, marks: dict[str, Any], answer: Answer) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": answer.answer}
    if wanted.shows_calls and answer.calls:
        message["tool_calls"] = _shown_calls(answer)
    return {
        **marks,
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": _usage(answer),
        "retail_assistant": answer.as_json(),
    }


def _shown_calls(answer: Answer) -> list[dict[str, Any]]:
    """The calls that were made, in the protocol's form; `finish_reason` "stop" says that none is to be run."""
    return [
        {
            "id": f"call_{secrets.token_hex(8)}",
            "type": "function",
            "function": {"name": call.name, "arguments": as_json(call.arguments)},
        }
        for call in answer.calls
    ]


def _usage(answer: Answer) -> dict[str, int]:
    prompt, completion = answer.prompt_tokens, answer.completion_tokens
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _chunks(wanted: ChatRequest, marks: dict[str, Any], turn: Iterator[Shown]) -> Iterator[str]:
    """The turn as the protocol's stream: deltas, the end, on wish the usage, and `[DONE]`."""

    def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _data({**marks, "object": "chat.completion.chunk", "choices": [choice], **more})

    answer: Answer | None = None
    try:
        yield chunk({"role": "assistant", "content": ""})
        for piece in pieces(turn):
            if isinstance(piece, Answer):
                answer = piece
            else:
                yield chunk({"content": piece})
        assert answer is not None  # a turn without one has raised
        if wanted.shows_calls and answer.calls:
            yield chunk({"tool_calls": [{"index": i, **call} for i, call in enumerate(_shown_calls(answer))]})
        yield chunk({}, "stop", retail_assistant=answer.as_json())
        if wanted.stream_options is not None and wanted.stream_options.include_usage:
            yield _data({**marks, "object": "chat.completion.chunk", "choices": [], "usage": _usage(answer)})
        yield "data: [DONE]\n\n"
    except ApiError as error:
        yield _data(error.body())


def _data(content: Any) -> str:
    return f"data: {as_json(content)}\n\n"
