"""What code finds in a message before the language model chooses among it."""

from datetime import date

import pytest

from assistant import spans
from assistant.periods import Clock

CLOCK = Clock(date(2011, 12, 9), date(2010, 12, 1))


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("under 30 quid", (30,)),
        ("a budget of £1,250.50, please", (1250.5,)),
        ("14,99 euro", (14.99,)),
        ("5k or 2.5 million", (5000, 2_500_000)),
        ("top ten, not top 5", (10, 5)),
        ("95%, or 95.5 %", (95, 95.5)),
        ("x3 of those", (3,)),
        ("page 3 of 7", (3, 7)),
        ("30-40", (30, 40)),
        ("fifteen hundred", (1500,)),
        ("twelve hundred and fifty", (1250,)),
        ("three hundred and fifty thousand", (350_000,)),
        ("two and a half grand", (2500,)),
        ("half a dozen mugs and a couple of trays", (6, 2)),
        ("between twenty and thirty-five pounds", (20, 35)),
        ("twenty five thousand", (25_000,)),
        ("5 m of ribbon", (5,)),
        ("2 and 2 again", (2,)),
        ("nothing at all", ()),
        ("write to ann99@example.com", ()),
        ("v2 of P1", ()),
    ],
)
def test_numbers_in_figures_and_in_words(said: str, found: tuple[float, ...]) -> None:
    assert spans.numbers(said) == found


def test_numbers_that_belong_to_a_time_or_an_order_are_passed_over() -> None:
    said = "top 5 in February 2011, like order 536365"
    assert spans.numbers(said, ("February 2011", "536365")) == (5,)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("What was our revenue in February 2011?", ("February 2011",)),
        ("how did sales go last month compared to the month before", ("last month",)),
        ("sales from 3 to 9 may 2011, by product", ("from 3 to 9 may 2011",)),
        ("on monday, 5 december 2011, we sold", ("monday, 5 december 2011",)),
        ("orders between 1 and 15 May 2011 in Germany", ("between 1 and 15 May 2011",)),
        ("this week, last week", ("this week", "last week")),
        ("last week's takings", ("last week's",)),
        ("last weeks takings", ("last weeks",)),
        ("black friday sales", ("black friday",)),
        ("what did we sell over christmas", ("christmas",)),
        ("top 10 in 2011", ("2011",)),
        ("show me the whole history", ("whole history",)),
        ("take 2011-11-05", ("2011-11-05",)),
        ("sales in march", ("march",)),
        ("it may rain in may", ("may",)),
        # ordinary words are no times
        ("march me through the numbers", ()),
        ("may I see the best sellers", ()),
        ("summer dresses under 30", ()),
        ("christmas baubles", ()),
        ("a fall in prices, spring water and a sun hat", ()),
        ("did we ever sell it in total", ()),
        ("30 teapots", ()),
    ],
)
def test_times_as_they_stand_in_a_message(said: str, found: tuple[str, ...]) -> None:
    assert spans.times(said, CLOCK.period) == found


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("what will we sell in the next four weeks?", ("next four weeks",)),
        ("enough stock by the end of the year", ("by the end of the year",)),
        ("next month's forecast", ("next month's",)),
        ("christmas pudding until the end of january", ("until the end of january",)),
        ("what sold in february 2011", ()),
    ],
)
def test_times_ahead(said: str, found: tuple[str, ...]) -> None:
    assert spans.times(said, CLOCK.horizon) == found


def test_every_time_that_is_found_stands_in_the_message_and_can_be_read() -> None:
    said = 'Compare "last 4 weeks" (or the second week of november), Q1 2011; since easter!'
    times = spans.times(said, CLOCK.period)
    assert times == ("last 4 weeks", "second week of november", "Q1 2011", "since easter")
    assert all(time in said and CLOCK.period(time) for time in times)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("where is order 536365?", ("536365",)),
        ("#W2378156 please", ("#W2378156",)),
        ("order number O-104233, and D-2026-00417", ("O-104233", "D-2026-00417")),
        ("orders 1001, 1002 and 1003", ("1001", "1002", "1003")),
        ("C536379 was a return", ("C536379",)),
        ("order 12", ()),
        ("mail ann1001@example.com", ()),
        ("the 1st of May", ()),
    ],
)
def test_order_numbers(said: str, found: tuple[str, ...]) -> None:
    assert spans.order_numbers(said) == found


def test_email_addresses() -> None:
    assert spans.emails("it's Ann.Lee+shop@mail.example.co.uk, or a@b.com.") == (
        "Ann.Lee+shop@mail.example.co.uk",
        "a@b.com",
    )
    assert spans.emails("ann at example dot com") == ()


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("order 1001 and LS1 4AB", ("LS1 4AB",)),
        ("yo17hh", ("yo17hh",)),
        ("zip 90210-1234, then 19122", ("90210-1234", "19122")),
        ("order D-2026-00417", ()),
        ("b12345@example.com", ()),
    ],
)
def test_postcodes(said: str, found: tuple[str, ...]) -> None:
    assert spans.postcodes(said) == found


def test_a_month_of_a_past_year_is_no_time_ahead_even_without_its_year() -> None:
    assert spans.times("february 2011 was good, january 2012 will be better", CLOCK.horizon) == ("january 2012",)


def test_half_a_dozen_with_and_without_its_article() -> None:
    assert spans.numbers("the first half dozen") == spans.numbers("half a dozen of them") == (6,)
