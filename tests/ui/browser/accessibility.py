"""Asks axe-core what a person with a keyboard or a screen reader would stumble over on a page."""

from typing import Any

_GRAVE = ("serious", "critical")


def grave_findings(page: Any, within: str | None = None) -> list[str]:
    """The serious and critical findings, one line each: rule, what is wrong, and where.

    Args:
        page: an open page.
        within: a CSS selector; None: the whole page.
    """
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context=within).response["violations"]
    grave = [each for each in found if each["impact"] in _GRAVE]
    return [f"{each['id']} ({each['impact']}): {each['help']}: {_places(each['nodes'])}" for each in grave]


def _places(nodes: list[dict[str, Any]]) -> str:
    return "; ".join(node["html"][:160] for node in nodes[:4])
