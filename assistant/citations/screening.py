"""Which pages of a long document are worth a closer look: those that hold most of a quotation's words as they stand."""

from __future__ import annotations

import re
from collections.abc import Mapping

#: At most so many pages are aligned.
ALIGNED_PAGES = 4
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


def screened_pages(quote: str, pages: Mapping[int, str]) -> list[list[int]]:
    """The pages to look at, in one or two goes."""
    hits = _hits(quote, pages)
    best = max(hits.values(), default=0)
    likely = [page for page in pages if hits[page] >= _SCREEN * best]
    if len(likely) == len(pages) or sum(map(len, pages.values())) > _SMALL:
        return [likely]
    return [likely, list(pages)]


def alignment_pages(quote: str, pages: Mapping[int, str], near: tuple[int, int] | None) -> list[int]:
    """The pages that share most of the quotation's words, the nearest of equals first."""
    hits = _hits(quote, pages)
    order = sorted(pages, key=lambda page: (-hits[page], abs(page - near[0]) if near else page))
    return [page for page in order[:ALIGNED_PAGES] if hits[page] or len(pages) == 1]
