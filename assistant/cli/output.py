"""Writing: JSON to standard output alone, tables and progress for people, messages to standard error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from corpora.errors import LeadlineError, UsageError

Json = Annotated[bool, typer.Option("--json", help="JSON on standard output, for scripts.")]
Batch = Annotated[
    Path | None,
    typer.Option("--batch", help="A JSONL file with one question a line; one JSON line comes back each."),
]


def write_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None) + "\n")


def write_line(value: Any) -> None:
    """One JSON line, at once: whoever reads a batch sees each result as it comes."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def say(text: str = "") -> None:
    print(text, file=sys.stderr)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, right: Sequence[str] = ()) -> None:
    """A table on standard output; plain text cells, whatever is in them."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    width = None if sys.stdout.isatty() else 140
    console = Console(width=width, highlight=False)
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        drawn.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(str(cell)) for cell in row))
    console.print(drawn)


def batch_rows(path: Path, field: str) -> Iterator[dict[str, Any]]:
    """The lines of a batch file.

    Raises
    ------
    UsageError
        The file cannot be read, or a line is no JSON object with the field that is needed.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The batch file {path} cannot be read ({error}).", "Give a UTF-8 JSONL file.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise UsageError(f"{path}, line {number}: not JSON ({error}).", "Each line is one JSON object.") from error
        if not isinstance(row, dict) or not isinstance(row.get(field), str):
            raise UsageError(
                f"{path}, line {number}: there is no text {field!r}.", f'Write {{"id": ..., "{field}": ...}}.'
            )
        yield row


def run_batch(path: Path, field: str, work: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None:
    """Answer each line of a batch file; a line that fails carries its error and does not end the run."""
    for number, row in enumerate(list(batch_rows(path, field)), 1):
        identity = row.get("id", number)
        try:
            write_line({"id": identity, **work(row)})
        except LeadlineError as error:
            write_line({"id": identity, "error": error.message, "mend": error.mend})


def one_of(value: str | None, batch: Path | None, name: str) -> None:
    """Exactly one of an argument and --batch must be there."""
    if (value is None) == (batch is None):
        raise UsageError(f"Give either {name} or --batch FILE.jsonl.", "See --help.")


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Keep progress bars and warnings of libraries off the terminal while a command runs."""
    import logging
    import warnings

    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TQDM_DISABLE", "1")
    os.environ.setdefault("LANGSMITH_TRACING", "false")
    for name in ("transformers", "sentence_transformers", "chromadb", "httpx"):
        logging.getLogger(name).setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
