"""Serves the products' own pictures to the page, small and decoded once. Knows ids of products, no other file."""

from functools import lru_cache
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from assistant.seen_products import picture_of
from assistant.shop import Shop

PATH = "product-picture"
_KEPT = 2_000


def pictured(shop: Shop) -> dict[str, str]:
    """Product id -> address of its picture."""
    return {each: f"{PATH}/{quote(each, safe='')}" for each in shop.picture_files}


def picture_routes(shop: Shop) -> list[BaseRoute]:
    """The address of the pictures."""
    small = lru_cache(_KEPT)(lambda product_id: picture_of(shop, product_id))

    async def show(request: Request) -> Response:
        found = await run_in_threadpool(small, request.path_params["product_id"])
        if found is None:
            return Response(status_code=404)
        return Response(found, media_type="image/jpeg", headers={"Cache-Control": "max-age=86400"})

    return [Route(f"/{PATH}/{{product_id:path}}", show, methods=["GET"])]
