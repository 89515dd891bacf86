"""Reads the tools that a shop adds: modules named in `shop.toml`, each with functions made tools. Knows no tool.

plugins = ["gift_tools.py", "my_company.assistant_tools"]

A name that ends in .py is a file in the shop folder, any other an importable module. Their code runs as the assistant's
own does: name only modules that the shop trusts.
"""

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from assistant.errors import ShopNotFound
from assistant.toolbox import Tool, Toolbox

FEWEST_EXAMPLES = 5


def with_plugins(tools: Sequence[Tool], named: Sequence[str], folder: Path) -> Toolbox:
    """The toolbox of the assistant's own tools and those of the named modules.

    Raises:
        ShopNotFound: a module cannot be read, holds no tool, or a tool lacks examples or takes another one's name.
    """
    every = list(tools)
    for name in named:
        found = _tools_of(_module(name, folder), name)
        every += found
    try:
        return Toolbox.of(every)
    except ValueError as twice:
        raise ShopNotFound(f"The plugins of this shop cannot be used: {twice}") from twice


def _module(name: str, folder: Path) -> ModuleType:
    try:
        if not name.endswith(".py"):
            return importlib.import_module(name)
        file = folder / name
        spec = importlib.util.spec_from_file_location(f"shop_plugin_{file.stem}", file)
        if spec is None or spec.loader is None or not file.is_file():
            raise ImportError(f"there is no file {file}")
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module  # type hints of its functions are looked up there
        spec.loader.exec_module(module)
    except Exception as broken:  # a module of somebody else's may fail in any way
        raise ShopNotFound(
            f"Expected a module of tools named {name!r} (plugins in shop.toml), but it cannot be read: "
            f"{type(broken).__name__}: {broken}. Mend it, or take it out of the list."
        ) from broken
    return module


def _tools_of(module: ModuleType, name: str) -> list[Tool]:
    found = list({each.name: each for each in vars(module).values() if isinstance(each, Tool)}.values())
    if not found:
        raise ShopNotFound(
            f"Expected at least one tool in the plugin {name!r}, but there is none: put @tool(roles=..., examples=...) "
            "from assistant.toolbox above a function (context, ...) -> ToolResult with a docstring."
        )
    for each in found:
        if len(each.examples) < FEWEST_EXAMPLES:
            raise ShopNotFound(
                f"Expected at least {FEWEST_EXAMPLES} example phrasings for the tool {each.name} of the plugin "
                f"{name!r}; there are {len(each.examples)}. They are how it is found: add examples=(...) to its @tool."
            )
    return found
