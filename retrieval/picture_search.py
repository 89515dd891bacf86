"""The products that a picture shows, as the page lists them. Knows the catalog and the index of pictures, no page."""

from dataclasses import dataclass

from retrieval.catalog import Catalog
from retrieval.pictures import PictureIndex
from retrieval.results import Hit


@dataclass(frozen=True)
class Seen:
    """A product and how alike its picture is, as a cosine."""

    hit: Hit
    similarity: float


def search_by_picture(catalog: Catalog, pictures: PictureIndex, picture: bytes, limit: int = 8) -> tuple[Seen, ...]:
    """The products whose pictures are most alike, nearest first; those that are no longer sold are passed over.

    Args:
        catalog: the shop's products.
        pictures: their pictures.
        picture: the file as it was sent: JPEG, PNG, WebP, GIF or BMP.
        limit: most products.

    Raises:
        BadPicture: the bytes are no picture, a damaged one, too large or too small.
        PicturesMissing: the shop has no pictures.
        IndexMissing: an index has to be built again.
        EmbedderMissing: the picture model cannot be loaded.
    """
    found = pictures.search(picture, 2 * limit)
    sold = [(catalog.product(each.product_id), each.similarity) for each in found]
    return tuple(Seen(hit, alike) for hit, alike in sold if hit is not None)[:limit]
