from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from test_records import postgres, url  # noqa: F401  the same tests on SQLite and PostgreSQL

from assistant import passwords
from assistant.errors import BadCall, NotFound
from assistant.records import Records, schema
from assistant.records.accounts import Account

ANNA = Account("anna", "manager")
ANN = Account("ann@example.com", "customer", "C1")
PASSWORD = "correct horse"


class Clock:
    now = datetime(2026, 6, 30, 12)

    def __call__(self):
        return self.now


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(passwords, "_N", 2**4)
    passwords._nobodys.cache_clear()
    yield
    passwords._nobodys.cache_clear()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def records(url, clock):  # noqa: F811
    records = Records(url, clock)
    yield records
    records.close()


@pytest.fixture
def accounts(records):
    records.accounts.add(ANNA, PASSWORD)
    records.accounts.add(ANN, "a horse of another colour")
    return records.accounts


def test_only_name_and_password_together_are_right(accounts):
    assert accounts.check(" Anna ", PASSWORD) == ANNA
    assert accounts.check("ann@example.com", "a horse of another colour") == ANN
    for name, said in (("anna", "Correct horse"), ("anna", ""), ("ann@example.com", PASSWORD), ("nobody", PASSWORD)):
        assert accounts.check(name, said) is None


def test_neither_password_nor_token_is_in_the_database(records, accounts):
    token = accounts.open_login(ANNA, hours=1)
    with records._database.read() as connection:
        kept = str([connection.execute(select(table)).all() for table in schema.METADATA.sorted_tables])
    assert PASSWORD not in kept
    assert token not in kept
    assert "scrypt$" in kept


def test_a_login_ends_by_itself_a_key_does_not(accounts, clock):
    login, key = accounts.open_login(ANNA, hours=12), accounts.open_login(ANN, hours=None)
    assert (accounts.of_token(login), accounts.of_token(key)) == (ANNA, ANN)
    clock.now += timedelta(hours=12)
    assert (accounts.of_token(login), accounts.of_token(key)) == (None, ANN)
    assert accounts.of_token("") is None


def test_a_login_can_be_ended_and_a_new_password_ends_all(accounts):
    first, second = accounts.open_login(ANNA, hours=1), accounts.open_login(ANNA, hours=1)
    assert accounts.close_login(first)
    assert not accounts.close_login(first)
    assert (accounts.of_token(first), accounts.of_token(second)) == (None, ANNA)
    accounts.set_password("anna", "quite another one")
    assert accounts.of_token(second) is None
    assert accounts.check("anna", PASSWORD) is None
    assert accounts.check("anna", "quite another one") == ANNA


def test_a_login_that_is_bound_to_a_password_ends_with_it(accounts):
    token = accounts.open_login(Account("manager", "manager"), hours=1, bound_to="old one")
    assert accounts.of_token(token, "old one") is not None
    assert accounts.of_token(token, "new one") is None
    assert accounts.of_token(token) is None


def test_of_many_logins_the_oldest_ends(accounts, clock):
    tokens = []
    for _ in range(21):
        clock.now += timedelta(seconds=1)
        tokens.append(accounts.open_login(ANNA, hours=1))
    assert [accounts.of_token(token) is not None for token in tokens] == [False] + [True] * 20


def test_an_account_that_is_removed_is_out_at_once(accounts):
    token = accounts.open_login(ANNA, hours=None)
    assert accounts.has_manager()
    accounts.remove("ANNA")
    assert (accounts.of_token(token), accounts.has_manager(), accounts.listed()) == (None, False, (ANN,))
    with pytest.raises(NotFound, match=r"ann@example.com.*got 'anna'"):
        accounts.remove("anna")


@pytest.mark.parametrize(
    ("account", "password", "said"),
    [
        (Account("anna", "manager"), PASSWORD, "already"),
        (Account("  ", "manager"), PASSWORD, "visible characters"),
        (Account("two words", "manager"), PASSWORD, "visible characters"),
        (Account("ben", "customer"), PASSWORD, "customer id"),
        (Account("ben", "manager", "C1"), PASSWORD, "customer id"),
        (Account("ben", "manager"), "short", "10 to 1,000 characters; got 5"),
        (Account("ben", "manager"), "aaaaaaaaaaaa", "different characters"),
    ],
)
def test_what_cannot_be_an_account_says_why(accounts, account, password, said):
    with pytest.raises(BadCall, match=said):
        accounts.add(account, password)
    assert len(accounts.listed()) == 2


def test_a_customer_is_told_of_the_account_and_takes_it_along_when_leaving(records, accounts):
    accounts.open_login(ANN, hours=1)
    told = records.export_customer("C1")["accounts"]
    assert [(row["name"], row["password"]) for row in told] == [("ann@example.com", "(kept as a digest)")]
    counts = records.erase_customer("C1")
    assert (counts["accounts"], counts["logins"]) == (1, 1)
    assert accounts.listed() == (ANNA,)


def test_two_digests_of_one_password_differ_and_the_cost_stands_beside_them(records, accounts):
    accounts.add(Account("ben", "manager"), PASSWORD)
    with records._database.read() as connection:
        digests = connection.execute(select(schema.accounts.c.password)).scalars().all()
    assert len(set(digests)) == 3
    assert all(digest.startswith("scrypt$16$8$3$") for digest in digests)


def test_the_real_cost_is_the_published_one_and_the_digest_that_of_the_rfc(monkeypatch):
    monkeypatch.undo()
    assert (passwords._N, passwords._R, passwords._P) == (2**15, 8, 3)
    # RFC 7914, section 12, third vector, whose key begins with these 32 bytes
    found = passwords._scrypt("pleaseletmein", b"SodiumChloride", 16384, 8, 1)
    assert found.hex() == "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"


def test_a_password_typed_in_another_unicode_form_is_the_same():
    digest = passwords.digest_of("Gr\u00fcner Tee 7")
    assert passwords.matches("Gru\u0308ner Tee 7", digest)
    assert not passwords.matches("Gruner Tee 7", digest)
    assert not passwords.matches("x" * 2_000, digest)
