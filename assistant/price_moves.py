"""How much a price is supposed to move, in percent, read figure by figure from the words around each.

Knows words only. A figure counts where a sign ("-15"), a word of direction ("10 off", "cut it 7 percent") or, in a
follow-up, the change before says so. What is sure, lasts, costs money or moves something else than a price ("sales
fell by 10 %") counts as none.
"""

import re
from collections.abc import Iterator
from typing import Final

from assistant import spans

_PERCENT: Final = r"(?:%|p(?:er|re|ro|r)?[ -]?[cs]e?n?t\w*|pc\b)"
TARGET: Final = r"(?:\w+ )?(?:sure|certain\w*|confiden\w*|range|interval|service|likely|chance|band)\b"
_FIGURE: Final = re.compile(
    rf"(?<![\w.,£$€])(?<![\d%][-–])(?P<sign>[-−–+]|(?:minus|plus) )?\s?"
    rf"(?<![£$€])(?P<figure>\d{{1,3}}(?:[.,]\d+)?)(?:(?P<share>\s*-?{_PERCENT})|(?![\w%]|[.,:/]\d))",
    re.IGNORECASE,
)
_FRACTIONS: Final = {"half": 50, "third": 33, "quarter": 25, "fifth": 20, "tenth": 10}
_CHEAP: Final = r"ch[aep]{2,4}r"  # as people type it
_STRONG_DOWN: Final = (
    rf"{_CHEAP}|off?|d(?:ow|wo)n|discount\w*|mark[- ]?downs?|reduc\w*|lowered|cut|drop|decrease|sale"
    r"|from (?:the|its) price"
)
_STRONG_UP: Final = r"d[ea]{1,3}r(?:er)?|(?:more|less) expensive|increase\w*|hik(?:e|es|ed|ing)|rise"
_AFTER: Final = re.compile(
    r"[\s!-]*(?:(?:each|all|straight|student|price|per ?cents?|across[- ]the[- ]board|\w+ed)[\s!-]+){0,2}"
    rf"(?:(?P<down>{_STRONG_DOWN}|(?P<less>less|lower|below|under))"
    rf"|(?P<up>{_STRONG_UP}|(?P<more>more|higher|up|above)))\b",
    re.IGNORECASE,
)
_BEFORE: Final = re.compile(
    r"\b(?:(?P<down>cut\w*|lower\w*|reduc\w*|dr(?:op|po)\w*|slash\w*|decreas\w*|discount\w*|mark\w* (?:\S+ ){0,9}?down"
    rf"|d(?:ow|wo)n|off|{_CHEAP}|less|fall\w*|fell|knock\w*|shav\w*|trim\w*|clearance|promo\w*)"
    r"|(?P<up>rais\w*|add|increas\w*|ris(?:e|es|ing)|rose|up|hik(?:e|es|ed|ing)|bump\w*|dearer"
    r"|more expensive|higher))\b",
    re.IGNORECASE,
)
_MOVED: Final = (
    r"(?:sales|demand|revenues?|turnover|takings|money|units|pieces|orders|stock|costs?|margins?|profits?|visitors)"
)
_HELPING: Final = r"(?:(?:has|have|had|will|would|may|might|could|should|to|really|just|are|were|go|goes|went) )*"
_OTHER_MOVES: Final = re.compile(rf"\b(?:{_MOVED}|they) {_HELPING}$", re.IGNORECASE)  # before the word of direction
_OTHER_MOVED: Final = re.compile(rf"\b{_MOVED}\b", re.IGNORECASE)  # between that word and the figure
_OF_OTHER: Final = re.compile(rf"\s+(?:than|likely|sure|(?:(?:in|of) )?(?:the |our )?{_MOVED})\b", re.IGNORECASE)
_NO_PRICE: Final = re.compile(
    rf"[\s-]*(?:{TARGET}|days?|d|we?e?ks?|w|mont\w*|mths?|mo|m"
    r"|years?|yrs?|quarters?|qtrs?|hours?|pieces|pcs|units|pounds?|quid|p|euros?|dollars?|bucks|£|€|\$|k?g|ml|cm|mm|l"
    r"|lots?|stores|shops|branches|products|lines|items|categories|of(?= \w))(?![\w%])",
    re.IGNORECASE,
)
_PRICED: Final = re.compile(r"\b(?:pric\w*|costs?|ask\w*|charg\w*|pay|expensive)\b", re.IGNORECASE)
_CUTTING: Final = re.compile(r"\b(?:promo\w*|campaigns?|offers?|discounts?|sale|we give|action)\b", re.IGNORECASE)
_ALONE: Final = re.compile(
    r"\s*(?:$|[.,;:!?]|(?:then|instead|rather|would|is|might|maybe|and|n|with|for|on|in|now|please|pls)\b)",
    re.IGNORECASE,
)
_COUNTED: Final = re.compile(  # "until the 20.", "the next 10", "April 20", "top 5"
    r"(?:#|\b(?:the|until|till|to|for|in|next|last|past|top|first|than|weeks?|store|shop|branch|no|number|order|size"
    r"|(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*))\s*$",
    re.IGNORECASE,
)
_SOLD: Final = re.compile(r"\b(?:sell\w*|sold|grow\w*|buy|order|earn) $", re.IGNORECASE)
_DENIED: Final = re.compile(r"\b(?:instead of|rather than|not|without|forget)(?: the| by| at)? $", re.IGNORECASE)
_NEAR, _FAR = 25, 60  # letters
_SENTENCE: Final = re.compile(r"[.?!;](?=\s|$)|%")


def price_move(said: str, before: float | None = None) -> float | None:
    """The change in percent that a price is supposed to take, below 0 for a cut; None where none is said.

    Args:
        said: the message.
        before: the change supposed until now: a bare new figure goes on with its direction.
    """
    text = _in_figures(said)
    moves = list(_moves(text))
    for plain in (True, False):  # a percentage goes before a bare figure
        for figure, direction, share in moves:
            if direction and share is plain:
                return direction * figure
    unsigned = [figure for figure, direction, share in moves if not direction and (before or share)]
    if unsigned and before:
        return unsigned[-1] * (1 if before > 0 else -1)
    return -unsigned[-1] if unsigned and _CUTTING.search(text) else None


def _in_figures(said: str) -> str:
    """The message with number words, fractions and multiples of a price written as figures."""
    text = re.sub(r"\bhal(?:f|v\w+)[ -](?:(?:the|its|our|their) )?prices?\b|\bhalf off\b", "50% off", said, flags=re.I)
    text = re.sub(r"\b(?:twice|double) (?:the |its |our |their )?prices?\b", "100% dearer", text, flags=re.IGNORECASE)
    text = re.sub(
        rf"\b(?:at|to|for) (\d{{1,2}})\s*{_PERCENT} of (?:\S+ ){{0,2}}?price\b",
        lambda found: f"{100 - int(found[1])}% off",
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(
        rf"(\bby )?\ba ({'|'.join(_FRACTIONS)})\b(?(1)|(?= (?:{_STRONG_DOWN}|{_STRONG_UP}|less|more)\b))",
        lambda found: f"{found[1] or ''}{_FRACTIONS[found[2].lower()]}%",
        text,
        flags=re.IGNORECASE,
    )
    for start, end, value in reversed(spans.number_places(text)):
        if text[start].isalpha() and (value > 2 or re.match(rf"\s*{_PERCENT}", text[end:], re.IGNORECASE)):
            text = f"{text[:start]}{value}{text[end:]}"
    return text


def _moves(text: str) -> Iterator[tuple[float, int, bool]]:
    """The figures that may be moves of a price, whether up (1), down (-1) or not said (0), and whether percentages."""
    for found in _FIGURE.finditer(text):
        share, sign = found["share"] is not None, (found["sign"] or "").strip().lower()
        behind = _SENTENCE.split(text[: found.start()])[-1]
        ahead = text[found.end() :]
        after = _AFTER.match(ahead)
        if _NO_PRICE.match(ahead) or _DENIED.search(behind) or (share and re.search(r"\bto $", behind)):
            continue
        if after and not sign and _about_other(after, behind, ahead, share):
            continue
        direction = (1 if after["up"] else -1) if after else None
        if sign and not (sign in ("+", "plus") and direction == -1):  # "a promotion + 10 % off" is a cut
            direction = 1 if sign in ("+", "plus") else -1
        elif direction is None and (share or (_ALONE.match(ahead) and not _COUNTED.search(behind))):
            direction = _before(behind, share)
        if direction is not None:
            yield float(found["figure"].replace(",", ".")), direction, share


def _about_other(after: re.Match[str], behind: str, ahead: str, share: bool) -> bool:
    """Whether the word of direction after a figure is about something else than a price: "sell 10 % more"."""
    if _OF_OTHER.match(ahead, after.end()):
        return True
    if not (after["more"] or after["less"]) or _PRICED.search(behind + ahead):
        return False
    weak = not share or (after["more"] or "").lower() == "more"
    return weak or bool(_SOLD.search(behind) or _OTHER_MOVED.search(behind[-_NEAR:]))


def _before(behind: str, share: bool) -> int | None:
    """Up (1), down (-1) by the last word of direction before a figure, 0 for none; None where something else moves."""
    words = list(_BEFORE.finditer(behind))
    if not words:
        return None if _OTHER_MOVED.search(behind[-_NEAR:]) else 0
    last = words[-1]
    between = behind[last.end() :]
    if _OTHER_MOVES.search(behind[: last.start()]) or _OTHER_MOVED.search(between):
        return None
    if len(between) > _FAR or (not share and len(between.split()) > 2):
        return 0
    return 1 if last["up"] else -1
