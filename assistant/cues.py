"""Words without which an optional choice is not meant: nobody who says "cheap" asks for a ranking by country.

A choice whose cue is missing from what was said cannot be written by the language model. Knows arguments by name only.
"""

import re
from typing import Final

# Words for kinds of things and words around names; a small model may copy them where it has nothing else to copy.
GENERIC: Final = frozenset(
    "customer customers client clients store stores shop shops branch branches category categories product "
    "products item items order orders revenue sales turnover units total country countries everything all whole a "
    "about an and any are as at best bottom brought buy by can did do does each for from get give going had has "
    "have how i in is it its just like low many me money more most much my no not of on or our out over per "
    "please profit running sell sells selling show so sold some take tell than that the their them there they "
    "this those to too top up us was we were what when where which who why will with worst would you your last "
    "next past month week year quarter day days weeks months average value share rate number amount percentage "
    "percent different distinct returned returns return bought big stock demand price prices review reviews "
    "forecast history basket takings income aov avg rev qty".split()
)
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
    "store": r"store\w*|stor|shops?|branch\w*|outlet\w*|location\w*|sites?|till",
    "category": r"categ\w*|department\w*|dept\w*|sections?|ranges?|aisles?|group",
    "price_change": r"pric\w*|discount\w*|cheaper|dearer|expensive|mark\w*|off|cut|half",
    "promotion": r"promo\w*|campaigns?|offers?|sale",
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
    "weekday": r"weekday\w*|days?|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|weekend\w*",
    "hour": r"hour\w*|times?|o'?clock|morning\w*|afternoon\w*|evening\w*|busiest|lunch\w*|when|peak|hrs?|clock",
}
# What a report may count -> words for it. The first two are meant whenever they are said.
_METRICS: Final = {
    "return_rate": r"return\w*|retu?r\w*n\w*|refund\w*|refnd\w*|sen[dt]\w* (?:\w+ ){0,3}back|(?:come|comes"
    r"|came|coming|brought|bring|took|taken|give|gave"
    r"|given|went|handed|money) (?:\w+ )?back|rtn\w*",
    "average_order_value": r"aov|av\w*r?ge? (?:\w+ ){0,2}(?:order|ordr|basket|baskit|spend|ticket"
    r"|transaction|sale|bill|purchase|receipt|check|cart"
    r"|value|valeu|invoice|shop)\w*|avg\.? (?:\w+ )?(?:order|basket|spend|ticket|transaction|sale|bill"
    r"|value|receipt)\w*|basket (?:size|value|spend)\w*"
    r"|(?:order|basket|transaction|ticket|bill) (?:value|size|worth)s?|per (?:order|basket|transaction"
    r"|invoice|ticket|head|receipt|bill|purchase"
    r"|checkout)|(?:typical|mean|normal|usual) (?:\w+ )?(?:order|basket|spend|sale|transaction|ticket"
    r"|purchase|bill|receipt|custom)\w*"
    r"|order (?:is |was )?worth|on average|each order|an order|a (?:single )?(?:basket|order|transaction"
    r"|receipt|sale)|spend per",
    "customers": r"(?:customer|client|shopper|buyer|custmer|costumer|punter|patron)s?|people|persons"
    r"|individuals|folk|accounts|households|ppl|heads"
    r"|footfall|clientele",
    "orders": r"orders?|ordrs?|ordres|odrers?|ordered|transactions?|invoices?|baskets?|purchases|receipts"
    r"|tickets|checkouts|busiest|busy|quietest"
    r"|slackest|quiet|number of sales|how many sales|how (?:many times|often)",
    "units": r"units?|unts?|pieces|items|quantit\w*|volumes?|how m\w?n\w?y|qty|number of|copies|pcs|count"
    r"|shifted|flog\w*|movers?|many|numbrs",
    "revenue": r"revenue\w*|rev|revnue\w*|revnu|reveune|turn\w* over|turnover\w*|takings?|took|take|taken"
    r"|sales|sals|sell\w*|sold|money|cash"
    r"|income|earn\w*|made|make|bring|brought|gross\w*|net|value|worth|£|\$|€|quid|pounds|dollars|euros?"
    r"|spen[dt]\w*|top line|best\w*|most"
    r"|perform\w*|business|trade|trading|biggest|figures?|did we do|do in|generat\w*|contribut\w*|profit\w*",
}
_HOW_MANY: Final = re.compile(
    r"\b(?:how m\w*y|number of) (?:(?:different|distinct|unique|separate|individual|new|of|our|more|such"
    r"|single)\s+)*(\w+)",
    re.IGNORECASE,
)
_NET: Final = re.compile(
    r"\b(?:net of|after|without|less|excluding|minus) (?:the )?(?:returns|refunds)\b", re.IGNORECASE
)
_READ: Final = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _CUES.items()}

_READ_GROUPS: Final = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _GROUPS.items()}

_SPLITS: Final = {
    "product": r"products?|items?|lines?",
    "category": r"categor(?:y|ies)|departments?|sections?",
    "country": r"countr(?:y|ies)",
    "store": r"stores?|stor|shops?|branch(?:es)?",
    "customer": r"customers?|clients?",
    "day": r"days?|daily",
    "week": r"weeks?|wks?|weekly",
    "month": r"months?|mnths?|monthly",
    "quarter": r"quarters?|quarterly",
    "weekday": r"week[- ]?days?|wekdays?|days? of the week",
    "hour": r"hours?|hourly",
}
_BARE: Final = {name: re.compile(words, re.IGNORECASE) for name, words in _SPLITS.items()}
_READ_SPLITS: Final = {
    name: re.compile(
        rf"\b(?:by|per|for each|split into|broken down (?:by|into)) (?:the |each )?(?:{words})\b(?! of the week)"
        if name == "day"
        else rf"\b(?:by|per|for each|split into|broken down (?:by|into)) (?:the |each )?(?:{words})\b",
        re.IGNORECASE,
    )
    for name, words in _SPLITS.items()
}

_READ_METRICS: Final = {
    name: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) for name, words in _METRICS.items()
}


def metrics(said: str) -> tuple[str, ...]:
    """The metrics that something in what was said can mean; empty where nothing does."""
    named = counted(said)
    if named is not None:
        return (named,)
    said = _NET.sub(" ", said)
    found = tuple(name for name, cue in _READ_METRICS.items() if cue.search(said))
    plain = next((name for name in found[:2] if name in ("return_rate", "average_order_value")), None)
    return (plain,) if plain else found


def metrics_named(said: str) -> list[str]:
    """The metrics that something in what was said can mean, in the order in which they are named."""
    found = {name: _READ_METRICS[name].search(said) for name in metrics(said)}
    return sorted(found, key=lambda name: match.start() if (match := found[name]) else len(said))


def counted(said: str) -> str | None:
    """The metric that is asked for by "how many ..." or "number of ..."; None where nothing is counted so."""
    match = _HOW_MANY.search(_NET.sub(" ", said))
    names = ("customers", "orders", "units") if match else ()
    named = [name for name in names if match and _READ_METRICS[name].fullmatch(match[1])]
    return named[0] if len(named) == 1 else None


def known(argument: str) -> bool:
    """Whether the words for this choice are known here; those of a tool that a shop adds are not."""
    return argument in _CUES or argument in ("metric", "group_by", "goal")


def groups(said: str) -> tuple[str, ...]:
    """The ways to split a report that something in what was said can mean."""
    return tuple(name for name, cue in _READ_GROUPS.items() if cue.search(said))


def splits(said: str) -> tuple[str, ...]:
    """The ways to split a report that are asked for outright: "by store", "per week", "month by month", "hourly"."""
    return tuple(name for name, cue in _READ_SPLITS.items() if cue.search(said))


def bare_split(said: str) -> str | None:
    """The split that words name and nothing else: "week days", "hours"; None for any others."""
    return next((name for name in ("weekday", "hour", "month", "quarter") if _BARE[name].fullmatch(said.strip())), None)


def without_split(said: str, name: str) -> str:
    """The text without the words that ask for this split."""
    return _READ_SPLITS[name].sub(" | ", said)


def meant(argument: str, said: str) -> bool:
    """Whether something in what was said can mean this argument; True for arguments without a cue.

    For "store" and "category" it only matters where the shop has none: then a word for the kind itself must be said.
    """
    cue = _READ.get(argument)
    return cue is None or cue.search(said) is not None
