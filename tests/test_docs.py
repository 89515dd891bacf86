"""The README is true: every command, package file and setting that it should name is there."""

import argparse
import ast
from dataclasses import fields
from pathlib import Path

import pytest

from assistant import cli, settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PACKAGES = ("assistant", "retrieval", "analytics", "ui")


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
        said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
        assert said, f"{file} needs a docstring that says what it does"
        line = said.splitlines()[0]
        if file.name == "__init__.py" and file.parent.name == package:
            continue
        shown = file.relative_to(ROOT).as_posix().removesuffix("/__init__.py")
        assert f"{shown:44} {line}".rstrip() in README, (
            f"the README's tree lacks '{shown}' as its docstring has it: run `python -m tests.test_docs`"
        )


@pytest.mark.parametrize("section", ["language", "embeddings", "vectors", "records"])
def test_every_section_of_shop_toml_is_shown(section: str) -> None:
    assert section in {each.name for each in fields(settings.ShopSettings)}
    assert f"[{section}]" in README


def tree() -> str:
    """The tree of the README."""
    lines = []
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
            shown = file.relative_to(ROOT).as_posix().removesuffix("/__init__.py")
            lines.append(f"{shown:44} {said.splitlines()[0] if said else ''}".rstrip())
    return "\n".join(lines)


if __name__ == "__main__":
    start, end = "<!-- tree -->", "<!-- end of tree -->"
    before, _, rest = README.partition(start)
    (ROOT / "README.md").write_text(
        f"{before}{start}\n```\n{tree()}\n```\n{end}{rest.partition(end)[2]}", encoding="utf-8"
    )
