"""Which files a run is about: where they are, what to call them, and what a later version of each replaces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from corpora.errors import FileMissing
from ingest.files import KINDS, READABLE


@dataclass(frozen=True)
class Source:
    """A file to ingest: where it is, what to call it, and what a later version of it replaces."""

    path: Path
    file: str
    origin: str


def find_files(paths: Iterable[Path]) -> list[Source]:
    """Every document that `paths` name: files as they are given, folders searched to the bottom.

    A folder contributes the files of the kinds that are read, in order of name; a file that is named outright is
    taken whatever it is called, so that its own reason can be given if it is no document.
    """
    found: dict[str, Source] = {}
    for path in paths:
        folder = _is_folder(path)
        files = sorted(p for p in path.rglob("*") if p.suffix.lower() in KINDS and p.is_file()) if folder else [path]
        if folder and not files:
            raise FileMissing(
                f"{path}: there is nothing to read in this folder (what is read: {READABLE}).",
                "Give a folder that holds some, or a file.",
            )
        for file in files:
            origin = plain(str(_resolved(file)))
            found.setdefault(origin, Source(file, plain(file.name) or plain(str(file)), origin))
    return list(found.values())


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _resolved(file: Path) -> Path:
    try:
        return file.resolve()
    except (OSError, RuntimeError, ValueError):
        # A name too long, a ring of links: reading it gives the reason.
        return file.absolute()


def plain(name: str) -> str:
    """A file's name as text that can be stored and shown on one line.

    A name is any bytes: what is no text in it, and what would break a line, becomes `\ufffd`.

    >>> plain("a\\nb.pdf")
    'a\ufffdb.pdf'
    """
    return "".join(c if c.isprintable() or c == " " else "\ufffd" for c in name)
