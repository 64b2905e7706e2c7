"""Does a source support a statement? Decided without a model, from facts first and words after.

Numbers, units, signs, dates, times, positions and labels must agree; denials, quantifiers, comparatives and modal
words must not differ; names must stand in the source and belong to the same thing; then the remaining words of
the statement must be the source's words. Nothing here guesses: what cannot be shown to agree is not `supported`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations

from assistant.citations.atoms import lay_beside
from assistant.citations.bindings import misplaced
from assistant.citations.claims import clauses
from assistant.citations.complaints import Complaint
from assistant.citations.denials import comparisons, denials, opposed_words
from assistant.citations.facts import compare_facts
from assistant.citations.locate import locate
from assistant.citations.model import STRENGTH, Judgement, Support
from assistant.citations.order import replaced
from assistant.citations.reading import Reading, Word, read
from assistant.citations.sources import head_of, shared_facts, source_units, windows, with_header
from assistant.citations.tables import is_head, misread, settled
from assistant.citations.trades import traded
from corpora.sentences import is_row

Overlap = Callable[[str, str], float]

#: Below this share of the statement's words a source speaks of something else.
RELATED = 0.34
#: An embedding similarity from which on a paraphrase is believed, where every fact agrees already.
PARAPHRASE = 0.82
#: From this share of its words on, a statement repeats the sentence that it is held against.
REPEATED = 0.7
#: From this share of its aligned atoms on, a sentence with something else in a place cannot be mended by the next one.
ALTERED = 0.6
#: With fewer words and facts of its own in the source, a statement has to have all of its words there.
LITTLE = 3
#: How much closer a sentence is for one fact that it gives as the statement does.
WRONG = 0.1


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
    finding = _find_support(statement, source_text, context, overlap)
    if finding.judgement.support is Support.SUPPORTED:
        complaint = traded(statement, source_text)
        if complaint:
            return replace(finding, judgement=Judgement(Support.PARTLY, complaint.reason))
    return finding


def _find_support(statement: str, source_text: str, context: str, overlap: Overlap | None) -> Finding:
    units = source_units(source_text)
    statement = " ".join(statement.split())
    reading = read(statement)
    if not units or not (reading.content or reading.quantities or reading.dates or reading.labels):
        return Finding(Judgement(Support.UNSUPPORTED, "there is nothing to compare"), 0, 0, 0.0)
    around = read(context) if context else None
    best = _best_window(reading, statement, source_text, units, around, overlap)
    if best.judgement.support is Support.SUPPORTED:
        return best
    whole = _quoted_whole(statement, source_text, units)
    if whole is not None:
        return whole
    parts = clauses(statement)
    if len(parts) > 1:
        findings = [_best_window(read(part), part, source_text, units, around, overlap) for part in parts]
        apart = all(a.end <= b.start or b.end <= a.start for a, b in combinations(findings, 2))
        if apart and all(finding.judgement.support is Support.SUPPORTED for finding in findings):
            start, end = min(f.start for f in findings), max(f.end for f in findings)
            return Finding(Judgement(Support.SUPPORTED), start, end, 1.0)
    return best


#: A bullet or a bracket before the first word belongs to the sentence's place. A sign or a "<" belongs to its number.
_MARKS = re.compile(r"[•·‣◦▪●○■□➢➤✓*\"'“”‘’(\[\s]*")
_ENDED = re.compile(r"[\"'’”)\]\s]{0,8}(?:[.!?]|$)")


def _quoted_whole(statement: str, source_text: str, units: list[tuple[int, int]]) -> Finding | None:
    """A sentence of the source word for word, however its lines were cut into units; None for a part of one."""
    match = locate(statement, [source_text])
    if not match.status.verified or len(match.spans) != 1:
        return None
    span = match.spans[0]
    begun = any(start <= span.start and _MARKS.fullmatch(source_text, start, span.start) for start, _ in units)
    ended = source_text[span.end - 1] in ".!?" or _ENDED.match(source_text, span.end)
    return Finding(Judgement(Support.SUPPORTED), span.start, span.end, 1.0) if begun and ended else None


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
    repeated = False
    page = read(source_text)
    shares = [shared_facts(reading, read(source_text[start:end])) for start, end in units]
    for first, last in windows(source_text, units, shares):
        start, end = units[first][0], units[last][1]
        window = source_text[start:end]
        header = head_of(source_text, units, first)
        around = with_header(context, header)
        if first != last and repeated:
            # One sentence is repeated with something put in another's place; its neighbours cannot mend that.
            break
        header = header or (context.text if context and is_row(window) else "")
        heads = read(header).roots if header else frozenset()
        told = any(settled(reading, read(window), line) for line in header.splitlines()[-1:] if is_head(line))
        judged = _judge(reading, read(window), around, context, page, first != last, heads, told)
        judged = _under_heads(judged, reading, window, header)
        judgement, closeness = judged.judgement, judged.closeness
        finding = Finding(judgement, start, end, judged.coverage)
        if judgement.support is Support.SUPPORTED:
            if first == last:
                return finding
            findings.append((3.0 - (last - first) / 10, finding))
        elif judged.altered and first == last:
            repeated = True
            findings.append((closeness, finding))
        else:
            # The closest sentence gives the reason, not the one with the mildest verdict.
            findings.append((closeness - (last - first) / 20 + STRENGTH[judgement.support] / 100, finding))
    best = max(findings, key=lambda item: item[0])[1]
    return _paraphrase(best, statement, source_text, overlap)


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


def _under_heads(judged: _Judged, statement: Reading, row: str, header: str) -> _Judged:
    """The judgement of a row, lowered where the statement gives its values under the names of other columns."""
    lines = [line for line in header.splitlines() if is_head(line)]
    if judged.judgement.support is not Support.SUPPORTED or not lines:
        return judged
    complaints = misread(statement, read(row), lines[-1])
    if not complaints:
        return judged
    worst = next((complaint for complaint in complaints if complaint.hard), complaints[0])
    support = Support.UNSUPPORTED if worst.hard else Support.PARTLY
    return replace(judged, judgement=Judgement(support, worst.reason), altered=True)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A judgement with the share of the statement's words found, and whether a repeated sentence was altered.

    closeness: the share again, less for every fact that the source gives otherwise; it tells which sentence is meant.
    """

    judgement: Judgement
    coverage: float
    closeness: float
    altered: bool


def _judge(
    statement: Reading,
    source: Reading,
    context: Reading | None,
    document: Reading | None,
    page: Reading,
    joined: bool = False,
    heads: frozenset[str] = frozenset(),
    told: bool = False,
) -> _Judged:
    complaints, pairs = compare_facts(statement, source, context, document)
    wrong = sum(complaint.hard for complaint in complaints)
    missing, coverage = _coverage(statement, source, context)
    if not _shares(statement, source, context, len(pairs)):
        coverage = 0.0
    complaints += _names(statement, missing, source, page)
    opposed = opposed_words(statement, source)
    complaints += opposed
    swapped: list[Complaint] = []
    repeats = False
    denied: list[Complaint] = []
    if coverage >= RELATED:
        aligned = lay_beside(statement, source, heads)
        swapped = [] if told else replaced(aligned, joined)
        repeats = aligned is not None and aligned.share >= ALTERED
        denied = denials(statement, source)
        complaints += denied
        complaints += misplaced(statement, source, pairs)
        complaints += swapped
        complaints += comparisons(statement, source)
    altered = (bool(swapped) and repeats) or (bool(opposed or denied) and coverage >= REPEATED)
    closeness = coverage - WRONG * min(wrong, 2)
    hard = [complaint for complaint in complaints if complaint.hard]
    if hard:
        return _Judged(Judgement(Support.UNSUPPORTED, hard[0].reason), coverage, closeness, altered)
    if coverage < RELATED:
        return _Judged(Judgement(Support.UNSUPPORTED, _UNRELATED), coverage, closeness, altered)
    if complaints:
        return _Judged(Judgement(Support.PARTLY, complaints[0].reason), coverage, closeness, altered)
    # Where little else is said, even "found" or "given" is what is said.
    shown = sum(_has(word, source) and not statement.is_light(word) for word in statement.content) + len(pairs)
    shown += len(statement.dates) + len(statement.labels) + len(statement.positions) + len(statement.times)
    absent = [word for word in missing if shown < LITTLE or not statement.is_light(word)]
    if absent:
        listed = ", ".join(dict.fromkeys(word.text for word in absent[:4]))
        return _Judged(Judgement(Support.PARTLY, _MISSING + listed), coverage, closeness, altered)
    return _Judged(Judgement(Support.SUPPORTED), coverage, closeness, altered)


def _shares(statement: Reading, source: Reading, context: Reading | None, facts: int) -> bool:
    """Whether the source itself has something of the statement, and no less of it than its title and headings have."""
    told = [word for word in statement.content if not statement.is_light(word)]
    own = [word for word in told if _has(word, source, statement.forms)]
    borrowed = [word for word in told if word not in own and context is not None and _has(word, context)]
    facts += len(statement.dates) + len(statement.times) + len(statement.positions) + len(statement.labels)
    return not told or 0 < len(own) + facts >= len(borrowed)


def _coverage(statement: Reading, source: Reading, context: Reading | None) -> tuple[list[Word], float]:
    """The statement's content words that the source lacks, and the share (0 to 1) of those that it has."""
    missing: list[Word] = []
    found = total = 0.0
    for word in statement.content:
        weight = 0.3 if statement.is_light(word) else 1.0
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


def _misspelled(name: Word, source: Reading) -> bool:
    """Whether a name only shares its stem with a word of the source: "Tabls" is not "Table"."""
    if name.form in source.forms or name.form in source.identifiers or len(name.form) < 4:
        return False
    bare = name.form.removesuffix("s")
    near = {other.form for other in source.words if other.root == name.root}
    return bool(near) and not any(bare in (form, form.removesuffix("s"), form.removesuffix("es")) for form in near)


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
        if word.start in absent or (others and borrowed) or (not borrowed and _misspelled(word, source)):
            elsewhere = word.form in page.forms
            where = "in that place" if elsewhere else ""
            reason = f"the source does not name {word.text} {where}".rstrip()
            complaints.append(Complaint(reason, hard=bool(source.names) and not elsewhere))
    return complaints
