import asyncio
import os
import random
import time

import pytest
from served_shop import access_of_shop, make_shop, running

from benchmarks import load
from benchmarks.load_figures import Heard, Turn, figures, percentile, table
from ui.logins import Logins


def turn(role, waited, total, places=(), chart=False, question="q"):
    return Turn(role, question, waited, total / 2, total, places, chart)


def test_percentiles_are_values_that_were_measured():
    assert [percentile([4.0, 1.0, 3.0, 2.0], share) for share in (0.5, 0.75, 0.95, 1.0)] == [2.0, 3.0, 4.0, 4.0]
    assert percentile([], 0.5) == 0.0


def test_the_figures_worked_out_by_hand():
    heard = Heard(
        turns=[
            turn("customer", 2.0, 4.0, (3, 2, 1)),
            turn("customer", 0.0, 1.0),
            turn("customer", 6.0, 8.0, (2, 3, 1)),
            turn("manager", 1.5, 5.0, (1,), chart=True),
            turn("manager", 9.0, 9.5, (1,)),  # no chart
        ],
        errors=["customer: 500"],
        memory=[(0.0, 100.0), (60.0, 200.0), (120.0, 200.0), (180.0, 210.0)],
        cpu_seconds=10.0,
    )
    alone = Heard(turns=[turn("manager", 0.0, 2.0, chart=True), turn("manager", 0.0, 3.0, chart=True)])
    found = figures(heard, alone, 3)
    assert found["errors"] == 1
    assert found["customer"]["whole_answer"] == {"median": 4.0, "p95": 8.0, "p99": 8.0, "longest": 8.0}
    assert (found["customer"]["turns_that_waited"], found["customer"]["last_place_seen"]) == (2, 3)
    assert found["customer"]["places_that_grew"] == 1
    charts = {"answered": 1, "longest_in_line": 1.5, "longest_answer": 5.0}
    assert found["managers_charts"] == {**charts, "questions_compared": 1, "longer_than_alone": 3.0}
    memory = {"start": 100, "end": 210, "most": 210, "growth_in_second_half_per_minute": 10.0}
    assert found["memory_mb"] == memory
    assert found["server_cpu_seconds"] == {"whole": 10.0, "a_turn": 2.0}
    assert "errors: 1" in table(found)


def test_a_small_crowd_at_a_running_server(tmp_path, monkeypatch):
    monkeypatch.setattr(load, "THINKS", {"customer": (0.0, 0.1), "manager": (0.0, 0.1)})
    real = random.Random.uniform
    monkeypatch.setattr(random.Random, "uniform", lambda self, low, high: min(real(self, low, high), 0.1))
    shop = make_shop(tmp_path)
    access = access_of_shop(shop)
    access = type(access)(False, load.TOKEN, logins=Logins(shop, load.TOKEN))
    with running(shop, access) as address:
        port = int(address.rsplit(":", 1)[1])
        start = time.monotonic()
        heard = asyncio.run(load.crowd(port, os.getpid(), customers=3, managers=1, minutes=0.05, seed=1))
    shop.close()
    assert heard.errors == []
    assert {each.role for each in heard.turns} == {"customer", "manager"}
    assert all(0 < each.first <= each.total < time.monotonic() - start for each in heard.turns)
    assert heard.memory[0][1] > 50
    assert heard.cpu_seconds > 0


def test_a_missing_shop_is_said(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("sys.argv", ["load", "--shop", str(tmp_path)])
    with pytest.raises(SystemExit):
        load.main()
    assert "make demo" in capsys.readouterr().err
