import pytest

from assistant.speech.spoken_words import in_words, spoken


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (40, "forty"),
        (99, "ninety-nine"),
        (100, "one hundred"),
        (342, "three hundred and forty-two"),
        (1_000, "one thousand"),
        (1_007, "one thousand and seven"),
        (21_500, "twenty-one thousand five hundred"),
        (1_000_001, "one million and one"),
        (10**16, "ten thousand trillion"),
    ],
)
def test_whole_numbers_in_words(number, said):
    assert in_words(number) == said


def test_a_number_below_zero_is_told():
    with pytest.raises(ValueError, match="from 0; got -1"):
        in_words(-1)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("It costs £12.99.", "It costs twelve pounds ninety-nine pence."),
        ("£1 or $2.01", "one pound or two dollars one cent"),
        ("£0.05 and €0", "five pence and zero euros"),
        ("£1,234.5", "one thousand two hundred and thirty-four pounds fifty pence"),
        ("-£3.50 in all", "minus three pounds fifty pence in all"),
        ("12.5 % more", "twelve point five percent more"),
        ("3–5 days", "three to five days"),
        ("12.05 kg, -4 units", "twelve point zero five kg, minus four units"),
        ("1,000,000 mugs", "one million mugs"),
        ("order 100234 of C10301", "order one zero zero two three four of C one zero three zero one"),
        ("open from 8:00 to 17:30", "open from eight o'clock to seventeen thirty"),
        ("Larder & Loom", "Larder and Loom"),
        ("30 June 2026", "thirty June two thousand and twenty-six"),
        ("no figure at all", "no figure at all"),
        (" ... ", ""),
        ("", ""),
    ],
)
def test_every_figure_is_said_in_words(written, said):
    assert spoken(written) == said
    assert not any(character.isdigit() for character in spoken(written))
