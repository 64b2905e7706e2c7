"""The file of a run: one JSON line about the run, then one for each case, model and repeat.

A line is on the disk before the next case begins, so a run that is killed loses at most the case it was at; a line that
was half written is taken off. Taking up again goes on behind what is there, and at the end the file is put into the
order of the cases, so that it holds the same lines as a run that was never stopped. Only what a clock says differs:
`without_clock` takes it out.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from corpora.errors import FileMissing, UsageError

FORMAT = "leadline-experiment/1"
Row = dict[str, Any]
Key = tuple[str, str, int]

#: Names of everything that a clock or a counter of a server says.
_CLOCK = re.compile(r"^(?:clock|seconds|.*_s|.*_ms|.*_duration|created_at|started|date|cost|expires_at|id)$")


def key_of(row: Mapping[str, Any]) -> Key:
    """What a result line is about: model, case and repeat."""
    return str(row["model"]), str(row["case"]), int(row["repeat"])


def without_clock(value: Any) -> Any:
    """A line without times, dates and the random ids of calls."""
    if isinstance(value, dict):
        return {name: without_clock(one) for name, one in value.items() if not _CLOCK.match(name)}
    if isinstance(value, list):
        return [without_clock(one) for one in value]
    return value


def read(path: Path) -> tuple[Row, list[Row]]:
    """The line about the run, and its result lines, the last of each key, in the order of the file.

    A last line that was not finished is left out.

    Raises
    ------
    FileMissing
    UsageError
        The file is no result file, or a line in the middle is broken.
    """
    if not path.is_file():
        raise FileMissing(f"There is no result file {path}.", "Make one: leadline experiment run SUITE --out FILE")
    lines = path.read_bytes().split(b"\n")
    finished, rest = lines[:-1], lines[-1]
    rows = [_row(path, number, line) for number, line in enumerate(finished, 1) if line.strip()]
    if rest.strip():
        try:
            rows.append(json.loads(rest))
        except ValueError:
            pass  # the line that a killed run was writing
    if not rows or rows[0].get("format") != FORMAT:
        raise UsageError(f"{path} is no result file of an experiment.", "Give a file that `experiment run` wrote.")
    latest: dict[Key, Row] = {}
    for number, row in enumerate(rows[1:], 2):
        try:
            latest[key_of(row)] = row
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(f"{path}, line {number}: no result of a case.", "Take that line out.") from error
    return rows[0], list(latest.values())


def _row(path: Path, number: int, line: bytes) -> Row:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise UsageError(
            f"{path}, line {number}: not JSON ({error}).", "Take that line out; its case runs again."
        ) from (error)
    if not isinstance(row, dict):
        raise UsageError(f"{path}, line {number}: no JSON object.", "Take that line out; its case runs again.")
    return row


def repair(path: Path) -> int:
    """Take off a last line that was not finished; how many bytes that were."""
    content = path.read_bytes()
    end = content.rfind(b"\n") + 1
    rest = content[end:]
    if not rest:
        return 0
    try:
        json.loads(rest)
    except ValueError:
        with path.open("r+b") as file:
            file.truncate(end)
        return len(rest)
    with path.open("ab") as file:  # whole, only its line end is missing
        file.write(b"\n")
    return 0


class Writer:
    """Appends result lines, each on the disk before the next."""

    def __init__(self, path: Path, head: Row) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = not path.exists() or not path.stat().st_size
        if not fresh:
            repair(path)
        self._file: TextIO = path.open("a", encoding="utf-8")
        if fresh:
            self.write(head)

    def write(self, row: Row) -> None:
        self._file.write(json.dumps(row, ensure_ascii=False) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


def finish(path: Path, head: Row, order: Sequence[Key]) -> None:
    """Put the file into the order of the run, each result once; whole or not at all."""
    _, rows = read(path)
    place = {key: index for index, key in enumerate(order)}
    rows.sort(key=lambda row: (place.get(key_of(row), len(place)), key_of(row)))
    write_whole(path, [head, *rows])


def write_whole(path: Path, rows: Iterable[Row]) -> None:
    """Replace a file by these lines, or leave it as it was."""
    beside = path.with_name(f".{path.name}.new")
    with beside.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Only one run writes a result file.

    Raises
    ------
    UsageError
        Another one does.
    """
    from filelock import FileLock, Timeout

    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(str(path.with_name(f".{path.name}.lock")), timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise UsageError(f"Another run is writing {path}.", "Wait for it, or give another --out.") from error
    try:
        yield
    finally:
        lock.release()
