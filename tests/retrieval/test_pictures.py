"""Search by picture and category from a picture, with the encoder learnt here and with one that is named."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from retrieval.errors import BadPicture, IndexMissing, NotEnoughData, PicturesMissing
from retrieval.picture_search import search_by_picture
from retrieval.pictures import PictureIndex

COLOURS = {"apple": (200, 30, 30), "lime": (60, 190, 40), "plum": (90, 30, 120)}


def photo(kind, seed):
    """A disc of the kind's colour (an apple, a lime, a plum) somewhere on a noisy shelf, striped for "box"."""
    random = np.random.default_rng(seed)
    picture = Image.fromarray(random.integers(90, 140, (72, 64, 3), dtype=np.uint8))
    x, y = random.integers(0, 24, 2)
    draw = ImageDraw.Draw(picture)
    if kind == "box":
        for each in range(0, 40, 8):
            draw.rectangle((x, y + each, x + 38, y + each + 3), fill=(230, 220, 60))
    else:
        draw.ellipse((x, y, x + 38, y + 38), fill=COLOURS[kind])
    return picture


def encoded(picture, form="PNG"):
    kept = io.BytesIO()
    picture.save(kept, form)
    return kept.getvalue()


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    found = {}
    for kind in ("apple", "lime", "plum", "box"):
        for number in range(6):
            file = folder / f"{kind}{number}.png"
            photo(kind, len(found) * 100 + number).save(file)
            found.setdefault(f"{kind}-{number // 2}", []).append(file)  # two pictures for each product
    return found


CATEGORIES = {
    f"{kind}-{number}": "Boxes" if kind == "box" else "Fruit"
    for kind in ("apple", "lime", "plum", "box")
    for number in range(3)
}


class MeanColour:
    """An encoder with the interface of a pretrained one: the mean colour of the middle."""

    def __init__(self, identity="mean colour"):
        self.identity = identity
        self.read = 0

    def encode(self, pictures):
        self.read += len(pictures)
        middle = [np.asarray(each.resize((8, 8)), dtype=np.float32)[2:6, 2:6].mean(axis=(0, 1)) for each in pictures]
        centred = np.stack(middle) - 115
        return (centred / np.linalg.norm(centred, axis=1, keepdims=True)).astype(np.float32)

    features = encode


@pytest.fixture(scope="module")
def learnt(tmp_path_factory):
    folder = tmp_path_factory.mktemp("learnt")
    found = {}
    for kind in ("apple", "lime", "plum", "box"):
        for number in range(6):
            file = folder / f"{kind}{number}.png"
            photo(kind, hash((len(kind), number)) % 1000).save(file)
            found.setdefault(f"{kind}-{number // 2}", []).append(file)
    index = PictureIndex(folder / "index")
    with pytest.MonkeyPatch.context() as patched:  # a small vocabulary is enough for four kinds
        patched.setattr("retrieval.picture_encoder.GAUSSIANS", 8)
        patched.setattr("retrieval.picture_encoder.SAMPLED", 5000)
        done = index.update(found, CATEGORIES)
    assert (done.products, done.pictures, done.embedded, done.unusable) == (12, 24, 24, ())
    return index


@pytest.mark.parametrize("kind", ["apple", "lime", "plum", "box"])
def test_the_encoder_learnt_here_finds_the_kind(learnt, kind):
    hits = learnt.search(encoded(photo(kind, 4242)), limit=3)
    assert [hit.product_id.split("-")[0] for hit in hits] == [kind] * 3
    assert len({hit.product_id for hit in hits}) == 3
    assert 1 >= hits[0].similarity >= hits[1].similarity


def test_category_from_a_picture(learnt):
    boxed, fruit = (learnt.category(encoded(photo(kind, 99))) for kind in ("box", "lime"))
    assert (boxed[0].category, fruit[0].category) == ("Boxes", "Fruit")
    assert sum(guess.confidence for guess in boxed) == pytest.approx(1)


def test_opened_anew_it_answers_the_same(learnt):
    picture = encoded(photo("plum", 7))
    again = PictureIndex(learnt.folder)
    assert again.ready
    assert again.search(picture) == learnt.search(picture)
    assert again.category(picture) == learnt.category(picture)


def test_a_named_encoder_reads_only_new_pictures(tmp_path, files):
    encoder = MeanColour()
    index = PictureIndex(tmp_path / "index", encoder=encoder)
    index.update(files, CATEGORIES)
    encoder.read = 0
    fewer = {each: paths for each, paths in files.items() if each != "lime-1"}
    photo("plum", 1234).save(fewer["apple-0"][0])  # the file has another content now
    done = index.update(fewer, CATEGORIES)
    assert (done.embedded, done.removed, encoder.read) == (1, 3, 1)
    assert "lime-1" not in {hit.product_id for hit in index.search(encoded(photo("lime", 5)), limit=20)}
    assert index.category(encoded(photo("box", 5)))[0].category == "Boxes"


def test_another_encoder_starts_anew_and_is_told_apart(tmp_path, files):
    PictureIndex(tmp_path / "index", encoder=MeanColour("one")).update(files)
    other = PictureIndex(tmp_path / "index", encoder=MeanColour("two"))
    with pytest.raises(IndexMissing, match="indexed with one"):
        other.search(encoded(photo("lime", 5)))
    assert other.update(files).embedded == 24
    assert other.search(encoded(photo("lime", 5)), limit=1)[0].product_id.startswith("lime")


def test_a_build_that_was_killed_goes_on(tmp_path, files, monkeypatch):
    class Killed(Exception):
        pass

    def kill(done, total):
        raise Killed

    monkeypatch.setattr("retrieval.pictures.BATCH", 10)
    encoder = MeanColour()
    with pytest.raises(Killed):
        PictureIndex(tmp_path / "index", encoder=encoder).update(files, progress=kill)
    index = PictureIndex(tmp_path / "index", encoder=encoder)
    assert not index.ready
    assert index.update(files).embedded == 14
    assert encoder.read == 24


def test_files_that_cannot_be_read_are_named(tmp_path, files):
    files["apple-0"][0].write_bytes(b"not a picture")
    files["apple-0"].append(tmp_path / "gone.png")
    done = PictureIndex(tmp_path / "index", encoder=MeanColour()).update(files)
    assert [name for name, _ in done.unusable] == ["gone.png", "apple0.png"]
    assert done.pictures == 23


def test_no_pictures_is_said(tmp_path, files):
    index = PictureIndex(tmp_path / "index", encoder=MeanColour())
    with pytest.raises(PicturesMissing, match="no pictures to search in"):
        index.search(encoded(photo("lime", 5)))
    assert not index.ready
    with pytest.raises(PicturesMissing, match="this shop has none"):
        index.update({})
    with pytest.raises(NotEnoughData, match="at least 20 pictures"):
        PictureIndex(tmp_path / "other").update({"apple-0": files["apple-0"]})


def test_no_categories_is_said(tmp_path, files):
    index = PictureIndex(tmp_path / "index", encoder=MeanColour())
    index.update(files, {"apple-0": "Fruit"})
    with pytest.raises(PicturesMissing, match="two categories"):
        index.category(encoded(photo("lime", 5)))


def test_bytes_that_are_no_picture(learnt):
    for data in (b"", b"hello", encoded(photo("lime", 5))[:60]):
        with pytest.raises(BadPicture, match="cannot be read"):
            learnt.search(data)


def test_a_shop_whose_pictures_were_taken_away_has_none(tmp_path, files):
    index = PictureIndex(tmp_path / "index", encoder=MeanColour())
    index.update(files)
    with pytest.raises(PicturesMissing):
        index.update({})
    assert not index.ready


class Shelf:
    """A catalog in which plum-1 is no longer sold."""

    def product(self, product_id):
        return None if product_id == "plum-1" else f"hit {product_id}"


def test_products_for_the_page(learnt):
    found = search_by_picture(Shelf(), learnt, encoded(photo("plum", 5)), limit=2)
    assert {each.hit for each in found} == {"hit plum-0", "hit plum-2"}
    assert found[0].similarity >= found[1].similarity
