import pytest

from assistant.masking import masked, masked_all
from assistant.messages import Answer
from assistant.records import Records


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("I am ann.hill+shop@mail.example.org", "I am a***@mail.example.org"),
        ("call +44 20 7946 0958 or (020) 7946 0958", "call *** or ***"),
        ("postcode LS12 8ZJ, order 536365", "postcode LS***, order 536365"),
        ("order 2001 of 12.50 on 2011-12-09, code 85099B", "order 2001 of 12.50 on 2011-12-09, code 85099B"),
        ("revenue was £1,234,567.89 over 0 days", "revenue was £1,234,567.89 over 0 days"),
    ],
)
def test_what_reaches_a_person_is_masked(said, kept):
    assert masked(said) == kept


def test_fields_are_known_by_name():
    given = {"email": "a@b.org", "postcode": "75001", "address": "1 High Street", "items": ["mug"], "quantity": 2}
    assert masked_all(given) == {
        "email": "a***@b.org", "postcode": "75***", "address": "1 ***", "items": ["mug"], "quantity": 2,
    }  # fmt: skip


def test_a_customers_records_are_masked_and_a_managers_are_not(tmp_path):
    records = Records(f"sqlite:///{tmp_path / 'service.sqlite'}")
    for role, kept in (("customer", "a***@b.org"), ("manager", "ann@b.org")):
        session = records.open_session(role)
        records.record_turn(session, Answer("mail ann@b.org", role, "Sent to ann@b.org."))
        records.audit(session, "verify_identity", {"email": "ann@b.org"}, "ok", None, {"email": "ann@b.org"})
        turn = records.turns(session.session_id)[0]
        assert turn.question == f"mail {kept}"
        assert turn.answer["answer"] == f"Sent to {kept}."
        line = records.audit_trail(session.session_id)[0]
        assert (line.arguments, line.after) == ({"email": kept}, {"email": kept})
    records.close()
