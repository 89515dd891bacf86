"""How many customers a test of an offer needs, and the smallest effect that a given number can show.

Two proportions, two-sided test (Fleiss, Levin & Paik 2003, "Statistical methods for rates and proportions", ch. 4,
without continuity correction). Knows numbers only.
"""

from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist


@dataclass(frozen=True)
class TestPlan:
    """A test of an offer against none.

    Attributes:
        base: share of customers who order without the offer (0-1).
        hoped: share with the offer that the test shall be able to show (0-1).
        each: customers needed in each of the two groups.
        significance, power: 0.05 and 0.8: a useless offer passes in 5 % of tests, a useful one in 80 %.
    """

    __test__ = False  # not for pytest

    base: float
    hoped: float
    each: int
    significance: float = 0.05
    power: float = 0.8


def plan_test(base: float, hoped: float, significance: float = 0.05, power: float = 0.8) -> TestPlan:
    """The customers needed per group to tell `hoped` from `base`.

    Raises:
        ValueError: the shares are equal or outside 0-1.
    """
    if not (0 < base < 1 and 0 < hoped < 1) or base == hoped:
        raise ValueError(f"Expected two different shares between 0 and 1; got {base} and {hoped}.")
    normal = NormalDist()
    between, beyond = normal.inv_cdf(1 - significance / 2), normal.inv_cdf(power)
    mean = (base + hoped) / 2
    noise = between * sqrt(2 * mean * (1 - mean)) + beyond * sqrt(base * (1 - base) + hoped * (1 - hoped))
    return TestPlan(base, hoped, ceil((noise / (hoped - base)) ** 2), significance, power)


def detectable(base: float, each: int, significance: float = 0.05, power: float = 0.8) -> float | None:
    """The smallest share above `base` that `each` customers per group can tell from it; None if not even 99.9 %."""
    low, high = base, 0.999
    if each < 2 or base >= high or plan_test(base, high, significance, power).each > each:
        return None
    for _ in range(50):
        middle = (low + high) / 2
        if middle > base and plan_test(base, middle, significance, power).each <= each:
            high = middle
        else:
            low = middle
    return high
