"""Picture files: bytes -> a checked RGB picture, and which file belongs to which product. Knows no encoder."""

import io
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from retrieval.errors import BadPicture
from retrieval.products import read_attributes

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES: Final = 15_000_000
MOST_PIXELS: Final = 60_000_000  # a small file can unpack to gigabytes
SMALLEST_SIDE: Final = 16
LONGEST_SIDE: Final = 256  # what is kept: encoders look at no more
ENDINGS: Final = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp")
ATTRIBUTE: Final = "image"  # a product's attribute that names its file


def read_picture(data: bytes) -> "Image":
    """A picture in RGB, turned as it was taken, transparent parts white, its longest side `LONGEST_SIDE` at most.

    Raises:
        BadPicture: it is no picture, a damaged one, too large or too small.
    """
    from PIL import Image, ImageOps

    if len(data) > MOST_BYTES:
        raise BadPicture(
            f"Expected a picture of at most {MOST_BYTES // 1_000_000} MB; got {len(data) / 1e6:.1f} MB. "
            "Send a smaller one."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns from a lower number of pixels than is refused here
            opened = Image.open(io.BytesIO(data))
            _check_size(*opened.size)
            opened.draft("RGB", (2 * LONGEST_SIDE, 2 * LONGEST_SIDE))
            picture = ImageOps.exif_transpose(opened)
            assert picture is not None  # only None with in_place
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            return _on_white(picture)
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as failure:
        raise BadPicture(
            "Expected a picture (JPEG, PNG, WebP, GIF or BMP), but this file cannot be read as one. "
            "Save it again as JPEG or PNG."
        ) from failure


def pictures_of(products: pd.DataFrame, folder: Path) -> dict[str, tuple[Path, ...]]:
    """Product id -> its picture files, for the products that have any.

    A file belongs to the product whose `image` attribute names it, else to the one whose id it bears: `P1001.jpg`, or
    any file in the folder `P1001/`.

    Args:
        products: product_id; attributes where the shop has them.
        folder: the shop's folder of pictures; it need not exist.
    """
    if not folder.is_dir():
        return {}
    by_id: dict[str, list[Path]] = {}
    for file in sorted(file for file in folder.rglob("*") if file.suffix.lower() in ENDINGS and file.is_file()):
        by_id.setdefault(file.stem if file.parent == folder else file.relative_to(folder).parts[0], []).append(file)
    attributes = products["attributes"] if "attributes" in products.columns else [None] * len(products)
    found = {}
    for each, said in zip(products["product_id"].astype(str), attributes, strict=True):
        files = [*_named(folder, read_attributes(said if isinstance(said, str) else None)), *by_id.get(each, ())]
        if files:
            found[each] = tuple(dict.fromkeys(files))
    return found


def _named(folder: Path, attributes: Mapping[str, Any]) -> list[Path]:
    """The file that the attribute names, if it lies in the folder: names from an import never lead out of it."""
    name = str(attributes.get(ATTRIBUTE, "")).strip()
    file = (folder / name).resolve() if name else folder
    return [file] if name and file.is_relative_to(folder.resolve()) and file.is_file() else []


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise BadPicture(
            f"Expected a picture of at most {MOST_PIXELS // 1_000_000} megapixels; got {width} x {height}. "
            "Send a smaller one."
        )
    if min(width, height) < SMALLEST_SIDE:
        raise BadPicture(
            f"Expected a picture of at least {SMALLEST_SIDE} x {SMALLEST_SIDE} pixels; got {width} x {height}."
        )


def _on_white(picture: "Image") -> "Image":
    from PIL import Image

    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        white = Image.new("RGBA", clear.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, clear).convert("RGB")
    return picture.convert("RGB")
