"""The arrows of the house: ui -> assistant -> retrieval | analytics, and never back."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ALLOWED = {
    "analytics": set(),
    "retrieval": set(),
    "assistant": {"analytics", "retrieval"},
    "ui": {"assistant"},
}


def imported_packages(file: Path) -> set[str]:
    """The top-level names that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("package", ALLOWED)
def test_packages_import_downwards_only(package: str) -> None:
    files = list((ROOT / package).rglob("*.py"))
    assert files
    for file in files:
        others = imported_packages(file) & set(ALLOWED) - {package}
        assert others <= ALLOWED[package], f"{file.relative_to(ROOT)} imports {others - ALLOWED[package]}"


def test_the_reader_sees_imports(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text("import assistant.shop\nfrom ui import page\n")
    assert imported_packages(file) == {"assistant", "ui"}
