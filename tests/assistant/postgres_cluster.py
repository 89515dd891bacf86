"""Starts a PostgreSQL of its own for the tests: a cluster in a temporary folder that is gone afterwards.

PostgreSQL refuses to run as root; there it is run as an unprivileged user of the machine.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PLACES = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt")
_USERS = ("postgres", "nobody")


class NoPostgres(Exception):
    """There is no PostgreSQL here; says what is missing."""


@contextmanager
def cluster() -> Iterator[str]:
    """A running, empty PostgreSQL; yields its URL.

    Raises:
        NoPostgres: its programs, its driver or an unprivileged user are missing.
    """
    try:
        import psycopg  # noqa: F401
    except ImportError as missing:
        raise NoPostgres("the driver psycopg is not installed") from missing
    initdb, control = _program("initdb"), _program("pg_ctl")
    user = _user() if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        folder = Path(place)
        if user is not None:
            os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
        data = folder / "data"
        _run([initdb, "-D", str(data), "-U", "tester", "-A", "trust", "--no-sync", "-E", "UTF8"], user, folder)
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        _run([control, "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start"], user, folder)
        try:
            yield f"postgresql+psycopg://tester@/postgres?host={folder}"
        finally:
            _run([control, "-D", str(data), "-m", "immediate", "stop"], user, folder)


def _program(name: str) -> str:
    found = shutil.which(name)
    if found:
        return found
    for place in _PLACES:
        for each in sorted(Path(place).glob(f"**/bin/{name}"), reverse=True):
            return str(each)
    raise NoPostgres(f"the program {name} of PostgreSQL is not installed")


def _user() -> str:
    for name in _USERS:
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise NoPostgres(f"PostgreSQL does not run as root, and there is no user {' or '.join(_USERS)}")


def _run(command: list[str], user: str | None, folder: Path) -> None:
    done = subprocess.run(
        command, user=user, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        log = folder / "log"
        raise NoPostgres(
            f"{Path(command[0]).name} failed: {done.stderr[-300:]} {log.read_text()[-300:] if log.exists() else ''}"
        )
