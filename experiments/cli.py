"""`leadline experiment`: list the suites, run one, report on results."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpora.errors import UsageError

if TYPE_CHECKING:
    from experiments.runner import Finished
    from experiments.runner import Progress as RunProgress

app = typer.Typer(
    name="experiment",
    help="Measure models, tools, answers, citations and guards on this machine.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Json = Annotated[bool, typer.Option("--json", help="JSON on standard output, for scripts.")]


@app.command("list")
def list_command(as_json: Json = False) -> None:
    """The suites: what each measures, and on what."""
    from assistant.cli.output import table, write_json
    from experiments.suites import SUITES, suite

    found = [suite(name) for name in SUITES]
    if as_json:
        write_json([{"suite": one.name, "title": one.title, "takes": one.takes, "judge": one.judge} for one in found])
        return
    table(("suite", "what it measures", "of", "judge"), [(one.name, one.title, one.takes, one.judge) for one in found])


@app.command("run")
def run_command(
    name: Annotated[str, typer.Argument(metavar="SUITE", help="A suite's name; see `experiment list`.")],
    models: Annotated[
        str | None,
        typer.Option("--models", "-m", help="What to measure, with commas: embedded,ollama:qwen3:4b,openai:NAME."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The result file; one that exists is taken up again where it ended.")
    ] = None,
    repeat: Annotated[int, typer.Option(help="How often each case is run.")] = 1,
    seed: Annotated[int, typer.Option(help="Seed of the draw of cases and of the models.")] = 0,
    limit: Annotated[int | None, typer.Option(help="Only so many cases, drawn evenly from the categories.")] = None,
    category: Annotated[list[str] | None, typer.Option(help="Only this category; may be given often.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder or file of cases that do not come with Leadline.")] = None,
    questions: Annotated[Path | None, typer.Option(help="A question file of your own (JSONL).")] = None,
    home: Annotated[Path | None, typer.Option(help="The library to answer from; the usual one when left out.")] = None,
    in_file: Annotated[bool, typer.Option("--in-file", help="Limit each question to the files that it names.")] = False,
    parallel: Annotated[int, typer.Option(help="Cases at once, at most 16.")] = 1,
    max_seconds: Annotated[float | None, typer.Option(help="Begin no case after so many seconds.")] = None,
    max_cost: Annotated[float | None, typer.Option(help="Begin no case beyond this cost; needs --price.")] = None,
    price: Annotated[
        list[str] | None, typer.Option(help="MODEL=READ,WRITTEN: price of a million tokens. May be given often.")
    ] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="A setting for this run, NAME=VALUE: --set temperature=0.7.")
    ] = None,
    judge: Annotated[str, typer.Option(help="A chat model that judges answers as well, where the suite can.")] = "",
    wire: Annotated[bool, typer.Option(help="Keep what went over the wire in the results.")] = False,
    as_json: Json = False,
) -> None:
    """Run a suite. A run that was stopped goes on where it ended when it is given the same --out."""
    from assistant.cli.output import quiet_libraries, say, write_json
    from assistant.settings import load
    from experiments.chat import pinned
    from experiments.runner import Options, run
    from experiments.suite import Setup
    from experiments.suites import suite

    chosen = suite(name)
    settings = pinned(load(**{"home": home} | changed(setting or ())))
    setup = Setup(settings, data, questions, tuple(category or ()), judge, seed, in_file)
    specs = tuple(one.strip() for one in models.split(",") if one.strip()) if models else chosen.default_models
    target = out or settings.home / "experiments" / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}.jsonl"
    options = Options(specs, target, repeat, seed, limit, max_seconds, max_cost, prices(price or ()), parallel, wire)
    with quiet_libraries(), _progress() as notify:
        finished = run(chosen, setup, options, notify=notify)
    if as_json:
        from experiments.report.figures import summary

        write_json({**_told(finished), "models": summary([target])})
        return
    from experiments.report.text import terminal

    terminal([target])
    state = f"{finished.done} of {finished.total} results in {finished.out}"
    say(state if not finished.stopped else f"{state}; {finished.stopped}. The same command with --out goes on.")
    if finished.errors:
        say(f"{finished.errors} cases failed for want of a model or a file; the same command with --out tries again.")


@app.command("report")
def report_command(
    results: Annotated[list[Path], typer.Argument(help="Result files of one suite, or of several.")],
    markdown: Annotated[Path | None, typer.Option(help="Write the report as Markdown here.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the report as one self-contained page here.")] = None,
    as_json: Json = False,
) -> None:
    """Tables, comparisons and plots of results: figures with intervals, models in pairs, failures by kind."""
    from assistant.cli.output import say, write_json
    from experiments.report.figures import summary

    # The files first: what reads the tables may stop reading (`| head`).
    if markdown is not None:
        from experiments.report.text import write_markdown

        write_markdown(results, markdown)
        say(f"Written: {markdown}")
    if html is not None:
        from experiments.report.html import write_html

        write_html(results, html)
        say(f"Written: {html}")
    if as_json:
        write_json(summary(results))
    else:
        from experiments.report.text import terminal

        terminal(results)


def prices(given: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Prices as the command line gives them. Raises UsageError.

    >>> prices(["openai:gpt=0.15,0.60"])
    {'openai:gpt': (0.15, 0.6)}
    """
    found = {}
    for one in given:
        model, _, both = one.rpartition("=")
        parts = both.split(",")
        try:
            read, written = (float(part) for part in parts)
        except ValueError:
            read = written = -1.0
        if not model or read < 0 or written < 0:
            raise UsageError(f"--price {one} is no price.", "Write MODEL=READ,WRITTEN: --price openai:NAME=0.15,0.60")
        found[model] = (read, written)
    return found


def changed(given: Sequence[str]) -> dict[str, str]:
    """Settings as the command line gives them. Raises UsageError.

    >>> changed(["temperature=0.7"])
    {'temperature': '0.7'}
    """
    pairs = [one.partition("=") for one in given]
    for name, sign, _ in pairs:
        if not sign or not name.isidentifier():
            raise UsageError(f"--set {name}{sign} sets nothing.", "Write NAME=VALUE: --set temperature=0.7")
    return {name: value for name, _, value in pairs}


@contextmanager
def _progress() -> Iterator[Any]:
    """A bar with the time left on a terminal, else a line now and then; all on standard error."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TextColumn("{task.fields[left]}"),
            console=Console(stderr=True),
            transient=True,
        ) as bar:
            task = bar.add_task("starting", total=None, left="")

            def show(progress: RunProgress) -> None:
                bar.update(
                    task,
                    description=f"{progress.model}: score {progress.score:.2f}",
                    total=progress.total,
                    completed=progress.done,
                    left=_left(progress.left_s),
                )

            yield show
        return
    last = 0.0

    def line(progress: RunProgress) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= 5 or progress.done == progress.total:
            last = now
            sys.stderr.write(
                f"{progress.done}/{progress.total}  {progress.model}  score {progress.score:.2f}  "
                f"{_left(progress.left_s)}\n"
            )

    yield line


def _left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 90:
        return f"about {seconds:.0f} s left"
    return f"about {seconds / 60:.0f} min left" if seconds < 5400 else f"about {seconds / 3600:.1f} h left"


def _told(finished: Finished) -> dict[str, Any]:
    return {
        "results": str(finished.out),
        "done": finished.done,
        "total": finished.total,
        "errors": finished.errors,
        "complete": finished.done == finished.total and not finished.errors,
        "stopped": finished.stopped,
    }
