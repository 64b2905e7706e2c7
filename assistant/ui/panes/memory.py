"""The memory estimator as a page: model and setting in, parts, verdict and a chart out; training too."""

from __future__ import annotations

import csv
from html import escape
from importlib.resources import files
from typing import Any

import gradio as gr

from assistant.ui.render import notice_html
from corpora.errors import LeadlineError

QUANTS = ["Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0", "Q4_0", "Q3_K_M", "Q2_K", "F16", "BF16", "FP8", "AWQ", "GPTQ", "NF4"]


def known_models() -> list[str]:
    """The names that the estimator's table holds, for the list of the page."""
    with files("tools.memory").joinpath("data", "architectures.csv").open(encoding="utf-8") as stream:
        return [row["name"] for row in csv.DictReader(line for line in stream if not line.startswith("#"))]


def build() -> None:
    gr.HTML(
        '<div class="ll-page-pane"><h2>Memory of a language model</h2><p class="ll-hint">What it needs to run or to be '
        "trained, part by part, and whether it fits.</p></div>",
        apply_default_css=False,
    )
    with gr.Tabs(elem_id="ll-memory-modes"):
        with gr.Tab("To run it"):
            _running()
        with gr.Tab("To train it"):
            _training()


def _running() -> None:
    with gr.Row():
        with gr.Column(scale=2, min_width=300):
            model = gr.Dropdown(
                known_models(), value="Llama-3.1-8B", label="Model, or a size such as 7B", allow_custom_value=True
            )
            quant = gr.Dropdown(QUANTS, value="Q4_K_M", label="Quantisation", allow_custom_value=True)
            kv = gr.Dropdown(["f16", "q8_0", "q4_0"], value="f16", label="Key-value cache")
            device = gr.Textbox(label="Device", placeholder="this machine; or RTX 4090, M3 Max, 24 GB", max_length=80)
            context = gr.Slider(512, 131072, value=8192, step=512, label="Context, tokens")
            batch = gr.Slider(1, 32, value=1, step=1, label="Sequences at once")
            go = gr.Button("Estimate", variant="primary", elem_id="ll-estimate")
        with gr.Column(scale=3, min_width=320):
            result = gr.HTML('<p class="ll-empty">Choose a model and move a slider.</p>', elem_id="ll-memory-result")
    gr.on(
        [go.click, model.change, quant.change, kv.change, device.submit, context.release, batch.release],
        estimate,
        [model, quant, kv, device, context, batch],
        result,
        show_progress="hidden",
        trigger_mode="always_last",
        api_visibility="private",
    )


def _training() -> None:
    with gr.Row():
        with gr.Column(scale=2, min_width=300):
            model = gr.Dropdown(
                known_models(), value="Llama-3.1-8B", label="Model, or a size such as 7B", allow_custom_value=True
            )
            method = gr.Radio(["full", "lora", "qlora"], value="lora", label="Method")
            optimiser = gr.Dropdown(
                ["adamw", "adamw-8bit", "adafactor", "sgd", "sgd-momentum"], value="adamw", label="Optimiser"
            )
            sequence = gr.Slider(128, 32768, value=2048, step=128, label="Sequence, tokens")
            batch = gr.Slider(1, 64, value=1, step=1, label="Sequences in a step")
            rank = gr.Slider(1, 256, value=16, step=1, label="Rank of the adapters")
            recompute = gr.Checkbox(value=True, label="Recompute activations (gradient checkpointing)")
            go = gr.Button("Estimate training", variant="primary", elem_id="ll-estimate-training")
        with gr.Column(scale=3, min_width=320):
            result = gr.HTML('<p class="ll-empty">Choose a model and a method.</p>', elem_id="ll-training-result")
    gr.on(
        [go.click, method.change, optimiser.change, sequence.release, batch.release, rank.release, recompute.change],
        train,
        [model, method, optimiser, sequence, batch, rank, recompute],
        result,
        show_progress="hidden",
        trigger_mode="always_last",
        api_visibility="private",
    )


def estimate(name: str, quant: str, kv: str, gpu: str, tokens: float, slots: float) -> str:
    """An estimate with its chart over context, as HTML."""
    from tools.memory import chart_svg, contexts_for, estimate_memory, over_contexts

    name = (name or "").strip()[:120]
    try:
        # Only a name: the page chooses no files of this machine.
        found = estimate_memory(
            name.rsplit("/", 1)[-1],
            quant=quant or None,
            context=int(tokens),
            kv=kv,
            batch=int(slots),
            gpu=(gpu or "").strip() or None,
        )
        series = over_contexts(
            name.rsplit("/", 1)[-1], contexts_for(found), quant=quant or None, kv=kv, batch=int(slots)
        )
        limit = found.verdict.device.usable_bytes if found.verdict else None
        chart = chart_svg(series, limit_bytes=limit)
    except LeadlineError as error:
        return notice_html(str(error))
    more = ""
    if found.verdict is not None:
        v = found.verdict
        speed = f", {v.tokens_per_s[0]:g} to {v.tokens_per_s[1]:g} tokens/s" if v.tokens_per_s else ""
        more = (
            f"<p>{escape(v.device.name)}: {v.layers_on_device} of {v.layers} layers, largest context "
            f"{v.largest_context:,}, best quantisation {escape(v.best_quant or 'none')}{speed}</p>"
        )
    on = f" on {gpu.strip()}" if (gpu or "").strip() else ""
    asked = f"How much memory does {name} in {quant} need with a context of {int(tokens)}{on}?"
    return _result(found.text, more, (*found.steps, *found.notes), asked, chart)


def train(name: str, method: str, optimiser: str, sequence: float, batch: float, rank: float, recompute: bool) -> str:
    """What training needs, as HTML."""
    from tools.memory import estimate_training

    try:
        found = estimate_training(
            (name or "").strip()[:120].rsplit("/", 1)[-1],
            method=method,
            batch=int(batch),
            sequence=int(sequence),
            rank=int(rank),
            optimiser=optimiser,
            recompute=recompute,
        )
    except LeadlineError as error:
        return notice_html(str(error))
    asked = f"How much memory does training {name} with {method} need?"
    lines: tuple[Any, ...] = (*getattr(found, "steps", ()), *getattr(found, "notes", ()))
    return _result(found.text, "", lines, asked, bars(found.as_dict()))


def bars(parts: dict[str, Any]) -> str:
    """The parts of an estimate as bars, each with its name and size beside it."""
    sizes = {
        name.removesuffix("_bytes").replace("_", " "): value
        for name, value in parts.items()
        if name.endswith("_bytes") and isinstance(value, int | float) and not name.startswith(("total", "low", "high"))
    }
    top = max(sizes.values(), default=0)
    if not top:
        return ""
    rows = "".join(
        f'<div class="ll-bar-row"><span>{escape(name)}</span><span class="ll-bar" style="width:{55 * size / top:.1f}%">'
        f"</span><span>{size / 2**30:,.2f} GiB</span></div>"
        for name, size in sizes.items()
        if size
    )
    return f'<div class="ll-bars" role="img" aria-label="The parts as bars">{rows}</div>'


def _result(text: str, more: str, lines: tuple[Any, ...], asked: str, chart: str) -> str:
    listed = "".join(f"<li>{escape(str(part))}</li>" for part in lines)
    return (
        f'<section class="ll-result"><p><strong>{escape(text)}</strong></p>{more}<div class="ll-chart">{chart}</div>'
        f"<details open><summary>Working</summary><ul>{listed}</ul></details>"
        f'<button type="button" class="ll-send" data-question="{escape(asked, quote=True)}">Send to the chat</button>'
        "</section>"
    )
