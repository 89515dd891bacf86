"""A product's picture, or a drawing from its title and category where it has none. Knows no shop."""

import hashlib
import re
import tomllib
from functools import cache
from pathlib import Path

from ui.escaping import escaped


def picture(title: str, category: str | None) -> str:
    """A small drawing as HTML; it says nothing to a screen reader, for the title stands beside it."""
    hue = int(hashlib.sha256((category or title).casefold().encode()).hexdigest()[:4], 16) % 360
    drawing = _motif(title) or _motif(category or "")
    inside = f'<path d="{drawing}"/>' if drawing else f'<text x="32" y="41">{escaped(_initials(title))}</text>'
    return (
        f'<div class="ra-picture" style="--hue:{hue}" aria-hidden="true"><svg viewBox="0 0 64 64">{inside}</svg></div>'
    )


def photograph(address: str) -> str:
    """A product's own picture; it says nothing to a screen reader, for the title stands beside it."""
    return (
        f'<div class="ra-picture"><img src="{escaped(address)}" alt="" loading="lazy" width="256" height="256"></div>'
    )


def _motif(text: str) -> str | None:
    """The drawing of the last word that has one: the last noun of a title names the thing ("tea towel")."""
    drawings = _drawings()
    for word in reversed(re.findall(r"[a-z]+", text.casefold())):
        for form in (word, word.removesuffix("s"), word.removesuffix("es")):
            if form in drawings:
                return drawings[form]
    return None


@cache
def _drawings() -> dict[str, str]:
    motifs = tomllib.loads(Path(__file__).with_name("motifs.toml").read_text(encoding="utf-8"))["motif"]
    return {word: motif["lines"] for motif in motifs for word in motif["words"]}


def _initials(title: str) -> str:
    words = re.findall(r"\w+", title)
    return "".join(word[0] for word in words[:2]).upper() or "?"
