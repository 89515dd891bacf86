"""Puts the page together: header, customer tab, manager tab. Knows the shop's name and date, and no tool."""

import gradio as gr

from assistant.shop import Shop
from assistant.wording import day
from ui import texts
from ui.access import Access
from ui.customer_tab import build_customer_tab
from ui.escaping import escaped
from ui.login_page import SIGN_IN
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
    with gr.Blocks(title=title, analytics_enabled=False) as blocks:
        gr.HTML(_header(shop.name, day(shop.as_of)), apply_default_css=False)
        with gr.Tabs():
            with gr.Tab(texts.CUSTOMER_TAB, id="customer"):
                build_customer_tab(visitors, access)
            with gr.Tab(texts.MANAGER_TAB, id="manager", elem_id="ra-manager"):
                build_manager_tab(blocks, visitors, access)
    return blocks


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


def _header(name: str, today: str) -> str:
    return (
        f'<header class="ra-header"><h1>{escaped(name)}</h1><p>{escaped(texts.SUBTITLE.format(day=today))} '
        f'<a href="{SIGN_IN}">{escaped(texts.SIGN_IN_LINK)}</a></p></header>'
    )
