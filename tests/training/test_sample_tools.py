"""The ten sample plugin tools: whole, told apart from the built-in ones, and each message's own call really runs."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from fixed_router import FixedRouter
from service_shop import write_warehouse
from test_evaluation import ByMessage

from assistant.plugins import FEWEST_EXAMPLES
from assistant.settings import write_settings
from assistant.shop import Shop
from assistant.toolbox import Context
from assistant.tools import standard_tools
from assistant.training import evaluation_plugins
from assistant.training.evaluation import own_records
from assistant.training.evaluation_plugins import added, measure_plugins, read_plugin_phrasings
from assistant.training.phrasings import Phrasing, Turn
from assistant.training.sample_tools import TOOLS


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    write_warehouse(tmp_path / "warehouse.duckdb")
    write_settings(tmp_path, "Corner Shop", "GBP", "2024-06-30")
    opened = Shop(tmp_path)
    yield opened
    opened.close()


def test_ten_tools_with_five_examples_and_eight_other_messages_each() -> None:
    assert len(TOOLS) == 10
    assert not {tool.name for tool in TOOLS} & {tool.name for tool in standard_tools()}
    assert all(len(set(tool.examples)) >= FEWEST_EXAMPLES for tool in TOOLS)
    phrasings = read_plugin_phrasings()
    assert Counter(each.call.name for each in phrasings) == {tool.name: 8 for tool in TOOLS}
    examples = {example.lower() for tool in TOOLS for example in tool.examples}
    assert not examples & {each.text.lower() for each in phrasings}


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_messages_own_call_runs(shop: Shop, tool: object) -> None:
    with added(shop, TOOLS):
        for phrasing in read_plugin_phrasings():
            if phrasing.call.name == getattr(tool, "name", ""):
                session = shop.records.open_session(phrasing.role)
                call, result = shop.toolbox.run(phrasing.call, Context(shop, session))
                assert (result.status, call.arguments) == ("ok", phrasing.call.arguments), phrasing.text
    assert getattr(tool, "name", "") not in shop.toolbox.tools  # taken out again


def test_found_called_and_stolen_are_counted(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    phrasings = read_plugin_phrasings()[:3]
    monkeypatch.setattr(evaluation_plugins, "read_plugin_phrasings", lambda: phrasings)
    first, second = phrasings[0], phrasings[1]
    routed = {first.text: first.call.name, second.text: second.call.name, "my orders please": "gift_wrap_price"}
    shop.__dict__["router"] = FixedRouter(routed)
    wrong = second.call.arguments | {"style": "box"}
    shop.__dict__["language"] = ByMessage(
        {first.text: first.call, second.text: type(second.call)(second.call.name, wrong)}
    )
    own = Phrasing("0", frozenset({"customer"}), (Turn("my orders please", ()),), "plain")
    with own_records(shop):
        measured = measure_plugins(shop, [own], {}, lambda line: None)
    assert measured["messages"] == 3
    assert measured["added tool found"]["right"] == 2
    assert measured["added tool found and called rightly"]["right"] == 1
    assert measured["built-in tools' messages taken by an added tool"]["right"] == 1
    assert measured["right tool without added tools"]["right"] == 1  # no tool, as it should be
    assert measured["right tool with added tools"]["right"] == 0
