import io

import pytest
from service_shop import write_warehouse

from assistant import passwords
from assistant.cli import main
from assistant.settings import write_settings
from assistant.shop import open_shop


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    write_warehouse(folder / "warehouse.duckdb")
    write_settings(folder, "Corner Shop", "GBP", "2024-06-30")
    return folder


@pytest.fixture
def user(folder, monkeypatch):
    monkeypatch.setattr(passwords, "_N", 2**4)

    def run(*arguments, typed="correct horse\n"):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        return main(["user", *arguments, "--shop", str(folder)])

    return run


def test_a_manager_and_a_customer_are_added_listed_and_given_a_key(user, folder, capsys):
    assert user("list") == 0
    assert "Nobody can sign in yet" in capsys.readouterr().out
    assert user("add", "anna", "--manager", "--password-stdin") == 0
    assert user("add", "ann@example.com", "--customer", "C1", "--password-stdin") == 0
    assert user("key", "anna") == 0
    capsys.readouterr()
    assert user("key", "ann@example.com") == 0
    key = capsys.readouterr().out.strip()
    assert user("list") == 0
    assert capsys.readouterr().out.splitlines() == ["ann@example.com  as customer C1", "anna  as a manager"]
    with open_shop(folder) as shop:
        assert shop.records.accounts.of_token(key).customer_id == "C1"
        assert shop.records.accounts.check("anna", "correct horse").role == "manager"
    assert user("password", "anna", "--password-stdin", typed="another horse\n") == 0
    assert user("remove", "ann@example.com") == 0
    with open_shop(folder) as shop:
        assert shop.records.accounts.of_token(key) is None
        assert shop.records.accounts.check("anna", "another horse") is not None


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["add", "--manager"], 2, "account's name"),
        (["add", "ben", "--password-stdin"], 2, "--manager, or --customer"),
        (["add", "ben", "--manager", "--customer", "C1"], 2, "not both"),
        (["add", "ben", "--manager"], 2, "--password-stdin"),
        (["add", "ben", "--customer", "nobody", "--password-stdin"], 1, "nobody"),
        (["key", "nobody"], 1, "got 'nobody'"),
        (["remove", "nobody"], 1, "got 'nobody'"),
    ],
)
def test_wrong_use_says_what_was_expected(user, capsys, arguments, code, said):
    assert user(*arguments) == code
    assert said in capsys.readouterr().err
