"""The model cards of a shop are written from its scorecards."""

from datetime import date
from types import SimpleNamespace

from analytics.model_store import ModelStore
from analytics.scorecard import Scorecard
from assistant.tools.model_cards import model_cards

CARD = Scorecard("who leaves", "AUC", False, {"recency": {"AUC": 0.6}, "forest": {"AUC": 0.7, "Brier": 0.2}}, "forest",
                 "learnt before May", date(2024, 12, 31), 1100)  # fmt: skip


class Told:
    """A fairness check that is done."""

    def sentence(self):
        return "two stores judged"


def test_a_card_shows_every_method_the_best_first_and_the_limits(tmp_path):
    store = ModelStore(tmp_path)
    store.save("churn", SimpleNamespace(scorecard=CARD))
    store.save("fairness", Told())
    page = model_cards(SimpleNamespace(name="Corner", as_of=date(2024, 12, 31), models=store))
    assert "# Model cards of Corner" in page
    assert "**What it predicts:** who leaves. **Serves:** forest." in page
    assert "**Judged:** learnt before May; 1,100 judged; as of 2024-12-31." in page
    table = [line for line in page.splitlines() if line.startswith("|")]
    assert table == [
        "| method | AUC | Brier |", "| --- | --- | --- |", "| forest (serves) | 0.7 | 0.2 |", "| recency | 0.6 |  |",
    ]  # fmt: skip
    assert "**Fairness:** two stores judged." in page
    assert "**Limits:** Churn knows orders only" in page


def test_a_shop_without_models_has_an_empty_page(tmp_path):
    page = model_cards(SimpleNamespace(name="Corner", as_of=date(2024, 12, 31), models=ModelStore(tmp_path)))
    assert "## " not in page
