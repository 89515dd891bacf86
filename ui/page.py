"""Puts the page together: header, customer tab, manager tab. Knows the shop's name and date, and no tool."""

from collections.abc import Callable
from pathlib import Path

import gradio as gr
from gradio.context import LocalContext

from assistant.shop import Shop
from ui import languages, texts
from ui.access import Access
from ui.browser_visit import person_of
from ui.customer_tab import build_customer_tab
from ui.header import header_html
from ui.manager_tab import build_manager_tab
from ui.visitors import Visitors

_FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")
_FIXED_WIDTH = ("ui-monospace", "Consolas", "monospace")


def build_page(shop: Shop, access: Access | None = None, visitors: Visitors | None = None) -> gr.Blocks:
    """The whole page.

    Args:
        shop: the opened shop.
        access: who may see the manager desk; None: a page for this machine only, without a password.
        visitors: who is there; None: nobody yet.
    """
    access = access or Access(loopback=True)
    visitors = visitors or Visitors(shop)
    title = texts.TITLE.format(shop=shop.name)
    languages.follow(lambda: _reader(shop))
    with gr.Blocks(title=title, analytics_enabled=False, delete_cache=(3600, 3600)) as blocks:
        header = gr.HTML(header_html(shop.name, shop.as_of), apply_default_css=False)
        blocks.load(
            _greeter(shop, access), None, [header],
            show_progress="hidden", api_visibility="private",
        )  # fmt: skip
        with gr.Tabs():
            with gr.Tab(texts.CUSTOMER_TAB, id="customer"):
                build_customer_tab(blocks, visitors, access)
            with gr.Tab(texts.MANAGER_TAB, id="manager", elem_id="ra-manager"):
                build_manager_tab(blocks, visitors, access)
    return blocks


def head() -> str:
    """What the document's head gets: the page's own script."""
    return f"<script>{Path(__file__).with_name('page.js').read_text(encoding='utf-8')}</script>"


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


def _greeter(shop: Shop, access: Access) -> Callable[[gr.Request], str]:
    def greet(request: gr.Request) -> str:
        return header_html(shop.name, shop.as_of, person_of(access, request))

    return greet


def _reader(shop: Shop) -> str:
    """The language of whoever sends the request that is being answered; empty where there is none."""
    request = LocalContext.request.get(None)
    return languages.language_of(request.headers, shop.settings.page.language) if request is not None else ""
