import pytest

from retrieval.near_duplicates import title_groups


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Red enamel mug 250 ml", "Blue enamel mug, 350 ml"),
        ("JAM MAKING SET", "Jam making set"),
        ("Café crème cups", "Cafe creme cups"),
        ("Set of 6 pantry jars", "Pantry jars 3 pk"),
        ("Strawberry yoghurt 4 x 125 g", "Strawberry yoghurt 500 g"),
    ],
)
def test_alike(one, other):
    groups = title_groups([one, "garden gnome with lantern", other])
    assert groups[0] == groups[2] != groups[1]


def test_not_alike():
    assert len(set(title_groups(["enamel mug", "enamel teapot", "wooden spoon", "spoon rest"]))) == 4


def test_nothing_but_colours_and_sizes_keeps_its_words():
    assert len(set(title_groups(["Red", "Blue", "", "12"]))) == 4
