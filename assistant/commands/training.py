"""`finetune`: training the router and the language model."""

import argparse
import importlib.util
import json
import random
import sys
from dataclasses import replace
from typing import TypeVar

from assistant.errors import AssistantError, WrongUse
from assistant.messages import Message
from assistant.toolbox import Tool
from assistant.tools import standard_tools

S = TypeVar("S")


def finetune(given: argparse.Namespace) -> int:
    """Trains a part and writes it where answering finds it."""
    if given.part == "router":
        return _router(given)
    return _language(given)


def _router(given: argparse.Namespace) -> int:
    from assistant.language.router import SHIPPED_ROUTER
    from assistant.training.finetune_router import RouterSettings, finetune_router
    from assistant.training.phrasings import read_entities, read_phrasings
    from retrieval.embedder import packaged_model

    settings = _chosen(RouterSettings(), epochs=given.epochs, rank=given.rank)
    if settings.rank:
        _require_peft()
    folder = given.out or SHIPPED_ROUTER
    tools = standard_tools()
    roles = {tool.name: tool.roles for tool in tools}
    schemas = {tool.name: tool.parameters for tool in tools}
    scores = finetune_router(
        read_phrasings(roles), read_entities(), roles, schemas, packaged_model(), settings, folder, _say
    )
    print(json.dumps(scores, indent=1))
    return 0


def _language(given: argparse.Namespace) -> int:
    from assistant.language.weights import SHIPPED_ADAPTER
    from assistant.training.finetune_language import LanguageSettings, finetune_language

    alpha = None if given.rank is None else 2 * given.rank
    settings = _chosen(LanguageSettings(), epochs=given.epochs, rank=given.rank, alpha=alpha)
    _require_peft()
    folder = given.out or SHIPPED_ADAPTER
    finetune_language(LanguageEpochs(settings.seed), settings, folder, base=given.base, report=_say)
    print(f"The adapter is in {folder}.")
    return 0


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
    """The dialogues of an epoch: training phrasings with slots filled anew, and the authored answers."""

    def __init__(self, seed: int) -> None:
        from assistant.training.phrasings import read_entities, read_phrasings, spoken

        self._tools: dict[str, Tool] = {tool.name: tool for tool in standard_tools()}
        roles = {name: tool.roles for name, tool in self._tools.items()}
        self._phrasings = list(spoken(read_phrasings(roles), "train"))
        self._entities = read_entities()
        self._seed = seed

    def __call__(self, epoch: int) -> list[tuple[Message, ...]]:
        """The dialogues of one epoch; the same ones for the same seed."""
        from assistant.training.language_data import answer_dialogues, call_dialogues

        chance = random.Random(self._seed * 1_000 + epoch)
        return call_dialogues(self._phrasings, self._entities, self._tools, chance) + answer_dialogues()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
