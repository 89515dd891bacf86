import numpy as np
import pandas as pd
import pytest

from analytics.churn.labelled import Encoding, fit_labelled_churn, judged_labelled, labels_of
from analytics.errors import NotEnoughHistory


def contracts(size=700, seed=2):
    """Monthly contracts leave more, long tenure less; one number is missing, one text names each customer."""
    random = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "contract": random.choice(["monthly", "one year", "two years"], size),
            "paperless": random.choice(["Yes", "No"], size),
            "tenure": random.integers(1, 72, size).astype(float),
            "town": [f"town {number}" for number in range(size)],
            "always": 1,
        },
        index=[f"K{number}" for number in range(size)],
    )
    odds = 1.5 * (table["contract"] == "monthly") - 0.05 * table["tenure"]
    left = (random.random(size) < 1 / (1 + np.exp(-odds.to_numpy()))).astype(float)
    table.loc["K5", "tenure"] = np.nan
    return table, left


def test_a_table_becomes_numbers_and_a_later_one_the_same_columns():
    table, _ = contracts()
    encoding = Encoding.of(table)
    assert set(encoding.apply(table)) == {
        "tenure", "contract = monthly", "contract = one year", "contract = two years", "paperless = Yes",
    }  # fmt: skip
    later = table.head(2).assign(contract=["weekly", "monthly"])
    row = encoding.apply(later)
    assert list(row) == list(encoding.apply(table))
    assert row["contract = monthly"].tolist() == [0.0, 1.0]
    assert encoding.apply(table).loc["K5", "tenure"] == table["tenure"].median()


def test_the_learners_find_who_leaves_and_say_why():
    table, left = contracts()
    fitted = fit_labelled_churn(table, left)
    assert fitted.scores[fitted.serves]["AUC"] == max(each["AUC"] for each in fitted.scores.values()) > 0.72
    risk = fitted.risk(table)
    assert risk.mean() == pytest.approx(left.mean(), abs=0.03)
    monthly = risk[table["contract"] == "monthly"].mean()
    assert monthly > risk[table["contract"] == "two years"].mean() + 0.15
    likeliest = table.loc[[risk.idxmax()]]
    assert "contract: monthly" in fitted.reasons(likeliest)[0]


def test_folds_do_not_teach_what_they_judge():
    """With labels that nothing predicts, no method may seem to know more than chance."""
    table, left = contracts()
    scores = judged_labelled(table, np.random.default_rng(0).permutation(left), repeats=1)
    assert all(abs(each["AUC"] - 0.5) < 0.06 for each in scores.values())


def test_labels_are_read_and_a_wrong_one_is_named():
    assert labels_of(pd.Series(["Yes", "no", True, 0])).tolist() == [1.0, 0.0, 1.0, 0.0]
    with pytest.raises(ValueError, match="perhaps"):
        labels_of(pd.Series(["yes", "perhaps"]))


def test_too_few_who_left_are_told():
    table, left = contracts(60)
    with pytest.raises(NotEnoughHistory, match="3 and 57"):
        fit_labelled_churn(table, np.r_[np.ones(3), np.zeros(57)])
