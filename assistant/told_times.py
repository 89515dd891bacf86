"""A time told from the one before it in the conversation: "the week after", "8" after "4 weeks", "the second half".

Knows words and the calendar; what the time before means it is told by the clock's own reading.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from assistant import calendar_words as words
from assistant.calendar_words import Span
from assistant.parts_of_stretch import kind_of, part_of
from assistant.time_spelling import mended

_UNIT: Final = f"{words.UNITS}|weekends?|one|1|{words.WEEKDAYS}"
_AFTER: Final = rf"(?:(\d+) )?({_UNIT}) (?:after|later|thereafter)|following ({_UNIT})|next (one|1)"
_SAME: Final = rf"same(?: ({words.UNITS}|one|1|period|time|dates?))?|that (week|fortnight|month|quarter|season|year)"
_COUNT: Final = r"(?:next |last |past )?(?:another )?(\d{1,3})(?: more)?"
_DAYS: Final = r"(\d{1,2}) ?(?:-|to|until|and) ?(\d{1,2})"
_PLACE: Final = re.compile(
    rf"(?:the )?(?:(?:first|second|third|fourth|fifth|\dst|\dnd|\drd|\dth) (?:half|{_UNIT}|\w+ (?:days|weeks|months))"
    rf"|(first|second|other) half)"
)
_AT_END: Final = re.compile(
    rf"(?:the )?(?:last|final) (?:half|week|fortnight|month|quarter|weekend|day|{words.WEEKDAYS}"
    r"|\w+ (?:days|weeks|months))"
)
_RUNNING: Final = re.compile(rf"(?:this|current) ({words.WHOLE_UNITS})(?: .*)?|({words.WHOLE_UNITS}) to date")
_HALF_OF_YEAR: Final = re.compile(r"\bh ?[12]\b|\bhalf$")
_IN_DATES: Final = re.compile(r"\d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d")
_COUNTED: Final = re.compile(rf"\b(?:\d+(?:\.5)?|1|next|last|past|coming|trailing) ({words.UNITS})\b")
_NUMBERED: Final = re.compile(r"\b(?:weeks?|cw|kw) \d{1,2}\b")


def points_ahead(said: str) -> bool:
    """Whether words name a time to come only from another one ("the week after", "the one after that")."""
    return bool(re.fullmatch(_AFTER, _plain(said))) and not said.lower().startswith("next")


def points_within(said: str) -> bool:
    """Whether words name a part of a time that is not said with them ("the first two weeks")."""
    return bool(_PLACE.fullmatch(mended(said.lower().strip(" ?!.,"))))


def as_part(message: str, told_now: str | None, before: str | None, part_before: str | None) -> str | None:
    """What a time told in dates was a part of, in words ("the first half of last 6 weeks"); None where it was none.

    Args:
        message: the message that told it ("and the first half?").
        told_now: the time that the call got ("2011-10-29 to 2011-11-18").
        before: the time of the call before ("last 6 weeks").
        part_before: what that one was a part of, in such words.
    """
    named = _PLACE.search(mended(message.lower())) or _AT_END.search(mended(message.lower()))
    if not (named and told_now and before and _IN_DATES.fullmatch(told_now)) or told_now == before:
        return None
    outside = _IN_DATES.fullmatch(before) and not before[:10] <= told_now[:10] <= told_now[-10:] <= before[-10:]
    whole = part_before.split(" of ", 1)[1] if part_before and outside else before
    return f"{named[0]} of {whole}"


def told(
    said: str, held: str, reads: Callable[[str], Span | None], *, forward: bool, part: str | None = None
) -> str | None:
    """The time that `said` names from the one held, in words that can be read alone; None where it names none so.

    Args:
        said: the words as typed ("the month after").
        held: the time of the call before ("next month").
        reads: the clock's reading of a time ("period" or "horizon").
        forward: whether times to come are meant.
        part: what the time held was a part of, where it stands in dates (`as_part`).
    """
    base = reads(held)
    if base is None:
        return None
    try:
        found = _told(said, held, base, reads, part or held, forward=forward)
    except OverflowError:  # "99999999 weeks after"
        return None
    return found if found and reads(found) else None


def _told(
    said: str, held: str, base: Span, reads: Callable[[str], Span | None], part: str, *, forward: bool
) -> str | None:
    """What `told` tells, which the clock may yet fail to read."""
    text = _plain(said)
    same = re.fullmatch(_SAME, text) if forward else None
    if same:
        return _around(base, words.unit(same[1] or same[2] or ""), held)
    after = re.fullmatch(_AFTER, text) if forward else None
    if after:
        return _after(base, int(after[1] or 1), words.unit(after[2] or after[3] or after[4]))
    return _figures(text, words.normalise(held), base, forward=forward) or _part(said, part, base, reads, forward)


def continued(said: str, period: str) -> str | None:
    """A count told from the units of a period held: "the next 4" after "last 4 weeks"; None for other words."""
    named = re.fullmatch(rf"(?:this|last|current) ({words.WHOLE_UNITS})(?: so far)?", words.normalise(period))
    if named and re.fullmatch(r"next (?:one|1)", _plain(said)):
        return f"next {named[1]}"
    one = re.fullmatch(_COUNT, _plain(said))
    counted = _COUNTED.search(words.normalise(period))
    return f"next {one[1]} {words.unit(counted[1])}s" if one and counted and int(one[1]) else None


def compared(said: str, period: str, reads: Callable[[str], Span | None]) -> str:
    """The bare "last" of "this year against last", as "last year"; other words as they are."""
    if not re.fullmatch(r"(?:the )?last(?: one| 1)?", words.normalise(said)):
        return said
    this = re.fullmatch(r"(?:this|current) (.+?)(?: so far| to date)?", words.normalise(period))
    each = f"last {this[1]}" if this else ""
    return each if each and reads(each) else "period before"


def _plain(said: str) -> str:
    """The words without what says nothing beside them: "and the one after that" is "one after"."""
    text = re.sub(r"^(?:and |then |for |make it )*(?:the )?", "", words.normalise(said))
    return re.sub(r"(?<=.) (?:that|it|this|then|instead|please|again)$", "", text)


def _written(start: date, end: date) -> str:
    return f"{start} to {end}"


def _figures(text: str, held: str, base: Span, *, forward: bool) -> str | None:
    """Bare figures: a count of the units held, numbers of weeks, or days of the month held."""
    one, two = re.fullmatch(_COUNT, text), re.fullmatch(_DAYS, text)
    if two and int(two[1]) >= int(two[2]):
        return None
    if _NUMBERED.search(held) and (one or two):
        return f"weeks {text}" if two else f"week {text}"
    counted = _COUNTED.search(held)
    if one and counted:
        return f"{'next' if forward else 'last'} {one[1]} {words.unit(counted[1])}s" if int(one[1]) else None
    if (base.start.year, base.start.month) != (base.end.year, base.end.month) or counted:
        return None
    match = two or (re.fullmatch(r"()(\d{1,2})", text) if base.start == base.end else None)
    if match is None:
        return None
    try:
        return _written(*(base.start.replace(day=int(day)) for day in (match[1] or match[2], match[2])))
    except ValueError:
        return None


def _part(said: str, held: str, base: Span, reads: Callable[[str], Span | None], forward: bool) -> str | None:
    """A part of the time held, or of what that one was a part of: "the second week" after "first week of May"."""
    plain = re.sub(r"^(?:and |then |for )*(?:the )?", "", mended(said.lower().strip(" ?!.,")))
    if not (_PLACE.fullmatch(plain) or (forward and _AT_END.fullmatch(plain))):
        return None
    part, of = words.normalise(plain), re.search(r"(.+?) (?:of|in) (?:the )?(.+)", held)
    kind, count = kind_of(part)
    beside = kind_of(words.normalise(of[1]) if of else "")
    around = f"{plain} of {of[2]}" if of else None
    if kind == "half" and not of and _HALF_OF_YEAR.search(words.normalise(held)):
        around = f"{plain} of {base.start.year}"
    if around and (not of or (beside[0] == kind and beside[1] <= count)):
        if reads(around):
            return around
        wider = reads(of[2]) if of else None
        held, base = (of[2], wider) if of and wider else (held, base)
    found = part_of(part, *_whole(words.normalise(held), base))
    if found is None:
        return around
    start, end = max(found[0], base.start), min(found[1], base.end)
    in_words = reads(f"{plain} of {held}")
    if in_words and (in_words.start, in_words.end) == (start, end):
        return f"{plain} of {held}"
    return _written(start, end) if start <= end else None


def _whole(held: str, base: Span) -> tuple[date, date]:
    """First and last day of the time held, with the days of "this month" that lie on the other side of today."""
    running = _RUNNING.fullmatch(held)
    kind = (running[1] or running[2]) if running else "month" if held in words.MONTHS else ""
    start = words.unit_start(base.start, kind) if kind else base.start
    end = words.unit_end(start, kind) if kind else base.end
    return (start, end) if start <= base.start and base.end <= end else (base.start, base.end)


def _around(base: Span, kind: str, held: str) -> str:
    """The week or month around a shorter time; else the time held itself."""
    if kind in words.MONTHS_OF or kind == "week":
        start = words.unit_start(base.start, kind)
        end = words.unit_end(start, kind)
        if base.end <= end and (base.end - base.start).days < (6 if kind == "week" else 20):
            return _written(start, end)
    return held


def _after(base: Span, count: int, kind: str) -> str:
    """What follows the time held, in its own length ("one") or in the unit said."""
    first = base.end + timedelta(days=1)
    if kind in ("weekend", *words.WEEKDAYS.split("|")):
        day = 5 if kind == "weekend" else words.weekday_number(kind)
        first += timedelta(days=(day - first.weekday()) % 7 + 7 * (count - 1))
        return _written(first, first + timedelta(days=1 if kind == "weekend" else 0))
    if kind not in ("one", "1"):
        return _written(first, words.count_ahead(base.end, count, kind))
    length = (base.end - base.start).days + 1
    if base.start.day == 1 and base.end == words.month_end(base.end):
        months = 12 * (base.end.year - base.start.year) + base.end.month - base.start.month + 1
        return _written(first, words.month_end(words.add_months(base.end, months)))
    step = 7 if length <= 2 and base.start.weekday() >= 5 else length  # the weekend after a weekend
    start = base.start + timedelta(days=step)
    return _written(start, start + timedelta(days=length - 1))
