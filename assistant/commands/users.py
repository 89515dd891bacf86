"""`user`: who may sign in to the page and to the interfaces for programs. Passwords are asked for, never an option."""

import argparse
import getpass
import sys

from assistant.errors import WrongUse
from assistant.records.accounts import Account
from assistant.shop import Shop, open_shop


def user(given: argparse.Namespace) -> int:
    """Adds, lists or removes accounts, changes a password, or gives out a key."""
    if given.action != "list" and not given.name:
        raise WrongUse(f"Expected the account's name: retail-assistant user {given.action} NAME.")
    with open_shop(given.shop) as shop:
        {"add": _add, "list": _list, "remove": _remove, "password": _password, "key": _key}[given.action](shop, given)
    return 0


def _add(shop: Shop, given: argparse.Namespace) -> None:
    if given.manager == (given.customer is not None):
        raise WrongUse("Expected --manager, or --customer ID for whom the account is, and not both.")
    customer = None if given.manager else shop.resolve.customer_by_id(given.customer).customer_id
    account = Account(given.name, "manager" if given.manager else "customer", customer)
    shop.records.accounts.add(account, _new_password(given))
    print(f"{given.name} may sign in {_as(account)}.")


def _list(shop: Shop, given: argparse.Namespace) -> None:
    accounts = shop.records.accounts.listed()
    for account in accounts:
        print(f"{account.name}  {_as(account)}")
    if not accounts:
        print("Nobody can sign in yet. Add somebody: retail-assistant user add NAME --manager")


def _remove(shop: Shop, given: argparse.Namespace) -> None:
    shop.records.accounts.remove(given.name)
    print(f"{given.name} can no longer sign in; every login and key has ended.")


def _password(shop: Shop, given: argparse.Namespace) -> None:
    shop.records.accounts.set_password(given.name, _new_password(given))
    print(f"The password of {given.name} is changed; every login and key has ended.")


def _key(shop: Shop, given: argparse.Namespace) -> None:
    account = shop.records.accounts.find(given.name)
    print(shop.records.accounts.open_login(account, hours=None))
    print(
        f"This key lets a program in {_as(account)} until the password changes. It is not shown again.", file=sys.stderr
    )


def _as(account: Account) -> str:
    return "as a manager" if account.role == "manager" else f"as customer {account.customer_id}"


def _new_password(given: argparse.Namespace) -> str:
    """From the first line of standard input, or asked for twice."""
    if given.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise WrongUse("Expected a terminal to ask for the password; in a script pipe it in with --password-stdin.")
    first = getpass.getpass("New password: ")
    if getpass.getpass("Once more: ") != first:
        raise WrongUse("The two passwords differ. Please run the command again.")
    return first
