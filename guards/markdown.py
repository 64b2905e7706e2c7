"""Writing parsed Markdown back as Markdown, with every decision about links and images made on the way.

The tokens are markdown-it-py's. Anything that this file does not know is written as escaped text, so that a
new kind of token can never carry an address or a tag through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from guards.output import plain, trimmed

if TYPE_CHECKING:
    from markdown_it.token import Token

May = Callable[[str], bool]
_BARE_URL = re.compile(r"(?i)\b(?:https?://|mailto:)[^\s<>\"'`|]+")
_URL_SAFE = re.compile(r"[\s<>()\\|`\"\[\]]")


def write(tokens: Sequence[Token], may: May) -> str:
    """Markdown of the tokens; `may` says whether an address may be a link."""
    return "\n\n".join(_blocks(tokens, may)).strip("\n")


def _blocks(tokens: Sequence[Token], may: May) -> list[str]:
    out: list[str] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        end = _closing(tokens, position)
        inside = tokens[position + 1 : end]
        kind = token.type
        if kind in ("fence", "code_block"):
            out.append(_fence(token.content, token.info if kind == "fence" else ""))
        elif kind == "heading_open":
            out.append(f"{'#' * int(token.tag[1])} {_one_line(inside, may)}".rstrip())
        elif kind == "hr":
            out.append("---")
        elif kind == "blockquote_open":
            out.append(_prefixed("\n\n".join(_blocks(inside, may)), "> ", "> "))
        elif kind in ("bullet_list_open", "ordered_list_open"):
            out.append(_list(token, inside, may))
        elif kind == "table_open":
            out.append(_table(inside, may))
        elif kind == "paragraph_open":
            out.append("".join(_inline(one.children or [], may) for one in inside if one.type == "inline"))
        elif kind == "inline":
            out.append(_inline(token.children or [], may))
        elif token.content:
            out.append(plain(token.content.rstrip("\n")))
        position = end + 1
    return [block for block in out if block.strip()]


def _closing(tokens: Sequence[Token], start: int) -> int:
    """Index of the token that closes the one at `start`; itself where it opens nothing."""
    depth = 0
    for index in range(start, len(tokens)):
        depth += tokens[index].nesting
        if depth <= 0:
            return index
    return len(tokens) - 1


def _one_line(tokens: Sequence[Token], may: May) -> str:
    return " ".join(" ".join(_inline(one.children or [], may).split()) for one in tokens if one.type == "inline")


def _list(token: Token, inside: Sequence[Token], may: May) -> str:
    ordered = token.type == "ordered_list_open"
    number = int(token.attrGet("start") or 1) if ordered else 0
    items: list[str] = []
    tight = True
    position = 0
    while position < len(inside):
        end = _closing(inside, position)
        blocks = _blocks(inside[position + 1 : end], may)
        hidden = [
            one.hidden
            for one in inside[position + 1 : end]
            if one.type == "paragraph_open" and one.level == token.level + 2
        ]
        tight = tight and all(hidden)
        mark = f"{number}. " if ordered else "- "
        body = ("\n" if all(hidden) else "\n\n").join(blocks)
        items.append(_prefixed(body, mark, " " * len(mark)) if body else mark.rstrip())
        number += 1
        position = end + 1
    return ("\n" if tight else "\n\n").join(items)


def _table(inside: Sequence[Token], may: May) -> str:
    rows: list[list[str]] = []
    aligns: list[str] = []
    header = True
    for index, token in enumerate(inside):
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            rows[-1].append(_one_line([inside[index + 1]], may).replace("|", "&#124;"))
            if header:
                aligns.append(str(token.attrGet("style") or ""))
        elif token.type == "thead_close":
            header = False
    rule = [":---:" if "center" in one else "---:" if "right" in one else "---" for one in aligns]
    lines = [rows[0], rule, *rows[1:]] if rows else []
    return "\n".join("| " + " | ".join(cell or " " for cell in row) + " |" for row in lines)


def _fence(content: str, info: str) -> str:
    longest = max((len(run) for run in re.findall(r"`{3,}", content)), default=2)
    ticks = "`" * (longest + 1)
    language = re.sub(r"[^\w+#.-]", "", info.split()[0]) if info.split() else ""
    # A diagram language is executed by some renderers, which may fetch what the diagram names.
    language = "text" if language.lower() in ("mermaid", "html", "svg", "latex", "math", "katex") else language
    return f"{ticks}{language}\n{content.rstrip(chr(10))}\n{ticks}"


def _prefixed(text: str, first: str, rest: str) -> str:
    lines = text.split("\n")
    return "\n".join([first + lines[0], *(rest + line if line else rest.rstrip() for line in lines[1:])])


def _inline(children: Sequence[Token], may: May) -> str:
    out: list[str] = []
    position = 0
    while position < len(children):
        token = children[position]
        kind = token.type
        if kind == "text":
            out.append(_text(token.content, may))
        elif kind == "link_open":
            end = _link_end(children, position)
            out.append(_link(token, children[position + 1 : end], may))
            position = end
        elif kind == "image":
            out.append(_image(token, may))
        elif kind == "code_inline":
            out.append(_code(token.content))
        elif kind == "softbreak":
            out.append("\n")
        elif kind == "hardbreak":
            out.append("\\\n")
        elif kind in ("em_open", "em_close", "strong_open", "strong_close", "s_open", "s_close"):
            out.append({"em": "*", "strong": "**", "s": "~~"}[kind.split("_")[0]])
        elif token.content:
            out.append(plain(token.content))
        position += 1
    return "".join(out)


def _link_end(children: Sequence[Token], start: int) -> int:
    depth = 0
    for index in range(start, len(children)):
        depth += (children[index].type == "link_open") - (children[index].type == "link_close")
        if depth == 0:
            return index
    return len(children) - 1


def _link(token: Token, inside: Sequence[Token], may: May) -> str:
    url = str(token.attrGet("href") or "")
    words = _inline(inside, lambda _: False)
    if may(url):
        return f"[{words or plain(url)}]({_encoded(url)})"
    # The address of a refused link is not shown beside its words: it may carry what it was to leak.
    return words


def _image(token: Token, may: May) -> str:
    del may  # no image is allowed, wherever it comes from: our own are not written by a model
    words = "".join(child.content for child in token.children or [] if child.content)
    return plain(words or token.content)


def _code(content: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", content)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if content.startswith("`") or content.endswith("`") or (content[:1] == content[-1:] == " ") else ""
    return f"{ticks}{pad}{content}{pad}{ticks}"


def _text(content: str, may: May) -> str:
    out: list[str] = []
    position = 0
    for match in _BARE_URL.finditer(content):
        url = trimmed(match[0])
        if not may(url):
            continue
        out.append(plain(content[position : match.start()]))
        out.append(f"[{plain(url)}]({_encoded(url)})")
        position = match.start() + len(url)
    out.append(plain(content[position:]))
    return "".join(out)


def _encoded(url: str) -> str:
    return _URL_SAFE.sub(lambda sign: f"%{ord(sign[0]):02X}", url)
