"""Quotations that run over the end of a page: the head on one page, the rest on the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from assistant.citations.bounds import bound_before, tight, whole_words
from assistant.citations.model import PageSpan
from corpora.folding import Folded, fold

#: A quotation that goes on over a page end may skip so many characters: footer, page number, running head.
PAGE_EDGE = 400
#: Shorter quotations are not looked for without their white space or over a page end: they would fit by chance.
SHORTEST_SQUEEZED = 8


def over_page_end(quote: str, pages: Mapping[int, str], screened: Sequence[int]) -> Iterator[tuple[PageSpan, ...]]:
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
        first = tight(text, *above.source(shift + left, shift + left_end))
        second = tight(following, *below.source(right, right_end))
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
            if len(tail) - (start + size) > PAGE_EDGE or not bound_before(tail, start):
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


@lru_cache(maxsize=1024)
def folded_page(text: str) -> Folded:
    """The folded form of a page; the pages of a turn are asked for again and again."""
    return fold(text)
