"""Forgets a customer: history, fitted models and records of a shop folder, and looks afterwards what is left.

Each part is replaced in one step, the history last but for the models that are fitted anew: a run that is broken off
leaves a whole shop and the next run (or `fit`) ends the work. What a shop imports from lies outside and is not touched.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from analytics.errors import NotFitted
from analytics.forgetting import forget_in_history, person_of
from analytics.model_store import ModelStore
from analytics.person import Person
from analytics.warehouse import build_lock
from assistant.board import BOARDS, Boards
from assistant.building import fit_again
from assistant.errors import WrongUse
from assistant.shop import MODELS, WAREHOUSE, open_shop
from assistant.traces import Trace, find_traces, names_person


@dataclass(frozen=True)
class Forgotten:
    """What was done and what is left.

    Attributes:
        removed: place -> rows, or models fitted anew.
        left: places that still name the person, none if all went well.
        person: whom; with what tells nobody alone.
    """

    person: Person
    removed: dict[str, int]
    left: tuple[Trace, ...]


def forget_customer(folder: Path, wanted: str, report: Callable[[str], None]) -> Forgotten:
    """Takes a customer out of everything in a shop folder.

    Args:
        folder: of the shop.
        wanted: customer id or e-mail address.
        report: takes a line of progress.

    Raises:
        WrongUse: nothing in the folder knows that customer.
        ShopNotFound: there is no shop in the folder.
        ShopBusy: another process is building in this folder.
    """
    with build_lock(folder):
        person = person_of(folder / WAREHOUSE, wanted)
        with open_shop(folder) as shop:
            if person is None and any(shop.records.export_customer(wanted).values()):
                person = Person(wanted, id_is_taken=True)  # signed in here, but never ordered
            if person is None:
                raise WrongUse(
                    f"Expected the id or e-mail address of a customer of the shop in {folder}, but nothing there knows "
                    f"{wanted!r}. Ask the manager's page for `top customers` to see how ids are written."
                )
            report("looking through the fitted models ...")
            named = [name for name in shop.models.names() if _names(shop.models, name, person)]
            report("records ...")
            removed = {f"records: {name}": count for name, count in shop.records.forget(person).items()}
            for name in named:
                shop.models.remove(name)
        removed |= _forget_tables(folder, person)
        pins = Boards(folder).forget(person)
        removed |= {f"{BOARDS}: pinned answers": pins} if pins else {}
        report("history ...")
        removed |= {f"history: {table}": n for table, n in forget_in_history(folder / WAREHOUSE, person).items()}
        if named:
            with open_shop(folder) as shop:
                fit_again(shop, named, report)
            removed |= {f"model fitted anew: {name}": 1 for name in named}
        report("searching every file ...")
        return Forgotten(person, removed, find_traces(folder, person))


def _names(models: ModelStore, name: str, person: Person) -> bool:
    """Whether a fitted model names the person; one that cannot be read may."""
    try:
        return names_person(models.load(name), person)
    except NotFitted:
        return True


def _forget_tables(folder: Path, person: Person) -> dict[str, int]:
    """Takes the person's rows out of tables beside the history (the demo shop's hidden truth)."""
    import os

    import pandas as pd

    counts = {}
    for file in sorted(folder.rglob("*.parquet")):
        frame = pd.read_parquet(file)
        if "customer_id" not in frame.columns or file.is_relative_to(folder / MODELS):
            continue
        theirs = frame["customer_id"].astype(str) == person.customer_id
        if theirs.any():
            building = file.with_name(f"{file.name}.building")
            frame[~theirs].to_parquet(building, index=False)
            os.replace(building, file)
            counts[str(file.relative_to(folder))] = int(theirs.sum())
    return counts
