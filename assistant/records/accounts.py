"""Who may sign in: accounts with a password's digest, and the logins and keys that were given out.

A login's token is random and only its digest is kept, so that who reads the database cannot sign in. Knows no web page.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, delete, exists, insert, or_, select, update

from assistant.errors import BadCall, NotFound
from assistant.messages import Role
from assistant.passwords import digest_of, matches
from assistant.records import schema
from assistant.records.database import Database

_LONGEST_NAME = 128
_MOST_LOGINS = 20  # of one account; the oldest ends


@dataclass(frozen=True)
class Account:
    """Who somebody is that can sign in.

    Attributes:
        name: what they type; small letters.
        customer_id: for a customer, which one.
    """

    name: str
    role: Role
    customer_id: str | None = None


class Accounts:
    """The accounts of one shop. Safe between threads and processes."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._now = database, clock

    def add(self, account: Account, password: str) -> None:
        """Adds an account.

        Raises:
            BadCall: the name is taken or of the wrong form, the password too weak, or role and customer do not fit.
        """
        name = plain_name(account.name)
        if (account.role == "customer") != (account.customer_id is not None):
            raise BadCall("Expected a customer's account with a customer id, and a manager's without one.")
        row = {"name": name, "role": account.role, "customer_id": account.customer_id,
               "password": digest_of(password), "created_at": self._now()}  # fmt: skip
        with self._database.write() as connection:
            if connection.execute(select(exists().where(schema.accounts.c.name == name))).scalar_one():
                raise BadCall(
                    f"There is an account {name} already: `retail-assistant user password {name}` changes it."
                )
            connection.execute(insert(schema.accounts).values(row))

    def set_password(self, name: str, password: str) -> None:
        """Sets a new password and ends every login and key of the account.

        Raises:
            NotFound: there is no such account.
            BadCall: the password is too weak.
        """
        same = schema.accounts.c.name == plain_name(name)
        with self._database.write() as connection:
            done = connection.execute(update(schema.accounts).where(same).values(password=digest_of(password)))
            self._needs(done.rowcount, name)
            connection.execute(delete(schema.logins).where(schema.logins.c.name == plain_name(name)))

    def remove(self, name: str) -> None:
        """Removes an account with its logins and keys.

        Raises:
            NotFound: there is no such account.
        """
        with self._database.write() as connection:
            connection.execute(delete(schema.logins).where(schema.logins.c.name == plain_name(name)))
            gone = connection.execute(delete(schema.accounts).where(schema.accounts.c.name == plain_name(name)))
            self._needs(gone.rowcount, name)

    def listed(self) -> tuple[Account, ...]:
        """Every account, by name."""
        with self._database.read() as connection:
            rows = connection.execute(select(schema.accounts).order_by(schema.accounts.c.name))
            return tuple(_account(row) for row in rows)

    def find(self, name: str) -> Account:
        """The account of this name.

        Raises:
            NotFound: there is none.
        """
        with self._database.read() as connection:
            same = schema.accounts.c.name == name.strip().lower()
            row = connection.execute(select(schema.accounts).where(same)).one_or_none()
        self._needs(int(row is not None), name)
        assert row is not None
        return _account(row)

    def has_manager(self) -> bool:
        """Whether a manager can sign in."""
        with self._database.read() as connection:
            found = connection.execute(select(exists().where(schema.accounts.c.role == "manager"))).scalar_one()
            return bool(found)

    def check(self, name: str, password: str) -> Account | None:
        """The account whose name and password these are; takes as long where there is none."""
        with self._database.read() as connection:
            same = schema.accounts.c.name == name.strip().lower()
            row = connection.execute(select(schema.accounts).where(same)).one_or_none()
        right = matches(password, row.password if row else None)
        return _account(row) if row is not None and right else None

    def open_login(self, account: Account, hours: float | None, bound_to: str = "") -> str:
        """Gives out a token: of a login that ends after so many hours, or of a key that stays (None).

        Args:
            account: whose.
            hours: until it ends by itself.
            bound_to: a text without which it is worth nothing, for instance a password that may be changed elsewhere.
        """
        token, now, table = secrets.token_urlsafe(32), self._now(), schema.logins
        row = {"digest": _digest(token, bound_to), "name": account.name, "role": account.role,
               "customer_id": account.customer_id, "opened_at": now,
               "ends_at": now + timedelta(hours=hours) if hours else None}  # fmt: skip
        with self._database.write() as connection:
            connection.execute(delete(table).where(table.c.ends_at < now))
            connection.execute(insert(table).values(row))
            kept = select(table.c.digest).where(table.c.name == account.name).order_by(table.c.opened_at.desc())
            last = connection.execute(kept.limit(_MOST_LOGINS)).scalars().all()
            connection.execute(delete(table).where(table.c.name == account.name, table.c.digest.not_in(last)))
        return token

    def of_token(self, token: str, bound_to: str = "") -> Account | None:
        """Whose token it is; None where it is none, or ended."""
        table = schema.logins
        digests = {_digest(token, ""), _digest(token, bound_to)}
        lives = or_(table.c.ends_at.is_(None), table.c.ends_at > self._now())
        with self._database.read() as connection:
            row = connection.execute(select(table).where(table.c.digest.in_(digests), lives)).first()
            return _account(row) if row else None

    def close_login(self, token: str, bound_to: str = "") -> bool:
        """Ends a login; False where there was none."""
        digests = {_digest(token, ""), _digest(token, bound_to)}
        with self._database.write() as connection:
            return connection.execute(delete(schema.logins).where(schema.logins.c.digest.in_(digests))).rowcount > 0

    def _needs(self, count: int, name: str) -> None:
        if not count:
            known = ", ".join(each.name for each in self.listed()[:10]) or "none yet"
            raise NotFound(f"Expected the name of an account ({known}); got {name!r}.")


def plain_name(name: str) -> str:
    """A name as it is kept.

    Raises:
        BadCall: it is empty, too long, or holds something else than visible signs.
    """
    plain = name.strip().lower()
    if not plain or len(plain) > _LONGEST_NAME or not plain.isprintable() or " " in plain:
        raise BadCall(f"Expected a name of 1 to {_LONGEST_NAME} visible characters without spaces; got {name!r}.")
    return plain


def _account(row: Row[tuple[object, ...]]) -> Account:
    return Account(row.name, row.role, row.customer_id)


def _digest(token: str, bound_to: str) -> str:
    return hashlib.sha256(f"{token}\0{bound_to}".encode("utf-8", errors="replace")).hexdigest()
