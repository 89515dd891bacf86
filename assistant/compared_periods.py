"""What people say about a time from another one -> first and last day: "the month before", "same days last year".

Knows the as-of date and the first day of the history, no other data.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from assistant import calendar_words as words
from assistant.calendar_words import add_months, month_end, month_start
from assistant.parts_of_year import part_of_year
from assistant.past_periods import PastClock, Period

_AROUND = r"(?:the same|that|that same|same) (week|month|quarter|year)"
_NAMED_BEFORE = r"(?:the )?(.+?) (?:before|earlier)(?: that)?"
_ANY_YEAR = 2024
_PLAIN = (
    (r" (?:it|this|that|those)$", ""),
    (r"^this time (?=last )", "same time "),
    (r"^before 1 year$", "1 year before"),
    (r"(?<=[a-z]) (?:prior to|prior|preceding|previous|previously)$", " before"),
    (r"^(?:the )?night before$", "day before"),
    (r"^(?:the )?(?:1|one) before$", "period before"),
    (r"^(?:at )?(?:this|the same|same) (?:stage|point) ", "same time "),
    (r"^(?:at )?last (week|month|quarter|year) (?:at )?(?:the )?same (?:stage|point|time)$", r"same time last \1"),
    (r"^half year|^6 months(?= before$)", "half"),
)


@dataclass(frozen=True)
class ComparingClock(PastClock):
    """Reads times past, and times named from another one."""

    @words.within_calendar
    def earlier(self, period: Period, said: str) -> Period | None:
        """The period to compare `period` with: "the month before", "same time last year", or one named outright."""
        text = _plain(words.normalise(said))
        beside = _beside(period, text)
        if beside:
            return Period(*beside, words.label(*beside))
        if re.fullmatch(words.YEAR_BEFORE, text):
            start, end = add_months(period.start, -12), add_months(period.end, -12)
            if period.end == month_end(period.end):
                end = month_end(end)
            return Period(start, end, words.label(start, end))
        if re.fullmatch(words.PERIOD_BEFORE, text):
            unit = re.search(r"\b(week|month|quarter)\b", text)
            return (_part_before(period, unit[1]) if unit else None) or before(period)
        around = re.fullmatch(_AROUND, text)
        if around:
            start = words.unit_start(period.start, around[1])
            end = min(words.unit_end(start, around[1]), self.as_of)
            return Period(start, end, words.label(start, end))
        found = self._named_before(period, text) or self.period(said)
        if found and found.start == period.start and text.startswith("last "):  # "this June" against "last June"
            start, end = add_months(found.start, -12), add_months(found.end, -12)
            end = month_end(end) if found.end == month_end(found.end) else end
            return Period(start, end, words.label(start, end))
        return found

    def _named_before(self, period: Period, text: str) -> Period | None:
        """The last Christmas, March or Tuesday before a period ("the Christmas before")."""
        named = re.fullmatch(_NAMED_BEFORE, text)
        if not named:
            return None
        if re.fullmatch(words.WEEKDAYS, named[1]):
            back = (period.start.weekday() - words.weekday_number(named[1]) - 1) % 7 + 1
            day = period.start - timedelta(days=back)
            return Period(day, day, words.label(day, day))
        found = (self._in_year(named[1], period.start.year - back) for back in (0, 1))
        return next((each for each in found if each is not None and each.end < period.start), None)

    @staticmethod
    def relative(said: str) -> bool:
        """Whether the words name a period only from another one ("the month before")."""
        return _from_another(_plain(words.normalise(said))) is not None


@words.within_calendar
def _from_another(text: str) -> Period | None:
    """Some week, where words name a period only from another one; None for other words."""
    week = Period(date(_ANY_YEAR, 6, 10), date(_ANY_YEAR, 6, 16), "")
    if re.fullmatch(_AROUND, text) or _beside(week, text):
        return week
    named = re.fullmatch(_NAMED_BEFORE, text)
    if named and (re.fullmatch(words.WEEKDAYS, named[1]) or part_of_year(named[1], _ANY_YEAR)):
        return week
    one = re.fullmatch(words.PERIOD_BEFORE, text) or re.fullmatch(words.YEAR_BEFORE, text)
    return week if one and len(text) > 3 else None


def _plain(text: str) -> str:
    """A time named from another one in plain words: "week preceding" is "week before"."""
    for pattern, plain in _PLAIN:
        text = re.sub(pattern, plain, text)
    return text


def _beside(period: Period, text: str) -> tuple[date, date] | None:
    """Counted or named days just before or after a period, or its days in another year; None for other words."""
    bare = re.fullmatch(r"(?:the )?(\d+) before", text)
    if bare and int(bare[1]) in _lengths(period):
        found = before(period)
        return found.start, found.end
    counted = re.fullmatch(rf"(?:the )?(\d+) ({words.UNITS}) before", text)
    if counted:
        last = period.start - timedelta(days=1)
        return words.count_back(last, int(counted[1]), words.unit(counted[2])), last
    unit = re.fullmatch(r"(?:the )?(?:(season|half) (?:before|earlier)|previous (season|half))", text)
    if unit:
        last = words.unit_start(period.start, unit[1] or unit[2]) - timedelta(days=1)
        return words.unit_start(last, unit[1] or unit[2]), last
    if re.fullmatch(r"(?:the )?(?:weekend before|previous weekend)", text):
        sunday = period.start - timedelta(days=1)
        sunday -= timedelta(days=(sunday.weekday() + 1) % 7)
        return sunday - timedelta(days=1), sunday
    after = re.fullmatch(
        r"(?:the )?(?:(?:(\d+) )?(days?|weeks?|fortnight|months?|quarter) after|following (fortnight))", text
    )
    if after:
        kind, first = words.unit(after[2] or after[3]), period.end + timedelta(days=1)
        return first, words.count_ahead(period.end, int(after[1] or 1), kind)
    same = re.fullmatch(
        r"(?:the )?(?:same|that) (?:\d )?(?:day|date|week|month|quarter|time|period)s? (?:in|of) (\d{4})", text
    )
    if same and int(same[1]) > 1:
        months = 12 * (int(same[1]) - period.start.year)
        end = add_months(period.end, months)
        return add_months(period.start, months), month_end(end) if period.end == month_end(period.end) else end
    same = re.fullmatch(
        r"(?:the )?same (?:\w+ )?(?:of |in )?(?:the )?(?:last|previous|prior) (week|month|quarter)(?: same stage)?",
        text,
    )
    moved = _part_before(period, same[1]) if same else None
    if moved:
        return moved.start, moved.end
    named = re.fullmatch(r"(.+?)(?:,? the year before| (?:of )?(?:the )?(?:previous|prior) year)", text)
    return part_of_year(named[1], period.start.year - 1) if named else None


def _lengths(period: Period) -> tuple[int, ...]:
    """How long a period is in hours, days, weeks and months, as far as these are whole."""
    days = (period.end - period.start).days + 1
    months = 12 * (period.end.year - period.start.year) + period.end.month - period.start.month
    months += period.start.day == 1 and period.end == month_end(period.end)
    whole = period.end == add_months(period.start, months) - timedelta(days=1)
    return (24 * days, days, *((days // 7,) if days % 7 == 0 else ()), *((months,) if whole else ()))


def _part_before(period: Period, unit: str) -> Period | None:
    """The same part of the unit before ("1 to 9 December", month: 1 to 9 November); None where it is no part of one."""
    first = words.unit_start(period.start, unit)
    if period.end > words.unit_end(first, unit):
        return None
    if unit == "week":
        start, end = period.start - timedelta(days=7), period.end - timedelta(days=7)
    else:
        months = {"month": 1, "quarter": 3}[unit]
        start, end = add_months(period.start, -months), add_months(period.end, -months)
        if period.end == month_end(period.end):
            end = month_end(end)
    return Period(start, end, words.label(start, end))


def before(period: Period) -> Period:
    """The period of the same length just before; whole months (quarters, years) step by months."""
    whole_months = period.start.day == 1 and period.end == month_end(period.end)
    end = period.start - timedelta(days=1)
    if whole_months:
        months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month + 1
        start = add_months(month_start(period.start), -months)
    else:
        start = end - timedelta(days=period.days - 1)
    return Period(start, end, words.label(start, end))
