"""Messages with several wishes are split where the reading says that there are, and each part asks for another tool."""

from assistant.language.router import NONE, Ranking
from assistant.wishes import split_wishes


def rank(text: str) -> Ranking:
    """A ranking by a word of the text; less likely where it says "perhaps"."""
    tools = {"revenue": "sales_report", "forecast": "forecast_sales", "stock": "check_stock", "hello": NONE}
    best = next((tool for word, tool in tools.items() if word in text), "search_products")
    return Ranking(((best, 0.4 if "perhaps" in text else 0.9), ("other", 0.1)), True)


def two(text: str) -> float:
    """Two wishes wherever two of the words stand."""
    return 0.9 if sum(word in text for word in ("revenue", "forecast", "stock", "mug")) > 1 else 0.1


def test_two_wishes_for_two_tools() -> None:
    said = "What was our revenue last week? And show me the forecast of trays"
    assert split_wishes(said, rank, two) == ["What was our revenue last week?", "show me the forecast of trays"]
    assert split_wishes("revenue last week, stock of trays", rank, two) == ["revenue last week", "stock of trays"]
    assert split_wishes("revenue\nforecast", rank, two) == ["revenue", "forecast"]


def test_three_wishes() -> None:
    said = "the revenue, then the forecast, and what is in stock"
    assert split_wishes(said, rank, two) == ["the revenue", "the forecast", "what is in stock"]


def test_the_first_part_is_parted_too() -> None:
    said = "the revenue, the stock, the forecast of mugs"

    def clear_at_the_end(text: str) -> Ranking:
        tools = {"forecast": "forecast_sales", "stock": "check_stock", "revenue": "sales_report"}
        best = next(tool for word, tool in tools.items() if word in text)
        return Ranking(((best, 0.6 if text == "the revenue" else 0.99),), True)

    assert split_wishes(said, clear_at_the_end, two) == ["the revenue", "the stock", "the forecast of mugs"]


def test_a_name_is_not_cut_in_two() -> None:
    said = "revenue of Kettle and stock Ltd"
    assert split_wishes(said, rank, two) == ["revenue of Kettle", "stock Ltd"]
    assert split_wishes(said, rank, two, ["Kettle and stock Ltd"]) == [said]
    assert split_wishes("stock of no. 2 mug forecast", rank, two) == ["stock of no. 2 mug forecast"]


def test_one_wish_stays_whole() -> None:
    for said in (
        "revenue of mugs",  # no pause
        "the revenue last week, and what was the revenue the week before",  # the same tool
        "perhaps the revenue last week? then perhaps the forecast",  # neither is likely
        "hello there, the revenue",  # talk is no wish
        "",
    ):
        assert split_wishes(said, rank, lambda text: 0.9) == [said]
    assert split_wishes("revenue, forecast", rank, lambda text: 0.2) == ["revenue, forecast"]


def test_nothing_is_ranked_where_the_reading_finds_one_wish() -> None:
    asked = []

    def watched(text: str) -> Ranking:
        asked.append(text)
        return rank(text)

    assert split_wishes("sales, of May, by store, and by week", watched, lambda text: 0.1)
    assert not asked
