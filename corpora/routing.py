"""Which documents a question names, by what tells them apart."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from corpora.library import Library
from corpora.query import Query
from corpora.remembered import remembered

#: What a word of a document's first lines counts against one of its title, cruise or file name.
WEAK = 0.35
#: A document counts as named when it scores at least this share of the best.
NAMED = 0.75


def name_documents(library: Library, query: Query, documents: Sequence[str] | None = None) -> dict[str, float]:
    """How well a question names each document: 1 for the best named, absent for one it does not name.

    A word counts by how few documents carry it in their identity: `SO279` decides, `cruise` does not.
    """
    held = remembered(library)
    known = held.identities
    if not known:
        return {}
    asked = [t for t in query.terms if t in query.identifiers or len(t) > 2 or t.isdigit()]
    scores: dict[str, float] = defaultdict(float)
    firm = False
    for term in asked:
        strong, weak = held.strong.get(term, []), held.weak.get(term, [])
        if not strong and not weak:
            continue
        firm = firm or (bool(strong) and term in query.identifiers)
        rare = math.log((len(known) + 1) / (len(strong) + len(weak)))
        weight = rare * (2.0 if any(c.isdigit() for c in term) else 0.7)
        # A first page mentions much; a title and a file name say what the document is.
        for document_id in strong:
            scores[document_id] += weight
        for document_id in weak:
            scores[document_id] += weight * WEAK
    best = max(scores.values(), default=0.0)
    if best <= 0:
        return {}
    # Without an identifier the words that match are mostly of the topic: they hint, they do not decide.
    ceiling = 1.0 if firm else min(1.0, best / 8.0)
    return {d: ceiling * (s / best) ** 2 for d, s in scores.items() if s > 0 and (documents is None or d in documents)}


def surely_named(library: Library, query: Query, named: Mapping[str, float]) -> tuple[list[str], frozenset[str]]:
    """The documents that an identifier of the question names, and the words that only say so.

    Those words say nothing of what is asked: every chapter of a cruise's report repeats the cruise.
    """
    identities = [one for one in remembered(library).identities if one.document_id in named]
    sure = {
        one.document_id
        for identifier in query.identifiers
        for one in identities
        if identifier in one.strong and any(c.isdigit() for c in identifier)
    }
    years = {term for term in query.terms if term.isdigit() and len(term) == 4}
    dated = {one.document_id for one in identities if one.document_id in sure and years & one.strong}
    chosen = dated or sure
    said = (
        frozenset().union(*(one.strong for one in identities if one.document_id in chosen)) if chosen else frozenset()
    )
    only = frozenset(t for t in query.terms if t in said and (t in query.identifiers or t in years))
    return sorted(chosen), only
