"""Times in the words that managers use; today is Tuesday, 30 June 2026, the history begins on 1 July 2024."""

from datetime import date

import pytest

from assistant import spans
from assistant.bank_holidays import bank_holidays
from assistant.periods import Clock
from assistant.time_spelling import mended

CLOCK = Clock(date(2026, 6, 30), date(2024, 7, 1))

PERIODS = {
    # bare and rolling lengths end today
    "90 days": ("2026-04-02", "2026-06-30"),
    "13 weeks": ("2026-04-01", "2026-06-30"),
    "rolling 26 weeks": ("2025-12-31", "2026-06-30"),
    "last 7d": ("2026-06-24", "2026-06-30"),
    "30d": ("2026-06-01", "2026-06-30"),
    "last 6 mo": ("2025-12-31", "2026-06-30"),
    "trailing quarter": ("2026-03-31", "2026-06-30"),
    "these last ten weeks": ("2026-04-22", "2026-06-30"),
    # week days
    "sat": ("2026-06-27", "2026-06-27"),
    "tues": ("2026-06-23", "2026-06-23"),
    "saturday last": ("2026-06-27", "2026-06-27"),
    "fri night": ("2026-06-26", "2026-06-26"),
    "thursday last week": ("2026-06-25", "2026-06-25"),
    "monday to friday": ("2026-06-22", "2026-06-26"),
    "sat+sun": ("2026-06-27", "2026-06-28"),
    "saturday the 14th": ("2026-03-14", "2026-03-14"),
    "sun 6 oct": ("2025-10-06", "2025-10-06"),
    # months together, with spelling mistakes
    "apr-jun": ("2026-04-01", "2026-06-30"),
    "jan feb mar": ("2026-01-01", "2026-03-31"),
    "nov n dec": ("2025-11-01", "2025-12-31"),
    "frm june too august": ("2025-06-01", "2025-08-31"),
    # dates in figures and ordinals
    "16.03-31.03": ("2026-03-16", "2026-03-31"),
    "1/11-15/11": ("2025-11-01", "2025-11-15"),
    "11/20 through 11/26": ("2025-11-20", "2025-11-26"),
    "from 3/15 through 4/15": ("2026-03-15", "2026-04-15"),
    "from the 2nd to the 16th": ("2026-06-02", "2026-06-16"),
    "12th": ("2026-06-12", "2026-06-12"),
    # parts of months and of the year
    "last week of september": ("2025-09-24", "2025-09-30"),
    "first ten days of march": ("2026-03-01", "2026-03-10"),
    "first fortnight of may": ("2026-05-01", "2026-05-14"),
    "middle of march": ("2026-03-11", "2026-03-20"),
    "mid-november to mid-december": ("2025-11-15", "2025-12-15"),
    "back half of 2025": ("2025-07-01", "2025-12-31"),
    "first saturday of march": ("2026-03-07", "2026-03-07"),
    "wk 40 to 44": ("2025-09-29", "2025-11-02"),
    "weeks 40 to 48 of 2011": ("2011-10-03", "2011-12-04"),
    # so far, just gone, before last
    "tax year so far": ("2026-04-06", "2026-06-30"),
    "march 2025 to date": ("2025-03-01", "2026-06-30"),
    "march onwards": ("2026-03-01", "2026-06-30"),
    "from begin of year": ("2026-01-01", "2026-06-30"),
    "quarter just gone": ("2026-01-01", "2026-03-31"),
    "week before last": ("2026-06-15", "2026-06-21"),
    "last nite": ("2026-06-29", "2026-06-29"),
    "last season": ("2026-03-01", "2026-05-31"),
    "this half year": ("2026-01-01", "2026-06-30"),
    "this past summer": ("2025-06-01", "2025-08-31"),
    "previous financial year": ("2025-04-01", "2026-03-31"),
    "fiscal 2011": ("2010-04-01", "2011-03-31"),
    "financial year 2010/11": ("2010-04-01", "2011-03-31"),
    # beside a named day: Christmas 2025, Easter 5 April 2026, spring bank holiday 25 May 2026
    "week after new year": ("2026-01-02", "2026-01-08"),
    "four weeks before christmas": ("2025-11-27", "2025-12-24"),
    "10 days before easter": ("2026-03-24", "2026-04-02"),
    "two weeks to 9 december": ("2025-11-26", "2025-12-09"),
    "the quarter ending 31 may": ("2026-03-01", "2026-05-31"),
    "bank holiday weekend": ("2026-05-23", "2026-05-25"),
    "bank holiday": ("2026-05-25", "2026-05-25"),
    "since the clocks went back": ("2025-10-26", "2026-06-30"),
    "since michaelmas": ("2025-09-29", "2026-06-30"),
    "maundy thursday": ("2026-04-02", "2026-04-02"),
    "whit week": ("2026-05-24", "2026-05-30"),
    "fortnight to the 26th": ("2026-06-13", "2026-06-26"),
    "2024-2025": ("2024-01-01", "2025-12-31"),
    # spelling
    "yday": ("2026-06-29", "2026-06-29"),
    "last yeer": ("2025-01-01", "2025-12-31"),
    "tihs quater": ("2026-04-01", "2026-06-30"),
    "lest 3 months": ("2026-03-31", "2026-06-30"),
    "this seson": ("2026-06-01", "2026-06-30"),
    "last weak": ("2026-06-22", "2026-06-28"),
    "sins janury": ("2026-01-01", "2026-06-30"),
}
HORIZONS = {
    "from the 2nd to the 9th of march": ("2027-03-02", "2027-03-09"),
    "january to the end of march": ("2027-01-01", "2027-03-31"),
    "up to pancake day": ("2026-07-01", "2027-02-09"),
    "fortnight": ("2026-07-01", "2026-07-14"),
    "first quarter": ("2027-01-01", "2027-03-31"),
    "nex month": ("2026-07-01", "2026-07-31"),
    "month to come": ("2026-07-01", "2026-07-31"),
    "6w": ("2026-07-01", "2026-08-11"),
    "60d": ("2026-07-01", "2026-08-29"),
    "48 hours": ("2026-07-01", "2026-07-02"),
    "thru janury": ("2026-07-01", "2027-01-31"),
    "till the 22nd": ("2026-07-01", "2026-07-22"),
    "till year end": ("2026-07-01", "2026-12-31"),
    "from now to mid-december": ("2026-07-01", "2026-12-15"),
    "rest of march": ("2027-03-01", "2027-03-31"),
    "quarter after next": ("2026-10-01", "2026-12-31"),
    "month after next": ("2026-08-01", "2026-08-31"),
    "weekend after next": ("2026-07-11", "2026-07-12"),
    "day after tomorrow": ("2026-07-02", "2026-07-02"),
    "wednesday week": ("2026-07-08", "2026-07-08"),
    "weeks 49 to 52": ("2026-11-30", "2026-12-27"),
    "next ten working days": ("2026-07-01", "2026-07-14"),
    "next thurs-sun": ("2026-07-02", "2026-07-05"),
    "monday to friday next week": ("2026-07-06", "2026-07-10"),
    "run-up to mother's day": ("2026-07-01", "2027-03-06"),
    "next season": ("2026-09-01", "2026-11-30"),
    "until the end of the financial year": ("2026-07-01", "2027-03-31"),
    "tomorrow morning": ("2026-07-01", "2026-07-01"),
    "2moro": ("2026-07-01", "2026-07-01"),
    "5th of next month": ("2026-07-05", "2026-07-05"),
    "saturday the 10th": ("2026-10-10", "2026-10-10"),
    "12/15": ("2026-12-15", "2026-12-15"),
    "22/11": ("2026-11-22", "2026-11-22"),
    "bank holiday monday": ("2026-08-31", "2026-08-31"),
}


@pytest.mark.parametrize("said", PERIODS)
def test_a_time_past_in_a_managers_words(said: str) -> None:
    found = CLOCK.period(said)
    assert found is not None
    assert (found.start.isoformat(), found.end.isoformat()) == PERIODS[said]


@pytest.mark.parametrize("said", HORIZONS)
def test_a_time_to_come_in_a_managers_words(said: str) -> None:
    found = CLOCK.horizon(said)
    assert found is not None
    assert (found.start.isoformat(), found.end.isoformat()) == HORIZONS[said]


@pytest.mark.parametrize(
    "said",
    ["since the relaunch", "since the price rise", "the second week", "sale week", "5.10 to 9.12", "24/7", "half term"]
    + ["season", "weekdays", "saturdays in march", "match", "winner", "the weak", "fair", "14"],
)
def test_what_has_no_single_meaning_is_not_read(said: str) -> None:
    assert CLOCK.period(said) is None
    assert CLOCK.horizon(said) is None


@pytest.mark.parametrize(
    "said",
    [
        "the dog sat on a sun lounger",
        "sun hats and second hand wed gifts",
        "which was the 2nd best seller",
        "we are open 24/7",
        "winter coats match the string lights",
        "a fair season ticket, 14 of them",
        "the mon cheri box",
        "the weak sellers list",
        "sundae glasses and eastern spices",
        "may I march on",
    ],
)
def test_words_that_are_no_time_are_left_in_a_sentence(said: str) -> None:
    assert spans.times(said, CLOCK.period) == ()
    assert spans.times(said, CLOCK.horizon) == ()


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("units on the 12th, by store", ("12th",)),
        ("takings on sat", ("sat",)),
        ("apr-jun sales by category", ("apr-jun",)),
        ("how were the last 7d in Whitby", ("last 7d",)),
    ],
)
def test_new_times_stand_in_a_message(said: str, found: tuple[str, ...]) -> None:
    assert spans.times(said, CLOCK.period) == found


@pytest.mark.parametrize(
    "word",
    [
        "match",
        "winner",
        "string",
        "junk",
        "aster",
        "eater",
        "mont",
        "sundae",
        "eastern",
        "weak",
        "lost",
        "mouth",
        "reason",
    ],
)
def test_a_word_of_its_own_is_not_mended(word: str) -> None:
    assert mended(word) == word


def test_the_bank_holidays_of_england_as_the_government_lists_them() -> None:
    assert [f"{day:%m-%d}" for day in bank_holidays(2026)] == "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28".split()
    assert [f"{day:%m-%d}" for day in bank_holidays(2021)] == "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28".split()


@pytest.mark.parametrize(
    ("base", "said", "start", "end"),
    [
        ("march 2026", "this time last year", "2025-03-01", "2025-03-31"),
        ("last week", "same days of the previous week", "2026-06-15", "2026-06-21"),
        ("last week", "week before it", "2026-06-15", "2026-06-21"),
        ("last week", "four days preceding", "2026-06-18", "2026-06-21"),
        ("last week", "weekend before", "2026-06-20", "2026-06-21"),
        ("march 2026", "same days in 2025", "2025-03-01", "2025-03-31"),
        ("q2 2026", "q2 prior year", "2025-04-01", "2025-06-30"),
        ("march 2026", "march the year before", "2025-03-01", "2025-03-31"),
        ("h2 2025", "h2 of the preceding year", "2024-07-01", "2024-12-31"),
        ("last season", "season before that", "2025-12-01", "2026-02-28"),
        ("1 to 14 march 2026", "following fortnight", "2026-03-15", "2026-03-28"),
        ("1 march 2026", "the day after", "2026-03-02", "2026-03-02"),
        ("april 2026", "april a year ago", "2025-04-01", "2025-04-30"),
    ],
)
def test_a_time_named_from_another_in_a_managers_words(base: str, said: str, start: str, end: str) -> None:
    period = CLOCK.period(base)
    assert period is not None
    found = CLOCK.earlier(period, said)
    assert found is not None
    assert (found.start.isoformat(), found.end.isoformat()) == (start, end)
