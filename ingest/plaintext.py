"""Plain text and Markdown: decoded, and told apart into blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpora.errors import NotADocument
from ingest.blocks import Block, Flow, bounded

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
#: Lines of plain text on one page where the file has no form feeds.
LINES = 70


def decode(data: bytes, name: str, *, declared: str = "") -> str:
    """The text of a file: by its byte order mark, by what it declares, as UTF-8, as UTF-16, as Windows-1252.

    Raises
    ------
    NotADocument
        It is no text in any of them.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _settled(data.decode(encoding, "replace"))
    for encoding in (declared, "utf-8"):
        try:
            if encoding:
                return _settled(data.decode(encoding))
        except (UnicodeDecodeError, LookupError):
            continue
    sample = data[:4000]
    zeros = sample.count(0)
    if zeros > 0.3 * len(sample):
        # UTF-16 without a mark: every other byte of Latin text is zero.
        encoding = "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
        return _settled(data.decode(encoding, "replace"))
    if zeros or sum(byte < 9 or 13 < byte < 32 for byte in sample) > 0.01 * len(sample):
        raise NotADocument(
            f"{name}: these are bytes of no known kind, not text.", "Convert it to PDF or to UTF-8 text."
        )
    return _settled(data.decode("cp1252", "replace"))


def _settled(text: str) -> str:
    """One kind of line end, and no characters that no one can see or store."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]", "\ufffd", text)


def read_text(path: Path, name: str) -> Flow:
    """Plain text: paragraphs as they stand, pages at form feeds or every 70 lines."""
    text = decode(path.read_bytes(), name)

    def blocks() -> Iterator[Block]:
        own_pages = "\f" in text
        lines = 0
        for sheet in text.split("\f"):
            for part in re.split(r"\n[ \t]*\n+", sheet):
                if part.strip():
                    count = part.count("\n") + 2
                    if lines and not own_pages and lines + count > LINES:
                        yield Block("break")
                        lines = 0
                    lines += count
                    yield from _short(Block("code" if _aligned(part) else "prose", part.strip("\n").rstrip()))
            if own_pages:
                yield Block("break")

    return Flow(bounded(blocks(), name))


def _short(block: Block) -> Iterator[Block]:
    """A block of many lines as blocks of a page's length at most."""
    lines = block.text.split("\n")
    for first in range(0, len(lines), LINES):
        if first:
            yield Block("break")
        yield Block(block.kind, "\n".join(lines[first : first + LINES]))


def _aligned(text: str) -> bool:
    """Whether a paragraph is set with spaces: columns that only a typewriter's letters keep."""
    lines = text.split("\n")
    return len(lines) > 1 and sum(bool(re.search(r"\S {3,}\S|\t", line)) for line in lines) > 0.4 * len(lines)


def read_markdown(path: Path, name: str) -> Flow:
    """Markdown as it is read, without its marks: headings, paragraphs, lists, code, tables row by row."""
    text = decode(path.read_bytes(), name)
    text, facts = _front_matter(text)
    blocks, unseen = markdown_blocks(text, name)
    titles = [block.text for block in blocks if block.kind == "heading" and block.level == 1]
    title = facts.get("title") or (titles[0] if titles else "")
    unseen += [("metadata", value) for key, value in facts.items() if key != "title"]
    return Flow(
        bounded(blocks, name),
        title=title[:300],
        author=facts.get("author", "")[:300],
        created=facts.get("date", "")[:25],
        keywords=facts.get("keywords", "")[:300],
        unseen=tuple(unseen),
    )


def _front_matter(text: str) -> tuple[str, dict[str, str]]:
    """The text without the lines between two `---` at its head, and their `key: value` pairs."""
    match = re.match(r"---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)", text, re.DOTALL)
    if not match:
        return text, {}
    pairs = re.findall(r"^([A-Za-z][\w-]*):[ \t]*(\S.*)$", match.group(1), re.MULTILINE)
    return text[match.end() :], {key.lower(): value.strip().strip("\"'") for key, value in pairs}


def markdown_blocks(text: str, name: str) -> tuple[list[Block], list[tuple[str, str]]]:
    """Blocks of a Markdown text, and what its raw HTML hides."""
    from markdown_it import MarkdownIt

    blocks: list[Block] = []
    unseen: list[tuple[str, str]] = []
    tokens = MarkdownIt("commonmark", {"maxNesting": 40}).enable(["table", "strikethrough"]).parse(text)
    lists: list[int] = []
    cells: list[str] = []
    level, prefix, in_head, in_cell = 0, "", False, False
    for token in tokens:
        kind = token.type
        if kind == "heading_open":
            level = int(token.tag[1])
        elif kind == "heading_close":
            level = 0
        elif kind in ("bullet_list_open", "ordered_list_open"):
            start = token.attrGet("start")
            lists.append(0 if kind[0] == "b" else int(start) if start is not None else 1)
        elif kind in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif kind == "list_item_open":
            prefix = f"{lists[-1]}. " if lists[-1] else "• "
            lists[-1] += 1 if lists[-1] else 0
        elif kind == "thead_open":
            in_head = True
        elif kind == "thead_close":
            in_head = False
        elif kind in ("th_open", "td_open", "th_close", "td_close"):
            in_cell = kind.endswith("open")
        elif kind == "tr_close":
            blocks.append(Block("head" if in_head else "row", "\t".join(cells)))
            cells = []
        elif kind == "inline":
            words = _inline(token, unseen)
            if in_cell:
                cells.append(re.sub(r"\s+", " ", words).strip())
            elif words.strip():
                what = "heading" if level else "item" if prefix or lists else "prose"
                blocks.append(Block(what, prefix + words.strip(), level))
                prefix = ""
        elif kind in ("fence", "code_block") and token.content.strip():
            blocks.append(Block("code", token.content.rstrip("\n")))
        elif kind == "html_block":
            from ingest.html import html_blocks

            found, hidden = html_blocks(token.content, name)
            blocks += found
            unseen += hidden
    return blocks, unseen


def _inline(token: Any, unseen: list[tuple[str, str]]) -> str:
    """The words of a line of Markdown as they are shown."""
    out: list[str] = []
    for child in token.children or ():
        if child.type in ("text", "code_inline"):
            out.append(child.content)
        elif child.type == "softbreak":
            out.append(" ")
        elif child.type == "hardbreak":
            out.append("\n")
        elif child.type == "image":
            out.append(child.content)
        elif child.type == "html_inline":
            if child.content.startswith("<!--"):
                unseen.append(("hidden text", child.content.strip("<!->")))
            elif re.match(r"<br\b", child.content, re.IGNORECASE):
                out.append("\n")
    return "".join(out)
