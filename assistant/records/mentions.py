"""Takes a person's name, address and number out of what others said and did: managers' turns, audit lines, summaries.

What belongs to the person's own conversations is deleted by `upkeep`. Knows only the tables.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Table, select, update

from analytics.person import FORGOTTEN, Person
from assistant.records import schema
from assistant.records.upkeep import erasing

_TABLES: Final[tuple[tuple[Table, tuple[str, ...]], ...]] = (
    (schema.turns, ("question", "answer")),
    (schema.audit, ("arguments", "before", "after")),
    (schema.hand_offs, ("reason", "summary")),
    (schema.requests, ("payload",)),
    (schema.pending_actions, ("payload",)),
    (schema.conversations, ("preferences",)),
)
_IDS: Final = ("customer", "customer_id")


def erase_mentions(connection: Connection, person: Person, now: datetime) -> dict[str, int]:
    """Masks the person wherever they are named.

    Returns:
        Rows changed, by table.
    """
    counts = {}
    with erasing(connection, "erasure on a customer's wish", now):
        for table, columns in _TABLES:
            counts[table.name] = sum(_mask_row(connection, table, columns, row, person)
                                     for row in connection.execute(select(table)).all())  # fmt: skip
    return {name: count for name, count in counts.items() if count}


def _mask_row(connection: Connection, table: Table, columns: tuple[str, ...], row: Any, person: Person) -> bool:
    held = row._mapping
    masked = {name: _masked(held[name], person) for name in columns}
    changed = {name: value for name, value in masked.items() if value != held[name]}
    if changed:
        key = list(table.primary_key)[0]
        connection.execute(update(table).where(key == held[key.name]).values(**changed))
    return bool(changed)


def _masked(value: Any, person: Person, key: str = "") -> Any:
    """Every text inside a JSON value masked; an id in its own field also where a product has the same number."""
    if isinstance(value, str):
        return FORGOTTEN if key in _IDS and value == person.customer_id else person.masked(value)
    if isinstance(value, dict):
        return {name: _masked(each, person, str(name)) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(each, person) for each in value]
    return value
