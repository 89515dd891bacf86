"""Finds a data set's file. Knows file names, nothing of what is in them."""

from pathlib import Path

import pandas as pd


def read_only(folder: Path, *names: str) -> pd.DataFrame:
    """The first of the named files that is there, else the folder's only parquet file.

    Raises:
        FileNotFoundError: none of them is there, and there is not just one other.
    """
    for name in names:
        if (folder / name).exists():
            return pd.read_parquet(folder / name)
    others = sorted(folder.glob("*.parquet"))
    if len(others) == 1:
        return pd.read_parquet(others[0])
    raise FileNotFoundError(f"Expected {' or '.join(names)} in {folder}; it holds {[each.name for each in others]}.")
