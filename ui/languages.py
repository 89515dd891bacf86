"""Which language the page speaks, and to whom. Knows the languages by their codes, no text and no page.

The texts are looked up while a request is answered, in the language of whoever asks: the one they chose on the page (a
cookie), else the shop's setting, else their browser's first one that the page knows.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from http.cookies import CookieError, SimpleCookie
from typing import Final

LANGUAGES: Final = {"en": "English", "zh": "中文"}
COOKIE: Final = "retail_assistant_language"
FIRST: Final = "en"

_spoken: ContextVar[str] = ContextVar("spoken", default="")
_readers: list[Callable[[], str]] = []


def current() -> str:
    """The language to speak just now."""
    return _spoken.get() or next((found for read in _readers if (found := read())), FIRST)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """This language until the end of the block."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def follow(read: Callable[[], str]) -> None:
    """From now on `read` tells the language of the request that is being answered; "" where there is none."""
    _readers[:] = [read]


def language_of(headers: Mapping[str, str], setting: str = "auto") -> str:
    """The language of whoever sends a request.

    Args:
        headers: of the request, names in small letters.
        setting: the shop's: "auto" or a code.
    """
    chosen = cookie_of(headers, COOKIE)
    if chosen in LANGUAGES:
        return chosen
    if setting in LANGUAGES:
        return setting
    wanted = (each.split(";")[0].strip().lower()[:2] for each in headers.get("accept-language", "").split(","))
    return next((code for code in wanted if code in LANGUAGES), FIRST)


def cookie_of(headers: Mapping[str, str], name: str) -> str:
    """A cookie that a browser sends; empty where it sends none."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return found.value if found is not None else ""
