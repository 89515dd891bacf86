"""What the browser gets first: the page's HTML, made the shop's own before it leaves.

Gradio writes a document of its own: in English, with its own name and pictures for whoever shares a link, and empty
until all of its scripts are there. Here it gets the reader's language, the shop's name, a first content while it loads,
and the cookie that a conversation hangs on. Knows the document's form, no component's meaning.
"""

import json
import re
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui import texts, texts_zh
from ui.browser_visit import is_https, new_cookie, secret_of
from ui.escaping import escaped
from ui.languages import language_of, speaking
from ui.login_page import DESK

Parts = Callable[[], list[str]]

_CONFIG = re.compile(r"(<script>window\.gradio_config = )(\{.*?\})(;</script>)", re.DOTALL)
_SHARED = re.compile(r'\s*<meta\s+(?:property="og:|name="twitter:)[^>]*>')
_SPOKEN_PROPS = ("label", "value", "placeholder", "info")
_SPLASH_STYLE = (
    ".ra-splash{max-width:1140px;margin:0 auto;width:100%;box-sizing:border-box;padding:1.5rem 1rem;"
    "font:16px/1.5 system-ui,sans-serif}.ra-splash h1{font-size:1.45rem;margin:0}"
    ".ra-splash p{margin:.3rem 0;opacity:.75}"
    "gradio-app:has(.gradio-container main)+.ra-splash,gradio-app:has(.contain)+.ra-splash{display:none}"
)


class Document:
    """Middleware that rewrites the page's document; everything else passes untouched."""

    def __init__(
        self,
        app: ASGIApp,
        shop_name: str,
        setting: str = "auto",
        parts: Parts = list,
        paths: tuple[str, ...] = ("/", f"/{DESK}"),
    ) -> None:
        """Takes the application behind it.

        Args:
            app: answers the requests.
            shop_name: of the shop.
            setting: the language that `shop.toml` names.
            parts: pieces of HTML that the page shows at first, in the language that is spoken.
            paths: of the documents.
        """
        self._app, self._shop_name, self._setting, self._paths = app, shop_name, setting, paths
        self._known = translations(parts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] not in self._paths:
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Rewriting(scope, send, self._shop_name, self._setting, self._known).send)


class _Rewriting:
    """Holds an answer back until it is whole, and sends it rewritten."""

    def __init__(self, scope: Scope, send: Send, shop_name: str, setting: str, known: Mapping[str, str]) -> None:
        self._known = known
        self._headers, self._scheme, self._send = Headers(scope=scope), scope["scheme"], send
        self._shop_name, self._setting = shop_name, setting
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        """Takes a part of the answer."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if message.get("more_body") or self._start is None:
            return
        headers = MutableHeaders(raw=self._start["headers"])
        if headers.get("content-type", "").startswith("text/html"):
            language = language_of(self._headers, self._setting)
            self._body = rewritten(self._body.decode(), self._shop_name, language, self._known).encode()
            headers["content-length"] = str(len(self._body))
            headers["cache-control"] = "no-store"  # a page that comes back is asked for anew: what was said has gone on
            headers["vary"] = "Cookie, Accept-Language"
            if not secret_of(self._headers):
                headers.append("set-cookie", new_cookie(https=is_https(self._headers, self._scheme)))
        await self._send({**self._start, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": self._body})


def rewritten(document: str, shop_name: str, language: str, known: Mapping[str, str]) -> str:
    """The document as a reader of this language gets it.

    Args:
        document: as Gradio wrote it.
        shop_name: of the shop.
        language: of the reader.
        known: English text -> Chinese one.
    """
    with speaking(language):
        title, loading = escaped(texts.TITLE.format(shop=shop_name)), escaped(texts.LOADING)
    splash = f'<div class="ra-splash" role="status"><h1>{escaped(shop_name)}</h1><p>{loading}</p></div>'
    head = f"<title>{title}</title><style>{_SPLASH_STYLE}</style></head>"
    document = _SHARED.sub("", document)
    document = document.replace('lang="en"', f'lang="{language}" data-spoken="{language}"', 1).replace(
        "</head>", head, 1
    )
    document = document.replace("</gradio-app>", f"</gradio-app>{splash}", 1)
    if language == "zh":
        document = _CONFIG.sub(lambda found: f"{found[1]}{_translated(found[2], known)}{found[3]}", document, count=1)
    return document


def _translated(config: str, known: Mapping[str, str]) -> str:
    """The page's components with their texts in Chinese: whole texts only, which come from nowhere but the page."""
    whole = json.loads(config)
    for component in whole["components"]:
        props = component.get("props", {})
        for name in _SPOKEN_PROPS:
            said = props.get(name)
            if isinstance(said, str) and said in known:
                props[name] = known[said]
    text = json.dumps(whole, ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def translations(parts: Parts = list) -> dict[str, str]:
    """English text -> Chinese one, of the texts without gaps to fill and of the page's first parts."""
    with speaking("en"):
        english, first = _texts(texts), parts()
    with speaking("zh"):
        chinese, second = _texts(texts_zh), parts()
    known = {said: chinese[name] for name, said in english.items() if name in chinese and "{" not in said}
    return known | dict(zip(first, second, strict=True))


def _texts(module: ModuleType) -> dict[str, Any]:
    named = ((name, getattr(module, name)) for name in vars(module) if name.isupper())
    return {name: said for name, said in named if isinstance(said, str)}
