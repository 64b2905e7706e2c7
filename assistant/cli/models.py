"""Commands about chat models: which there are, what each needs, and getting one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.output import Json, say, table, write_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.models import InstalledModel, Pull

models_app = typer.Typer(
    help="List, show or pull chat models of Ollama.", invoke_without_command=True, rich_markup_mode=None
)


@models_app.callback()
def models_root(context: typer.Context, as_json: Json = False) -> None:
    if context.invoked_subcommand is None:
        _list(as_json)


@models_app.command("list")
def models_list(as_json: Json = False) -> None:
    """Every model that Ollama has, and which one would answer now."""
    _list(as_json)


def _list(as_json: bool) -> None:
    from assistant.models import choose, listing
    from assistant.settings import load

    settings = load()
    found = listing(settings)
    if as_json:
        write_json([one.to_json() for one in found])
        return
    columns = ("model", "size", "parameters", "quantisation", "context", "can", "")
    table(columns, [_row(one, settings.remote) for one in found], right=("size", "parameters", "context"))
    for name, server in settings.servers.items():
        print(f"{name}:MODEL  the server at {server.url}")
    if not found:
        say("Ollama has no model yet. Get one: leadline models pull qwen3:4b")
    say(f"{settings.model!r} means {choose(settings).name} now.")


def _row(model: InstalledModel, remote: bool) -> tuple[Any, ...]:
    where = "" if not model.remote else "runs elsewhere" if remote else "runs elsewhere: off"
    size = f"{model.size / 2**30:.1f} GiB" if model.size and not model.remote else ""
    context = f"{model.context_length:,}" if model.context_length else ""
    return (
        model.name,
        size,
        model.parameters,
        model.quantisation,
        context,
        ", ".join(c for c in model.capabilities if c != "completion") or ("chat" if model.chats else ""),
        where,
    )


@models_app.command("show")
def models_show(
    name: Annotated[str, typer.Argument(help="The model's name, as Ollama has it.")], as_json: Json = False
) -> None:
    """One model: what it can do, and the context that it gets on this machine, with the reason."""
    from assistant.models import choose
    from assistant.models.context import context_for
    from assistant.settings import load

    settings = load()
    choice = choose(settings, name)
    room = context_for(choice, settings)
    record: dict[str, Any] = {
        **(choice.installed.to_json() if choice.installed is not None else {"name": choice.name}),
        "local": choice.local,
        "num_ctx": room.tokens,
        "num_ctx_reason": room.reason,
    }
    if as_json:
        write_json(record)
        return
    for key, value in record.items():
        shown = ", ".join(value) if isinstance(value, list) else f"{value:,}" if type(value) is int else value
        print(f"{key.replace('_', ' ')}: {shown}")
    if choice.note:
        say(choice.note)


@models_app.command("pull")
def models_pull(
    name: Annotated[str, typer.Argument(help="A name of Ollama's library: qwen3:4b.")], as_json: Json = False
) -> None:
    """Download a model, with progress. Stopped or broken off, the same command goes on from there."""
    from assistant.models import pull
    from assistant.settings import load

    states = pull(load(), name)
    if not as_json and sys.stderr.isatty():
        _with_bar(states)
    else:
        _in_lines(states, quiet=as_json)
    if as_json:
        write_json({"name": name, "status": "success"})
    else:
        say(f"{name} is ready. Ask it: leadline ask --model {name} QUESTION")


def _in_lines(states: Iterable[Pull], *, quiet: bool) -> None:
    """A line for each step and each tenth of a download."""
    last = ""
    for state in states:
        tenth = f" {10 * state.completed // state.total * 10} %" if state.total else ""
        line = f"{state.status}{tenth}"
        if line != last and not quiet:
            say(line)
        last = line


def _with_bar(states: Iterable[Pull]) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as progress:
        task = progress.add_task("", total=None)
        for state in states:
            progress.update(task, description=state.status[:40], total=state.total or None, completed=state.completed)


def register(app: typer.Typer) -> None:
    app.add_typer(models_app, name="models")
