"""Writes the words of a price's move as figures: "halve it", "down a third", "from 10% off to 15% off".

Leaves out figures that are no move ("3 for 2"). Knows words only.
"""

import re
from typing import Final

from assistant import spans

PERCENT: Final = r"(?:%|p(?:er|re|ro|r)?[ -]?[cs]e?n?t\w*|pc\b)"
CHEAP: Final = r"ch[aep]{2,4}r"  # as people type it
STRONG_DOWN: Final = (
    rf"{CHEAP}|off?|d(?:ow|wo)n|discount\w*|mark[- ]?downs?|reduc\w*|lowered|cut|drop|decrease|sale"
    r"|from (?:the|its) price"
)
STRONG_UP: Final = r"d[ea]{1,3}r(?:er)?|(?:more|less) expensive|increase\w*|hik(?:e|es|ed|ing)|rise|pric(?:ie|y)r"
_FRACTIONS: Final = {"half": 50, "third": 33, "quarter": 25, "fifth": 20, "tenth": 10}
_NO_SHARE: Final = r"(?![ -](?:hours?|years?|terms?|time|dozen|past|days?|months?)\b)"  # "by half term"
MOVED: Final = (
    r"(?:sales|demand|revenues?|turnover|takings|money|units|pieces|orders|stock|costs?|margins?|profits?|visitors"
    r"|vat|tax(?:es)?(?! years?\b)|conversions?)"
)
_HALVED: Final = re.compile(rf"\bhalv(?:e|ed|ing)\b(?! (?:(?:the|our|its) )?{MOVED}\b)", re.IGNORECASE)
_CUT_IN_HALF: Final = re.compile(
    r"\b((?:cut|slash|chop|reduc|drop|bring)\w*\b[^.;?!]*?) in half\b(?! (?:a|an|the|of)\b)" + _NO_SHARE, re.IGNORECASE
)
_BY_HALF: Final = re.compile(rf"\bby half\b(?! an?\b){_NO_SHARE}", re.IGNORECASE)
_SHARE: Final = re.compile(
    rf"(\b(?:by|down|up) )?\b(?:a|one) ({'|'.join(_FRACTIONS)})\b{_NO_SHARE}"
    rf"(?(1)|(?= (?:{STRONG_DOWN}|{STRONG_UP}|less|more)\b))",
    re.IGNORECASE,
)
_MULTIBUY: Final = re.compile(
    r"(?<![\w.,%-])(?:[2-9]|1[0-2]|two|three|four|five|six) for (?:the price of )?"
    r"(?:[£$€]\s?\d[\d.,]*|(?:\d{1,2}|one|two|three|four|five|a (?:pound|fiver|tenner))\b)"
    rf"(?! ?(?:%|{PERCENT}|days?|d\b|we?e?ks?|months?|mths?|quarters?|years?|stores?|shops?|branches|products|lines))",
    re.IGNORECASE,
)
_FROM_TO: Final = re.compile(
    rf"\bfrom (?:an? |the )?[-+]?\d{{1,3}}(?:[.,]\d+)?\s?{PERCENT}?(?P<way> (?:off|discount|{CHEAP}|dearer))?"
    rf" (?:up |down )?to (?:an? |the )?"
    rf"(?P<new>[-+]?\d{{1,3}}(?:[.,]\d+)?(?:\s?{PERCENT})?)(?P<its>\s?(?:{STRONG_DOWN}|{STRONG_UP}|less|lower|higher)\b)?",
    re.IGNORECASE,
)


def in_figures(said: str) -> str:
    """The message with number words, fractions and multiples of a price written as figures."""
    text = re.sub(r"\bhal(?:f|v\w+)[ -](?:(?:the|its|our|their) )?prices?\b|\bhalf off\b", "50% off", said, flags=re.I)
    text = re.sub(r"\b(?:twice|double) (?:the |its |our |their )?prices?\b", "100% dearer", text, flags=re.IGNORECASE)
    text = _BY_HALF.sub("by 50%", _CUT_IN_HALF.sub(r"\1 50%", _HALVED.sub("cut 50%", text)))
    text = re.sub(
        rf"\b(?:at|to|for) (\d{{1,2}})\s*{PERCENT} of (?:\S+ ){{0,2}}?price\b",
        lambda found: f"{100 - int(found[1])}% off",
        text,
        flags=re.IGNORECASE,
    )
    text = _SHARE.sub(lambda found: f"{found[1] or ''}{_FRACTIONS[found[2].lower()]}%", text)
    text = _FROM_TO.sub(_where_to, _MULTIBUY.sub("|", text))
    for start, end, value in reversed(spans.number_places(text)):
        if text[start].isalpha() and (value > 2 or re.match(rf"\s*{PERCENT}", text[end:], re.IGNORECASE)):
            text = f"{text[:start]}{value}{text[end:]}"
    return text


def _where_to(found: re.Match[str]) -> str:
    """The words "from A to B" as B alone, where B is a move and no price or share of one."""
    new, way, its = found["new"], found["way"], found["its"]
    is_move = way or its or new[0] in "-+" or re.search(rf"{PERCENT}$", new, re.IGNORECASE)
    if not is_move or re.match(r"\D*100\b", found[0]):
        return found[0]
    return f"{new}{its or way or ''}"
