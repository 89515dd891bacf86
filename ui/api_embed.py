"""The chat on a shop's own page: a script that opens it in a frame, and a page that shows how. Knows no answer."""

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, Response

from ui.escaping import escaped

# Everything that a page says about the chat (its title, its address) is set as text or attribute, never as HTML.
SCRIPT = """(() => {
  'use strict';
  const own = document.currentScript;
  const home = new URL(own.dataset.chat || '../', own.src);
  if (!/^https?:$/.test(home.protocol)) return;
  const title = own.dataset.title || 'Ask us';
  const button = document.createElement('button');
  const frame = document.createElement('iframe');
  button.type = 'button';
  button.textContent = title;
  button.setAttribute('aria-expanded', 'false');
  button.style.cssText = 'position:fixed;right:16px;bottom:16px;z-index:2147483000;padding:12px 18px;border:0;' +
    'border-radius:24px;background:#0f766e;color:#fff;font:600 16px system-ui,sans-serif;cursor:pointer';
  frame.title = title;
  frame.allow = 'microphone; autoplay';
  frame.hidden = true;
  frame.style.cssText = 'position:fixed;right:16px;bottom:76px;z-index:2147483000;border:1px solid #cbd5d1;' +
    'width:min(420px,calc(100vw - 32px));height:min(640px,calc(100vh - 100px));border-radius:12px;background:#fff';
  const show = (open) => {
    if (open && !frame.src) frame.src = home.href;
    frame.hidden = !open;
    button.setAttribute('aria-expanded', String(open));
    if (open) frame.focus(); else button.focus();
  };
  button.addEventListener('click', () => show(frame.hidden));
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !frame.hidden) show(false);
  });
  const add = () => document.body.append(frame, button);
  if (document.body) add(); else document.addEventListener('DOMContentLoaded', add);
})();
"""

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{shop}</title></head>
<body style="font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem">
<main>
<h1>{shop}</h1>
<p>This stands for a page of the shop. One line puts the chat on it:</p>
<pre style="white-space:pre-wrap"><code>&lt;script src=&quot;https://YOUR-SERVER/api/embed.js&quot;
  data-title=&quot;Ask us&quot; defer&gt;&lt;/script&gt;</code></pre>
</main>
<script src="embed.js" data-title="Ask {shop}" defer></script>
</body>
</html>
"""


def example_page(shop_name: str) -> str:
    """A page with the chat on it."""
    return _PAGE.format(shop=escaped(shop_name))


def add_embed(app: FastAPI, shop_name: str) -> None:
    """Serves the script and the example page."""

    @app.get("/embed.js", include_in_schema=False)
    def script() -> Response:
        return Response(SCRIPT, media_type="text/javascript", headers={"Cache-Control": "max-age=300"})

    @app.get("/embed", include_in_schema=False)
    def page() -> HTMLResponse:
        return HTMLResponse(example_page(shop_name))
