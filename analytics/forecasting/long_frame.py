"""A long frame (unique_id, ds, y and further columns) -> a `Panel`, and what had to be mended. Knows no method."""

from typing import Final

import numpy as np
import pandas as pd

from analytics.errors import MissingData
from analytics.forecasting.panel import Floats, Freq, Integers, Panel

NEEDED: Final = ("unique_id", "ds", "y")


def panel_from_frame(frame: pd.DataFrame, freq: Freq, horizon: int) -> tuple[Panel, tuple[str, ...]]:
    """The frame's series as a panel that ends at its last known value.

    Args:
        frame: unique_id, ds, y and further columns: numbers that are known ahead (price, holiday), and texts that name
            a series' group (department). Rows without y say what is known ahead.
        freq: days, weeks or months.
        horizon: periods after the last known one that dates are needed for.

    Returns:
        The panel, and what was mended, one sentence each.

    Raises:
        MissingData: a column is missing or cannot be read, or there is no number at all.
    """
    frame, mended = _checked(frame.rename(columns=str))
    further = [str(c) for c in frame if c not in NEEDED]
    numbers = [c for c in further if pd.api.types.is_numeric_dtype(frame[c])]
    texts = [c for c in further if c not in numbers]
    frame = frame.assign(ds=_period_ends(frame["ds"], freq))
    frame, merged = _merged(frame, numbers, texts)
    seen = frame.loc[frame["y"].notna(), "ds"]
    alias = {"D": "D", "W": f"W-{seen.max().day_name()[:3].upper()}", "M": "ME"}[freq]
    periods = len(pd.date_range(seen.min(), seen.max(), freq=alias))
    dates = pd.date_range(seen.min(), periods=periods + horizon, freq=alias)
    row, keys = pd.factorize(frame["unique_id"], sort=True)
    column = dates.get_indexer(pd.DatetimeIndex(frame["ds"]))

    def grid(name: str) -> Floats:
        laid = np.full((len(keys), len(dates)), np.nan)
        laid[row[column >= 0], column[column >= 0]] = frame[name].to_numpy(float)[column >= 0]
        return laid

    panel = Panel(
        keys=tuple(str(key) for key in keys),
        freq=freq,
        dates=dates,
        values=grid("y")[:, :periods],
        groups={name: _codes(frame[name], row, len(keys)) for name in texts},
        known={name: _carried(grid(name)) for name in numbers},
    )
    return panel, (*mended, *merged, *_odd(panel))


def _checked(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The frame with dates and numbers read, rows without a series or date left out."""
    missing = [name for name in NEEDED if name not in frame.columns]
    if missing:
        raise MissingData(
            f"Expected the columns {', '.join(NEEDED)}, but {', '.join(missing)} is not among "
            f"{', '.join(map(str, frame.columns))}. Rename the columns and try again."
        )
    read = frame.assign(ds=pd.to_datetime(frame["ds"], errors="coerce"), y=pd.to_numeric(frame["y"], errors="coerce"))
    read["y"] = read["y"].astype(float).replace([np.inf, -np.inf], np.nan)
    lost = int((read["ds"].isna() | read["unique_id"].isna()).sum())
    unread = int((read["y"].isna() & frame["y"].notna()).sum())
    read = read[read["ds"].notna() & read["unique_id"].notna()]
    if not read["y"].notna().any():
        raise MissingData("Expected a number in the column y, but there is none in any row with a date and a series.")
    told = [f"{lost} rows without a date or a series were left out."] if lost else []
    return read, told + ([f"{unread} values of y are no numbers and count as unknown."] if unread else [])


def _period_ends(dates: "pd.Series[pd.Timestamp]", freq: Freq) -> "pd.Series[pd.Timestamp]":
    """Each date as the last day of its period; weeks end on the weekday that most rows have."""
    days = dates.dt.tz_localize(None).dt.normalize()
    if freq == "M":
        return days + pd.offsets.MonthEnd(0)
    if freq == "W":
        usual = int(days.dt.weekday.mode().iloc[0])
        return days + pd.to_timedelta((usual - days.dt.weekday) % 7, unit="D")
    return days


def _merged(frame: pd.DataFrame, numbers: list[str], texts: list[str]) -> tuple[pd.DataFrame, list[str]]:
    """One row per series and period: exact repetitions count once, others are added up."""
    frame = frame[[*NEEDED, *numbers, *texts]]
    once = frame.drop_duplicates()
    told = [f"{len(frame) - len(once)} exactly repeated rows count once."] if len(once) < len(frame) else []
    if not once.duplicated(["unique_id", "ds"]).any():
        return once, told
    together = once.groupby(["unique_id", "ds"])
    summed = together[["y"]].sum(min_count=1).join(together[numbers].mean()).join(together[texts].last()).reset_index()
    told.append(f"{len(once) - len(summed)} further rows of the same series and period were added up.")
    return summed, told


def _codes(values: "pd.Series[str]", row: Integers, count: int) -> Integers:
    """The code of each series' last group."""
    codes = np.zeros(count, dtype=np.intp)
    codes[row] = pd.factorize(values.astype(str), sort=True)[0]
    return codes


def _carried(values: Floats) -> Floats:
    """Unknown parts of what is known ahead take the last known value, else the next, else 0."""
    return np.asarray(pd.DataFrame(values.T).ffill().bfill().fillna(0.0).to_numpy().T)


def _odd(panel: Panel) -> list[str]:
    """What a reader should know about the series."""
    seen = ~np.isnan(panel.values)
    span = np.where(seen.any(1), panel.periods - seen[:, ::-1].argmax(1) - panel.first, 0)
    gaps, short = int((span - seen.sum(1)).sum()), int((seen.sum(1) <= 1).sum())
    empty = int(((np.nan_to_num(panel.values) == 0).all(1) & seen.any(1)).sum())
    negative = int((panel.values < 0).sum())
    told = [
        (gaps, "periods inside series have no row: they are unknown, not zero."),
        (short, "series have one value or none: their last value is carried on."),
        (empty, "series are zero throughout: zero is expected."),
        (negative, "values are negative (returns): methods see them, forecasts are never below zero."),
    ]
    return [f"{count} {text}" for count, text in told if count]
