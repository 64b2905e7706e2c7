"""A conversation as a file: Markdown with references, JSON, and the documents as BibTeX or CSL-JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from assistant.citations.export import as_bibtex, as_csl_json, as_markdown
from assistant.turn import Turn
from corpora.library import Library

#: The name on the page, and the file that it makes.
FORMATS = {
    "Markdown with references": "conversation.md",
    "JSON": "conversation.json",
    "BibTeX of the documents cited": "documents.bib",
    "CSL-JSON of the documents cited": "documents.json",
}


def write_export(turns: Sequence[Turn], library: Library, kind: str, folder: Path) -> Path:
    """Write one of `FORMATS` into a folder and say where."""
    documents = library.documents()
    cited_ids = {c.document_id for turn in turns for s in turn.checked.statements for c in s.citations if c.quote}
    cited = [document for document in documents if document.document_id in cited_ids]
    target = folder / FORMATS.get(kind, "conversation.md")
    if target.name == "conversation.json":
        text = json.dumps([turn.to_json() for turn in turns], ensure_ascii=False, indent=1)
    elif target.name == "documents.bib":
        text = as_bibtex(cited)
    elif target.name == "documents.json":
        text = as_csl_json(cited)
    else:
        text = "\n\n".join(as_markdown(turn.checked, question=turn.question, documents=documents) for turn in turns)
    target.write_text(text + "\n", encoding="utf-8")
    return target
