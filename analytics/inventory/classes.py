"""Sorts products by what they bring (A, B, C) and how steadily they sell (X, Y, Z). Knows sales per week, no product.

ABC by cumulative share of revenue (Pareto), XYZ by the coefficient of variation of weekly units; see Silver, Pyke and
Thomas (2017), section 2.2.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
SERVICE: Final = {"A": 0.98, "B": 0.95, "C": 0.90}  # what a shop usually asks for where it says nothing itself


@dataclass(frozen=True)
class ClassSettings:
    """Where a class ends.

    Attributes:
        a, b: cumulative shares of the revenue that end A and B.
        x, y: coefficients of variation of weekly units that end X and Y.
    """

    a: float = 0.80
    b: float = 0.95
    x: float = 0.5
    y: float = 1.0

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            ValueError: a class would end before the one above it.
        """
        if not 0 < self.a < self.b < 1 or not 0 < self.x < self.y:
            raise ValueError(f"Expected 0 < a < b < 1 and 0 < x < y, got {self}.")


def abc(revenue: Floats, settings: ClassSettings | None = None) -> tuple[str, ...]:
    """A, B or C per product: the product that crosses a bound still belongs to the class above it.

    Args:
        revenue: of a span of time, [products]; what brings nothing or less is C.
        settings: where a class ends.
    """
    bounds = settings or ClassSettings()
    earned = np.clip(np.nan_to_num(np.asarray(revenue, dtype=float)), 0, None)
    order = np.argsort(-earned, kind="stable")
    before = np.empty(len(earned))
    before[order] = np.cumsum(earned[order]) - earned[order]
    share = before / max(float(earned.sum()), 1e-12)
    return tuple(
        "C" if earned[row] <= 0 else "A" if share[row] < bounds.a else "B" if share[row] < bounds.b else "C"
        for row in range(len(earned))
    )


def xyz(weekly: Floats, settings: ClassSettings | None = None) -> tuple[str, ...]:
    """X, Y or Z per product; one that did not sell, or of which fewer than four weeks are known, is Z.

    Args:
        weekly: units per week, [products, weeks].
        settings: where a class ends.
    """
    bounds = settings or ClassSettings()
    if weekly.shape[1] < 4:
        return ("Z",) * len(weekly)
    means, spreads = weekly.mean(axis=1), weekly.std(axis=1, ddof=1)
    varies = np.where(means > 0, spreads / np.where(means > 0, means, 1.0), np.inf)
    return tuple("X" if each <= bounds.x else "Y" if each <= bounds.y else "Z" for each in varies)
