"""Which tools to call for a question: arithmetic to the calculator, pages to the reader, else a search."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.embedded import files, pages
from corpora.library import Library
from corpora.model import Document
from corpora.query import parse
from corpora.routing import NAMED, name_documents

#: More documents than this are searched together: a question that names ten means all.
MOST_SEARCHES = 6
#: Passages of one search: more than a language model is given, since here reading them costs little.
PASSAGES = 12
_SEVERAL = re.compile(
    r"\b(?:compare|compared|comparison|both|each|versus|vs|respectively|between|differ\w*|which of|in total|all of"
    r"|same)\b|\band\b",
    re.IGNORECASE,
)
_CATALOGUE = re.compile(
    r"\b(?:what|which|list|show)\b[^?]{0,30}\b(?:documents|files|pdfs|papers|reports)\b[^?]{0,40}\b(?:library|there|have|are"
    r"|ingested|uploaded)\b",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"\b(?:which|what|list|show|name|how many)\b[^?]{0,40}\bmy (?:documents|files|pdfs|papers|reports|library)\b"
    r"|\bhow many (?:documents|files|pdfs|papers|reports)\b[^?]{0,20}\b(?:library|have you|do (?:you|i) have|uploaded"
    r"|ingested|are there)\b(?!.{0,3}\bon\b)"
    r"|^\W*(?:list|show)(?: me)?(?: all)?(?: the| of the)? (?:documents|files|pdfs)\W*$",
    re.IGNORECASE,
)
_THEN = re.compile(r"[,;.]?\s+(?:and\s+)?(?:then|after that|afterwards)[,\s]+", re.IGNORECASE)

_FOLLOWS = re.compile(
    r"^\s*(?:and|but|also|so|what about|how about)\b"
    r"|\b(?:it|its|they|their|them|that cruise|this cruise|the same|there)\b",
    re.IGNORECASE,
)


_LISTED = re.compile(r"^\W*\[([\w.:-]{3,80})\]", re.MULTILINE)
_PLACES = "first second third fourth fifth".split()
_PLACED = re.compile(
    r"\b(?:evidence|details?|explain\w*|fix|mend|repair|why|more|show|tell)\b.*\b(?P<which>first|second|third|fourth|fifth)"
    r" (?:finding|problem|error|violation|issue)\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Step:
    """One tool call to make."""

    tool: str
    arguments: dict[str, Any]


def plan(
    question: str,
    library: Library,
    scope: tuple[str, ...] | None,
    available: set[str],
    earlier: Sequence[tuple[str, str]] = (),
    data_files: Sequence[str] = (),
) -> list[Step]:
    """The calls that a question needs, all independent of each other.

    Parameters
    ----------
    earlier:
        (question, answer) of the turns before, oldest first: what a follow-up question leaves out stands there.
    available:
        Names of the tools that the model has been given.
    data_files:
        Names of the NetCDF files that may be checked.
    """
    parts = [part for part in _THEN.split(question) if part.strip()]
    if len(parts) > 1:
        several = [plan(part, library, scope, available, earlier, data_files) for part in parts]
        if not any(step.tool == "search_documents" for one in several for step in one):
            steps = [step for one in several for step in one]
            return [step for index, step in enumerate(steps) if step not in steps[:index]]
    from tools.calculator import find_expression
    from tools.memory import find_request

    if "calculate" in available:
        expression = find_expression(question)
        if expression:
            return [Step("calculate", {"expression": expression})]
    if "read_page" in available and (reading := _pages(question, library, scope, earlier)):
        return reading
    # "The local models guide gives both sizes": what a document says of a model is looked up there.
    if "estimate_memory" in available and pages.document_by_words(question, library, scope) is None:
        request = find_request(question)
        if request is not None and not request.training:
            arguments = request.arguments()
            if "context" in arguments:
                arguments["context_tokens"] = arguments.pop("context")
            return [Step("estimate_memory", arguments)]
    if "check_netcdf" in available:
        checks = files.asked(question, earlier, data_files)
        if checks and not documents_named(question, library, scope):
            return [Step("check_netcdf", asked) for asked in checks]
    if "list_documents" in available and (_CATALOGUE.search(question) or _OWN.search(question)):
        return [Step("list_documents", {})]
    if "search_documents" not in available:
        return []
    named = documents_named(question, library, scope)
    if not named and earlier and _FOLLOWS.search(question):
        # "And who was the captain?" is about what the question before was about.
        before = documents_named(earlier[-1][0], library, scope)
        if 0 < len(before) <= MOST_SEARCHES:
            return [Step("search_documents", {"query": question, "documents": before, "k": PASSAGES})]
    if len(named) > 1 and _SEVERAL.search(question) and len(named) <= MOST_SEARCHES:
        return [Step("search_documents", {"query": question, "documents": [file]}) for file in named]
    return [Step("search_documents", {"query": question, "k": PASSAGES})]


def _pages(
    question: str, library: Library, scope: tuple[str, ...] | None, earlier: Sequence[tuple[str, str]]
) -> list[Step]:
    """The pages that a question names, of the documents that it or the question before names."""
    if not pages.names_pages(question):
        return []
    known = {d.file: d for d in library.documents() if scope is None or d.document_id in scope}
    written = pages.file_written(question)
    by_words = pages.document_by_words(question, library, scope)
    if by_words is not None:
        named = [by_words.file]
    elif written:
        # A name that is not quite right goes to the tool as it is: its error leads to the nearest one.
        named = [written]
    else:
        named = documents_named(question, library, scope)
        if not named and earlier:
            named = documents_named(earlier[-1][0], library, scope)
        if not named and len(known) == 1:
            named = list(known)
    steps = [
        Step("read_page", {"document": file, "page": number})
        for file in named
        for number in pages.pages_named(question, known.get(file))
    ]
    return steps if len(steps) <= pages.MOST_PAGES else []


def finding_asked(question: str, report: str) -> str:
    """The id of the finding of a report that a question means by its place in it; '' where it means none.

    >>> finding_asked("Check a.nc, then explain its second finding.", "[time] wrong.\\n[units:t] unknown.")
    'units:t'
    """
    place = _PLACED.search(question)
    found = _LISTED.findall(report)
    index = -1 if place is None else _PLACES.index(place["which"].casefold())
    return str(found[index]) if place and len(found) > index else ""


def documents_named(question: str, library: Library, scope: tuple[str, ...] | None) -> list[str]:
    """File names of the documents that a question names by an identifier, in the order of the question."""
    query = parse(question)
    scores = name_documents(library, query, scope)
    everything = [d for d in library.documents() if scope is None or d.document_id in scope]
    owners = {
        identifier: {d.document_id for d in everything if identifier in _names(d)} for identifier in query.identifiers
    }
    known = set().union(*owners.values()) if owners else set()
    # Only an identifier names a document for certain; words of a title also occur in questions about the topic.
    firm = {d for d, score in scores.items() if score >= NAMED and d in known}
    # "A20 2021, A22 2021": each identifier names its own documents, the year tells which of several.
    years = set(re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", question))
    for documents in owners.values():
        dated = {d.document_id for d in everything if d.document_id in documents and d.year in years}
        firm |= dated if dated and len(documents) > 1 else documents
    places = {}
    lowered = question.casefold()
    for document in everything:
        if document.document_id in firm:
            where = lowered.find(document.cruise.casefold()) if document.cruise else -1
            places[document.file] = where if where >= 0 else len(lowered)
    return sorted(places, key=lambda file: (places[file], file))


def _names(document: Document) -> set[str]:
    """What a document is called: the words of its file's name, its cruise, its title."""
    return set(
        re.findall(r"[^\W_]+", f"{document.file} {document.cruise} {document.title}".casefold().replace("_", " "))
    )
