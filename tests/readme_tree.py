"""Writes the README's tree, one line per module, from the modules' docstrings: `python tests/readme_tree.py`."""

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("assistant", "retrieval", "analytics", "ui")
START, END = "<!-- tree -->", "<!-- end of tree -->"


def line_of(file: Path) -> str:
    """A module's line: its place and the first line of its docstring.

    Raises:
        ValueError: it has no docstring.
    """
    said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    if not said:
        raise ValueError(f"{file} needs a docstring that says what it does")
    shown = file.relative_to(ROOT).as_posix().removesuffix("/__init__.py")
    return f"{shown:44} {said.splitlines()[0]}"


def tree() -> str:
    """All lines."""
    return "\n".join(line_of(file) for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py")))


if __name__ == "__main__":
    readme = ROOT / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(START)
    readme.write_text(f"{before}{START}\n```\n{tree()}\n```\n{END}{rest.partition(END)[2]}", encoding="utf-8")
