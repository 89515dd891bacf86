"""How a scripted customer words what there is to say: one of several hand-written voices, with slips. Knows no goal.

Which wording and which slips are drawn from a seed, so a try is repeated exactly and another seed sounds otherwise.
"""

import random
import re
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.customer_picks import spoken

VOICES = Path(__file__).with_name("customer_voices.toml")
_FIELD = re.compile(r"{(\w+)}")
_NAMED = frozenset({"item", "wrong", "new", "product"})  # said shorter than they are written, now and then
_KEPT = re.compile(r"\d|@")  # words in which nobody makes a slip that could be understood
_LONGEST_WITHOUT_SLIP = 4  # letters


@dataclass(frozen=True)
class Voice:
    """Wordings by what is said, and the share of longer words with a slip of the fingers."""

    name: str
    part: str
    typos: float
    say: Mapping[str, tuple[str, ...]]


def read_voices(file: Path = VOICES) -> list[Voice]:
    """The voices."""
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    return [
        Voice(name, each["part"], each["typos"], {act: tuple(texts) for act, texts in each["say"].items()})
        for name, each in content.items()
    ]


class Speaker:
    """One customer's way of talking in one conversation."""

    def __init__(self, voice: Voice, details: Mapping[str, str], seed: str) -> None:
        """Takes the voice, what may have to be said, and the seed that the wordings are drawn by."""
        self._voice, self._draw = voice, random.Random(f"{voice.name} {seed}")
        self._details = {
            name: spoken(text) if name in _NAMED and self._draw.random() < 0.5 else text
            for name, text in details.items()
        }
        self._used: dict[str, list[str]] = {}

    def says(self, act: str, *, fully: bool = False) -> tuple[str, frozenset[str]]:
        """Words for an act, and the details in them; not the same words twice while there are others.

        Args:
            act: what is to be said.
            fully: with as many of the details as there is a wording for.
        """
        texts = list(self._voice.say[act])
        fresh = [text for text in texts if text not in self._used.get(act, [])] or texts
        chosen = max(texts, key=lambda each: len(_FIELD.findall(each))) if fully else self._draw.choice(fresh)
        self._used.setdefault(act, []).append(chosen)
        fields = frozenset(_FIELD.findall(chosen))
        return self._slipped(chosen, fields), fields

    def draw(self, share: float) -> bool:
        """True in that share of cases."""
        return self._draw.random() < share

    def one_of(self, texts: tuple[str, ...]) -> str:
        """One of some texts."""
        return self._draw.choice(texts)

    def knows(self, name: str, text: str) -> None:
        """Takes up a detail that came up in the conversation."""
        self._details[name] = text

    def _slipped(self, chosen: str, fields: frozenset[str]) -> str:
        words = []
        for word in chosen.split(" "):
            bare = "{" not in word and not _KEPT.search(word) and len(word) > _LONGEST_WITHOUT_SLIP
            words.append(self._slip(word) if bare and self.draw(self._voice.typos) else word)
        return string.Template(_FIELD.sub(r"${\1}", " ".join(words))).substitute(
            {name: self._details[name] for name in fields}
        )

    def _slip(self, word: str) -> str:
        """Two letters in the wrong order, or one left out."""
        place = self._draw.randrange(1, len(word) - 2)
        if self.draw(0.5):
            return word[:place] + word[place + 1 :]
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
