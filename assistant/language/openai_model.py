"""Any server that speaks the OpenAI chat protocol, through the official client: vLLM, SGLang, Ollama, hosted ones."""

import json
import os
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
        self, model: str, base_url: str | None, *, api_key_env: str = "OPENAI_API_KEY", timeout: float = 30.0
    ) -> None:
        """Connects lazily: the server is first asked with the first prompt.

        Args:
            model: the name by which the server knows it.
            base_url: ends in /v1; None: OpenAI's own.
            api_key_env: environment variable with the key; a local server needs none.
            timeout: seconds for one answer.
        """
        from openai import OpenAI

        self.name = model
        self._where = base_url or "the OpenAI API"
        self._timeout = timeout
        key = os.environ.get(api_key_env) or "none"
        self._client = OpenAI(base_url=base_url, api_key=key, timeout=timeout, max_retries=2)

    def stream(self, prompt: Prompt, usage: Usage) -> Iterator[str | ToolCall]:
        """See `ChatModel.stream`."""
        from openai import OpenAIError

        try:
            if prompt.purpose == "call":
                yield from self._calls(prompt, usage)
            else:
                yield from self._text(prompt, usage)
        except OpenAIError as failure:
            raise ModelUnavailable(
                f"Expected an answer from the language model {self.name} at {self._where} within {self._timeout:g} s, "
                f"but it failed ({type(failure).__name__}: {failure}). Check that the server runs and that shop.toml "
                "names its address and model; without [language] the embedded model answers."
            ) from failure

    def _calls(self, prompt: Prompt, usage: Usage) -> Iterator[str | ToolCall]:
        completion = self._client.chat.completions.create(
            model=self.name,
            messages=_messages(prompt),
            tools=_tools(prompt),
            tool_choice="required" if prompt.must_call else "auto",
            temperature=0,
            max_tokens=prompt.max_tokens * 4,
        )
        if completion.usage:
            usage.prompt, usage.completion = completion.usage.prompt_tokens, completion.usage.completion_tokens
        if not completion.choices:
            raise ModelUnavailable(
                f"The language model {self.name} at {self._where} answered without any choice; is it a chat model?"
            )
        message = completion.choices[0].message
        calls: list[str | ToolCall] = [
            ToolCall(each.function.name, _arguments(each.function.arguments))
            for each in message.tool_calls or ()
            if each.type == "function"
        ]
        yield from calls or read_calls(message.content or "") or [(message.content or "").strip()]

    def _text(self, prompt: Prompt, usage: Usage) -> Iterator[str]:
        pieces = self._client.chat.completions.create(
            model=self.name,
            messages=_messages(prompt),
            temperature=0,
            max_tokens=prompt.max_tokens * 4,
            stream=True,
            stream_options={"include_usage": True},
        )
        for piece in pieces:
            if piece.usage:
                usage.prompt, usage.completion = piece.usage.prompt_tokens, piece.usage.completion_tokens
            if piece.choices and piece.choices[0].delta.content:
                yield piece.choices[0].delta.content


def _arguments(text: str) -> dict[str, Any]:
    """The arguments of a call; a server that writes no JSON object gives none, and the tool asks for what it needs."""
    try:
        read = json.loads(text or "{}")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _messages(prompt: Prompt) -> Any:
    return [_as_openai(each) for each in prompt.messages]


def _tools(prompt: Prompt) -> Any:
    return [tool.schema for tool in prompt.tools]


def _as_openai(message: Message) -> dict[str, Any]:
    if not message.calls:
        return {"role": message.role, "content": message.content}
    done = ", ".join(f"{call.name} {json.dumps(call.arguments, ensure_ascii=False)}" for call in message.calls)
    return {"role": message.role, "content": message.content or f"(called {done})"}
