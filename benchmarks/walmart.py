"""Weekly sales of 45 stores by department, 39 weeks ahead: every method beside the published figures.

    python -m benchmarks.walmart --data DIR [--json FILE] [--series N] [--kept DIR]

DIR holds train.parquet (Store, Dept, Date, Weekly_Sales, IsHoliday). The protocol is fev-bench's "walmart": series
with 79 observed weeks at least, on a weekly grid from their first to their last week, the last 39 of them the test;
WAPE over observed weeks. Known ahead are the dates and the holiday weeks only; prices, markdowns and weather are not
used.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from analytics.forecasting.long_frame import panel_from_frame
from analytics.forecasting.panel import Integers, Panel
from benchmarks.forecasting_table import arguments, candidates, measure, show, some

HORIZON, LEAST_WEEKS = 39, 79
PUBLISHED = {  # WAPE, fev-bench results file beside the data
    "TabPFN-TS": 0.0928,
    "Chronos-2": 0.0934,
    "TimesFM-2.5": 0.1016,
    "LightGBM (published)": 0.1514,
    "AutoARIMA (published)": 0.1596,
    "Naive (published)": 0.196735,
}


def main() -> int:
    """Reads the arguments, measures, prints the table."""
    given = arguments(__doc__ or "", lambda parser: parser.add_argument("--data", type=Path, required=True))
    panel = some(read(given.data / "train.parquet"), given.series)
    result = measure(panel, origins(panel), HORIZON, "WAPE", candidates(even=False, kept=given.kept))
    result.notes += [f"published WAPE: {name} {value}" for name, value in PUBLISHED.items()]
    show(result, given.json, {"published": PUBLISHED})
    return 0


def read(file: Path) -> Panel:
    """Every series that is long enough; the groups are its department and its store."""
    sales = pd.read_parquet(file)
    sales = sales[sales.groupby(["Store", "Dept"])["Weekly_Sales"].transform("size") >= LEAST_WEEKS]
    frame = pd.DataFrame(
        {
            "unique_id": sales["Store"].astype(str) + "-" + sales["Dept"].astype(str),
            "ds": sales["Date"],
            "y": sales["Weekly_Sales"],
            "department": sales["Dept"].astype(str),
            "store": sales["Store"].astype(str),
        }
    )
    return panel_from_frame(frame, "W", HORIZON)[0]


def origins(panel: Panel) -> Integers:
    """Weeks known of each series: all but the last 39 up to its last observed one."""
    seen = ~np.isnan(panel.values)
    return np.asarray(panel.periods - seen[:, ::-1].argmax(1) - HORIZON)


if __name__ == "__main__":
    sys.exit(main())
