"""Answer out of the passages that were found, or say that they do not answer. Nothing is ever rewritten.

Every statement quotes a span that `assistant.embedded.pick` scored best, or the rows of a table that the question
means; a difference or a sum is left to the calculator, whose working stands beside the quotations.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assistant.citations.model import Passage
from assistant.embedded import sums, tables
from assistant.embedded.asked import Asked, parts_of
from assistant.embedded.conditions import condition
from assistant.embedded.conflicts import contradicting
from assistant.embedded.pick import Candidate, announces, candidates, furniture
from assistant.embedded.plan import Step
from assistant.embedded.refusing import answerable, unknown_names
from assistant.embedded.units import Unit, clauses, units_of
from assistant.embedded.wording import distinct, refusal, statement
from assistant.prompts import CONTRADICTS, REFUSAL
from corpora.library import Library
from corpora.model import Hit
from corpora.query import Query, parse

#: Most statements of an answer: of one fact, of a list, of each of several documents.
STATEMENTS, LIST_STATEMENTS, SIDE_STATEMENTS = 3, 12, 2
#: A statement's least score, as the most that it may lie behind the best.
BEHIND, BEHIND_LIST = 3.0, 3.0
#: Most pages of one table that are read for one answer.
MOST_PAGES = 8
#: A table is quoted by its rows where it holds at least this much of what is asked.
RELEVANT = 0.45


_CAPTION = re.compile(r"(?:table|tab\.)\s*[A-Z]?\d", re.IGNORECASE)


@dataclass(frozen=True)
class Draft:
    """An answer before it is checked: its text with markers, whether it is a refusal, and what must be done first."""

    text: str
    refused: bool
    picked: tuple[Candidate, ...] = field(default=())
    needs: tuple[Step, ...] = ()


@dataclass(frozen=True)
class _Group:
    """The passages that one side of a comparison may be answered from."""

    found: tuple[tuple[Passage, Hit], ...]
    asked: Asked
    scored: tuple[Candidate, ...]


def compose(question: str, found: Sequence[tuple[Passage, Hit]], library: Library, named: Sequence[str] = ()) -> Draft:
    """Answer a question from passages.

    Parameters
    ----------
    found:
        Passages with the hits that they came as, best first.
    named:
        Files that the question names; when there are any, only they can answer.
    """
    unknown = unknown_names(question, library)
    if unknown:
        return Draft(f"{REFUSAL}\n\nThe documents do not mention “{unknown[0]}”.", True)
    usable = [pair for pair in found if not named or pair[0].document in named] or list(found)
    query = parse(question)
    top = max((hit.score for _, hit in usable), default=1.0)
    groups = []
    for pairs in sides(usable, named, library):
        asked = Asked.of(query, library, {passage.document for passage, _ in pairs})
        groups.append(_Group(tuple(pairs), asked, tuple(candidates(asked, pairs, library, top))))
    groups = [group for group in groups if group.scored and group.asked.weights]
    if not groups:
        return Draft(REFUSAL, True)
    computed = _computed(question, groups, library)
    if computed is not None:
        return computed
    listed = _from_table(question, groups, library)
    if listed is not None:
        return listed
    if answerable((group.asked, group.scored) for group in groups) < 0.5:
        # "No case was registered" is nearest to a question for the cases, however little else they share.
        denials = [c for group in groups for c in group.scored[:8] if c.values["negates"] and c.values["subject"] > 0.5]
        nearest = sorted((c for group in groups for c in group.scored[:2]), key=lambda c: -c.score)
        nearest = [*denials[:1], *nearest]
        return Draft(refusal(nearest), True, tuple(nearest[:2]))
    picked: list[Candidate] = []
    if len(groups) == 1 and len(parts_of(question)) < 2:
        best = groups[0].scored[0]
        other = contradicting(groups[0].asked, best, groups[0].scored[1:])
        if other is not None:
            draft = _written([best, other])
            return replace(draft, text=f"{draft.text}\n\n{CONTRADICTS}")
    for group in groups:
        picked += _pick(question, query, group, library, several=len(groups) > 1)
    return _written(picked)


def _written(picked: Sequence[Candidate], needs: Sequence[Step] = ()) -> Draft:
    chosen = distinct(picked)
    return Draft("\n".join(f"- {statement(c)}" for c in chosen), False, tuple(chosen), tuple(needs))


def _pick(question: str, query: Query, group: _Group, library: Library, *, several: bool) -> list[Candidate]:
    """The statements from one group: of each part of the question the best, then the rest by score."""
    parts = parts_of(question)
    chosen: list[Candidate] = []
    if len(parts) > 1 and not several:
        files = {passage.document for passage, _ in group.found}
        for part in parts:
            asked = Asked.of(parse(part), library, files)
            top = max(hit.score for _, hit in group.found)
            chosen += candidates(asked, group.found, library, top)[:1]
    limit = SIDE_STATEMENTS if several else STATEMENTS
    best = group.scored[0]
    if group.asked.listed and not several:
        items = _siblings(best, library)
        chosen += [best, *items]
        limit = max(limit, len(chosen))
    rest = [c for c in group.scored if c.score >= best.score - BEHIND]
    said = [c for c in rest if announces(c.text, c.unit.row) < 1.0] or rest
    return [_narrowed(c, group.asked) for c in distinct([*chosen, *said])[:limit]]


def _siblings(best: Candidate, library: Library) -> list[Candidate]:
    """The items of the list that a candidate announces, or that it is one of."""
    page = library.page_text(best.passage.span.document_id, best.page)
    units = units_of(page, furniture(library, best.passage.span.document_id, best.page))
    place = next((i for i, unit in enumerate(units) if unit.start == best.unit.start), None)
    if place is None:
        return []
    if best.text.rstrip().endswith(":"):
        lead = best.text
    elif best.unit.lead.rstrip().endswith(":"):
        lead = best.unit.lead
    elif place and (_CAPTION.match(units[place - 1].text) or _CAPTION.match(best.text)):
        below = units[place + 1 : place + 1 + LIST_STATEMENTS]
        end = next((i for i, unit in enumerate(below) if _CAPTION.match(unit.text)), len(below))
        return [replace(best, unit=unit) for unit in below[:end]]
    else:
        return []
    items = [
        unit for unit in units if unit.lead == lead and unit.text != lead and abs(unit.start - best.unit.start) < 3000
    ]
    return [replace(best, unit=unit) for unit in items[:LIST_STATEMENTS]]


def _narrowed(candidate: Candidate, asked: Asked) -> Candidate:
    """A long sentence cut down to the clause that holds all of it that was asked for."""
    if len(candidate.text.split()) < 26:
        return candidate
    for clause in clauses(candidate.unit):
        held = asked.matched(clause.text)
        if (
            asked.share(held) >= 0.85 * candidate.values["words"]
            and asked.answers(clause.text) >= candidate.values["kind"]
        ):
            return replace(candidate, unit=clause)
    return candidate


# Tables -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Table:
    """Rows that stand together, on one page or over several, with the head that they stand under."""

    head: str
    rows: tuple[tuple[int, Unit], ...]  # (page, row)
    document_id: str
    caption: str = ""


def _tables(group: _Group, library: Library) -> list[_Table]:
    """The tables of the passages, each followed over page ends."""
    pages = dict.fromkeys((p.span.document_id, p.span.page) for p, _ in group.found)
    heads = {(p.span.document_id, p.span.page): hit.context for p, hit in group.found if hit.context}
    seen: set[tuple[str, int, int]] = set()
    found = []
    for document_id, page in pages:
        for table in _on_page(library, document_id, page):
            first = table[0]
            if (document_id, page, first.start) in seen:
                continue
            rows = [(page, unit) for unit in table]
            last = _on_page(library, document_id, page)[-1]
            if table == last:
                rows += _continued(library, document_id, page, 1, len(table))
            if not first.head and table == _on_page(library, document_id, page)[0]:
                rows = _continued(library, document_id, page, -1, len(table)) + rows
            head = next((unit.head for _, unit in rows if unit.head), "") or heads.get((document_id, page), "")
            seen |= {(document_id, number, unit.start) for number, unit in rows}
            found.append(_Table(head, tuple(rows), document_id, _caption_of(library, document_id, *rows[0])))
    return found


def _caption_of(library: Library, document_id: str, page: int, first: Unit) -> str:
    """The caption that stands a few lines above the first row of a table, "" where there is none."""
    units = units_of(library.page_text(document_id, page), furniture(library, document_id, page))
    above = [unit for unit in units if unit.start < first.start][-6:]
    return next((unit.text for unit in reversed(above) if _CAPTION.match(unit.text)), "")


def _on_page(library: Library, document_id: str, page: int) -> list[list[Unit]]:
    """The runs of rows of a page; a wrapped cell or two between rows does not end a run."""
    runs: list[list[Unit]] = []
    gap = 99
    for unit in units_of(library.page_text(document_id, page), furniture(library, document_id, page)):
        if unit.row:
            if gap > 3:
                runs.append([])
            runs[-1].append(unit)
            gap = 0
        else:
            gap += 1 if len(unit.text) < 60 and not unit.text.rstrip().endswith((".", ":")) else 9
    return [run for run in runs if len(run) >= 2]


def _continued(library: Library, document_id: str, page: int, step: int, width: int) -> list[tuple[int, Unit]]:
    """The rows of the same table on the pages after (or before)."""
    rows: list[tuple[int, Unit]] = []
    for number in range(page + step, page + step * MOST_PAGES, step):
        units = units_of(library.page_text(document_id, number), furniture(library, document_id, number))
        runs = _on_page(library, document_id, number)
        if not runs:
            break
        run = runs[0] if step > 0 else runs[-1]
        edge = units[:3] if step > 0 else units[-3:]
        if not any(unit.start in {u.start for u in run} for unit in edge) or (step > 0 and len(run[0].head) > 60):
            break
        part = [(number, unit) for unit in run]
        rows = rows + part if step > 0 else part + rows
        if len(runs) > 1 or (step < 0 and run[0].head):
            break
    return rows


def _from_table(question: str, groups: Sequence[_Group], library: Library) -> Draft | None:
    """The rows that a question means, where it asks for several or sets a condition; None where no table fits."""
    if len(groups) > 1 or not (groups[0].asked.listed or condition(question)):
        return None
    group = groups[0]
    best: tuple[float, _Table, list[Unit]] | None = None
    for table in _tables(group, library):
        rows = [unit for _, unit in table.rows]
        chosen = tables.select(rows, table.head, group.asked, question)
        if not chosen:
            continue
        fit = tables.relevance(rows, table.head, table.caption, group.asked, condition(question))
        if best is None or fit > best[0]:
            best = (fit, table, chosen)
    if best is None or best[0] < max(RELEVANT, 0.75 * group.scored[0].values["words"]):
        return None
    fit, table, chosen = best
    if len(chosen) == len(table.rows) > tables.MOST_ROWS // 2 and condition(question) is None:
        return None
    wanted = {id(unit) for unit in chosen}
    return _rows_quoted([(page, unit) for page, unit in table.rows if id(unit) in wanted], table.document_id, group)


def _rows_quoted(rows: Sequence[tuple[int, Unit]], document_id: str, group: _Group) -> Draft:
    """Rows as statements; pages of theirs that no passage stands on have to be read first."""
    held: dict[int, list[Passage]] = {}
    for passage, _ in group.found:
        if passage.span.document_id == document_id:
            held.setdefault(passage.span.page, []).append(passage)
    missing = list(dict.fromkeys(page for page, _ in rows if page not in held))
    file = next(p.document for p, _ in group.found if p.span.document_id == document_id)
    needs = [Step("read_page", {"document": file, "page": page}) for page in missing[:MOST_PAGES]]
    quoted = []
    for page, unit in rows:
        if page in held:
            passage = min(held[page], key=lambda p: _apart(p, unit))
            quoted.append(Candidate(passage, unit, page, dict(group.scored[0].values)))
    return _written(quoted, needs)


def _apart(passage: Passage, unit: Unit) -> int:
    return max(passage.span.start - unit.start, unit.end - passage.span.end, 0)


# Sums -------------------------------------------------------------------------------------------------------


def _computed(question: str, groups: Sequence[_Group], library: Library) -> Draft | None:
    """The two values that a difference, or the values that a sum is made of, with the expression; None otherwise."""
    if sums.is_difference(question):
        return _difference(question, groups, library)
    if sums.is_sum(question) and len(groups) > 1:
        counted = []
        for group in groups:
            fitting = [(a[0] + c.score, c, a[1]) for c in group.scored[:20] if (a := sums.counted(c.text, group.asked))]
            if not fitting:
                return None
            counted.append(max(fitting, key=lambda one: one[0])[1:])
        draft = _written([c for c, _ in counted])
        return replace(draft, needs=(Step("calculate", {"expression": sums.total([a for _, a in counted])}),))
    return None


def _difference(question: str, groups: Sequence[_Group], library: Library) -> Draft | None:
    if len(groups) == 2:
        pairs = [next(((c, a) for c in g.scored[:5] if (a := sums.measured(c.text, g.asked))), None) for g in groups]
        if pairs[0] is None or pairs[1] is None or pairs[0][1].unit != pairs[1][1].unit:
            return None
        expression = sums.difference(question, pairs[0][1], pairs[1][1])
        return replace(_written([pairs[0][0], pairs[1][0]]), needs=(Step("calculate", {"expression": expression}),))
    group = groups[0]
    both = sums.sides(question, group.asked)
    if both is None:
        return None
    rows = _two_rows(both, group, library)
    told = any(both[0] <= set(c.matched) and both[1] <= set(c.matched) for c in group.scored[:8])
    if rows is not None and (rows[3] is not None or not told):
        table, first, second, place = rows
        draft = _rows_quoted([first, second], table.document_id, group)
        if place is None:
            return draft
        cells = [tables.numbers(unit.text)[place][1].replace(",", "") for _, unit in (first, second)]
        expression = sums.difference(question, *(sums.Amount(cell, "", 0, 0) for cell in cells))
        return replace(draft, needs=(*draft.needs, Step("calculate", {"expression": expression})))
    prose = [c for c in group.scored if not c.unit.row]
    one = sums.best_of_side(prose, both[0], both[1])
    other = sums.best_of_side([c for c in prose if one is None or c.key != one.key], both[1], both[0])
    if one is None or other is None or one.score < group.scored[0].score - 4:
        return None
    values = sums.measured(one.text, group.asked), sums.measured(other.text, group.asked)
    if values[0] is None or values[1] is None or values[0].unit != values[1].unit:
        return None
    expression = sums.difference(question, values[0], values[1])
    return replace(_written([one, other]), needs=(Step("calculate", {"expression": expression}),))


def _two_rows(
    both: tuple[frozenset[str], frozenset[str]], group: _Group, library: Library
) -> tuple[_Table, tuple[int, Unit], tuple[int, Unit], int | None] | None:
    """The rows of one table that each side of a difference names, and the column that is asked for."""
    best = None
    for table in _tables(group, library):
        held = [(place, frozenset(group.asked.matched(place[1].text))) for place in table.rows]
        common = _common(group.asked, held)
        first = [place for place, names in held if both[0] and both[0] <= names and common <= names]
        second = [place for place, names in held if both[1] <= names and common <= names]
        if not first or not second or first[0] == second[0] or len(first) > 3 or len(second) > 3:
            continue
        units = [unit for _, unit in table.rows]
        place = tables.column(units, table.head, group.asked)
        fit = tables.relevance(units, table.head, table.caption, group.asked) + (0.3 if place is not None else 0.0)
        if best is None or fit > best[0]:
            best = (fit, (table, first[0], second[0], place))
    return best[1] if best else None


def _common(asked: Asked, held: Sequence[tuple[tuple[int, Unit], frozenset[str]]]) -> frozenset[str]:
    """Words that tell rows apart and are no key: the "CTD" of "the CTD cast of 14 December"."""
    return frozenset(
        name
        for name in asked.weights
        if name not in asked.keys and 0 < sum(name in names for _, names in held) < len(held)
    )


def sides(
    found: Sequence[tuple[Passage, Hit]], named: Sequence[str], library: Library
) -> list[list[tuple[Passage, Hit]]]:
    """The passages by what the question compares: one group for each cruise named, documents of one cruise together."""
    if len(named) < 2:
        return [list(found)]
    cruises = {document.file: document.cruise or document.file for document in library.documents()}
    groups: dict[str, list[tuple[Passage, Hit]]] = {cruises.get(file, file): [] for file in named}
    for passage, hit in found:
        groups.setdefault(cruises.get(passage.document, passage.document), []).append((passage, hit))
    return [group for group in groups.values() if group]
