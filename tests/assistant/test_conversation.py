"""One turn, with the real router, tools, records and checks; only the language model is scripted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scripted_model import ScriptedModel
from service_shop import write_warehouse

from assistant.after_refusal import NOTHING_WAITS
from assistant.conversation import Conversation, start
from assistant.errors import BadCall, ModelUnavailable, NotFound
from assistant.language.chat import Prompt, Usage
from assistant.messages import Answer, ToolCall, ToolResult, Write
from assistant.open_wish import OpenWish
from assistant.safety import Limits
from assistant.settings import write_settings
from assistant.shop import Shop
from assistant.talk import AWAY, DROPPED
from assistant.timing import Timing
from assistant.toolbox import Context

CANCEL = ToolCall("cancel_order", {"order_id": "1001"})


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
    yield opened
    opened.close()


def talk(shop: Shop, role: Any = "customer", customer: str | None = "C1", **script: Any) -> Conversation:
    """A conversation with a scripted model."""
    shop.__dict__["language"] = ScriptedModel(**script)
    return Conversation(shop, shop.records.open_session(role, customer), Limits(rate=None))


REVENUE = ToolCall("sales_report", {"metric": "orders", "period": "2024-06-25"})


def test_the_models_own_words_are_shown_when_the_results_support_them(shop: Shop) -> None:
    conversation = talk(shop, "manager", None, calls=[REVENUE], answers=["We took 1 order on 25 June 2024."])
    answer = conversation.ask("how many orders did we get on 25 june 2024")
    assert [call.name for call in answer.calls] == ["sales_report"]
    assert answer.calls[0].status == "ok"
    assert answer.answer == "We took 1 order on 25 June 2024."
    assert answer.grounded
    assert answer.unsupported == ()


def test_a_figure_without_support_falls_back_to_the_headline(shop: Shop) -> None:
    conversation = talk(shop, "manager", None, calls=[REVENUE], answers=["We took 977 orders on 25 June 2024."])
    answer = conversation.ask("how many orders did we get on 25 june 2024")
    assert "977" not in answer.answer
    assert answer.answer == answer.calls[0].result.headline
    assert answer.grounded


@pytest.mark.parametrize(
    "written",
    [
        "We took 1 order on 25 June 2024, and we took 1 order on 25 June 2024.",
        "Orders fell to 1 order on 25 June 2024.",
        "We did not take 1 order on 25 June 2024.",
    ],
)
def test_a_sentence_that_goes_round_or_turns_the_result_round_is_not_shown(shop: Shop, written: str) -> None:
    conversation = talk(shop, "manager", None, calls=[REVENUE], answers=[written])
    answer = conversation.ask("how many orders did we get on 25 june 2024")
    assert answer.answer == answer.calls[0].result.headline


def test_what_the_model_leaves_out_is_added_in_the_headlines_words(shop: Shop) -> None:
    conversation = talk(shop, "manager", None, calls=[REVENUE], answers=["Here you are."])
    answer = conversation.ask("how many orders did we get on 25 june 2024")
    assert answer.answer == f"Here you are. {answer.calls[0].result.headline}"


def test_the_stream_adds_up_to_the_answer(shop: Shop) -> None:
    conversation = talk(shop, "manager", None, calls=[REVENUE], answers=["One day. We took 1 order on 25 June 2024."])
    *pieces, answer = conversation.stream("how many orders did we get on 25 june 2024")
    assert isinstance(answer, Answer)
    assert "".join(str(piece) for piece in pieces) == answer.answer
    assert len(pieces) == 2


def test_a_write_waits_for_a_yes_and_is_done_once(shop: Shop) -> None:
    conversation = talk(shop, calls=[CANCEL, CANCEL])
    proposed = conversation.ask("please cancel order 1001")
    assert proposed.calls[0].status == "needs_confirmation"
    assert not shop.records.requests()
    done = conversation.ask("yes please")
    assert [(call.name, call.status) for call in done.calls] == [("cancel_order", "ok")]
    assert done.calls[0].arguments == {"order_id": "1001"}
    assert len(shop.records.requests()) == 1
    conversation.ask("yes")
    assert len(shop.records.requests()) == 1


@pytest.mark.parametrize("reply", ["no", "no thanks, leave it", "What is your returns policy?"])
def test_anything_but_a_yes_drops_the_change_and_says_so(shop: Shop, reply: str) -> None:
    policy = ToolCall("shop_policy", {"question": reply})
    conversation = talk(shop, calls=[CANCEL, policy, policy])
    conversation.ask("please cancel order 1001")
    answer = conversation.ask(reply)
    assert answer.answer.startswith("All right, nothing was changed.")
    assert not shop.records.requests()
    assert conversation.session.pending is None


def test_a_yes_with_a_change_of_mind_is_a_new_proposal_and_does_nothing(shop: Shop) -> None:
    conversation = talk(shop, calls=[CANCEL, CANCEL])
    conversation.ask("please cancel order 1001")
    answer = conversation.ask("yes but only a tray")
    assert answer.answer.startswith("All right, nothing was changed.")
    assert not shop.records.requests()


@pytest.mark.parametrize(
    ("reply", "said"), [("Yes, cancel.", NOTHING_WAITS), ("never mind", "All right, nothing was changed.")]
)
def test_a_yes_or_no_to_a_change_that_was_refused_calls_nothing(shop: Shop, reply: str, said: str) -> None:
    another = ToolCall("cancel_order", {"order_id": "2001"})  # somebody else's
    conversation = talk(shop, calls=[another, another])
    assert conversation.ask("please cancel order 2001").calls[0].status in ("refused", "error")
    answer = conversation.ask(reply)
    assert answer.calls == ()
    assert answer.answer == said
    assert conversation.ask("cancel order 2001, please").calls  # a wish said anew is taken up


def test_a_guarded_message_drops_the_change_too(shop: Shop) -> None:
    conversation = talk(shop, calls=[CANCEL])
    conversation.ask("please cancel order 1001")
    conversation.ask("x" * 50_000)
    conversation.ask("ok")
    assert not shop.records.requests()


def test_a_second_change_waits_its_turn(shop: Shop) -> None:
    address = ToolCall("change_address", {"address": "5 Mill Lane, York"})
    conversation = talk(shop, calls=[CANCEL, address])
    answer = conversation.ask("Please cancel order 1001. Please change my delivery address to 5 Mill Lane, York.")
    assert [call.status for call in answer.calls][:1] == ["needs_confirmation"]
    assert conversation.session.pending is not None
    assert conversation.session.pending.action == "cancel"


def test_without_identity_private_things_are_refused(shop: Shop) -> None:
    conversation = talk(shop, customer=None, calls=[ToolCall("order_status", {"order_id": "1001"})])
    answer = conversation.ask("where is my order 1001?")
    assert answer.calls[0].status == "refused"
    assert "identify yourself" in answer.answer
    assert "Mug" not in answer.answer


def test_after_identifying_the_refused_wish_is_taken_up_again(shop: Shop) -> None:
    verify = ToolCall("verify_identity", {"order_id": "1001", "email": "ann@example.com"})
    mistyped = ToolCall("verify_identity", {"order_id": "1001", "email": "an@example.com"})
    conversation = talk(shop, customer=None, calls=[ToolCall("order_status", {"order_id": "1001"}), mistyped, verify])
    conversation.ask("where is my order 1001?")
    conversation.ask("my email is an@example.com and the order number is 1001")
    answer = conversation.ask("my email is ann@example.com and the order number is 1001")
    assert [(call.name, call.status) for call in answer.calls] == [("verify_identity", "ok"), ("order_status", "ok")]
    assert "1001" in answer.answer


def test_somebody_elses_order_is_answered_like_one_that_does_not_exist(shop: Shop) -> None:
    asked = [ToolCall("order_status", {"order_id": number}) for number in ("2001", "9999")]
    conversation = talk(shop, calls=asked)
    theirs, nobodys = conversation.ask("where is order 2001?"), conversation.ask("where is order 9999?")
    assert theirs.answer.replace("2001", "9999") == nobodys.answer
    assert theirs.calls[0].status == nobodys.calls[0].status != "ok"


def test_a_customer_gets_no_staff_figures(shop: Shop) -> None:
    conversation = talk(shop)
    answer = conversation.ask("What was our revenue last month?")
    assert answer.calls == ()
    assert "staff" in answer.answer
    assert [entry.status for entry in shop.records.audit_trail(conversation.session.session_id)] == ["refused"]


def test_every_call_is_audited_and_every_turn_recorded(shop: Shop) -> None:
    conversation = talk(shop, calls=[ToolCall("my_orders", {})])
    answer = conversation.ask("show me my orders")
    session = conversation.session.session_id
    assert [(entry.tool, entry.status) for entry in shop.records.audit_trail(session)] == [("my_orders", "ok")]
    assert [turn.question for turn in shop.records.turns(session)] == ["show me my orders"]
    assert shop.records.turns(session)[0].answer["answer"] == answer.answer


def test_the_next_turn_sees_what_was_said_before_also_after_a_reload(shop: Shop) -> None:
    first = talk(shop, "manager", None)
    first.ask("how many orders did we get on 25 june 2024")
    again = Conversation(shop, first.session, Limits(rate=None)).ask("and on 20 june 2024?")
    assert [call.name for call in again.calls] == ["sales_report"]
    assert again.calls[0].arguments["metric"] == "orders"
    assert again.calls[0].arguments["period"] == "20 june 2024"


def test_a_very_long_message_is_told_what_was_expected(shop: Shop) -> None:
    conversation = talk(shop)
    answer = conversation.ask("x" * 50_000)
    assert "4,000" in answer.answer
    assert "50,000" in answer.answer
    assert answer.calls == ()
    assert len(answer.question) <= 200


def test_an_unknown_product_and_customer_are_told(shop: Shop) -> None:
    conversation = talk(shop, calls=[ToolCall("product_details", {"product": "flying carpet"})])
    answer = conversation.ask("how much is the flying carpet?")
    assert answer.calls[0].status == "error"
    assert "flying carpet" in answer.answer
    with pytest.raises(NotFound, match="nobody"):
        start(shop, "customer", "nobody")


class _Away:
    name, compact = "away", False

    def stream(self, prompt: Prompt, usage: Usage) -> Iterator[str | ToolCall]:
        raise ModelUnavailable("Expected the model to answer, but it is away. Start it.")
        yield ""


def test_a_model_that_is_away_is_said_and_the_conversation_goes_on(shop: Shop) -> None:
    conversation = talk(shop, calls=[ToolCall("my_orders", {})])
    scripted = shop.language
    shop.__dict__["language"] = _Away()
    assert conversation.ask("show me my orders").answer == AWAY  # no word of servers and settings to a customer
    assert "it is away" in start(shop, "manager").ask("what sold best last month?").answer
    shop.__dict__["language"] = scripted
    assert conversation.ask("show me my orders").calls[0].status == "ok"


def test_a_pressed_button_needs_no_model_and_drops_what_waits(shop: Shop) -> None:
    conversation = talk(shop)
    shop.__dict__["language"] = _Away()
    conversation.session.pending = Write("cancel", {"order_id": "1001"}, "k1")
    *said, answer = conversation.act("I would like to talk to a person", ToolCall("hand_off", {"reason": "a person"}))
    assert isinstance(answer, Answer)
    assert answer.handed_off
    assert said[0] == DROPPED
    assert conversation.session.pending is None
    assert [turn.question for turn in shop.records.turns(conversation.session.session_id)] == [answer.question]


def test_a_call_that_code_makes_is_recorded_and_its_failure_told(shop: Shop) -> None:
    conversation = talk(shop)

    def fails(context: Context) -> ToolResult:
        raise BadCall("Expected a picture; got none.")

    *_, answer = conversation.act("this picture", ToolCall("search_by_picture", {"picture": "a.jpg"}), fails)
    assert isinstance(answer, Answer)
    assert (answer.answer, answer.calls[0].status) == ("Expected a picture; got none.", "error")
    trail = shop.records.audit_trail(conversation.session.session_id)
    assert [(each.tool, each.status) for each in trail] == [("search_by_picture", "error")]


def test_a_large_model_gets_the_shortlist_and_may_answer_itself(shop: Shop) -> None:
    conversation = talk(shop, calls=[ToolCall("my_orders", {})], compact=False)
    answer = conversation.ask("show me my orders")
    assert answer.calls[0].status == "ok"
    prompt = shop.language.prompts[0]  # type: ignore[attr-defined]
    assert len(prompt.tools) > 1
    assert not prompt.must_call


def test_a_bare_why_is_answered_from_the_last_results(shop: Shop) -> None:
    conversation = talk(shop, "manager", None, calls=[REVENUE], answers=["We took 1 order on 25 June 2024."])
    conversation.ask("how many orders did we get on 25 june 2024")
    answer = conversation.ask("why?")
    assert answer.calls == ()
    assert "How it was computed" in answer.answer


def test_a_yes_a_no_and_thanks_name_nothing_that_was_asked_for(shop: Shop) -> None:
    conversation = talk(shop, "customer", "C1")
    conversation._open = OpenWish(ToolCall("start_return", {"order_id": "1001"}), "reason")
    for said in ("Yes please", "no", "smashing, cheers"):
        assert conversation._continued(said, Timing()) == []
