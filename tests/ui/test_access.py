import pytest
from scripted_page import asking

from assistant.door_settings import LoginSettings
from assistant.safety import RateLimit
from ui.access import COOKIE, NOBODY, PASSWORD_VARIABLE, Access, cookie_of, is_loopback
from ui.logins import Tries

LOCAL = {"host": "127.0.0.1:7860"}
PROXY = LoginSettings(proxy_header="X-Remote-User", trusted_proxies=("10.0.0.5", "10.1.0.0/24"), managers=("anna",))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.0.0.5"])
def test_addresses_of_this_machine(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "shop.example", "", "localhost.evil.example"])
def test_addresses_that_others_reach(host):
    assert not is_loopback(host)


def test_the_desk_is_open_without_a_password_on_this_machine_only():
    here = Access.of("127.0.0.1", {})
    assert here.desk(asking(LOCAL)) == "open"
    assert here.desk(asking({"host": "[::1]:7860"})) == "open"
    assert Access.of("0.0.0.0", {}).desk(asking(LOCAL)) == "closed"


@pytest.mark.parametrize(
    "headers",
    [{"host": "evil.example:7860"}, {}, LOCAL | {"x-forwarded-for": "203.0.113.9"}, LOCAL | {"forwarded": "x"}],
)
def test_another_name_or_a_proxy_is_not_this_machine(headers):
    assert Access.of("127.0.0.1", {}).desk(asking(headers)) == "closed"
    assert not Access.of("127.0.0.1", {}).is_local(headers)


def test_a_password_locks_the_desk_everywhere():
    for host in ("127.0.0.1", "0.0.0.0"):
        access = Access.of(host, {PASSWORD_VARIABLE: "grün 7"})
        assert access.desk(asking(LOCAL)) == "locked"
        assert access.admits("grün 7")
        assert not any(access.admits(said) for said in ("", "grün", "Grün 7", "grün 7 ", "\udc80"))


def test_without_a_password_none_is_right_and_an_empty_one_is_none():
    assert not Access.of("0.0.0.0", {PASSWORD_VARIABLE: ""}).admits("")
    assert Access.of("127.0.0.1", {PASSWORD_VARIABLE: ""}).desk(asking(LOCAL)) == "open"


def test_the_proxys_word_is_taken_from_its_own_address_only():
    access = Access(loopback=False, login=PROXY)
    named = {"host": "shop.example", "x-remote-user": "anna"}
    for address in ("10.0.0.5", "10.1.0.77", "::ffff:10.0.0.5"):
        assert (access.desk(asking(named, address)), access.is_forged(asking(named, address))) == ("open", False)
    for address in ("10.0.0.6", "127.0.0.1", "", "proxy"):
        assert (access.desk(asking(named, address)), access.is_forged(asking(named, address))) == ("locked", True)
        assert access.who(asking(named, address)) == NOBODY
    assert access.who(asking({"x-remote-user": "ben"}, "10.0.0.5")).role == "customer"
    assert access.desk(asking({"host": "shop.example"}, "10.0.0.5")) == "locked"


def test_behind_the_proxy_the_address_is_the_one_that_asked_the_proxy():
    access = Access(loopback=False, login=PROXY)
    passed_on = {"x-forwarded-for": "1.1.1.1, 203.0.113.9, 10.1.0.3"}  # the first one is what the client claims
    assert access.address(asking(passed_on, "10.0.0.5")) == "203.0.113.9"
    assert access.address(asking(passed_on, "198.51.100.7")) == "198.51.100.7"


def test_a_cookie_is_read_and_nonsense_is_none():
    assert cookie_of({"cookie": f"a=b; {COOKIE}=xyz"}) == "xyz"
    assert cookie_of({"cookie": "\0=;;=\n"}) == cookie_of({}) == ""


def test_guesses_shut_the_door_for_a_while():
    now = [0.0]
    tries = Tries(RateLimit(burst=2, per_minute=6, clock=lambda: now[0]), lambda: now[0])
    for _ in range(2):
        tries.failed("a", "b")
        assert tries.seconds_left("a") == 0
    tries.failed("a")
    assert (tries.seconds_left("a"), tries.seconds_left("b"), tries.seconds_left("b", "a")) == (10, 0, 10)
    now[0] = 10.0
    assert tries.seconds_left("a") == 0
