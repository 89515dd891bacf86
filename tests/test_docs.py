"""The README is true: every command, package file and setting that it should name is there."""

import argparse
from dataclasses import fields

import pytest
from readme_tree import PACKAGES, ROOT, line_of

from assistant import cli, settings

README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    """The commands of the command line."""
    actions = cli._parser()._actions
    return [name for each in actions if isinstance(each, argparse._SubParsersAction) for name in each.choices]


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"retail-assistant {command}" in README


@pytest.mark.parametrize("package", PACKAGES)
def test_the_tree_names_every_module_with_its_docstrings_first_sentence(package: str) -> None:
    for file in sorted((ROOT / package).rglob("*.py")):
        assert line_of(file) in README, "the README's tree is not up to date: run `python tests/readme_tree.py`"


@pytest.mark.parametrize("section", ["language", "embeddings", "vectors", "records"])
def test_every_section_of_shop_toml_is_shown(section: str) -> None:
    assert section in {each.name for each in fields(settings.ShopSettings)}
    assert f"[{section}]" in README
