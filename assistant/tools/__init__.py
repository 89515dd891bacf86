"""The tools, one module per subject."""

from assistant.toolbox import Tool


def standard_tools() -> tuple[Tool, ...]:
    """Every tool that comes with the assistant."""
    from assistant.tools import catalog, customers, imports, orders, prices, sales, stock

    return (*catalog.TOOLS, *orders.TOOLS, *sales.TOOLS, *stock.TOOLS, *customers.TOOLS, *prices.TOOLS, *imports.TOOLS)
