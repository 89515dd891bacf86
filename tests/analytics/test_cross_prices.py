"""Effects of neighbours' and competitors' prices on made-up weeks with known effects."""

import numpy as np
import pandas as pd
import pytest

from analytics.price_panel import WeeklyPanel
from analytics.pricing.cross import OtherPrices, other_prices, rival_prices

WEEKS = pd.date_range("2022-01-03", periods=150, freq="7D")


def shop(cross=0.0, rival=0.0, products=12, seed=3):
    """Two categories; own elasticity -1.5; prices step for some weeks; units follow the neighbours' and rivals'."""
    random = np.random.default_rng(seed)
    moved = np.zeros((products, len(WEEKS)))
    for row in range(products):
        for start in random.integers(0, 145, 14):
            moved[row, start : start + random.integers(2, 5)] = random.choice([-0.2, -0.1, 0.1])
    kind = np.array(["tea" if row % 2 else "mugs" for row in range(products)], dtype=object)
    others = np.array(
        [moved[(kind == kind[row]) & (np.arange(products) != row)].mean(axis=0) for row in range(products)]
    )
    theirs = np.cumsum(random.normal(0, 0.03, moved.shape), axis=1)
    season = 0.3 * np.sin(np.arange(len(WEEKS)) / 52 * 2 * np.pi)
    rate = 40 * np.exp(season - 1.5 * moved + cross * others + rival * theirs)
    names = pd.Index([f"P{row}" for row in range(products)])
    panel = WeeklyPanel(names, kind, WEEKS, random.poisson(rate).astype(float), 5 * np.exp(moved),
                        np.zeros(moved.shape), np.ones(moved.shape))  # fmt: skip
    row, week = (each.ravel() for each in np.indices(moved.shape))
    seen = pd.DataFrame({"competitor": "Rival", "product_id": names[row], "price": 5 * np.exp(theirs.ravel()),
                         "observed_on": WEEKS[week]})  # fmt: skip
    return panel, seen, pd.Series(-1.5, index=names)


def test_neighbours_that_get_dearer_send_their_buyers_here():
    panel, _, own = shop(cross=1.0)
    found = other_prices(panel, own, pd.DataFrame())
    assert set(found.categories.index) == {"tea", "mugs"}
    assert found.categories["cross"].to_numpy() == pytest.approx([1.0, 1.0], abs=0.35)
    assert (found.categories["cross"] - 2 * found.categories["sd"] > 0).all()
    assert np.isnan(found.rival)


def test_where_neighbours_change_nothing_none_is_claimed():
    panel, seen, own = shop()
    found = other_prices(panel, own, seen)
    assert (found.categories["cross"].abs() < 3 * found.categories["sd"]).all()
    assert abs(found.rival) < 3 * found.rival_sd


def test_competitors_prices_are_held_beside_the_own_one():
    panel, seen, own = shop(rival=0.8)
    found = other_prices(panel, own, seen)
    assert found.rival == pytest.approx(0.8, abs=0.3)
    assert found.own_shift == pytest.approx(0.0, abs=0.2)
    assert found.compared == 12
    wrong = other_prices(panel, own + 1.0, seen)  # half an elasticity is missing: the joint fit says so
    assert wrong.own_shift < -0.5


def test_prices_that_never_moved_tell_nothing():
    panel, seen, own = shop()
    still = WeeklyPanel(panel.products, panel.categories, panel.weeks, panel.units, np.full(panel.units.shape, 5.0),
                        panel.promotion, panel.in_stock)  # fmt: skip
    found = other_prices(still, own * np.nan, seen.head(0))
    assert found.categories.empty
    assert found == OtherPrices(found.categories, *[pytest.approx(np.nan, nan_ok=True)] * 4, 0)


def test_a_rivals_price_is_carried_for_eight_weeks():
    panel, seen, _ = shop()
    first = seen[(seen["product_id"] == "P0") & (seen["observed_on"] == WEEKS[0])]
    found = rival_prices(first, panel)
    assert (~np.isnan(found[0])).sum() == 9  # the week itself and eight more
    assert np.isnan(found[1:]).all()
