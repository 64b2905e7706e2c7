"""The canonical text of a page: what everything else indexes into.

A PDF yields characters, not text. The canonical text keeps what stands on the page (a hyphen at a line end
stays a hyphen, a ligature stays a ligature) and settles only what is not text at all: line ends become one
`\\n`, characters that no encoding can carry are replaced, marks that the reader made up are undone. Each
character of it remembers which character of the page it came from, so that every span has its boxes.
Matching over hyphens, ligatures and white space is done elsewhere, over a map back to this text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: pdfium puts this where a hyphen ended a line and drops the line end with it.
_HYPHEN_MARKS = (0xFFFE, 0x0002)
_REPLACEMENT = "\ufffd"


@dataclass(frozen=True, slots=True)
class Canonical:
    """`text`, and for each of its characters the index of the page character it stands for (-1: none)."""

    text: str
    source: tuple[int, ...]


def canonical(codes: Sequence[int], line_changes: Sequence[bool]) -> Canonical:
    """Build the canonical text from a page's character codes.

    Parameters
    ----------
    codes:
        Unicode code points as the PDF reader gives them, surrogate halves allowed.
    line_changes:
        For each character whether the next visible one stands on another line.

    >>> canonical([0x61, 0xFFFE, 0x62, 0x0D, 0x0A], [False, True, False, False, False]).text
    'a-\\nb\\n'
    """
    out: list[str] = []
    source: list[int] = []

    def put(character: str, index: int) -> None:
        out.append(character)
        source.append(index)

    index = 0
    total = len(codes)
    while index < total:
        code = codes[index]
        if code in _HYPHEN_MARKS:
            put("-", index)
            if line_changes[index]:
                put("\n", -1)
        elif code == 0x0D:
            if index + 1 >= total or codes[index + 1] != 0x0A:
                put("\n", index)
        elif 0xD800 <= code < 0xDC00 and index + 1 < total and 0xDC00 <= codes[index + 1] < 0xE000:
            put(chr(0x10000 + ((code - 0xD800) << 10) + codes[index + 1] - 0xDC00), index)
            index += 1
        elif code in (0x0A, 0x09):
            put(chr(code), index)
        elif code < 0x20 or 0x7F <= code < 0xA0:
            # A control character that is drawn is a glyph of a font without a map; alone at a line's
            # start it is a bullet.
            starts_line = not out or out[-1] == "\n"
            spaced = index + 1 < total and codes[index + 1] == 0x20
            put("•" if starts_line and spaced else _REPLACEMENT, index)
        elif 0xD800 <= code < 0xE000 or code > 0x10FFFF or code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
            put(_REPLACEMENT, index)
        else:
            put(chr(code), index)
        index += 1
    return Canonical("".join(out), tuple(source))
