"""What people say about past time -> first and last day, by the shop's definitions.

Knows the as-of date and the first day of the history, no other data. Weeks run Monday to Sunday, "last week" is the
last full one, "last 4 weeks" are the 28 days ending on the as-of date.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from assistant import calendar_words as words
from assistant import date_notation
from assistant.bank_holidays import bank_holiday
from assistant.parts_of_year import exact_date, part_of_year
from assistant.spoken_past import plain_past

ORDINAL = re.compile(r"first|second|third|fourth|fifth|\d(?:st|nd|rd|th)\b")  # "the second week" is no length


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

    @words.within_calendar
    def period(self, said: str) -> Period | None:
        """The period that `said` names, as a whole; None where it names none."""
        text = words.normalise(said)
        if text in words.WHOLE_HISTORY:
            return Period(self.first, self.as_of, "the whole history")
        text = plain_past(text)
        exact = date_notation.read(said, self.as_of, forward=False)
        exact = exact or date_notation.weekday_range(text, self.as_of, forward=False)
        if exact:
            return Period(*exact, words.label(*exact)) if exact[0] <= self.as_of else None
        return (
            self._range(text)
            or self._back(text)
            or self._named(text, forward=False)
            or (None if ORDINAL.search(said.lower()) else self._back(f"trailing {text}"))
        )

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
        edge = re.fullmatch(r"(?:the )?(?:(end|start|beginning|middle) of |(mid) )(?:the )?(.+)", text)
        whole = edge[3] if edge else text
        whole = f"this {whole}" if re.fullmatch(words.WHOLE_UNITS, whole) else whole
        found = self._back(whole) or self._named(whole, forward=False)
        if edge is None or found is None:
            return found
        day = found.end if edge[1] == "end" else found.start
        if edge[1] == "middle" or edge[2]:
            day = found.start + timedelta(days=14)
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
            first = self._point(f"{left} {last.end.year}")
            if first is not None and first.start > last.end:
                first = self._point(f"{left} {last.end.year - 1}")
        return first or self._point(left), last

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
            rf"(?:this|current) ({words.WHOLE_UNITS})(?: so far| to date)?|({words.WHOLE_UNITS}) to date"
            rf"|since (?:the )?(?:start|beginning) of (?:the |this )?({words.WHOLE_UNITS})",
            text,
        )
        if to_date:
            start = words.unit_start(today, to_date[1] or to_date[2] or to_date[3])
            return Period(
                start, today, f"{words.label(start, today)} (this {to_date[1] or to_date[2] or to_date[3]} so far)"
            )
        full = re.fullmatch(rf"(?:last|previous|past|prior|preceding) (?:full |calendar )?({words.WHOLE_UNITS})", text)
        if full:
            end = words.unit_start(today, full[1]) - timedelta(days=1)
            return Period(words.unit_start(end, full[1]), end, words.label(words.unit_start(end, full[1]), end))
        ago = re.fullmatch(rf"(\d+) ({words.UNITS}|half|halfs) ago", text)
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
        exact = exact_date(text)
        if exact:
            return Period(exact, exact, words.label(exact, exact))
        accounts = words.accounting_year(text)
        if accounts:
            return Period(*accounts, words.label(*accounts))
        bank = bank_holiday(text, self.as_of, forward=forward)
        if bank:
            return Period(*bank, words.label(*bank))
        whole = re.fullmatch(r"((?:19|20)\d\d)", text)
        if whole:
            return words.year_period(int(whole[1]), Period)
        relative = re.fullmatch(r"(.+?) (?:of )?(?:the )?(last|this|next|previous|prior|1|a) year(?: ago)?", text)
        if relative and (relative[2] in ("1", "a")) == text.endswith("ago"):
            year = self.as_of.year + {"this": 0, "next": 1}.get(relative[2], -1)
            return self._named(f"{relative[1]} {year}", forward=forward)
        dated = re.fullmatch(r"(.+?),? (?:of |in )?((?:19|20)\d\d)", text)
        if dated:
            return self._in_year(dated[1], int(dated[2]))
        over = not forward and re.fullmatch(r"(?:last|past|previous) (?:spring|summer|autumn|fall|winter)", text)
        if not re.match(rf"last (?:\d+ )?(?:{words.UNITS}|{words.WEEKDAYS}|weekend|half) (?:of|in) ", text):
            text = re.sub(r"^(last|this|next|coming|this coming|past|previous) ", "", text)
        years = (
            range(self.as_of.year, self.as_of.year + 2) if forward else range(self.as_of.year, self.as_of.year - 3, -1)
        )
        for year in years:
            found = self._in_year(text, year)
            if found is None:
                return None
            if over and found.start <= self.as_of <= found.end:  # "last summer" said in summer
                continue
            if (forward and found.end > self.as_of) or (not forward and found.start <= self.as_of):
                end = found.end if forward else min(found.end, max(self.as_of, found.start))
                return Period(found.start, end, words.label(found.start, end))
        return None

    def _in_year(self, text: str, year: int) -> Period | None:
        """A part of one year."""
        span = part_of_year(text, year)
        return Period(*span, words.label(*span)) if span else None
