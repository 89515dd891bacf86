"""Which price to ask week by week so that surplus stock brings most money before it has to be gone.

Dynamic programming over weeks, stock and price: demand is Poisson with the product's elasticity, prices only fall, what
is left at the end is worth its salvage value (Gallego & van Ryzin 1994, Management Science 40; markdowns: Talluri & van
Ryzin 2004, ch. 5). Knows one product's figures; not how they were learnt, nor any wording.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_MOST_STATES = 200  # a larger stock is counted in batches


@dataclass(frozen=True)
class Surplus:
    """A product of which there is too much.

    Attributes:
        stock: units on hand.
        weeks: until they should be gone.
        price: today's.
        weekly_units: expected at today's price.
        elasticity: of demand, below 0.
        salvage: what a unit left at the end is still worth (money), below the lowest price.
    """

    stock: int
    weeks: int
    price: float
    weekly_units: float
    elasticity: float
    salvage: float = 0.0

    def __post_init__(self) -> None:
        if self.stock < 1 or self.weeks < 1 or self.price <= 0 or self.weekly_units <= 0:
            raise ValueError(f"Expected stock, weeks, price and weekly units above 0; got {self}.")
        if self.elasticity >= 0 or self.salvage < 0:
            raise ValueError(f"Expected an elasticity below 0 and a salvage value not below 0; got {self}.")

    def demand(self, prices: Array) -> Array:
        """Expected units a week at each price."""
        return np.asarray(self.weekly_units * (prices / self.price) ** self.elasticity)


@dataclass(frozen=True)
class MarkdownPlan:
    """The plan as it goes when sales come as expected.

    Attributes:
        prices: of each week.
        units: expected sales of each week.
        left: expected units at the end.
        money: expected takings and salvage of the plan that reacts to how sales go.
        money_unchanged: the same at today's price throughout; left_unchanged: units left then.
    """

    prices: tuple[float, ...]
    units: tuple[float, ...]
    left: float
    money: float
    money_unchanged: float
    left_unchanged: float


def plan_markdown(surplus: Surplus, prices: Sequence[float]) -> MarkdownPlan:
    """The best falling prices.

    Args:
        surplus: the product.
        prices: prices that may be asked; those above today's are left out, today's is added.
    """
    ladder = np.array(sorted({surplus.price, *(p for p in prices if 0 < p <= surplus.price)}, reverse=True))
    batch = max(int(np.ceil(surplus.stock / _MOST_STATES)), 1)
    stock = int(np.ceil(surplus.stock / batch))
    sales = [_sales(mean / batch, stock) for mean in surplus.demand(ladder)]
    value, choice = _solve(surplus, ladder, sales, batch, stock)
    path, units, left = _expected_path(surplus, ladder, choice, batch)
    unchanged = np.arange(stock + 1) * batch * surplus.salvage
    amounts = np.arange(stock + 1.0)
    for _ in range(surplus.weeks):
        unchanged = sales[0][0] @ unchanged + surplus.price * batch * sales[0][1]
        amounts = sales[0][0] @ amounts
    return MarkdownPlan(
        tuple(path), tuple(units), left, float(value[0, stock]), float(unchanged[stock]), float(amounts[stock] * batch)
    )


def _sales(mean: float, stock: int) -> tuple[Array, Array]:
    """Chance of each stock after a week, (stock + 1, stock + 1), and expected batches sold, by the stock before it."""
    from scipy.stats import poisson

    chance = poisson.pmf(np.arange(stock + 1), mean)
    move = np.zeros((stock + 1, stock + 1))
    for have in range(stock + 1):
        move[have, have - np.arange(have)] = chance[:have]
        move[have, 0] = 1 - chance[:have].sum()
    sold = np.arange(stock + 1) - move @ np.arange(stock + 1)
    return move, np.asarray(sold)


def _solve(
    surplus: Surplus, ladder: Array, sales: list[tuple[Array, Array]], batch: int, stock: int
) -> tuple[Array, npt.NDArray[np.int64]]:
    """Value at the first week, (prices, stock + 1), and the step of the ladder to take, (weeks, prices, stock + 1)."""
    value = np.tile(np.arange(stock + 1) * batch * surplus.salvage, (len(ladder), 1)).astype(float)
    choice = np.zeros((surplus.weeks, len(ladder), stock + 1), dtype=np.int64)
    for week in reversed(range(surplus.weeks)):
        worth = np.stack([move @ value[p] + ladder[p] * batch * sold for p, (move, sold) in enumerate(sales)])
        renewed = np.empty_like(value)
        for held in range(len(ladder)):  # the price asked last week: this week's may not be higher
            below = worth[held:]
            choice[week, held] = held + below.argmax(axis=0)
            renewed[held] = below.max(axis=0)
        value = renewed
    return value, choice


def _expected_path(
    surplus: Surplus, ladder: Array, choice: npt.NDArray[np.int64], batch: int
) -> tuple[list[float], list[float], float]:
    left, held, prices, units = float(surplus.stock), 0, [], []
    for week in range(surplus.weeks):
        held = int(choice[week, held, min(int(round(left / batch)), choice.shape[2] - 1)])
        sold = min(float(surplus.demand(ladder[held : held + 1])[0]), left)
        prices.append(float(ladder[held]))
        units.append(sold)
        left -= sold
    return prices, units, left
