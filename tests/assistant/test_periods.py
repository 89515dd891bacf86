"""Phrases about time against the shop's definitions; the as-of date is Friday, 9 December 2011."""

from datetime import date

import pytest

from assistant.holidays_of_year import easter_sunday
from assistant.periods import Clock, before

CLOCK = Clock(date(2011, 12, 9), date(2010, 12, 1))


def days(start: str, end: str) -> tuple[date, date]:
    return date.fromisoformat(start), date.fromisoformat(end)


PERIODS = {
    # the definitions of the product: full weeks Monday to Sunday, full quarters, counted weeks end today
    "today": days("2011-12-09", "2011-12-09"),
    "yesterday": days("2011-12-08", "2011-12-08"),
    "the day before yesterday": days("2011-12-07", "2011-12-07"),
    "last week": days("2011-11-28", "2011-12-04"),
    "the previous week": days("2011-11-28", "2011-12-04"),
    "this week": days("2011-12-05", "2011-12-09"),
    "last month": days("2011-11-01", "2011-11-30"),
    "this month": days("2011-12-01", "2011-12-09"),
    "last quarter": days("2011-07-01", "2011-09-30"),
    "this quarter": days("2011-10-01", "2011-12-09"),
    "last year": days("2010-01-01", "2010-12-31"),
    "this year": days("2011-01-01", "2011-12-09"),
    "so far this year": days("2011-01-01", "2011-12-09"),
    "since the beginning of the year": days("2011-01-01", "2011-12-09"),
    "year to date": days("2011-01-01", "2011-12-09"),
    "YTD": days("2011-01-01", "2011-12-09"),
    "last 4 weeks": days("2011-11-12", "2011-12-09"),
    "the past four weeks": days("2011-11-12", "2011-12-09"),
    "last 28 days": days("2011-11-12", "2011-12-09"),
    "over the past fortnight": days("2011-11-26", "2011-12-09"),
    "last 3 months": days("2011-09-10", "2011-12-09"),
    "past seventy days": days("2011-10-01", "2011-12-09"),
    "last 12 months": days("2010-12-10", "2011-12-09"),
    # counted back in calendar units
    "two weeks ago": days("2011-11-21", "2011-11-27"),
    "3 months ago": days("2011-09-01", "2011-09-30"),
    "a month ago": days("2011-11-01", "2011-11-30"),
    "last friday": days("2011-12-02", "2011-12-02"),
    "on wednesday": days("2011-12-07", "2011-12-07"),
    "last weekend": days("2011-12-03", "2011-12-04"),
    # months, quarters, halves, years, with and without a year
    "November 2011": days("2011-11-01", "2011-11-30"),
    "february": days("2011-02-01", "2011-02-28"),
    "December": days("2011-12-01", "2011-12-09"),
    "dec 2010": days("2010-12-01", "2010-12-31"),
    "may": days("2011-05-01", "2011-05-31"),
    "November last year": days("2010-11-01", "2010-11-30"),
    "Q1 2011": days("2011-01-01", "2011-03-31"),
    "the first quarter of 2011": days("2011-01-01", "2011-03-31"),
    "H1 2011": days("2011-01-01", "2011-06-30"),
    "second half of 2010": days("2010-07-01", "2010-12-31"),
    "2010": days("2010-01-01", "2010-12-31"),
    "the second week of november": days("2011-11-08", "2011-11-14"),
    "week 10 of 2011": days("2011-03-07", "2011-03-13"),
    "week commencing 14 November": days("2011-11-14", "2011-11-20"),
    # days
    "2011-11-05": days("2011-11-05", "2011-11-05"),
    "03/04/2011": days("2011-04-03", "2011-04-03"),
    "on 3rd March": days("2011-03-03", "2011-03-03"),
    "Dec 9th": days("2011-12-09", "2011-12-09"),
    "the 5th of november": days("2011-11-05", "2011-11-05"),
    # holidays and seasons; Easter 2011 was 24 April, Thanksgiving 24 November
    "christmas": days("2010-12-25", "2010-12-25"),
    "Black Friday": days("2011-11-25", "2011-11-25"),
    "easter 2011": days("2011-04-22", "2011-04-25"),
    "mother's day": days("2011-04-03", "2011-04-03"),
    "last summer": days("2011-06-01", "2011-08-31"),
    "winter 2010": days("2010-12-01", "2011-02-28"),
    # ranges
    "2011-11-01 to 2011-11-30": days("2011-11-01", "2011-11-30"),
    "between 1 and 15 May 2011": days("2011-05-01", "2011-05-15"),
    "from 3 to 9 May 2011": days("2011-05-03", "2011-05-09"),
    "jan to mar 2011": days("2011-01-01", "2011-03-31"),
    "december 2010 to november 2011": days("2010-12-01", "2011-11-30"),
    "since easter": days("2011-04-22", "2011-12-09"),
    "since 1 March 2011": days("2011-03-01", "2011-12-09"),
    "from november to now": days("2011-11-01", "2011-12-09"),
    "before march 2011": days("2010-12-01", "2011-02-28"),
    "until march 2011": days("2010-12-01", "2011-03-31"),
    "after June 2011": days("2011-07-01", "2011-12-09"),
    "all time": days("2010-12-01", "2011-12-09"),
    # typing
    "yestrday": days("2011-12-08", "2011-12-08"),
    "lst mnth": days("2011-11-01", "2011-11-30"),
    "last wekk": days("2011-11-28", "2011-12-04"),
    "novemebr 2011": days("2011-11-01", "2011-11-30"),
    "Febuary 2011?": days("2011-02-01", "2011-02-28"),
}


@pytest.mark.parametrize("said", PERIODS)
def test_a_period_is_read_by_the_shops_definitions(said: str) -> None:
    period = CLOCK.period(said)
    assert period is not None
    assert (period.start, period.end) == PERIODS[said]


NO_PERIODS = ["", "banana", "30", "5.30", "teapots under 30", "more than ever", "31 february 2011", "week 60 of 2011"]


@pytest.mark.parametrize("said", [*NO_PERIODS, "next month", "the blue one", "q5 2011", "99 bottles", "15 to 3"])
def test_what_is_no_period_is_none(said: str) -> None:
    assert CLOCK.period(said) is None


def test_no_period_ends_before_it_starts_or_after_today_unless_it_is_a_whole_calendar_unit() -> None:
    for said in PERIODS:
        period = CLOCK.period(said)
        assert period is not None
        assert period.start <= period.end <= CLOCK.as_of
        assert period.days == (period.end - period.start).days + 1


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("february", "February 2011"),
        ("q3 2011", "the third quarter of 2011"),
        ("2010", "2010"),
        ("december", "1 to 9 December 2011"),
        ("last 4 weeks", "12 November to 9 December 2011"),
        ("this year", "1 January to 9 December 2011 (this year so far)"),
        ("ever", "the whole history"),
    ],
)
def test_labels_name_the_days_that_were_meant(said: str, label: str) -> None:
    period = CLOCK.period(said)
    assert period is not None
    assert period.label == label


HORIZONS = {
    "tomorrow": days("2011-12-10", "2011-12-10"),
    "next week": days("2011-12-12", "2011-12-18"),
    "next month": days("2012-01-01", "2012-01-31"),
    "next quarter": days("2012-01-01", "2012-03-31"),
    "next year": days("2012-01-01", "2012-12-31"),
    "next 4 weeks": days("2011-12-10", "2012-01-06"),
    "the coming fortnight": days("2011-12-10", "2011-12-23"),
    "the next few weeks": days("2011-12-10", "2011-12-30"),
    "coming weeks": days("2011-12-10", "2011-12-30"),
    "next couple of weeks": days("2011-12-10", "2011-12-23"),
    "10 days": days("2011-12-10", "2011-12-19"),
    "next 3 months": days("2011-12-10", "2012-03-09"),
    "within a month": days("2011-12-10", "2012-01-09"),
    "half a year": days("2011-12-10", "2012-06-09"),
    "this month": days("2011-12-10", "2011-12-31"),
    "rest of the year": days("2011-12-10", "2011-12-31"),
    "until the end of the year": days("2011-12-10", "2011-12-31"),
    "by the end of next month": days("2011-12-10", "2012-01-31"),
    "until the end of february": days("2011-12-10", "2012-02-29"),
    "from now till christmas": days("2011-12-10", "2011-12-25"),
    "between now and christmas": days("2011-12-10", "2011-12-25"),
    "easter": days("2012-04-06", "2012-04-09"),
    "january": days("2012-01-01", "2012-01-31"),
    "december": days("2011-12-10", "2011-12-31"),
    "from january to march": days("2012-01-01", "2012-03-31"),
    "between 1 and 15 january": days("2012-01-01", "2012-01-15"),
    "2011-12-12 to 2011-12-18": days("2011-12-12", "2011-12-18"),
    "2011-12-12": days("2011-12-12", "2011-12-12"),
    "on monday": days("2011-12-12", "2011-12-12"),
    "the 14th": days("2011-12-14", "2011-12-14"),
    "the 3rd": days("2012-01-03", "2012-01-03"),
    "nxt mnth": days("2012-01-01", "2012-01-31"),
}


@pytest.mark.parametrize("said", HORIZONS)
def test_a_horizon_lies_ahead(said: str) -> None:
    horizon = CLOCK.horizon(said)
    assert horizon is not None
    assert (horizon.start, horizon.end) == HORIZONS[said]
    assert horizon.start > CLOCK.as_of


@pytest.mark.parametrize(
    "said", [*NO_PERIODS, "last month", "yesterday", "february 2011", "2011-01-01 to 2011-02-01", "bread and butter"]
)
def test_what_is_no_time_ahead_is_none(said: str) -> None:
    assert CLOCK.horizon(said) is None


def test_a_horizon_that_has_begun_is_labelled_with_the_days_left() -> None:
    horizon = CLOCK.horizon("2011")
    assert horizon is not None
    assert horizon.label == "10 to 31 December 2011"


@pytest.mark.parametrize(
    ("base", "said", "expected"),
    [
        ("november 2011", "the month before", days("2011-10-01", "2011-10-31")),
        ("november 2011", "last year", days("2010-11-01", "2010-11-30")),
        ("february 2011", "same month last year", days("2010-02-01", "2010-02-28")),
        ("november 2011", "January 2011", days("2011-01-01", "2011-01-31")),
        ("march 2011", "the previous period", days("2011-02-01", "2011-02-28")),
        ("q3 2011", "the quarter before", days("2011-04-01", "2011-06-30")),
        ("last 4 weeks", "the previous period", days("2011-10-15", "2011-11-11")),
        ("last week", "the week before", days("2011-11-21", "2011-11-27")),
        ("this year", "last year", days("2010-01-01", "2010-12-09")),
        # a part of a unit is compared with the same part of the unit before
        ("this month", "last month", days("2011-11-01", "2011-11-09")),
        ("this week", "last week", days("2011-11-28", "2011-12-02")),
        ("2011-12-05", "the month before", days("2011-11-05", "2011-11-05")),
    ],
)
def test_what_a_period_is_compared_with(base: str, said: str, expected: tuple[date, date]) -> None:
    period = CLOCK.period(base)
    assert period is not None
    compared = CLOCK.earlier(period, said)
    assert compared is not None
    assert (compared.start, compared.end) == expected


def test_compared_with_nonsense_is_none() -> None:
    november = CLOCK.period("november 2011")
    assert november is not None
    assert CLOCK.earlier(november, "the blue ones") is None


def test_before_steps_by_whole_months_or_by_days() -> None:
    year, odd = CLOCK.period("2011"), CLOCK.period("2011-11-05 to 2011-11-09")
    assert year is not None
    assert odd is not None
    assert (before(year).start, before(year).end) == days("2010-01-01", "2010-12-31")
    assert (before(odd).start, before(odd).end) == days("2011-10-31", "2011-11-04")


@pytest.mark.parametrize("day", ["2008-03-23", "2011-04-24", "2019-04-21", "2024-03-31", "2038-04-25"])
def test_easter_sundays_of_the_church_tables(day: str) -> None:
    assert easter_sunday(int(day[:4])) == date.fromisoformat(day)


def test_a_leap_day_compares_with_the_last_of_february() -> None:
    clock = Clock(date(2024, 3, 31), date(2022, 1, 1))
    leap = clock.period("2024-02-29")
    assert leap is not None
    compared = clock.earlier(leap, "a year ago")
    assert compared is not None
    assert compared.start == compared.end == date(2023, 2, 28)
