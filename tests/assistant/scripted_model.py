"""A language model that writes what a test tells it to."""

from collections.abc import Iterator, Sequence

from assistant.language.chat import Prompt, Usage
from assistant.messages import ToolCall


class ScriptedModel:
    """Gives the calls and answers of its script, in order; keeps the prompts it was given."""

    name = "scripted"

    def __init__(self, calls: Sequence[ToolCall] = (), answers: Sequence[str] = (), *, compact: bool = True) -> None:
        self.compact = compact
        self._calls = list(calls)
        self._answers = list(answers)
        self.prompts: list[Prompt] = []

    def stream(self, prompt: Prompt, usage: Usage) -> Iterator[str | ToolCall]:
        self.prompts.append(prompt)
        usage.prompt, usage.completion = 10, 5
        if prompt.purpose == "call":
            yield self._calls.pop(0)
        elif self._answers:
            text = self._answers.pop(0)
            yield text[: len(text) // 2]  # in two pieces, as a stream comes
            yield text[len(text) // 2 :]
