"""Commands for the tools by themselves: calc, guard."""

from __future__ import annotations

import sys
from collections.abc import Mapping
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
    app.command("guard")(guard_command)
