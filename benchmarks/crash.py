"""Kills the process with SIGKILL at random points of many confirmed changes: nothing may be lost, nothing doubled.

A child works through the orders of a small shop with the real tools: it prepares a change, keeps it as the session's
pending action, carries it out as after a yes, and acknowledges it. The parent kills the child at random points, also in
the midst of a transaction, and starts it again where the acknowledgements end, as a person would who says yes again.

    python -m benchmarks.crash [--writes 200] [--seed 1] [--json FILE]

Needs a system with fork (Linux, macOS); no data.
"""

import argparse
import json
import os
import random
import signal
import sqlite3
import tempfile
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ibis  # noqa: F401  loaded once here, so that each child starts warm
from sqlalchemy import text

from analytics.columns import TABLES
from analytics.warehouse import Warehouse, rebuild
from assistant.messages import ToolCall, Write
from assistant.records import Records
from assistant.toolbox import Context, Toolbox
from assistant.tools.orders import TOOLS, carry_out

AS_OF = date(2024, 6, 30)
CUSTOMERS = 20
_WRITES_PER_LIFE = 6  # a child is killed after 0 to this many acknowledged writes ...
_WRITE_SECONDS = 0.15  # ... and up to this long into the next one


@dataclass(frozen=True)
class Outcome:
    """What was found in the end. Right is: requests, events and audit lines all equal `writes`, the rest 0.

    Attributes:
        kills: children killed; `kills_in_a_change`: those that left a change prepared but not carried out.
        lost: acknowledged changes that the records do not hold.
        doubled: orders changed more than once, or events or audit lines beyond one per change.
        half: changes without their event or audit line, or whose pending action was left behind.
    """

    writes: int
    kills: int
    kills_in_a_change: int
    requests: int
    events: int
    audit_lines: int
    lost: int
    doubled: int
    half: int
    intact: bool
    seconds: float

    @property
    def passed(self) -> bool:
        """Nothing lost, doubled or half done."""
        exact = self.requests == self.events == self.audit_lines == self.writes
        return exact and self.intact and not (self.lost or self.doubled or self.half)


def run(writes: int, seed: int, folder: Path) -> Outcome:
    """Carries out the changes under fire and counts what is there afterwards."""
    chance = random.Random(seed)
    start = time.perf_counter()
    _in_child(lambda: _write_shop(folder / "warehouse.duckdb", writes))
    acknowledged = kills = amid = 0
    while acknowledged < writes:
        allowed = chance.randint(0, _WRITES_PER_LIFE)
        done, killed = _one_life(folder, acknowledged, writes, allowed, chance.uniform(0, _WRITE_SECONDS))
        acknowledged, kills, amid = acknowledged + done, kills + killed, amid + _waiting(folder)
    return _count(folder, writes, (kills, amid), time.perf_counter() - start)


def _one_life(folder: Path, first: int, writes: int, allowed: int, delay: float) -> tuple[int, int]:
    """Lets a child work until it has acknowledged `allowed` writes, then kills it `delay` seconds later."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _die_after(lambda: _work(folder, first, writes, writer))
    os.close(writer)
    seen = os.read(reader, 1)  # the child has opened the shop
    while seen and seen.count(b"+") < allowed:
        more = os.read(reader, 64)
        if not more:
            break
        seen += more
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    while more := os.read(reader, 64):  # acknowledged before the shot
        seen += more
    os.close(reader)
    if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status):
        raise RuntimeError("The working process failed; its error is above.")
    return seen.count(b"+"), int(os.WIFSIGNALED(status))


def _work(folder: Path, first: int, writes: int, acknowledge: int) -> None:
    """One change for each order that has none yet; a byte for each that is done."""
    shop = _open_shop(folder)
    toolbox = Toolbox.of(TOOLS)
    os.write(acknowledge, b".")
    for number in range(first, writes):
        if not shop.records.requests(subject=f"order:{1000 + number}"):
            session = shop.records.open_session("customer", f"C{number % CUSTOMERS}", f"crash-{number}")
            context = Context(shop, session)
            if session.pending is None:
                session.pending = _prepared(toolbox, context, number)
                shop.records.save_session(session)
            write = session.pending
            for _ in range(1 + number % 2):  # every other yes is sent twice
                result = carry_out(context, write)
                if result.status != "ok":
                    raise RuntimeError(result.headline)
        os.write(acknowledge, b"+")


def _prepared(toolbox: Toolbox, context: Context, number: int) -> Write:
    order_id = str(1000 + number)
    name, arguments = (
        ("cancel_order", {"order_id": order_id}),
        ("start_return", {"order_id": order_id, "items": ["2 mugs"]}),
        ("change_address", {"order_id": order_id, "address": f"{number} Low Street, Leeds, LS1 1AA"}),
    )[number % 3]
    _, result = toolbox.run(ToolCall(name, arguments), context)
    if result.write is None:
        raise RuntimeError(result.headline)
    return result.write


def _waiting(folder: Path) -> int:
    """Changes prepared and not carried out yet: at most the one that the shot interrupted."""
    with closing(sqlite3.connect(folder / "service.sqlite")) as connection:
        try:
            return int(connection.execute("select count(*) from pending_actions").fetchone()[0])
        except sqlite3.OperationalError:  # shot before the tables were there
            return 0


def _count(folder: Path, writes: int, kills: tuple[int, int], seconds: float) -> Outcome:
    records = Records(f"sqlite:///{folder}/service.sqlite")
    keys = [each.idempotency_key for each in records.requests()]
    subjects = [each.subject for each in records.requests()]
    events = [each.body["key"] for each in records.outbox()]
    audited = [each.arguments["key"] for each in records.audit_trail() if each.tool == "carry_out"]
    with records._database.read() as connection:
        intact = connection.execute(text("pragma integrity_check")).scalar_one() == "ok"
    records.close()
    lost = [number for number in range(writes) if f"order:{1000 + number}" not in subjects]
    doubled = sum(len(each) - len(set(each)) for each in (keys, subjects, events, audited))
    half = len(set(keys) ^ set(events)) + len(set(keys) ^ set(audited)) + _waiting(folder)
    return Outcome(writes, *kills, len(keys), len(events), len(audited), len(lost), doubled, half, intact, seconds)


def _open_shop(folder: Path) -> Any:
    warehouse = Warehouse(folder / "warehouse.duckdb")
    records = Records(f"sqlite:///{folder}/service.sqlite")
    return SimpleNamespace(
        warehouse=warehouse, records=records, as_of=AS_OF, currency="GBP", policies_folder=folder / "policies"
    )


def _write_shop(path: Path, orders: int) -> None:
    """Orders without dispatch information, so that every change is permitted."""
    with rebuild(path) as connection:

        def insert(table: str, **values: Any) -> None:
            row = [values.get(column) for column in TABLES[table]]
            connection.execute(f"insert into {table} values ({', '.join('?' * len(row))})", row)

        insert("products", product_id="P1", title="Blue Mug", price=4.0, merchandise=True)
        for number in range(orders):
            order_id, when = str(1000 + number), "2024-06-25"
            insert("orders", order_id=order_id, customer_id=f"C{number % CUSTOMERS}", ordered_at=when, kind="sale")
            insert("order_lines", order_id=order_id, line_number=1, product_id="P1", quantity=6, unit_price=4.0)


def _in_child(work: Any) -> None:
    """Runs in a child, so that no thread of DuckDB lives in the process that forks."""
    child = os.fork()
    if child == 0:
        _die_after(work)
    if os.waitpid(child, 0)[1]:
        raise RuntimeError("The shop could not be written; the error is above.")


def _die_after(work: Any) -> None:
    """Ends a forked child without running the parent's exit handlers."""
    code = 1
    try:
        work()
        code = 0
    except BaseException:  # a child must never return into the parent's code
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--writes", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(options.writes, options.seed, Path(folder))
    figures = {**asdict(outcome), "passed": outcome.passed}
    for name, value in figures.items():
        shown = f"{value:.1f}" if isinstance(value, float) else value
        print(f"{name.replace('_', ' '):<20}{shown}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))
    return 0 if outcome.passed else 1


if __name__ == "__main__":
    raise SystemExit(main())
