from datetime import date, timedelta

import pandas as pd
import pytest
from sales_lines import AS_OF, Shelf, lines, sale

from analytics.offer_triggers import TriggerRules, fit_triggers

GOODS = pd.DataFrame(
    {"product_id": ["A", "B", "C"], "price": [10.0, 10.0, 10.0], "cost": [5.0, 9.3, None], "category": "x"}
)


def shelf(*rows):
    return Shelf(lines(*rows), products=GOODS)


def rhythm(customer="C1", last=10, gap=10, times=5, product="A"):
    return [sale(customer, last + gap * n, product=product) for n in range(times)]


def test_a_first_order_is_welcomed_and_a_second_is_not():
    triggers = fit_triggers(shelf(*rhythm()))
    due = triggers.on_order("new", ["A"], AS_OF)
    assert [each.kind for each in due] == ["welcome"]
    assert triggers.on_order("C1", ["A"], AS_OF) == ()


def test_a_silence_of_twice_the_usual_gap_is_told_once():
    triggers = fit_triggers(shelf(*rhythm(last=0)))  # every 10 days, last on the as-of date
    assert [each.kind for each in triggers.on_day(AS_OF + timedelta(days=21))] == ["win back"]
    for other in (20, 22):
        assert all(each.kind != "win back" for each in triggers.on_day(AS_OF + timedelta(days=other)))
    assert triggers.on_day(AS_OF + timedelta(days=25), days=7)[0].since == AS_OF + timedelta(days=21)


def test_what_is_bought_every_ten_days_is_due_after_ten():
    triggers = fit_triggers(shelf(*rhythm(last=0)))
    due = triggers.on_day(AS_OF + timedelta(days=10))
    assert [(each.kind, each.products, each.usual_gap) for each in due] == [("replenishment", ("A",), 10.0)]
    assert due[0].worth == pytest.approx(10.0)


def test_a_bundle_needs_pairs_beyond_chance_and_offers_what_is_missing():
    rows = []
    for number in range(30):
        order = f"o{number}"
        rows.append(sale(f"K{number}", number, order=order, product="A" if number < 12 else "C"))
        if number < 12:
            rows.append(sale(f"K{number}", number, order=order, product="B"))
    triggers = fit_triggers(shelf(*rows))
    due = [each for each in triggers.on_order("K1", ["A"], AS_OF + timedelta(days=1)) if each.kind == "bundle"]
    assert [each.products for each in due] == [("A", "B")]
    assert due[0].discount == 0.0  # B costs 9.30: no discount leaves it above cost plus margin
    assert triggers.on_order("K1", ["A", "B"], AS_OF + timedelta(days=1)) == ()


def test_discounts_never_go_below_margin_and_unknown_costs_get_none():
    triggers = fit_triggers(shelf(*rhythm(), *rhythm("C2", product="B"), *rhythm("C3", product="C")))
    assert triggers.discount == {"A": 0.15, "B": 0.0, "C": 0.0}


def test_one_customer_without_a_rhythm_gets_nothing():
    triggers = fit_triggers(shelf(sale("only", 3)))
    assert triggers.on_day(AS_OF, days=400) == ()


def test_rules_are_checked():
    with pytest.raises(ValueError, match="quiet > 1"):
        TriggerRules(quiet=0.5)
    assert date(2024, 12, 31) == AS_OF
