"""What a shopper's words say beside the thing itself: a budget, an order, for whom. Knows no catalog and no index.

What is read here is taken out of the text, so that "a teapot under £20" searches for a teapot. A number counts as money
only where its words make it so ("£20", "20 quid", "under 20" at the end); "under 30 in" is a size.
"""

import re
from dataclasses import dataclass
from typing import Literal

from retrieval.shop_words import GIFTS_FOR, OCCASIONS, RECIPIENTS

Sort = Literal["relevance", "price_low", "price_high", "popular", "newest", "rating"]
_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
).split()
_VALUES = {word: value for value, word in enumerate(_WORDS, start=1)} | {
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
    "a hundred": 100, "a tenner": 10, "tenner": 10, "a fiver": 5, "fiver": 5,
}  # fmt: skip
_COIN = r"(?:pounds?|quid|euros?|dollars?|bucks|gbp|eur|usd)\b"
_FIGURE = r"\d+(?:,\d{3})*(?:\.\d{1,2})?"
_SPELT = "|".join(sorted(_VALUES, key=len, reverse=True))
_SURE = rf"(?:[£$€]\s?{_FIGURE}(?:\s?{_COIN})?|(?:{_FIGURE}|{_SPELT})\s?(?:{_COIN}|[£$€])|a?\s?(?:tenner|fiver)\b)"
_ENDS = r"(?=\s*(?:$|[,.;!?]|(?:please|each|for|with|that|which|and|but|in stock|or less|max|maximum|total)\b))"
_MONEY = rf"(?:{_SURE}|(?:{_FIGURE}|(?:{_SPELT})\b){_ENDS})"
_BELOW = (
    r"(?:under|below|less than|up to|at most|no more than|not more than|not over|cheaper than|max(?:imum)?(?: of)?"
    r"|within)"
)
_ABOVE = r"(?:over|above|more than|at least|from|upwards of|no less than|min(?:imum)?(?: of)?|starting at)"
_LEAD = r"(?:(?:for|at|costing|priced|that (?:is|are|costs?))\s+)?"
_BUDGET = r"(?:(?:my|a|with a|on a)\s+)*budget(?:\s+(?:of|is|about|around|up to))*"
_BETWEEN = re.compile(
    rf"{_LEAD}(?:between|from)\s+(?P<low>{_SURE}|{_FIGURE})\s*(?:and|to|-)\s*(?P<high>{_MONEY})"
    rf"|(?P<low2>[£$€]\s?{_FIGURE})\s?(?:-|–|to)\s?(?P<high2>[£$€]?\s?{_FIGURE})",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    rf"{_LEAD}\b{_BELOW}\s+(?:about\s+)?(?P<a>{_MONEY})|{_BUDGET}\s+(?P<b>{_MONEY})"
    rf"|(?P<c>{_SURE})\s+(?:budget|or less|max)\b",
    re.IGNORECASE,
)
_AT_LEAST = re.compile(rf"{_LEAD}\b{_ABOVE}\s+(?P<a>{_SURE})|(?P<b>{_SURE})\s+or more\b", re.IGNORECASE)
_ABOUT = re.compile(rf"{_LEAD}\b(?:around|about|roughly|approximately|circa|for)\s+(?P<a>{_SURE})", re.IGNORECASE)
NEARLY = 0.25  # "around £20" is 15 to 25
_SUPERLATIVES: tuple[tuple[Sort, str], ...] = (
    ("price_high", r"most expensive|dearest|priciest|costliest|highest[- ]priced?|most costly|least cheap"),
    (
        "price_low",
        r"cheapest|least expensive|lowest[- ]priced?|most affordable|least costly|most inexpensive"
        r"|cheap|inexpensive|low[- ]cost|budget[- ]friendly|affordable",
    ),
    ("newest", r"newest|latest|most recent|new arrivals?|just in"),
    ("rating", r"best[- ]rated|top[- ]rated|highest[- ]rated|best[- ]reviewed|best reviews"),
    ("popular", r"best[- ]?sell(?:ing|ers?)|most popular|most bought|top[- ]?sell(?:ing|ers?)"),
)
_ORDERS = tuple(
    (sort, re.compile(rf"\b(?:the\s+)?(?:{said})\b(?:\s+first\b)?", re.IGNORECASE)) for sort, said in _SUPERLATIVES
)
_FRAMES = re.compile(
    r"\b(?:(?:what(?:'s| is| are)|which(?: one)? is)\s+(?:the\s+)?price range (?:of|for)(?: your)?"
    r"|price range(?: of| for)?(?: your| the)?|how many (?:different |kinds of |types of )?|how much (?:is|are|do|does)"
    r"|(?:what(?:'s| is| are)|which(?: one)? is)\s*$|do you (?:have|sell|stock|carry)(?: any)?|have you got(?: any)?"
    r"|(?:thing|item|product|article)s? (?:that )?(?:you|the shop|we) (?:have|sell|stock|carry|offer)"
    r"|in (?:the|your) (?:whole )?(?:shop|store|range|catalogue?)|(?:the )?(?:thing|item|product|article)s?$)",
    re.IGNORECASE,
)
_RANGES = re.compile(r"\bprice range\b|\bhow much (?:are|do)\b", re.IGNORECASE)
_COUNTS = re.compile(r"\bhow many\b", re.IGNORECASE)
_COMPARED = re.compile(r"\b(?:bigger|larger|smaller|longer|shorter|wider|taller)\s+than\b", re.IGNORECASE)
_DANGLING = re.compile(r"\s+(?:under|below|up to|less than|at most|for)(?:\s+an?)?$", re.IGNORECASE)
_GIFT = r"(?:gifts?|presents?|something|anything|ideas?)"
_FOR_WHOM = re.compile(
    r"\bfor\s+(?:(?:my|a|an|the|our|your|his|her)\s+)?(?:\d+[- ]years?[- ]old\s+)?"
    rf"(?P<whom>{'|'.join(RECIPIENTS)})(?:\s+(?:{'|'.join(RECIPIENTS)}))?(?:'s)?\b",
    re.IGNORECASE,
)
_LIKES = re.compile(
    r"\b(?:who|that)\s+(?:really\s+)?(?:likes?|loves?|enjoys?|adores?|is into|is keen on)\s+(?P<what>.+)$",
    re.IGNORECASE,
)
_AGED = re.compile(r"\bfor\s+(?:(?:my|a|an)\s+)?(?P<whom>\d+[- ]years?[- ]old)\b", re.IGNORECASE)
_SUITS = {whom: what for what, people in GIFTS_FOR.items() for whom in people}
_OCCASION = re.compile(rf"\b(?P<when>{'|'.join(OCCASIONS)})\b", re.IGNORECASE)
_GIFTS = re.compile(
    rf"\b{_GIFT}\b(?!\s+(?:bags?|wrap\w*|cards?|tags?|box\w*|vouchers?|paper|ribbons?|hampers?|baskets?)\b)"
    r"(?:\s+(?:ideas?|sets?))?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Understood:
    """A shopper's words, read.

    Attributes:
        text: what is looked for, without what the other fields say.
        meaning: the text with the recipient and the occasion, for the embedding.
        sort: "the cheapest" -> "price_low"; None: nothing was said.
        counts: whether a number of products was asked for.
        ranges: whether a range of prices was asked for.
        vague: whether "something" or a gift was asked for, whatever else was said of it.
        open: whether nothing but a gift or something for somebody was asked for.
    """

    text: str
    meaning: str
    min_price: float | None = None
    max_price: float | None = None
    sort: Sort | None = None
    recipient: str | None = None
    occasion: str | None = None
    counts: bool = False
    ranges: bool = False
    vague: bool = False
    open: bool = False


def understand(said: str) -> Understood:
    """Reads a query. What it cannot read stays in the text."""
    text, low, high = _budget(" ".join(said.split()))
    sort, text = _order(text)
    counts, ranges = bool(_COUNTS.search(text)), bool(_RANGES.search(text))
    text = _COMPARED.sub(" ", text)
    text = _tidied(_FRAMES.sub(" ", _tidied(_FRAMES.sub(" ", text))))  # "what is the [dearest] thing you sell"
    whom, aged = _AGED.search(text) or _FOR_WHOM.search(text), ""
    when = _OCCASION.search(text)
    if whom and whom["whom"][0].isdigit():
        text = _tidied(_AGED.sub("for a child", text))  # "pack of 5" is nothing for a five-year-old
        aged, whom = whom["whom"].lower(), _FOR_WHOM.search(text)
    thing = _tidied(_GIFTS.sub(" ", _without(text, whom)))
    # where nothing but a gift is asked for, who it is for is all there is to search by
    named = _has_word(_OCCASION.sub(" ", thing))
    likes = _LIKES.search(thing) if whom else None
    if likes:
        named = _has_word(_OCCASION.sub(" ", thing[: likes.start()]))
        text = thing = likes["what"] if not named else thing
    core = thing if named else text
    suits = None if named or likes or not whom else _SUITS.get(whom["whom"].lower())
    return Understood(
        text=suits or core,
        meaning=text,
        min_price=low,
        max_price=high,
        sort=sort,
        recipient=aged or (whom["whom"].lower() if whom else None),
        occasion=when["when"].lower() if when else None,
        counts=counts,
        ranges=ranges,
        vague=bool(_GIFTS.search(text)) or bool(likes),
        open=not named and bool(whom or when),
    )


def _budget(text: str) -> tuple[str, float | None, float | None]:
    between = _BETWEEN.search(text)
    if between:
        low, high = (_amount(between[one] or between[other]) for one, other in (("low", "low2"), ("high", "high2")))
        if low is not None and high is not None and low <= high:
            return _without(text, between), low, high
    most, least = _AT_MOST.search(text), _AT_LEAST.search(text)
    if most or least:
        high = _amount(most["a"] or most["b"] or most["c"]) if most else None
        low = _amount(least["a"] or least["b"]) if least else None
        for found in sorted((each for each in (most, least) if each), key=lambda each: -each.start()):
            text = _without(text, found)
        return text, low, high
    about = _ABOUT.search(text)
    amount = _amount(about["a"]) if about else None
    if about and amount is not None:
        return _without(text, about), round(amount * (1 - NEARLY), 2), round(amount * (1 + NEARLY), 2)
    return text, None, None


def _order(text: str) -> tuple[Sort | None, str]:
    for sort, pattern in _ORDERS:
        if pattern.search(text):
            return sort, _tidied(pattern.sub(" ", text))
    return None, text


def _amount(said: str | None) -> float | None:
    if not said:
        return None
    figure = re.search(_FIGURE, said)
    if figure:
        return float(figure[0].replace(",", ""))
    word = re.search(_SPELT, said.lower())
    return float(_VALUES[word[0]]) if word else None


def _without(text: str, found: "re.Match[str] | None") -> str:
    return text if found is None else _tidied(f"{text[: found.start()]} {text[found.end() :]}")


def _tidied(text: str) -> str:
    text = re.sub(r"\s+([,.;!?])", r"\1", " ".join(text.split())).strip(" ,;-?!")
    return _DANGLING.sub("", text)


def _has_word(text: str) -> bool:
    from retrieval.tokens import spoken

    return bool(spoken(text))
