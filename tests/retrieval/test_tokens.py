import pytest

from retrieval.measures import read_measures
from retrieval.tokens import spoken, words


def test_words_are_folded_stemmed_and_hyphens_opened():
    assert words("The Café's T-Light HOLDERS") == ["cafe", "t", "light", "holder", "tlight"]


def test_entities_of_a_web_page_are_read():
    assert spoken("Gardener&#39;s gloves") == ["gardener", "gloves"]


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("4x4 post", ["4", "4", "4x4"]),
        ("4 in. x 4 in. x 6 ft.", ["4", "4in", "4", "4in", "6", "6ft", "4x4", "4x6", "4x4x6"]),
        ('3/4" pipe', ["3/4", "3/4in"]),
        ("3/4 inch pipe", ["3/4", "3/4in"]),
        ("1 1/2 in", ["1-1/2", "1-1/2in"]),
        ("1-1/2-inch", ["1-1/2", "1-1/2in"]),
        ("18x34.50x24 in.", ["18", "18in", "34.5", "34.5in", "24", "24in", "18x34.5", "34.5x24", "18x34.5x24"]),
        ("20-volt", ["20", "20v"]),
        ("1,000 ml", ["1000", "1000ml"]),
        ("1.9 cu. ft.", ["1.9", "1.9cuft"]),
        (".5 kg", ["0.5", "0.5kg"]),
        ("3/4' valve", ["3/4", "3/4in"]),
        ("sc141", []),
    ],
)
def test_sizes_are_read_alike_however_written(said, read):
    assert read_measures(said)[0] == read


def test_a_size_is_taken_out_of_the_words():
    assert spoken("Post 4 in. x 6 ft. cedar") == ["post", "cedar", "4", "4in", "6", "6ft", "4x6"]


@pytest.mark.parametrize("text", ["", "x", "½", "1/", "/2", ".", "1.2.3.4", "10" * 3000, "'" * 50])
def test_odd_numbers_are_no_error(text):
    assert isinstance(spoken(text), list)
