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
#: Shorter quotations are not looked for without their white space or over a page end: they would fit by chance.
SHORTEST_SQUEEZED = 8
#: Parts of a quotation with ellipses must follow each other within so many pages.
ELLIPSIS_PAGES = 1
#: At most so many pages are aligned.
ALIGNED_PAGES = 4
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
    for screened in _screened(quote, pages):
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
        pairs = [p for p in _over_page_end(variant, pages, screened) if not behind_denial(pages[p[0].page], p[0].start)]
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
            if whole_words(folded.text, start, end) and not (after and page == after.page and left < after.end):
                yield PageSpan(page, *_tight(text, left, right))
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
                yield PageSpan(page, *_tight(text, left, right))
            start = squeezed.find(wanted, start + 1)


# A space that may be lost: any but the one between two numerals.
_LOOSE_SPACE = re.compile(r"(?<![0-9.,]) | (?![0-9.,])")


def _over_page_end(quote: str, pages: Mapping[int, str], screened: Sequence[int]) -> Iterator[tuple[PageSpan, ...]]:
    """The quotation cut where one page ends: its head near the end of a page, the rest near the start of the next."""
    wanted = fold(quote).text.strip()
    if len(wanted) < SHORTEST_SQUEEZED:
        return
    reach = len(wanted) + PAGE_EDGE
    for page in sorted({*screened, *(number - 1 for number in screened)}):
        text, following = pages.get(page), pages.get(page + 1)
        if not text or not following:
            continue
        above, below = folded_page(text), folded_page(following)
        shift = max(0, len(above.text) - reach)
        cut = _cut(wanted, above.text[shift:], below.text[:reach])
        if cut is None:
            continue
        (left, left_end), (right, right_end) = cut
        first = _tight(text, *above.source(shift + left, shift + left_end))
        second = _tight(following, *below.source(right, right_end))
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


def _from(pages: Mapping[int, str], numbers: Iterable[int], after: PageSpan | None) -> Iterator[tuple[int, str]]:
    for page in numbers:
        if after is None or page >= after.page:
            yield page, pages[page]


def _nearest(spans: list[PageSpan], near: tuple[int, int] | None) -> PageSpan:
    if near is None:
        return spans[0]
    page, offset = near
    return min(spans, key=lambda span: (abs(span.page - page), abs(span.start - offset)))


_WORDLIKE = re.compile(r"[a-z]{4,}|[0-9][0-9.,]*[0-9]")
#: So many words of a quotation are looked for to tell which pages are worth folding.
_SCREENED_WORDS = 24
#: Pages that hold less than this share of what the best page holds are not folded.
_SCREEN = 0.6
#: Below this length of all pages together every page is looked at, if the screened ones were in vain.
_SMALL = 300_000


def _hits(quote: str, pages: Mapping[int, str]) -> dict[int, int]:
    """How many of the quotation's longest words and numbers each page holds, as they stand.

    Hyphens and ligatures hide some of the words of a page, but hardly the larger part of them.
    """
    words = sorted(set(_WORDLIKE.findall(quote.lower())), key=lambda word: (not word[0].isdigit(), -len(word)))
    numbers = [word for word in words if word[0].isdigit()][: _SCREENED_WORDS // 2]
    chosen = numbers + [word for word in words if not word[0].isdigit()][: _SCREENED_WORDS - len(numbers)]
    found = {}
    for page, text in pages.items():
        lowered = text.lower()
        found[page] = sum(word in lowered for word in chosen)
    return found


def _screened(quote: str, pages: Mapping[int, str]) -> list[list[int]]:
    """The pages to look at, in one or two goes."""
    hits = _hits(quote, pages)
    best = max(hits.values(), default=0)
    likely = [page for page in pages if hits[page] >= _SCREEN * best]
    if len(likely) == len(pages) or sum(map(len, pages.values())) > _SMALL:
        return [likely]
    return [likely, list(pages)]


@lru_cache(maxsize=1024)
def folded_page(text: str) -> Folded:
    """The folded form of a page; the pages of a turn are asked for again and again."""
    return fold(text)


def whole_words(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] tears no word and no number, and leaves no sign behind."""
    return _bound_before(text, start) and _bound_after(text, end)


_DENIAL = re.compile(r"\b(?:not|no|never|none|neither|nor|cannot|without|n['’]t)\s*$", re.IGNORECASE)
_BROKEN_WORD = re.compile(r"[^\W\d_][-\u00ad\u2010\ufffe\x02][^\S\n]{0,4}\n\s{0,8}$")


def behind_denial(text: str, start: int) -> bool:
    """Whether the word before a quotation denies it: who quotes from behind a "not" turns the sentence round."""
    return bool(_DENIAL.search(text[max(0, start - 16) : start]))


def _bound_before(text: str, start: int) -> bool:
    if start <= 0:
        return True
    first, before = text[start], text[start - 1]
    if before.isspace() and first.isalpha() and _BROKEN_WORD.search(text[max(0, start - 16) : start]):
        return False
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
    for page in _candidates(quote, pages, near):
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


def _candidates(quote: str, pages: Mapping[int, str], near: tuple[int, int] | None) -> list[int]:
    """The pages that share most of the quotation's words, the nearest of equals first."""
    hits = _hits(quote, pages)
    order = sorted(pages, key=lambda page: (-hits[page], abs(page - near[0]) if near else page))
    return [page for page in order[:ALIGNED_PAGES] if hits[page] or len(pages) == 1]


def _difference(quote: str, source: str) -> str:
    mine, theirs = first_difference(fold(quote).text, fold(source).text)
    if theirs and mine:
        return f"the source says “{_short(theirs)}”, the quotation “{_short(mine)}”"
    if theirs:
        return f"the quotation leaves out “{_short(theirs)}”"
    if mine:
        return f"the source does not say “{_short(mine)}”"
    return "it is torn from a word, a number, a sign or a denial, or its marks differ"


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57].rstrip() + "..."
