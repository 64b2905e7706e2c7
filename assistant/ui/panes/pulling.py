"""Getting a model of Ollama from the page, with progress."""

from __future__ import annotations

import time
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.models import Pull, pull
from assistant.ui.render import notice_html
from corpora.errors import LeadlineError

if TYPE_CHECKING:
    from assistant.settings import Settings
    from assistant.ui.desks import Desk

#: Progress is drawn so often at most, in seconds: a server reports it many times a second.
_EVERY_S = 0.25


def fields(visible: bool) -> tuple[gr.Textbox, gr.Button, gr.HTML]:
    """The box for a name, the button, and where progress is shown."""
    name = gr.Textbox(
        label="Get a model for Ollama", placeholder="qwen3:4b", max_length=120, visible=visible, elem_id="ll-pull-name"
    )
    button = gr.Button("Download", visible=visible, elem_id="ll-pull")
    return name, button, gr.HTML(elem_id="ll-pull-state", visible=visible)


def pulled(desk: Desk, name: str) -> Iterator[tuple[str, Any]]:
    """What is shown while a model is downloaded, and at the end the models to choose from."""
    from assistant.ui.panes.settings import current

    for shown in progress_html(desk.assistant.settings, name):
        yield shown, gr.skip()
    yield shown, current(desk)[0]


def progress_html(settings: Settings, name: str, clock: Any = time.monotonic) -> Iterator[str]:
    """One line of HTML for each step; the last says that it is done or what went wrong."""
    drawn, last = -_EVERY_S, ""
    try:
        for state in pull(settings, name):
            if state.status != last or clock() - drawn >= _EVERY_S:
                drawn, last = clock(), state.status
                yield _line(state)
        yield f'<p class="ll-done" role="status">{escape(name)} is ready: choose it above.</p>'
    except LeadlineError as error:
        yield notice_html(str(error))


def _line(state: Pull) -> str:
    if not state.total:
        return f'<p role="status">{escape(state.status)}</p>'
    percent = 100 * state.completed / state.total
    sizes = f"{state.completed / 2**30:.2f} of {state.total / 2**30:.2f} GiB"
    return (
        f'<p role="status">{escape(state.status)}: {percent:.0f} %, {sizes}</p>'
        f'<progress max="100" value="{percent:.0f}">{percent:.0f} %</progress>'
    )
