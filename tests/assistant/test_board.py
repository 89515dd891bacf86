import json
import threading

import pytest

from analytics.person import Person
from assistant.board import BOARDS, MOST_PINS, Boards, calls_to_pin
from assistant.errors import BadCall, RecordsUnavailable
from assistant.messages import Answer, CallRecord, ToolCall, ToolResult, Write

REPORT = ToolCall("sales_report", {"metric": "revenue", "period": "last week"})
RISK = ToolCall("churn_risk", {"customer": "C1"})


def test_pins_survive_a_restart_in_their_order_and_each_manager_has_a_board(tmp_path):
    boards = Boards(tmp_path)
    first = boards.pin("ann", " How much last week? ", [REPORT])
    second = boards.pin("ann", "Risk of C1?", [RISK])
    boards.pin("Ann Lee", "Again", [RISK])
    again = Boards(tmp_path)
    assert again.pins("ann") == (first, second)
    assert first.question == "How much last week?"
    assert first.calls == (REPORT,)
    assert [pin.question for pin in again.pins("Ann Lee")] == ["Again"]
    assert again.pins("nobody") == ()


def test_names_that_look_alike_as_files_are_kept_apart(tmp_path):
    boards = Boards(tmp_path)
    boards.pin("../evil", "q", [REPORT])
    assert boards.pins("evil") == boards.pins("..evil") == ()
    assert all(each.parent == tmp_path / BOARDS for each in tmp_path.rglob("*.json"))


def test_the_same_calls_are_pinned_once_and_a_pin_is_taken_off(tmp_path):
    boards = Boards(tmp_path)
    pin = boards.pin("ann", "q", [REPORT])
    assert boards.pin("ann", "in other words", [REPORT]) == pin
    assert boards.unpin("ann", pin.pin_id)
    assert not boards.unpin("ann", pin.pin_id)
    assert boards.pins("ann") == ()


def test_a_full_board_and_an_answer_without_a_tool_are_told(tmp_path):
    boards = Boards(tmp_path)
    for each in range(MOST_PINS):
        boards.pin("ann", "q", [ToolCall("sales_report", {"top": each})])
    with pytest.raises(BadCall, match="Take one off"):
        boards.pin("ann", "one more", [RISK])
    with pytest.raises(BadCall, match="nothing to pin"):
        boards.pin("ann", "hello", [])


def test_a_damaged_board_says_which_file(tmp_path):
    boards = Boards(tmp_path)
    boards.pin("ann", "q", [REPORT])
    (file,) = (tmp_path / BOARDS).glob("*.json")
    file.write_text('[{"pin_id": 1}]')
    with pytest.raises(RecordsUnavailable, match=file.name):
        boards.pins("ann")


def test_two_at_once_lose_no_pin(tmp_path):
    def pin(number):
        Boards(tmp_path).pin("ann", str(number), [ToolCall("sales_report", {"top": number})])

    threads = [threading.Thread(target=pin, args=(each,)) for each in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(int(pin.question) for pin in Boards(tmp_path).pins("ann")) == list(range(8))


def test_a_forgotten_customer_is_on_no_board(tmp_path):
    boards = Boards(tmp_path)
    boards.pin("ann", "How much?", [REPORT])
    boards.pin("ann", "Will C1 leave?", [RISK])
    boards.pin("bob", "About Jane Doe", [ToolCall("customer_profile", {"customer": "jane doe"})])
    assert boards.forget(Person("C1", name="Jane Doe", id_is_taken=True)) == 2
    assert [pin.question for pin in boards.pins("ann")] == ["How much?"]
    assert boards.pins("bob") == ()
    assert "Doe" not in json.dumps([each.read_text() for each in tmp_path.rglob("*.json")])


def test_only_calls_that_found_something_and_changed_nothing_are_pinned():
    write = ToolResult("Done.", write=Write("return", {}, "k"))
    records = (
        CallRecord("sales_report", {"metric": "units"}, "ok", 0.1, ToolResult("h")),
        CallRecord("churn_risk", {}, "error", 0.1, ToolResult("h", status="error")),
        CallRecord("start_return", {}, "ok", 0.1, write),
    )
    assert calls_to_pin(Answer("q", "manager", "a", records)) == (ToolCall("sales_report", {"metric": "units"}),)
    assert calls_to_pin(None) == ()
