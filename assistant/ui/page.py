"""The page's layout: tabs, each built by a module of its own. What the chat and the library do is in the routes."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.ui.panes import calculator, chat, library, memory, netcdf, settings

if TYPE_CHECKING:
    from assistant.ui.server import House

log = logging.getLogger(__name__)

HEADER = (
    '<header class="ll-head"><h1>Leadline</h1><p class="ll-tagline">Answers from your own documents, every sentence '
    'checked against the page.</p><p id="ll-status" class="ll-status" role="status">Getting ready …</p></header>'
)


def build_page(house: House, extra: Iterable[Any] = ()) -> gr.Blocks:
    """The whole page. `extra` are entry points that bring a tab each, named as the tab is to be."""
    with gr.Blocks(title="Leadline", analytics_enabled=False, fill_width=True, fill_height=True) as blocks:
        gr.HTML(HEADER, apply_default_css=False, elem_id="ll-header")
        with gr.Tabs(elem_id="ll-tabs"):
            with gr.Tab("Chat", id="chat", elem_id="ll-tab-chat"):
                gr.HTML(chat.SHELL, apply_default_css=False, elem_id="ll-chat-shell")
            with gr.Tab("Library", id="library", elem_id="ll-tab-library", render_children=True):
                gr.HTML(library.SHELL, apply_default_css=False, elem_id="ll-library-shell")
            with gr.Tab("NetCDF", id="netcdf", elem_id="ll-tab-netcdf", render_children=True):
                gr.HTML(netcdf.SHELL, apply_default_css=False, elem_id="ll-netcdf-shell")
            with gr.Tab("Memory", id="memory", elem_id="ll-tab-memory"):
                memory.build()
            with gr.Tab("Calculator", id="calculator", elem_id="ll-tab-calculator"):
                calculator.build()
            for point in extra:
                _extra(point, house)
            with gr.Tab("Settings", id="settings", elem_id="ll-tab-settings") as tab:
                settings.build(house, blocks, tab)
    return blocks


def _extra(point: Any, house: House) -> None:
    """A tab that another package brings. One that breaks says so, and the page stands without it."""
    if house.kind != "alone":
        # Such a tab works on the library of the data folder itself, which here belongs to nobody.
        return
    with gr.Tab(point.name, id=f"extra-{point.name}"):
        try:
            point.load()(house.desks.of("").assistant)
        except Exception as error:
            log.exception("the tab %s could not be built", point.name)
            gr.Markdown(f"This tab could not be built ({type(error).__name__}). The log says why.")
