"""The page where people sign in and out: a plain form that works without a script. Knows requests and logins.

The login is a cookie that no script reads (HttpOnly) and no other site sends along with a form (SameSite=Lax); through
HTTPS it is for HTTPS only.
"""

from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from assistant.errors import AssistantError
from ui import texts
from ui.access import COOKIE, Access, cookie_of
from ui.escaping import escaped

SIGN_IN, SIGN_OUT = "sign-in", "sign-out"
DESK = "manager"  # address of the manager desk, where a manager goes next
_LONGEST_FORM = 10_000  # bytes
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Frame-Options": "SAMEORIGIN"}

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>
:root {{ color-scheme: light dark; --fill: #f7f8f7; --box: #fff; --text: #1d2730; --line: #b6c0c6; --bad: #a3261d }}
@media (prefers-color-scheme: dark) {{
  :root {{ --fill: #12181b; --box: #1a2226; --text: #e8edf0; --line: #46545c; --bad: #ffb4ab }} }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--fill); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif }}
main {{ box-sizing: border-box; width: min(24rem, calc(100vw - 2rem)); padding: 1.5rem; border-radius: 12px;
  background: var(--box); border: 1px solid var(--line) }}
h1 {{ margin: 0 0 1rem; font-size: 1.25rem }}
label {{ display: block; margin: .75rem 0 .25rem }}
input {{ box-sizing: border-box; width: 100%; padding: .6rem; font: inherit; color: inherit; background: var(--fill);
  border: 1px solid var(--line); border-radius: 8px }}
button {{ width: 100%; margin: 1.25rem 0 .75rem; padding: .7rem; font: inherit; font-weight: 600; color: #fff;
  background: #0f766e; border: 0; border-radius: 8px; cursor: pointer }}
a {{ color: inherit }}
.failed {{ color: var(--bad) }}
</style></head>
<body><main><h1>{title}</h1>{body}<a href="./">{back}</a></main></body>
</html>
"""
_FORM = """{said}<form method="post" action="{address}">
<label for="name">{name}</label>
<input id="name" name="name" value="{typed}" autocomplete="username" autocapitalize="none" maxlength="128" required>
<label for="password">{password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1000" required>
<button>{enter}</button></form>"""
_DONE = """<p role="status">{said}</p><form method="post" action="{address}"><button>{leave}</button></form>"""


def login_routes(access: Access, shop_name: str) -> list[BaseRoute]:
    """The addresses for signing in and out."""
    door = _Door(access, shop_name)
    return [
        Route(f"/{SIGN_IN}", door.show, methods=["GET"]),
        Route(f"/{SIGN_IN}", door.enter, methods=["POST"]),
        Route(f"/{SIGN_OUT}", door.leave, methods=["POST"]),
    ]


class _Door:
    """What happens at these addresses."""

    def __init__(self, access: Access, shop_name: str) -> None:
        self._access = access
        self._title = f"{shop_name}: {texts.SIGN_IN_TITLE}"

    async def show(self, request: Request) -> Response:
        """The form, or who is signed in."""
        person = await run_in_threadpool(self._access.who, request)
        if not person.name:
            return self._form()
        done = _DONE.format(
            said=escaped(texts.SIGN_IN_DONE.format(name=person.name)), address=SIGN_OUT, leave=escaped(texts.SIGN_OUT)
        )
        return self._page(done)

    async def enter(self, request: Request) -> Response:
        """Signs in; the answer to a wrong password is the form again."""
        form = await _form_of(request) if _is_own_page(request) else None
        logins = self._access.logins
        if logins is None or form is None:
            return self._form(texts.SIGN_IN_WRONG, status=400)
        name, password = form.get("name", ""), form.get("password", "")
        try:
            token = await run_in_threadpool(logins.sign_in, name, password, self._access.address(request))
        except AssistantError as failure:
            return self._form(str(failure), name, status=503)
        if isinstance(token, int):
            said = texts.TOO_MANY_TRIES.format(seconds=token) if token else texts.SIGN_IN_WRONG
            answer = self._form(said, name, status=429 if token else 401)
            answer.headers.update({"Retry-After": str(token)} if token else {})
            return answer
        role = (await run_in_threadpool(self._access.of_token, token)).role
        entered = RedirectResponse(f"./{DESK if role == 'manager' else ''}", status_code=303, headers=_HEADERS)
        entered.set_cookie(
            COOKIE,
            token,
            max_age=int(logins.hours * 3600),
            httponly=True,
            samesite="lax",
            secure=self._is_https(request),
        )
        return entered

    async def leave(self, request: Request) -> Response:
        """Signs out: the login ends on the server, too."""
        token = cookie_of(request.headers) if _is_own_page(request) else ""
        if token and self._access.logins is not None:
            await run_in_threadpool(self._access.logins.sign_out, token)
        left = RedirectResponse("./", status_code=303, headers=_HEADERS)
        left.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=self._is_https(request))
        return left

    def _is_https(self, request: Request) -> bool:
        passed_on = request.headers.get("x-forwarded-proto", "").split(",")[0].strip()
        return "https" in (request.url.scheme, passed_on)

    def _form(self, said: str = "", typed: str = "", status: int = 200) -> Response:
        told = f'<p class="failed" role="alert">{escaped(said)}</p>' if said else ""
        form = _FORM.format(
            said=told,
            address=SIGN_IN,
            typed=escaped(typed[:128]),
            name=escaped(texts.SIGN_IN_NAME),
            password=escaped(texts.SIGN_IN_PASSWORD),
            enter=escaped(texts.SIGN_IN_ENTER),
        )
        return self._page(form, status)

    def _page(self, body: str, status: int = 200) -> Response:
        whole = _PAGE.format(title=escaped(self._title), body=body, back=escaped(texts.SIGN_IN_BACK))
        return HTMLResponse(whole, status_code=status, headers=_HEADERS)


def _is_own_page(request: Request) -> bool:
    """Whether the form is this page's own: no other site signs anybody in or out."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


async def _form_of(request: Request) -> dict[str, str] | None:
    """The fields of a posted form; None where it is none."""
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/x-www-form-urlencoded":
        return None
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_FORM:
            return None
    try:
        fields = parse_qs(body.decode("utf-8", errors="replace"), keep_blank_values=True, max_num_fields=10)
    except ValueError:
        return None
    return {name: values[-1] for name, values in fields.items()}
