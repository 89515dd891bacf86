"""Products that look like a customer's picture, as a tool's result. Knows the shop's index of pictures, no page."""

import io
from typing import TYPE_CHECKING

from assistant.errors import BadCall, NotFound
from assistant.messages import ToolCall, ToolResult
from assistant.toolbox import Context
from assistant.tools.catalog_answers import card
from assistant.wording import plural

if TYPE_CHECKING:
    from assistant.shop import Shop

SEARCH = "search_by_picture"
_SHOWN = 8


def picture_call(name: str) -> ToolCall:
    """The call, as the records keep it: the picture itself is not kept."""
    return ToolCall(SEARCH, {"picture": name})


def seen_products(context: Context, picture: bytes) -> ToolResult:
    """The products whose pictures are most alike, nearest first.

    Args:
        context: the shop and who asks.
        picture: the file as it was sent: JPEG, PNG, WebP, GIF or BMP.

    Raises:
        BadCall: it is no picture, a damaged one, too large or too small.
        NotFound: the shop has no pictures to compare it with.
    """
    from retrieval.errors import BadPicture, RetrievalError
    from retrieval.picture_search import search_by_picture

    shop = context.shop
    try:
        found = search_by_picture(shop.catalog, shop.pictures, picture, _SHOWN)
    except BadPicture as bad:
        raise BadCall(str(bad)) from bad
    except RetrievalError as missing:
        raise NotFound("I can't search by picture in this shop yet. Please tell me in words what it is.") from missing
    cards = tuple(card(each.hit) for each in found)
    if not cards:
        raise NotFound("I found nothing that looks like your picture. Please tell me in words what it is.")
    return ToolResult(
        headline=f"Here {'is' if len(cards) == 1 else 'are'} {plural(len(cards), 'product')} that look most like your "
        "picture, the nearest first.",
        products=cards,
        method="likeness of pictures",
        notes=("Pictures are compared by colour, shape and texture, so please check the size and material.",),
    )


def picture_of(shop: "Shop", product_id: str) -> bytes | None:
    """A product's own picture as a small JPEG; None where it has none, or its file cannot be read."""
    file = shop.picture_files.get(product_id)
    return shown_picture(file.read_bytes()) if file is not None and file.is_file() else None


def shown_picture(data: bytes) -> bytes | None:
    """A picture as a JPEG that a page can show, its longest side 256 pixels at most; None where it is no picture."""
    from retrieval.errors import BadPicture
    from retrieval.picture_files import read_picture

    out = io.BytesIO()
    try:
        read_picture(data).save(out, "JPEG", quality=82)
    except BadPicture:
        return None
    return out.getvalue()
