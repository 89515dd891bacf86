import pytest

from assistant.safety import RateLimit
from ui.access import PASSWORD_VARIABLE, Access, is_loopback

LOCAL = {"host": "127.0.0.1:7860"}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.0.0.5"])
def test_addresses_of_this_machine(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "shop.example", "", "localhost.evil.example"])
def test_addresses_that_others_reach(host):
    assert not is_loopback(host)


def test_the_desk_is_open_without_a_password_on_this_machine_only():
    here = Access.of("127.0.0.1", {})
    assert here.desk(LOCAL) == "open"
    assert here.desk({"host": "[::1]:7860"}) == "open"
    assert Access.of("0.0.0.0", {}).desk(LOCAL) == "closed"


@pytest.mark.parametrize(
    "headers",
    [{"host": "evil.example:7860"}, {}, LOCAL | {"x-forwarded-for": "203.0.113.9"}, LOCAL | {"forwarded": "x"}],
)
def test_another_name_or_a_proxy_is_not_this_machine(headers):
    assert Access.of("127.0.0.1", {}).desk(headers) == "closed"
    assert not Access.of("127.0.0.1", {}).is_local(headers)


def test_a_password_locks_the_desk_everywhere():
    for host in ("127.0.0.1", "0.0.0.0"):
        access = Access.of(host, {PASSWORD_VARIABLE: "grün 7"})
        assert access.desk(LOCAL) == "locked"
        assert access.desk(LOCAL, unlocked=True) == "open"
        assert access.admits("grün 7")
        assert not any(access.admits(said) for said in ("", "grün", "Grün 7", "grün 7 "))


def test_without_a_password_none_is_right_and_an_empty_one_is_none():
    assert not Access.of("0.0.0.0", {PASSWORD_VARIABLE: ""}).admits("")
    assert Access.of("127.0.0.1", {PASSWORD_VARIABLE: ""}).desk(LOCAL) == "open"


def test_passwords_cannot_be_tried_fast():
    access = Access(True, "x", RateLimit(burst=2, per_minute=6, clock=lambda: 0.0))
    assert [access.wait("a"), access.wait("a"), access.wait("b")] == [0, 0, 0]
    assert access.wait("a") == 10
