"""The calculator as a page: one line in, the result with its working out, earlier results below."""

from __future__ import annotations

from html import escape

import gradio as gr

from assistant.ui.render import notice_html
from corpora.errors import LeadlineError

EXAMPLES = (
    "1000 dbar to m at 60N",
    "(35.2 +/- 0.1) * 2",
    "days between 4 Dec 2020 and 5 Jan 2021",
    "20 degC in K",
)
#: Results that are kept below.
KEPT = 50


def build() -> None:
    gr.HTML(
        '<div class="ll-page-pane"><h2>Calculator</h2><p class="ll-hint">Units, uncertainties, dates, positions and '
        "sea water, with the working. Nothing is rounded before the last step.</p></div>",
        apply_default_css=False,
    )
    with gr.Row(elem_classes=["ll-form-row"]):
        line = gr.Textbox(
            label="Expression", placeholder="20 degC in K", scale=8, elem_id="ll-calc", max_length=500, autofocus=False
        )
        go = gr.Button("Compute", variant="primary", scale=1, min_width=110, elem_id="ll-compute")
    gr.Examples([[e] for e in EXAMPLES], inputs=[line], label="For example", api_visibility="private")
    history = gr.State([])
    shown = gr.HTML(
        '<p class="ll-empty">Results and their working appear here.</p>', elem_id="ll-calc-result", padding=False
    )
    gr.on(
        [line.submit, go.click],
        compute,
        [line, history],
        [shown, history],
        show_progress="hidden",
        api_visibility="private",
    )


def compute(expression: str, earlier: list[str]) -> tuple[str, list[str]]:
    """The results so far with one more before them, as HTML."""
    from tools.calculator import calculate

    if not (expression or "").strip():
        return "".join(earlier), earlier
    try:
        result = calculate(expression)
    except LeadlineError as error:
        return notice_html(str(error)) + "".join(earlier), earlier
    lines = "".join(f"<li>{escape(part)}</li>" for part in (*result.steps, *result.notes, result.source) if part)
    asked = escape(f"What is {result.expression or expression}?", quote=True)
    entry = (
        f'<section class="ll-result"><p>{escape(result.expression or expression)} = '
        f"<strong>{escape(result.text)}</strong></p><ul>{lines}</ul>"
        f'<button type="button" class="ll-send" data-question="{asked}">Send to the chat</button></section>'
    )
    kept = [entry, *earlier][:KEPT]
    return "".join(kept), kept
