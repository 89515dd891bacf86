"""What the imports brought and what the cleaning rules took: the account that `ingest` prints, as a tool."""

from assistant.messages import Fact, Table, ToolResult
from assistant.toolbox import Context, Tool, tool
from assistant.wording import listed, number


@tool(roles={"manager"})
def import_account(context: Context) -> ToolResult:
    """How many rows the imports read, kept and rejected, by cleaning rule: duplicates, missing prices and so on."""
    warehouse = context.shop.warehouse
    warehouse.require("imports", "record of an import (a simulated shop has none)")
    imports = warehouse.frame(warehouse.table("imports"))
    rejected = warehouse.table("rejected")
    counted = warehouse.frame(rejected.group_by("rule").aggregate(rows=rejected.count())).sort_values(
        "rows", ascending=False
    )
    read, kept = int(imports["rows_read"].sum()), int(imports["rows_kept"].sum())
    rules = [(str(rule), int(rows)) for rule, rows in counted.itertuples(index=False)]
    took = listed([f"{number(rows)} by the rule '{rule}'" for rule, rows in rules])
    return ToolResult(
        headline=f"The imports read {number(read)} rows and kept {number(kept)}"
        + (f"; rejected were {took}." if took else "; none was rejected."),
        facts=(
            Fact("rows read", read, "rows", number(read)),
            Fact("rows kept", kept, "rows", number(kept)),
            *(Fact(f"rows rejected: {rule}", rows, "rows", number(rows)) for rule, rows in rules),
        ),
        table=Table(("rule", "rows rejected"), tuple(rules)),
        notes=("Every rejected row is kept with its reason in the table `rejected`.",),
    )


TOOLS: tuple[Tool, ...] = (import_account,)
