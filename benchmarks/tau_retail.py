"""tau2-bench retail through our own tools: gold actions replayed, and everything that its policy forbids refused.

    python -m benchmarks.tau_retail --data DIR [--tasks FILE] [--json FILE] [--skip-forbidden]

Each gold action becomes a call of our tool; a change is prepared, then carried out after a yes. What our records hold
is written out in the form of tau2's database and compared, whole, with the database after tau2's tools have played the
same actions. The published code gives every item of a change of several items the price and options of the last one;
the gold state gives each its own, and the count with that fault repeated ("literal") is printed beside it.

No language model takes part: this measures tools, rules and state, not dialogue.
"""

import argparse
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from analytics.imports.tau_retail import DATABASES, read_database
from assistant.shop import Shop
from benchmarks.tau_desk import Desk, Json, fresh_records, our_call, tau_shop
from benchmarks.tau_reference import WRITES, Reference
from benchmarks.tau_state import differences, digest, with_requests, written_out

TASKS = "tau2_tasks_train.json"
PUBLISHED = "tau2 leaderboard, dialogue with a language model, pass^1: gpt-4.1 74.0 %, gpt-5 81.6 %, claude-3.7 72.1 %"


@dataclass(frozen=True)
class Replay:
    """One task's gold actions played through our tools.

    Attributes:
        actions: how many; agreed: those that we grant where tau2's tool succeeds, and refuse where it fails.
        failing: those that tau2's tool refuses.
        differs: where our state is another than the gold state; empty: the same.
        literal: whether it also equals the state of the published code with its fault.
    """

    task: str
    actions: int
    agreed: int
    failing: int
    differs: tuple[str, ...]
    literal: bool

    @property
    def matched(self) -> bool:
        """Whether it ends in the gold state."""
        return not self.differs


def replay(shop: Shop, base: Json, database: Json, task: Json) -> Replay:
    """Plays a task's gold actions, each through our tools and through the reference."""
    fresh_records(shop)
    gold, literal = Reference(database), Reference(database, literal=True)
    desk = Desk(shop)
    agreed = failing = 0
    actions = (task.get("evaluation_criteria") or {}).get("actions") or []
    for action in actions:
        name, arguments = action["name"], action["arguments"]
        owner = gold.owner(arguments)
        if owner is not None and desk.session.customer_id != owner:
            desk = Desk(shop, owner)  # one customer a conversation, signed in as the shop's login would
        elif name.startswith("find_user") and desk.session.customer_id is not None:
            desk = Desk(shop)
        granted = _granted(desk, name, arguments, gold)
        literal.play(name, arguments)
        succeeds = gold.play(name, arguments)
        agreed += granted == succeeds
        failing += not succeeds
    state = with_requests(base, shop)
    return Replay(
        str(task["id"]),
        len(actions),
        agreed,
        failing,
        tuple(differences(state, gold.state())),
        digest(state) == digest(literal.state()),
    )


def _granted(desk: Desk, name: str, arguments: Json, gold: Reference) -> bool:
    def items_of(order_id: str) -> list[str]:
        return [str(each["item_id"]) for each in gold.orders.get(order_id, {}).get("items", ())]

    result = desk.call(*our_call(name, arguments, items_of))
    if name in WRITES and result.status == "needs_confirmation":
        result = desk.yes()
    return result.status == "ok"


def read_tasks(file: Path) -> list[Json]:
    """The tasks as published: a list, or an object with "tasks"."""
    content: Any = json.loads(file.read_text(encoding="utf-8"))
    tasks = content.get("tasks") if isinstance(content, dict) else content
    if not isinstance(tasks, list) or not all(isinstance(each, dict) and "id" in each for each in tasks):
        raise SystemExit(f"Expected a list of tau2 tasks in {file}; it is something else. Give a tasks.json of tau2.")
    return tasks


def figures_of(replays: list[Replay]) -> Json:
    """Totals for the table and the JSON file."""
    return {
        "tasks": len(replays),
        "matched": sum(each.matched for each in replays),
        "matched_literal": sum(each.literal for each in replays),
        "actions": sum(each.actions for each in replays),
        "actions_agreed": sum(each.agreed for each in replays),
        "actions_that_must_fail": sum(each.failing for each in replays),
        "mismatches": {each.task: list(each.differs) for each in replays if each.differs},
        "literal_mismatches": [each.task for each in replays if not each.literal],
    }


def show(figures: Json) -> None:
    """Prints the table."""
    print(f"{'gold action lists that end in the gold state':<58}{figures['matched']}/{figures['tasks']}")
    told = f"{figures['matched_literal']}/{figures['tasks']}"
    which = f" (not: {', '.join(figures['literal_mismatches'])})" if figures["literal_mismatches"] else ""
    print(f"{'  the same with the fault of the published code repeated':<58}{told}{which}")
    print(f"{'actions granted or refused as tau2 does':<58}{figures['actions_agreed']}/{figures['actions']}")
    print(f"{'  of these, actions that must fail':<58}{figures['actions_that_must_fail']}")
    for task, found in figures["mismatches"].items():
        print(f"  task {task}: {'; '.join(found[:5])}")
    forbidden = figures.get("forbidden")
    if forbidden:
        print(f"\n{'what the policy forbids, by kind':<58}{'refused':<12}state unchanged")
        for kind, each in forbidden["kinds"].items():
            print(f"  {kind:<56}{each['refused']}/{each['cases']:<9}{each['unchanged']}/{each['cases']}")
        print(
            f"{'  all':<58}{forbidden['refused']}/{forbidden['cases']:<9}{forbidden['unchanged']}/{forbidden['cases']}"
        )
        for line in forbidden["failures"][:20]:
            print(f"  not refused: {line}")
    print(f"\nFor orientation only (it measures whole dialogues, not tools): {PUBLISHED}")


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with tau2's database and policy")
    parser.add_argument("--tasks", type=Path, help=f"tasks to replay; left out: {TASKS} of that folder")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--skip-forbidden", action="store_true", help="only the replay")
    given = parser.parse_args()
    tasks = read_tasks(given.tasks or given.data / TASKS)
    database = read_database(next(given.data / each for each in DATABASES if (given.data / each).exists()))
    start = time.perf_counter()
    with tau_shop(given.data) as shop:
        base = written_out(shop)
        lossy = differences(base, database)
        if lossy:
            print(f"The import differs from the source in {len(lossy)} places: {'; '.join(lossy[:3])}")
        replays = [replay(shop, base, database, task) for task in tasks]
        figures = figures_of(replays) | {"import_differences": len(lossy)}
        if not given.skip_forbidden:
            from benchmarks.tau_forbidden import forbidden_set

            figures["forbidden"] = forbidden_set(shop, base, database)
    figures["seconds"] = round(time.perf_counter() - start, 1)
    show(figures)
    print(f"{figures['seconds']:.0f} s")
    if given.json:
        figures["replays"] = [asdict(each) for each in replays]
        given.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    forbidden = figures.get("forbidden")
    passed = figures["matched"] == figures["tasks"] and not lossy
    return 0 if passed and (not forbidden or not forbidden["failures"]) else 1


if __name__ == "__main__":
    raise SystemExit(main())
