"""Offers announced at the moment they are due: once each, and gone with a forgotten customer."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from analytics.offer_triggers import TriggerRules, Triggers
from assistant.errors import WrongUse
from assistant.records import Records
from assistant.records.schema import OFFER_DUE
from assistant.service.due_offers import on_day, on_order

TODAY = date(2024, 12, 31)


@pytest.fixture
def shop(tmp_path):
    customers = pd.DataFrame(
        {"order_days": [5], "usual_gap": [10.0], "last_day": [pd.Timestamp("2024-12-10")], "order_value": [30.0]},
        index=["C1"],
    )
    purchases = pd.DataFrame(columns=["customer_id", "product_id", "last_day", "usual_gap", "times", "value"])
    purchases = purchases.astype({"last_day": "datetime64[ns]", "usual_gap": float})
    triggers = Triggers(customers, purchases, {"TEA": "MUG"}, {"TEA": 0.15, "MUG": 0.1}, 0.05, TriggerRules())
    records = Records(f"sqlite:///{tmp_path / 'service.sqlite'}")
    yield SimpleNamespace(triggers=triggers, records=records, as_of=TODAY)
    records.close()


def test_a_first_order_calls_for_a_welcome_and_what_goes_with_it(shop):
    found = on_order(shop, "O1", "C9", ["tea"], TODAY)
    assert [(each["offer"], each["products"], each["discount"]) for each in found.offers] == [
        ("welcome", [], 0.05), ("bundle", ["TEA", "MUG"], 0.1),
    ]  # fmt: skip
    events = shop.records.outbox()
    assert [event.kind for event in events] == [OFFER_DUE, OFFER_DUE]
    assert events[0].body["subject"] == "customer:C9"
    assert found.new == 2


def test_an_order_that_is_reported_twice_is_announced_once(shop):
    on_order(shop, "O1", "C1", ["TEA"], TODAY)
    again = on_order(shop, "O1", "C1", ["TEA"], TODAY)
    assert (len(again.offers), again.new) == (1, 0)
    assert len(shop.records.outbox()) == 1
    assert on_order(shop, "O2", "C1", ["TEA"], TODAY).new == 1


def test_a_silence_is_announced_on_the_day_it_is_too_long(shop):
    # last order on 10 December, usually every 10 days: twice that and a day later is 31 December
    assert on_day(shop, date(2024, 12, 30)).offers == ()
    (due,) = on_day(shop, TODAY).offers
    assert (due["offer"], due["cause"], due["since"]) == ("win back", "silence", "2024-12-31")
    assert on_day(shop, TODAY, days=3).new == 0


def test_an_offer_that_was_not_sent_yet_goes_with_a_forgotten_customer(shop):
    on_day(shop, TODAY)
    shop.records.erase_customer("C1")
    assert shop.records.outbox() == ()


def test_wrong_reports_are_told(shop):
    with pytest.raises(WrongUse, match="1 to 500 products"):
        on_order(shop, "O1", "C1", [], TODAY)
    with pytest.raises(WrongUse, match="id of an order"):
        on_order(shop, " ", "C1", ["TEA"], TODAY)
    with pytest.raises(WrongUse, match="one day or more"):
        on_day(shop, TODAY, days=0)
