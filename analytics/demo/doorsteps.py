"""Where the demo shop's customers live and when they are in: postcode districts, and time windows of open orders.

The coordinates are approximate, to about a kilometre, and were written down for this project.
"""

from typing import Final

import numpy as np
import pandas as pd

from analytics.demo.settings import DemoSettings

_DISTRICTS: Final = {
    "LS1": (53.797, -1.549), "LS2": (53.803, -1.545), "LS4": (53.809, -1.578), "LS6": (53.820, -1.568),
    "LS7": (53.822, -1.537), "LS8": (53.828, -1.507), "LS11": (53.779, -1.556), "LS12": (53.792, -1.592),
    "LS15": (53.801, -1.448), "LS16": (53.847, -1.599), "LS17": (53.853, -1.531), "LS18": (53.838, -1.641),
    "YO1": (53.958, -1.082), "YO10": (53.949, -1.055), "YO23": (53.935, -1.115), "YO24": (53.945, -1.117),
    "YO26": (53.963, -1.125), "YO30": (53.979, -1.108), "YO31": (53.971, -1.066), "YO32": (54.003, -1.067),
    "HG1": (53.998, -1.539), "HG2": (53.982, -1.528), "HG3": (54.010, -1.620), "HG5": (54.009, -1.468),
    "YO21": (54.474, -0.653), "YO22": (54.462, -0.606), "YO17": (54.133, -0.790), "YO11": (54.270, -0.404),
    "YO12": (54.278, -0.425), "BD1": (53.794, -1.753), "BD2": (53.814, -1.732), "BD9": (53.811, -1.789),
    "BD18": (53.836, -1.781), "BD23": (53.985, -2.034), "WF1": (53.684, -1.494), "WF2": (53.665, -1.517),
    "M1": (53.477, -2.236), "M14": (53.448, -2.222), "M20": (53.424, -2.232), "M21": (53.440, -2.278),
    "NE1": (54.973, -1.614), "NE2": (54.990, -1.609), "NE6": (54.978, -1.570), "E8": (51.543, -0.062),
    "N4": (51.571, -0.103), "N16": (51.562, -0.076), "SE15": (51.470, -0.065), "SW9": (51.470, -0.113),
}  # fmt: skip
_WINDOWS: Final = (("08:00", "12:00"), ("12:00", "17:00"), ("16:00", "18:00"), (None, None))
_WANTED: Final = (0.2, 0.2, 0.1, 0.5)


def postcodes() -> pd.DataFrame:
    """The table postcodes: one row per district."""
    rows = [(district, *place) for district, place in sorted(_DISTRICTS.items())]
    return pd.DataFrame(rows, columns=["postcode", "latitude", "longitude"])


def delivery_windows(orders: pd.DataFrame, settings: DemoSettings) -> pd.DataFrame:
    """The table delivery_windows: half of the orders that still have to be sent ask for a time of day."""
    is_open = (orders["status"] == "placed") & orders["store_id"].isna()
    waiting = sorted(orders.loc[is_open, "order_id"])
    drawn: list[int] = settings.stream(9).choice(len(_WINDOWS), len(waiting), p=np.array(_WANTED)).tolist()
    rows = [(order, *_WINDOWS[window]) for order, window in zip(waiting, drawn, strict=True)]
    kept = [row for row in rows if row[1] is not None]
    return pd.DataFrame(kept, columns=["order_id", "opens", "closes"]).astype("str")
