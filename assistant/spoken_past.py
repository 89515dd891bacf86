"""Other ways to say a time past -> the plain way that the reader of periods knows: "month just gone" is "last month".

Changes words only; knows no calendar and no today.
"""

import re
from functools import lru_cache
from typing import Final

from assistant.calendar_words import DAY_PART, MONTH, UNITS, WEEKDAYS, WHOLE_UNITS

_DAY: Final = rf"(?:\d{{1,2}} (?:of )?(?:{MONTH})|(?:{MONTH}) \d{{1,2}})(?: \d{{4}})?"
_DATE: Final = rf"{_DAY}|(?:{MONTH})(?: \d{{4}})?|(?:19|20)\d\d"
_NO_EVENT: Final = (  # another time, a question, or a "since" that means "because"
    rf"(?:{UNITS}|{WEEKDAYS}|{MONTH}|last|this|next|until|till|to|how|what|which|who|did|does|do|show|compared?|versus"
    r"|for|by|per|of|need|needs|want|wants|would|like|will|must|[a-z]+ing)\b"
)
_WORDS: Final = rf"(?:(?!{_NO_EVENT})[a-z]+ )"
_HAPPENED: Final = (  # a verb of the past
    r"(?:(?!(?:need|feed|seed|exceed|indeed|proceed|speed|breed|red|bed|shed)\b)[a-z]+ed|put|went|began|started|came|had"
    r"|was|were|got|took|made|met|ran|set|cut|sold|bought|built|brought|broke|became|rose|fell|grew|gave|hit|lost|left"
    r"|won|shut|quit|sent|split|found|kept|told|drew|wrote) "
)
_HAPPENING: Final = (
    r"(?:launch|relaunch|(?:re)?opening|rebrand|redesign|refit|refurb(?:ishment)?|renovation|move|switch|merger|takeover"
    r"|campaign|promotion|promo|offer|sale|change|rise|increase|cut|start|update|upgrade|migration|review|advert|ad"
    r"|newsletter|mailing|fair|show|party|wedding|event|strike|flood|fire|lockdown|closure|stocktake|recall"
    r"|visit|new [a-z]+) "
)
_THE: Final = r"(?:the|our|my|his|her|their|its|we|i|it|he|she|they)"
_EVENT: Final = rf"(?:(?:{_THE} )?{_WORDS}{{0,5}}?(?:{_HAPPENED}{_WORDS}{{0,5}}?|{_HAPPENING}))(?:on |in )?(?:the )?"
_PLAIN: Final = (
    (rf"^since {_EVENT}({_DATE})$", r"since \1"),
    (rf"^since {_THE} {_WORDS}{{1,6}}?(?:on )?(?:the )?({_DAY})$", r"since \1"),
    (rf"^({MONTH}) from (?:the )?(\d{{1,2}}) to (?:the )?(\d{{1,2}})$", r"\2 to \3 \1"),
    (r"^(?:whole|entire|full|all) (?:of )?(?:the )?(?!history|time|period|data)", ""),
    (r"^(?:this|these|the)? ?(?:last|past) (?=last |past |\d)", "last "),
    (rf"^(?:this|these) (?:last|past) (?=(?:{UNITS}|{WHOLE_UNITS}|spring|summer|autumn|winter)$)", "last "),
    (rf"^({UNITS}|{WHOLE_UNITS}|weekend) (?:just gone|just past|gone|past|just ended|now ended)$", r"last \1"),
    (rf"^(\d+ (?:{UNITS})) back$", r"\1 ago"),
    (rf"^({UNITS}) ago$", r"1 \1 ago"),
    (rf"^last (?:completed?|whole|closed) (?={WHOLE_UNITS})", "last "),
    (r"^(week|month|quarter|season|half|year)s? before last$|^last (week|month|quarter|year) but 1$", r"2 \1\2s ago"),
    (rf"^({WEEKDAYS}) (?:last|past|gone)$", r"last \1"),
    (rf"^({WEEKDAYS}) {DAY_PART}$", r"\1"),
    (rf"^(?:last night|yesterday {DAY_PART})$", "yesterday"),
    (rf"^(?:this {DAY_PART}|today so far|so far today)$", "today"),
    (r"^yesterday and (?:the )?day before(?: yesterday)?$", "day before yesterday to yesterday"),
    (r"^(?:2 years |the years )?((?:19|20)\d\d) ?(?:-|and) ?((?:19|20)\d\d)$", r"\1 to \2"),
    (r"^this (.+) so farr$", r"this \1 so far"),
    (rf"^({WHOLE_UNITS}) (?:so far|to date|to now|until now)$", r"this \1"),
    (rf"^(?:until now|to date|till date|so far)(?: in)? (?:the )?(?:this )?({WHOLE_UNITS})$", r"this \1"),
    (rf"^(?:from|since) (?:the )?(?:beginning|start|first|1) of (?:the |this )?({WHOLE_UNITS})$", r"this \1"),
    (rf"^this ({WHOLE_UNITS}) (?:until now|to now|up to now)$", r"this \1"),
    (rf"^(\d+ (?:{UNITS})) back (?:to|until|till|up to) (?:now|today)$", r"trailing \1"),
    (r"^(?:from |since )?(.+?) (?:to date|onwards?|until now)$", r"since \1"),
    (r"^(spring|summer|autumn|winter) months$", r"\1"),
    (r"^(?!.*\bto\b)(?!since)(?!this )(.+?) so far$", r"since \1"),
    (r"^(.+ \d{4}) on$", r"since \1"),
    (r"^(?:rolling|trailing) (week|fortnight|month|quarter|year)$", r"trailing 1 \1"),
    (r"^rolling (?=\d)", "trailing "),
    (rf"^last (\d+) of ({UNITS})$", r"last \1 \2"),
    (r"^(?:holidays|festive season) (?:of|in) (?=\d)", "christmas season "),
)


@lru_cache(maxsize=8192)
def plain_past(text: str) -> str:
    """A normalised time in plain words; other words as they are."""
    for pattern, plain in _PLAIN:
        text = re.sub(pattern, plain, text)
    return text.strip()
