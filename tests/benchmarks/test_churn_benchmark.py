import numpy as np
import pandas as pd
import pytest

from benchmarks import churn_cdnow, churn_telco
from benchmarks.churn_cdnow import history_of


def buyers(count=250, seed=1):
    """Customers who buy at rates of their own for 78 weeks, and stop with a chance of 10 % after each purchase."""
    random = np.random.default_rng(seed)
    rows = []
    for who in range(count):
        day, gap = random.uniform(0, 80), random.uniform(5, 90)
        while day < 546:
            rows.append((who, pd.Timestamp("2020-01-01") + pd.Timedelta(days=int(day)), 1, 20.0))
            if random.random() < 0.1:
                break
            day += random.exponential(gap) + 1
    return pd.DataFrame(rows, columns=["master_id", "date", "quantity", "spend"])


def test_purchases_after_week_39_are_only_judged_and_a_day_counts_once(tmp_path, monkeypatch):
    bought = buyers().sort_values("date", kind="stable")
    pd.concat([bought, bought.head(50)]).to_parquet(tmp_path / "cdnow_sample_2357.parquet")
    monkeypatch.setattr(churn_cdnow, "_ranked", lambda *_: {})
    table, rest = churn_cdnow.measure(tmp_path)
    later = bought[bought["date"] >= bought["date"].min() + pd.Timedelta(days=273)]
    known = bought[bought["date"] < bought["date"].min() + pd.Timedelta(days=273)]["master_id"].unique()
    assert f"{len(later[later['master_id'].isin(known)].drop_duplicates()):,} purchases" in rest["protocol"]
    ours = table["Pareto/NBD, sample only"]
    assert ours["RMSE"] < table["same pace as so far"]["RMSE"]
    assert ours["AUC"] > 0.7
    changed = bought.assign(spend=bought["spend"].where(bought["date"] < later["date"].min(), 999.0))
    pd.concat([changed, changed.head(50)]).to_parquet(tmp_path / "cdnow_sample_2357.parquet")
    assert churn_cdnow.measure(tmp_path)[0]["Pareto/NBD by first order's value, sample only"] == pytest.approx(
        table["Pareto/NBD by first order's value, sample only"], abs=1e-9
    )


def test_lines_of_a_history_carry_the_spend():
    lines = history_of(buyers(5).rename(columns={"master_id": "customer_id"})).lines
    assert lines["value"].sum() == 20.0 * len(lines)


def test_numbers_written_as_text_are_read(tmp_path, monkeypatch):
    random = np.random.default_rng(0)
    tenure = random.integers(1, 70, 300)
    left = np.where(random.random(300) < 1 / (1 + np.exp((tenure - 25) / 8)), "Yes", "No")
    frame = pd.DataFrame({"customerID": range(300), "tenure": tenure.astype(str), "Churn": left})
    frame.to_parquet(tmp_path / "another_name.parquet")
    monkeypatch.setattr(churn_telco, "REPEATS", 1)
    table, rest = churn_telco.measure(tmp_path)
    assert table["logistic regression"]["AUC"] > 0.8
    assert "300 customers" in rest["protocol"]
