"""Which name was meant: ids, whole names, enough words, typos, popularity."""

import pytest

from assistant.name_index import NameIndex, fold, stem

NAMES = {
    "22423": "REGENCY CAKESTAND 3 TIER",
    "85123A": "WHITE HANGING HEART T-LIGHT HOLDER",
    "47566": "PARTY BUNTING",
    "22720": "SET OF 3 CAKE TINS PANTRY DESIGN",
    "84946": "ANTIQUE SILVER TEA GLASS ETCHED",
    "21212": "PACK OF 72 RETROSPOT CAKE CASES",
    "M1": "BLUE MUG",
    "M2": "RED MUG",
}


@pytest.fixture
def index() -> NameIndex:
    return NameIndex(NAMES)


@pytest.mark.parametrize(
    ("said", "keys"),
    [
        ("22423", ["22423"]),
        ("85123a", ["85123A"]),
        ("Party Bunting", ["47566"]),
        ("party  bunting!", ["47566"]),
        ("regency cakestand", ["22423"]),
        ("the 3 tier regency cakestands", ["22423"]),
        ("regancy cakestnd", ["22423"]),
        ("white hanging heart holder", ["85123A"]),
        ("antique tea glasses", ["84946"]),
        ("the red mug, please", ["M2"]),
        ("flying carpet", []),
        ("", []),
        ("the of and", []),
    ],
)
def test_the_name_that_was_meant(index: NameIndex, said: str, keys: list[str]) -> None:
    assert index.find(said) == keys


def test_equally_good_names_are_all_returned(index: NameIndex) -> None:
    assert sorted(index.find("mug")) == ["M1", "M2"]
    assert sorted(index.find("cake")) == ["21212", "22720"]


def test_clear_popularity_decides_between_equals_and_close_popularity_orders_them() -> None:
    assert NameIndex(NAMES, {"M1": 30.0, "M2": 10.0}).find("mug") == ["M1"]  # three times as often
    assert NameIndex(NAMES, {"M1": 10.0, "M2": 29.0}).find("mug") == ["M2", "M1"]


def test_the_same_name_twice_is_unclear() -> None:
    assert NameIndex({"A": "Tea Towel", "B": "Tea towel"}).find("tea towel") == ["A", "B"]


def test_strict_names_need_every_word() -> None:
    people = NameIndex({"C1": "Ann Lee", "C2": "Ann Roy"}, strict=True)
    assert people.find("ann lee") == ["C1"]
    assert people.find("ann smith") == []
    assert sorted(people.find("ann")) == ["C1", "C2"]


def test_whole_names_in_a_text_longest_first(index: NameIndex) -> None:
    text = "A blue mug goes with the Regency Cakestand 3 Tier; a red-mug does too."
    assert index.mentions(text) == [("22423", "regency cakestand 3 tier"), ("M1", "blue mug"), ("M2", "red mug")]
    assert index.mentions("mug and bunting") == []


def test_names_in_other_scripts_and_accents() -> None:
    index = NameIndex({"1": "Café au Lait Bowl", "2": "茶碗"})
    assert index.find("cafe au lait bowl") == ["1"]
    assert fold("Crème  Brûlée-Set") == "creme brulee set"


@pytest.mark.parametrize(
    ("word", "stemmed"),
    [("mugs", "mug"), ("boxes", "box"), ("brushes", "brush"), ("candies", "candy"), ("glass", "glass"), ("gas", "gas")],
)
def test_plurals(word: str, stemmed: str) -> None:
    assert stem(word) == stemmed


def test_an_empty_index_finds_nothing() -> None:
    assert NameIndex({}).find("anything") == []
