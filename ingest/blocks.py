"""Documents without pages of their own: a flow of blocks, which is cut into pages here.

Markdown, text, HTML and DOCX have no fixed pages, and a citation needs one. A page ends where the file says so
(a form feed, a page break), before a chapter once there is enough on it, or where it is full. The same bytes always
give the same pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from corpora.errors import FileTooLarge

#: Characters that a page holds, and that it must hold before a new chapter begins another one.
FULL, ENOUGH = 3000, 900
#: No document of words is longer: about 8,000 pages.
MOST_CHARACTERS = 24_000_000
MOST_BLOCKS = 400_000


@dataclass(frozen=True)
class Block:
    """A stretch of text and what it is.

    `kind` is prose, heading, row, head (a table's row of column heads), caption, footnote, item, code, furniture, or
    break (a page ends here). `level` is a heading's depth from 1. The cells of a row are joined by tabs.
    """

    kind: str
    text: str = ""
    level: int = 0


@dataclass(frozen=True)
class Flow:
    """What a reader of such files gives: its blocks, and what the document says of itself.

    `unseen` holds (place, text) of what is in the file and is not shown, for screening alone.
    """

    blocks: tuple[Block, ...]
    title: str = ""
    author: str = ""
    created: str = ""
    keywords: str = ""
    unseen: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = field(default=())


def paginate(blocks: Iterable[Block]) -> list[list[Block]]:
    """Blocks by page; at least one page, which may be empty."""
    pages: list[list[Block]] = []
    held: list[Block] = []
    size = 0

    def turn() -> None:
        nonlocal held, size
        if held:
            pages.append(held)
        held, size = [], 0

    for block in blocks:
        if block.kind == "break":
            turn()
            continue
        opens = block.kind == "heading" and block.level <= 2
        if opens and size >= ENOUGH:
            turn()
        for piece in _pieces(block):
            if held and size + len(piece.text) > FULL:
                # A heading is never left alone at the foot of a page.
                carried: list[Block] = []
                while len(held) > 1 and held[-1].kind in ("heading", "caption", "head"):
                    carried.insert(0, held.pop())
                turn()
                held, size = carried, sum(len(one.text) for one in carried)
            held.append(piece)
            size += len(piece.text) + 1
    turn()
    return pages or [[]]


def _pieces(block: Block) -> Iterator[Block]:
    """A block that fits on a page; one that does not, cut at line ends, at sentence ends or at spaces."""
    text = block.text
    while len(text) > FULL:
        cut = max(text.rfind("\n", 0, FULL), text.rfind(". ", 0, FULL) + 1, 0)
        if cut < FULL // 2:
            cut = text.rfind(" ", 0, FULL)
        if cut <= 0:
            cut = FULL
        yield replace(block, text=text[:cut].rstrip())
        text = text[cut:].lstrip(" \n")
    if text or not block.text:
        yield replace(block, text=text)


def bounded(blocks: Iterable[Block], name: str) -> tuple[Block, ...]:
    """The blocks of a file, if it is no bomb.

    Raises
    ------
    FileTooLarge
    """
    kept: list[Block] = []
    size = 0
    for block in blocks:
        kept.append(block)
        size += len(block.text)
        if size > MOST_CHARACTERS or len(kept) > MOST_BLOCKS:
            raise FileTooLarge(
                f"{name}: it holds more than {MOST_CHARACTERS:,} characters or {MOST_BLOCKS:,} paragraphs.", "Split it."
            )
    return tuple(kept)
