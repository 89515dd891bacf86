"""The model cards and the fairness check as the manager reads them."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from analytics.churn import FittedChurn
from analytics.churn.kept import KeptModel
from analytics.fairness import FittedFairness, GroupFairness
from analytics.model_store import ModelStore
from analytics.scorecard import Scorecard
from assistant.messages import ToolCall
from assistant.toolbox import Context, Toolbox
from assistant.tools.scores import model_scorecard

FRANCE = GroupFairness("country", "France", 50, 0.5, 0.5, 0.3, 0.7, 0.2, 0.1, 0.4, False, False)
SPAIN = GroupFairness("country", "Spain", 60, 0.5, 0.1, 0.05, 0.3, 0.02, 0.0, 0.1, True, True)
CARD = Scorecard("who leaves", "AUC", False, {"recency": {"AUC": 0.6}, "forest": {"AUC": 0.7}}, "forest", "by time",
                 date(2024, 12, 31), 110)  # fmt: skip


@pytest.fixture
def ask(tmp_path):
    store = ModelStore(tmp_path)
    store.save("churn", SimpleNamespace(scorecard=CARD))
    store.save("fairness", FittedFairness((FRANCE, SPAIN), date(2024, 10, 2), 90, date(2024, 12, 31), 30, 1, -0.05))
    context = Context(SimpleNamespace(models=store), SimpleNamespace(role="manager", customer_id=None))
    box = Toolbox.of([model_scorecard])
    return lambda **arguments: box.run(ToolCall("model_scorecard", arguments), context)[1]


def test_a_card_tells_method_data_score_limits_and_fairness(ask):
    result = ask(model="churn")
    assert result.table.rows[0] == ("churn", "who leaves", "forest", "AUC", 0.7, "", True, "110, up to 2024-12-31")
    assert any(note.startswith("Churn knows orders only") for note in result.notes)
    assert any("Fairness: 2 countries and stores" in note and "risks are off in Spain" in note for note in result.notes)


def test_a_card_names_how_reasons_are_found(tmp_path):
    store = ModelStore(tmp_path)
    rows = pd.DataFrame({"probability": [0.5]}, index=["C1"])
    store.save("churn", FittedChurn(rows, rows, 90, date(2024, 12, 31), CARD, "occlusion", KeptModel(b"", "LIME")))
    context = Context(SimpleNamespace(models=store), SimpleNamespace(role="manager", customer_id=None))
    result = Toolbox.of([model_scorecard]).run(ToolCall("model_scorecard", {}), context)[1]
    assert "Churn reasons are found by LIME, for one customer; in lists occlusion." in result.notes


def test_fairness_is_shown_by_group(ask):
    result = ask(model="fairness")
    assert result.headline == (
        "Churn risks are off in Spain (50.0 % predicted, 10.0 % came true); win-back offers pass over Spain."
    )
    assert result.table.rows[1] == (
        "country", "Spain", 60, 50.0, 10.0, 5.0, 30.0, 2.0, 0.0, 10.0, "risk is off, passed over by offers"
    )  # fmt: skip
    assert len(result.chart.series) == 2
    assert result.notes[0].startswith("Over all customers 5.0 percentage points fewer stayed away than predicted")
    assert result.notes[1] == "1 group with fewer than 30 customers is not judged."


def test_a_catalogs_model_has_no_last_day(tmp_path):
    store = ModelStore(tmp_path)
    card = SimpleNamespace(ability="categories", measure="F1", scores={"linear": {"F1": 0.7}}, serves="linear",
                           lower_is_better=False, split="by product", as_of=None, rows=90)  # fmt: skip
    store.save("classifier", SimpleNamespace(scorecard=card))
    context = Context(SimpleNamespace(models=store), SimpleNamespace(role="manager", customer_id=None))
    assert Toolbox.of([model_scorecard]).run(ToolCall("model_scorecard", {}), context)[1].table.rows[0][-1] == "90"
