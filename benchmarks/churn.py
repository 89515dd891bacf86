"""Who comes back, who leaves, what to expect of each customer: our methods beside the published figures.

    python -m benchmarks.churn --data DIR --set cdnow|telco|online_retail|all [--json FILE]

DIR holds the set's parquet files, or the folders churn_cdnow, churn_telco and online_retail.
"""

import argparse
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks import churn_cdnow, churn_online_retail, churn_telco

SETS: dict[str, tuple[str, Callable[[Path], tuple[dict[str, dict[str, float]], dict[str, Any]]]]] = {
    "cdnow": ("churn_cdnow", churn_cdnow.measure),
    "telco": ("churn_telco", churn_telco.measure),
    "online_retail": ("online_retail", churn_online_retail.measure),
}


def main() -> None:
    """Reads the arguments, measures, prints a table per set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with the data")
    parser.add_argument("--set", choices=[*SETS, "all"], default="all")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    given = parser.parse_args()
    logging.getLogger("analytics").setLevel(logging.ERROR)
    written = {}
    for name in SETS if given.set == "all" else [given.set]:
        folder, measure = SETS[name]
        inside = given.data / folder
        table, rest = measure(inside if inside.is_dir() else given.data)
        print(f"\n{name}: {rest.pop('protocol')}")
        print(pd.DataFrame(table).T.to_string(float_format="%.4f", na_rep=""))
        for said, value in rest.items():
            print(f"{said}: {value}")
        written[name] = {"methods": table} | rest
    if given.json:
        given.json.write_text(json.dumps(written if given.set == "all" else written[given.set], indent=1))


if __name__ == "__main__":
    main()
