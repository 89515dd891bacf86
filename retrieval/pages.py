"""Policy pages (Markdown) -> sections and sentences. Knows no index and no question."""

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9£$€\"'“(])")
_BULLET = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
_MARKS = re.compile(r"\*\*|__|`|\[([^\]]*)\]\([^)]*\)")
_ABBREVIATED = re.compile(r"\b(?:e\.g|i\.e|etc|approx|no|st|mr|mrs|dr)\.$", re.IGNORECASE)


@dataclass(frozen=True)
class Section:
    """One headed part of a page.

    Attributes:
        section_id: "returns.md#2".
        title: of the page; heading: of the section (the page's title where it has none of its own).
        text: verbatim, without the marks of Markdown.
        sentences: the text's sentences in order. A list of short items is one, with the words that lead it in ("We
            accept: Visa; PayPal"); items that are sentences themselves stay apart.
    """

    section_id: str
    title: str
    heading: str
    text: str
    sentences: tuple[str, ...]


def read_pages(folder: Path) -> tuple[Section, ...]:
    """The sections of every `*.md` in the folder, in the order of the files; empty where there is no page."""
    sections: list[Section] = []
    for path in sorted(folder.glob("*.md")) if folder.is_dir() else ():
        sections.extend(read_page(path.name, path.read_text(encoding="utf-8", errors="replace")))
    return tuple(sections)


def read_page(name: str, text: str) -> list[Section]:
    """A page's sections; headings without text of their own lead on to the next."""
    title = Path(name).stem.replace("-", " ").replace("_", " ").capitalize()
    heading, lines, titled = "", [], False
    parts: list[tuple[str, str]] = []
    for line in [*text.splitlines(), "# end"]:
        found = _HEADING.match(line)
        if not found:
            lines.append(line)
            continue
        body = _plain("\n".join(lines))
        if body:
            parts.append((heading, body))
        lines = []
        if found.group(1) == "#" and not titled and line != "# end":
            title, titled, heading = _plain(found.group(2)), True, ""
        else:
            heading = _plain(found.group(2))
    return [
        Section(f"{name}#{place}", title, heading or title, body, sentences_of(body))
        for place, (heading, body) in enumerate(parts, start=1)
    ]


def sentences_of(text: str) -> tuple[str, ...]:
    """The sentences of a section's text, a list of short items as one."""
    found: list[str] = []
    items: list[str] = []
    for paragraph in [*re.split(r"\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)", text), ""]:
        joined = " ".join(_BULLET.sub("", paragraph).split())
        if joined and _BULLET.match(paragraph):
            items.append(joined)
            continue
        if items:
            _add_list(found, items)
            items = []
        if joined:
            found.extend(_split(joined))
    return tuple(found)


def _add_list(found: list[str], items: list[str]) -> None:
    """Adds a list: whole behind its lead-in, or each item where the items are sentences."""
    if all(item.endswith((".", "!", "?")) for item in items):
        found.extend(items)
        return
    whole = "; ".join(item.rstrip(";,.") for item in items) + "."
    if found and found[-1].endswith(":"):
        found[-1] = f"{found[-1]} {whole}"
    else:
        found.append(whole)


def _split(joined: str) -> list[str]:
    pieces: list[str] = []
    for piece in _SENTENCE_END.split(joined):
        if pieces and _ABBREVIATED.search(pieces[-1]):
            pieces[-1] = f"{pieces[-1]} {piece}"
        else:
            pieces.append(piece)
    return pieces


def as_frame(sections: tuple[Section, ...]) -> pd.DataFrame:
    """One row per sentence, in the columns of `products.prepare`: the heading as title, the page as category.

    A section of several sentences has a row of its own as well, numbered 0: its whole text.
    """
    rows = [
        {
            "product_id": f"{section.section_id}.{place}",
            "title": section.heading,
            "description": sentence,
            "category": section.title,
        }
        for section in sections
        for place, sentence in enumerate((" ".join(section.sentences), *section.sentences))
        if place or len(section.sentences) > 1
    ]
    return pd.DataFrame(rows, columns=["product_id", "title", "description", "category"])


def _plain(text: str) -> str:
    return _MARKS.sub(lambda mark: mark.group(1) or "", text).strip()
