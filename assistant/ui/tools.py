"""The tools as pages of their own: calculator, memory estimator, NetCDF checker."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.ui.render import notice_html
from corpora.errors import LeadlineError

QUANTS = ["Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0", "Q4_0", "Q3_K_M", "Q2_K", "F16", "BF16", "FP8", "AWQ", "GPTQ", "NF4"]
CONTEXTS = [2048, 4096, 8192, 16384, 32768, 65536, 131072]
_REPORT_FORMATS = ("html", "md", "csv", "methods", "json")


def calculator_tab() -> None:
    """One line in, the result with its working out, earlier results below."""
    gr.Markdown(
        "Units, uncertainties, dates, positions and sea water: `1000 dbar to m at 60N`, `(35.2 +/- 0.1) * 2`, "
        "`days between 4 Dec 2020 and 5 Jan 2021`."
    )
    with gr.Row():
        line = gr.Textbox(show_label=False, container=False, placeholder="20 degC in K", scale=8, elem_id="ll-calc")
        go = gr.Button("Compute", variant="primary", scale=1, min_width=100)
    history = gr.State([])
    shown = gr.HTML(elem_id="ll-calc-result")

    def compute(expression: str, earlier: list[str]) -> tuple[str, list[str]]:
        from tools.calculator import calculate

        if not (expression or "").strip():
            return "".join(earlier), earlier
        try:
            result = calculate(expression)
        except LeadlineError as error:
            return notice_html(str(error)) + "".join(earlier), earlier
        lines = "".join(f"<li>{escape(part)}</li>" for part in (*result.steps, *result.notes, result.source) if part)
        entry = (
            f'<section class="ll-result"><p>{escape(result.expression or expression)} = '
            f"<strong>{escape(result.text)}</strong></p><ul>{lines}</ul></section>"
        )
        kept = [entry, *earlier][:50]
        return "".join(kept), kept

    gr.on([line.submit, go.click], compute, [line, history], [shown, history], show_progress="hidden")


def known_models() -> list[str]:
    """The names that the estimator's table holds, for the list of the page."""
    with files("tools.memory").joinpath("data", "architectures.csv").open(encoding="utf-8") as stream:
        return [row["name"] for row in csv.DictReader(line for line in stream if not line.startswith("#"))]


def memory_tab() -> None:
    """Model, quantisation, context and device in; parts, verdict and a chart over context out."""
    with gr.Row():
        model = gr.Dropdown(
            known_models(), value="Llama-3.1-8B", label="Model, or a size such as 7B", allow_custom_value=True
        )
        quant = gr.Dropdown(QUANTS, value="Q4_K_M", label="Quantisation", allow_custom_value=True)
        kv = gr.Dropdown(["f16", "q8_0", "q4_0"], value="f16", label="Key-value cache")
        device = gr.Textbox(label="Device", placeholder="this machine; or RTX 4090, M3 Max, 24 GB")
    with gr.Row():
        context = gr.Slider(512, 131072, value=8192, step=512, label="Context, tokens")
        batch = gr.Slider(1, 32, value=1, step=1, label="Sequences at once")
    result = gr.HTML(elem_id="ll-memory-result")

    def estimate(name: str, q: str, cache: str, gpu: str, tokens: float, slots: float) -> str:
        from tools.memory import chart_svg, contexts_for, estimate_memory, over_contexts

        try:
            found = estimate_memory(
                name, quant=q or None, context=int(tokens), kv=cache, batch=int(slots), gpu=(gpu or "").strip() or None
            )
            series = over_contexts(name, contexts_for(found), quant=q or None, kv=cache, batch=int(slots))
            limit = found.verdict.device.usable_bytes if found.verdict else None
            chart = chart_svg(series, limit_bytes=limit)
        except LeadlineError as error:
            return notice_html(str(error))
        lines = "".join(f"<li>{escape(part)}</li>" for part in (*found.steps, *found.notes))
        more = ""
        if found.verdict is not None:
            v = found.verdict
            speed = f", {v.tokens_per_s[0]:g} to {v.tokens_per_s[1]:g} tokens/s" if v.tokens_per_s else ""
            more = (
                f"<p>{escape(v.device.name)}: {v.layers_on_device} of {v.layers} layers, largest context "
                f"{v.largest_context:,}, best quantisation {escape(v.best_quant or 'none')}{speed}</p>"
            )
        return (
            f'<section class="ll-result"><p><strong>{escape(found.text)}</strong></p>{more}<ul>{lines}</ul>'
            f'<div class="ll-chart">{chart}</div></section>'
        )

    inputs = [model, quant, kv, device, context, batch]
    gr.on(
        [model.change, quant.change, kv.change, device.submit, context.release, batch.release],
        estimate,
        inputs,
        result,
        show_progress="hidden",
        trigger_mode="always_last",
    )
    gr.Button("Estimate", variant="primary").click(estimate, inputs, result, show_progress="hidden")


def netcdf_tab(home: Path) -> None:
    """Files in; verdict, findings, plots and report files out. Uploaded files can be asked about in the chat."""
    files_in = gr.File(label="NetCDF files", file_count="multiple", type="filepath", height=120, elem_id="ll-netcdf")
    report = gr.HTML(elem_id="ll-netcdf-report")
    outputs = gr.File(label="Reports", file_count="multiple", interactive=False, visible=False)

    def check(paths: list[str] | None, progress: gr.Progress = gr.Progress()) -> Iterator[tuple[str, Any]]:
        from tools.netcdf import check_file
        from tools.netcdf.cli import write_reports
        from tools.netcdf.render import render_html

        if not paths:
            yield "", gr.update(visible=False)
            return
        reports, pages = [], []
        try:
            kept = home / "data"
            kept.mkdir(parents=True, exist_ok=True)
            for number, path in enumerate(paths):
                name = Path(path).name
                progress(number / len(paths), desc=f"checking {name} ({number + 1} of {len(paths)})")
                target = kept / name
                shutil.copyfile(path, target)
                found = check_file(target)
                reports.append(found)
                # The report is a whole page of its own: a frame without scripts keeps its styles apart.
                frame = escape(render_html(found), quote=True)
                pages.append(
                    f'<h3>{escape(name)}</h3><p class="ll-where">{escape(found.summary)}</p>'
                    f'<iframe class="ll-frame" sandbox title="Report on {escape(name, quote=True)}" srcdoc="{frame}">'
                    "</iframe>"
                )
                yield "".join(pages), gr.update(visible=False)
            written = write_reports(reports, home / "reports", list(_REPORT_FORMATS))
        except (LeadlineError, OSError) as error:
            yield "".join(pages) + notice_html(str(error)), gr.update(visible=False)
            return
        yield "".join(pages), gr.update(value=[str(path) for path in written], visible=True)

    files_in.upload(check, [files_in], [report, outputs], show_progress_on=[report])
