"""A checked answer as Markdown with references, as text to copy, and its documents as CSL-JSON or BibTeX.

Whatever comes from a document or a model is escaped for where it goes.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from assistant.citations.model import CheckedAnswer, Citation, Statement, Support
from corpora.model import Document

#: How a statement is marked in text, where there is no colour: a shape of its own for every support.
MARKS = {
    Support.SUPPORTED: "✓",
    Support.PARTLY: "◐",
    Support.UNSUPPORTED: "✗",
    Support.UNCITED: "○",
    Support.TOOL: "⚙",
    Support.NOTICE: "",
}
_LONGEST_QUOTE = 300


def as_markdown(checked: CheckedAnswer, *, question: str = "", documents: Iterable[Document] = ()) -> str:
    """The answer, one statement a line, with numbered references; each reference gives document, page and quote.

    documents: supply titles and authors for the references; without them file names are used.
    """
    references = _references(checked.statements)
    titles = {document.document_id: document for document in documents}
    lines = [f"# {_escape(question)}", ""] if question else []
    for statement in checked.statements:
        numbers = "".join(f"[{references[key]}]" for key in dict.fromkeys(map(_key, _pointing(statement))))
        unknown = "".join(f"[{label}?]" for label in _unknown(statement, checked))
        mark = MARKS[statement.support]
        parts = [mark, _escape(statement.text), numbers + _escape(unknown)]
        lines.append(" ".join(part for part in parts if part))
        if statement.support in (Support.PARTLY, Support.UNSUPPORTED) and statement.reason:
            lines.append(f"  *{_escape(statement.reason)}*")
        lines.append("")
    lines += [f"*{checked.summary}*", ""]
    if references:
        lines += ["## References", ""]
        for citation in _first_citations(checked.statements):
            quote = _escape(_short(citation.quote))
            lines.append(
                f"{references[_key(citation)]}. {_escape(_named(citation, titles))}, page {citation.page}: "
                f"“{quote}” ({citation.status.replace('_', ' ')})"
            )
        lines.append("")
    lines += [f"{MARKS[support]} {name}  " for support, name in _LEGEND if MARKS[support]]
    return "\n".join(lines).rstrip() + "\n"


_LEGEND = (
    (Support.SUPPORTED, "verified"),
    (Support.PARTLY, "partly supported"),
    (Support.UNSUPPORTED, "not supported"),
    (Support.UNCITED, "without a source"),
    (Support.TOOL, "from a tool"),
)


def as_text(checked: CheckedAnswer) -> str:
    """The answer for the clipboard: every statement with the document and page of each of its citations.

    >>> from assistant.citations.model import CheckedAnswer
    >>> as_text(CheckedAnswer("", (Statement("It was deep.", Support.UNCITED),)))
    'It was deep. (no source)'
    """
    return "\n".join(_text(statement, checked) for statement in checked.statements)


def _text(statement: Statement, checked: CheckedAnswer) -> str:
    places = list(dict.fromkeys(f"{c.document}, p. {c.page}" for c in _pointing(statement)))
    notes = {
        Support.UNCITED: "no source",
        Support.TOOL: "from a tool",
        Support.UNSUPPORTED: "not supported",
        Support.PARTLY: "partly supported",
    }
    parts = [f"({'; '.join(places)})"] if places else []
    parts += [f"[{label}?]" for label in _unknown(statement, checked)]
    note = notes.get(statement.support)
    if note:
        parts.append(f"({note}: {statement.reason})" if statement.reason and places else f"({note})")
    return " ".join([statement.text, *parts])


def as_csl_json(documents: Iterable[Document]) -> str:
    """The documents as CSL-JSON 1.0.2, a list with one item for each: type "report", and what is known of it."""
    return json.dumps([_csl(document) for document in documents], ensure_ascii=False, indent=2)


def _csl(document: Document) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": document.document_id,
        "type": "report",
        "title": document.title or document.file,
        "number-of-pages": document.pages,
        "note": f"file: {document.file}",
    }
    authors = _authors(document.author)
    if authors:
        item["author"] = [_csl_name(author) for author in authors]
    year = _year(document.created)
    if year:
        item["issued"] = {"date-parts": [[year]]}
    return item


def _csl_name(author: str) -> dict[str, str]:
    if "," in author:
        family, _, given = author.partition(",")
        return {"family": family.strip(), "given": given.strip()}
    given, _, family = author.rpartition(" ")
    return {"family": family, "given": given} if given else {"literal": author}


def as_bibtex(documents: Iterable[Document]) -> str:
    """The documents as BibTeX entries of type techreport, with keys that differ."""
    entries = []
    used: set[str] = set()
    for document in documents:
        authors, year = _authors(document.author), _year(document.created)
        key = _bibtex_key(authors, year, document, used)
        fields = {
            "title": "{" + _latex(document.title or document.file) + "}",
            "author": " and ".join(_latex(author) for author in authors),
            "year": str(year or ""),
            "pagetotal": str(document.pages),
            "note": f"File {_latex(document.file)}, sha256 {document.document_id}",
        }
        body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
        entries.append(f"@techreport{{{key},\n{body}\n}}\n")
    return "\n".join(entries)


def _bibtex_key(authors: Sequence[str], year: int | None, document: Document, used: set[str]) -> str:
    family = _csl_name(authors[0]) if authors else {}
    stem = family.get("family") or family.get("literal") or document.file.rsplit(".", 1)[0]
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    base = (re.sub(r"[^A-Za-z0-9]+", "", plain)[:30] or "document") + str(year or "")
    key, count = base, 1
    while key in used:
        count += 1
        key = f"{base}-{count}"
    used.add(key)
    return key


_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "^": r"\^{}",
        "~": r"\~{}",
    }
)


def _latex(text: str) -> str:
    return " ".join(text.split()).translate(_LATEX)


def _authors(field: str) -> list[str]:
    """Authors of a metadata field: separated by semicolons, "and", or commas between full names."""
    parts = [part.strip() for part in re.split(r";|\band\b|&", field) if part.strip()]
    if len(parts) == 1 and parts[0].count(",") >= 1 and all(" " in name.strip() for name in parts[0].split(",")):
        parts = [name.strip() for name in parts[0].split(",")]
    return parts


def _year(created: str) -> int | None:
    found = re.search(r"(?<!\d)(?:1[89]|20)\d\d", created)
    return int(found.group()) if found else None


# References


_Key = tuple[str, int, int, int]


def _pointing(statement: Statement) -> list[Citation]:
    """The citations of a statement that point at words of a document."""
    return [citation for citation in statement.citations if citation.quote]


def _key(citation: Citation) -> _Key:
    return (citation.document_id, citation.page, citation.start, citation.end)


def _first_citations(statements: Iterable[Statement]) -> list[Citation]:
    seen: dict[_Key, Citation] = {}
    for statement in statements:
        for citation in _pointing(statement):
            seen.setdefault(_key(citation), citation)
    return list(seen.values())


def _references(statements: Iterable[Statement]) -> dict[_Key, int]:
    return {_key(citation): number for number, citation in enumerate(_first_citations(statements), 1)}


def _unknown(statement: Statement, checked: CheckedAnswer) -> list[int]:
    return [label for label in statement.labels if label in checked.unknown_labels]


def _named(citation: Citation, documents: dict[str, Document]) -> str:
    document = documents.get(citation.document_id)
    if document is None or not document.title:
        return citation.document
    by = f"{document.author}: " if document.author else ""
    return f"{by}{document.title} ({citation.document})"


def _short(quote: str) -> str:
    flat = " ".join(quote.split())
    return flat if len(flat) <= _LONGEST_QUOTE else flat[: _LONGEST_QUOTE - 1].rstrip() + "…"


_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|!~])")


def _escape(text: str) -> str:
    """Text as Markdown that shows it literally: no emphasis, link, image or tag comes to life."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
