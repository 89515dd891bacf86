"""How long a shop's questions take once it is fitted, and what the tools say of bad input.

    python -m benchmarks.questions --data DIR [--shop DIR] [--json FILE]

DIR holds online_retail.parquet. The file is imported as `ingest` does and every model is fitted as `fit` does (not
again where --shop names a fitted shop). Each tool about sales, customers, offers, prices and models is called twice:
the first call reads what it needs from disk, as in a new process, the second one is what a conversation feels. Then
small shops with bad input are imported, fitted and asked. Limits: 2 seconds a question, 4 minutes for the fit. Seconds
on the clock; those of the processor stand beside them, as they hold on a machine that is busy with other work, too.
"""

import argparse
import json
import logging
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from analytics.imports import ingest_online_retail
from assistant.building import fit_shop
from assistant.messages import ToolCall
from assistant.settings import write_settings
from assistant.shop import WAREHOUSE, Shop, open_shop
from assistant.toolbox import Context
from benchmarks.bad_input import CASES

MOST_SECONDS, MOST_FIT = 2.0, 240.0
CPU = "processor, all fits"
# tool -> arguments of each call; CUSTOMER and PRODUCT stand for one with many orders
QUESTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("sales_report", {"metric": "revenue", "period": "last month", "group_by": "country"}),
    ("sales_report", {"metric": "return_rate", "period": "2011", "group_by": "month"}),
    ("sales_report", {"metric": "customers", "period": "last quarter", "compare_to": "previous quarter"}),
    ("sales_trends", {}),
    ("forecast_sales", {"horizon": "next 4 weeks"}),
    ("forecast_sales", {"product": "PRODUCT", "horizon": "next 4 weeks"}),
    ("list_churn_risks", {"limit": 10}),
    ("churn_risk", {"customer": "CUSTOMER"}),
    ("customer_profile", {"customer": "CUSTOMER"}),
    ("segment_customers", {}),
    ("plan_promotion", {"goal": "win back customers we are losing"}),
    ("plan_promotion", {"goal": "offers that are due today"}),
    ("plan_promotion", {}),
    ("recommend_price", {"product": "PRODUCT"}),
    ("compare_prices", {"product": "PRODUCT"}),
    ("review_insights", {"product": "PRODUCT"}),
    ("model_scorecard", {}),
    ("model_scorecard", {"model": "fairness"}),
)


def main() -> None:
    """Reads the arguments, measures, prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with online_retail.parquet")
    parser.add_argument("--shop", type=Path, help="a fitted shop of the same data")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    given = parser.parse_args()
    logging.getLogger("analytics").setLevel(logging.ERROR)
    with _fitted(given.data, given.shop) as (folder, fits):
        asked = list(ask_all(folder))
    show(asked, fits)
    with tempfile.TemporaryDirectory() as place:
        bad = {name: case(Path(place) / name.replace(" ", "-")) for name, case in CASES.items()}
    print("\nBad input")
    for name, said in bad.items():
        print(f"- {name}:\n    " + "\n    ".join(said))
    if given.json:
        given.json.write_text(json.dumps({"fit": fits, "questions": asked, "bad input": bad}, indent=1))


@contextmanager
def _fitted(data: Path, shop: Path | None) -> Iterator[tuple[Path, dict[str, float]]]:
    """A shop folder, imported and fitted, with the seconds of each; one given is taken as it is."""
    if shop is not None:
        yield shop, {}
        return
    source = next((each for each in (data / "online_retail.parquet", data) if each.is_file()), None)
    if source is None:
        raise SystemExit(f"Expected online_retail.parquet in {data}, but there is none.")
    with tempfile.TemporaryDirectory() as place:
        folder, began = Path(place), time.monotonic()
        ingest_online_retail(source, folder / WAREHOUSE)
        write_settings(folder, "Gifts", "GBP")
        seconds = {"import": time.monotonic() - began}
        before = _processor()
        fits = {each.name: each.seconds for each in fit_shop(folder, lambda line: None)}
        yield folder, seconds | fits | {CPU: _processor() - before}


def _processor() -> float:
    """Seconds of the processor so far, those of ended child processes included."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def ask_all(folder: Path) -> Iterator[dict[str, Any]]:
    """Every question, with the seconds of its first call (in a freshly opened shop) and of the second."""
    with open_shop(folder) as shop:
        stand_ins = _stand_ins(shop)
    for tool, arguments in QUESTIONS:
        told = {name: stand_ins.get(value, value) for name, value in arguments.items()}
        with open_shop(folder) as shop:
            context = Context(shop, shop.records.open_session("manager"))
            seconds, used = [], []
            for _ in range(2):
                began, spent = time.perf_counter(), time.process_time()
                result = shop.toolbox.run(ToolCall(tool, told), context)[1]
                seconds.append(time.perf_counter() - began)
                used.append(time.process_time() - spent)
        yield {"tool": tool, "arguments": told, "status": result.status, "first": seconds[0], "first_cpu": used[0],
               "second": seconds[1], "headline": result.headline}  # fmt: skip


def _stand_ins(shop: Shop) -> dict[str, str]:
    lines = shop.history.lines
    return {
        "CUSTOMER": str(lines["customer_id"].value_counts().index[0]),
        "PRODUCT": str(lines["product_id"].value_counts().index[0]),
    }


def show(asked: list[dict[str, Any]], fits: dict[str, float]) -> None:
    """The tables for people."""
    if fits:
        of_models = sum(seconds for name, seconds in fits.items() if name not in ("import", CPU))
        parts = ", ".join(f"{name} {seconds:.1f}" for name, seconds in fits.items())
        print(f"Import and fit, seconds: {parts}")
        print(f"Fit in all: {of_models:.0f} s ({'within' if of_models <= MOST_FIT else 'OVER'} {MOST_FIT:.0f} s)")
    table = pd.DataFrame(
        [(each["tool"], ", ".join(map(str, each["arguments"].values())),
          *(each[name] for name in ("first", "first_cpu", "second", "status")), each["headline"][:70])
         for each in asked],
        columns=["tool", "asked", "first", "first, processor", "again", "status", "answer"],
    )  # fmt: skip
    print("\nSeconds of each question, first in a new process and again")
    print(table.to_string(index=False, float_format="%.2f"))
    for name, said in (
        ("first", "on the first call"),
        ("first_cpu", "of the processor"),
        ("second", "when asked again"),
    ):
        held = sum(each[name] <= MOST_SECONDS for each in asked)
        print(f"{held} of {len(asked)} questions within {MOST_SECONDS:.0f} s {said}")


if __name__ == "__main__":
    main()
