"""Commands for the tools by themselves: calc, memory, netcdf, guard."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.cli.output import Batch, Json, one_of, quiet_libraries, run_batch, write_json
from corpora.errors import UsageError


def calc_command(
    expression: Annotated[
        str | None, typer.Argument(help="For example '20 degC in K'; - reads standard input.")
    ] = None,
    batch: Batch = None,
    as_json: Json = False,
) -> None:
    """Compute an expression with units, showing the working."""
    from tools.calculator import calculate

    one_of(expression, batch, "an expression")
    if batch is not None:

        def work(row: Mapping[str, Any]) -> Mapping[str, Any]:
            return calculate(row["expression"]).as_dict()

        run_batch(batch, "expression", work)
        return
    assert expression is not None
    result = calculate(sys.stdin.read() if expression == "-" else expression)
    if as_json:
        write_json(result.as_dict())
    else:
        print(result.text)
        for line in (*result.steps, *result.notes, result.source):
            if line:
                print(f"    {line}")


def memory_command(
    model: Annotated[
        str, typer.Argument(help="A name (llama3.1:8b), a size (7B), or a config.json, GGUF or safetensors.")
    ],
    quant: Annotated[str | None, typer.Option(help="q4_K_M, q8_0, f16, awq ...")] = None,
    context: Annotated[int | None, typer.Option(help="Tokens of each sequence.")] = None,
    kv: Annotated[str, typer.Option(help="Type of the key-value cache: f16, q8_0, q4_0.")] = "f16",
    batch: Annotated[int, typer.Option(help="Sequences held at once.")] = 1,
    gpu: Annotated[str | None, typer.Option(help="RTX 4090, M3 Max, 24 GB; this machine when left out.")] = None,
    vision: Annotated[bool, typer.Option(help="Count the projector of a model that sees.")] = False,
    train: Annotated[str | None, typer.Option(help="Estimate training instead: full, lora or qlora.")] = None,
    chart: Annotated[Path | None, typer.Option(help="Write the parts over context length as .svg or .png.")] = None,
    as_json: Json = False,
) -> None:
    """How much memory a language model needs, part by part, and whether it fits."""
    from tools.memory import (
        MemoryEstimate,
        TrainingEstimate,
        chart_png,
        chart_svg,
        contexts_for,
        estimate_memory,
        estimate_training,
        gib,
        over_contexts,
    )
    from tools.memory.adapters import for_model

    result: MemoryEstimate | TrainingEstimate
    if train:
        result = estimate_training(model, method=train, batch=batch, sequence=context or 2048)
    else:
        result = estimate_memory(
            model, quant=quant, context=context, kv=kv, batch=batch, gpu=gpu, vision=vision, host=ollama_if_running()
        )
        if chart:
            series = over_contexts(model, contexts_for(result), quant=quant, kv=kv, batch=batch)
            if chart.suffix.lower() == ".png":
                chart_png(series, chart)
            else:
                chart.write_text(chart_svg(series), encoding="utf-8")
    if as_json:
        write_json(result.as_dict())
        return
    if isinstance(result, MemoryEstimate):
        print(for_model(result).removeprefix("estimate_memory: "))
        if result.loaded_bytes:
            print(f"Ollama itself reports {gib(result.loaded_bytes)} for the loaded model.")
        return
    print(result.text)
    for line in (*result.steps, *result.notes):
        print(f"    {line}")


def ollama_if_running() -> str | None:
    """Ollama's address when it answers: it knows the shapes of its models, and what a loaded one takes."""
    from assistant.models import installed
    from assistant.settings import load

    settings = load()
    return settings.ollama_host if installed(settings) else None


def netcdf_command(
    paths: Annotated[list[str], typer.Argument(help="Files, folders, globs, or (with --allow-network) addresses.")],
    out: Annotated[Path | None, typer.Option(help="Folder for report files.")] = None,
    formats: Annotated[
        str, typer.Option("--format", help="Report files: json, md, html, csv, checklist, methods; with commas.")
    ] = "html",
    fix: Annotated[bool, typer.Option(help="Write a cleaned copy beside each file; the original stays.")] = False,
    time_limit: Annotated[float, typer.Option(help="Seconds for one file.")] = 60.0,
    allow_network: Annotated[
        bool | None, typer.Option(help="Allow OPeNDAP addresses.", show_default="allow_network of the settings, off")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check NetCDF files: conventions, coordinates, time, units and the values themselves."""
    # Here and not above: the checker brings numpy, which `leadline --help` does not need.
    from tools.netcdf.cli import netcdf
    from tools.netcdf.model import is_remote

    if allow_network is None:
        from assistant.settings import load

        allow_network = any(is_remote(path) for path in paths) and load().allow_network
    netcdf(paths, as_json, out, formats, fix, time_limit, allow_network)


def guard_command(
    text: Annotated[str | None, typer.Argument(help="The text to judge; - reads standard input.")] = None,
    stage: Annotated[str, typer.Option(help="input, context, tool or output.")] = "input",
    guard: Annotated[str, typer.Option(help="embedded, or a guard model's name in Ollama.")] = "embedded",
    batch: Batch = None,
    as_json: Json = False,
) -> None:
    """Let a guard judge a text."""
    from assistant.settings import load
    from corpora.encoder import SentenceEncoder
    from guards.cli import run_guard, screen_for
    from guards.errors import GuardError

    one_of(text, batch, "a text")
    settings = load()
    encoder = SentenceEncoder(settings.encoder)
    try:
        with quiet_libraries():
            screen = screen_for(guard, stage, encoder=encoder.encode, host=settings.ollama_host)
            if batch is not None:

                def work(row: Mapping[str, Any]) -> Mapping[str, Any]:
                    return run_guard(row["text"], row.get("stage", stage), guard, screen=screen).to_json()

                run_batch(batch, "text", work)
                return
            assert text is not None
            verdict = run_guard(sys.stdin.read() if text == "-" else text, stage, guard, screen=screen).to_json()
    except GuardError as error:
        raise UsageError(str(error)) from error
    if as_json:
        write_json(verdict)
    else:
        risks = ", ".join(f"{r['name']} {r['score']:.2f}" for r in verdict["risks"])
        print(f"{verdict['verdict']}: {verdict['reason']}" + (f" ({risks})" if risks else ""))


def register(app: typer.Typer) -> None:
    app.command("calc")(calc_command)
    app.command("memory")(memory_command)
    app.command("netcdf")(netcdf_command)
    app.command("guard")(guard_command)
