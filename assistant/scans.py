"""How sure OCR was of the pages that an answer cites: shown with the citation, since a misread digit looks right."""

from __future__ import annotations

from dataclasses import replace

from assistant.citations import CheckedAnswer
from corpora.errors import PageNotFound
from corpora.library import Library


def with_ocr(checked: CheckedAnswer, library: Library) -> CheckedAnswer:
    """The checked answer with `ocr_confidence` on each citation of a page that was read by OCR."""
    known: dict[tuple[str, int], float | None] = {}

    def confidence(document_id: str, page: int) -> float | None:
        key = (document_id, page)
        if key not in known:
            try:
                known[key] = library.page(document_id, page).ocr_confidence
            except PageNotFound:
                # The document was removed while the answer was written.
                known[key] = None
        return known[key]

    statements = []
    for statement in checked.statements:
        sure = [confidence(citation.document_id, citation.page) for citation in statement.citations]
        if any(one is not None for one in sure):
            cited = tuple(replace(c, ocr_confidence=one) for c, one in zip(statement.citations, sure, strict=True))
            statement = replace(statement, citations=cited)
        statements.append(statement)
    return replace(checked, statements=tuple(statements))
