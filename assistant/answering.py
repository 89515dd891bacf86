"""Writes the answer from the results of a turn, sentence by sentence, each checked before it is shown.

The language model words the answer; a sentence with a figure, date, name or product that no result supports is not
shown, and what the headline says and the model left out is added in the headline's own words. Knows no tool.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

from assistant.errors import ModelUnavailable
from assistant.grounding import Evidence, figures
from assistant.language.chat import ChatModel, Prompt, Usage
from assistant.language.prompts import chat_answer, compact_answer
from assistant.messages import Role, ToolResult

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)]*\s+(?=[A-Z0-9£$€\"'“‘(])")
_NOTES = 2  # notes shown to the model
_MAX_TOKENS = 140


def answer_facts(result: ToolResult) -> tuple[str, ...]:
    """What the model may answer from: the headline first."""
    return (result.headline, *result.notes[:_NOTES], *((result.score,) if result.score else ()))


def sentences(
    model: ChatModel | None,
    role: Role,
    shop: str,
    question: str,
    results: Sequence[ToolResult],
    evidence: Evidence,
    usage: Usage,
) -> Iterator[str]:
    """The answer's sentences, each supported by the results.

    Args:
        model: words the answer; None: the results' headlines as they are.
        role: whom it is for.
        shop: the shop's name.
        question: the message.
        results: of the turn's calls, at least one.
        evidence: what they support.
        usage: is filled with the tokens read and written.
    """
    result = results[0]
    own_words = model is not None and len(results) == 1 and result.status == "ok" and not result.quotes
    if model is None or not own_words:
        yield from (each.headline for each in results)
        return
    facts = answer_facts(result)
    messages = compact_answer(role, question, facts) if model.compact else chat_answer(role, shop, question, facts)
    said: list[str] = []
    with suppress(ModelUnavailable):  # what was found is said in the tool's own words
        for sentence in _sentences(model, Prompt("answer", messages, max_tokens=_MAX_TOKENS), usage):
            if sentence in said or not evidence.check(sentence).grounded:
                break
            said.append(sentence)
            yield sentence
    if not _covers(" ".join(said), result.headline):
        yield result.headline


def _sentences(model: ChatModel, prompt: Prompt, usage: Usage) -> Iterator[str]:
    """The model's text, a sentence at a time."""
    pending = ""
    for piece in model.stream(prompt, usage):
        pending += str(piece)
        *whole, pending = _SENTENCE_END.split(pending)
        yield from (sentence.strip() for sentence in whole if sentence.strip())
    if pending.strip():
        yield pending.strip()


def _covers(text: str, headline: str) -> bool:
    """Whether every figure of the headline is in the text."""
    return bool(text) and set(figures(headline)) <= set(figures(text))
