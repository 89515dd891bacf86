"""A customer is taken out of history, models and records; the others and the figures stay."""

import json
import sqlite3
from contextlib import closing
from types import SimpleNamespace

import duckdb
import joblib
import numpy as np
import pandas as pd
import pytest

from analytics.person import FORGOTTEN, Person
from analytics.warehouse import rebuild
from assistant import cli
from assistant.board import Boards
from assistant.messages import Answer, ToolCall
from assistant.records import Records
from assistant.settings import write_settings
from assistant.traces import find_traces, names_person

ID, EMAIL, NAME = "C10002", "ann@example.org", "Ann Hill"


class Fitted:
    """A fitted model with a table per customer."""

    def __init__(self):
        self.customers = pd.DataFrame({"value": [1.0, 2.0]}, index=pd.Index(["C10001", ID], name="customer_id"))


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "shop"
    with rebuild(folder / "warehouse.duckdb") as connection:
        for customer, email, name in ((ID, EMAIL, NAME), ("C10001", "bob@example.org", "Bob Low")):
            connection.execute(
                "insert into customers (customer_id, email, name) values (?, ?, ?)", [customer, email, name]
            )
            connection.execute(
                "insert into orders (order_id, customer_id, kind, ordered_at, address) "
                "values (?, ?, 'sale', '2024-01-05', '1 High Street')",
                [f"O-{customer}", customer],
            )
            connection.execute(
                "insert into order_lines (order_id, line_number, product_id, quantity, unit_price, sold_at) "
                "values (?, 1, 'P1', 2, 5.0, '2024-01-05')",
                [f"O-{customer}"],
            )
        connection.execute("insert into products (product_id, title, merchandise) values ('P1', 'Mug', true)")
        connection.execute(
            "insert into reviews (review_id, product_id, customer_id, text) values ('R1', 'P1', ?, 'Lovely. ANN HILL')",
            [ID],
        )
        rejected = json.dumps({"customer": ID, "email": EMAIL})
        connection.execute("insert into rejected values ('till', 1, 'no price', 'no price', ?)", [rejected])
        connection.execute("insert into rejected values ('till', 2, 'no price', 'no price', '{}')")
    write_settings(folder, "Test", "GBP")
    (folder / "models").mkdir()
    joblib.dump(Fitted(), folder / "models" / "churn.joblib")
    (folder / "models" / "customers.joblib").write_bytes(b"of an earlier version")
    (folder / "truth").mkdir()
    pd.DataFrame({"customer_id": [ID, "C10001"]}).to_parquet(folder / "truth" / "truth_customers.parquet")
    _talk(folder)
    Boards(folder).pin("ann", f"Will {ID} leave?", [ToolCall("churn_risk", {"customer": ID})])
    Boards(folder).pin("ann", "How much last week?", [ToolCall("sales_report", {"metric": "revenue"})])
    return folder


def _talk(folder):
    records = Records(f"sqlite:///{folder / 'service.sqlite'}")
    own = records.open_session("customer", ID)
    records.record_turn(own, Answer("where is my order?", "customer", "On its way."))
    boss = records.open_session("manager")
    records.record_turn(boss, Answer(f"profile of {ID}", "manager", f"{NAME} ({EMAIL}) spent £10.00."))
    records.audit(boss, "customer_profile", {"customer": ID}, "ok")
    records.close()


def rows(folder, query):
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_everything_is_taken_out_and_proved(folder, capsys):
    before = find_traces(folder, Person(ID, EMAIL, NAME))
    assert {trace.place.split(" ")[0] for trace in before} == {
        "models/churn.joblib", "models/customers.joblib", "service.sqlite", "truth/truth_customers.parquet",
        "warehouse.duckdb", next(folder.glob("boards/*.json")).relative_to(folder).as_posix(),
    }  # fmt: skip
    assert cli.main(["forget", ID, "--shop", str(folder)]) == 0
    said = capsys.readouterr().out
    for line in ("history: customers: 1", "history: rejected: 1", "records: turns: 2", "model fitted anew: churn",
                 "model fitted anew: customers", "boards: pinned answers: 1"):  # fmt: skip
        assert line in said
    assert "nothing names this customer any more" in said
    assert find_traces(folder, Person(ID, EMAIL, NAME)) == ()
    raw = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    assert EMAIL.encode() not in raw
    assert NAME.encode() not in raw


def test_the_rest_stays_as_it_was(folder):
    figures = "select sum(value), count(*) from sales"
    before = rows(folder, figures)
    cli.main(["forget", EMAIL, "--shop", str(folder)])
    assert rows(folder, figures) == before
    assert rows(folder, "select customer_id from customers") == [("C10001",)]
    assert rows(folder, "select customer_id, address from orders order by order_id") == [
        ("C10001", "1 High Street"), (None, None)
    ]  # fmt: skip
    assert rows(folder, "select customer_id, text from reviews") == [(None, f"Lovely. {FORGOTTEN}")]
    assert rows(folder, "select row_number from rejected") == [(2,)]
    assert [pin.question for pin in Boards(folder).pins("ann")] == ["How much last week?"]
    records = Records(f"sqlite:///{folder / 'service.sqlite'}")
    audit = records.audit_trail()
    assert audit[0].arguments == {"customer": FORGOTTEN}  # that a profile was looked at is still known
    records.close()


def test_an_unknown_customer_changes_nothing(folder, capsys):
    before = {file: file.read_bytes() for file in folder.rglob("*.joblib")}
    assert cli.main(["forget", "profile", "--shop", str(folder)]) == 2
    assert "nothing there knows 'profile'" in capsys.readouterr().err
    assert before == {file: file.read_bytes() for file in folder.rglob("*.joblib")}


def test_vectors_in_a_database_are_no_text(tmp_path):
    with closing(sqlite3.connect(tmp_path / "chroma.sqlite3")) as connection:
        connection.execute("create table embeddings (vector blob, text varchar)")
        connection.execute("insert into embeddings values (?, ?)", [b"\xad\xff\x00", f"bought by {ID}"])
        connection.execute("insert into embeddings values (?, ?)", [f"\x00{EMAIL}\x01".encode(), ""])
        connection.commit()
    found = {trace.place: trace.count for trace in find_traces(tmp_path, Person(ID, EMAIL, NAME))}
    assert found == {"chroma.sqlite3 embeddings.text": 1, "chroma.sqlite3 embeddings.vector": 1}


def test_models_are_searched_by_content():
    person = Person(ID, EMAIL, NAME)
    assert names_person({"codes": np.array(["x", ID], dtype=object)}, person)
    assert names_person(SimpleNamespace(inner=[(1, {ID: 2.0})]), person)
    assert names_person(pd.Series(pd.Categorical([ID])), person)
    assert not names_person(SimpleNamespace(text=f"{ID}0", number=10002), person)


def test_a_number_that_a_product_has_too_counts_only_among_customers():
    person = Person("22423", id_is_taken=True)
    assert not names_person({"products": ["22423"]}, person)
    assert names_person({"customers": ["22423"]}, person)
    assert person.masked("22423 sold well") == "22423 sold well"
    assert Person(ID).masked(f"of {ID}, and {ID}1") == f"of {FORGOTTEN}, and {ID}1"
