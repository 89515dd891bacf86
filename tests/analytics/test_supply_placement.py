"""Safety stock placement against the published optima: Snyder and Shen's examples as stockpyl's tests state them."""

import gzip
import json
import math
from dataclasses import replace

import pytest

from analytics.supply.placement import Stage, place_safety_stock


def changed(stages, **promises):
    return [replace(each, promise=promises.get(each.name, each.promise)) for each in stages]


# Figure 6.14 (Graves and Willems's digital camera): demand N(0, 10), covered in 95 of 100 cases.
Z = 1.6448536269514722
CAMERA = [
    Stage("Raw_Material", 2, 0.01, service_factor=Z),
    Stage("Process_Wafers", 3, 0.03, ("Raw_Material",), service_factor=Z),
    Stage("Package_Test_Wafers", 2, 0.04, ("Process_Wafers",), service_factor=Z),
    Stage("Imager_Base", 4, 0.06, service_factor=Z),
    Stage("Imager_Assembly", 2, 0.12, ("Package_Test_Wafers", "Imager_Base"), service_factor=Z),
    Stage("Ship_to_Final_Assembly", 3, 0.13, ("Imager_Assembly",), service_factor=Z),
    Stage("Camera", 6, 0.20, service_factor=Z),
    Stage("Circuit_Board", 4, 0.08, service_factor=Z),
    Stage("Other_Parts", 3, 0.04, service_factor=Z),
    Stage("Build_Test_Pack", 2, 0.50, ("Ship_to_Final_Assembly", "Camera", "Circuit_Board", "Other_Parts"),
          demand_sd=10, promise=2, service_factor=Z),
]  # fmt: skip
# Problem 6.9: two products from one place.
DAY_RATE = 0.2 / 365
TWO_PRODUCTS = [
    Stage("1", 7, 220 * DAY_RATE, ("3",), demand_sd=4.1, promise=3, service_factor=4),
    Stage("2", 7, 140 * DAY_RATE, ("3",), demand_sd=6.2, promise=3, service_factor=4),
    Stage("3", 21, 90 * DAY_RATE, ("4", "5"), service_factor=4),
    Stage("4", 3, 5 * DAY_RATE, service_factor=4),
    Stage("5", 8, 20 * DAY_RATE, ("6",), service_factor=4),
    Stage("6", 2, 7.5 * DAY_RATE, service_factor=4),
]


def test_serial_system_of_example_6_3():
    found = place_safety_stock(
        [
            Stage("3", 1, 2, supply_time=1, service_factor=1),
            Stage("2", 0, 4, ("3",), service_factor=1),
            Stage("1", 1, 7, ("2",), demand_sd=1, promise=1, service_factor=1),
        ]
    )
    assert found.cost == pytest.approx(2 * math.sqrt(2))
    assert [found.of(name).promises for name in "321"] == [0, 0, 1]


def test_tree_of_example_6_5():
    found = place_safety_stock(
        [
            Stage("1", 2, 1, supply_time=1, service_factor=1),
            Stage("2", 1, 3, ("3",), demand_sd=1, promise=0, service_factor=1),
            Stage("3", 1, 2, ("1",), service_factor=1),
            Stage("4", 1, 3, ("3",), demand_sd=1, promise=1, service_factor=1),
        ]
    )
    assert found.cost == pytest.approx(8.277916867529369)
    assert {each.name: each.promises for each in found.stages} == {"1": 0, "2": 0, "3": 0, "4": 1}
    assert found.of("1").safety_stock == pytest.approx(math.sqrt(6))


@pytest.mark.parametrize(
    ("promise", "cost"), [(2, 18.8240044725922), (5, 12.4686888061037), (8, 3.25788236403285), (12, 0.232617430735335)]
)
def test_tree_of_figure_6_14(promise, cost):
    assert place_safety_stock(changed(CAMERA, Build_Test_Pack=promise)).cost == pytest.approx(cost, abs=1e-10)


@pytest.mark.parametrize(
    ("one", "two", "cost"), [(3, 3, 15.649530249501), (0, 7, 13.121240238718), (21, 5, 10.5811190103555)]
)
def test_tree_of_problem_6_9(one, two, cost):
    found = place_safety_stock(changed(TWO_PRODUCTS, **{"1": one, "2": two}))
    assert found.cost == pytest.approx(cost, abs=1e-10)
    assert (found.of("3").promises, found.of("6").promises) == (0, 2)


def test_the_published_instances_hold_these_figures(bench_data):
    """The figures typed above are those of the instance file."""
    with gzip.open(bench_data / "inventory_stockpyl" / "stockpyl_instances.json.gz", "rt") as file:
        given = json.load(file)["instances"]
    nodes = next(each for each in given if each["name"] == "figure_6_14")["data"]["_nodes"]
    said = {node["name"]: (node["processing_time"], node["local_holding_cost"]) for node in nodes}
    assert said == {each.name: (each.time, each.holding_cost) for each in CAMERA}


def test_every_stage_keeps_its_promise():
    found = place_safety_stock(CAMERA)
    for stage in CAMERA:
        plan = found.of(stage.name)
        assert plan.covers == plan.waits + stage.time - plan.promises >= 0
        assert all(found.of(supplier).promises <= plan.waits for supplier in stage.supplied_by)


def test_a_cheap_warehouse_holds_what_dear_stores_would():
    stores = [Stage(f"store {i}", 1, 4.0, ("warehouse",), demand_sd=3, promise=0) for i in range(2)]
    found = place_safety_stock([Stage("warehouse", 0, 1.0, supply_time=9), *stores])
    # promising at once, the warehouse covers 9 days of sqrt(18); each store 1 day of 3: 1.645 x (12.73 + 4 x 6)
    assert found.of("warehouse").promises == 0
    assert found.cost == pytest.approx(1.645 * (math.sqrt(18) * 3 + 4 * 2 * 3))
    # were the warehouse as dear as that, the stores would cover all 10 days themselves
    dear = place_safety_stock([Stage("warehouse", 0, 9.0, supply_time=9), *stores])
    assert dear.of("warehouse").safety_stock == 0
    assert dear.cost == pytest.approx(1.645 * 4 * 2 * 3 * math.sqrt(10))


@pytest.mark.parametrize(
    ("stages", "says"),
    [
        ([], "one stage or more"),
        ([Stage("a", 1, 1), Stage("a", 1, 1, ("a",))], "name of its own"),
        ([Stage("a", 1, 1, ("b",))], "supplied by b"),
        ([Stage("a", 1, 1), Stage("b", 1, 1)], "Expected a tree"),
        ([Stage("a", 1, 1), Stage("b", 1, 1, ("a",)), Stage("c", 1, 1, ("a", "b"))], "Expected a tree"),
        ([Stage("a", -1, 1)], "0 or more"),
        ([Stage("a", 1.5, 1)], "whole days"),
    ],
)
def test_what_is_no_tree_is_told(stages, says):
    with pytest.raises(ValueError, match=says):
        place_safety_stock(stages)
