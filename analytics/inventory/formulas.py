"""The textbook formulas of stock control. Pure functions; know no shop.

Sources: Snyder and Shen, Fundamentals of Supply Chain Theory (2nd ed. 2019), chapters 3 and 4; Silver, Pyke and
Thomas, Inventory and Production Management in Supply Chains (4th ed. 2017), chapter 6.
"""

import math
from collections.abc import Iterator
from statistics import NormalDist

_NORMAL = NormalDist()
MOST_STEPS = 20_000  # beyond this demand the normal distribution serves


def economic_order_quantity(yearly_demand: float, order_cost: float, holding_cost: float) -> float:
    """Order quantity with the least ordering and holding cost, sqrt(2 K D / h) (Harris 1913).

    Args:
        yearly_demand: D, units per year.
        order_cost: K, money per order.
        holding_cost: h, money per unit and year; above 0.
    """
    if holding_cost <= 0:
        raise ValueError(f"The holding cost must be above 0, got {holding_cost}.")
    return math.sqrt(2 * order_cost * max(0.0, yearly_demand) / holding_cost)


def critical_ratio(underage: float, overage: float) -> float:
    """Service level at which one more unit stops to pay, Cu / (Cu + Co): the newsvendor's quantile.

    Args:
        underage: cost of a unit short (margin lost).
        overage: cost of a unit left over.
    """
    if underage < 0 or overage < 0 or underage + overage == 0:
        raise ValueError(f"Costs must not be negative nor both 0, got {underage} and {overage}.")
    return underage / (underage + overage)


def lead_time_demand(mean: float, sd: float, daily: float, lead_time_sd: float) -> tuple[float, float]:
    """Mean and standard deviation of demand until a delivery arrives, when the lead time itself varies.

    Var = sd^2 + daily^2 * lead_time_sd^2 (Silver, Pyke and Thomas, section 6.10).

    Args:
        mean: demand over the mean lead time.
        sd: its standard deviation.
        daily: demand per day.
        lead_time_sd: in days.
    """
    return mean, math.sqrt(sd**2 + (daily * lead_time_sd) ** 2)


def demand_quantile(mean: float, sd: float, probability: float) -> float:
    """The stock that covers demand with this probability.

    Counts are taken as negative binomial where they vary more than Poisson counts, as Poisson where they do not; large
    ones as normal.

    Args:
        mean: expected demand; at least 0.
        sd: its standard deviation.
        probability: above 0, below 1.
    """
    if not 0 < probability < 1:
        raise ValueError(f"A service level lies between 0 and 1, got {probability}.")
    if mean <= 0:
        return 0.0
    if mean + 8 * sd > MOST_STEPS:
        return max(0.0, mean + sd * _NORMAL.inv_cdf(probability))
    total = 0.0
    for units, chance in enumerate(_counts(mean, sd)):
        total += chance
        if total >= probability - 1e-12:
            return float(units)
    return float(MOST_STEPS)


def chance_of_more(mean: float, sd: float, stock: float) -> float:
    """Probability that demand exceeds `stock`."""
    if mean <= 0:
        return 0.0
    if stock < 0:
        return 1.0
    if mean + 8 * sd > MOST_STEPS:
        return 1.0 - _NORMAL.cdf((stock - mean) / max(sd, 1e-9))
    covered = 0.0
    for units, chance in enumerate(_counts(mean, sd)):
        if units > stock:
            break
        covered += chance
    return max(0.0, 1.0 - covered)


def _counts(mean: float, sd: float) -> Iterator[float]:
    """Probabilities of 0, 1, 2, ... units."""
    variance = sd**2
    if variance > mean * 1.001:
        size = mean**2 / (variance - mean)  # negative binomial
        fail = mean / (mean + size)
        log_chance = -size * math.log1p(mean / size)
    else:
        size, fail, log_chance = math.inf, mean, -mean  # Poisson
    for units in range(MOST_STEPS):
        yield math.exp(log_chance)
        grows = units + size if size < math.inf else 1.0
        log_chance += math.log(grows / (units + 1) * fail)


def expected_shortage(mean: float, sd: float, stock: float) -> float:
    """Units expected to be asked for beyond `stock`, normal demand: sd * L((stock - mean) / sd).

    L(z) = pdf(z) - z (1 - cdf(z)) is the standard normal loss function (Snyder and Shen, appendix C).
    """
    if sd <= 0:
        return max(0.0, mean - stock)
    return normal_loss(mean, sd, stock)


def normal_loss(mean: float, sd: float, stock: float) -> float:
    """E[D - stock]+ of normal demand; sd above 0."""
    z = (stock - mean) / sd
    return sd * (_NORMAL.pdf(z) - z * _NORMAL.cdf(-z))


def normal_second_loss(mean: float, sd: float, stock: float) -> float:
    """E[(D - stock)+ ^ 2] / 2 of normal demand: sd^2 / 2 ((z^2 + 1) (1 - cdf(z)) - z pdf(z)); sd above 0."""
    z = (stock - mean) / sd
    return sd**2 / 2 * ((z**2 + 1) * _NORMAL.cdf(-z) - z * _NORMAL.pdf(z))


def base_stock_level(daily: float, daily_sd: float, lead_time: float, probability: float) -> float:
    """Order-up-to level with normal demand, mu L + z sigma sqrt(L) (Snyder and Shen, section 4.3)."""
    return daily * lead_time + _NORMAL.inv_cdf(probability) * daily_sd * math.sqrt(lead_time)
