"""A conversation as a file: Markdown with references, JSON, and the documents as BibTeX or CSL-JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from assistant.citations.export import as_bibtex, as_csl_json, as_markdown
from assistant.turn import Turn
from corpora.library import Library

#: For each kind the file's name and its media type.
FORMATS = {
    "markdown": ("conversation.md", "text/markdown"),
    "json": ("conversation.json", "application/json"),
    "bibtex": ("documents.bib", "application/x-bibtex"),
    "csl": ("documents.json", "application/vnd.citationstyles.csl+json"),
}


def exported(turns: Sequence[Turn], library: Library, kind: str) -> str:
    """The text of one of `FORMATS`. References list the documents that are cited, and no others."""
    documents = library.documents()
    cited_ids = {c.document_id for turn in turns for s in turn.checked.statements for c in s.citations if c.quote}
    cited = [document for document in documents if document.document_id in cited_ids]
    if kind == "json":
        text = json.dumps([turn.to_json() for turn in turns], ensure_ascii=False, indent=1)
    elif kind == "bibtex":
        text = as_bibtex(cited)
    elif kind == "csl":
        text = as_csl_json(cited)
    else:
        text = "\n\n".join(as_markdown(turn.checked, question=turn.question, documents=documents) for turn in turns)
    return text + "\n"
