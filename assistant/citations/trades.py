"""Two things in each other's place in words that are otherwise those of the source, in their order.

The statement is laid on every stretch of the source with the same words, small ones too. Where the two become one by
putting two short runs of words back, the runs were traded: "station A, then B" for "station B, then A". A list in
another order and a sentence turned round its verb ("Aaron Beck was the chief scientist") say the same and pass.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from assistant.citations.complaints import Complaint
from assistant.citations.page_ends import folded_page
from corpora.folding import fold

#: A run has at most so many words.
_LONGEST = 5
#: Fewer words than this around and between the runs make a list or a heading.
_SHORTEST = 5
_WORD = re.compile(r"\w+")
_LISTING = frozenset(["and", "or"])
_BE = frozenset("is are was were be been being".split())
_MARKS = re.compile(r"[,;&]")
_BRACKET = re.compile(r"[()\[\]]")
_OWNED = re.compile("[™®©]")
_SOFT_HYPHEN = re.compile(r"(?<=[^\W\d_])[\u00ad\ufffe\x02](?=[^\W\d_])")

_Place = tuple[int, int]


def traded(statement: str, source: str) -> Complaint | None:
    """A complaint about two runs of words in each other's place, else None.

    >>> traded("The CTD in the rosette was old that day.", "The rosette in the CTD was old that day.").reason
    "the source has “rosette” and “CTD” in each other's place"
    """
    mine = [match.group() for match in _WORD.finditer(fold(_bare(statement)).text)]
    bare = _bare(source)
    folded = folded_page(bare)
    theirs = list(_WORD.finditer(folded.text))
    if not _SHORTEST <= len(mine) <= len(theirs):
        return None
    found = None
    for stretch in _stretches(mine, theirs):
        if [match.group() for match in stretch] == mine:
            return None
        written = [bare[slice(*folded.source(match.start(), match.end()))] for match in stretch]
        found = found or _runs(mine, stretch, folded.text) or _part_of_name(mine, stretch, written)
    if found is None:
        return None
    one, two = (" ".join(bare[slice(*folded.source(*run))].split()) for run in found)
    return Complaint(f"the source has “{one}” and “{two}” in each other's place", hard=False)


def _bare(text: str) -> str:
    """A text without marks of ownership, which folding makes letters of, and without hyphens inside a line."""
    return _SOFT_HYPHEN.sub("", _OWNED.sub(" ", text))


def _stretches(mine: list[str], theirs: list[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    """The stretches of the source with exactly the statement's words, in any order."""
    size = len(mine)
    wanted = Counter(mine)
    off = Counter(wanted)
    off.subtract(match.group() for match in theirs[:size])
    wrong = sum(count != 0 for count in off.values())
    for start in range(len(theirs) - size + 1):
        if start:
            for word, change in ((theirs[start - 1].group(), 1), (theirs[start + size - 1].group(), -1)):
                wrong -= off[word] != 0
                off[word] += change
                wrong += off[word] != 0
        if not wrong:
            yield theirs[start : start + size]


def _runs(mine: list[str], stretch: list[re.Match[str]], text: str) -> tuple[_Place, _Place] | None:
    """The places in `text` of two runs that were traded; None where the words stand in another order."""
    words = [match.group() for match in stretch]
    same = [a == b for a, b in zip(mine, words, strict=True)]
    first, last = same.index(False), len(same) - same[::-1].index(False)
    own, other, places = mine[first:last], words[first:last], stretch[first:last]
    for left in range(1, min(_LONGEST, len(own) - 2) + 1):
        for right in range(1, min(_LONGEST, len(own) - left - 1) + 1):
            between = other[right:-left]
            if own[:left] != other[-left:] or own[-right:] != other[:right] or own[left:-right] != between:
                continue
            if _alike(other[:right], other[-left:]) or set(between) <= _BE:
                continue
            gap = text[places[right - 1].end() : places[-left].start()]
            tied = {text[places[0].start() - 1 : places[0].start()], text[places[-1].end() : places[-1].end() + 1]}
            apart = not tied & {"/", "-"} and not _BRACKET.search(gap)
            if apart and _listed(between, gap, words[:first], words[last:]):
                continue
            return (places[0].start(), places[right - 1].end()), (places[-left].start(), places[-1].end())
    return None


def _part_of_name(mine: list[str], stretch: list[re.Match[str]], written: list[str]) -> tuple[_Place, _Place] | None:
    """The places of two names of which one has the other's first word: the "North" of an Atlantic that has none.

    written: the words of the stretch as the source has them, capitals and all.
    """
    words = [match.group() for match in stretch]
    same = [a == b for a, b in zip(mine, words, strict=True)]
    first, last = same.index(False), len(same) - same[::-1].index(False)
    own, other = mine[first:last], words[first:last]
    if own[-1:] == other[:1] and own[:-1] == other[1:]:
        name, bare = first, last
    elif own[:1] == other[-1:] and own[1:] == other[:-1]:
        name, bare = last - 1, first
    else:
        return None
    behind = name + 1
    if max(behind, bare) >= len(words) or words[behind] != words[bare]:
        return None
    if not all(written[place][:1].isupper() for place in (name, behind, bare)):
        return None
    return (stretch[name].start(), stretch[behind].end()), (stretch[bare].start(), stretch[bare].end())


def _alike(one: list[str], two: list[str]) -> bool:
    """Whether two runs may change places and say the same: "niskin" and "niskins"."""
    return [word.rstrip("s") for word in one] == [word.rstrip("s") for word in two]


def _listed(between: list[str], gap: str, before: list[str], behind: list[str]) -> bool:
    """Whether nothing but a list stands between two runs: "salt and oxygen", "red wine and white wine"."""
    rest = [word for word in between if word not in _LISTING]
    if len(rest) == len(between) and not _MARKS.search(gap):
        return False
    members = _MARKS.split(re.sub(r"\b(?:and|or)\b", ",", gap))
    whole = not members[0].strip() and not members[-1].strip() and all(len(m.split()) <= 4 for m in members)
    repeated = bool(rest) and (behind[: len(rest)] == rest or before[-len(rest) :] == rest)
    return whole or repeated
