"""Alignment of a quotation's tokens with those of a page.

First the stretch of the page that holds most of the quotation's tokens is found by a sliding window, then the longest
common subsequence inside it (Hunt and Szymanski 1977), trimmed to where it is dense.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass

_TOKEN = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[^\W\d_]+")
#: Pairs of equal tokens that are looked at; beyond, the commonest tokens are left out.
_MOST_PAIRS = 60_000


@dataclass(frozen=True, slots=True)
class Alignment:
    """The stretch text[start:end], and the shares of the quotation found and of the stretch filled, 0 to 1."""

    start: int
    end: int
    coverage: float
    density: float


def tokens(text: str) -> list[tuple[str, int, int]]:
    """(token, start, end) of the words and numbers of a folded text; marks are left out."""
    return [(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text)]


def align(wanted: tuple[str, ...], text: str) -> Alignment | None:
    """Align the words of a quotation with a folded text, or None where they share nothing."""
    quote = [token for token, _, _ in tokens(" ".join(wanted))]
    page = tokens(text)
    if not quote or not page:
        return None
    first, last = _window(quote, page)
    window = page[first:last]
    pairs = common_subsequence(quote, [token for token, _, _ in window])
    pairs = _dense(pairs)
    if not pairs:
        return None
    start, end = window[pairs[0][1]][1], window[pairs[-1][1]][2]
    return Alignment(start, end, len(pairs) / len(quote), len(pairs) / (pairs[-1][1] - pairs[0][1] + 1))


def _window(quote: list[str], page: list[tuple[str, int, int]]) -> tuple[int, int]:
    """The stretch of the page, a little longer than the quotation, that holds most of its tokens."""
    size = min(len(page), len(quote) + len(quote) // 2 + 6)
    need = Counter(quote)
    have: Counter[str] = Counter()
    score = best = 0
    best_end = size
    for index, (token, _, _) in enumerate(page):
        if token in need:
            have[token] += 1
            score += have[token] <= need[token]
        if index >= size:
            gone = page[index - size][0]
            if gone in need:
                score -= have[gone] <= need[gone]
                have[gone] -= 1
        if score > best:
            best, best_end = score, index + 1
    first = max(0, best_end - size)
    # The best window ends at its last hit; the quotation may go on a little.
    return first, min(len(page), best_end + size // 4)


def common_subsequence(quote: list[str], page: list[str]) -> list[tuple[int, int]]:
    """Pairs (index in quote, index in page) of a longest common subsequence."""
    places: dict[str, list[int]] = {}
    for index, token in enumerate(page):
        places.setdefault(token, []).append(index)
    counts = Counter(token for token in quote if token in places)
    load = sorted((count * len(places[token]), token) for token, count in counts.items())
    total = 0
    allowed = set()
    for cost, token in load:
        total += cost
        if total > _MOST_PAIRS:
            break
        allowed.add(token)
    ends: list[int] = []  # ends[k]: smallest page index at which a subsequence of length k + 1 ends
    links: list[tuple[int, int, int]] = []  # (quote index, page index, previous link)
    heads: list[int] = []
    for index, token in enumerate(quote):
        if token not in allowed:
            continue
        for place in reversed(places[token]):
            k = bisect_left(ends, place)
            link = len(links)
            links.append((index, place, heads[k - 1] if k else -1))
            if k == len(ends):
                ends.append(place)
                heads.append(link)
            elif place < ends[k]:
                ends[k] = place
                heads[k] = link
    pairs: list[tuple[int, int]] = []
    link = heads[-1] if heads else -1
    while link >= 0:
        index, place, link = links[link]
        pairs.append((index, place))
    # Of several places for a token the last that fits stands closest to what follows it.
    closest: list[tuple[int, int]] = []
    following = len(page)
    for index, _ in pairs:
        token_places = places[quote[index]]
        following = token_places[bisect_left(token_places, following) - 1]
        closest.append((index, following))
    return closest[::-1]


def _dense(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The run of pairs that matches most and skips least: a pair earns 1, a skipped token of the page costs 1/3."""
    best = score = 0.0
    first = best_first = best_last = 0
    for index, (_, place) in enumerate(pairs):
        gap = place - pairs[index - 1][1] - 1 if index else 0
        score -= gap / 3
        if score <= 0:
            score, first = 0.0, index
        score += 1
        if score > best:
            best, best_first, best_last = score, first, index
    return pairs[best_first : best_last + 1] if pairs else []


def first_difference(quote: str, source: str) -> tuple[str, str]:
    """The first stretch, in words, where the two folded texts differ: (of the quotation, of the source)."""
    mine, theirs = tokens(quote), tokens(source)
    pairs = common_subsequence([t for t, _, _ in mine], [t for t, _, _ in theirs])
    before = (-1, -1)
    for pair in [*pairs, (len(mine), len(theirs))]:
        if pair[0] > before[0] + 1 or pair[1] > before[1] + 1:
            left, right = mine[before[0] + 1 : pair[0]], theirs[before[1] + 1 : pair[1]]
            return (
                quote[left[0][1] : left[-1][2]] if left else "",
                source[right[0][1] : right[-1][2]] if right else "",
            )
        before = pair
    return "", ""
