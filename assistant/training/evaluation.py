"""Measures the language side of a shop on phrasings that training never saw, part by part, and leaves no trace in it.

What each part measures stands in its own module (`evaluation_calls`, `evaluation_turns`, `evaluation_refusals`,
`evaluation_scope`, `evaluation_plugins`); this one deals out the phrasings and gathers the figures.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from assistant.errors import WrongUse
from assistant.records import Records
from assistant.shop import Shop
from assistant.tools import standard_tools
from assistant.training.evaluation_calls import measure_calls
from assistant.training.evaluation_plugins import measure_plugins
from assistant.training.evaluation_refusals import measure_refusals
from assistant.training.evaluation_scope import ScoredMessage, measure_clinc, scope_scores, score_messages
from assistant.training.evaluation_slots import Shopper, entities_of, shop_entities, shoppers
from assistant.training.evaluation_support import Titles
from assistant.training.evaluation_turns import Asker, conversation_scores, judge_turns, turn_scores
from assistant.training.phrasings import Phrasing, Split, Turn, fill, read_phrasings, spoken

PARTS = ("calls", "turns", "conversations", "refusals", "scope", "clinc", "plugins")
Report = Callable[[str], None]
Measured = dict[str, Any]


@dataclass
class Evaluation:
    """One run over a shop; the phrasings are dealt out once, the same ones for the same limit.

    Attributes:
        split: which phrasings are said.
        limit: at most so many phrasings (or conversations) in each part; None: all.
        clinc: the folder of CLINC150.
        report: takes a line of progress.
    """

    shop: Shop
    split: Split = "test"
    limit: int | None = None
    clinc: Path | None = None
    report: Report = field(default=lambda line: None)

    @cached_property
    def phrasings(self) -> list[Phrasing]:
        """Every phrasing of the split that this shop's tools can answer, in random but repeatable order."""
        offered = self.shop.toolbox.tools
        roles = {tool.name: tool.roles for tool in (*standard_tools(), *offered.values())}
        spoken_for = spoken(read_phrasings(roles), self.split)
        found = [each for each in spoken_for if all(call.name in offered for turn in each.turns for call in turn.calls)]
        random.Random(1).shuffle(found)
        return found

    @cached_property
    def entities(self) -> dict[str, list[str]]:
        """Names for the slots."""
        return shop_entities(self.shop)

    @cached_property
    def people(self) -> list[Shopper]:
        """Customers who ask."""
        return shoppers(self.shop)

    @cached_property
    def single(self) -> list[Phrasing]:
        """The phrasings of one message."""
        return [each for each in self.phrasings if len(each.turns) == 1]

    def run(self, parts: Sequence[str]) -> Measured:
        """The figures of the parts that are asked for. Leaves the shop's records alone."""
        unknown = [part for part in parts if part not in PARTS]
        if unknown:
            raise WrongUse(f"Expected parts among {', '.join(PARTS)}; got {', '.join(unknown)}.")
        if "clinc" in parts and self.clinc is None:
            raise WrongUse("Expected the folder of CLINC150 for the part clinc: give --clinc DIR.")
        steps: Mapping[str, Callable[[], Measured]] = {
            "calls": self._calls,
            "turns": self._turns,
            "conversations": self._conversations,
            "refusals": self._refusals,
            "scope": self._scope,
            "clinc": self._clinc,
            "plugins": self._plugins,
        }
        with own_records(self.shop):
            measured = {part: steps[part]() for part in PARTS if part in parts}
        return {"split": self.split, "shop": self.shop.name, "model": self._model(), **measured}

    def _calls(self) -> Measured:
        return measure_calls(self.shop, self.phrasings[: self.limit], self.entities, self.report).as_json()

    def _turns(self) -> Measured:
        asked = [self._asker(each, place) for place, each in enumerate(self.single[: self.limit])]
        judged = judge_turns(asked, "turns", self.report)
        return turn_scores([turn for turns in judged for turn in turns])

    def _conversations(self) -> Measured:
        several = [each for each in self.phrasings if len(each.turns) > 1][: self.limit]
        asked = [self._asker(each, place) for place, each in enumerate(several)]
        return conversation_scores(judge_turns(asked, "conversations", self.report, every=10))

    def _refusals(self) -> Measured:
        most = 150 if self.limit is None else self.limit
        return measure_refusals(self.shop, self.single, self.entities, self.people, self.report, most)

    def _scope(self) -> Measured:
        inside, outside = self._scored
        return {"outside": len(outside), "inside": len(inside), **scope_scores(outside, inside)}

    def _clinc(self) -> Measured:
        assert self.clinc is not None
        return measure_clinc(self.shop, self.clinc, self._scored[0], self.report)

    def _plugins(self) -> Measured:
        most = 500 if self.limit is None else self.limit
        return measure_plugins(self.shop, self.single, self.entities, self.report, most)

    @cached_property
    def _scored(self) -> tuple[list[ScoredMessage], list[ScoredMessage]]:
        """First messages that call a tool, and those of the kind out_of_scope, with their P(none)."""
        chance = random.Random(4)
        inside, outside = [], []
        for each in self.phrasings:
            text = fill(each, self.entities, chance)[0].text
            role = "manager" if "manager" in each.roles else "customer"
            if each.turns[0].calls:
                inside.append((text, role, False))
            elif each.kind == "out_of_scope":
                outside.append((text, role, True))
        return tuple(score_messages(self.shop, group, self.report) for group in (inside, outside))  # type: ignore[return-value, arg-type]

    def _asker(self, phrasing: Phrasing, place: int) -> tuple[Asker, tuple[Turn, ...]]:
        """Who says a phrasing: staff where the staff may, else one customer after the other."""
        staff = "manager" in phrasing.roles
        shopper = None if staff or not self.people else self.people[place % len(self.people)]
        if shopper is None and not staff:
            raise WrongUse("Expected a shop with customers who have ordered, but there is none to ask as.")
        slots = entities_of(shopper, phrasing, self.entities, self.people)
        turns = fill(phrasing, slots, random.Random(f"{phrasing.key}"))
        unknown = any(call.name == "verify_identity" for turn in turns for call in turn.calls)
        return Asker(self.shop, self._titles, shopper, signed_in=not unknown), turns

    @cached_property
    def _titles(self) -> Titles:
        return Titles.of([str(title) for title in self.shop.catalog.products["title"]])

    def _model(self) -> str:
        return self.shop.language.name


def evaluate_calls(shop: Shop, split: Split, limit: int | None, report: Report) -> Measured:
    """Right tool, right tool and arguments, seconds; in all and by tool and voice. Leaves the shop's records alone."""
    return dict(Evaluation(shop, split, limit, report=report).run(["calls"])["calls"])


@contextmanager
def own_records(shop: Shop) -> Iterator[None]:
    """Lets the shop's conversations go to records in memory for the length of the block."""
    before = shop.__dict__.pop("records", None)
    shop.records = Records("sqlite://")
    try:
        yield
    finally:
        shop.__dict__.pop("records").close()
        if before is not None:
            shop.records = before
