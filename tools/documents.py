"""Look into the library: search it, read a page of it, list what is in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from corpora.library import Library
from corpora.model import Document, Hit, Page
from corpora.reranking import RERANKED, reranked
from corpora.search import search


def search_documents(library: Library, query: str, documents: Sequence[str] | None = None, k: int = 8) -> list[Hit]:
    """The k passages that match a question best.

    Parameters
    ----------
    documents:
        Names or ids of the documents to search in; all when None or empty.

    Raises
    ------
    DocumentNotFound
        A name that no document has, or that several have.
    EncoderError
        A reranker is set and cannot be loaded.
    """
    limit = resolve(library, documents)
    if library.reranker is None:
        return search(library, query, k=k, documents=limit)
    hits = search(library, query, k=max(k, RERANKED), documents=limit)
    return reranked(hits, query, library.reranker)[:k]


def resolve(library: Library, documents: Sequence[str] | None) -> list[str] | None:
    """Names or ids as ids; None when there is nothing to limit to."""
    if not documents:
        return None
    return [library.document(name).document_id for name in documents]


def read_page(library: Library, document: str, page: int) -> tuple[Document, Page]:
    """A whole page's canonical text.

    Raises
    ------
    DocumentNotFound, PageNotFound
    """
    found = library.document(document)
    return found, library.page(found.document_id, page)


def list_documents(library: Library) -> list[dict[str, Any]]:
    """What is in the library: file, title, cruise, year and pages of each document."""
    return [
        {"document": d.file, "title": d.title, "cruise": d.cruise, "year": d.year, "pages": d.pages}
        for d in library.documents()
    ]
