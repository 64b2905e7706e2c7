"""Where a quotation stands: exact, then normalised through the folding map, then by aligned tokens, else nowhere.

An occurrence must begin and end at the bounds of words and numbers: "5.41" is not found in "35.41", nor "0.56" in
"-0.56". Of several occurrences the one nearest to `near` is taken. All steps are linear in the length of the pages,
but for the alignment, which is made on the few pages that share most words with the quotation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from assistant.citations.align import align, first_difference, tokens
from assistant.citations.bounds import behind_denial, doubled_dashes, tight, whole_words
from assistant.citations.model import Match, PageSpan, Status
from assistant.citations.page_ends import SHORTEST_SQUEEZED, folded_page, over_page_end
from assistant.citations.reading import same_facts
from assistant.citations.screening import alignment_pages, screened_pages
from corpora.folding import fold

#: Gates of the alignment: share of the quotation's tokens found, and share of the span that they fill.
COVERAGE = 0.75
DENSITY = 1 / 3
#: Parts of a quotation with ellipses must follow each other within so many pages.
ELLIPSIS_PAGES = 1
#: Quotations longer than this are not looked for: nobody quotes a chapter.
LONGEST_QUOTE = 20_000

_ELLIPSIS = re.compile(r"\s?(?:\[\s?(?:\.{3}|…)\s?\]|\(\s?(?:\.{3}|…)\s?\)|\.{3,}|…)\s?")
_TRIM = " \t\r\n\"'“”‘’«»„‚`´"
_END = ".,;:!?"

NOT_FOUND = Match((), Status.NOT_FOUND, 0.0, 0.0, "the quotation stands on none of the pages")


def locate(
    quote: str,
    page_texts: Mapping[int, str] | Sequence[str],
    *,
    near: tuple[int, int] | None = None,
) -> Match:
    """Find `quote` on the pages.

    page_texts: canonical texts by page number, or in order from page 1.
    near: (page, offset) that the citation points at; among equal occurrences the nearest wins.

    Returns a Match whose spans are half open and refer to the texts as given. A quotation over a page end has a span
    on each page; one with ellipses has a span for each part.

    >>> m = locate("the salinity was 35.41", ["At depth the  salinity\\nwas 35.41 (n = 3)."])
    >>> m.status.value, m.spans[0].start, m.spans[0].end
    ('normalised', 9, 32)
    """
    pages = page_texts if isinstance(page_texts, Mapping) else dict(enumerate(page_texts, 1))
    whole = quote.strip().strip(_TRIM).strip()
    if not any(character.isalnum() for character in whole):
        return replace(NOT_FOUND, reason="the quotation holds no words")
    if len(whole) > LONGEST_QUOTE:
        return replace(NOT_FOUND, reason=f"the quotation is longer than {LONGEST_QUOTE} characters")
    found = _verbatim(whole, pages, near)
    if found:
        return found
    parts = [part.strip(_TRIM) for part in _ELLIPSIS.split(whole)]
    parts = [part for part in parts if any(character.isalnum() for character in part)]
    if len(parts) > 1:
        return _parts(parts, pages, near)
    return _aligned(parts[0] if parts else whole, pages, near)


def _parts(parts: list[str], pages: Mapping[int, str], near: tuple[int, int] | None) -> Match:
    """Locate the parts around ellipses, each after the one before it."""
    matches: list[Match] = []
    for part in parts:
        match = _verbatim(part, pages, near, after=matches[-1].spans[-1] if matches else None)
        match = match or _verbatim(part, pages, near) or _aligned(part, pages, near)
        if not match.spans:
            return replace(NOT_FOUND, reason=f"the part “{_short(part)}” stands on none of the pages")
        matches.append(match)
        near = (match.spans[-1].page, match.spans[-1].end)
    spans = tuple(span for match in matches for span in match.spans)
    order = [Status.EXACT, Status.NORMALISED, Status.APPROXIMATE]
    status = max((match.status for match in matches), key=order.index)
    reason = next((match.reason for match in matches if match.status is status), "")
    ordered = all(
        (a.page, a.end) <= (b.page, b.start) and b.page - a.page <= ELLIPSIS_PAGES for a, b in pairwise(spans)
    )
    if not ordered:
        status, reason = (
            Status.APPROXIMATE,
            "the parts around the ellipsis do not follow each other in the source",
        )
    share = 1 / len(matches)
    return Match(
        spans,
        status,
        sum(m.coverage for m in matches) * share,
        sum(m.density for m in matches) * share,
        reason,
    )


def _verbatim(
    quote: str, pages: Mapping[int, str], near: tuple[int, int] | None, after: PageSpan | None = None
) -> Match | None:
    """Exact, normalised, or over a page end; None where the words do not stand together."""
    variants = [quote]
    if quote[-1] in _END:
        variants.append(quote.rstrip(_END + _TRIM))
    for variant in variants:
        spans = list(_exact(variant, pages, after))
        spans = [span for span in spans if not behind_denial(pages[span.page], span.start)]
        if spans:
            return Match((_nearest(spans, near),), Status.EXACT, 1.0, 1.0)
    for screened in screened_pages(quote, pages):
        match = _respelled(variants, pages, screened, near, after)
        if match:
            return match
    return None


def _respelled(
    variants: list[str],
    pages: Mapping[int, str],
    screened: Sequence[int],
    near: tuple[int, int] | None,
    after: PageSpan | None,
) -> Match | None:
    """The same words in another spelling or setting, or over a page end."""
    for variant in variants:
        for search in (_folded, _squeezed):
            spans = list(search(variant, pages, screened, after))
            spans = [span for span in spans if not behind_denial(pages[span.page], span.start)]
            if spans:
                reason = "the same words, spelled or set otherwise"
                return Match((_nearest(spans, near),), Status.NORMALISED, 1.0, 1.0, reason)
    for variant in variants:
        pairs = [p for p in over_page_end(variant, pages, screened) if not behind_denial(pages[p[0].page], p[0].start)]
        signs = doubled_dashes(variant)
        pairs = [p for p in pairs if signs == sum(doubled_dashes(pages[s.page][s.start : s.end]) for s in p)]
        if pairs:
            chosen = _nearest([pair[0] for pair in pairs], near)
            pair = next(pair for pair in pairs if pair[0] == chosen)
            return Match(pair, Status.NORMALISED, 1.0, 1.0, "the quotation runs over the end of a page")
    return None


def _exact(quote: str, pages: Mapping[int, str], after: PageSpan | None) -> Iterator[PageSpan]:
    for page, text in _from(pages, pages, after):
        start = text.find(quote, after.end if after and page == after.page else 0)
        while start >= 0:
            if whole_words(text, start, start + len(quote)):
                yield PageSpan(page, start, start + len(quote))
            start = text.find(quote, start + 1)


def _folded(
    quote: str, pages: Mapping[int, str], screened: Sequence[int], after: PageSpan | None
) -> Iterator[PageSpan]:
    wanted = fold(quote).text.strip()
    for page, text in _from(pages, screened, after):
        folded = folded_page(text)
        start = folded.text.find(wanted)
        while start >= 0:
            end = start + len(wanted)
            left, right = folded.source(start, end)
            late = not (after and page == after.page and left < after.end)
            alike = doubled_dashes(quote) == doubled_dashes(text[left:right])
            if late and alike and whole_words(folded.text, start, end):
                yield PageSpan(page, *tight(text, left, right))
            start = folded.text.find(wanted, start + 1)


def _squeezed(
    quote: str, pages: Mapping[int, str], screened: Sequence[int], after: PageSpan | None
) -> Iterator[PageSpan]:
    """Without white space: subscripts that were split off, words that were run together or torn apart."""
    wanted = _LOOSE_SPACE.sub("", fold(quote).text.strip())
    if len(wanted) < SHORTEST_SQUEEZED:
        return
    for page, text in _from(pages, screened, after):
        folded = folded_page(text)
        squeezed = _LOOSE_SPACE.sub("", folded.text)
        start = squeezed.find(wanted)
        if start < 0:
            continue
        gone = {space.start() for space in _LOOSE_SPACE.finditer(folded.text)}
        at = [index for index in range(len(folded.text)) if index not in gone]
        while start >= 0:
            first, last = at[start], at[start + len(wanted) - 1] + 1
            left, right = folded.source(first, last)
            late = not (after and page == after.page and left < after.end)
            if late and whole_words(folded.text, first, last) and same_facts(quote, text[left:right]):
                yield PageSpan(page, *tight(text, left, right))
            start = squeezed.find(wanted, start + 1)


# A space that may be lost: any but the one between two numerals.
_LOOSE_SPACE = re.compile(r"(?<![0-9.,]) | (?![0-9.,])")


# Candidates and bounds


def _from(pages: Mapping[int, str], numbers: Iterable[int], after: PageSpan | None) -> Iterator[tuple[int, str]]:
    for page in numbers:
        if after is None or page >= after.page:
            yield page, pages[page]


def _nearest(spans: list[PageSpan], near: tuple[int, int] | None) -> PageSpan:
    if near is None:
        return spans[0]
    page, offset = near
    return min(spans, key=lambda span: (abs(span.page - page), abs(span.start - offset)))


# Alignment


def _aligned(quote: str, pages: Mapping[int, str], near: tuple[int, int] | None) -> Match:
    best = NOT_FOUND
    rank = (0.0, 0.0)
    wanted = tuple(fold(quote).text.split())
    for page in alignment_pages(quote, pages, near):
        text = pages[page]
        folded = folded_page(text)
        found = align(wanted, folded.text)
        if found is None or found.coverage < COVERAGE or found.density < DENSITY:
            continue
        distance = abs(page - near[0]) if near else 0
        if (found.coverage + found.density / 10, -distance) > rank:
            rank = (found.coverage + found.density / 10, -distance)
            span = PageSpan(page, *tight(text, *folded.source(found.start, found.end)))
            reason = _difference(quote, text[span.start : span.end], text[span.end : span.end + 80])
            best = Match((span,), Status.APPROXIMATE, found.coverage, found.density, reason)
    return best


def _difference(quote: str, source: str, behind: str) -> str:
    """What differs first, in words. `behind`: how the source goes on, where the quotation ends in something else."""
    wanted = fold(quote).text
    mine, theirs = first_difference(wanted, fold(source).text)
    if mine and not theirs and wanted.rstrip(_END).endswith(mine):
        theirs = " ".join(token for token, _, _ in tokens(fold(behind).text)[: len(tokens(mine))])
    if theirs and mine:
        return f"the source says “{_short(theirs)}”, the quotation “{_short(mine)}”"
    if theirs:
        return f"the quotation leaves out “{_short(theirs)}”"
    if mine:
        return f"the source does not say “{_short(mine)}”"
    return "it is torn from a word, a number, a sign or a denial, or its marks differ"


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57].rstrip() + "..."
