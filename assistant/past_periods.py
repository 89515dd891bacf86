"""What people say about past time -> first and last day, by the shop's definitions.

Knows the as-of date and the first day of the history, no other data. Weeks run Monday to Sunday, "last week" is the
last full one, "last 4 weeks" are the 28 days ending on the as-of date.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from assistant import calendar_words as words
from assistant.calendar_words import add_months, month_end, month_start

_AROUND = r"(?:the same|that|that same|same) (week|month|quarter|year)"
_NAMED_BEFORE = r"(?:the )?(.+?) (?:before|earlier)(?: that)?"
_ANY_YEAR = 2024


@dataclass(frozen=True)
class Period:
    """Days from start to end, both included; `label` reads after "in" or "over" ("February 2011")."""

    start: date
    end: date
    label: str

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.end - self.start).days + 1


@dataclass(frozen=True)
class PastClock:
    """The shop's today and the first day it knows."""

    as_of: date
    first: date

    def period(self, said: str) -> Period | None:
        """The period that `said` names, as a whole; None where it names none."""
        text = words.normalise(said)
        if text in words.WHOLE_HISTORY:
            return Period(self.first, self.as_of, "the whole history")
        return self._range(text) or self._back(text) or self._named(text, forward=False)

    def earlier(self, period: Period, said: str) -> Period | None:
        """The period to compare `period` with: "the month before", "same time last year", or one named outright."""
        text = words.normalise(said)
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
        text = words.normalise(said)
        if re.fullmatch(_AROUND, text):
            return True
        named = re.fullmatch(_NAMED_BEFORE, text)
        if named and (re.fullmatch(words.WEEKDAYS, named[1]) or words.part_of_year(named[1], _ANY_YEAR)):
            return True
        return bool(re.fullmatch(words.PERIOD_BEFORE, text) or re.fullmatch(words.YEAR_BEFORE, text)) and len(text) > 3

    def _range(self, text: str) -> Period | None:
        """Between two points, since one, until one."""
        two = re.fullmatch(r"(?:between|from)? ?(.+?) (?:and|to|till|until|through|thru|-) (.+)", text)
        if two:
            left, right = self._end_points(two[1], two[2])
            if left and right and left.start <= right.end:
                return Period(left.start, right.end, words.label(left.start, right.end))
        one = re.fullmatch(r"(since|after|from|until|till|up to|before|to) (.+?)(?: on| onwards?)?", text)
        if not one:
            return None
        point = self._point(one[2])
        if point is None:
            return None
        start, end = {
            "since": (point.start, self.as_of),
            "from": (point.start, self.as_of),
            "after": (point.end + timedelta(days=1), self.as_of),
            "before": (self.first, point.start - timedelta(days=1)),
        }.get(one[1], (self.first, point.end))
        return Period(start, end, words.label(start, end)) if start <= end else None

    def _point(self, text: str) -> Period | None:
        """Where a range begins or ends: a named time, or the first or last day of one ("the end of June")."""
        edge = re.fullmatch(r"(?:the )?(end|start|beginning) of (?:the )?(.+)", text)
        whole = edge[2] if edge else text
        found = self._back(whole) or self._named(whole, forward=False)
        if edge is None or found is None:
            return found
        day = found.end if edge[1] == "end" else found.start
        return Period(day, day, words.label(day, day))

    def _within_month(self, left: str, right: str) -> tuple[Period | None, Period | None]:
        """From a named day to another day of its month ("March 3 to 20")."""
        first = self._named(left, forward=False)
        day = re.fullmatch(r"(?:the )?(\d{1,2})", right)
        if first is None or day is None or first.days > 1 or not first.start.day <= int(day[1]) <= 28:
            return None, None
        last = first.start.replace(day=int(day[1]))
        return first, Period(last, last, "")

    def _end_points(self, left: str, right: str) -> tuple[Period | None, Period | None]:
        """Both ends of a range; a month or year said once counts for both ("1 to 15 May 2011", "Jan to Mar 2011")."""
        left, last = left.removeprefix("the "), self._point(right)
        if last is None:
            return self._within_month(left, right)
        if re.fullmatch(r"\d{1,2}", left) and last.start == last.end:
            try:
                first_day = last.start.replace(day=int(left))
            except ValueError:
                return None, None
            return Period(first_day, first_day, ""), last
        first = None
        if not re.search(r"\b\d{4}\b", left):
            first = self._named(f"{left} {last.end.year}", forward=False)
            if first is not None and first.start > last.end:
                first = self._named(f"{left} {last.end.year - 1}", forward=False)
        return first or self._back(left) or self._named(left, forward=False), last

    def _back(self, text: str) -> Period | None:
        """Counted or named back from today."""
        today = self.as_of
        text = re.sub(r"^(?:over |during |in |for |within )?(?:the )?", "", text)
        text = re.sub(r"^so far (this .+)", r"\1 so far", "today" if text == "now" else text)
        if text in ("today", "yesterday", "day before yesterday"):
            then = today - timedelta(days=("today", "yesterday", "day before yesterday").index(text))
            return Period(then, then, words.label(then, then))
        if text in ("this weekend", "last weekend", "past weekend", "weekend"):
            sunday = today - timedelta(days=(today.weekday() + 1) % 7)
            return Period(sunday - timedelta(days=1), sunday, words.label(sunday - timedelta(days=1), sunday))
        weekday = re.fullmatch(rf"(?:last |this |on )?({words.WEEKDAYS})", text)
        if weekday:
            back = (today.weekday() - words.weekday_number(weekday[1])) % 7 or 7
            then = today - timedelta(days=back)
            return Period(then, then, words.label(then, then))
        to_date = re.fullmatch(
            r"(?:this|current) (week|month|quarter|year)(?: so far| to date)?|(year|month|week|quarter) to date"
            r"|since (?:the )?(?:start|beginning) of (?:the |this )?(week|month|quarter|year)",
            text,
        )
        if to_date:
            start = words.unit_start(today, to_date[1] or to_date[2] or to_date[3])
            return Period(
                start, today, f"{words.label(start, today)} (this {to_date[1] or to_date[2] or to_date[3]} so far)"
            )
        full = re.fullmatch(
            r"(?:last|previous|past|prior|preceding) (?:full |calendar )?(week|month|quarter|year)", text
        )
        if full:
            end = words.unit_start(today, full[1]) - timedelta(days=1)
            return Period(words.unit_start(end, full[1]), end, words.label(words.unit_start(end, full[1]), end))
        ago = re.fullmatch(rf"(\d+) ({words.UNITS}) ago", text)
        if ago:
            return self._ago(int(ago[1]), words.unit(ago[2]))
        counted = re.fullmatch(
            rf"(?:last|past|previous|recent|most recent|latest|trailing) (\d+(?:\.5)?)? ?({words.UNITS})"
            rf"|(?:last|past) ({words.UNITS})",
            text,
        )
        if counted and (counted[1] or words.unit(counted[2] or counted[3]) == "fortnight"):
            start = words.count_back(today, float(counted[1] or 1), words.unit(counted[2] or counted[3]))
            return Period(start, today, words.label(start, today))
        return None

    def _ago(self, count: int, unit: str) -> Period | None:
        if unit == "day":
            then = self.as_of - timedelta(days=count)
            return Period(then, then, words.label(then, then))
        start = words.unit_start(self.as_of, unit)
        for _ in range(count):
            start = words.unit_start(start - timedelta(days=1), unit)
        end = words.unit_end(start, unit)
        return Period(start, end, words.label(start, end))

    def _named(self, text: str, *, forward: bool) -> Period | None:
        """A month, quarter, season, holiday, year or date; without a year the nearest past (or coming) one."""
        text = re.sub(
            r"^(?:on |in |during |over |for |around )?(?:the )?(?:month of |year |whole of |all of )?", "", text
        ).removesuffix(" so far")
        exact = words.exact_date(text)
        if exact:
            return Period(exact, exact, words.label(exact, exact))
        whole = re.fullmatch(r"((?:19|20)\d\d)", text)
        if whole:
            return words.year_period(int(whole[1]), Period)
        relative = re.fullmatch(r"(.+?) (?:of )?(last|this|next|previous) year", text)
        if relative:
            year = self.as_of.year + {"last": -1, "previous": -1, "this": 0, "next": 1}[relative[2]]
            return self._named(f"{relative[1]} {year}", forward=forward)
        dated = re.fullmatch(r"(.+?),? (?:of |in )?((?:19|20)\d\d)", text)
        if dated:
            return self._in_year(dated[1], int(dated[2]))
        text = re.sub(r"^(last|this|next|coming|this coming|past) ", "", text)
        years = (
            range(self.as_of.year, self.as_of.year + 2) if forward else range(self.as_of.year, self.as_of.year - 3, -1)
        )
        for year in years:
            found = self._in_year(text, year)
            if found is None:
                return None
            if (forward and found.end > self.as_of) or (not forward and found.start <= self.as_of):
                end = found.end if forward else min(found.end, max(self.as_of, found.start))
                return Period(found.start, end, words.label(found.start, end))
        return None

    def _in_year(self, text: str, year: int) -> Period | None:
        """A part of one year."""
        span = words.part_of_year(text, year)
        return Period(*span, words.label(*span)) if span else None


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
