"""Writes the answer from the results of a turn, sentence by sentence, each checked before it is shown.

The language model words the answer; a sentence with a figure, date, name or product that no result supports is not
shown, and what the headline says and the model left out is added in the headline's own words. Knows no tool.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

from assistant.calendar_words import MONTH
from assistant.errors import ModelUnavailable
from assistant.grounding import Evidence, figures
from assistant.language.chat import ChatModel, Prompt, Usage
from assistant.language.prompts import chat_answer, compact_answer
from assistant.messages import Role, ToolResult
from assistant.whys import asks_only_why, reasons

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)]*\s+(?=[A-Z0-9£$€\"'“‘(])")
# Words that turn a statement round; an answer may hold them only as its facts do.
_TURNING = {
    "no": re.compile(
        r"\b(?:not|no|none|never|nothing|without|cannot|can't|isn't|aren't|wasn't|don't|didn't|out of stock)\b"
    ),
    "up": re.compile(r"\b(?:rose|risen|rising|grew|growing|increased?|more than|higher|up|above)\b"),
    "down": re.compile(r"\b(?:fell|fallen|falling|dropped|declined|decreased?|less than|lower|down|below)\b"),
    "in stock": re.compile(r"\b(?:in stock|available)\b"),
}
_DATE = re.compile(rf"\b\d{{1,2}} (?:{MONTH})\b(?: \d{{4}})?", re.IGNORECASE)
_ENDINGS = (".", "!", "?", '"', "”", ")")
_RUN = 4  # words
_LONG_FIGURE = 4  # characters
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
    why = reasons(role, results) if asks_only_why(question) else ()
    if why:
        yield from why
        return
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
            repeats = sentence in said or stutters(sentence)
            if repeats or turns_otherwise(sentence, facts) or not evidence.check(sentence).grounded:
                break
            said.append(sentence)
            yield sentence
    if not _covers(" ".join(said), result.headline) and result.headline not in said:
        unsaid = [each.strip() for each in _SENTENCE_END.split(result.headline)]
        told = " ".join(said)
        yield " ".join(each for each in unsaid if each not in said and not _covers(told, each)) or result.headline


def stutters(sentence: str) -> bool:
    """Whether a sentence says the same four words, count or long figure twice: a small model going round."""
    words = re.findall(r"[\w'’]+", sentence.lower())
    runs = [tuple(words[place : place + _RUN]) for place in range(len(words) - _RUN + 1)]
    counted = re.findall(r"\d[\d,.]* [a-z]{4,}", sentence.lower())
    if len(set(counted)) < len(counted):
        return True
    long_figures = [text for text in re.findall(r"\d[\d,.]*\d", sentence) if len(text) > _LONG_FIGURE]
    return len(set(runs)) < len(runs) or len(set(long_figures)) < len(long_figures)


def _sentences(model: ChatModel, prompt: Prompt, usage: Usage) -> Iterator[str]:
    """The model's text, a sentence at a time."""
    pending = ""
    for piece in model.stream(prompt, usage):
        pending += str(piece)
        *whole, pending = _SENTENCE_END.split(pending)
        yield from (sentence.strip() for sentence in whole if sentence.strip())
    if pending.strip().endswith(_ENDINGS):  # not one that the bound on tokens has cut off
        yield pending.strip()


def _covers(text: str, headline: str) -> bool:
    """Whether a text says what the headline says: every figure of it, and turned the same way ("not", "fell").

    A headline without any figure is never replaced: nothing in it could be checked.
    """
    wanted, said = (set(figures(_DATE.sub(" ", each))) for each in (headline, text))
    return bool(text) and bool(wanted) and wanted <= said and _turns(headline) <= _turns(text)


def turns_otherwise(sentence: str, facts: Sequence[str]) -> bool:
    """Whether a sentence denies, or tells a rise or fall, that no fact does."""
    return not _turns(sentence) <= set().union(*(_turns(fact) for fact in facts))


def _turns(text: str) -> set[str]:
    said = text.lower()
    return {name for name, words in _TURNING.items() if words.search(said)}
