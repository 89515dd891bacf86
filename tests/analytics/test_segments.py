import numpy as np
import pandas as pd
import pytest
from sales_lines import AS_OF

from analytics.errors import NotEnoughHistory
from analytics.segments import SegmentSettings, fit_segments


def crowd(kinds, each=60, seed=1):
    """Customers of plainly different kinds: (recency, order days, value, tenure)."""
    random = np.random.default_rng(seed)
    rows = []
    for recency, days, value, tenure in kinds:
        for _ in range(each):
            noise = random.lognormal(0, 0.05, 4)
            rows.append(
                {
                    "recency": round(recency * noise[0]),
                    "order_days": max(round(days * noise[1]), 1),
                    "value": value * noise[2],
                    "tenure": round(tenure * noise[3]),
                    "order_value": value / days,
                }
            )
    return pd.DataFrame(rows, index=[f"C{n}" for n in range(len(rows))])


KINDS = [(5, 24, 3000, 500), (30, 8, 500, 400), (15, 1, 40, 20), (400, 1, 35, 420)]


@pytest.fixture(scope="module")
def segments():
    now = crowd(KINDS)
    return fit_segments(now, now, now["value"], AS_OF)


def test_plain_groups_are_found_again_and_named_for_a_shopkeeper(segments):
    found = segments.of_customer.to_numpy().reshape(4, 60)
    assert [len(set(row)) for row in found] == [1, 1, 1, 1]
    assert [row[0] for row in found] == ["Best customers", "Loyal regulars", "Newcomers", "Long gone"]


def test_shares_add_up_to_the_whole(segments):
    assert segments.table["customers"].sum() == 240
    assert segments.table["share"].sum() == pytest.approx(100)
    assert segments.table["revenue_share"].sum() == pytest.approx(100)
    assert segments.table.index[0] == "Best customers"
    assert segments.table.loc["Best customers", "share"] == 25.0


def test_scorecard_reports_steadiness_and_it_is_high_for_plain_groups(segments):
    scores = segments.scorecard.scores["k-means with 4 groups"]
    assert scores["bootstrap ARI"] > 0.95
    assert scores["silhouette"] > 0.5
    assert scores["later value explained"] > 0.9


def test_moves_count_those_known_90_days_ago(segments):
    assert segments.moves.to_numpy().sum() == 240
    assert np.trace(segments.moves.to_numpy()) == 240  # nobody changed in this crowd


def test_without_an_earlier_time_the_clearest_borders_decide():
    now = crowd(KINDS)
    found = fit_segments(now, now.iloc[:0], pd.Series(dtype=float), AS_OF)
    assert found.scorecard.measure == "silhouette"
    assert found.moves.empty


def test_behaviour_parts_customers_whom_recency_frequency_and_value_hold_alike():
    """Half of each kind order four times as much at once, and only they spend later."""
    now = crowd(KINDS).assign(silence_ratio=1.0, products_per_order=1.0)
    wide = np.arange(len(now)) % 2 == 0
    now.loc[wide, "products_per_order"] = 40.0
    later = pd.Series(np.where(wide, 5000.0, 0.0), index=now.index)
    found = fit_segments(now, now, later, AS_OF)
    assert found.scorecard.serves.endswith("by behaviour, too")
    plain = found.scorecard.serves.replace(" by behaviour, too", "")
    measure = "later value explained"
    assert found.scorecard.scores[found.scorecard.serves][measure] > found.scorecard.scores[plain][measure] + 0.3


def test_too_few_customers_are_told():
    now = crowd(KINDS, each=5)
    with pytest.raises(NotEnoughHistory, match="at least 50"):
        fit_segments(now, now, now["value"], AS_OF)


def test_settings_are_checked():
    with pytest.raises(ValueError, match="fewest"):
        SegmentSettings(fewest=6, most=5)
