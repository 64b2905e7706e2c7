"""What a file is, before any reader sees it."""

from __future__ import annotations

import stat
from pathlib import Path

from corpora.errors import FileEmpty, FileMissing, FileTooLarge, NotADocument

MAX_BYTES = 2**30
#: Files of words are read whole: none that was written by people comes near this.
MAX_WORDS = 64 * 2**20
#: Kinds of file that are read, by their names' endings. A folder contributes these.
KINDS = {
    ".pdf": "pdf",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".text": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".docx": "docx",
}
READABLE = "PDF, Markdown, plain text, HTML and DOCX"


def check_file(path: Path, max_bytes: int = MAX_BYTES, *, name: str = "") -> str:
    """Refuse what cannot be a document before any reader sees it. `name` is what to call the file.

    Returns
    -------
    str
        What it is: pdf, markdown, text, html or docx.

    Raises
    ------
    FileMissing, FileEmpty, FileTooLarge, NotADocument
    """
    name = name or path.name
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "not a file"
            raise FileMissing(f"{name}: this is {what}.", f"Give a file ({READABLE}), or a folder that holds some.")
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
    kind_of_file = kind(path, head, name)
    if kind_of_file == "":
        named = KINDS.get(Path(name).suffix.lower())
        wrong = f"not a {named.upper() if named in ('pdf', 'docx') else named} file" if named else "no document"
        raise NotADocument(
            f"{name}: this is {wrong} ({_kind(head)}).", f"What is read: {READABLE}. Convert it to one of them."
        )
    if kind_of_file != "pdf" and size > MAX_WORDS:
        raise FileTooLarge(
            f"{name}: the file has {size / 2**20:,.1f} MiB, words have at most {MAX_WORDS / 2**20:,.0f}.",
            "Split it.",
        )
    return kind_of_file


def kind(path: Path, head: bytes, name: str = "") -> str:
    """What a file is by its first bytes and its name's ending: a key of the readers, or '' where none reads it.

    What begins as a PDF is one whatever it is called; what is called a PDF and does not is none.
    """
    named = KINDS.get(Path(name or path.name).suffix.lower())
    if b"%PDF" in head:
        return "pdf"
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return "docx" if named in (None, "docx") else ""
    if named in ("pdf", "docx") or not _is_text(head, trusting=named is not None):
        return ""
    if named:
        return named
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower()
    return "html" if start.startswith((b"<!doctype html", b"<html")) else "text"


def _is_text(head: bytes, *, trusting: bool) -> bool:
    """Whether bytes read as text; those of a file that is called text may be in any old encoding."""
    if head.startswith((b"{\\rtf", b"%!PS")):
        return False
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    zeros = head.count(0)
    if zeros:
        return trusting and zeros > 0.3 * len(head)
    if any(head.startswith(magic) for magic in (b"\x89PNG", b"\xff\xd8\xff", b"CDF", b"\xd0\xcf\x11\xe0")):
        return False
    try:
        # The last character may be cut in two.
        head[: len(head) - 4 if len(head) > 1000 else None].decode("utf-8")
    except UnicodeDecodeError as error:
        if not trusting and not (error.end >= len(head) - 4 and error.start > 900):
            return False
    return sum(byte < 9 or 13 < byte < 27 for byte in head) <= 0.01 * len(head)


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
