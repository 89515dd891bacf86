"""Words without which an optional choice is not meant: nobody who says "cheap" asks for a ranking by country.

A choice whose cue is missing from what was said cannot be written by the language model. Knows arguments by name only.
"""

import re
from typing import Final

_CUES: Final = {
    "order": r"best\w*|most|high\w*|biggest|largest|greatest|busiest|strongest|worst|bottom|least|lowe?st|smallest"
    r"|weakest|quietest|slow\w*|fewest|poorest|fastest|top|no\.? ?1|number one|winner|champion|star|leading|popular"
    r"|laggards?|duds?|flops?|dead\w*|hottest|heaviest|slackest|priciest|dearest|peak\w*|trough|last|rock"
    r"|max\w*|min\w*|richest|keenest"
    r"|finest|hero|record|terrible|driving|crazy|many|bset",
    "sort": r"che[ae]p\w*|expensive|pric\w*|dear\w*|popular\w*|best\w*|top|new\w*|latest|recent\w*|rat(?:ed|ing|ings)"
    r"|review\w*|low\w*|high\w*|most|stars?|budget|afford\w*|luxur\w*|posh\w*|sort\w*|order\w*|first"
    r"|bargain|inexpensive|fav\w*"
    r"|trend\w*|arriv\w*|just in|sellers?|econom\w*|value|loved?|hot|splurge|recommended",
    "in_stock": r"in ?sto\w*k|stok|stock|available|availab\w*|avail|now|today|in store|shelf|shelves|ready"
    r"|right away|immediate\w*|straight away|sold out|left",
    "compare_to": r"compar\w*|versus|vs\.?|against|than|before|previous|prior|earlier|last|year on year|yoy"
    r"|relative|up on|down on|differ\w*|change\w*|ago|grow\w*|same|beside|next to|stack\w*|mom|to|overlay",
}
# How a report may be split -> words that ask for it, looked for where no time is said.
_GROUPS: Final = {
    "product": r"product\w*|pro?d\w{0,2}ct\w*|item\w*|lines?|sellers?|sku\w*|article\w*|things?|goods"
    r"|stuff|title\w*|which"
    r"|what(?:'s|s)?(?: \w+){0,4} (?:sell\w*|sold|buy\w*|bought|shift\w*|driving|return\w*|moving|flying)|best sell\w*"
    r"|top|best|worst|bottom|popular|most|least|movers?|duds?|flops?|star|winners?|lagg\w*|hits?|number one|champion"
    r"|breakout|trending|viral|fancy|losers?",
    "category": r"categ\w*|cat\w?gor\w*|department\w*|dept\w*|section\w*|ranges?|aisles?|types?|kinds?"
    r"|group\w*|famil\w*"
    r"|classes|class|areas?|segment\w*",
    "country": r"countr\w*|contr\w*|market\w*|nation\w*|export\w*|abroad|where|oversea\w*|international\w*|region\w*"
    r"|foreign|geograph\w*|world\w*|destination\w*|territor\w*|lands?",
    "store": r"stores?|stors?|shops?|branch\w*|location\w*|sites?|outlet\w*|where|places?|till|premises"
    r"|which|each other",
    "customer": r"who\w*|cust\w*|client\w*|shopper\w*|buyer\w*|spend\w*|account\w*|people|punter\w*|patron\w*|fans?"
    r"|big hitters|costumer\w*|members?|folk\w*|loyal\w*",
    "day": r"days?|daily|dates?|when|day-by-day",
    "week": r"weeks?|weekly|wk|wks|wek|7 days",
    "month": r"mont\w*|mnth\w*|munth\w*|season\w*|mths?|when|improving",
    "quarter": r"quart\w*|quat\w*|qtr\w*|q[1-4]",
    "weekday": r"weekday\w*|days?|week|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|daily|weekend\w*",
    "hour": r"hour\w*|times?|o'?clock|morning\w*|afternoon\w*|evening\w*|busiest|lunch\w*|when|peak|hrs?|clock",
}
_READ: Final = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _CUES.items()}

_READ_GROUPS: Final = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _GROUPS.items()}


def groups(said: str) -> tuple[str, ...]:
    """The ways to split a report that something in what was said can mean."""
    return tuple(name for name, cue in _READ_GROUPS.items() if cue.search(said))


def meant(argument: str, said: str) -> bool:
    """Whether something in what was said can mean this argument; True for arguments without a cue."""
    cue = _READ.get(argument)
    return cue is None or cue.search(said) is not None
