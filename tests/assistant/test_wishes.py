"""Messages with several wishes are split only where each part clearly asks for another tool."""

from assistant.language.router import NONE, Ranking
from assistant.wishes import split_wishes


def rank(text: str) -> Ranking:
    """A ranking by a word of the text; sure unless it says "perhaps"."""
    tools = {"revenue": "sales_report", "forecast": "forecast_sales", "stock": "check_stock", "hello": NONE}
    best = next((tool for word, tool in tools.items() if word in text), "search_products")
    return Ranking(((best, 0.9), ("other", 0.1)), "perhaps" not in text)


def test_two_wishes_for_two_tools() -> None:
    said = "What was our revenue last week? And show me the forecast for mugs"
    assert split_wishes(said, rank) == ["What was our revenue last week?", "And show me the forecast for mugs"]
    assert split_wishes("show last week's revenue and also what is the stock of mugs", rank) == [
        "show last week's revenue",
        "also what is the stock of mugs",
    ]


def test_one_wish_stays_whole() -> None:
    for said in (
        "revenue and units last week",
        "I want a red and blue mug and a tray",
        "revenue last week. Of mugs.",  # a part too short for a wish
        "the revenue last week, and what was the revenue the week before",  # the same tool
        "perhaps the revenue last week? then show the forecast of mugs",  # not sure
        "hello there my friend. show me last week's revenue",  # talk is no wish
        "revenue of mugs? forecast of mugs? stock of mugs? teapots of tin?",  # too many
        "",
    ):
        assert split_wishes(said, rank) == [said]


def cart_rank(text: str) -> Ranking:
    """Sure of the cart where something is taken, of a search where it is looked for."""
    taken, sought = "first" in text or "fanny" in text, "have" in text
    tool = "add_to_cart" if taken and not sought else "search_products" if sought else NONE
    return Ranking(((tool, 0.99), *((("add_to_cart", 0.01),) if tool != "add_to_cart" else ())), True)


def test_what_goes_into_the_cart_and_what_is_asked_beside_it() -> None:
    said = "Two of the first, and do you have ribbon? The red sort"
    assert split_wishes(said, cart_rank) == ["Two of the first", "do you have ribbon? The red sort"]
    assert split_wishes("the first. Oh and have you ribbon", cart_rank)[0] == "the first."
    for whole in ("the first and fanny packs please", "the first, ribbons", "the first, nice weather today"):
        assert split_wishes(whole, cart_rank) == [whole]


def test_nothing_is_ranked_again_for_somebody_without_a_cart() -> None:
    asked = []

    def manager(text: str) -> Ranking:
        asked.append(text)
        return Ranking((("sales_report", 1.0),), True)

    said = "sales, of May, by store, and by week"
    assert split_wishes(said, manager) == [said]
    assert asked == [said]
