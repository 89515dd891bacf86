"""A served model, against real local servers: one that speaks the protocol and several that do not."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from assistant.errors import ModelUnavailable
from assistant.language.chat import OfferedTool, Prompt, Usage
from assistant.language.openai_model import OpenAIModel
from assistant.messages import Message, ToolCall
from assistant.tools.catalog import TOOLS

DETAILS = next(tool for tool in TOOLS if tool.name == "product_details")
OFFERED = OfferedTool(DETAILS.name, DETAILS.schema(), DETAILS.signature())
ASKED = (Message("system", "help"), Message("user", "tell me about the red mug"))
CALL = Prompt("call", ASKED, (OFFERED,), must_call=False)
ANSWER = Prompt("answer", ASKED)
USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
Reply = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


@contextmanager
def server(reply: Reply) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server on a free port that answers every POST with `reply`; yields its address and what it was asked."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            asked[-1]["authorization"] = self.headers["Authorization"]
            reply(self, asked[-1])

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads = True
    running.block_on_close = False
    threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{running.server_port}/v1", asked
    finally:
        running.shutdown()
        running.server_close()


def send(handler: BaseHTTPRequestHandler, body: str | bytes, kind: str = "application/json", status: int = 200) -> None:
    data = body.encode() if isinstance(body, str) else body
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


def completion(message: dict[str, Any]) -> str:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", **message}}
    return json.dumps(
        {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice], "usage": USAGE}
    )


def calling(arguments: str, *, name: str = "product_details") -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return {"content": None, "tool_calls": [{"id": "c1", "type": "function", "function": function}]}


def chunks(*texts: str) -> str:
    """Server-sent events as vLLM and OpenAI send them: pieces, then the usage without a choice, then the end."""
    shape: dict[str, Any] = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    events = [
        shape | {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}], "usage": None}
        for text in texts
    ]
    events.append(shape | {"choices": [], "usage": USAGE})
    return "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"


def model(address: str, timeout: float = 5.0) -> OpenAIModel:
    return OpenAIModel("m", address, timeout=timeout, max_retries=0)


def test_tool_calls_of_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    usage = Usage()
    with server(lambda handler, _: send(handler, completion(calling('{"product": "red mug"}')))) as (address, asked):
        written = list(model(address).stream(CALL, usage))
    assert written == [ToolCall("product_details", {"product": "red mug"})]
    assert (usage.prompt, usage.completion) == (11, 7)
    assert asked[0]["tools"] == [DETAILS.schema()]
    assert (asked[0]["tool_choice"], asked[0]["temperature"]) == ("auto", 0)
    assert asked[0]["authorization"] == "Bearer secret"
    assert [each["role"] for each in asked[0]["messages"]] == ["system", "user"]


def test_a_call_must_be_made_where_that_is_asked() -> None:
    prompt = Prompt("call", ASKED, (OFFERED,), must_call=True)
    with server(lambda handler, _: send(handler, completion(calling("{}")))) as (address, asked):
        list(model(address).stream(prompt, Usage()))
    assert asked[0]["tool_choice"] == "required"


def test_calls_written_as_text_are_read_too() -> None:
    text = 'Sure. <tool_call>{"name": "product_details", "arguments": {"product": "red mug"}}</tool_call>'
    with server(lambda handler, _: send(handler, completion({"content": text}))) as (address, _):
        assert list(model(address).stream(CALL, Usage())) == [ToolCall("product_details", {"product": "red mug"})]


@pytest.mark.parametrize("arguments", ["", "no json", "[1, 2]", "null", '{"product": '])
def test_arguments_that_are_no_object_are_none(arguments: str) -> None:
    with server(lambda handler, _: send(handler, completion(calling(arguments)))) as (address, _):
        assert list(model(address).stream(CALL, Usage())) == [ToolCall("product_details", {})]


def test_a_message_instead_of_a_call() -> None:
    with server(lambda handler, _: send(handler, completion({"content": " Hello there. "}))) as (address, _):
        assert list(model(address).stream(CALL, Usage())) == ["Hello there."]


def test_text_comes_as_a_stream() -> None:
    usage = Usage()
    events = chunks("The red ", "mug costs ", "£4.50.")
    with server(lambda handler, _: send(handler, events, "text/event-stream")) as (address, asked):
        pieces = list(model(address).stream(ANSWER, usage))
    assert pieces == ["The red ", "mug costs ", "£4.50."]
    assert (usage.prompt, usage.completion) == (11, 7)
    assert asked[0]["stream"] is True
    assert "tools" not in asked[0]


def test_earlier_calls_are_told_as_text() -> None:
    said = (Message("assistant", "", (ToolCall("my_orders", {}),)), Message("user", "and now?"))
    with server(lambda handler, _: send(handler, chunks("ok"), "text/event-stream")) as (address, asked):
        list(model(address).stream(Prompt("answer", said), Usage()))
    assert asked[0]["messages"][0]["content"] == "(called my_orders {})"


NONSENSE: dict[str, tuple[str | bytes, str, int]] = {
    "a web page": ("<html>It works!</html>", "text/html", 200),
    "an empty body": ("", "application/json", 200),
    "no json": ("{", "application/json", 200),
    "another json": ('{"hello": "world"}', "application/json", 200),
    "a json list": ("[1, 2, 3]", "application/json", 200),
    "no choices": ('{"id": "1", "choices": []}', "application/json", 200),
    "choices without a message": ('{"choices": [{}]}', "application/json", 200),
    "an error": ('{"error": {"message": "model m does not exist"}}', "application/json", 404),
    "a failure": ("boom", "text/plain", 500),
    "no key": ('{"error": {"message": "bad key"}}', "application/json", 401),
}


@pytest.mark.parametrize("what", NONSENSE)
@pytest.mark.parametrize("prompt", [CALL, ANSWER], ids=["call", "answer"])
def test_nonsense_is_told_as_a_model_that_is_away(what: str, prompt: Prompt) -> None:
    with (
        server(lambda handler, _: send(handler, *NONSENSE[what])) as (address, _),
        pytest.raises(ModelUnavailable) as told,
    ):
        list(model(address).stream(prompt, Usage()))
    assert address in str(told.value)


def test_a_stream_that_breaks_off_is_told() -> None:
    def broken(handler: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        handler.wfile.write(chunks("The red ").split("data: [DONE]")[0].encode())

    with server(broken) as (address, _), pytest.raises(ModelUnavailable):
        list(model(address).stream(ANSWER, Usage()))


@pytest.mark.parametrize("prompt", [CALL, ANSWER], ids=["call", "answer"])
def test_a_slow_server_is_given_up_in_time(prompt: Prompt) -> None:
    waited = threading.Event()

    def slow(handler: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
        waited.wait(5)

    try:
        with server(slow) as (address, _):
            asking = model(address, timeout=0.5)
            started = time.monotonic()
            with pytest.raises(ModelUnavailable, match=r"within 0\.5 s"):
                list(asking.stream(prompt, Usage()))
            assert time.monotonic() - started < 4.5  # the server sleeps 5 s
    finally:
        waited.set()


@pytest.mark.parametrize("prompt", [CALL, ANSWER], ids=["call", "answer"])
def test_a_server_that_never_stops_writing_is_given_up(prompt: Prompt) -> None:
    """Each piece comes in time, but the answer as a whole does not."""
    stop = threading.Event()

    def endless(handler: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
        handler.send_response(200)
        kind = "text/event-stream" if prompt is ANSWER else "application/json"
        handler.send_header("Content-Type", kind)
        handler.end_headers()
        piece = chunks("more ").split("\n\n")[0] + "\n\n" if prompt is ANSWER else " "
        deadline = time.monotonic() + 6
        while not stop.wait(0.1) and time.monotonic() < deadline:
            try:
                handler.wfile.write(piece.encode())
            except OSError:
                return

    started = time.monotonic()
    try:
        with server(endless) as (address, _), pytest.raises(ModelUnavailable, match=r"within 0\.5 s"):
            list(model(address, timeout=0.5).stream(prompt, Usage()))
        assert time.monotonic() - started < 4
    finally:
        stop.set()


def test_a_server_that_is_not_there_is_told() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for prompt in (CALL, ANSWER):
        with pytest.raises(ModelUnavailable, match="Check that the server runs"):
            list(model(f"http://127.0.0.1:{port}/v1").stream(prompt, Usage()))


def test_a_failure_is_tried_again_as_often_as_set() -> None:
    tries = []

    def second_time_lucky(handler: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
        tries.append(1)
        if len(tries) == 1:
            send(handler, "busy", "text/plain", 503)
        else:
            send(handler, completion({"content": "ready"}))

    with server(second_time_lucky) as (address, _):
        lucky = OpenAIModel("m", address, timeout=5, max_retries=1)
        assert list(lucky.stream(CALL, Usage())) == ["ready"]
    assert len(tries) == 2
