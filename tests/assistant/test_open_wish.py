"""What completes a wish that waits for something; and whole conversations in which it is told bit by bit."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from scripted_model import ScriptedModel
from service_shop import write_warehouse

from assistant.conversation import Conversation
from assistant.messages import CallRecord, ToolCall, ToolResult
from assistant.open_wish import IDENTITY, OpenWish, answer, named_thing, proof, waiting
from assistant.safety import Limits
from assistant.service.hand_over import summary_of
from assistant.settings import write_settings
from assistant.shop import Shop


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("warehouse")
    write_warehouse(folder / "warehouse.duckdb")
    return folder / "warehouse.duckdb"


@pytest.fixture
def shop(tmp_path: Path, warehouse: Path) -> Iterator[Shop]:
    (tmp_path / "warehouse.duckdb").symlink_to(warehouse)
    write_settings(tmp_path, "Corner Shop", "GBP", "2024-06-30")
    opened = Shop(tmp_path)
    opened.__dict__["language"] = ScriptedModel()
    yield opened
    opened.close()


def talk(shop: Shop, customer: str | None, *turns: str) -> Conversation:
    conversation = Conversation(shop, shop.records.open_session("customer", customer), Limits(rate=None))
    for turn in turns:
        conversation.ask(turn)
    return conversation


def open_for(lacks: str, **arguments: object) -> OpenWish:
    return OpenWish(ToolCall("start_return", dict(arguments)), lacks)


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("The linen pillowcase, please.", "linen pillowcase"),
        ("Oh, that'd be the blue mug!", "blue mug"),
        ("two of the mugs", "two of the mugs"),
        ("the first one", "first one"),
        ("please", ""),
    ],
)
def test_an_answer_names_its_thing(said: str, named: str) -> None:
    assert named_thing(said) == named


@pytest.mark.parametrize(
    ("lacks", "said", "value"),
    [
        ("order_id", "It's order 1003, I think", "1003"),
        ("order_id", "the last one", "last"),
        ("items", "the blue mug", ["blue mug"]),
        ("reason", "It's cracked.", "It's cracked."),
        ("address", "That's 7 Mill Lane, Leeds LS6 3QN", "7 Mill Lane Leeds LS6 3QN"),
    ],
)
def test_what_was_asked_for_is_taken_from_the_answer(lacks: str, said: str, value: object) -> None:
    call = answer(open_for(lacks), said)
    assert call is not None
    assert call.arguments[lacks] == value


@pytest.mark.parametrize(
    ("lacks", "said"),
    [
        ("items", "How long do refunds take?"),
        ("order_id", "the blue mug"),
        ("order_id", "1003 or was it 1004"),
        ("address", "to my mother"),
    ],
)
def test_what_answers_nothing_is_no_answer(lacks: str, said: str) -> None:
    assert answer(open_for(lacks), said) is None


def test_proof_goes_with_the_order_named_before() -> None:
    claim = proof(open_for(IDENTITY, order_id="1003"), "it's ann@example.com")
    assert claim == ToolCall("verify_identity", {"email": "ann@example.com", "order_id": "1003"})
    assert proof(open_for(IDENTITY), "I'd rather not say") is None


def test_another_order_starts_afresh() -> None:
    wish = open_for("items", order_id="1003", reason="broken")
    assert wish.told({"order_id": "1009"}).arguments == {"order_id": "1009"}
    assert wish.told({"items": ["mug"]}).arguments == {"order_id": "1003", "reason": "broken", "items": ["mug"]}


def test_a_wish_is_kept_for_three_turns_and_with_the_session() -> None:
    wish = open_for("items", order_id="1003")
    assert OpenWish.of(wish.as_json()) == wish
    later: OpenWish | None = wish
    for _ in range(2):
        assert later is not None
        later = later.aged()
    assert later is not None
    assert later.aged() is None


def test_only_what_was_asked_for_waits() -> None:
    done = CallRecord("start_return", {}, "ok", 0.0, ToolResult(headline="Done."))
    assert waiting(done, "return it") is None


def test_a_return_told_bit_by_bit_by_somebody_unknown(shop: Shop) -> None:
    conversation = talk(shop, None, "I want to send something back", "order 1003", "ann@example.com")
    assert conversation.session.customer_id == "C1"
    assert conversation.session.pending is not None
    assert conversation.session.pending.payload["order_id"] == "1003"


def test_the_number_that_proves_who_one_is_names_the_order(shop: Shop) -> None:
    conversation = talk(shop, None, "I want to cancel my order", "it's 1001 and my email is ann@example.com", "yes")
    assert [each.order_id for each in shop.records.requests()] == ["1001"]
    assert conversation.session.pending is None


def test_an_open_wish_outlives_the_process(shop: Shop) -> None:
    first = talk(shop, "C1", "I'd like to return something")
    again = Conversation(shop, shop.records.open_session("customer", "C1", first.session.session_id), Limits(rate=None))
    again.ask("1003")
    assert again.session.pending is not None
    assert again.session.pending.payload["order_id"] == "1003"


def test_the_same_yes_sent_twice_acts_once(shop: Shop) -> None:
    first = talk(shop, "C1", "please cancel order 1001")
    session_id = first.session.session_id
    tabs = [
        Conversation(shop, shop.records.open_session("customer", "C1", session_id), Limits(rate=None)) for _ in range(2)
    ]
    said = [tab.ask("yes").answer for tab in tabs]
    assert len(shop.records.requests()) == len(shop.records.outbox()) == 1
    assert said[0].startswith("Done: ")
    assert "already done" in said[1]


def test_twenty_customers_at_once_see_only_their_own(tmp_path: Path) -> None:
    orders = {
        f"{5000 + number}": (f"C{number}", "2024-06-25", "placed", None, None, [("P1", number, 4.00)])
        for number in range(1, 21)
    }
    write_warehouse(tmp_path / "warehouse.duckdb", orders)
    write_settings(tmp_path, "Corner Shop", "GBP", "2024-06-30")
    shop = Shop(tmp_path)
    shop.__dict__["language"] = ScriptedModel()
    own, others = "where is my order {}", "cancel order {}"
    talk(shop, "C1", own.format(5001))  # everything is opened once, before the threads

    def visit(number: int) -> tuple[str, str, str]:
        conversation = talk(shop, f"C{number}")
        mine = conversation.ask(own.format(5000 + number)).answer
        next_one = conversation.ask(others.format(5000 + number % 20 + 1)).answer
        conversation.ask(others.format(5000 + number))
        return mine, next_one, conversation.ask("yes").answer

    with ThreadPoolExecutor(20) as threads:
        said = list(threads.map(visit, range(1, 21)))
    for number, (mine, next_one, done) in enumerate(said, start=1):
        assert f"Order {5000 + number} " in mine
        assert f"{number} item" in mine
        assert "can't find" in next_one
        assert done.startswith(f"Done: Cancellation of order {5000 + number} ")
    made = {(each.customer_id, each.order_id) for each in shop.records.requests()}
    assert made == {(f"C{number}", f"{5000 + number}") for number in range(1, 21)}
    shop.close()


def test_who_takes_over_reads_the_open_wish(shop: Shop) -> None:
    conversation = talk(shop, "C1", "I'd like to return something because it is broken")
    said = summary_of(shop.records, conversation.session, "wants a person")
    assert "Not settled yet: start return (reason: " in said
    assert "for want of order_id" in said


def test_what_changes_an_order_is_told_in_the_tools_own_words(shop: Shop) -> None:
    shop.__dict__["language"] = ScriptedModel(answers=["You're a star! You're requested for cancellation."] * 2)
    conversation = talk(shop, "C1", "please cancel order 1001")
    assert conversation.ask("yes").answer.startswith("Done: Cancellation of order 1001 ")
