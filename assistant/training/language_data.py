"""Turns phrasings and authored answers into the token sequences that the language model learns from.

Several messages of one tool share a sequence, each with its call: the tool's signature is read once, and the messages
before serve as examples, as they do when the assistant answers. Loss is on what the model writes, nothing else.
"""

import json
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.language.grammar import copyable_text
from assistant.language.prompts import Said, compact_answer, compact_call, compact_choice, written_call
from assistant.language.router import NONE
from assistant.messages import Message, Role, ToolCall
from assistant.toolbox import Tool
from assistant.training.phrasings import Entities, Phrasing, Turn, fill

_STRAYING = 0.1  # share of staff questions that a customer asks
ANSWERS_FILE = Path(__file__).parent / "answers.jsonl"


@dataclass(frozen=True)
class Learnt:
    """Token ids and, for each, whether the model is to learn to write it."""

    ids: list[int]
    learn: list[bool]


def call_dialogues(
    phrasings: Sequence[Phrasing], entities: Entities, tools: Mapping[str, Tool], chance: random.Random, most: int = 6
) -> list[tuple[Message, ...]]:
    """Dialogues of up to `most` messages for the same tool; messages with context stand alone."""
    by_tool: dict[str, list[tuple[str, ToolCall]]] = defaultdict(list)
    dialogues: list[tuple[Message, ...]] = []
    for phrasing in phrasings:
        turns = fill(phrasing, entities, chance)
        for place, turn in enumerate(turns):
            if not turn.calls:
                continue
            call = copyable_call(turn.calls[0], tools)
            if place == 0:
                by_tool[call.name].append((turn.text, call))
            else:
                earlier = [_said(before, tools) for before in turns[:place]]
                prompt = compact_call(turn.text, [tools[call.name].signature()], earlier)
                dialogues.append((*prompt, Message("assistant", written_call(call))))
    for name, pairs in by_tool.items():
        chance.shuffle(pairs)
        while pairs:
            size = chance.randint(1, most)
            group, pairs = pairs[:size], pairs[size:]
            last_text, last_call = group[-1]
            prompt = compact_call(last_text, [tools[name].signature()], (), group[:-1])
            dialogues.append((*prompt, Message("assistant", written_call(last_call))))
    return dialogues


def choice_dialogues(
    phrasings: Sequence[Phrasing], entities: Entities, tools: Mapping[str, Tool], chance: random.Random
) -> list[tuple[Message, ...]]:
    """One dialogue a turn: the message in its context, and the name of its tool or "none".

    What anybody may ask is asked by one role or the other; now and then a customer asks what only staff may.
    """
    dialogues: list[tuple[Message, ...]] = []
    for phrasing in phrasings:
        role: Role = chance.choice(sorted(phrasing.roles))  # type: ignore[arg-type]
        earlier: list[Said] = []
        strays = role == "manager" and len(phrasing.turns) == 1 and chance.random() < _STRAYING
        for turn in fill(phrasing, entities, chance):
            name = turn.calls[0].name if turn.calls else NONE
            strays = strays and name != NONE and "customer" not in tools[name].roles
            prompt = compact_choice("customer" if strays else role, turn.text, earlier)
            dialogues.append((*prompt, Message("assistant", NONE if strays else name)))
            earlier.append(_said(turn, tools))
    return dialogues


def copyable_call(call: ToolCall, tools: Mapping[str, Tool]) -> ToolCall:
    """The call with its text as it can be copied from a message, arguments in the order of the tool's signature.

    Decoding under the grammar writes them in that order; what is learnt must be what can be written.
    """
    order = tools[call.name].parameters["properties"]
    return ToolCall(call.name, {name: _copyable(call.arguments[name]) for name in order if name in call.arguments})


def answer_dialogues(file: Path = ANSWERS_FILE) -> list[tuple[Message, ...]]:
    """The authored answers: {"role", "message", "facts": [...], "answer"} a line."""
    dialogues = []
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        if line.strip():
            given = json.loads(line)
            prompt = compact_answer(given["role"], given["message"], given["facts"])
            dialogues.append((*prompt, Message("assistant", given["answer"])))
    return dialogues


def tokens(dialogue: Sequence[Message], tokenizer: Any, longest: int = 768) -> Learnt | None:
    """The dialogue in ChatML; None where it is too long. Learns what the assistant says and its end."""
    ids: list[int] = []
    learn: list[bool] = []
    for message in dialogue:
        for text, own in _pieces(message):
            piece = tokenizer(text, add_special_tokens=False)["input_ids"]
            ids += piece
            learn += [own] * len(piece)
    return Learnt(ids, learn) if len(ids) <= longest else None


def speaks_chatml(tokenizer: Any) -> bool:
    """Whether the tokenizer's chat template writes dialogues as `tokens` does."""
    if not tokenizer.chat_template:
        return False
    messages = (Message("system", "a"), Message("user", "b"), Message("assistant", "c"))
    given = [{"role": message.role, "content": message.content} for message in messages]
    written: str = tokenizer.apply_chat_template(given, tokenize=False)
    return written.strip() == "".join(text for message in messages for text, _ in _pieces(message)).strip()


def _pieces(message: Message) -> tuple[tuple[str, bool], ...]:
    """ChatML, as SmolLM2's template writes it."""
    if message.role == "assistant":
        return (("<|im_start|>assistant\n", False), (f"{message.content}<|im_end|>", True), ("\n", False))
    return ((f"<|im_start|>{message.role}\n{message.content}<|im_end|>\n", False),)


def _said(turn: Turn, tools: Mapping[str, Tool]) -> Said:
    return Said(turn.text, copyable_call(turn.calls[0], tools) if turn.calls else None)


def _copyable(given: Any) -> Any:
    if isinstance(given, str):
        return copyable_text(given)
    if isinstance(given, list):
        return [_copyable(each) for each in given]
    return given
