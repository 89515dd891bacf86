import io

import pandas as pd
import pytest
from PIL import Image

from retrieval.errors import BadPicture
from retrieval.picture_files import MOST_BYTES, pictures_of, read_picture


def encoded(picture, form="PNG", **options):
    kept = io.BytesIO()
    picture.save(kept, form, **options)
    return kept.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_forms(form):
    read = read_picture(encoded(Image.new("RGB", (600, 300), (255, 0, 0)), form))
    assert (read.size, read.mode) == ((256, 128), "RGB")
    assert read.getpixel((5, 5))[0] > 240


def test_transparent_parts_are_white():
    assert read_picture(encoded(Image.new("RGBA", (20, 20), (0, 0, 0, 0)))).getpixel((3, 3)) == (255, 255, 255)


def test_turned_as_it_was_taken():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: to be turned by 90 degrees
    assert read_picture(encoded(Image.new("RGB", (40, 20)), "JPEG", exif=exif)).size == (20, 40)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"%PDF-1.7 no picture", "cannot be read"),
        (b"", "cannot be read"),
        (encoded(Image.new("RGB", (64, 64)), "JPEG")[:200], "cannot be read"),
        (bytes(MOST_BYTES + 1), "at most 15 MB"),
        (encoded(Image.new("1", (9000, 9000))), "megapixels"),
        (encoded(Image.new("L", (8, 200))), "at least 16"),
    ],
    ids=["other", "empty", "cut off", "heavy", "vast", "tiny"],
)
def test_what_cannot_be_used(data, said):
    with pytest.raises(BadPicture, match=said):
        read_picture(data)


def test_which_file_is_whose(tmp_path):
    folder = tmp_path / "pictures"
    (folder / "B").mkdir(parents=True)
    for name in ("A.jpg", "B/one.png", "B/two.PNG", "teapot.webp", "C.txt"):
        (folder / name).write_bytes(b"x")
    (tmp_path / "secret.jpg").write_bytes(b"x")
    products = pd.DataFrame(
        [
            ("A", None),
            ("B", '{"image": "B/two.PNG"}'),
            ("C", '{"image": "teapot.webp", "colour": "red"}'),
            ("D", '{"image": "../secret.jpg"}'),
            ("E", "no JSON"),
        ],
        columns=["product_id", "attributes"],
    )
    found = {each: [file.name for file in files] for each, files in pictures_of(products, folder).items()}
    assert found == {"A": ["A.jpg"], "B": ["two.PNG", "one.png"], "C": ["teapot.webp"]}
    assert pictures_of(products, tmp_path / "none") == {}
