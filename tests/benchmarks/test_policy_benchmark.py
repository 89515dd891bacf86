"""The questions of the shop's rules as files, and the figures made of the answers, by hand."""

import json
import tomllib

import pytest

from benchmarks.policy import HERE, Asked, figures_of

ROWS = [json.loads(row) for row in (HERE / "policy_questions.jsonl").read_text(encoding="utf-8").splitlines()]
PAGES = {path.name for path in (HERE.parent / "analytics" / "demo" / "texts" / "policies").glob("*.md")}


def test_there_are_enough_held_out_questions_and_none_twice():
    held_out = [row for row in ROWS if row["part"] == "held-out"]
    assert len([row for row in held_out if row["pages"]]) >= 100
    assert len([row for row in held_out if not row["pages"]]) >= 40
    said = [row["question"].lower().strip("?!. ") for row in ROWS]
    assert len(set(said)) == len(said)
    assert {page for row in ROWS for page in row["pages"]} == PAGES
    assert {page for row in held_out for page in row["pages"]} == PAGES


def test_shares_by_hand():
    asked = [
        Asked("a", ("returns.md",), "returns.md", answered=True, score=0.9),
        Asked("b", ("returns.md",), "returns.md", answered=False, score=0.4),
        Asked("c", ("returns.md", "delivery.md"), "delivery.md", answered=True, score=0.8),
        Asked("d", ("returns.md",), "stores.md", answered=True, score=0.7),
        Asked("e", (), "stores.md", answered=False, score=0.1),
        Asked("f", (), "stores.md", answered=True, score=0.6),
    ]
    figures = figures_of(asked)
    assert figures["answerable questions"] == 4
    assert figures["right page first"] == pytest.approx(3 / 4)
    assert figures["answered from the right page"] == pytest.approx(2 / 4)
    assert figures["answered from a wrong page"] == pytest.approx(1 / 4)
    assert figures["unanswerable handed off"] == pytest.approx(1 / 2)


def test_every_contradicting_page_is_asked_about():
    pages = tomllib.loads((HERE / "policy_disagreements.toml").read_text(encoding="utf-8"))["page"]
    assert {each["part"] for each in pages} == {"development", "held-out"}
    assert all(each["text"].startswith("# ") and each["asked"] for each in pages)


def test_each_of_abcds_guidelines_is_asked_about(bench_data):
    guidelines = json.loads((bench_data / "abcd" / "guidelines.json").read_text(encoding="utf-8"))
    headings = {heading for flow in guidelines.values() for heading in flow["subflows"]}
    asked = {line.split("\t")[0] for line in (HERE / "policy_abcd.tsv").read_text(encoding="utf-8").splitlines()}
    assert asked == headings
