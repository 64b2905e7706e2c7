"""The library as the page lists it: documents, what they take, what a search finds in their text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.settings import Settings
from corpora.library import Library
from corpora.sentences import readable
from ingest.pipeline import SUSPICIOUS

if TYPE_CHECKING:
    from assistant.ui.desks import Desk

FOUND = 20


def documents_json(library: Library) -> list[dict[str, Any]]:
    """Every document: what it is called, how long, how large, since when, what was noted when it was read."""
    return [
        {
            "id": d.document_id,
            "file": d.file,
            "title": d.title or d.file,
            "author": d.author,
            "year": d.year,
            "cruise": d.cruise,
            "pages": d.pages,
            "bytes": d.bytes,
            "added_at": d.added_at,
            "notes": [note for note in d.notes if not note.startswith(SUSPICIOUS)],
            "warnings": [note for note in d.notes if note.startswith(SUSPICIOUS)],
        }
        for d in library.documents()
    ]


def storage_json(desk: Desk, settings: Settings) -> dict[str, Any]:
    """What the library takes on the disk, in bytes, and what it may; 0 for no limit."""
    home = desk.home
    index = desk.library.index.folder
    kept = [path for path in desk.library.files.glob("*") if path.is_file()] if desk.library.files.is_dir() else []
    rest = [*home.glob("*.sqlite3*"), *(index.rglob("*") if index.is_dir() else ())]
    return {
        "files": sum(path.stat().st_size for path in kept),
        "index": sum(path.stat().st_size for path in rest if path.is_file()),
        "folder": "" if desk.owner else str(home),
        "limit": settings.max_library_mib * 2**20,
        "most": settings.max_documents,
    }


def found_json(desk: Desk, query: str) -> list[dict[str, Any]]:
    """Passages in the texts of the library, the best first."""
    from corpora.search import search

    if not query.strip():
        return []
    desk.warm.wait()
    titles = {d.document_id: d.title or d.file for d in desk.library.documents()}
    return [
        {
            "document": hit.span.document_id,
            "file": hit.document,
            "title": titles.get(hit.span.document_id, hit.document),
            "page": hit.span.page,
            "start": hit.span.start,
            "end": hit.span.end,
            "text": readable(hit.text)[:400],
        }
        for hit in search(desk.library, query, k=FOUND)
    ]


def suffixes() -> list[str]:
    """The endings of the files that become documents, with their dots."""
    from ingest.files import KINDS

    return sorted(KINDS)
