"""What a search returns. Knows no index."""

from dataclasses import dataclass

from retrieval.products import Filters
from retrieval.understanding import Sort, Understood

__all__ = ["Facets", "Hit", "SearchResult", "Sort"]


@dataclass(frozen=True)
class Hit:
    """A product that was found.

    Attributes:
        score: what ranks it; comparable within one search only.
        relevance: how surely it is what was asked for, 0 to 1, comparable between searches.
        in_stock: None: the shop does not count it.
        matched: words of the query that the product's text holds.
    """

    product_id: str
    title: str
    price: float | None
    category: str | None
    score: float
    relevance: float
    in_stock: bool | None
    rating: float | None = None
    description: str = ""
    matched: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facets:
    """Facts about everything that matches, not only about the hits that are shown.

    Attributes:
        count: number of products that match the wish and the filters.
        complete: false where more may match than were looked at (a very wide wish).
        lowest_price, highest_price, cheapest, dearest: among those with a price; None where none has one.
        categories: category -> number of matches, the largest first.
        in_stock: number of matches in stock; None: not counted by the shop.
    """

    count: int
    complete: bool = True
    lowest_price: float | None = None
    highest_price: float | None = None
    cheapest: Hit | None = None
    dearest: Hit | None = None
    categories: tuple[tuple[str, int], ...] = ()
    in_stock: int | None = None


@dataclass(frozen=True)
class SearchResult:
    """The answer to a search: what was found, or why nothing was.

    Attributes:
        hits: the best matches within the filters, at most the limit.
        facets: about all matches within the filters.
        carries: how surely the shop carries such a thing at all, filters aside, 0 to 1.
        carried: whether that is above the calibrated threshold.
        dropped: where nothing matches within the filters, those that would have to go: one if that is enough, else two
            or all; a trait that was said is one too ("colour", "material", "size", "diet", "without").
        alternatives: products outside the filters that fit the wish clearly better than all within; where filters are
            dropped, only products that fulfil the others.
        browsing: the query held no word to search by; the hits are the most popular within the filters.
        not_found: words of the query that no product's text holds.
        understood: what the query's words said beside the thing itself.
        traits: kind and words of each trait that was asked for or against: ("colour", "red"), ("without", "nuts").
        sort: the order of the hits.
        mended: the query's words as they are spelled, where that was mended: (("teapott", "teapot"),).
    """

    query: str
    filters: Filters
    hits: tuple[Hit, ...]
    facets: Facets
    carries: float
    carried: bool
    dropped: tuple[str, ...] = ()
    alternatives: tuple[Hit, ...] = ()
    browsing: bool = False
    not_found: tuple[str, ...] = ()
    understood: Understood | None = None
    traits: tuple[tuple[str, str], ...] = ()
    sort: Sort = "relevance"
    mended: tuple[tuple[str, str], ...] = ()
