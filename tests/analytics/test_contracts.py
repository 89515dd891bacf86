"""Contract shops: from the mapped file to each customer's chance to leave."""

import json
from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest

from analytics.churn.contracts import attributes_of, contracts_of, fit_contracts
from analytics.errors import NotEnoughHistory
from analytics.imports import ingest_csv
from analytics.warehouse import Warehouse

MAP = """
name = "contracts"
[contracts]
file = "contracts.csv"
[contracts.columns]
customer_id = "Customer"
has_left = "Churn"
attributes = "*"
[offers_sent]
file = "offers.csv"
[offers_sent.columns]
offer_id = "Offer"
customer_id = "Customer"
sent_on = "Sent"
got_it = "Got it"
"""


def contracts(customers=400, seed=2):
    """Monthly contracts and short stays end more often."""
    random = np.random.default_rng(seed)
    monthly, tenure = random.random(customers) < 0.5, random.integers(1, 72, customers)
    left = random.random(customers) < np.where(monthly, 0.55, 0.05) * np.where(tenure < 24, 1.3, 0.7)
    return pd.DataFrame(
        {"Customer": [f"K{n}" for n in range(customers)], "Contract": np.where(monthly, "monthly", "two years"),
         "Tenure": tenure, "Churn": np.where(left, "Yes", "No")}
    )  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    folder = tmp_path_factory.mktemp("contracts")
    table = contracts()
    table.to_csv(folder / "contracts.csv", index=False)
    pd.DataFrame({"Offer": "M1", "Customer": ["K1", "K2", "K3"], "Sent": "2024-05-01", "Got it": ["yes", "no", "?"]}
                 ).to_csv(folder / "offers.csv", index=False)  # fmt: skip
    (folder / "map.toml").write_text(MAP)
    ingest_csv(folder, folder / "map.toml", folder / "warehouse.duckdb")
    return Warehouse(folder / "warehouse.duckdb"), table


def test_every_other_column_becomes_an_attribute(warehouse):
    rows = warehouse[0].frame(warehouse[0].table("contracts")).set_index("customer_id")
    assert len(rows) == 400
    assert json.loads(rows["attributes"]["K0"]).keys() == {"Contract", "Tenure"}
    assert attributes_of(rows["attributes"])["Tenure"].dtype.kind in "if"


def test_offers_are_imported_and_an_unreadable_arm_is_rejected(warehouse):
    rows = warehouse[0].frame(warehouse[0].table("offers_sent"))
    assert dict(zip(rows["customer_id"], rows["got_it"].astype(bool), strict=True)) == {"K1": True, "K2": False}
    assert "unreadable got it" in set(warehouse[0].frame(warehouse[0].table("rejected"))["rule"])


def test_contract_customers_are_known_to_the_shop(warehouse):
    known = warehouse[0].frame(warehouse[0].table("customers"))
    assert {"K0", "K399"} <= set(known["customer_id"])


def test_who_may_leave_is_ranked_with_reasons(warehouse):
    found = fit_contracts(warehouse[0], date(2024, 12, 31))
    table = warehouse[1].set_index("Customer")
    assert set(found.customers.index) == set(table.index[table["Churn"] == "No"])
    assert found.scorecard.scores[found.scorecard.serves]["AUC"] > 0.75
    top = found.customers.head(20)
    assert (table["Contract"][top.index] == "monthly").mean() > 0.9
    assert any("Contract: monthly" in reason for reason in top["reasons"].iloc[0])
    assert found.average == pytest.approx((table["Churn"] == "Yes").mean())


def test_what_cannot_be_learnt_is_told():
    rows = pd.DataFrame({"customer_id": [f"K{n}" for n in range(80)], "has_left": [True, False] * 40})
    with pytest.raises(NotEnoughHistory, match="attributes"):
        contracts_of(rows.assign(attributes=None), date(2024, 12, 31))
    few = rows.head(20).assign(attributes=[json.dumps({"tenure": n}) for n in range(20)])
    with pytest.raises(NotEnoughHistory, match="at least 30 customers who left"):
        contracts_of(few, date(2024, 12, 31))


def test_a_forgotten_customer_leaves_contracts_and_offers(tmp_path, warehouse):
    import shutil

    from analytics.forgetting import forget_in_history, person_of

    path = tmp_path / "warehouse.duckdb"
    shutil.copy(warehouse[0].path, path)
    person = person_of(path, "K1")
    assert person is not None
    counts = forget_in_history(path, person)
    assert counts["contracts"] == 1
    assert counts["offers_sent"] == 1
    with duckdb.connect(str(path), read_only=True) as connection:
        for table in ("contracts", "offers_sent", "customers"):
            assert connection.execute(f"select count(*) from {table} where customer_id = 'K1'").fetchone() == (0,)
