"""DOCX as it is read: paragraphs, headings by their styles, tables row by row, footnotes, and Word's own page ends."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpora.errors import FileDamaged, FileTooLarge, NotADocument, PasswordNeeded
from ingest.blocks import Block, Flow, bounded

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
#: A file that unpacks to more than this, or to this many times its size, is a bomb.
MOST_UNPACKED, MOST_RATIO = 400 * 2**20, 200
#: What changes of a text leave behind, and alternatives for old programs: none of it is shown.
_GONE = frozenset({f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}delText", f"{_MC}Fallback", f"{_W}txbxContent"})


def check_package(path: Path, name: str) -> None:
    """Refuse a package that is no Word document, or a bomb, before any of it is unpacked.

    Raises
    ------
    NotADocument, FileTooLarge, FileDamaged
    """
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise FileDamaged(f"{name}: the file is truncated or damaged ({error}).", "Save it again in Word.") from error
    names = {entry.filename for entry in entries}
    if "word/document.xml" not in names:
        what = next(
            (
                kind
                for part, kind in (("xl/", "an Excel workbook"), ("ppt/", "a PowerPoint presentation"))
                if any(one.startswith(part) for one in names)
            ),
            "an OpenDocument file" if "mimetype" in names else "a ZIP archive without a Word document",
        )
        raise NotADocument(f"{name}: this is {what}.", "Export it as PDF or DOCX, then ingest that.")
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(sum(entry.compress_size for entry in entries), 1)
    if unpacked > MOST_UNPACKED or (unpacked > 50 * 2**20 and unpacked > MOST_RATIO * packed):
        raise FileTooLarge(
            f"{name}: it unpacks to {unpacked / 2**20:,.0f} MiB from {packed / 2**20:,.1f} MiB, which no Word document "
            "does.",
            "If you trust it, export it as PDF and ingest that.",
        )


def read_docx(path: Path, name: str) -> Flow:
    """A Word document.

    Raises
    ------
    FileDamaged
        Word's XML in it does not parse.
    """
    import docx

    check_package(path, name)
    try:
        document = docx.Document(str(path))
        blocks, unseen = _body(document)
        core = document.core_properties
        facts = (core.title or "", core.author or "", core.created, core.keywords or "", core.comments or "")
    except Exception as error:
        if "encrypt" in str(error).lower():
            raise PasswordNeeded(f"{name}: the file opens only with a password.", "Save a copy without it.") from error
        raise FileDamaged(
            f"{name}: Word's text in it does not parse ({type(error).__name__}: {str(error)[:120]}).",
            "Open it in Word and save it again.",
        ) from error
    title, author, created, keywords, comments = facts
    printed = next((block.text for block in blocks if block.kind == "heading"), "")
    return Flow(
        bounded(blocks, name),
        title=(title or printed)[:300],
        author=author[:300],
        created=created.isoformat()[:19] if created else "",
        keywords=keywords[:300],
        unseen=tuple(unseen + [("metadata", text) for text in (title, keywords, comments) if len(text) > 3]),
    )


def _body(document: Any) -> tuple[list[Block], list[tuple[str, str]]]:
    styles = {style.style_id: (style.name or "").lower() for style in document.styles}
    unseen: list[tuple[str, str]] = []
    blocks = list(_blocks(document.element.body, styles, unseen))
    for relation in document.part.rels.values():
        kind = relation.reltype.rsplit("/", 1)[-1]
        if kind in ("footnotes", "endnotes", "comments") and not relation.is_external:
            from docx.oxml.parser import parse_xml

            for note in parse_xml(relation.target_part.blob):
                if note.get(f"{_W}type") in ("separator", "continuationSeparator", "continuationNotice"):
                    continue
                words = " ".join("".join(_words(part, unseen)).strip() for part in note.iter(f"{_W}p")).strip()
                if not words:
                    continue
                if kind == "comments":
                    unseen.append(("annotation", words[:2000]))
                else:
                    blocks.append(Block("footnote", f"{note.get(f'{_W}id')} {words}"))
    return blocks, unseen


def _blocks(body: Any, styles: dict[str, str], unseen: list[tuple[str, str]]) -> Iterator[Block]:
    for element in body:
        if element.tag == f"{_W}p":
            yield from _paragraph(element, styles, unseen)
        elif element.tag == f"{_W}tbl":
            yield from _table(element, unseen)
        elif element.tag in (f"{_W}sdt", f"{_W}ins", f"{_W}moveTo", f"{_W}customXml"):
            inner = element.find(f"{_W}sdtContent")
            yield from _blocks(element if inner is None else inner, styles, unseen)


def _paragraph(paragraph: Any, styles: dict[str, str], unseen: list[tuple[str, str]]) -> Iterator[Block]:
    properties = paragraph.find(f"{_W}pPr")
    style = ""
    numbered = False
    if properties is not None:
        named = properties.find(f"{_W}pStyle")
        style = styles.get(named.get(f"{_W}val"), "") if named is not None else ""
        numbered = properties.find(f"{_W}numPr") is not None
        if properties.find(f"{_W}pageBreakBefore") is not None:
            yield Block("break")
    kind, level = "prose", 0
    depth = re.match(r"heading (\d)", style)
    if depth or style == "title":
        kind, level = "heading", int(depth.group(1)) if depth else 1
    elif style.startswith("caption"):
        kind = "caption"
    elif numbered or style.startswith("list"):
        kind = "item"
    # A page ends inside a paragraph where Word said so when it last laid the document out.
    for place, words in enumerate("".join(_words(paragraph, unseen)).split("\f")):
        if place:
            yield Block("break")
        if words.strip():
            words = words.strip("\n").strip(" ")
            yield Block(kind, f"• {words}" if kind == "item" else words, level)
    for box in paragraph.iter(f"{_W}txbxContent"):
        if not any(above.tag == f"{_MC}Fallback" for above in box.iterancestors()):
            yield from _blocks(box, styles, unseen)


def _words(element: Any, unseen: list[tuple[str, str]]) -> Iterator[str]:
    """The words of a paragraph as Word shows them; `\\f` where a page ends."""
    for child in element:
        tag = child.tag
        if not isinstance(tag, str) or tag in _GONE:
            continue
        if tag == f"{_W}r":
            hidden = child.find(f"{_W}rPr/{_W}vanish")
            if hidden is not None and hidden.get(f"{_W}val") not in ("0", "false"):
                words = "".join(part.text or "" for part in child.iter(f"{_W}t"))
                if words.strip():
                    unseen.append(("hidden text", words))
                continue
        if tag in (f"{_W}t", f"{_M}t"):
            yield child.text or ""
        elif tag == f"{_W}tab":
            yield "\t" if element.tag == f"{_W}r" else ""
        elif tag == f"{_W}br":
            yield "\f" if child.get(f"{_W}type") == "page" else "\n"
        elif tag == f"{_W}cr":
            yield "\n"
        elif tag == f"{_W}lastRenderedPageBreak":
            yield "\f"
        elif tag == f"{_W}noBreakHyphen":
            yield "-"
        elif tag == f"{_W}sym":
            yield "\ufffd"
        elif tag != f"{_W}pPr":
            yield from _words(child, unseen)


def _table(table: Any, unseen: list[tuple[str, str]]) -> Iterator[Block]:
    rows = [row for row in table.iter(f"{_W}tr") if next(row.iterancestors(f"{_W}tbl")) is table]
    for place, row in enumerate(rows):
        cells = [cell for cell in row.iter(f"{_W}tc") if next(cell.iterancestors(f"{_W}tr")) is row]
        words = []
        for cell in cells:
            # The lower part of a cell that is merged downwards is empty, and stays so.
            parts = ("".join(_words(part, unseen)).replace("\f", " ") for part in cell.iter(f"{_W}p"))
            words.append(re.sub(r"\s+", " ", " ".join(parts)).strip())
        marked = row.find(f"{_W}trPr/{_W}tblHeader") is not None
        if any(words):
            first = (
                place == 0 and len(rows) > 2 and len(words) > 1 and not any(re.search(r"\d", word) for word in words)
            )
            yield Block("head" if marked or first else "row", "\t".join(words))
