"""Pieces of names widened to the whole ones, worked out by hand."""

from assistant.whole_names import known_ones, widened, without_names

TAKEN = ("product", "store", "category", "country")


def places(text: str, **names: str) -> list[tuple[int, int, str]]:
    return [(text.index(name), text.index(name) + len(name), kind) for kind, name in names.items()]


def test_a_piece_becomes_the_whole_name() -> None:
    text = "is Rye Flour 1 kg in stock at Larder & Loom York"
    known = places(text, product="Rye Flour 1 kg", store="Larder & Loom York")
    got = widened({"product": "Flour 1 kg", "store": "York"}, TAKEN, text, known)
    assert got == {"product": "Rye Flour 1 kg", "store": "Larder & Loom York"}


def test_a_piece_of_another_kinds_name_is_that_kind() -> None:
    text = "sales at Larder & Loom York"
    known = places(text, store="Larder & Loom York")
    assert widened({"category": "Larder &"}, TAKEN, text, known) == {"store": "Larder & Loom York"}
    assert widened({"category": "Larder &"}, ("category",), text, known) == {}


def test_too_long_a_piece_is_cut_to_the_name() -> None:
    text = "add Bunched Carrots 500 g 2 to it"
    known = places(text, product="Bunched Carrots 500 g")
    got = widened({"product": "Bunched Carrots 500 g 2"}, TAKEN, text, known)
    assert got == {"product": "Bunched Carrots 500 g"}


def test_pieces_of_one_name_in_a_list_are_one() -> None:
    text = "compare Oat and Honey Soap with Pine Soap"
    known = places(text, product="Oat and Honey Soap")
    got = widened({"products": ["Oat", "Honey Soap", "Pine Soap"]}, ("products",), text, known)
    assert got == {"products": ["Oat and Honey Soap", "Pine Soap"]}


def test_a_name_of_another_kind_inside_a_longer_value_is_left() -> None:
    text = "reviews of the York mug please"
    known = places(text, store="York")
    assert widened({"product": "York mug"}, TAKEN, text, known) == {"product": "York mug"}


def test_what_is_no_name_and_what_was_said_before_stays() -> None:
    assert widened({"product": "it", "limit": 3}, TAKEN, "sell more", []) == {"product": "it", "limit": 3}


def test_a_name_said_now_is_put_over_one_that_was_kept() -> None:
    text = "and the same for Larder & Loom Whitby"
    known = places(text, store="Larder & Loom Whitby")
    kept = {"product": "Larder & Loom Whitby", "store": "Larder & Loom York"}
    assert widened(kept, TAKEN, text, known) == {"store": "Larder & Loom Whitby"}


def test_a_name_that_nobody_knows_gives_way_to_the_known_one_in_it_or_beside_it() -> None:
    text = "odds that Valerie Brook bails at the little shop, Larder & Loom Whitby"
    store = text.index("Larder"), len(text), "store"
    known = {("customer", "Valerie Brook"), ("store", "Larder & Loom Whitby")}
    given = {"customer": "Valerie Brook bails", "store": "little shop"}
    found = known_ones(given, ("customer", "store"), text, [store], lambda kind, said: (kind, said) in known)
    assert found == {"customer": "Valerie Brook", "store": "Larder & Loom Whitby"}


def test_a_known_name_is_never_put_over_another() -> None:
    found = known_ones({"product": "kitchen", "category": "home"}, ("product", "category"), "kitchen",
                       [(0, 7, "category")], lambda kind, said: False)  # fmt: skip
    assert found == {"product": "kitchen", "category": "home"}


def test_names_are_left_out() -> None:
    text = "and Cut Comb Honey 200 g in York by 7%"
    assert without_names(text, places(text, product="Cut Comb Honey 200 g", store="York")) == "and it in it by 7%"
