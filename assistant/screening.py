"""What the ingest pipeline is given to look for instructions that a document addresses to a model."""

from __future__ import annotations


def suspicious(text: str, place: str = "page") -> list[str]:
    """What is suspicious in a stretch of a document, in words; empty for ordinary text.

    `place` is where it stands: page, metadata or annotation; what no reader sees is judged more strictly.
    """
    from guards.documents import is_suspicious, scan_parts

    return sorted({found.risk.name for found in scan_parts([(place, text)]) if is_suspicious([found.risk])})
