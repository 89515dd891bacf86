"""The published Online Retail file, imported for real: every known figure comes out exactly, asked in plain language.

The embedded language model, the router, the import and the report all run for real. Three phrasings of each figure,
written for this test and in no training file.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.imports import ingest_online_retail
from assistant.conversation import Conversation
from assistant.safety import Limits
from assistant.settings import write_settings
from assistant.shop import Shop

pytestmark = [pytest.mark.model, pytest.mark.bench_data]

# place in known_figures.json -> three ways to ask for it
PHRASINGS = {
    0: (
        "How many exact duplicate rows does the source hold?",
        "how many duplicate rows did the import reject",
        "Were there any exact duplicates in the raw file, and how many?",
    ),
    1: (
        "What was our revenue over the whole history?",
        "total revenue for the entire history please",
        "How much have we turned over in all the time we've been trading?",
    ),
    2: (
        "What was our revenue in February 2011?",
        "feb 2011 turnover",
        "Could you tell me how much money we took during February of 2011?",
    ),
    3: (
        "How many orders did we take in June 2011?",
        "number of orders june 2011",
        "June 2011: how many orders came in?",
    ),
    4: (
        "How many units did we sell to the Netherlands in total?",
        "units sold to the netherlands overall",
        "Over the whole history, how many pieces went to customers in the Netherlands?",
    ),
    5: (
        "How many different customers bought in the first quarter of 2011?",
        "distinct customers q1 2011",
        "Between January and March 2011, how many separate customers ordered from us?",
    ),
    6: (
        "What was the average order value in September 2011?",
        "AOV sept 2011",
        "On average, what was an order worth in September 2011?",
    ),
    7: (
        "What share of sales value was returned in April 2011?",
        "return rate april 2011",
        "In April 2011, what percentage of our sales came back as returns?",
    ),
    8: (
        "What was the revenue of stock code 22720 in 2011?",
        "22720 revenue 2011",
        "How much did product 22720 bring in during 2011?",
    ),
    9: (
        "What was last month's revenue?",
        "revenue last month",
        "So what did we turn over last month then?",
    ),
    10: (
        "What was the revenue of the last 4 weeks?",
        "takings last four weeks",
        "How much revenue have we had over the past 4 weeks?",
    ),
}


@pytest.fixture(scope="module")
def shop(bench_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("online-retail")
    ingest_online_retail(bench_data / "online_retail" / "online_retail.parquet", folder / "warehouse.duckdb")
    write_settings(folder, "Online Retail", "GBP")
    opened = Shop(folder)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def figures(bench_data: Path) -> list[dict[str, object]]:
    known: list[dict[str, object]] = json.loads((bench_data / "online_retail" / "known_figures.json").read_text())
    return known


@pytest.mark.parametrize(("place", "question"), [(i, q) for i, asked in PHRASINGS.items() for q in asked])
def test_a_known_figure_comes_out_exactly(
    shop: Shop, figures: list[dict[str, object]], place: int, question: str
) -> None:
    known = figures[place]
    answer = Conversation(shop, shop.records.open_session("manager"), Limits(rate=None)).ask(question)
    value = float(str(known["value"]))
    wanted = [round(value, 2), round(100 * value, 2)] if known["unit"] == "share" else [round(value, 2)]
    written = [float(text.replace(",", "")) for text in re.findall(r"\d[\d,]*(?:\.\d+)?", answer.answer)]
    assert set(wanted) & set(written), f"{answer.answer!r} does not hold {wanted}"
    assert answer.grounded
    assert all(call.status == "ok" for call in answer.calls)
