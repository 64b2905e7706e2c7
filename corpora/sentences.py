"""Cut the text of a page into units that can be cited: sentences, table rows, headings, list items.

The text of a PDF page is lines, and a line end says little: prose runs over it, a table row ends at it.
So lines are first joined into blocks or kept apart, and only the blocks are cut at sentence ends.
Every character that is not white space lands in exactly one unit; nothing is changed, only pointed at.
"""

from __future__ import annotations

import re
from bisect import bisect_right

# Words after which a full stop ends an abbreviation and not a sentence.
_ABBREVIATIONS = frozenset(
    """
    al approx app art assoc avg bull ca cf ch chap co corp cruis dept dr ed eds eq eqn eqs equ est etc ext
    fig figs gen gov inc incl inst int jr lab lat lon long ltd max min mr mrs ms no nos nr obs oceanogr op
    pers comm pp prof pt pts ref refs rep res resp rev s.n sci sec sect sig sp spp sr st sta stn suppl tab
    tech tel temp univ v ver viz vol vols vs jan feb mar apr jun jul aug sep sept oct nov dec
    mon tue wed thu fri e.g i.e a.m p.m u.s u.k u.s.a n.b r.v m.s m.v s.s w.r.t a.k.a ph.d
    """.split()
)
_BULLET = re.compile(r"[•●▪◦‣∙·–—*o-]\s+\S|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]{1,2}\s+\S|\[\d{1,3}\]\s", re.IGNORECASE)
_NUMBERED_HEADING = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){0,4}\.?|[A-Z]\.|Appendix [A-Z0-9]+[.:]?)\s+[^\W\d_]")
_CAPTION = re.compile(r"(?:fig(?:ure)?|table|tab)\.?\s*[A-Z]?\d", re.IGNORECASE)
_FIELD = re.compile(r"[^\W\d_][^:\n]{0,38}:\s")
_NUMERIC = re.compile(r"[^\w]*[+\-−]?\d[\d.,:/°'’\"−–-]*[^\W\d_]{0,3}[^\w]*")
_STOP = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s|$)")
_AFTER_NUMBER = "0123456789°º'’′\"”″"
_OPENING = "\"'“‘([{<•–—-"
# Words that hold prose together; lines without any are names, cells and headings.
_GLUE = re.compile(
    r"\b(?:a|an|and|are|as|at|be|been|but|by|for|from|had|has|have|in|is|it|its|not|of|on|or|that|the|their|then"
    r"|there|these|this|to|was|we|were|which|with|und|der|die|das|ein|eine|ist|von|mit|le|la|les|des|du|est|et|un|une"
    r"|el|los|las|del|en|es|por|con|para|una|que)\b",
    re.IGNORECASE,
)
# A line that ends in one of these goes on, however short it is.
_DANGLING = re.compile(
    r"(?:[,;(/&–—-]|\b(?:a|an|and|as|at|between|but|by|for|from|in|into|is|of|on|or|the|to|was|were|with|und|der|die|de"
    r"|la|et|en))$",
    re.IGNORECASE,
)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """The (start, end) of every sentence, row, heading and list item of `text`, in order.

    The spans are half open, do not overlap, carry no white space at either end, and together hold every
    character that is not white space.

    >>> t = "Depth was 4425.5 m, cf. Fig. 2. The cast ended\\nat noon."
    >>> [t[a:b] for a, b in sentence_spans(t)]
    ['Depth was 4425.5 m, cf. Fig. 2.', 'The cast ended\\nat noon.']
    """
    units: list[tuple[int, int]] = []
    for start, end in _blocks(text):
        units.extend(_cut(text, start, end))
    return units


def is_row(line: str) -> bool:
    """Whether a line reads as a row of a table: mostly numbers, or cells set far apart.

    >>> is_row("S275-042-CTD 2017-10-30 09:32 20.0 35.78 3.79 1931")
    True
    >>> is_row("Between 2000 m and 4500 m the density shows a current.")
    False
    """
    tokens = line.split()
    if len(tokens) < 3:
        return False
    numbers = sum(1 for token in tokens if _NUMERIC.fullmatch(token))
    return numbers >= 3 and numbers >= 0.4 * len(tokens)


def _lines(text: str) -> list[tuple[int, int]]:
    """(start, end) of each line, stripped of white space at both ends; blank lines are (p, p)."""
    lines = []
    position = 0
    for raw in text.split("\n"):
        stripped = raw.strip()
        start = position + (len(raw) - len(raw.lstrip())) if stripped else position
        lines.append((start, start + len(stripped)))
        position += len(raw) + 1
    return lines


def _blocks(text: str) -> list[tuple[int, int]]:
    """Runs of lines that read on, each as one (start, end)."""
    lines = _lines(text)
    lengths = sorted(end - start for start, end in lines if end > start)
    if not lengths:
        return []
    # The width of a full line: most prose lines of a page reach it, headings and last lines do not.
    full = lengths[min(len(lengths) - 1, int(len(lengths) * 0.85))]
    blocks: list[tuple[int, int]] = []
    previous: tuple[int, int] | None = None
    for start, end in lines:
        if start == end:
            previous = None
            continue
        if previous and _reads_on(text[previous[0] : previous[1]], text[start:end], full):
            blocks[-1] = (blocks[-1][0], end)
        else:
            blocks.append((start, end))
        previous = (start, end)
    return blocks


def _reads_on(line: str, following: str, full: int) -> bool:
    """Whether the text of `line` goes on in the line that follows it."""
    if _BULLET.match(following) and line.count("(") <= line.count(")"):
        return False
    if _CAPTION.match(following) and not _DANGLING.search(line):
        return False
    if is_row(line) or is_row(following):
        return False
    if line[-1] in "-\u00ad" and following[0].islower():
        return True
    if _DANGLING.search(line):
        return not (_FIELD.match(following) and line[-1] not in ",(&")
    if following[0].islower():
        return True
    if line[-1] in ".!?:":
        # A full line may end in a full stop by chance; a short one is the end of a paragraph.
        return len(line) > 0.8 * full and not _NUMBERED_HEADING.match(following)
    if _NUMBERED_HEADING.match(line) and len(line) < 0.75 * full:
        return False
    if _NUMBERED_HEADING.match(following) and len(following) < 0.75 * full:
        return False
    if _FIELD.match(following) and len(line) < 0.8 * full:
        return False
    if not _GLUE.search(line) and not _GLUE.search(following):
        return False
    return len(line) > 0.62 * full and full > 30


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut one block at its sentence ends."""
    cuts = [stop.end() for stop in _STOP.finditer(text, start, end) if _ends_sentence(text, start, stop, end)]
    pieces = []
    position = start
    for cut in [*cuts, end]:
        left, right = _strip(text, position, cut)
        if left < right:
            pieces.append((left, right))
        position = cut
    return pieces


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _ends_sentence(text: str, start: int, stop: re.Match[str], end: int) -> bool:
    following = stop.end()
    while following < end and text[following].isspace():
        following += 1
    if following >= end:
        return False
    opening = text[following]
    if opening.islower():
        return False
    if not (opening.isupper() or opening.isdigit() or opening in _OPENING or not opening.isascii()):
        return False
    if stop.group()[0] != ".":
        return True
    word_start = stop.start()
    # Bounded: no abbreviation is longer, and an endless word must not cost its length each time.
    while word_start > max(start, stop.start() - 24) and not text[word_start - 1].isspace():
        word_start -= 1
    word = text[word_start : stop.start()].lstrip("([\"'“‘").lower()
    if word in _ABBREVIATIONS:
        # "Fig. 2", "et al. 2011" go on; "etc. The" ends, as does "p.m. The".
        return word in {"etc", "al", "a.m", "p.m", "u.s", "u.k", "inc", "ltd", "ext"} and (
            opening.isupper() and word != "al"
        )
    if len(word) == 1 and word.isalpha():
        # An initial ("B. Harden") or a unit ("at 1500 m. The"): a unit follows a number.
        before = text[max(start, word_start - 12) : word_start].split()
        return bool(before and before[-1][-1] in _AFTER_NUMBER and opening.isupper())
    # "2.", "2.)" or "3.1." at the start of a block numbers a heading or an item.
    return not (word_start == start and word.replace(".", "").isdigit())


def unit_at(spans: list[tuple[int, int]], position: int) -> int | None:
    """The index of the unit that holds `position`, or None in the white space between two."""
    index = bisect_right(spans, (position, float("inf"))) - 1
    if index >= 0 and spans[index][0] <= position < spans[index][1]:
        return index
    return None


_BROKEN_WORD = re.compile(r"(?<=[^\W\d_A-Z])[-\u00ad]\s*\n\s*(?=[^\W\d_A-Z])")


def readable(text: str) -> str:
    """A passage on one line, words broken at a line end joined. For showing only: a quote is cut from the page.

    >>> readable("bands of temper-\\nature and\\nsalt")
    'bands of temperature and salt'
    """
    return re.sub(r"\s+", " ", _BROKEN_WORD.sub("", text).replace("\u00ad", "")).strip()
