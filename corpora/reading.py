"""What can be asked of a library: documents, pages, quotes, boxes, chunks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from corpora.boxes import rectangles, unpack
from corpora.connections import Connections
from corpora.errors import DocumentNotFound, PageNotFound
from corpora.model import Box, Chunk, Document, Page, Span

_DOCUMENT_COLUMNS = (
    "id, file, title, pages, chunks, added_at, path, bytes, cruise, year, author, created, text_reader, facts_reader, "
    "notes"
)


class Reading(Connections):
    """The reading half of a library: it never waits for a writer."""

    def holds(self, document_id: str) -> bool:
        row = self.connection().execute("SELECT 1 FROM documents WHERE id = ?", (document_id,)).fetchone()
        return row is not None

    def documents(self) -> list[Document]:
        """Every document, by file name."""
        rows = self.connection().execute(f"SELECT {_DOCUMENT_COLUMNS} FROM documents ORDER BY file COLLATE NOCASE, id")
        return [_document(row) for row in rows]

    def document(self, name_or_id: str) -> Document:
        """A document by its file's name (with or without its ending), or by its id or the start of it.

        Raises
        ------
        DocumentNotFound
            There is none, or more than one.
        """
        wanted = name_or_id.strip()
        everything = self.documents()
        tests: list[Any] = [
            lambda d: d.document_id == wanted or d.file == wanted,
            lambda d: d.file.casefold() == wanted.casefold() or Path(d.file).stem.casefold() == wanted.casefold(),
            lambda d: len(wanted) >= 6 and d.document_id.startswith(wanted.lower()),
            lambda d: d.cruise and d.cruise.casefold() == wanted.casefold(),
            lambda d: len(wanted) >= 3 and wanted.casefold() in d.file.casefold(),
        ]
        for test in tests:
            found = [document for document in everything if test(document)]
            if len(found) == 1:
                return found[0]
            if found:
                names = ", ".join(f"{d.file} ({d.document_id[:8]})" for d in found[:5])
                raise DocumentNotFound(
                    f"{wanted!r} could be any of {len(found)} documents: {names}.", "Give the id instead."
                )
        raise DocumentNotFound(
            f"There is no document {wanted!r} in this library.",
            "See `leadline documents list` for what there is.",
        )

    def page(self, document_id: str, number: int) -> Page:
        """One page, 1-based.

        Raises
        ------
        PageNotFound
        """
        row = (
            self.connection()
            .execute(
                "SELECT number, label, text, width, height, ocr FROM pages WHERE document_id = ? AND number = ?",
                (document_id, number),
            )
            .fetchone()
        )
        if row is None:
            count = (
                self.connection().execute("SELECT file, pages FROM documents WHERE id = ?", (document_id,)).fetchone()
            )
            what = f"{count[0]} has {count[1]} pages, there is no page {number}." if count else "No such document."
            raise PageNotFound(what, "Pages count from 1, whatever number is printed on them.")
        return Page(document_id, row[0], row[1], row[2], row[3], row[4], float(row[5]) or None)

    def page_text(self, document_id: str, number: int) -> str:
        """The canonical text of a page, '' where there is no such page."""
        row = (
            self.connection()
            .execute("SELECT text FROM pages WHERE document_id = ? AND number = ?", (document_id, number))
            .fetchone()
        )
        return row[0] if row else ""

    def ocr_pages(self, document_id: str) -> dict[int, float]:
        """The pages of a document whose text was read by OCR, and how sure it was, 0 to 1."""
        rows = self.connection().execute(
            "SELECT number, ocr FROM pages WHERE document_id = ? AND ocr > 0 ORDER BY number", (document_id,)
        )
        return {int(number): float(sure) for number, sure in rows}

    def quote(self, span: Span) -> str:
        return self.page_text(span.document_id, span.page)[span.start : span.end]

    def boxes(self, span: Span) -> list[Box]:
        """The rectangles of a span on its page as displayed; none where the page has no glyph boxes."""
        row = (
            self.connection()
            .execute("SELECT boxes FROM pages WHERE document_id = ? AND number = ?", (span.document_id, span.page))
            .fetchone()
        )
        return rectangles(unpack(row[0])[span.start : span.end]) if row else []

    def hidden_in(self, span: Span) -> list[tuple[int, int, str]]:
        """(start, end, reason) of the stretches that a span shares with text that no reader of its page sees."""
        connection = self.connection()
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'hidden_text'").fetchone():
            # A library of an earlier version that nobody has written to since: it knows of none.
            return []
        rows = connection.execute(
            'SELECT start, "end", reason FROM hidden_text '
            'WHERE document_id = ? AND page = ? AND start < ? AND "end" > ? ORDER BY start',
            (span.document_id, span.page, span.end, span.start),
        )
        return [(start, end, reason) for start, end, reason in rows]

    def chunks(self, document_id: str) -> list[Chunk]:
        """Every chunk of a document, in reading order, furniture included."""
        rows = self.connection().execute(
            'SELECT c.page, c.start, c."end", c.heading, c.kind, c.context, '
            'substr(p.text, c.start + 1, c."end" - c.start) '
            "FROM chunks c JOIN pages p ON p.document_id = c.document_id AND p.number = c.page "
            "WHERE c.document_id = ? ORDER BY c.id",
            (document_id,),
        )
        return [
            Chunk(Span(document_id, page, start, end), text, heading, kind, context)
            for page, start, end, heading, kind, context, text in rows
        ]

    def file_of(self, document_id: str) -> Path | None:
        """The kept copy of a document's file."""
        return next(iter(sorted(self.files.glob(f"{document_id}.*"))), None) if self.files.exists() else None

    def stats(self) -> dict[str, int]:
        connection = self.connection()
        row = connection.execute(
            "SELECT count(*), coalesce(sum(pages), 0), coalesce(sum(chunks), 0), coalesce(sum(bytes), 0) FROM documents"
        ).fetchone()
        return dict(zip(("documents", "pages", "chunks", "bytes"), row, strict=True))


def _document(row: tuple[Any, ...]) -> Document:
    return Document(
        document_id=row[0],
        file=row[1],
        title=row[2],
        pages=row[3],
        chunks=row[4],
        added_at=row[5],
        path=row[6],
        bytes=row[7],
        cruise=row[8],
        year=row[9],
        author=row[10],
        created=row[11],
        text_reader=row[12],
        facts_reader=row[13],
        notes=tuple(json.loads(row[14])),
    )
