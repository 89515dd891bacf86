"""A language model in this process: prompts in, constrained and greedy completions out.

Knows prompts, grammars and tokens; not what reads the tokens (`decoding.Reader`) nor where the model comes from.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from assistant.errors import ModelUnavailable
from assistant.language.chat import Prompt, Usage
from assistant.language.decoding import Decoder, Reader
from assistant.language.grammar import call_grammar
from assistant.language.prompts import read_calls, written_call
from assistant.language.tool_choice import ToolChoice
from assistant.messages import Message, Role, ToolCall

_HEADROOM = 32  # tokens of the context left free beside prompt and completion


class ChatText(Protocol):
    """Between messages and token ids."""

    @property
    def marks(self) -> Sequence[str]:
        """Texts that the model reads as the template's own, such as the opening of a turn."""
        ...

    def ids(self, messages: list[dict[str, Any]], tools: list[dict[str, Any]] | None, *, reply: bool) -> list[int]:
        """The messages' tokens under the chat template; with `reply`, the opening of the model's turn too."""
        ...

    def text(self, ids: list[int]) -> str:
        """What tokens stand for, without special ones."""
        ...

    def for_grammar(self) -> Any:
        """The `llguidance.LLTokenizer` of the same tokens."""
        ...


class LocalModel:
    """A causal language model with constrained, greedy, repeatable decoding. One prompt at a time."""

    def __init__(
        self,
        reader: Reader,
        chat_text: ChatText,
        name: str,
        *,
        compact: bool,
        stop_ids: frozenset[int],
        context: int,
        choice: ToolChoice | None = None,
    ) -> None:
        """Takes what reads tokens and what makes them.

        Args:
            reader: the model.
            chat_text: its tokens and chat template.
            name: as shown in answers.
            compact: whether it was fine-tuned on the short prompt form.
            stop_ids: tokens that end a completion.
            context: tokens it reads at most.
            choice: reads which tool a message means, with the same model.
        """
        self.name = name
        self.compact = compact
        self._chat_text = chat_text
        self._context = context
        self._choice = choice
        self._decoder = Decoder(reader, stop_ids)
        self._lock = threading.Lock()
        self._grammar_tokens: Any = None

    def stream(self, prompt: Prompt, usage: Usage) -> Iterator[str | ToolCall]:
        """See `ChatModel.stream`."""
        with self._lock:
            if prompt.purpose == "call":
                yield from self._calls(prompt, usage)
            else:
                yield from self._text(prompt, usage)

    def opinions(self, role: Role, pair: tuple[str, str]) -> Mapping[str, float]:
        """See `Chooser.opinions`."""
        if self._choice is None:
            return {}
        with self._lock:
            return self._choice.opinions(role, pair)

    def _calls(self, prompt: Prompt, usage: Usage) -> Iterator[str | ToolCall]:
        import llguidance

        ids, fixed = self._ids(prompt, tools=None if self.compact else [tool.schema for tool in prompt.tools])
        grammar = call_grammar(prompt.tools, prompt.copyable, free_text=not self.compact)
        if not prompt.must_call:
            grammar = grammar.replace("start: ", r"start: called | /[^<\x00][^\x00]*/" + "\ncalled: ", 1)
        if self._grammar_tokens is None:  # a second's work, which answers that need no call do without
            self._grammar_tokens = self._chat_text.for_grammar()
        matcher = llguidance.LLMatcher(self._grammar_tokens, grammar)
        if matcher.get_error():
            raise ValueError(f"The grammar of a tool call is broken: {matcher.get_error()}")
        written = list(self._decoder.decode(ids, prompt.max_tokens, matcher, fixed=fixed))
        usage.prompt, usage.completion = len(ids), len(written)
        text = self._chat_text.text(written)
        calls = read_calls(text)
        yield from calls
        if not calls:
            yield text.strip()

    def _text(self, prompt: Prompt, usage: Usage) -> Iterator[str]:
        ids, fixed = self._ids(prompt, tools=None)
        usage.prompt = len(ids)
        written: list[int] = []
        shown = ""
        for token in self._decoder.decode(ids, prompt.max_tokens, fixed=fixed):
            written.append(token)
            usage.completion = len(written)
            text = self._chat_text.text(written)
            if len(text) > len(shown) and not text.endswith("�"):  # a character still in pieces
                yield text[len(shown) :]
                shown = text

    def _ids(self, prompt: Prompt, tools: list[dict[str, Any]] | None) -> tuple[list[int], int]:
        """The prompt's tokens, and how many of them many prompts begin with: the system message.

        The oldest turns are left out where the prompt does not fit the context.
        """
        messages = [self._as_template(each) for each in prompt.messages]
        room = self._context - prompt.max_tokens - _HEADROOM
        while True:
            ids = self._chat_text.ids(messages, tools, reply=True)
            if len(ids) <= room:
                return ids, self._fixed(messages, tools, ids)
            if len(messages) <= 2:
                raise ModelUnavailable(
                    f"The message needs {len(ids)} tokens, but {self.name} reads at most {room}. Please shorten it."
                )
            del messages[1]

    def _fixed(self, messages: list[dict[str, Any]], tools: list[dict[str, Any]] | None, ids: list[int]) -> int:
        if tools or messages[0]["role"] != "system":  # templates place tools where they like
            return 0
        system = self._chat_text.ids(messages[:1], None, reply=False)
        return len(system) if ids[: len(system)] == system and len(system) < len(ids) else 0

    def _as_template(self, message: Message) -> dict[str, Any]:
        """The message for the chat template; what looks like the template's own marks is broken up."""
        content = message.content
        for mark in self._chat_text.marks:
            content = content.replace(mark, f"{mark[0]} {mark[1:]}")
        return {"role": message.role, "content": content + "".join(written_call(call) for call in message.calls)}
