"""Where a quotation stands: exact, then normalised through the folding map, then by aligned tokens, else nowhere.

An occurrence must begin and end at the bounds of words and numbers: "5.41" is not found in "35.41", nor "0.56" in
"-0.56". Of several occurrences the one nearest to `near` is taken. All steps are linear in the length of the pages,
but for the alignment, which is made on the few pages that share most words with the quotation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from assistant.citations.align import align, first_difference
from assistant.citations.model import Match, PageSpan, Status
from assistant.citations.reading import same_facts
from corpora.folding import Folded, fold

#: Gates of the alignment: share of the quotation's tokens found, and share of the span that they fill.
COVERAGE = 0.75
DENSITY = 1 / 3
#: A quotation that goes on over a page end may skip so many characters: footer, page number, running head.
PAGE_EDGE = 400
#: Parts of a quotation with ellipses must follow each other within so many pages.
ELLIPSIS_PAGES = 1
#: At most so many pages are aligned.
ALIGNED_PAGES = 6
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
    whole = quote.strip(_TRIM)
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
        if spans:
            return Match((_nearest(spans, near),), Status.EXACT, 1.0, 1.0)
    screened = _screened(quote, pages)
    for variant in variants:
        for search in (_folded, _squeezed):
            spans = list(search(variant, pages, screened, after))
            if spans:
                reason = "the same words, spelled or set otherwise"
                return Match((_nearest(spans, near),), Status.NORMALISED, 1.0, 1.0, reason)
    for variant in variants:
        pairs = list(_over_page_end(variant, pages))
        if pairs:
            chosen = _nearest([pair[0] for pair in pairs], near)
            pair = next(pair for pair in pairs if pair[0] == chosen)
            return Match(pair, Status.NORMALISED, 1.0, 1.0, "the quotation runs over the end of a page")
    return None


def _exact(quote: str, pages: Mapping[int, str], after: PageSpan | None) -> Iterator[PageSpan]:
    for page, text in _from(pages, after):
        start = text.find(quote, after.end if after and page == after.page else 0)
        while start >= 0:
            if whole_words(text, start, start + len(quote)):
                yield PageSpan(page, start, start + len(quote))
            start = text.find(quote, start + 1)


def _folded(
    quote: str, pages: Mapping[int, str], screened: frozenset[int], after: PageSpan | None
) -> Iterator[PageSpan]:
    wanted = fold(quote).text.strip()
    for page, text in _from(pages, after):
        if page not in screened:
            continue
        folded = folded_page(text)
        start = folded.text.find(wanted)
        while start >= 0:
            end = start + len(wanted)
            left, right = folded.source(start, end)
            if whole_words(folded.text, start, end) and not (after and page == after.page and left < after.end):
                yield PageSpan(page, *_tight(text, left, right))
            start = folded.text.find(wanted, start + 1)


def _squeezed(
    quote: str, pages: Mapping[int, str], screened: frozenset[int], after: PageSpan | None
) -> Iterator[PageSpan]:
    """Without white space: subscripts that were split off, words that were run together or torn apart."""
    wanted, _ = _squeeze(fold(quote).text.strip())
    if len(wanted) < 8:
        return
    for page, text in _from(pages, after):
        if page not in screened:
            continue
        folded = folded_page(text)
        squeezed, at = _squeeze(folded.text)
        start = squeezed.find(wanted)
        while start >= 0:
            left, right = folded.source(at[start], at[start + len(wanted) - 1] + 1)
            late = not (after and page == after.page and left < after.end)
            bounds = whole_words(folded.text, at[start], at[start + len(wanted) - 1] + 1)
            if late and bounds and same_facts(quote, text[left:right]):
                yield PageSpan(page, *_tight(text, left, right))
            start = squeezed.find(wanted, start + 1)


_NUMERAL = frozenset("0123456789.,")


def _squeeze(folded: str) -> tuple[str, list[int]]:
    """A folded text without white space, save between two numerals, and where each character stood."""
    kept: list[str] = []
    at: list[int] = []
    size = len(folded)
    for index, character in enumerate(folded):
        if character == " ":
            before = folded[index - 1] if index else ""
            after = folded[index + 1] if index + 1 < size else ""
            if not (before in _NUMERAL and after in _NUMERAL and before and after):
                continue
        kept.append(character)
        at.append(index)
    return "".join(kept), at


def _over_page_end(quote: str, pages: Mapping[int, str]) -> Iterator[tuple[PageSpan, PageSpan]]:
    """The quotation cut where one page ends: its head near the end of a page, the rest near the start of the next."""
    wanted = fold(quote).text.strip()
    if len(wanted) < 12:
        return
    for page, text in pages.items():
        following = pages.get(page + 1)
        if not following:
            continue
        tail_start = max(0, len(text) - len(quote) - PAGE_EDGE)
        tail = folded_page(text[tail_start:])
        head = folded_page(following[: len(quote) + PAGE_EDGE])
        cut = _cut(wanted, tail.text, head.text)
        if cut is None:
            continue
        (left, left_end), (right, right_end) = cut
        first = _tight(text, *(tail_start + offset for offset in tail.source(left, left_end)))
        second = _tight(following, *head.source(right, right_end))
        yield PageSpan(page, *first), PageSpan(page + 1, *second)


def _cut(wanted: str, tail: str, head: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """(start, end) in the tail and in the head that together read `wanted`, or None."""
    seed = wanted[: min(8, len(wanted) // 2)]
    start = tail.find(seed)
    tries = 0
    while start >= 0 and tries < 40:
        tries += 1
        length = _common(wanted, tail[start:])
        for size in _word_ends(wanted, length):
            rest = wanted[size:].lstrip()
            if not rest or size < 3:
                continue
            if len(tail) - (start + size) > PAGE_EDGE or not _bound_before(tail, start):
                break
            found = head.find(rest)
            if 0 <= found <= PAGE_EDGE and whole_words(head, found, found + len(rest)):
                if _at_edge(tail, start + size, wanted, size):
                    return (start, start + size), (found, found + len(rest))
        start = tail.find(seed, start + 1)
    return None


def _common(wanted: str, text: str) -> int:
    length = 0
    for a, b in zip(wanted, text, strict=False):
        if a != b:
            break
        length += 1
    return length


def _word_ends(wanted: str, length: int) -> Iterable[int]:
    """The places at or before `length` where `wanted` may be cut, from the last on."""
    yield length
    for size in range(length - 1, max(0, length - 80), -1):
        if wanted[size] == " " or wanted[size - 1] == " ":
            yield size


def _at_edge(tail: str, end: int, wanted: str, size: int) -> bool:
    """The cut must not tear a word, unless the page does: a hyphen, or the page's end."""
    inside = wanted[size - 1].isalnum() and wanted[size : size + 1].isalnum()
    return not inside or tail[end : end + 1] in ("", "-")


# Candidates and bounds


def _from(pages: Mapping[int, str], after: PageSpan | None) -> Iterator[tuple[int, str]]:
    for page, text in pages.items():
        if after is None or page >= after.page:
            yield page, text


def _nearest(spans: list[PageSpan], near: tuple[int, int] | None) -> PageSpan:
    if near is None:
        return spans[0]
    page, offset = near
    return min(spans, key=lambda span: (abs(span.page - page), abs(span.start - offset)))


_WORDLIKE = re.compile(r"[a-z]{4,}")


def _screened(quote: str, pages: Mapping[int, str]) -> frozenset[int]:
    """The pages worth folding: those that hold a third of the quotation's long plain words.

    Hyphens and ligatures may hide some of the words of a page, but not two thirds of them.
    """
    words = sorted(set(_WORDLIKE.findall(quote.lower())), key=len, reverse=True)[:9]
    if len(words) < 3:
        return frozenset(pages)
    enough = len(words) / 3
    kept = set()
    for page, text in pages.items():
        lowered = text.lower()
        if sum(word in lowered for word in words) >= enough:
            kept.add(page)
    return frozenset(kept)


@lru_cache(maxsize=1024)
def folded_page(text: str) -> Folded:
    """The folded form of a page; the pages of a turn are asked for again and again."""
    return fold(text)


def whole_words(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] tears no word and no number, and leaves no sign behind."""
    return _bound_before(text, start) and _bound_after(text, end)


def _bound_before(text: str, start: int) -> bool:
    if start <= 0:
        return True
    first, before = text[start], text[start - 1]
    if first.isalnum() and before.isalnum():
        return False
    earlier = text[start - 2] if start > 1 else " "
    if first.isdigit():
        if before in ".,/:" and earlier.isdigit():
            return False
        if before in "-−–+" and not earlier.isalnum():
            return False  # the sign of a number belongs to it
        if before in "-−–" and earlier.isdigit():
            return False  # the far end of a range
        if before == "±":
            return False
    return not (first == "." and before.isdigit())


def _bound_after(text: str, end: int) -> bool:
    if end >= len(text):
        return True
    last, after = text[end - 1], text[end]
    if last.isalnum() and after.isalnum():
        return False
    if last.isdigit() and end + 1 < len(text):
        following = text[end + 1]
        if after in ".,/:-−–" and following.isdigit():
            return False
    return True


def _tight(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


# Alignment


def _aligned(quote: str, pages: Mapping[int, str], near: tuple[int, int] | None) -> Match:
    best = NOT_FOUND
    rank = (0.0, 0.0)
    wanted = tuple(fold(quote).text.split())
    for page in _candidates(wanted, pages):
        text = pages[page]
        folded = folded_page(text)
        found = align(wanted, folded.text)
        if found is None or found.coverage < COVERAGE or found.density < DENSITY:
            continue
        distance = abs(page - near[0]) if near else 0
        if (found.coverage + found.density / 10, -distance) > rank:
            rank = (found.coverage + found.density / 10, -distance)
            span = PageSpan(page, *_tight(text, *folded.source(found.start, found.end)))
            reason = _difference(quote, text[span.start : span.end])
            best = Match((span,), Status.APPROXIMATE, found.coverage, found.density, reason)
    return best


def _candidates(wanted: tuple[str, ...], pages: Mapping[int, str]) -> list[int]:
    """The pages that share most of the quotation's words."""
    words = {word.strip(_TRIM + _END + "()[]") for word in wanted}
    words = {word for word in words if len(word) > 3} or words
    scored = []
    for page, text in pages.items():
        lowered = text.lower()
        scored.append((sum(word in lowered for word in words), -page))
    scored.sort(reverse=True)
    least = max(1, len(words) // 3)
    return [-page for score, page in scored[:ALIGNED_PAGES] if score >= least]


def _difference(quote: str, source: str) -> str:
    mine, theirs = first_difference(fold(quote).text, fold(source).text)
    if theirs and mine:
        return f"the source says “{_short(theirs)}”, the quotation “{_short(mine)}”"
    if theirs:
        return f"the quotation leaves out “{_short(theirs)}”"
    if mine:
        return f"the source does not say “{_short(mine)}”"
    return "the punctuation differs"


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57].rstrip() + "..."
