"""Tools of a plugin module: read from the shop folder, offered and run like the assistant's own; mistakes are told."""

import re
from pathlib import Path

import pytest
from service_shop import write_warehouse

from assistant.errors import ShopNotFound
from assistant.messages import ToolCall
from assistant.plugins import with_plugins
from assistant.settings import read_settings
from assistant.shop import Shop
from assistant.toolbox import Context
from assistant.tools import standard_tools

PLUGIN = '''
from assistant.messages import Fact, ToolResult
from assistant.toolbox import Context, tool


@tool(
    roles={"customer"},
    examples=("how much is wrapping", "wrap it for me", "gift wrap price", "cost of a bow", "wrapping for 3"),
)
def gift_wrap_price(context: Context, quantity: int = 1) -> ToolResult:
    """What gift wrapping costs.

    Args:
        quantity: how many presents.
    """
    price = Fact("price", 2 * quantity, "GBP", "")
    return ToolResult(f"Wrapping {quantity} costs {2 * quantity} pounds.", facts=(price,))
'''


def shop(folder: Path, plugin: str, *, settings: str = 'plugins = ["gifts.py"]') -> Shop:
    write_warehouse(folder / "warehouse.duckdb")
    (folder / "gifts.py").write_text(plugin)
    (folder / "shop.toml").write_text(f'name = "Corner Shop"\ncurrency = "GBP"\nas_of = "2024-06-30"\n{settings}\n')
    return Shop(folder)


def test_a_plugins_tool_is_offered_to_its_role_and_runs(tmp_path: Path) -> None:
    opened = shop(tmp_path, PLUGIN)
    tool = opened.toolbox.tools["gift_wrap_price"]
    assert tool.parameters["properties"]["quantity"] == {"type": "integer", "description": "how many presents."}
    assert "gift_wrap_price" in opened.toolbox.permitted("customer")
    assert "gift_wrap_price" not in opened.toolbox.permitted("manager")
    session = opened.records.open_session("customer")
    call, result = opened.toolbox.run(ToolCall(tool.name, {"quantity": "3"}), Context(opened, session))
    assert (call.arguments, result.headline) == ({"quantity": 3}, "Wrapping 3 costs 6 pounds.")
    opened.close()


def test_without_plugins_the_tools_are_the_assistants_own(tmp_path: Path) -> None:
    opened = shop(tmp_path, PLUGIN, settings="")
    assert set(opened.toolbox.tools) == {tool.name for tool in standard_tools() if tool.needs is None}
    opened.close()


def test_an_importable_module_is_a_plugin_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "company_wraps.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "gift_wrap_price" in with_plugins((), ["company_wraps"], tmp_path).tools


@pytest.mark.parametrize(
    ("plugin", "said"),
    [
        ("x = 1", "at least one tool"),
        ("this is no python", "SyntaxError"),
        ("import a_package_that_is_nowhere", "a_package_that_is_nowhere"),
        (PLUGIN.replace(', "wrapping for 3"', ""), "there are 4"),
        (PLUGIN.replace("gift_wrap_price(", "view_cart("), "Two tools are called view_cart"),
        (re.sub('""".*"""', "pass", PLUGIN, flags=re.DOTALL), "needs a docstring"),
        (PLUGIN.replace("quantity: how many presents.", ""), "describe the argument quantity"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_told(tmp_path: Path, plugin: str, said: str) -> None:
    opened = shop(tmp_path, plugin)
    with pytest.raises(ShopNotFound, match=said):
        opened.toolbox  # noqa: B018


def test_a_plugin_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ShopNotFound, match=r"no file .*missing\.py"):
        with_plugins((), ["missing.py"], tmp_path)


@pytest.mark.parametrize("value", ['"gifts.py"', "[1]", "true"])
def test_plugins_are_a_list_of_names(tmp_path: Path, value: str) -> None:
    (tmp_path / "shop.toml").write_text(f'name = "A"\nplugins = {value}\n')
    with pytest.raises(ShopNotFound, match="plugins cannot be"):
        read_settings(tmp_path)
