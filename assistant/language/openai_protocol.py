"""The OpenAI chat protocol: what is sent for a message, and what is read out of an answer. Knows no connection."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from assistant.language.chat import Usage
from assistant.messages import Message

_THINK, _THOUGHT = "<think>", "</think>"


class Broken(Exception):
    """The answer broke off, or is not of the protocol."""


def without_thoughts(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces without what a reasoning model thinks aloud before it answers, `<think>...</think>`."""
    waiting, thinking, begun = "", False, False
    for piece in pieces:
        waiting += piece
        if not begun and waiting.lstrip().startswith(_THINK):
            begun = thinking = True
        if thinking:
            _, end, rest = waiting.partition(_THOUGHT)
            if not end:
                continue
            waiting, thinking = rest.lstrip(), False
        if not begun and _THINK.startswith(waiting.lstrip()):
            continue  # may still become the mark
        begun = begun or bool(waiting.strip())
        if waiting:
            yield waiting
        waiting = ""
    if waiting and not thinking:
        yield waiting


def read_object(body: bytes) -> dict[str, Any]:
    """A JSON object.

    Raises:
        Broken: it is none.
    """
    try:
        read = json.loads(body)
    except ValueError:
        raise Broken(f"no JSON but {body[:200]!r}") from None
    if not isinstance(read, dict):
        raise Broken(f"no JSON object but {body[:200]!r}")
    return read


def first_choice(read: dict[str, Any], part: str) -> dict[str, Any]:
    """The message, or piece of one, of the first choice.

    Raises:
        Broken: there is none.
    """
    try:
        found = read["choices"][0][part]
    except (KeyError, IndexError, TypeError):
        found = None
    if not isinstance(found, dict):
        raise Broken(f"no choice with a {part} but {str(read)[:200]}")
    return found


def count_tokens(read: dict[str, Any], usage: Usage) -> None:
    """Notes the tokens that an answer says it took."""
    counted = read.get("usage")
    if isinstance(counted, dict):
        usage.prompt, usage.completion = counted.get("prompt_tokens") or 0, counted.get("completion_tokens") or 0


def read_arguments(text: object) -> dict[str, Any]:
    """The arguments of a call; a server that writes no JSON object gives none, and the tool asks for what it needs."""
    if isinstance(text, dict):
        return text
    try:
        read = json.loads(str(text or "{}"))
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def text_of(message: dict[str, Any]) -> str:
    """The text of a message or piece; some servers send it as a list of parts."""
    content = message.get("content")
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    return str(content or "")


def as_openai(message: Message, purpose: str) -> list[dict[str, Any]]:
    """A message for the protocol. Earlier calls stand there as calls, so that the model goes on calling.

    Servers and chat templates want a result behind each call, and an answer behind the results.
    """
    if not message.calls:
        return [{"role": message.role, "content": message.content}]
    written = [(call.name, json.dumps(call.arguments, ensure_ascii=False)) for call in message.calls]
    if purpose != "call":
        done = ", ".join(f"{name} {arguments}" for name, arguments in written)
        return [{"role": message.role, "content": message.content or f"(called {done})"}]
    calls = [
        {"id": f"call{place:05}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for place, (name, arguments) in enumerate(written)
    ]
    return [
        {"role": message.role, "content": "", "tool_calls": calls},
        *({"role": "tool", "tool_call_id": call["id"], "content": "done"} for call in calls),
        {"role": message.role, "content": message.content or "Done."},
    ]
