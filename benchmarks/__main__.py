"""Runs every benchmark that is here, one after the other, and writes one page of results: `make bench`.

python -m benchmarks [--data DIR] [--out FILE] [--only NAME ...]
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

DATA = Path(os.environ.get("RETAIL_BENCH_DATA", "../shared/data"))
# name -> its arguments after the data folder; "" for those that need no data.
COMMANDS = {
    "search": "home_depot_search",
    "classify": "complete_journey",
    "reviews": "womens_clothing_reviews",
    "pictures": "images_grocery_store",
    "next_item": "seqrec",
    "next_basket": "next_basket",
    "churn": ".",
    "questions": "online_retail",
    "tau_retail": "tau_retail",
    "uplift": "hillstrom",
    "prices": "",
    "inventory": "inventory_stockpyl",
    "walmart": "walmart_store_sales",
    "m5_part": "m5",
    "forecast": "",
    "scale": "",
    "routing": "routing_cvrplib",
    "attacks": "",
    "scripted_customer": "",
    "policy": "",
    "crash": "",
    "load": "",
    "language": "",
}
ON_A_SHOP = frozenset({"scripted_customer", "policy"})


def main() -> int:
    """Runs them; the exit code is 1 where one failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--shop", type=Path, help="the demo shop, for the benchmarks that talk to it")
    parser.add_argument("--out", type=Path, default=Path("benchmark-results.md"))
    parser.add_argument("--only", nargs="*", choices=sorted(COMMANDS), default=sorted(COMMANDS))
    given = parser.parse_args()
    page, failed = [f"# Benchmarks, {time.strftime('%Y-%m-%d')}\n"], False
    for name in given.only:
        folder = given.data / COMMANDS[name] if COMMANDS[name] else None
        if name in ON_A_SHOP and given.shop is None:
            page.append(f"## {name}\n\nskipped: it needs the demo shop (--shop DIR)\n")
            continue
        if folder is not None and not folder.is_dir():
            page.append(f"## {name}\n\nskipped: its data is not at {folder}\n")
            continue
        command = [sys.executable, "-m", f"benchmarks.{name}", *(["--data", str(folder)] if folder else [])]
        command += ["--shop", str(given.shop)] if name in ON_A_SHOP else []
        print(" ".join(command), flush=True)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        failed |= done.returncode != 0
        page.append(f"## {name}\n\n```\n{done.stdout.strip() or done.stderr.strip()[-2000:]}\n```\n")
        print(page[-1], flush=True)
    given.out.write_text("\n".join(page), encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
