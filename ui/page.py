"""Puts the two pages together: the customers' and the manager desk. Knows the shop's name and date, and no tool."""

import json
from pathlib import Path

import gradio as gr
from gradio.context import LocalContext

from assistant.shop import Shop
from assistant.speech.settings import SpeechSettings
from ui import customer_tab, languages, texts
from ui.access import Access
from ui.browser_visit import person_of
from ui.customer_tab import build_customer_tab
from ui.header import header_html
from ui.login_page import DESK
from ui.manager_tab import build_manager_tab
from ui.uploads import Uploads
from ui.visitors import Visitors

_FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")
_FIXED_WIDTH = ("ui-monospace", "Consolas", "monospace")


def build_page(
    shop: Shop, access: Access | None = None, visitors: Visitors | None = None, uploads: Uploads | None = None
) -> gr.Blocks:
    """The customers' page at `/`, and the manager desk at an address of its own: neither loads the other.

    Args:
        shop: the opened shop.
        access: who may see the manager desk; None: a page for this machine only, without a password.
        visitors: who is there; None: nobody yet.
        uploads: the files that managers bring to be imported; None: none can come.
    """
    access = access or Access(loopback=True)
    visitors = visitors or Visitors(shop)
    title = texts.TITLE.format(shop=shop.name)
    languages.follow(lambda: _reader(shop))
    with gr.Blocks(title=title, analytics_enabled=False, delete_cache=(3600, 3600)) as blocks:
        _add_header(blocks, shop, access)
        build_customer_tab(blocks, visitors, access)
    with blocks.route(texts.PAGE_DESK, f"/{DESK}", show_in_navbar=False):
        _add_header(blocks, shop, access, desk=True)
        with gr.Column(elem_id="ra-manager"):
            build_manager_tab(blocks, visitors, access, uploads)
    return blocks


def first_parts(shop: Shop) -> list[str]:
    """What the page shows at first, in the language that is spoken just now."""
    headers = (header_html(shop.name, shop.as_of, other=other) for other in (None, ""))
    return [*headers, *customer_tab.first_parts()]


def head(speech: SpeechSettings | None = None) -> str:
    """What the document's head gets: the page's own scripts, and which speech models the shop has."""
    chosen = speech or SpeechSettings()
    models = {"hears": bool(chosen.model), "speaks": bool(chosen.voice), "seconds": chosen.longest_seconds}
    files = (Path(__file__).with_name(name) for name in ("voice.js", "page.js"))
    scripts = "\n".join(file.read_text(encoding="utf-8") for file in files)
    return f"<script>window.raSpeech = {json.dumps(models)};\n{scripts}</script>"


def theme() -> gr.themes.Base:
    """Calm colours, light and dark; the fonts of the reader's own machine."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.teal,
        neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_md,
        font=_FONTS,
        font_mono=_FIXED_WIDTH,
    ).set(
        body_background_fill="#f7f8f7",
        body_background_fill_dark="#12181b",
        body_text_color_subdued="#5a6670",
        body_text_color_subdued_dark="#a3b1ba",
        background_fill_primary_dark="#151c20",
        background_fill_secondary_dark="#1a2226",
        table_even_background_fill_dark="#1a2226",
        table_odd_background_fill_dark="#151c20",
        input_background_fill="#f4f6f5",
        input_background_fill_dark="#232d32",
        input_placeholder_color="#66727c",
        input_placeholder_color_dark="#93a1aa",
        button_secondary_background_fill="#ffffff",
        button_secondary_background_fill_dark="#232d32",
        button_secondary_border_color="*border_color_primary",
        button_border_width="1px",
        block_radius="12px",
        block_background_fill="#ffffff",
        block_background_fill_dark="#1a2226",
        button_primary_background_fill="#0f766e",
        button_primary_background_fill_hover="#115e59",
        button_primary_background_fill_dark="#0f766e",
        button_primary_text_color="#ffffff",
    )


def _add_header(blocks: gr.Blocks, shop: Shop, access: Access, *, desk: bool = False) -> None:
    def greet(request: gr.Request) -> str:
        person = person_of(access, request)
        staff = access.desk(request) == "open"
        return header_html(shop.name, shop.as_of, person, other="" if desk else DESK if staff else None)

    first = header_html(shop.name, shop.as_of, other="" if desk else None)
    header = gr.HTML(first, apply_default_css=False)
    blocks.load(greet, None, [header], show_progress="hidden", api_visibility="private")


def _reader(shop: Shop) -> str:
    """The language of whoever sends the request that is being answered; empty where there is none."""
    request = LocalContext.request.get(None)
    return languages.language_of(request.headers, shop.settings.page.language) if request is not None else ""
