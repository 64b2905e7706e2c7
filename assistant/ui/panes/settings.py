"""The settings as a page: what may be chosen here, what holds, the doctor, and figures of the last turns."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.models import EMBEDDED, installed, warm_chosen
from assistant.ui.figures import figures_html
from assistant.ui.panes import pulling
from assistant.ui.render import notice_html
from corpora.errors import LeadlineError

if TYPE_CHECKING:
    from assistant.ui.desks import Desk
    from assistant.ui.server import House

#: What the page offers for the guards, and the policy table that it stands for.
GUARDS = {
    "Embedded guard (default)": {},
    "Warn only: nothing of a question or an answer is stopped": {
        "input": {"block": [], "flag": ["harm", "jailbreak", "injection", "canary", "secret", "personal"]},
        "output": {"block": [], "flag": ["harm", "secret", "canary", "jailbreak", "personal"]},
    },
    "Llama Guard 3 (1B) through Ollama, besides the embedded guard": {
        "input": {"guards": ["embedded", "llama-guard3:1b"]},
        "output": {"guards": ["embedded", "llama-guard3:1b"]},
    },
    "Granite Guardian through Ollama, besides the embedded guard": {
        "input": {"guards": ["embedded", "granite3-guardian:2b"]},
        "output": {"guards": ["embedded", "granite3-guardian:2b"]},
    },
}
_LOCAL_NOTE = (
    "Changes hold from the next question on and are kept in <code>page.json</code> in the data folder. "
    "<code>leadline.toml</code> and <code>LEADLINE_*</code> variables set the rest."
)


def build(house: House, blocks: gr.Blocks, tab: gr.Tab) -> None:
    alone = house.kind == "alone"
    gr.HTML(
        f'<div class="ll-page-pane"><h2>Settings</h2><p class="ll-hint">{_LOCAL_NOTE if alone else "Your own choices."}'
        "</p></div>",
        apply_default_css=False,
    )
    with gr.Row():
        with gr.Column(scale=1, min_width=320):
            model = gr.Dropdown(["auto", EMBEDDED], value="auto", label="Model that answers", allow_custom_value=True)
            context = gr.Slider(
                0, 131072, value=0, step=1024, label="Context length, tokens (0: what model and memory allow)"
            )
            temperature = gr.Slider(0, 2, value=0, step=0.05, label="Temperature (0: the same answer every time)")
            top_p = gr.Slider(0.05, 1, value=1, step=0.05, label="Likeliest words to choose among (top-p; 1: all)")
            seed = gr.Textbox(label="Seed (empty: chance)", max_length=12, placeholder="for answers that repeat")
            thinking = gr.Checkbox(value=False, label="Let a model that can think do so before it answers")
            passages = gr.Slider(1, 40, value=8, step=1, label="Passages shown to the model")
            guards = gr.Radio(list(GUARDS), value=next(iter(GUARDS)), label="Guard policy", visible=alone)
            ground = gr.Radio(
                ["off", "minicheck", "granite"],
                value="off",
                label="Groundedness by a model through Ollama (statements are always checked against their page)",
                visible=alone,
            )
            ocr = gr.Radio(["auto", "on", "off"], value="auto", label="OCR of scanned pages", visible=alone)
            keep = gr.Button("Keep these settings", variant="primary", elem_id="ll-keep-settings")
            told = gr.HTML(elem_id="ll-settings-told")
            wanted, get, pulling_state = pulling.fields(alone)
        with gr.Column(scale=1, min_width=320):
            place = gr.HTML(elem_id="ll-place")
            check = gr.Button("Examine the installation", elem_id="ll-examine", visible=alone)
            doctor = gr.HTML(elem_id="ll-doctor")
            figures = gr.HTML(elem_id="ll-figures")
    chosen = [model, context, temperature, top_p, seed, thinking, passages, guards, ground, ocr]

    def held(request: gr.Request) -> tuple[Any, ...]:
        return current(_desk(house, request))

    # Gradio hands the request to the parameter that is annotated as one.
    def kept(
        model: str, context: float, temperature: float, top_p: float, seed: str, thinking: bool, passages: float,
        guards: str, ground: str, ocr: str, request: gr.Request,
    ) -> str:  # fmt: skip
        said = (model, context, temperature, top_p, seed, thinking, passages, guards, ground, ocr)
        return change(_desk(house, request), *said)

    def drawn(request: gr.Request) -> tuple[str, str]:
        desk = _desk(house, request)
        return place_html(desk, house), figures_html(desk)

    def examined(request: gr.Request) -> str:
        return doctor_html(_desk(house, request)) if alone else ""

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    blocks.load(held, None, chosen, **quiet)
    blocks.load(drawn, None, [place, figures], **quiet)
    if alone:

        def got(name: str, request: gr.Request) -> Iterator[tuple[str, Any]]:
            yield from pulling.pulled(_desk(house, request), name)

        get.click(got, wanted, [pulling_state, model], concurrency_limit=1, **quiet)
    keep.click(kept, chosen, told, **quiet).then(drawn, None, [place, figures], **quiet)
    check.click(examined, None, doctor, api_visibility="private", show_progress="minimal")
    tab.select(drawn, None, [place, figures], **quiet)


def _desk(house: House, request: gr.Request) -> Desk:
    return house.desk(request.request)


def current(desk: Desk) -> tuple[Any, ...]:
    """The values of the page's fields, with the models that are there."""
    settings = desk.assistant.settings
    names = ["auto", EMBEDDED, *(model.name for model in installed(settings) if model.chats and not model.remote)]
    if settings.model not in names:
        names.append(settings.model)
    policy = next((words for words, table in GUARDS.items() if table == _without_ground(settings.guards)), None)
    return (
        gr.update(choices=names, value=settings.model),
        settings.num_ctx,
        settings.temperature,
        settings.top_p or 1,
        "" if settings.seed is None else str(settings.seed),
        bool(settings.thinking),
        settings.passages,
        gr.update(value=policy),
        _ground_of(settings.guards),
        settings.ocr,
    )


def change(
    desk: Desk, model: str, context: float, temperature: float, top_p: float, seed: str, thinking: bool,
    passages: float, guards: str, ground: str, ocr: str,
) -> str:  # fmt: skip
    """Keep what was chosen, and say so, or say what is wrong with it."""
    changes: dict[str, Any] = {
        "model": (model or "auto").strip(),
        "num_ctx": int(context),
        "temperature": float(temperature),
        "top_p": None if top_p >= 1 else float(top_p),
        "seed": (seed or "").strip() or None,
        "thinking": bool(thinking),
        "passages": int(passages),
    }
    if not desk.owner:
        if guards in GUARDS:
            changes["guards"] = _with_ground(GUARDS[guards], ground)
        changes["ocr"] = ocr
    try:
        desk.preferences.choose(**changes)
    except LeadlineError as error:
        return notice_html(str(error))
    try:
        loading = warm_chosen(desk.assistant.settings)
    except LeadlineError as error:
        return notice_html(str(error))
    said = " ".join(filter(None, ("Kept. It holds from the next question on.", escape(loading))))
    return f'<p class="ll-done" role="status">{said}</p>'


_GROUND = {"minicheck": "bespoke-minicheck", "granite": "granite3-guardian:2b"}


def _with_ground(table: dict[str, Any], ground: str) -> dict[str, Any]:
    made = {stage: dict(row) for stage, row in table.items()}
    if ground in _GROUND:
        row = made.setdefault("output", {})
        row["guards"] = [*row.get("guards", ["embedded"]), _GROUND[ground]]
    return made


def _ground_of(table: dict[str, Any]) -> str:
    names = table.get("output", {}).get("guards", [])
    return next((words for words, name in _GROUND.items() if names[1:] and names[-1] == name), "off")


def _without_ground(table: dict[str, Any]) -> dict[str, Any]:
    for ground in _GROUND:
        for base in GUARDS.values():
            if table == _with_ground(base, ground):
                return base
    return table


def place_html(desk: Desk, house: House) -> str:
    """Where things are kept and what leaves the machine."""
    from assistant.ui.library import storage_json
    from assistant.ui.status import status_of

    storage = storage_json(desk, house.settings)
    size = f"{(storage['files'] + storage['index']) / 2**20:,.1f} MiB"
    where = f"<code>{escape(storage['folder'])}</code>" if storage["folder"] else "your own folder on this server"
    return (
        '<section class="ll-result"><h3>Data and privacy</h3>'
        f"<p>Documents, conversations and notes are in {where} ({size}).</p>"
        f"<p>{escape(status_of(desk, house.kind)['privacy'])}</p>"
        "<p>No analytics, no letters or scripts from elsewhere, no run history.</p></section>"
    )


def doctor_html(desk: Desk) -> str:
    """What works, what is missing, what mends it."""
    from assistant.doctor import examine

    rows = "".join(
        f'<li class="{"ll-fine" if c["ok"] else "ll-missing" if c["needed"] else "ll-absent"}">'
        f"<strong>{'✓ works' if c['ok'] else '✗ missing' if c['needed'] else '○ not there'}</strong> "
        f"{escape(c['name'])}: {escape(c['detail'])}"
        + (f"<br><code>{escape(c['mend'])}</code>" if c["mend"] else "")
        + "</li>"
        for c in examine(desk.assistant.settings)
    )
    return f'<section class="ll-result"><h3>The installation</h3><ul class="ll-doctor">{rows}</ul></section>'
