"""Reads a sum as people say it ("17.5% of 240", "split 86 between 5") as one in symbols. Computes nothing.

Only what names its operation is read: two numbers side by side are no sum, and no operation is guessed.
"""

import re
from typing import Final

from assistant import spans

_N: Final = r"\(?\d[\d.+*/() -]*\)|\d+(?:\.\d+)?"  # a number, or what an earlier rule has put in brackets
_ONE: Final = rf"({_N})"
_SHARE: Final = r"(\d+(?:\.\d+)?) ?(?:%|per ?cents?\b|pct\b)"
_SHARES: Final = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_LIST: Final = r"((?:\d+(?:\.\d+)?(?:,? and |, ?))+\d+(?:\.\d+)?)"
_RULES: Final = (
    (r"(\d+) point (\d) (\d)\b", r"\1.\2\3"),
    (r"(\d+) point (\d+)", r"\1.\2"),
    (rf"(?:take|minus|deduct|knock|subtract) {_SHARE} (?:off|from|away from) {_ONE}", r"(\2*(1-\1/100))"),
    (rf"(?:raise|increase|mark up|put up) {_ONE} by {_SHARE}", r"(\1*(1+\2/100))"),
    (rf"(?:reduce|cut|lower|mark down|drop) {_ONE} by {_SHARE}", r"(\1*(1-\2/100))"),
    (rf"(?:percentage|percent|per ?cent|%) (?:is|of) {_ONE} (?:of|is) {_ONE}", r"(\1/\2*100)"),
    (rf"(\d+/\d+) of {_ONE}", r"(\1*\2)"),
    (rf"{_SHARE} off (?:of )?(?:the )?{_ONE}", r"(\2*(1-\1/100))"),
    (rf"{_SHARE} (?:on top of|on to|onto|added to|on) {_ONE}", r"(\2*(1+\1/100))"),
    (rf"{_SHARE} (?:of|from) (?:the )?{_ONE}", r"(\1/100*\2)"),
    (rf"(\d+(?:\.\d+)?) (?:\+|plus|add|and|with) {_SHARE}(?! of| off)", r"(\1*(1+\2/100))"),
    (rf"(\d+(?:\.\d+)?) (?:-|minus|less|with|take off|knocked down) {_SHARE}(?: off)?(?! of)", r"(\1*(1-\2/100))"),
    (_SHARE, r"(\1/100)"),
    (rf"\b(?:double|twice) {_ONE}", r"(2*\1)"),
    (rf"{_ONE} less than {_ONE}", r"(\2-\1)"),
    (rf"\bdifference between {_ONE} and {_ONE}", r"(\1-\2)"),
    (rf"\bproduct of {_ONE} and {_ONE}", r"(\1*\2)"),
    (r"(\d+) (?:boxes|cases|packs|crates|bags|trays) of (\d+)\b", r"(\1*\2)"),
    (rf"\b(?:takes?|subtract|deduct|knock|remove) {_ONE} (?:away |off )?(?:from|off) {_ONE}", r"(\2-\1)"),
    (rf"\bmultipl\w+ {_ONE} (?:by|with|and) {_ONE}", r"(\1*\2)"),
    (rf"\b(?:divided?|split|shared?) {_ONE} (?:[a-z]+ )?(?:by|between|among|amongst|into|over) {_ONE}", r"(\1/\2)"),
    (r"\b(?:times|tims|multiplied by|lots of|at)\b|@", "*"),
    (
        r"\b(?:d[ei]vided by|shared (?:equally |evenly )?(?:by|between|among)|split (?:by|between|among|into)|over)\b",
        "/",
    ),
    (r"\b(?:plus|add(?:ed)?(?: up| to)?)\b", "+"),
    (r"\b(?:minus|less|take away|takeaway|subtract(?:ed)?|take off)\b", "-"),
)
_ADDED: Final = re.compile(r"\b(?:add\w*|sum|totals?|tot(?:ted|ting)?|together|altogether|in all|all up|combined)\b|\+")
_LISTED: Final = re.compile(r"(?<=[\d)]) ?(?:,? and |, ?|& ?)(?=[\d(])")
_TIMES: Final = re.compile(r"(?<=[\d)])\s*[x×]\s*(?=[\d(.])")
_MEAN: Final = re.compile(rf"\b(?:average|avg|mean) of {_LIST}")
_WHOLE: Final = re.compile(r"\b(?:the lot|all (?:of )?that|everything|the whole|then)\b")  # what is meant is not sure
_ASKING: Final = re.compile(
    r"\b(?:what(?:'s| is| are|s)?|how much (?:is|are|makes?)|calculate|work out|compute|please|pls|for me|equals?"
    r"|can you|could you|tell me|quick(?:ly)?)\b|[?=!:]"
)
_PLAIN: Final = re.compile(
    r"(?:[\s\d.,()+*/x×÷−£$€%-]|\b(?:plus|minus|less|times|divided by|multiplied by|per ?cent|of|off|add|and)\b)+"
)
_WORDS: Final = re.compile(r"[a-z][a-z'’-]*")


def in_symbols(said: str) -> str:
    """The sum with + - * / and brackets only; words that no rule reads are left out."""
    text = _TIMES.sub(" * ", said.lower().replace("÷", " / ").replace("×", " * ").replace("−", " - "))
    text = _MEAN.sub(_mean, _figures(re.sub(r"[£$€=?]", " ", text)))
    if _WHOLE.search(text):
        return ""
    for name, parts in _SHARES.items():
        text = re.sub(rf"\b(?:a |one )?{name} (?:of )?(?:the )?{_ONE}", rf"(\1/{parts})", text)
    added = _ADDED.search(text) is not None
    for rule, symbols in _RULES:
        text = re.sub(rule, symbols, text)
    text = re.sub(r"(?<=\* )(\S+)[^\d+*/()-]* and (?=\S+ \*)", r"\1 + ", text)  # "two at 11.49 and one at 5"
    if added:
        text = _LISTED.sub(" + ", text)
    return " ".join(_WORDS.sub(" ", text).replace(",", " ").replace(";", " ").split()).strip(" .:!+")


def is_sum(message: str) -> bool:
    """Whether a whole message is nothing but a sum, and words that ask for its value."""
    rest = _ASKING.sub(" ", message.lower())
    return bool(_PLAIN.fullmatch(rest) and re.search(r"\d[\d.)%£$€ ]*(?:[+*/x×÷-]|[a-z]+ )[ £$€(]*\d", rest))


def _mean(match: re.Match[str]) -> str:
    values = re.findall(r"\d+(?:\.\d+)?", match[1])
    return f"(({'+'.join(values)})/{len(values)})"


def _figures(text: str) -> str:
    """The text with its numbers as plain decimals: "1,250" and "twelve and a half" as 1250 and 12.5."""
    parts: list[str] = []
    last = 0
    for start, end, value in spans.number_places(text):
        typed = text[start:end]
        sign = "%" if typed.endswith("%") else ""
        parts += [text[last:start], f"{value}{sign}"]
        last = end
    return "".join([*parts, text[last:]])
