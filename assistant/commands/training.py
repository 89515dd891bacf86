"""`finetune` and `evaluate`: training and measuring the router and the language model."""

import argparse
import json
import random
import sys
from dataclasses import replace
from pathlib import Path

from assistant.messages import Message
from assistant.toolbox import Tool
from assistant.tools import standard_tools


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

    roles = {tool.name: tool.roles for tool in standard_tools()}
    settings = RouterSettings()
    if given.epochs:
        settings = replace(settings, epochs=given.epochs)
    if given.rank is not None:
        settings = replace(settings, rank=given.rank)
    folder = given.out or SHIPPED_ROUTER
    scores = finetune_router(read_phrasings(roles), read_entities(), roles, packaged_model(), settings, folder, _say)
    print(json.dumps(scores, indent=1))
    return 0


def _language(given: argparse.Namespace) -> int:
    from assistant.language.weights import SHIPPED_ADAPTER
    from assistant.training.finetune_language import LanguageSettings, finetune_language

    settings = LanguageSettings()
    if given.epochs:
        settings = replace(settings, epochs=given.epochs)
    if given.rank is not None:
        settings = replace(settings, rank=given.rank, alpha=2 * given.rank)
    folder = given.out or SHIPPED_ADAPTER
    finetune_language(LanguageEpochs(settings.seed), settings, folder, base=given.base, report=_say)
    print(f"The adapter is in {folder}.")
    return 0


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


def evaluate(given: argparse.Namespace) -> int:
    """Measures tool choice and arguments on held-out phrasings, in the shop given."""
    from assistant.shop import open_shop
    from assistant.training.evaluation import evaluate_calls, printed

    with open_shop(given.shop) as shop:
        measured = evaluate_calls(shop, given.split, given.limit, _say)
    print(printed(measured))
    if given.json:
        Path(given.json).write_text(json.dumps(measured, indent=1), encoding="utf-8")
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
