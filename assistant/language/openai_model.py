"""Any server that speaks the OpenAI chat protocol, through the official client: vLLM, SGLang, Ollama, hosted ones."""

import json
import os
import time
from collections.abc import Iterator
from typing import Any

from assistant.errors import ModelUnavailable
from assistant.language.chat import Prompt, Usage
from assistant.language.prompts import read_calls
from assistant.messages import Message, ToolCall


class OpenAIModel:
    """A served model: tool calls and streamed text, greedy, with time-outs and two retries."""

    compact = False

    def __init__(
        self,
        model: str,
        base_url: str | None,
        *,
        api_key_env: str = "OPENAI_API_KEY",
        timeout: float = 30.0,
        max_retries: int = 2,
    ) -> None:
        """Connects lazily: the server is first asked with the first prompt.

        Args:
            model: the name by which the server knows it.
            base_url: ends in /v1; None: OpenAI's own.
            api_key_env: environment variable with the key; a local server needs none.
            timeout: seconds for one answer.
            max_retries: further tries after a time-out or a failure of the server.
        """
        from openai import OpenAI

        self.name = model
        self._where = base_url or "the OpenAI API"
        self._timeout = timeout
        key = os.environ.get(api_key_env) or "none"
        self._client = OpenAI(base_url=base_url, api_key=key, timeout=timeout, max_retries=max_retries)

    def stream(self, prompt: Prompt, usage: Usage) -> Iterator[str | ToolCall]:
        """See `ChatModel.stream`."""
        from openai import OpenAIError

        try:
            if prompt.purpose == "call":
                yield from self._calls(prompt, usage)
            else:
                yield from self._text(prompt, usage)
        except (OpenAIError, _Broken, TimeoutError) as failure:
            raise ModelUnavailable(
                f"Expected an answer from the language model {self.name} at {self._where} within {self._timeout:g} s, "
                f"but it failed ({failure or type(failure).__name__}). Check that the server runs and that "
                "shop.toml names its address and model; without [language] the embedded model answers."
            ) from failure

    def _calls(self, prompt: Prompt, usage: Usage) -> Iterator[str | ToolCall]:
        choice = "required" if prompt.must_call else "auto"
        pieces = self._pieces(prompt, tools=[tool.schema for tool in prompt.tools], tool_choice=choice)
        read = _json(b"".join(pieces))
        message = _first(read, "message")
        _count(read, usage)
        calls: list[str | ToolCall] = [
            ToolCall(str(each["function"]["name"]), _arguments(each["function"].get("arguments")))
            for each in message.get("tool_calls") or ()
            if isinstance(each, dict) and isinstance(each.get("function"), dict) and "name" in each["function"]
        ]
        text = str(message.get("content") or "")
        yield from calls or read_calls(text) or [text.strip()]

    def _text(self, prompt: Prompt, usage: Usage) -> Iterator[str]:
        """The pieces of a stream of server-sent events."""
        waiting, events = b"", 0
        for piece in self._pieces(prompt, stream=True, stream_options={"include_usage": True}):
            *lines, waiting = (waiting + piece).split(b"\n")
            for line in lines:
                data = line.removeprefix(b"data:").strip() if line.startswith(b"data:") else b""
                if not data or data == b"[DONE]":
                    continue
                event = _json(data)
                events += 1
                _count(event, usage)
                if event.get("choices") != []:  # the last event holds the usage only
                    text = _first(event, "delta").get("content")
                    yield from [str(text)] if text else []
        if not events:
            raise _Broken(f"no stream of events but {waiting[:200]!r}")

    def _pieces(self, prompt: Prompt, **request: Any) -> Iterator[bytes]:
        """The server's answer as it comes in.

        Raises:
            TimeoutError: the whole takes longer than the time-out; each single read is bounded by the client.
        """
        deadline = time.monotonic() + self._timeout
        answering: Any = self._client.chat.completions.with_streaming_response
        with answering.create(
            model=self.name,
            messages=[_as_openai(each) for each in prompt.messages],
            temperature=0,
            max_tokens=prompt.max_tokens * 4,
            **request,
        ) as response:
            pieces = response.iter_bytes()
            while (piece := _next(pieces)) is not None:
                if time.monotonic() > deadline:
                    raise TimeoutError("the answer does not end")
                yield piece


class _Broken(Exception):
    """The answer broke off, or is not of the protocol."""


def _next(pieces: Iterator[bytes]) -> bytes | None:
    try:
        return next(pieces, None)
    except Exception as failure:  # which HTTP library reads, and how its errors are called, is the client's own affair
        raise _Broken(f"the answer broke off: {failure}") from failure


def _json(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except ValueError:
        raise _Broken(f"no JSON but {body[:200]!r}") from None
    if not isinstance(read, dict):
        raise _Broken(f"no JSON object but {body[:200]!r}")
    return read


def _first(read: dict[str, Any], part: str) -> dict[str, Any]:
    """The message, or piece of one, of the first choice."""
    try:
        found = read["choices"][0][part]
    except (KeyError, IndexError, TypeError):
        found = None
    if not isinstance(found, dict):
        raise _Broken(f"no choice with a {part} but {str(read)[:200]}")
    return found


def _count(read: dict[str, Any], usage: Usage) -> None:
    counted = read.get("usage")
    if isinstance(counted, dict):
        usage.prompt, usage.completion = counted.get("prompt_tokens") or 0, counted.get("completion_tokens") or 0


def _arguments(text: object) -> dict[str, Any]:
    """The arguments of a call; a server that writes no JSON object gives none, and the tool asks for what it needs."""
    if isinstance(text, dict):
        return text
    try:
        read = json.loads(str(text or "{}"))
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _as_openai(message: Message) -> dict[str, Any]:
    if not message.calls:
        return {"role": message.role, "content": message.content}
    done = ", ".join(f"{call.name} {json.dumps(call.arguments, ensure_ascii=False)}" for call in message.calls)
    return {"role": message.role, "content": message.content or f"(called {done})"}
