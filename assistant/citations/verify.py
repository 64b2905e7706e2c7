"""Does a source support a statement? Decided without a model, from facts first and words after.

Numbers, units, signs, dates, times, positions and labels must agree; denials, quantifiers, comparatives and modal
words must not differ; names must stand in the source and belong to the same thing; then the remaining words of
the statement must be the source's words. Nothing here guesses: what cannot be shown to agree is not `supported`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations, pairwise

from assistant.citations.bindings import misplaced
from assistant.citations.facts import Complaint, compare_facts, dates_agree
from assistant.citations.model import STRENGTH, Judgement, Support
from assistant.citations.order import replaced
from assistant.citations.reading import Clause, Reading, Word, read
from assistant.citations.words import LIGHT_STEMS, OPPOSITES, QUALIFIERS, SOFT_NEGATIONS, negated_form, stem
from corpora.sentences import is_row, sentence_spans

Overlap = Callable[[str, str], float]

#: Below this share of the statement's words a source speaks of something else.
RELATED = 0.34
#: An embedding similarity from which on a paraphrase is believed, where every fact agrees already.
PARAPHRASE = 0.82
#: From this share of its words on, a statement repeats the sentence that it is held against.
REPEATED = 0.7
#: At most so many sentences of a source are read together.
WINDOW = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """A judgement, the stretch of the source that it rests on, and how much of the statement's words it holds."""

    judgement: Judgement
    start: int
    end: int
    coverage: float


def verify(statement: str, source_text: str, *, context: str = "", overlap: Overlap | None = None) -> Judgement:
    """Whether `source_text` supports `statement`: supported, partly or unsupported, with the reason.

    context: title, heading, head of a table: text that may name the subject or the unit of a column, no more.
    overlap: similarity of two texts, 0 to 1, for instance of their embeddings. It can raise a paraphrase whose facts
        agree; it can never raise a statement whose number, unit, sign, denial or name differs.

    >>> verify("Salinity was 34.51.", "The bottom salinity was 35.41.").reason
    'the source says 35.41, the statement 34.51'
    """
    return find_support(statement, source_text, context=context, overlap=overlap).judgement


def find_support(statement: str, source_text: str, *, context: str = "", overlap: Overlap | None = None) -> Finding:
    """As `verify`, with the tightest stretch of `source_text` that the judgement rests on."""
    units = source_units(source_text)
    statement = " ".join(statement.split())
    reading = read(statement)
    if not units or not (reading.content or reading.quantities or reading.dates or reading.labels):
        return Finding(Judgement(Support.UNSUPPORTED, "there is nothing to compare"), 0, 0, 0.0)
    around = read(context) if context else None
    best = _best_window(reading, statement, source_text, units, around, overlap)
    if best.judgement.support is Support.SUPPORTED:
        return best
    parts = clauses(statement)
    if len(parts) > 1:
        findings = [_best_window(read(part), part, source_text, units, around, overlap) for part in parts]
        apart = all(a.end <= b.start or b.end <= a.start for a, b in combinations(findings, 2))
        if apart and all(finding.judgement.support is Support.SUPPORTED for finding in findings):
            start, end = min(f.start for f in findings), max(f.end for f in findings)
            return Finding(Judgement(Support.SUPPORTED), start, end, 1.0)
    return best


_FIELD = re.compile(r"[A-Z][^:\n.]{0,38}:\s")
_FIELD_LINE = re.compile(r"\n(?=[A-Z][^:\n.]{0,38}:\s|\d+\s\d+\s\d)")


def source_units(text: str) -> list[tuple[int, int]]:
    """The sentences, rows and fields of a source: what a citation can point at, half open."""
    units: list[tuple[int, int]] = []
    for start, end in sentence_spans(text):
        breaks = _CELL_LINE if _is_column(text[start:end]) else _FIELD_LINE
        cuts = [start, *(cut.end() for cut in breaks.finditer(text, start, end)), end]
        units.extend((a, b - (b < end)) for a, b in pairwise(cuts) if a < b)
    return _joined_crumbs(text, units)


_CELL_LINE = re.compile(r"(?<![-,(&/])\n(?=[A-Z])")


def _is_column(unit: str) -> bool:
    """Whether a unit is a list of short lines, such as names with their offices, that were read as one."""
    lines = unit.split("\n")
    return len(lines) > 1 and unit[-1] not in ".!?" and all(4 < len(line) < 60 for line in lines)


def _joined_crumbs(text: str, units: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join what a split-off subscript tore apart: "SF", "6", "and N", "2", "O due to"."""
    joined: list[tuple[int, int]] = []
    torn = False
    for start, end in units:
        crumb = end - start <= 2 and text[start:end].isalnum()
        if joined and (crumb or torn) and text[joined[-1][1] : start].count("\n") <= 1:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
        torn = crumb
    return joined


def _apart(unit: str) -> bool:
    """Whether a unit stands for itself: a row of a table, a heading, or a field such as "Captain: Lutz Mallon"."""
    if is_row(unit) or (len(unit) < 120 and _FIELD.match(unit)):
        return True
    return (len(unit) < 80 and unit[-1] not in '.!?…”")') or " . . ." in unit


def _best_window(
    reading: Reading,
    statement: str,
    source_text: str,
    units: list[tuple[int, int]],
    context: Reading | None,
    overlap: Overlap | None,
) -> Finding:
    """The judgement of the window of sentences that fits best; the smallest of those that fit as well."""
    findings: list[tuple[float, Finding]] = []
    repeated: tuple[float, Finding] | None = None
    page = read(source_text)
    shares = [_share(reading, read(source_text[start:end])) for start, end in units]
    for first, last in _windows(source_text, units, shares):
        start, end = units[first][0], units[last][1]
        window = source_text[start:end]
        around = _with_header(context, source_text, units, first)
        if first != last and repeated:
            # One sentence is repeated with something put in another's place; its neighbours cannot mend that.
            return _paraphrase(repeated[1], statement, source_text, overlap)
        judgement, coverage, swapped = _judge(reading, read(window), around, context, page)
        finding = Finding(judgement, start, end, coverage)
        if judgement.support is Support.SUPPORTED:
            if first == last:
                return finding
            findings.append((3.0 - (last - first) / 10, finding))
        elif swapped and first == last and (repeated is None or coverage > repeated[0]):
            repeated = (coverage, finding)
            findings.append((coverage, finding))
        else:
            # The closest sentence gives the reason, not the one with the mildest verdict.
            findings.append((coverage - (last - first) / 20 + STRENGTH[judgement.support] / 100, finding))
    best = max(findings, key=lambda item: item[0])[1]
    return _paraphrase(best, statement, source_text, overlap)


def _share(reading: Reading, unit: Reading) -> float:
    """How much a unit has in common with the statement: words, and facts counting as words."""
    hits = sum(word.root in unit.roots for word in reading.content)
    hits += sum(label.casefold() in unit.identifiers for label in reading.labels)
    mine = {value for quantity in reading.quantities for value in quantity.values}
    hits += len(mine & {value for quantity in unit.quantities for value in quantity.values})
    hits += sum(any(dates_agree(date, other) for other in unit.dates) for date in reading.dates)
    return float(hits)


def _windows(text: str, units: list[tuple[int, int]], shares: list[float]) -> list[tuple[int, int]]:
    """The windows worth judging: the best units alone, then with their neighbours. Rows are not read together."""
    order = sorted(range(len(units)), key=lambda index: -shares[index])[:8]
    windows = [(index, index) for index in order]
    rows = [_apart(text[start:end]) for start, end in units]
    for size in range(2, WINDOW + 1):
        for index in order[:4]:
            for first in range(max(0, index - size + 1), min(index, len(units) - size) + 1):
                last = first + size - 1
                if not any(rows[first : last + 1]) and (first, last) not in windows:
                    windows.append((first, last))
    return windows


def _with_header(context: Reading | None, text: str, units: list[tuple[int, int]], index: int) -> Reading | None:
    """The context, and for a row of a table the nearest line above that is no row: the names of the columns."""
    start, end = units[index]
    if not is_row(text[start:end]):
        return context
    above = index - 1
    while above >= 0 and is_row(text[units[above][0] : units[above][1]]):
        above -= 1
    if above < 0:
        return context
    header = text[units[above][0] : units[above][1]]
    return read(f"{header}\n{context.text}" if context else header)


def _paraphrase(best: Finding, statement: str, source_text: str, overlap: Overlap | None) -> Finding:
    """Let a similarity of meaning raise a statement of which only words are missing, none replaced."""
    judgement = best.judgement
    if overlap is None or judgement.support is not Support.PARTLY or not judgement.reason.startswith(_MISSING):
        return best
    if best.coverage >= 0.6 and overlap(statement, source_text[best.start : best.end]) >= PARAPHRASE:
        return Finding(Judgement(Support.SUPPORTED, "in other words"), best.start, best.end, best.coverage)
    return best


_MISSING = "not in the source: "
_UNRELATED = "the source speaks of something else"


def _judge(
    statement: Reading, source: Reading, context: Reading | None, document: Reading | None, page: Reading
) -> tuple[Judgement, float, bool]:
    """The judgement, the share of the statement's words found, and whether a repeated sentence was altered."""
    complaints, pairs = compare_facts(statement, source, context, document)
    missing, coverage = _coverage(statement, source, context)
    if not pairs and not _shares(statement, source):
        coverage = 0.0
    complaints += _names(statement, missing, source, page)
    opposed = _opposed(statement, source)
    complaints += opposed
    swapped: list[Complaint] = []
    denied: list[Complaint] = []
    if coverage >= RELATED:
        swapped = replaced(statement, source)
        denied = _denials(statement, source)
        complaints += denied
        complaints += misplaced(statement, source, pairs)
        complaints += swapped
        complaints += _compared(statement, source)
    altered = bool(swapped) or (bool(opposed or denied) and coverage >= REPEATED)
    hard = [complaint for complaint in complaints if complaint.hard]
    if hard:
        return Judgement(Support.UNSUPPORTED, hard[0].reason), coverage, altered
    if coverage < RELATED:
        return Judgement(Support.UNSUPPORTED, _UNRELATED), coverage, altered
    if complaints:
        return Judgement(Support.PARTLY, complaints[0].reason), coverage, altered
    absent = [word for word in missing if word.root not in LIGHT_STEMS]
    if absent:
        listed = ", ".join(dict.fromkeys(word.text for word in absent[:4]))
        return Judgement(Support.PARTLY, _MISSING + listed), coverage, altered
    return Judgement(Support.SUPPORTED), coverage, altered


def _shares(statement: Reading, source: Reading) -> bool:
    """Whether the source itself, and not only its context, has anything of the statement."""
    own = [word for word in statement.content if word.root not in LIGHT_STEMS]
    return not own or any(_has(word, source, statement.forms) for word in own)


def _coverage(statement: Reading, source: Reading, context: Reading | None) -> tuple[list[Word], float]:
    """The statement's content words that the source lacks, and the share (0 to 1) of those that it has."""
    missing: list[Word] = []
    found = total = 0.0
    for word in statement.content:
        weight = 0.3 if word.root in LIGHT_STEMS else 1.0
        total += weight
        if _has(word, source, statement.forms):
            found += weight
        elif context is not None and _has(word, context):
            found += weight / 2
            total -= weight / 2
        else:
            missing.append(word)
    facts = len(statement.quantities) + len(statement.dates) + len(statement.labels) + len(statement.positions)
    total += facts
    found += facts  # they are judged by themselves
    return missing, found / total if total else 0.0


def _has(word: Word, source: Reading, beside: frozenset[str] = frozenset()) -> bool:
    """Whether the source has a word. `beside`: the statement's words, for a source that ran two of them together."""
    if word.root in source.roots or word.form in source.forms:
        return True
    if word.form in source.identifiers:
        return True
    return any(
        form.replace(word.form, "", 1) in beside
        for form in source.forms
        if len(form) > len(word.form) and (form.startswith(word.form) or form.endswith(word.form))
    )


def _names(statement: Reading, missing: list[Word], source: Reading, page: Reading) -> list[Complaint]:
    """A name that the source does not hold; where it holds another in that place, the statement is wrong.

    A name that stands elsewhere in the passage may be the subject of the whole; that is not verified, nor denied.
    A title or running head may name the ship or the cruise, but not the person: where the source names somebody
    whom the statement does not, a name that only the context holds counts as missing.
    """
    roots = {word.root for word in statement.words}
    others = [other for other in source.names if other.root not in roots and not other.text.isupper()]
    absent = {word.start for word in missing}
    complaints = []
    for word in statement.names:
        borrowed = not word.text.isupper() and not _has(word, source)
        if word.start in absent or (others and borrowed):
            elsewhere = word.form in page.forms
            where = "in that place" if elsewhere else ""
            reason = f"the source does not name {word.text} {where}".rstrip()
            complaints.append(Complaint(reason, hard=bool(source.names) and not elsewhere))
    return complaints


def _opposed(statement: Reading, source: Reading) -> list[Complaint]:
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


def _denials(statement: Reading, source: Reading) -> list[Complaint]:
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
            where = "statement" if cue in cues else "source"
            complaints.append(Complaint(f"only the {where} says “{cue}” of this", hard=False))
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


def _compared(statement: Reading, source: Reading) -> list[Complaint]:
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


def _weight(text: str) -> int:
    reading = read(text)
    return len(reading.content) + len(reading.quantities) + len(reading.labels) + len(reading.dates)


_VERB = re.compile(r"\b(?:was|were|is|are|has|have|had|did|does|do|will|can|could|[a-z]{2,20}ed)\b")


def clauses(statement: str) -> list[str]:
    """A statement cut where it makes two claims: at semicolons, and at commas or "and" between long halves."""
    parts: list[str] = []
    pieces = statement.split(";")
    for piece in pieces if all(_weight(piece) >= 3 for piece in pieces) else [statement]:
        for mark in (", and ", ", while ", ", whereas ", ", but ", " and "):
            halves = piece.split(mark)
            if len(halves) == 2 and all(_weight(half) >= 3 and _VERB.search(half) for half in halves):
                parts.extend(halves)
                break
        else:
            parts.append(piece)
    return [part.strip() for part in parts if part.strip(" .")]
