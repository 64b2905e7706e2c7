"""HTML as it is read: blocks of what a browser shows, and apart from them what it hides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.blocks import Block, Flow, bounded
from ingest.plaintext import decode

#: Elements whose text is never shown; that of scripts and styles is no text at all.
_SILENT = frozenset("script style template noscript head svg math iframe object canvas select datalist".split())
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol p pre section summary table tbody td tfoot "
    "th thead tr ul".split()
)
#: What repeats on each page of a site: kept, never searched.
_FURNITURE = frozenset("nav footer menu".split())
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|opacity\s*:\s*0(?![.\d]*[1-9])"
    r"|text-indent\s*:\s*-\d{4}|(?:left|top)\s*:\s*-\d{4}",
    re.IGNORECASE,
)
_RULE = re.compile(r"([^{}]{1,400})\{([^{}]{0,4000})\}")
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_DEEPEST = 240


def read_html(path: Path, name: str) -> Flow:
    """An HTML page: its headings, paragraphs, lists, tables; scripts, styles and hidden elements left out."""
    data = path.read_bytes()
    declared = _CHARSET.search(data[:4096])
    text = decode(data, name, declared=declared.group(1).decode("ascii") if declared else "")
    tree = _parsed(text)
    if tree is None:
        return Flow(())
    meta = {
        (element.get("name") or element.get("property") or "").lower(): element.get("content") or ""
        for element in tree.iter("meta")
    }
    heads = [_line(element.text_content()) for element in tree.iter("title", "h1")]
    blocks, unseen = _blocks(tree)
    described = [("metadata", meta[key]) for key in ("description", "og:description", "keywords") if meta.get(key)]
    return Flow(
        bounded(blocks, name),
        title=next((head for head in heads if head), "")[:300],
        author=_line(meta.get("author", ""))[:300],
        created=_line(meta.get("date", "") or meta.get("article:published_time", ""))[:25],
        keywords=_line(meta.get("keywords", ""))[:300],
        unseen=tuple(unseen + described),
    )


def html_blocks(text: str, name: str) -> tuple[list[Block], list[tuple[str, str]]]:
    """Blocks of a piece of HTML, and (place, text) of what it hides."""
    # A lone comment has no place in a tree of its own.
    tree = _parsed(f"<div>{text}</div>")
    return ([], []) if tree is None else _blocks(tree)


def _parsed(text: str) -> Any:
    from lxml import etree, html

    # libxml2 takes no encoding from a text's own declaration once it is told one; it fetches nothing by itself.
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    text = re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", text)
    if not text.strip():
        return None
    try:
        return html.document_fromstring(text.encode("utf-8"), parser=parser)
    except etree.ParserError:
        return None


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _hidden_names(tree: Any) -> frozenset[str]:
    """Classes and ids that the page's own style sheet hides, each with its dot or hash."""
    names: set[str] = set()
    for style in tree.iter("style"):
        for selectors, body in _RULE.findall((style.text or "")[:200_000]):
            if _HIDING.search(body):
                names.update(one for one in re.split(r"\s*,\s*", selectors.strip()) if re.fullmatch(r"[.#][\w-]+", one))
    return frozenset(names)


def _blocks(tree: Any) -> tuple[list[Block], list[tuple[str, str]]]:
    walker = _Walker(_hidden_names(tree))
    for beside in (*tree.itersiblings(preceding=True), tree, *tree.itersiblings()):
        walker.walk(beside, 0)
    walker.flush()
    return walker.blocks, walker.unseen


class _Walker:
    def __init__(self, hidden: frozenset[str]) -> None:
        self.blocks: list[Block] = []
        self.unseen: list[tuple[str, str]] = []
        self._hidden = hidden
        self._words: list[str] = []
        self._kind, self._level, self._prefix = "prose", 0, ""
        self._furniture = 0
        self._pre = 0

    def flush(self) -> None:
        raw = "".join(self._words)
        self._words = []
        if self._pre:
            words = raw.strip("\n").rstrip()
        else:
            words = "\n".join(_line(line) for line in raw.split("\v")).strip()
        if words:
            kind = "furniture" if self._furniture else self._kind
            self.blocks.append(Block(kind, self._prefix + words, self._level))
            self._prefix = ""

    def _is_hidden(self, element: Any) -> bool:
        if element.get("hidden") is not None or _HIDING.search(element.get("style") or ""):
            return True
        names = [f".{name}" for name in (element.get("class") or "").split()] + [f"#{element.get('id')}"]
        return any(name in self._hidden for name in names)

    def walk(self, element: Any, depth: int) -> None:
        tag = element.tag
        if not isinstance(tag, str):
            # A comment or a processing instruction: no reader of the page sees it.
            if element.text and len(element.text.strip()) > 3:
                self.unseen.append(("hidden text", _line(element.text)[:2000]))
            return
        tag = tag.rsplit("}", 1)[-1].lower()
        if tag in _SILENT or depth > _DEEPEST:
            return
        if self._is_hidden(element):
            words = _line(" ".join(_texts(element)))
            if words:
                self.unseen.append(("hidden text", words[:20_000]))
            return
        if tag == "br":
            self._words.append("\n" if self._pre else "\v")
            return
        if tag == "img" and element.get("alt"):
            self._words.append(f" {element.get('alt')} ")
            return
        if tag == "table" and not element.xpath(".//table"):
            self.flush()
            self._table(element)
            return
        if tag not in _BLOCKS:
            self._inside(element, depth)
            return
        self.flush()
        before = (self._kind, self._level)
        if re.fullmatch(r"h[1-6]", tag):
            self._kind, self._level = "heading", int(tag[1])
        elif tag == "li":
            self._kind, self._prefix = "item", _bullet(element)
        elif tag in ("figcaption", "caption"):
            self._kind = "caption"
        elif tag == "pre":
            self._kind = "code"
        self._pre += tag == "pre"
        self._furniture += tag in _FURNITURE
        self._inside(element, depth)
        self.flush()
        self._pre -= tag == "pre"
        self._furniture -= tag in _FURNITURE
        self._kind, self._level = before

    def _inside(self, element: Any, depth: int) -> None:
        self._words.append(element.text or "")
        for child in element:
            self.walk(child, depth + 1)
            self._words.append(child.tail or "")

    def _table(self, table: Any) -> None:
        for caption in table.iter("caption"):
            self.blocks.append(Block("caption", _line(" ".join(_texts(caption)))))
        for row in table.iter("tr"):
            if self._is_hidden(row):
                self.unseen.append(("hidden text", _line(" ".join(_texts(row)))[:20_000]))
                continue
            cells = [cell for cell in row if isinstance(cell.tag, str) and cell.tag in ("td", "th")]
            words = [_line(" ".join(self._shown(cell))) for cell in cells]
            if any(words):
                head = all(cell.tag == "th" for cell in cells) or row.getparent().tag == "thead"
                kind = "head" if head and len(cells) > 1 else "row"
                self.blocks.append(Block("furniture" if self._furniture else kind, "\t".join(words)))

    def _shown(self, cell: Any) -> Iterator[str]:
        hidden = [part for part in cell.iterdescendants() if isinstance(part.tag, str) and self._is_hidden(part)]
        for part in hidden:
            self.unseen.append(("hidden text", _line(" ".join(_texts(part)))[:20_000]))
        skipped = {below for part in hidden for below in part.iter()}
        yield from _texts(cell, skipped)


def _texts(element: Any, skipped: Any = frozenset()) -> Iterator[str]:
    """The texts of an element and of what is in it, scripts and comments left out."""
    for part in element.iter():
        silent = not isinstance(part.tag, str) or part.tag in _SILENT or part in skipped
        if not silent and part.text:
            yield part.text
        if part is not element and part.tail:
            yield part.tail


def _bullet(item: Any) -> str:
    parent = item.getparent()
    if parent is None or parent.tag != "ol":
        return "• "
    place = sum(1 for other in item.itersiblings("li", preceding=True)) + 1
    start = parent.get("start") or "1"
    return f"{place + (int(start) if start.lstrip('-').isdigit() else 1) - 1}. "
