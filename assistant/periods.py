"""What people say about time past and to come -> first and last day, by the shop's definitions.

Knows the as-of date and the first day of the history, no other data. "Next week" is the coming Monday to Sunday.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from assistant import calendar_words as words
from assistant.past_periods import PastClock, Period, before

__all__ = ["Clock", "Horizon", "Period", "before"]


@dataclass(frozen=True)
class Horizon:
    """Days ahead, both ends included; `label` reads after "in" ("the next 4 weeks")."""

    start: date
    end: date
    label: str

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.end - self.start).days + 1


@dataclass(frozen=True)
class Clock(PastClock):
    """The shop's today and the first day it knows; reads times past and times to come."""

    def horizon(self, said: str) -> Horizon | None:
        """The days ahead that `said` names, as a whole; None where it names none."""
        text = words.normalise(said)
        if re.match(r"(?:last|past|previous) (?!.* of )", text):
            return None
        found = self._ahead(text) or self._day_of_month(said) or self._range_ahead(text)
        if found is None:
            named = self._named(text, forward=True)
            if named is None or named.end <= self.as_of:
                return None
            start = max(named.start, self.as_of + timedelta(days=1))
            found = Period(start, named.end, named.label if start == named.start else words.label(start, named.end))
        return Horizon(found.start, found.end, found.label)

    def _day_of_month(self, said: str) -> Period | None:
        """The next 14th."""
        match = re.fullmatch(r"(?:the )?(\d{1,2})(?:st|nd|rd|th)", said.lower().strip())
        if not match or not 1 <= int(match[1]) <= 31:
            return None
        then = self.as_of + timedelta(days=1)
        while then.day != int(match[1]):
            then += timedelta(days=1)
        return Period(then, then, words.label(then, then))

    def _range_ahead(self, text: str) -> Period | None:
        """Between two points to come: "from January to March", "2011-12-12 to 2011-12-18"."""
        two = re.fullmatch(r"(?:between|from)? ?(.+?) (?:and|to|till|until|through|thru|-) (.+)", text)
        last = self._named(two[2], forward=True) if two else None
        if two is None or last is None:
            return None
        if re.fullmatch(r"\d{1,2}", two[1]) and 1 <= int(two[1]) <= last.start.day and last.days == 1:
            first: Period | None = Period(last.start.replace(day=int(two[1])), last.end, "")
        else:
            first = self._named(two[1], forward=True)
        if first is None or first.start > last.end or last.end <= self.as_of:
            return None
        start = max(first.start, self.as_of + timedelta(days=1))
        return Period(start, last.end, words.label(start, last.end))

    def _ahead(self, text: str) -> Period | None:
        """Counted or named ahead from today."""
        tomorrow = self.as_of + timedelta(days=1)
        text = re.sub(r"^(?:over |during |in |for |within )?(?:the )?", "", text)
        text = re.sub(rf"^an? (?={words.UNITS})", "1 ", text)
        if text in ("today", "tomorrow"):
            then = self.as_of if text == "today" else tomorrow
            return Period(then, then, words.label(then, then))
        weekday = re.fullmatch(
            rf"(?:next |this |coming |on )*({words.WEEKDAYS})(?: morning| afternoon| evening)?", text
        )
        if weekday:
            then = tomorrow + timedelta(days=(words.weekday_number(weekday[1]) - tomorrow.weekday()) % 7)
            return Period(then, then, words.label(then, then))
        if text in ("this weekend", "next weekend", "coming weekend", "weekend"):
            saturday = tomorrow + timedelta(days=(5 - tomorrow.weekday()) % 7)
            return Period(saturday, saturday + timedelta(days=1), "the coming weekend")
        rest = re.fullmatch(
            r"(?:rest|remainder|end) of (?:the |this )?(week|month|quarter|year)|this (week|month|quarter|year)", text
        )
        if rest:
            unit = rest[1] or rest[2]
            end = words.unit_end(words.unit_start(tomorrow, unit), unit)
            return Period(tomorrow, end, f"the rest of this {unit}")
        single = re.fullmatch(r"(?:next|following|coming|upcoming) (?:full |calendar )?(week|month|quarter|year)", text)
        if single:
            start = words.unit_end(words.unit_start(self.as_of, single[1]), single[1]) + timedelta(days=1)
            end = words.unit_end(start, single[1])
            return Period(start, end, f"next {single[1]} ({words.label(start, end)})")
        counted = re.fullmatch(
            rf"(?:(?:next|coming|following|upcoming) )?"
            rf"(\d+(?:\.5)?) (?:more )?({words.UNITS})(?: ahead| out| from now)?"
            rf"|(?:next|coming|following|upcoming) ({words.UNITS})|({words.UNITS}) ahead",
            text,
        )
        if counted:
            said = counted[2] or counted[3] or counted[4]
            unit, count = words.unit(said), float(counted[1] or (3 if said.endswith("s") else 1))  # "weeks": a few
            end = words.count_ahead(self.as_of, count, unit)
            shown = f"{count:g} {unit}s" if count != 1 else unit
            return Period(tomorrow, end, f"the next {shown}")
        until = re.fullmatch(
            r"(?:between (?:now|today) and|(?:from )?(?:now|today)? ?(?:until|till|to|by|up to|before|through))"
            r" (?:the )?(end of )?(.+)",
            text,
        )
        if until:
            ending = self._ahead(until[1] + until[2]) if until[1] else None
            goal = ending or self._ahead(until[2]) or self._named(until[2], forward=True)
            if goal and goal.end > self.as_of:
                return Period(tomorrow, goal.end, f"the time until {words.label(goal.end, goal.end)}")
        return None
