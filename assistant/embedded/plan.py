"""Which tools to call for a question: arithmetic to the calculator, one search for each document named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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

_NETCDF = re.compile(r"([\w.+-]+\.(?:nc4?|cdf|zarr))\b", re.IGNORECASE)
_ABOUT_FINDINGS = re.compile(
    r"\b(?:fix|mend|repair|spikes?|units?|calendar|time|finding|wrong|show|where|which|why|values?|latitude|longitude"
    r"|coordinates?|fill|missing|gaps?|depth|salinity|temperature|pressure)\b",
    re.IGNORECASE,
)
_FOLLOWS = re.compile(
    r"^\s*(?:and|but|also|so|what about|how about)\b"
    r"|\b(?:it|its|they|their|them|that cruise|this cruise|the same|there)\b",
    re.IGNORECASE,
)
#: Ids of findings are written in square brackets by the checker.
_FINDING = re.compile(r"\[([\w.:-]{3,80})\]")


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
) -> list[Step]:
    """The calls that a question needs, all independent of each other.

    Parameters
    ----------
    earlier:
        (question, answer) of the turns before, oldest first: what a follow-up question leaves out stands there.
    available:
        Names of the tools that the model has been given.
    """
    from tools.calculator import find_expression
    from tools.memory import find_request

    if "calculate" in available:
        expression = find_expression(question)
        if expression:
            return [Step("calculate", {"expression": expression})]
    if "estimate_memory" in available:
        request = find_request(question)
        if request is not None and not request.training:
            arguments = request.arguments()
            if "context" in arguments:
                arguments["context_tokens"] = arguments.pop("context")
            return [Step("estimate_memory", arguments)]
    if "check_netcdf" in available:
        asked = _netcdf(question, earlier)
        if asked:
            return [Step("check_netcdf", asked)]
    if "list_documents" in available and _CATALOGUE.search(question):
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


def _netcdf(question: str, earlier: Sequence[tuple[str, str]]) -> dict[str, str]:
    """What to ask the checker: the file named here or in the turn before, and the finding that is meant."""
    named = _NETCDF.search(question)
    listed = ""
    if named is None and earlier and _ABOUT_FINDINGS.search(question):
        listed = earlier[-1][1]
        named = _NETCDF.search(f"{earlier[-1][0]} {listed}")
    if named is None:
        return {}
    asked = {"file": named.group(1)}
    finding = _FINDING.search(question)
    if finding:
        return asked | {"finding": finding.group(1)}
    words = {word for word in re.findall(r"[a-z]+", question.casefold()) if len(word) > 3}
    best, most = "", 0
    for line in listed.splitlines():
        found = _FINDING.search(line)
        shared = len(words & set(re.findall(r"[a-z]+", line.casefold()))) if found else 0
        if found and shared > most:
            best, most = found.group(1), shared
    return asked | ({"finding": best} if best else {})


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
