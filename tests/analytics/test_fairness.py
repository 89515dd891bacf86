"""Fairness by hand: two countries, one of which the model misjudges and offers pass over."""

from datetime import timedelta

import pandas as pd
import pytest
from sales_lines import AS_OF, lines, sale

from analytics.churn import FittedChurn
from analytics.fairness import FittedFairness, judge, wilson, worst_gap
from analytics.history import History

CUTOFF = AS_OF - timedelta(days=90)


@pytest.fixture(scope="module")
def judged():
    """France: 50 customers, 25 come back, predicted 0.5; Spain: 50, 45 come back, predicted 0.5 too; 2 in Malta."""
    rows, names = [], []
    for country, count, back in (("France", 50, 25), ("Spain", 50, 45), ("Malta", 2, 0)):
        for number in range(count):
            name = f"{country}{number}"
            names.append(name)
            for days in (200, 180) + ((30,) if number < back else ()):
                rows.append(sale(name, days) | {"country": country})
    history = History(lines(*rows), AS_OF)
    quiet = [name.startswith("France") and int(name[6:]) < 40 for name in names]
    customers = pd.DataFrame(
        {"probability": 0.5, "known_rhythm": True, "recency": 90, "usual_gap": 60.0, "order_days": 2,
         "silence_ratio": [2.0 if each else 0.5 for each in quiet], "value_at_risk": 1.0},
        index=pd.Index(names, name="customer_id"),
    )  # fmt: skip
    then = FittedChurn(customers, pd.DataFrame(index=customers.index), 90, CUTOFF, None)
    return judge(history, then, CUTOFF, 90, fewest=30)


def test_groups_are_judged_by_what_came(judged):
    groups, left_out, drift = judged
    france, spain = ({each.group: each for each in groups}[name] for name in ("France", "Spain"))
    assert (france.customers, france.predicted, france.stayed_away) == (50, 0.5, 0.5)
    assert france.miscalibrated  # 0.5 less the drift of 0.186 that all share lies below 0.349
    assert (spain.stayed_away, spain.miscalibrated) == (0.1, True)
    assert worst_gap(groups) == pytest.approx(0.4)
    assert left_out == 1  # Malta
    assert drift == pytest.approx((25 + 5 + 2) / 102 - 0.5)


def test_a_drift_that_all_share_is_no_unfairness():
    """Everybody is predicted to stay away with 0.9, and half do, in both countries."""
    rows = []
    for country in ("France", "Spain"):
        for number in range(40):
            for days in (200, 180) + ((30,) if number % 2 else ()):
                rows.append(sale(f"{country}{number}", days) | {"country": country})
    history = History(lines(*rows), AS_OF)
    names = sorted(set(history.lines["customer_id"]))
    columns = {"known_rhythm": True, "recency": 90, "usual_gap": 60.0, "order_days": 2, "silence_ratio": 0.5}
    customers = pd.DataFrame({"probability": 0.9, "value_at_risk": 1.0, **columns}, index=pd.Index(names))
    then = FittedChurn(customers, pd.DataFrame(index=customers.index), 90, CUTOFF, None)
    groups, _, drift = judge(history, then, CUTOFF, 90, fewest=30)
    assert drift == pytest.approx(-0.4)
    assert [each.miscalibrated for each in groups] == [False, False]


def test_groups_that_offers_pass_over_are_told(judged):
    france, spain = judged[0]
    assert (france.offered, france.passed_over) == (0.8, False)
    assert (spain.offered, spain.passed_over) == (0.0, True)
    said = FittedFairness(judged[0], CUTOFF, 90, AS_OF, 30, 1).sentence()
    assert "risks are off in France, Spain" in said
    assert "offers pass over Spain" in said


def test_wilson_interval():
    """Newcombe (Statistics in Medicine 17, 1998), table I: 81 of 263 and 0 of 20."""
    assert wilson(81, 263, 1.959964) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20, 1.959964) == pytest.approx((0.0, 0.1611), abs=5e-5)
