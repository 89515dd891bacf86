"""Makes forecasts agree: products add up to their category, categories to the whole shop, stores to no more than it.

The whole shop's forecast is the mean of its own and of the products' sum, weighted by how far each was off in the
backtest; so are the categories'. What is then lacking is shared out in proportion to how much each product's sales
vary, as weighted least squares do (Hyndman, Lee and Wang, "Fast computation of reconciled forecasts for hierarchical
and grouped time series", 2016): a steady product stays as it is, and what is zero stays zero. Knows weekly forecasts,
no method and no dates.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.forecasting.panel import Floats, Integers

ALL_NAMED: Final = 0.005  # of the shop may lie outside a level whose parts are still taken to make up the whole


@dataclass(frozen=True)
class Trust:
    """How much a level's own forecasts count, against the sum of what is below; each between 0 and 1.

    Attributes:
        category: of categories; total: of the whole shop.
    """

    category: float = 0.5
    total: float = 0.5


@dataclass(frozen=True)
class Agreed:
    """Forecasts that add up.

    Attributes:
        products: [products, weeks]; categories: [categories, weeks]; total: [weeks].
    """

    products: Floats
    categories: Floats
    total: Floats


def agree(
    products: Floats, categories: Floats, total: Floats, parents: Integers, trust: Trust, unrest: Floats | None = None
) -> Agreed:
    """Forecasts of the three levels that add up.

    Args:
        products: [products, weeks], 0 at least.
        categories: [categories, weeks], 0 at least.
        total: [weeks].
        parents: row of each product's category, -1 without one; [products].
        trust: in the levels' own forecasts.
        unrest: variance of each product's weekly sales over their mean; None: all alike. [products]
    """
    sums = added_up(products, parents, len(categories))
    lone = products[parents < 0].sum(0)
    whole = trust.total * total + (1 - trust.total) * products.sum(0)
    wanted = np.where(sums > 0, trust.category * categories + (1 - trust.category) * sums, 0.0)
    factor = _ratio(whole, wanted.sum(0) + lone)
    wanted = wanted * factor
    above = np.vstack([wanted, lone * factor])  # the last row is for products without a category
    fitted = shared_out(products, above, np.where(parents < 0, len(categories), parents), unrest)
    return Agreed(fitted, added_up(fitted, parents, len(categories)), fitted.sum(0))


def shared_out(products: Floats, above: Floats, parents: Integers, unrest: Floats | None) -> Floats:
    """Products whose sums are `above`: what lacks is shared by variance, none below zero; [products, weeks]."""
    variance = products * (1.0 if unrest is None else unrest[:, None])
    lacking = above - added_up(products, parents, len(above))
    whole = added_up(variance, parents, len(above))
    part = np.where(whole[parents] > 0, variance / np.where(whole > 0, whole, 1.0)[parents], 0.0)
    moved = np.maximum(products + part * lacking[parents], 0.0)
    return np.asarray(moved * _ratio(above, added_up(moved, parents, len(above)))[parents])


def added_up(products: Floats, parents: Integers, categories: int) -> Floats:
    """The products' sum in each category; [categories, weeks]."""
    sums = np.zeros((categories, products.shape[1]))
    inside = parents >= 0
    np.add.at(sums, parents[inside], products[inside])
    return sums


def trust_in(own: Floats, below: Floats, came: Floats) -> float:
    """Weight of a level's own forecasts: the part of the products' sums' squared error that they save, 0 at least.

    Both err alike where something comes up that neither knew, so a level that does no better than its products adds
    nothing; all three of one shape.
    """
    apart = [float(np.nansum((said - came) ** 2)) for said in (own, below)]
    return max(0.0, 1.0 - apart[0] / apart[1]) if apart[1] > 0 else 0.0


def within(parts: Floats, total: Floats, named: float) -> Floats:
    """Stores or countries that agree with the whole shop; [parts, weeks].

    Args:
        parts: their own forecasts, [parts, weeks].
        total: of the whole shop, [weeks].
        named: share of the shop's sales that names one of them. What names none is the rest: where there is next to
            none of it, the parts make up the whole; else they are only kept from being more than it.
    """
    sums = parts.sum(0)
    factor = _ratio(total, sums)
    return np.asarray(parts * (factor if named > 1 - ALL_NAMED else np.minimum(factor, 1.0)))


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.where(below > 0, above / np.where(below > 0, below, 1.0), 1.0)
