"""Markdown, text, HTML and DOCX as documents with pages, and those pages as pictures."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from corpora.errors import PageNotFound
from ingest.blocks import Block, Flow, paginate
from ingest.pages import Facts, ReadPage
from ingest.typeset import draw, set_page

#: Kinds of file, and the reader that is named in the record.
READERS = {"markdown": "markdown-it-py", "text": "text", "html": "lxml", "docx": "python-docx"}


def read_flow(path: Path, kind: str, name: str) -> Flow:
    """The blocks of a file of one of the `READERS`' kinds.

    Raises
    ------
    ReadError
    """
    if kind == "docx":
        from ingest.docx import read_docx

        return read_docx(path, name)
    if kind == "html":
        from ingest.html import read_html

        return read_html(path, name)
    from ingest.plaintext import read_markdown, read_text

    return read_markdown(path, name) if kind == "markdown" else read_text(path, name)


def read_pages(path: Path, kind: str, name: str) -> tuple[Facts, list[ReadPage]]:
    """A file of words as its facts and its pages, set in lines."""
    flow = read_flow(path, kind, name)
    pages: list[ReadPage] = []
    outline: list[tuple[int, str, int]] = []
    for number, blocks in enumerate(paginate(flow.blocks), 1):
        sheet = set_page(blocks)
        outline += [(b.level - 1, b.text.replace("\n", " ")[:300], number) for b in blocks if b.kind == "heading"]
        pages.append(
            ReadPage(
                number=number,
                text=sheet.text,
                boxes=sheet.boxes,
                sizes=sheet.sizes,
                width=sheet.width,
                height=sheet.height,
                reader=READERS[kind],
                marks=sheet.marks,
            )
        )
    facts = Facts(
        pages=len(pages),
        title=flow.title,
        author=flow.author,
        created=flow.created,
        keywords=flow.keywords,
        outline=tuple(outline[:5000]),
        reader=READERS[kind],
        notes=flow.notes,
        unseen=flow.unseen,
    )
    return facts, pages


@lru_cache(maxsize=4)
def _paginated(path: Path, kind: str, changed: float) -> list[list[Block]]:
    """The pages of a file; `changed` is when, so that another version under the same name is read anew."""
    return paginate(read_flow(path, kind, path.name).blocks)


def draw_page(path: Path, kind: str, number: int, scale: float) -> tuple[bytes, float, float]:
    """A page as WebP bytes, and its width and height in points.

    Raises
    ------
    PageNotFound, ReadError
    """
    pages = _paginated(path, kind, path.stat().st_mtime)
    if not 1 <= number <= len(pages):
        raise PageNotFound(f"The document has {len(pages)} pages, there is no page {number}.")
    sheet = set_page(pages[number - 1])
    # A page of hundreds of table rows is high: it is drawn smaller, not cut.
    fitting = min(scale, 8000 / sheet.height)
    return draw(sheet, fitting), sheet.width, sheet.height
