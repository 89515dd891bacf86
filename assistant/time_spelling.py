"""Words of time as they are typed -> as they are spelt: "nxt", "yestrday", "7d", "apr-jun", "lest 3 months".

Mends words of time only, and changes no word that is a word of its own ("match", "string", "winner", "eastern").
A word that is one only beside a time ("this weak", "b4") is mended there alone. Knows no calendar and no today.
"""

import re
from functools import lru_cache
from typing import Final

MONTH_NAMES: Final = "january february march april may june july august september october november december".split()
MONTH_SHORTS: Final = (
    "jan", "feb febuary feburary", "mar", "apr", "", "jun", "jul", "aug agust", "sep sept", "oct", "nov", "dec",
)  # fmt: skip
WEEKDAY_NAMES: Final = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WEEKDAY_SHORTS: Final = ("mon", "tue tues", "wed weds", "thu thur thurs", "fri", "sat", "sun")
WEEKDAY_SHORT: Final = {
    short: name for name, shorts in zip(WEEKDAY_NAMES, _WEEKDAY_SHORTS, strict=True) for short in shorts.split()
}
_A_MONTH: Final = "|".join(
    sorted([*MONTH_NAMES, *(each for shorts in MONTH_SHORTS for each in shorts.split())], key=len, reverse=True)
)
_A_DAY: Final = "|".join(sorted([*WEEKDAY_NAMES, *WEEKDAY_SHORT], key=len, reverse=True))
_SHORTENED: Final = {
    "nxt": "next", "lst": "last", "tmrw": "tomorrow", "tmw": "tomorrow", "tomoz": "tomorrow", "tmr": "tomorrow",
    "2moro": "tomorrow", "2morrow": "tomorrow", "tomo": "tomorrow", "wk": "week", "wks": "weeks", "mth": "month",
    "mths": "months", "mnth": "month", "mnths": "months", "mos": "months", "yr": "year", "yrs": "years",
    "dys": "days", "dayz": "days", "dais": "days", "dyas": "days", "qtr": "quarter", "qtrs": "quarters",
    "prev": "previous", "lats": "last", "yesturday": "yesterday", "yday": "yesterday", "yest": "yesterday",
    "tyesterday": "yesterday", "xms": "christmas", "xmas": "christmas", "wkend": "weekend", "wknd": "weekend",
    "eoy": "end of year", "eom": "end of month", "tonight": "today", "tday": "today", "2day": "today",
    "yaer": "year", "yer": "year", "yera": "year", "weks": "weeks", "wekk": "week", "weeek": "week", "wek": "week",
    "ago,": "ago", "sumer": "summer", "nite": "night", "szn": "season", "seazon": "season", "seson": "season",
    "b4": "before", "afta": "after", "til": "until", "thru": "through", "frm": "from", "teh": "the", "ly": "last year",
    "sinse": "since", "sience": "since", "mo": "month", "dis": "this", "ths": "this", "nex": "next",
    "motnhs": "months", "ovr": "over", "begin": "beginning", "preceding": "previous", "forthcoming": "coming",
    "hols": "holidays", "identical": "same", "lastyear": "last year", "nextmonth": "next month", "untl": "until",
    "munth": "month", "munths": "months", "yeer": "year", "mundy": "monday", "sundy": "sunday", "sundys": "sundays",
    "tdy": "today", "afer": "after", "wekend": "weekend", "wekends": "weekends", "samme": "same", "upto": "up to",
    "beween": "between", "nye": "new years eve", "qtd": "quarter to date",
    "trimester": "quarter", "trimesters": "quarters", "semester": "half", "bfcm": "black friday weekend",
}  # fmt: skip
_VOCABULARY: Final = frozenset(
    [*MONTH_NAMES, *WEEKDAY_NAMES]
    + "yesterday tomorrow weekend month months quarter quarters fortnight previous christmas easter summer autumn "
    "winter spring coming following between before after since until weeks days years today black friday first second "
    "third mouth march mother mothers money other".split()
)
_TIME_WORDS: Final = frozenset(
    [*MONTH_NAMES, *WEEKDAY_NAMES]
    + "week weeks month months year years quarter quarters season fortnight weekend today yesterday tomorrow last this "
    "next since until before after summer winter spring autumn christmas easter holiday holidays beginning "
    "mothering".split()
)
_OWN_WORDS: Final = frozenset(
    "junk jute jury judy lass monte mont aster asters sparing eater quartet augusta weeds weeps wees yearns "
    "summers winters "
    "weak weed weep wheel weekly yeah yearn mouth moth mouths moths monthly match marsh marche lest list lost lust "
    "least lash lasts lasted thus thin thins his neat nest text nexus singe alter altar simmer winner winners winders "
    "string sprint sprig springs sprung spray eastern easier ester sundae sundry sundries seasons seasonal seasoned "
    "quarto quartz charter unit units reason jane jolly juno aprils augur mondays tuesdays wednesdays "
    "thursdays fridays saturdays sundays wicker winder wintery summary summery mayor marcher marched starch "
    "yesterdays weekends weekend weekday weekdays decembers then than them these those think third thing toddy "
    "sunny funday finder fined hinter blank block back backs moth-proof mothball mother mothers others bother firsts "
    "thrift tired seconds tidy toady teddy comings coming combing former before afters water".split()
)
_NUMBERED: Final = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|few|couple)"
_A_UNIT: Final = r"(?:days?|weeks?|weekends?|fortnights?|months?|quarters?|seasons?|years?)"
_BESIDE_A_TIME: Final = (
    (r"\b(last|this|next|previous|past|coming) weaks?\b", r"\1 week"),
    (r"\bweak (?=before\b|after\b|ago\b|of\b)", "week "),
    (rf"\b(?:lest|las|lats|paste|pats|lasst|laast|lsat) (?=(?:{_NUMBERED} )?{_A_UNIT}\b)", "last "),
    (rf"\b(?:nex|nect|nxet) (?=(?:{_NUMBERED} )?{_A_UNIT}\b)", "next "),
    (rf"\bnext to (?={_A_UNIT}s\b)", "next 2 "),
    (rf"\bsins (?=(?:the |last |this )?(?:{_A_MONTH}|{_A_DAY}|{_A_UNIT}|\d)\b)", "since "),
    (rf"\b({_A_MONTH}) too (?={_A_MONTH}\b)", r"\1 to "),
    (rf"\b({_A_MONTH}|{_A_DAY}|q[1-4]) (?:n|&|\+) (?={_A_MONTH}|{_A_DAY}|q[1-4])", r"\1 and "),
    (rf"\b(last|this|next|past|\d+|{_NUMBERED}) moth(s?)\b", r"\1 month\2"),
    (rf"\b(?:tis|tihs) (?={_A_UNIT}\b|{_A_MONTH}\b)", "this "),
    (rf"\b(?:lst|las|lats) (?={_A_MONTH}\b)", "last "),
    (rf"^(between |from )?(\d+|{_A_MONTH}) an (?=\d|{_A_MONTH})", r"\1\2 and "),
    (r"\b(up|until) too (?=[a-z])", r"\1 to "),
    (rf"\brest off? (?=(?:the |this )?{_A_UNIT}\b)", "rest of "),
    (r"^ester$", "easter"),
    (r"\bfist (?=week|day|month|quarter|half)", "first "),
)
_BEFORE_WORDS: Final = (
    (r"^l(\d+)(?=[dwm]$)", r"last \1"),
    (r"\bny (?=day\b|eve\b)", "new years "),
    (r"\bx-mas\b|\bx mas\b", "christmas"),
    (rf"\b({_A_MONTH}|{_A_DAY})\s*[-–—/]\s*(?=(?:{_A_MONTH}|{_A_DAY})\b)", r"\1 to "),  # noqa: RUF001
    (r"(?<=[a-z0-9])\+(?=[a-z])", " + "),
    (r"\b(\d+)\s?d\b", r"\1 days"),
    (r"\b(\d+)\s?wk?s?\b(?!/)", r"\1 weeks"),
    (r"(?<=\d{4})-(?=\d{1,2}[/.]\d{1,2}[/.]\d{4})", " to "),
    (r"\bsaint (?=nicholas|patrick|george)", "st "),
    (r"\b(\d+) ?mos?\b", r"\1 months"),
    (r"\b(\d+)-(day|week|month|quarter|year)s?\b", r"\1 \2s"),
    (r"\bhalf[- ]dozen\b", "6"),
    (r"\bteen weeks\b", "10 weeks"),
)


def before_words(text: str) -> str:
    """What must be put right before a text is cut into words: "apr-jun", "7d", "13-week" (lower case)."""
    for pattern, good in _BEFORE_WORDS:
        text = re.sub(pattern, good, text)
    return re.sub(r"\b(24|48|72|96)\s?(?:h|hrs?|hours)\b", lambda m: f"{int(m[1]) // 24} days", text)


def mended(text: str) -> str:
    """A text in lower case whose words of time are spelt as they should be."""
    text = " ".join(_respelt(word) for word in text.split())
    text = "last month" if text == "lm" else text  # beside other words it is a measure: "the 800 lm lamp"
    for pattern, good in _BESIDE_A_TIME:
        text = re.sub(pattern, good, text)
    text = re.sub(
        rf"\b({'|'.join(sorted(WEEKDAY_SHORT, key=len, reverse=True))})\b", lambda m: WEEKDAY_SHORT[m[1]], text
    )
    return _listed_months(text)


def _listed_months(text: str) -> str:
    """Months one after the other as a span: "jan feb mar" is january to march."""
    match = re.fullmatch(rf"((?:in |for )?)((?:{_A_MONTH})(?:,? (?:{_A_MONTH}))+)((?: \d{{4}})?)", text)
    if not match:
        return text
    listed = match[2].replace(",", " ").split()
    places = [
        next(i for i, name in enumerate(MONTH_NAMES) if name == each or each in MONTH_SHORTS[i].split())
        for each in listed
    ]
    together = all((after - before) % 12 == 1 for before, after in zip(places, places[1:], strict=False))
    return f"{match[1]}{listed[0]} to {listed[-1]}{match[3]}" if together else text


@lru_cache(maxsize=16384)
def _respelt(word: str) -> str:
    """A misspelt or shortened word of time as it should be ("yestrday", "nxt", "wks"); other words as they are."""
    if word in _SHORTENED:
        return _SHORTENED[word]
    if len(word) < 4 or not word.isalpha() or word in _VOCABULARY or word in _TIME_WORDS or word in _OWN_WORDS:
        return word
    from rapidfuzz import fuzz, process
    from rapidfuzz.distance import OSA

    near = [each for each in _TIME_WORDS if each[0] == word[0] and OSA.distance(word, each, score_cutoff=1) <= 1]
    near = [each for each in near if abs(len(each) - len(word)) <= 1]
    if near:
        return min(near, key=lambda each: (sorted(each) != sorted(word), abs(len(each) - len(word)), each))
    if len(word) < 5:
        return word
    close = process.extractOne(word, _VOCABULARY, scorer=fuzz.ratio, score_cutoff=80)
    return str(close[0]) if close and close[0][0] == word[0] else word
