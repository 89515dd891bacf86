"""How much a price is supposed to move, in percent, read figure by figure from the words around each.

Knows words only. A figure counts where a sign ("-15"), a word of direction ("10 off", "cut it 7 percent") or, in a
follow-up, the change before says so. What is sure, lasts, costs money, stands in a name ("70% dark") or moves
something else than a price ("sales fell by 10 %") counts as none.
"""

import re
from collections.abc import Iterator
from typing import Final

from assistant.price_figures import CHEAP, MOVED, PERCENT, STRONG_DOWN, STRONG_UP, in_figures

TARGET: Final = r"(?:\w+ )?(?:sure|certain\w*|confiden\w*|range|interval|service|likely|chance|band)\b"
_FIGURE: Final = re.compile(
    rf"(?<![\w.,£$€])(?<![\d%][-–])(?P<sign>[-−–+]|(?:minus|plus) )?\s?"
    rf"(?<![£$€])(?P<figure>\d{{1,3}}(?:[.,]\d+)?)(?:(?P<share>\s*-?{PERCENT})|(?![\w%]|[.,:/]\d))",
    re.IGNORECASE,
)
_AFTER: Final = re.compile(
    r"[\s!-]*(?:(?:each|all|straight|student|price|per ?cents?|across[- ]the[- ]board|\w+ed)[\s!-]+){0,2}"
    rf"(?:(?P<down>{STRONG_DOWN}|(?P<less>less|lower|below|under))"
    rf"|(?P<up>{STRONG_UP}|(?P<more>more|higher|up|above)))\b",
    re.IGNORECASE,
)
_BEFORE: Final = re.compile(
    r"\b(?:(?P<down>cut\w*|lower\w*|reduc\w*|dr(?:op|po)\w*|slash\w*|decreas\w*|discount\w*|mark\w* (?:\S+ ){0,9}?down"
    rf"|d(?:ow|wo)n|off|{CHEAP}|less|fall\w*|fell|knock\w*|shav\w*|trim\w*|clearance|promo\w*)"
    r"|(?P<up>rais\w*|add|increas\w*|ris(?:e|es|ing)|rose|up|hik(?:e|es|ed|ing)|bump\w*|dearer"
    r"|more expensive|higher))\b",
    re.IGNORECASE,
)
_HELPING: Final = (
    r"(?:(?:be|been|has|have|had|will|would|may|might|could|should|to|really|just|are|were|go|goes|went) )*"
)
_OTHER_MOVES: Final = re.compile(rf"\b(?:{MOVED}|they) {_HELPING}$", re.IGNORECASE)  # before the word of direction
_OTHER_MOVED: Final = re.compile(rf"\b{MOVED}\b", re.IGNORECASE)  # between that word and the figure
_OF_OTHER: Final = re.compile(rf"\s+(?:likely|sure|(?:(?:in|of) )?(?:the |our )?{MOVED})\b", re.IGNORECASE)
_THAN: Final = re.compile(r"\s+than\b", re.IGNORECASE)
_THAN_OTHER: Final = re.compile(  # "higher than last year", "more than our usual takings"
    rf"\s+than (?:\w+ ){{0,3}}?(?:{MOVED}|last|before|ago|yesterday|(?:19|20)\d\d)\b", re.IGNORECASE
)
_NO_PRICE: Final = re.compile(
    rf"[\s-]*(?:{TARGET}|(?:of )?(?:the |our )?(?:vat|tax(?! years?\b)|conversions?)"
    r"|days?|d|we?e?ks?|w|mont\w*|mths?|mo|m"
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
_BY_HALF: Final = re.compile(r"\W*(?:(?:and|or|so|then|what if|how about) )?by half\W*$", re.IGNORECASE)
_OPEN: Final = re.compile(  # what may stand behind a share that no word gives a direction: no name goes on there
    r"\s*(?:$|[^\w\s]|(?:then|instead|insted|rather|would|is|might|maybe|perhaps|and|or|n|with|for|on|in|at|from|to|till"
    r"|until|by|of|off|now|please|pls|next|this|say|over|per|but|should|could|will|i|we|you|he|she|they|that|the|it|if|so"
    r"|because|also|again|too|as|well|only|just|max|do|does|better|enough|version|case|price\w*|promo\w*|discount\w*"
    r"|campaign|offer|action|sale)\b)",
    re.IGNORECASE,
)
_CLAUSE: Final = re.compile(r"[.,;:!?](?=\s|$)|\s[-–—]\s")
_SAID_OF_IT: Final = re.compile(r"\b(?:at|by|with|to|make (?:it|that)|say|do|try|call it) $", re.IGNORECASE)
_LITTLE: Final = frozenset(
    "a about actually again all an and another at be better bit but by call change could cut did discount do does dont "
    "down figure for forget from give go going he hm hmm how i id if in instead insted is isnt it its just let lets "
    "lest lmao lol make makes maybe me my nah no not now of off oh ok okay on only or our over percent perhaps please "
    "pls price prices promo rather said same say says see she should so sorry still take than that thats the them then "
    "they think this thinks to too took try twice up us wait was we well were what whats when why will with would "
    "yeah yes you next also show day days week weeks month months quarter year summer autumn winter spring christmas "
    "easter january february march april may june july august september october november december".split()
)
_NEAR, _FAR = 25, 60  # letters
_SENTENCE: Final = re.compile(r"[.?!;](?=\s|$)|%")


def price_move(said: str, before: float | None = None) -> float | None:
    """The change in percent that a price is supposed to take, below 0 for a cut; None where none is said.

    Args:
        said: the message.
        before: the change supposed until now: a bare new figure goes on with its direction.
    """
    text = in_figures(said)
    moves = list(_moves(text))
    for plain in (True, False):  # a percentage goes before a bare figure
        for figure, direction, share in moves:
            if direction and share is plain:
                return direction * figure
    unsigned = [figure for figure, direction, share in moves if not direction and (before or share)]
    if unsigned and before:
        return unsigned[-1] * (1 if before > 0 else -1)
    return -unsigned[-1] if unsigned and (_CUTTING.search(text) or _BY_HALF.match(said)) else None


def _moves(text: str) -> Iterator[tuple[float, int, bool]]:
    """The figures that may be moves of a price, whether up (1), down (-1) or not said (0), and whether percentages."""
    for found in _FIGURE.finditer(text):
        share, sign = found["share"] is not None, (found["sign"] or "").strip().lower()
        behind = _SENTENCE.split(text[: found.start()])[-1]
        ahead = text[found.end() :]
        after = _AFTER.match(ahead)
        if (
            _NO_PRICE.match(ahead)
            or _DENIED.search(behind)
            or (share and not (sign or after) and re.search(r"\bto $", behind))
        ):
            continue
        if after and not sign and _about_other(after, behind, ahead, share):
            continue
        direction = (1 if after["up"] else -1) if after else None
        if sign and not (sign in ("+", "plus") and direction == -1):  # "a promotion + 10 % off" is a cut
            direction = 1 if sign in ("+", "plus") else -1
        elif direction is None and (share or (_ALONE.match(ahead) and not _COUNTED.search(behind))):
            direction = _before(behind, share)
        if direction == 0 and not _says_little(text[: found.start()], ahead, share):
            continue
        if direction is not None:
            yield float(found["figure"].replace(",", ".")), direction, share


def _says_little(behind: str, ahead: str, share: bool) -> bool:
    """Whether a figure without a direction stands almost alone: "perhaps 12 would do", not "the jam jar set 4"."""
    if share and not _OPEN.match(ahead):
        return False
    if share and _SAID_OF_IT.search(behind):
        return True
    said = _CLAUSE.split(behind)[-1] + ("" if share else _CLAUSE.split(ahead)[0])
    words = re.findall(r"[^\W\d_]+", re.sub(r"['’]", "", said.lower()))
    other = [word for word in words if word not in _LITTLE]
    return not other or (len(other) == 1 and not {"the", "a", "an"} & set(words))  # "lmao 30", but not "the set 4"


def _about_other(after: re.Match[str], behind: str, ahead: str, share: bool) -> bool:
    """Whether the word of direction after a figure is about something else than a price: "sell 10 % more"."""
    weak = after["more"] or after["less"]
    if after.group().lower().endswith("off"):
        return False  # "20% off stock" is off its price
    if _OF_OTHER.match(ahead, after.end()) or (weak and _THAN_OTHER.match(ahead, after.end())):
        return True
    if not weak or _PRICED.search(behind + ahead):
        return False
    if _THAN.match(ahead, after.end()):
        return True
    counted = not share or (after["more"] or "").lower() == "more"
    return counted or bool(_SOLD.search(behind) or _OTHER_MOVED.search(behind[-_NEAR:]))


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
