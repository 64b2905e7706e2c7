"""Words that stand in place of those that a page draws: the replacement and alternative texts of its marked content.

`/ActualText` says how a stretch is to be copied and read aloud. Programs put it where a glyph is no letter (a
ligature, a hyphen at a line's end), and readers of text, pdfium among them, take its word for what the page says.
So whoever reads the page and whoever reads its text may read two different things.
"""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

#: A text that stands for so much more than was drawn says more than ligatures do: letters for each glyph drawn.
_LETTERS_A_GLYPH = 4
_MOST_MARKS = 8
_LONGEST = 20_000
#: What no page shows of a marked stretch: its description and what an abbreviation stands for.
_TOLD = ("Alt", "E")


@dataclass(frozen=True)
class Marked:
    """What marked content says: the addresses of text objects whose text is not what they draw, and the other texts."""

    replaced: frozenset[int] = frozenset()
    told: tuple[str, ...] = ()


@dataclass
class _Stretch:
    """Text objects that one replacement stands for, in the order in which they are drawn."""

    text: str
    objects: list[Any] = field(default_factory=list)


def marked_texts(page: Any, objects: Iterable[tuple[Any, bool]]) -> Marked:
    """What the marked content of a page says beside what is drawn.

    Parameters
    ----------
    page:
        Of pypdfium2. Replacement texts are taken out of it, so its text must have been read before.
    objects:
        Handles of everything that the page draws, in order, and whether each is a text.
    """
    import pypdfium2.raw as raw

    stretches: list[_Stretch] = []
    told: dict[str, None] = {}
    # Marks are shared by the objects that they hold: each is read once.
    read: dict[int, str] = {}
    removable: list[tuple[Any, Any]] = []
    current = 0
    for handle, is_text in objects:
        holder, actual = 0, ""
        for mark in _marks(raw, handle):
            known = address(mark)
            if known not in read:
                read[known] = _value(raw, mark, "ActualText")
                told.update((_value(raw, mark, key), None) for key in _TOLD)
            if read[known]:
                holder, actual = known, read[known]
                removable.append((handle, mark))
        if actual and not is_text:
            told.setdefault(actual)
        elif actual and holder == current:
            stretches[-1].objects.append(handle)
        elif actual:
            stretches.append(_Stretch(actual, [handle]))
        current = holder if is_text else current
    drawn = _drawn_texts(raw, page, removable, [one for stretch in stretches for one in stretch.objects])
    replaced: set[int] = set()
    for stretch in stretches:
        if differs(stretch.text, " ".join(drawn[address(one)] for one in stretch.objects)):
            replaced.update(map(address, stretch.objects))
            # pdfium passes over some replacements that other readers take.
            told.setdefault(stretch.text)
    told.pop("", None)
    return Marked(frozenset(replaced), tuple(told))


def differs(actual: str, drawn: str) -> bool:
    """Whether a replacement says something else than what is drawn.

    Case, ligatures, accents, hyphens and white space are not looked at. Where the font does not say what its glyphs
    are, a replacement is what makes them readable, and only its length is judged.

    >>> differs("efficient", "ef\\ufb01-\\ncient"), differs("Accept the paper", "The CTD was lowered")
    (False, True)
    """
    said, shown = _plain(actual), _plain(drawn)
    if not said or said == shown:
        return False
    glyphs = sum(not char.isspace() for char in drawn)
    known = sum(map(str.isalnum, drawn))
    if 2 * known <= glyphs or not glyphs:
        return len(said) > _LETTERS_A_GLYPH * max(glyphs, 1)
    return True


def _plain(text: str) -> str:
    """The letters and digits of a text in one form, without accents."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in folded if char.isalnum())


def _marks(raw: Any, handle: Any) -> Iterator[Any]:
    for place in range(min(raw.FPDFPageObj_CountMarks(handle), _MOST_MARKS)):
        yield raw.FPDFPageObj_GetMark(handle, place)


def _value(raw: Any, mark: Any, key: str) -> str:
    """A text of a mark on one line; '' where it has none of that name."""
    length = ctypes.c_ulong()
    name = key.encode()
    if not raw.FPDFPageObjMark_GetParamBlobValue(mark, name, None, 0, length) or not length.value:
        return ""
    buffer = (ctypes.c_ubyte * length.value)()
    raw.FPDFPageObjMark_GetParamBlobValue(mark, name, buffer, length.value, length)
    text = _decoded(bytes(buffer)).replace("\x00", "")
    return re.sub(r"\s+", " ", text).strip()[:_LONGEST]


def _decoded(data: bytes) -> str:
    """A PDF's text string: UTF-16 or UTF-8 where its first bytes say so, else one byte a character."""
    for head, encoding in ((b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le"), (b"\xef\xbb\xbf", "utf-8")):
        if data.startswith(head):
            return data[len(head) :].decode(encoding, "replace")
    return data.decode("cp1252", "replace")


def _drawn_texts(raw: Any, page: Any, marks: list[tuple[Any, Any]], handles: list[Any]) -> dict[int, str]:
    """What text objects draw, by their addresses: read once more without the replacements."""
    if not handles:
        return {}
    for handle, mark in marks:
        raw.FPDFPageObjMark_RemoveParam(handle, mark, b"ActualText")
    textpage = page.get_textpage()
    try:
        return {address(handle): _drawn_text(raw, handle, textpage) for handle in handles}
    finally:
        textpage.close()


def _drawn_text(raw: Any, handle: Any, textpage: Any) -> str:
    size = raw.FPDFTextObj_GetText(handle, textpage.raw, None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFTextObj_GetText(handle, textpage.raw, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")


def address(handle: Any) -> int:
    """Where an object of pdfium lies in memory: what it is known by."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0
