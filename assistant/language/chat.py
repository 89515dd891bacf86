"""The seam between the conversation and any language model. Knows no implementation.

A prompt in, a stream of text pieces and tool calls out. Implementations: `TransformersModel` (embedded or any
Hugging Face model), `OpenAIModel` (any OpenAI-compatible server), `ScriptedModel` (tests).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

from assistant.messages import Message, Role, ToolCall


@dataclass(frozen=True)
class OfferedTool:
    """A tool as a language model may call it, with what the message allows its arguments to be.

    Attributes:
        schema: the function-calling schema.
        signature: one line for a small model.
        candidates: argument -> the only values it may take in this message (found by code: numbers, periods,
            order numbers); an argument of a closed kind without any is left out.
        names_from: the text that names of products, places and people are copied from; "" means all that was said.
    """

    name: str
    schema: dict[str, Any]
    signature: str
    candidates: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    names_from: str = ""


@dataclass(frozen=True)
class Prompt:
    """What a model is asked.

    Attributes:
        purpose: "call" asks for tool calls, "answer" for the text a person reads.
        messages: system, history and the message, in order.
        tools: for "call": the shortlist in order of the router's score.
        copyable: for "call": the text that argument values are copied from.
        must_call: for "call": whether text instead of a call is not allowed.
        max_tokens: bound on what is written.
    """

    purpose: Literal["call", "answer"]
    messages: tuple[Message, ...]
    tools: tuple[OfferedTool, ...] = ()
    copyable: str = ""
    must_call: bool = True
    max_tokens: int = 160


@dataclass
class Usage:
    """Tokens read and written for one prompt; filled while the stream is read."""

    prompt: int = 0
    completion: int = 0


class ChatModel(Protocol):
    """A language model. `compact` models see one short prompt form that they were fine-tuned on."""

    name: str
    compact: bool

    def stream(self, prompt: Prompt, usage: Usage) -> Iterator[str | ToolCall]:
        """Writes the completion piece by piece; for "call" prompts the calls, for "answer" prompts text.

        Raises:
            ModelUnavailable: the model cannot be reached or does not answer in time.
        """
        ...


@runtime_checkable
class Chooser(Protocol):
    """A model that tells which tool it takes a message to mean, without writing."""

    def opinions(self, role: Role, pair: tuple[str, str]) -> Mapping[str, float]:
        """The log-probability of each tool that it learnt to choose, and of "none"; empty where it learnt none.

        Args:
            role: who says it.
            pair: message and what went before it, as `encoder_text.context_text` gives them.
        """
        ...
