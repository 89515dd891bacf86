"""Search by picture as a tool's result: with an index of pictures that stands in for the real one."""

from types import SimpleNamespace

import pytest
from PIL import Image

from assistant.errors import BadCall, NotFound
from assistant.seen_products import picture_of, seen_products
from retrieval.errors import BadPicture, PicturesMissing
from retrieval.pictures import PictureHit
from retrieval.results import Hit


def context(found=(), failure=None):
    def search(picture, limit):
        if failure is not None:
            raise failure
        return found

    hits = {"M1": Hit("M1", "Blue Mug", 4.0, "Mugs", 1.0, 1.0, True), "M2": Hit("M2", "Jug", 9.0, None, 1.0, 1.0, None)}
    shop = SimpleNamespace(catalog=SimpleNamespace(product=hits.get), pictures=SimpleNamespace(search=search))
    return SimpleNamespace(shop=shop)


def test_the_most_alike_come_first_as_cards():
    found = (PictureHit("M2", 0.9), PictureHit("gone", 0.8), PictureHit("M1", 0.7))
    result = seen_products(context(found), b"picture")
    assert [card.product_id for card in result.products] == ["M2", "M1"]
    assert result.headline.startswith("Here are 2 products")


@pytest.mark.parametrize(
    ("failure", "kind", "said"),
    [
        (BadPicture("Expected a picture."), BadCall, "Expected a picture"),
        (PicturesMissing("none"), NotFound, "in words"),
        (None, NotFound, "nothing that looks like"),
    ],
)
def test_what_cannot_be_searched_is_told_in_plain_words(failure, kind, said):
    with pytest.raises(kind, match=said):
        seen_products(context(failure=failure), b"x")


def test_a_products_own_picture_is_a_small_jpeg_and_a_damaged_one_is_none(tmp_path):
    Image.new("RGB", (900, 600), "red").save(tmp_path / "M1.png")
    (tmp_path / "M2.png").write_bytes(b"no picture")
    files = {each: tmp_path / f"{each}.png" for each in ("M1", "M2", "M3")}
    shop = SimpleNamespace(picture_files=files)
    shown = picture_of(shop, "M1")
    assert shown is not None
    assert shown[:2] == b"\xff\xd8"
    assert [picture_of(shop, each) for each in ("M2", "M3", "M4")] == [None] * 3
