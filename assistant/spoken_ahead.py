"""Other ways to say a time to come -> the plain way that the reader of horizons knows: "month to come" is "next month".

Changes words only; knows no calendar and no today.
"""

import re
from functools import lru_cache
from typing import Final

from assistant.calendar_words import DAY_PART, UNITS, WEEKDAYS, WHOLE_UNITS

_PLAIN: Final = (
    (r"\b(?:the )?(week|month|quarter|season|half|year)s?(?: is|s)? (?:end|out|done|close)$", r"end of \1"),
    (r"\b(?:the )?(spring|summer|autumn|winter)s? end$", r"end of \1"),
    (r"^(?:whole|full|entire|all) (?:of )?(?:the )?(?=[a-z])", ""),
    (r"^before (?=end of )", "until "),
    (r"^as far as ", "until "),
    (rf"^({WEEKDAYS}) next$", r"next \1"),
    (rf"^1 week (?:on|from) ({WEEKDAYS})$", r"week after \1"),
    (r"^(spring|summer|autumn|winter) months$", r"\1"),
    (r"^(week|month|quarter|half|year)$", r"next 1 \1"),
    (r"\bclose of (?=[a-z])", "end of "),
    (r"^(?:between )?from (?:here|now) (?=to|until|through)", ""),
    (r"^(?:future|following) (?=\d)", "next "),
    (r"^(\d+) next (?=[a-z])", r"next \1 "),
    (rf"^(?:this |the )?(?:coming|upcoming) (?=(?:{UNITS}|{WHOLE_UNITS})$)", "next "),
    (r"^this coming ", "coming "),
    (rf"^({WHOLE_UNITS}) (?:to come|coming|ahead)$", r"next \1"),
    (rf"^(\d+ (?:{UNITS})) (?:forward|on|to come)$", r"next \1"),
    (r"^(?:the )?(?:remainder|remaining days|remaining weeks|what remains|whats left) (?:of|in) (?:the )?", "rest of "),
    (rf"^(?:the )?({WEEKDAYS}) week$", r"week after \1"),
    (rf"^({WEEKDAYS}) {DAY_PART}$", r"\1"),
    (rf"^tomorrow {DAY_PART}$", "tomorrow"),
    (rf"^this {DAY_PART}$", "today"),
    (r"^tomorrow and (?:the )?(?:day after(?: tomorrow)?|after tomorrow)$", "next 2 days"),
    (r"^this month and (?:the )?next(?: month)?$", "until end of next month"),
    (r"^this week and (?:the )?next(?: week)?$", "until end of next week"),
    (r"^to (?=end of )", "until "),
    (r"^fortnight$", "next fortnight"),
    (r"^through to ", "until "),
    (r"^the (?=week$|month$|quarter$|year$)", "this "),
)  # fmt: skip


@lru_cache(maxsize=8192)
def plain_ahead(text: str) -> str:
    """A normalised time in plain words; other words as they are."""
    for pattern, plain in _PLAIN:
        text = re.sub(pattern, plain, text)
    return text.strip()
