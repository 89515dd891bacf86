"""What an import read, kept and rejected, as a record and as text. Knows no source and no rule by name."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analytics.warehouse import Warehouse

Progress = Callable[[str, float], None]
"""Called with the step in words and the share that is done, 0 to 1."""


def silent(step: str, done: float) -> None:
    """A progress that shows nothing."""


@dataclass(frozen=True)
class RuleCount:
    """How many source rows one cleaning rule took."""

    rule: str
    rows: int


@dataclass(frozen=True)
class ImportAccount:
    """The account of one import: rows read = rows kept + the rows of every rule.

    Attributes:
        source: what kind of source ("online retail", or the name in map.toml).
        files: the files that were read.
        rules: the rules that took rows, the largest first.
        tables: warehouse table -> its rows after the import.
    """

    source: str
    files: tuple[Path, ...]
    rows_read: int
    rows_kept: int
    rules: tuple[RuleCount, ...]
    tables: dict[str, int]

    def rejected_by(self, rule: str) -> int:
        """Rows that `rule` took; 0 where it took none."""
        return next((each.rows for each in self.rules if each.rule == rule), 0)

    def __str__(self) -> str:
        names = ", ".join(file.name for file in self.files)
        lines = [f"Imported {self.source}: {names}", f"{self.rows_read:>12,}  rows read"]
        lines += [f"{each.rows:>12,}  rejected: {each.rule}" for each in self.rules]
        lines += [f"{self.rows_kept:>12,}  rows kept", "The shop now holds:"]
        lines += [f"{rows:>12,}  {table.replace('_', ' ')}" for table, rows in self.tables.items() if rows]
        if self.rules:
            lines.append("Every rejected row is kept with its reason in the table `rejected`.")
        return "\n".join(lines)


def recorded_rejections(warehouse: Warehouse) -> tuple[RuleCount, ...]:
    """The rows that every rule took over all imports of this shop, a row imported twice counted once."""
    rejected: Any = warehouse.table("rejected")
    counts = warehouse.frame(rejected.group_by("rule").aggregate(rows=rejected.count()))
    ordered = counts.sort_values(["rows", "rule"], ascending=[False, True])
    return tuple(RuleCount(str(rule), int(rows)) for rule, rows in zip(ordered["rule"], ordered["rows"], strict=True))
