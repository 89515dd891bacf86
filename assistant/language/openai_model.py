"""Any server that speaks the OpenAI chat protocol, through the official client: vLLM, SGLang, Ollama, hosted ones."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from assistant.errors import ModelUnavailable
from assistant.language.chat import Prompt, Usage
from assistant.language.openai_protocol import (
    Broken,
    as_openai,
    count_tokens,
    first_choice,
    read_arguments,
    read_object,
    text_of,
    without_thoughts,
)
from assistant.language.prompts import read_calls
from assistant.messages import ToolCall

_TOO_LONG = re.compile(r"context|too long|too many tokens|maximum.{0,20}(?:length|tokens)|max_model_len", re.IGNORECASE)
_PAUSE = 0.3  # seconds before the second try, doubled for each further one


class OpenAIModel:
    """A served model: tool calls and streamed text, greedy, with one time-out for an answer and two retries in it."""

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
            timeout: seconds for one answer, all tries together.
            max_retries: further tries after a failure of the server or of the connection.
        """
        from openai import OpenAI

        self.name = model
        self._where = base_url or "the OpenAI API"
        self._timeout = timeout
        self._max_retries = max_retries
        key = os.environ.get(api_key_env) or "none"
        self._client = OpenAI(base_url=base_url, api_key=key, timeout=timeout, max_retries=0)

    def stream(self, prompt: Prompt, usage: Usage) -> Iterator[str | ToolCall]:
        """See `ChatModel.stream`. Where the server finds the prompt too long, the oldest turns are left out."""
        from openai import BadRequestError, OpenAIError

        deadline = time.monotonic() + self._timeout
        messages = prompt.messages
        try:
            while True:
                try:
                    yield from self._written(replace(prompt, messages=messages), usage, deadline)
                    return
                except BadRequestError as refused:  # comes before the first piece
                    if len(messages) <= 2 or not _TOO_LONG.search(str(refused)):
                        raise
                    messages = (messages[0], *messages[1 + (len(messages) - 1) // 2 :])
        except (OpenAIError, Broken, TimeoutError) as failure:
            raise ModelUnavailable(
                f"Expected an answer from the language model {self.name} at {self._where} within {self._timeout:g} s, "
                f"but it failed ({failure or type(failure).__name__}). Check that the server runs and that "
                "shop.toml names its address and model; without [language] the embedded model answers."
            ) from failure

    def _written(self, prompt: Prompt, usage: Usage, deadline: float) -> Iterator[str | ToolCall]:
        if prompt.purpose == "call":
            yield from self._calls(prompt, usage, deadline)
        else:
            yield from without_thoughts(self._text(prompt, usage, deadline))

    def _calls(self, prompt: Prompt, usage: Usage, deadline: float) -> Iterator[str | ToolCall]:
        choice = "required" if prompt.must_call else "auto"
        tools = [tool.schema for tool in prompt.tools]
        pieces = self._pieces(prompt, deadline, tools=tools, tool_choice=choice)
        read = read_object(b"".join(pieces))
        message = first_choice(read, "message")
        count_tokens(read, usage)
        calls: list[str | ToolCall] = [
            ToolCall(str(each["function"]["name"]), read_arguments(each["function"].get("arguments")))
            for each in message.get("tool_calls") or ()
            if isinstance(each, dict) and isinstance(each.get("function"), dict) and "name" in each["function"]
        ]
        text = "".join(without_thoughts([text_of(message)]))
        yield from calls or read_calls(text) or [text.strip()]

    def _text(self, prompt: Prompt, usage: Usage, deadline: float) -> Iterator[str]:
        """The pieces of a stream of server-sent events.

        Raises:
            Broken: there is no stream, or it stops before the server has said that it is at its end.
        """
        waiting, ended = b"", False
        for piece in self._pieces(prompt, deadline, stream=True, stream_options={"include_usage": True}):
            *lines, waiting = (waiting + piece).split(b"\n")
            for line in lines:
                data = line.removeprefix(b"data:").strip() if line.startswith(b"data:") else b""
                if not data or data == b"[DONE]":
                    ended |= bool(data)
                    continue
                event = read_object(data)
                count_tokens(event, usage)
                if event.get("choices") != []:  # the last event holds the usage only
                    text = text_of(first_choice(event, "delta"))
                    ended |= bool(event["choices"][0].get("finish_reason"))
                    yield from [text] if text else []
        if not ended:
            raise Broken(f"the stream stopped before its end: {waiting[:200]!r}")

    def _pieces(self, prompt: Prompt, deadline: float, **request: Any) -> Iterator[bytes]:
        """The server's answer as it comes in.

        Raises:
            TimeoutError: the whole takes longer than the time-out, however often it was tried.
        """
        with self._opened(prompt, deadline, request) as response:
            pieces = response.iter_bytes()
            while (piece := _next(pieces)) is not None:
                if time.monotonic() > deadline:
                    raise TimeoutError("the answer does not end")
                yield piece

    @contextmanager
    def _opened(self, prompt: Prompt, deadline: float, request: dict[str, Any]) -> Iterator[Any]:
        """The response of the first try that the server takes; all tries share one deadline.

        The client's own retries would each have the whole time-out, and a person would wait for all of them.
        """
        from openai import APIConnectionError, APITimeoutError, InternalServerError, RateLimitError

        messages = [written for each in prompt.messages for written in as_openai(each, prompt.purpose)]
        for left in range(self._max_retries, -1, -1):
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise TimeoutError("no answer in time")
            answering: Any = self._client.with_options(timeout=remaining).chat.completions.with_streaming_response
            opened = answering.create(
                model=self.name, messages=messages, temperature=0, max_tokens=prompt.max_tokens * 4, **request
            )
            try:
                response = opened.__enter__()
            except APITimeoutError:
                raise
            except (APIConnectionError, InternalServerError, RateLimitError):
                if not left:
                    raise
                time.sleep(max(0.0, min(_PAUSE * 2 ** (self._max_retries - left), deadline - time.monotonic())))
                continue
            try:
                yield response
            finally:
                opened.__exit__(None, None, None)
            return


def _next(pieces: Iterator[bytes]) -> bytes | None:
    try:
        return next(pieces, None)
    except Exception as failure:  # which HTTP library reads, and how its errors are called, is the client's own affair
        raise Broken(f"the answer broke off: {failure}") from failure
