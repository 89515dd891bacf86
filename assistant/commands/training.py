"""`finetune`: training the router and the language model."""

import argparse
import importlib.util
import json
import random
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from assistant.errors import AssistantError, WrongUse
from assistant.messages import Message
from assistant.toolbox import Tool
from assistant.tools import standard_tools
from assistant.training.curves import Curves

S = TypeVar("S")
# The shipped adapter's second stage learnt to name tools ("choices") beside the rest; nothing asks for such a name now.
_KINDS = ("calls", "answers", "choices")


def finetune(given: argparse.Namespace) -> int:
    """Trains a part and writes it where answering finds it."""
    return {"router": _router, "language": _language, "choice": _choice}[given.part](given)


def _router(given: argparse.Namespace) -> int:
    from assistant.language.router import SHIPPED_ROUTER
    from assistant.training.finetune_router import RouterSettings, finetune_router
    from assistant.training.phrasings import read_entities, read_phrasings
    from retrieval.embedder import packaged_model

    start = RouterSettings.extending() if given.extends else RouterSettings()
    settings = _chosen(start, epochs=given.epochs, rank=given.rank)
    if settings.rank:
        _require_peft()
    folder = given.out or SHIPPED_ROUTER
    tools = standard_tools()
    roles = {tool.name: tool.roles for tool in tools}
    schemas = {tool.name: tool.parameters for tool in tools}
    with Curves(given.log_dir) as curves:
        scores = finetune_router(
            read_phrasings(roles), read_entities(), roles, schemas, packaged_model(), settings, folder, given.extends,
            _say, curves,
        )  # fmt: skip
    print(json.dumps(scores, indent=1))
    return 0


def _language(given: argparse.Namespace) -> int:
    from assistant.language.weights import SHIPPED_ADAPTER
    from assistant.training.finetune_language import LanguageSettings, finetune_language

    alpha = None if given.rank is None else 2 * given.rank
    settings = _chosen(
        LanguageSettings(), epochs=given.epochs, rank=given.rank, alpha=alpha, first_layer=given.first_layer
    )
    _require_peft()
    folder = given.out or SHIPPED_ADAPTER
    epochs = LanguageEpochs(settings.seed, _shares(given.shares))
    with Curves(given.log_dir) as curves:
        finetune_language(epochs, settings, folder, base=given.base, extends=given.extends, curves=curves, report=_say)
    print(f"The adapter is in {folder}.")
    return 0


def _choice(given: argparse.Namespace) -> int:
    from assistant.language.weights import SHIPPED_ADAPTER
    from assistant.training.finetune_choice import ChoiceSettings, finetune_choice
    from assistant.training.phrasings import read_entities, read_phrasings, spoken
    from assistant.training.router_data import classes, examples

    for option in ("base", "extends", "shares", "log_dir"):
        if getattr(given, option) is not None:
            raise WrongUse(
                f"finetune choice takes no --{option.replace('_', '-')}: it learns beside the embedded model's adapter "
                "(--out FOLDER for another one), with --epochs, --rank and --first-layer."
            )
    _require_peft()
    settings = _chosen(ChoiceSettings(), epochs=given.epochs, rank=given.rank, first_layer=given.first_layer)
    tools = standard_tools()
    roles, schemas = {tool.name: tool.roles for tool in tools}, {tool.name: tool.parameters for tool in tools}
    phrasings, entities, chance = read_phrasings(roles), read_entities(), random.Random(settings.seed)
    train, held_out = (list(spoken(phrasings, split)) for split in ("train", "validation"))
    scores = finetune_choice(
        lambda: examples(train, entities, roles, schemas, chance),
        examples(held_out, entities, roles, schemas, random.Random(settings.seed + 1), noisy=False),
        classes(roles),
        settings,
        given.out or SHIPPED_ADAPTER,
        _say,
    )
    print(json.dumps(scores, indent=1))
    return 0


def _shares(given: str | None) -> dict[str, float]:
    """The shares of each kind of dialogue, as in "choices=1,calls=0.15".

    Raises:
        WrongUse: another kind, or no number from 0 to 1.
    """
    if given is None:
        return dict.fromkeys(_KINDS, 1.0)
    shares: dict[str, float] = {}
    for each in given.split(","):
        kind, _, share = each.partition("=")
        try:
            shares[kind.strip()] = float(share)
        except ValueError:
            shares[kind.strip()] = -1.0
    if set(shares) - set(_KINDS) or not all(0 <= share <= 1 for share in shares.values()):
        raise WrongUse(
            f"Expected shares from 0 to 1 of {', '.join(_KINDS)}, as in choices=1,calls=0.15; got {given!r}."
        )
    return shares


def _chosen(settings: S, **given: int | None) -> S:
    """The settings with the options that were given.

    Raises:
        WrongUse: an option is out of its range.
    """
    try:
        return replace(settings, **{name: value for name, value in given.items() if value is not None})  # type: ignore[type-var]
    except ValueError as wrong:
        raise WrongUse(f"These options cannot be used: {wrong}") from wrong


def _require_peft() -> None:
    """Raises AssistantError with the fix where training's own packages are not installed."""
    if importlib.util.find_spec("peft") is None:
        raise AssistantError(
            "Expected the package peft for training, but it is not installed. "
            'Install it with `pip install "retail-assistant[train]"`.'
        )


class LanguageEpochs:
    """The dialogues of an epoch: training phrasings with slots filled anew, and the authored answers.

    Of each kind a share is shown, drawn anew: calls with their arguments, answers from facts, choices of a tool.
    """

    def __init__(self, seed: int, shares: Mapping[str, float]) -> None:
        from assistant.training.phrasings import read_entities, read_phrasings, spoken

        self._tools: dict[str, Tool] = {tool.name: tool for tool in standard_tools()}
        roles = {name: tool.roles for name, tool in self._tools.items()}
        self._phrasings = list(spoken(read_phrasings(roles), "train"))
        self._entities = read_entities()
        self._seed, self._shares = seed, shares

    def __call__(self, epoch: int) -> list[tuple[Message, ...]]:
        """The dialogues of one epoch; the same ones for the same seed."""
        from assistant.training.language_data import answer_dialogues, call_dialogues, choice_dialogues

        chance = random.Random(self._seed * 1_000 + epoch)
        kinds = {
            "calls": call_dialogues(self._phrasings, self._entities, self._tools, chance),
            "answers": answer_dialogues(),
            "choices": choice_dialogues(self._phrasings, self._entities, self._tools, chance),
        }
        return [
            dialogue
            for kind, made in kinds.items()
            for dialogue in chance.sample(made, round(self._shares.get(kind, 0.0) * len(made)))
        ]


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
