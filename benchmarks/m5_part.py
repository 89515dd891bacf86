"""Daily sales of 1,437 food items of one store, 28 days ahead: every method on the M5 competition's last window.

    python -m benchmarks.m5_part --data DIR [--json FILE] [--series N] [--kept DIR]

DIR holds foods_ca1_train_d1_d1941.parquet, test_all_stores_d1942_d1969.parquet and calendar.parquet. RMSSE of each
item, unweighted mean: errors over the test days against the mean squared step from an item's first sale on. Known
ahead are the calendar's events and the days on which SNAP benefits are paid.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from analytics.forecasting.panel import Floats, Panel
from benchmarks.forecasting_table import arguments, candidates, measure, show, some

HORIZON, STORE = 28, "CA_1"
PUBLISHED = {  # mean over all stores and products (level 12), WRMSSE: a neighbourhood, not a rank
    "ES_bu (level 12, all stores)": 0.915,
    "winner (level 12, all stores)": 0.884,
}


def main() -> int:
    """Reads the arguments, measures, prints the table."""
    given = arguments(__doc__ or "", lambda parser: parser.add_argument("--data", type=Path, required=True))
    panel = some(read(given.data), given.series)
    origins = np.full(len(panel.keys), panel.periods - HORIZON)
    result = measure(panel, origins, HORIZON, "RMSSE", candidates(even=True, rounds=250, kept=given.kept))
    result.notes += [f"published WRMSSE: {name} {value}" for name, value in PUBLISHED.items()]
    show(result, given.json, {"published": PUBLISHED})
    return 0


def read(folder: Path) -> Panel:
    """Training and test days of every item as one panel; the group is the item's department."""
    train = pd.read_parquet(folder / "foods_ca1_train_d1_d1941.parquet")
    test = pd.read_parquet(folder / "test_all_stores_d1942_d1969.parquet")
    test = test[test["store_id"].astype(str).eq(STORE) & test["item_id"].isin(train["item_id"].astype(str).unique())]
    columns = ["item_id", "dept_id", "d", "sales"]
    both = pd.concat([train[columns].astype({"item_id": str, "dept_id": str}), test[columns].astype({"item_id": str})])
    wide = both.pivot(index="item_id", columns="d", values="sales")
    departments = both.drop_duplicates("item_id").set_index("item_id")["dept_id"].astype(str).reindex(wide.index)
    calendar = pd.read_parquet(folder / "calendar.parquet").set_index("d")
    dates = pd.DatetimeIndex(calendar["date"].reindex(wide.columns))
    return Panel(
        keys=tuple(wide.index),
        freq="D",
        dates=dates,
        values=_since_first_sale(wide.to_numpy(float)),
        groups={"department": pd.factorize(departments, sort=True)[0]},
        known=_known(calendar.reindex(wide.columns), len(wide)),
    )


def _since_first_sale(values: Floats) -> Floats:
    """Days before an item was first sold are unknown: it was not on the shelf."""
    begun = np.cumsum(values > 0, axis=1) > 0
    return np.where(begun, values, np.nan)


def _known(calendar: pd.DataFrame, series: int) -> dict[str, Floats]:
    """SNAP days, events, and the day before an event, for every item."""
    event = calendar["event_name_1"].notna().to_numpy(float)
    columns = {
        "snap": calendar[f"snap_{STORE[:2]}"].to_numpy(float),
        "event": event,
        "day before an event": np.append(event[1:], 0.0),
    }
    return {name: np.repeat(values[None], series, axis=0) for name, values in columns.items()}


if __name__ == "__main__":
    sys.exit(main())
