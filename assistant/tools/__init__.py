"""The tools, one module per subject."""

from assistant.toolbox import Tool


def standard_tools() -> tuple[Tool, ...]:
    """Every tool that comes with the assistant."""
    from assistant.tools import calculation, catalog, customers, imports, orders, prices, sales, stock

    subjects = (catalog, orders, calculation, sales, stock, customers, prices, imports)
    return tuple(each for subject in subjects for each in subject.TOOLS)
