"""What people say about time past and to come -> first and last day, by the shop's definitions.

Knows the as-of date and the first day of the history, no other data. "Next week" is the coming Monday to Sunday.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from assistant import calendar_words as words
from assistant import date_notation
from assistant.compared_periods import ComparingClock, before
from assistant.past_periods import ORDINAL, Period
from assistant.spoken_ahead import plain_ahead

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
class Clock(ComparingClock):
    """The shop's today and the first day it knows; reads times past and times to come."""

    @words.within_calendar
    def horizon(self, said: str) -> Horizon | None:
        """The days ahead that `said` names, as a whole; None where it names none."""
        text = plain_ahead(words.normalise(said))
        if re.match(r"(?:last|past|previous) (?!.* (?:of|in) )", text):
            return None
        exact = date_notation.read(said, self.as_of, forward=True)
        exact = exact or date_notation.weekday_range(text, self.as_of, forward=True)
        if exact:
            return Horizon(*exact, words.label(*exact)) if exact[0] > self.as_of else None
        found = None
        if not (ORDINAL.search(said.lower()) and re.fullmatch(rf"(?:the )?\d (?:{words.UNITS})", text)):
            found = self._ahead(text) or self._until(text, said) or self._range_ahead(text)
        if found is None:
            named = self._named(text, forward=True)
            if named is None or named.end <= self.as_of:
                return None
            start = max(named.start, self.as_of + timedelta(days=1))
            found = Period(start, named.end, named.label if start == named.start else words.label(start, named.end))
        return Horizon(found.start, found.end, found.label)

    def _range_ahead(self, text: str) -> Period | None:
        """Between two points to come: "from January to March", "2011-12-12 to 2011-12-18"."""
        two = re.fullmatch(r"(?:between|from)? ?(.+?) (?:and|to|till|until|through|thru|-) (.+)", text)
        last = self._named(re.sub(r"^(?:the )?end of ", "", two[2]), forward=True) if two else None
        if two is None or last is None:
            return None
        day = re.fullmatch(r"(?:the )?(\d{1,2})", two[1])
        if day and 1 <= int(day[1]) <= last.start.day and last.days == 1:
            first: Period | None = Period(last.start.replace(day=int(day[1])), last.end, "")
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
            rf"(?:rest|remainder|end) of (?:the |this )?({words.WHOLE_UNITS})|this ({words.WHOLE_UNITS})", text
        )
        if rest:
            unit = rest[1] or rest[2]
            end = words.unit_end(words.unit_start(tomorrow, unit), unit)
            return Period(tomorrow, end, f"the rest of this {unit}")
        single = re.fullmatch(
            rf"(?:end of )?(?:next|following|coming|upcoming) (?:full |calendar )?({words.WHOLE_UNITS})", text
        )
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
        return self._later(text)

    def _later(self, text: str) -> Period | None:
        """After the coming one ("quarter after next", "week after monday"), working days, rests of named times."""
        after_next = re.fullmatch(r"(day|week|month|quarter|season|year|weekend) after (?:next|tomorrow)", text)
        if after_next:
            kind = after_next[1]
            if kind in ("day", "weekend"):
                first = self._ahead("tomorrow" if kind == "day" else "weekend")
                step = timedelta(days=1 if kind == "day" else 7)
                return (
                    Period(first.start + step, first.end + step, words.label(first.start + step, first.end + step))
                    if first
                    else None
                )
            coming = words.unit_end(words.unit_start(self.as_of, kind), kind) + timedelta(days=1)
            start = words.unit_end(coming, kind) + timedelta(days=1)
            end = words.unit_end(start, kind)
            return Period(start, end, words.label(start, end))
        weekday = re.fullmatch(rf"week after ({words.WEEKDAYS})", text)
        first = self._ahead(weekday[1]) if weekday else None
        if first:
            then = first.start + timedelta(days=7)
            return Period(then, then, words.label(then, then))
        working = re.fullmatch(r"(?:next )?(\d+) (?:working|business|trading) days", text)
        if working and 1 <= int(working[1]) <= 260:
            then = self.as_of
            for _ in range(int(working[1])):
                then += timedelta(days=1 if then.weekday() < 4 else 7 - then.weekday())
            return Period(self.as_of + timedelta(days=1), then, f"the next {working[1]} working days")
        rest = re.fullmatch(r"rest of (?:the )?(.+)", text)
        named = self._named(rest[1], forward=True) if rest else None
        if named is None or named.end <= self.as_of:
            return None
        start = max(named.start, self.as_of + timedelta(days=1))
        return Period(start, named.end, words.label(start, named.end))

    def _until(self, text: str, said: str) -> Period | None:
        """From tomorrow to a named day ("till the 22nd"), or to the day before one ("before easter")."""
        match = re.fullmatch(
            r"(?:between (?:now|today) and|(?:from )?(?:now|today)? ?(?:until|till|to|by|up to|through)"
            r"|(before|run up to|ahead of))"
            r" (?:the )?(end of )?(?:the )?(.+)",
            text,
        )
        if not match:
            return None
        day = re.search(r"(?:the )?\d{1,2}(?:st|nd|rd|th)$", said.lower().strip(" ?!."))
        exact = date_notation.read(day[0], self.as_of, forward=True) if day and text.endswith(match[3]) else None
        goal = Period(*exact, "") if exact and re.fullmatch(r"\d{1,2}", match[3]) else None
        if goal is None and match[2]:
            goal = self._ahead(match[2] + match[3])
        goal = goal or self._ahead(match[3]) or self._named(re.sub(r"^mid ", "15 ", match[3]), forward=True)
        if goal is None:
            return None
        end = goal.start - timedelta(days=1) if match[1] else goal.end
        if end <= self.as_of:
            return None
        return Period(self.as_of + timedelta(days=1), end, f"the time until {words.label(end, end)}")
