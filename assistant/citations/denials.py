"""What one text denies, hedges, quantifies, qualifies or compares and the other does not."""

from __future__ import annotations

from assistant.citations.complaints import Complaint
from assistant.citations.reading import Clause, Reading
from assistant.citations.words import OPPOSITES, QUALIFIERS, SOFT_NEGATIONS, negated_form, stem


def opposed_words(statement: Reading, source: Reading) -> list[Complaint]:
    """A word in the place of its opposite."""
    complaints = []
    for word in statement.words:
        if word.root in source.roots or word.form in source.forms:
            continue
        plain_root = stem(word.form)
        against = OPPOSITES.get(plain_root, frozenset()) | OPPOSITES.get(word.root, frozenset())
        found = [other.text for other in source.words if other.root in against or stem(other.form) in against]
        if not found and word.content:
            forms = negated_form(word.form)
            roots = {stem(form) for form in forms}
            found = [other.text for other in source.words if other.form in forms or other.root in roots]
        if found:
            complaints.append(Complaint(f"the source says {found[0]}, the statement {word.text}"))
    return complaints


def denials(statement: Reading, source: Reading) -> list[Complaint]:
    """Clause by clause: what is denied, hedged or quantified in one text and not in the other."""
    complaints: list[Complaint] = []
    for clause in statement.clauses:
        matches = _matching(clause, source)
        if not matches:
            if clause.negations:
                complaints.append(Complaint("the source does not deny what the statement denies"))
            continue
        complaints += _compare_clause(clause, matches)
    complaints += _softly_denied(statement, source)
    complaints += _qualified(statement, source)
    return complaints


def _softly_denied(statement: Reading, source: Reading) -> list[Complaint]:
    """ "Without water" is not "water": a word that is denied in one text, and in the other never."""
    complaints = []
    mine, theirs = _soft_scopes(statement), _soft_scopes(source)
    for root, cues in mine.items():
        if root not in theirs or cues & theirs[root]:
            continue
        if bool(cues - {""}) != bool(theirs[root] - {""}) or "" not in cues | theirs[root]:
            if ("" in cues and cues - {""}) or ("" in theirs[root] and theirs[root] - {""}):
                continue
            cue = sorted((cues | theirs[root]) - {""})[0]
            where, reading = ("statement", statement) if cue in cues else ("source", source)
            said = next(word.text for word in reading.words if stem(word.form) == cue)
            complaints.append(Complaint(f"only the {where} says “{said}” of this", hard=False))
    return complaints


def _soft_scopes(reading: Reading) -> dict[str, set[str]]:
    """For every content root, the quiet denials directly before it; "" where it stands without one."""
    found: dict[str, set[str]] = {}
    cue, reach = "", 0
    for word in reading.words:
        if word.form in SOFT_NEGATIONS:
            cue, reach = stem(word.form), 4
            continue
        reach -= 1
        if word.content:
            found.setdefault(word.root, set()).add(cue if reach > 0 else "")
            if reach > 0:
                cue, reach = "", 0
    return found


_COMPARING = frozenset("more less fewer least most than".split())


def comparisons(statement: Reading, source: Reading) -> list[Complaint]:
    """A comparison that the source does not make; those of numbers are judged with their numbers."""
    if any(quantity.bound for quantity in statement.quantities):
        return []
    added = [word.text for word in statement.words if word.form in _COMPARING and word.form not in source.forms]
    return [Complaint(f"the source does not say “{added[0]}”", hard=False)] if added else []


def _matching(clause: Clause, source: Reading) -> list[Clause]:
    """The clauses of the source that share most with this one; several where they tie."""
    scored = [(len(clause.roots & other.roots), other) for other in source.clauses]
    best = max((score for score, _ in scored), default=0)
    if best == 0:
        return list(source.clauses) if not clause.roots else []
    return [other for score, other in scored if score == best]


def _compare_clause(clause: Clause, matches: list[Clause]) -> list[Complaint]:
    complaints = []
    denied = clause.negations > 0
    if all((other.negations > 0) != denied for other in matches):
        said = "denies" if not denied else "does not deny"
        complaints.append(Complaint(f"the source {said} what the statement {'denies' if denied else 'claims'}"))
    if all(other.modal != clause.modal for other in matches):
        where = "statement" if clause.modal else "source"
        complaints.append(Complaint(f"only the {where} speaks of something planned or possible", hard=False))
    complaints += [
        Complaint(f"the source does not say “{quantifier}”", hard=False)
        for quantifier in sorted(clause.quantifiers)
        if not any(quantifier in other.quantifiers for other in matches)
    ]
    complaints += [
        Complaint(f"the source says “{quantifier}”, the statement does not", hard=False)
        for quantifier in sorted(_LIMITING - clause.quantifiers)
        if all(quantifier in other.quantifiers for other in matches)
    ]
    return complaints


#: Leaving one of these out makes a statement stronger than its source.
_LIMITING = frozenset({"only", "few", "some", "most"})


def _qualified(statement: Reading, source: Reading) -> list[Complaint]:
    """ "Co-chief" is not "chief": a word that is qualified wherever the source has it."""
    complaints = []
    mine = _qualifiers(statement)
    theirs = _qualifiers(source)
    for root, qualifiers in mine.items():
        if root in theirs and not qualifiers & theirs[root]:
            named = sorted((qualifiers | theirs[root]) - {""})
            complaints.append(Complaint(f"“{named[0]}” stands in only one of them", hard=False))
    return complaints


def _qualifiers(reading: Reading) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for before, word in zip(reading.words, reading.words[1:], strict=False):
        if before.form in QUALIFIERS:
            found.setdefault(word.root, set()).add(before.form)
        else:
            found.setdefault(word.root, set()).add("")
    if reading.words:
        found.setdefault(reading.words[0].root, set()).add("")
    return {root: kinds for root, kinds in found.items() if root not in QUALIFIERS}
