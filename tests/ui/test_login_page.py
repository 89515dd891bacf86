"""Signing in and out over HTTP, with real records: cookies, ends, guesses, and what the audit trail says of them."""

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette

from assistant import passwords
from assistant.door_settings import LoginSettings
from assistant.errors import NotFound
from assistant.records import Records
from assistant.records.accounts import Account
from assistant.safety import RateLimit
from ui import texts
from ui.access import COOKIE, Access
from ui.login_page import login_routes
from ui.logins import Logins, Tries

PASSWORD = "correct horse"
SITE = "https://shop.example"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(passwords, "_N", 2**4)
    passwords._nobodys.cache_clear()
    yield
    passwords._nobodys.cache_clear()


@pytest.fixture
def shop(tmp_path):
    clock = SimpleNamespace(now=datetime(2026, 6, 30, 12))
    records = Records(f"sqlite:///{tmp_path}/service.sqlite", lambda: clock.now)
    records.accounts.add(Account("anna", "manager"), PASSWORD)
    records.accounts.add(Account("ann@example.com", "customer", "C1"), PASSWORD)

    def customer_by_id(said):
        if said != "C1":
            raise NotFound(said)
        return SimpleNamespace(customer_id=said)

    yield SimpleNamespace(records=records, clock=clock, resolve=SimpleNamespace(customer_by_id=customer_by_id))
    records.close()


def access_of(shop, *, password=None, login=None, tries=None):
    return Access(False, password, logins=Logins(shop, password, 12, tries), login=login or LoginSettings())


def browser(access, base=SITE, address="203.0.113.9"):
    app = Starlette(routes=login_routes(access, "Corner <Shop>"))
    return TestClient(app, base_url=base, follow_redirects=False, client=(address, 5000))


def sign_in(page, name="anna", password=PASSWORD, **more):
    return page.post("/sign-in", data={"name": name, "password": password}, **more)


def who(access, cookie):
    request = SimpleNamespace(headers={"cookie": f"{COOKIE}={cookie}"}, client=SimpleNamespace(host="203.0.113.9"))
    return access.who(request), access.desk(request)


def decisions(shop):
    return [(line.tool, line.decision) for line in shop.records.audit_trail()]


def test_a_manager_signs_in_and_out_and_both_are_recorded(shop):
    access = access_of(shop)
    page = browser(access)
    assert "Corner &lt;Shop&gt;" in page.get("/sign-in").text
    entered = sign_in(page)
    assert (entered.status_code, entered.headers["location"]) == (303, "./manager")
    said = entered.headers["set-cookie"].lower()
    assert all(mark in said for mark in ("httponly", "samesite=lax", "secure", "max-age=43200"))
    token = page.cookies[COOKIE]
    person, desk = who(access, token)
    assert ((person.role, person.name), desk) == (("manager", "anna"), "open")
    assert "anna" in page.get("/sign-in").text
    assert page.post("/sign-out").status_code == 303
    assert COOKIE not in page.cookies
    assert who(access, token)[1] == "locked"
    assert decisions(shop) == [("sign_in", "grant"), ("sign_out", "grant")]


def test_a_customer_is_known_and_no_manager(shop):
    access = access_of(shop)
    page = browser(access)
    sign_in(page, "Ann@Example.com")
    person, desk = who(access, page.cookies[COOKIE])
    assert ((person.role, person.customer_id), desk) == (("customer", "C1"), "locked")


def test_a_login_ends_after_its_hours(shop):
    access = access_of(shop)
    page = browser(access)
    sign_in(page)
    shop.clock.now += timedelta(hours=12)
    assert who(access, page.cookies[COOKIE])[1] == "locked"


def test_without_https_the_cookie_still_comes_back(shop):
    page = browser(access_of(shop), "http://127.0.0.1:7860")
    assert "secure" not in sign_in(page).headers["set-cookie"].lower()
    assert "anna" in page.get("/sign-in").text


def test_wrong_ones_are_refused_alike_recorded_and_slowed_down(shop):
    page = browser(access_of(shop))
    first, second = sign_in(page, "anna", "wrong"), sign_in(page, "nobody<i>", PASSWORD)
    assert (first.status_code, second.status_code) == (401, 401)
    assert texts.SIGN_IN_WRONG in first.text
    assert "nobody&lt;i&gt;" in second.text
    assert COOKIE not in page.cookies
    for _ in range(4):
        sign_in(page, "anna", "wrong")
    shut = sign_in(page)
    assert shut.status_code == 429
    assert 0 < int(shut.headers["Retry-After"]) <= 10
    assert decisions(shop) == [("sign_in", "denial")] * 7


def test_guessing_one_name_from_many_addresses_is_slowed_down_too(shop):
    access = access_of(shop, tries=Tries(RateLimit(burst=3, per_minute=6)))
    codes = [sign_in(browser(access, address=f"203.0.113.{n}"), "anna", "wrong").status_code for n in range(5)]
    assert codes == [401, 401, 401, 401, 429]
    assert sign_in(browser(access, address="198.51.100.1"), "ann@example.com").status_code == 303


def test_the_password_of_the_environment_is_the_managers_and_its_login_ends_with_it(shop):
    access = access_of(shop, password="s3cret")
    page = browser(access)
    assert sign_in(page, "manager", "wrong").status_code == 401
    assert sign_in(page, "manager", "s3cret").status_code == 303
    assert who(access, page.cookies[COOKIE])[1] == "open"
    assert who(access_of(shop, password="another"), page.cookies[COOKIE])[1] == "locked"
    assert who(access_of(shop), page.cookies[COOKIE])[1] == "locked"


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_another_site_signs_nobody_in_or_out(shop, origin):
    access = access_of(shop)
    page = browser(access)
    assert sign_in(page, headers={"Origin": origin}).status_code == 400
    sign_in(page, headers={"Origin": SITE})
    token = page.cookies[COOKIE]
    page.post("/sign-out", headers={"Origin": origin})
    assert who(access, token)[1] == "open"


@pytest.mark.parametrize(
    "sent",
    [
        {"content": b"x" * 20_000, "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        {"content": b"&".join([b"a=1"] * 50), "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        {"json": {"name": "anna", "password": PASSWORD}},
        {"content": b"\xff\x00=%zz", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        {},
    ],
)
def test_nonsense_signs_nobody_in(shop, sent):
    page = browser(access_of(shop))
    assert page.post("/sign-in", **sent).status_code in (400, 401)
    assert COOKIE not in page.cookies


def test_a_name_that_the_proxy_vouches_for_is_a_customer_by_number_or_account(shop):
    login = LoginSettings(proxy_header="X-Remote-User", trusted_proxies=("10.0.0.5",))
    access = access_of(shop, login=login)

    def named(name):
        return access.who(SimpleNamespace(headers={"x-remote-user": name}, client=SimpleNamespace(host="10.0.0.5")))

    assert [named(name).customer_id for name in ("C1", "ann@example.com", "new@example.com")] == ["C1", "C1", None]
    assert named("anna").role == "customer"  # only `managers` of the settings make one


def test_where_the_records_are_away_nobody_is_let_in(shop, monkeypatch):
    access = access_of(shop)
    page = browser(access)
    sign_in(page)
    from assistant.errors import RecordsUnavailable

    def away(*rest, **more):
        raise RecordsUnavailable("The records could not be reached.")

    for name in ("of_token", "has_manager", "check"):
        monkeypatch.setattr(shop.records.accounts, name, away)
    assert who(access, page.cookies[COOKIE])[1] == "locked"
    assert sign_in(page).status_code == 503
