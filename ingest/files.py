"""What a file is, before any reader sees it."""

from __future__ import annotations

import stat
from pathlib import Path

from corpora.errors import FileEmpty, FileMissing, FileTooLarge, NotADocument

MAX_BYTES = 2**30


def check_file(path: Path, max_bytes: int = MAX_BYTES, *, name: str = "") -> None:
    """Refuse what cannot be a PDF before any reader sees it. `name` is what to call the file.

    Raises
    ------
    FileMissing, FileEmpty, FileTooLarge, NotADocument
    """
    name = name or path.name
    try:
        kind = path.stat().st_mode
        if not stat.S_ISREG(kind):
            what = "a folder" if stat.S_ISDIR(kind) else "not a file"
            raise FileMissing(f"{name}: this is {what}.", "Give a PDF file, or a folder that holds some.")
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(1024)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileMissing(f"{name}: there is no such file.", "Check the path.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileMissing(
            f"{name}: the file cannot be opened ({reason}).", "Check its path and its permissions."
        ) from error
    if size == 0:
        raise FileEmpty(f"{name}: the file is empty (0 bytes).", "Copy or download it again.")
    if size > max_bytes:
        raise FileTooLarge(
            f"{name}: the file has {size / 2**20:,.1f} MiB, the limit is {max_bytes / 2**20:,.1f} MiB.",
            "Split it, or raise max_file_mib in the settings.",
        )
    if b"%PDF" not in head:
        raise NotADocument(f"{name}: this is not a PDF ({_kind(head)}).", "Convert it to PDF, then ingest that.")


def _kind(head: bytes) -> str:
    """What a file seems to be by its first bytes, for the message."""
    known = {
        b"PK\x03\x04": "a ZIP archive or an Office document",
        b"\x89PNG": "a PNG image",
        b"\xff\xd8\xff": "a JPEG image",
        b"CDF": "a netCDF file",
        b"\x89HDF": "a netCDF-4 or HDF5 file",
        b"\xd0\xcf\x11\xe0": "an old Office document",
        b"<!DOCTYPE": "an HTML page",
        b"<html": "an HTML page",
        b"{\\rtf": "an RTF document",
        b"%!PS": "a PostScript file",
    }
    for magic, name in known.items():
        if head.lstrip()[: len(magic)].lower() == magic.lower():
            return name
    try:
        head.decode("utf-8")
    except UnicodeDecodeError:
        return "bytes of no known kind"
    return "plain text"
