"""Footnotes of PDF pages: smaller type at the foot of a page, each note begun by its mark."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpora.sentences import is_row
from ingest.pages import ReadPage

#: Type of a note is at most this share of the size that most of the document is set in.
SMALLER = 0.93
#: Notes take at most this share of a page's characters: small type all over a page is its ordinary type.
MOST = 0.5

_MARK = re.compile(r"(?:\d{1,3}|[*†‡§¶]{1,3}|\(?[a-z]\))[.)]?\s{0,3}(?=[^\W\d_]|[“\"(])")
_CAPTION = re.compile(r"(?:fig(?:ure)?|table|tab)\.?\s*[A-Z]?\d", re.IGNORECASE)


def footnotes(page: ReadPage, lines: Sequence[tuple[int, int]], body: float) -> list[tuple[int, int]]:
    """(start, end) of each footnote among the lines of a page, in order; they are its last lines.

    Parameters
    ----------
    lines:
        (start, end) of the page's lines without its running heads, in reading order.
    body:
        The font size that most of the document is set in, in points; 0 where sizes are not known.
    """
    if not body:
        return []
    first = len(lines)
    while first and _small(page, *lines[first - 1], body):
        first -= 1
    block = lines[first:]
    # Small type that begins without a mark is the end of a caption, or a table.
    if not block or first == 0 or not _begins(page.text[slice(*block[0])]):
        return []
    if sum(end - start for start, end in block) > MOST * sum(end - start for start, end in lines):
        return []
    if any(is_row(page.text[start:end]) or _CAPTION.match(page.text[start:end]) for start, end in block):
        return []
    starts = [start for start, end in block if _begins(page.text[start:end])]
    ends = [max(end for start, end in block if start < following) for following in [*starts[1:], block[-1][1] + 1]]
    return list(zip(starts, ends, strict=True))


def _small(page: ReadPage, start: int, end: int, body: float) -> bool:
    """Whether most of a line is set smaller than the body; a raised mark is smaller still."""
    sizes = sorted(float(size) for size in page.sizes[start:end] if size > 0)
    return bool(sizes) and sizes[len(sizes) // 2] <= SMALLER * body


def _begins(line: str) -> bool:
    return bool(_MARK.match(line)) and sum(c.isalpha() for c in line) >= 8
