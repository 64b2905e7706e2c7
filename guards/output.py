"""Markdown that may be shown: parsed, and written anew from what was understood.

No images, no HTML, links only where the same address stands in a source or in the user's message, whatever
the notation: inline, reference, autolink, bare. What is not allowed stays readable as plain text, so that
nothing is hidden from the reader, but it is no longer an address that a browser or a click would follow.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from guards.text import normalise

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_SCHEMES = ("http://", "https://", "mailto:", "doi:")
# What a renderer may turn into a link by itself. A zero-width break would be invisible, so the colon and
# the dots are written as character references: they read the same and are no address to a linkifier that
# looks at the source.
_BARE = re.compile(
    r"(?i)(?<![\w@])(?:[a-z][a-z0-9+.-]{1,20}:(?://|\\\\)[^\s<>\"'`|]+|(?:mailto|javascript|data|vbscript"
    r"|file|tel|sms|blob|about"
    r"|view-source|ms-\w+):[^\s<>\"'`|]+|//[a-z0-9-]+\.[^\s<>\"'`|]+|www\.[^\s<>\"'`|]+"
    r"|(?:[a-z0-9-]{1,63}\.){1,5}(?:com|org|net|edu|gov|io|info|de|fr|uk|eu|co|app|dev|xyz|ru|cn|ly|me|to"
    r"|ai|site|online|top"
    r"|link|click|test|example|invalid|local)(?=[/:?#\s.,;)]|$)(?:[/:?#][^\s<>\"'`|]*)?)"
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_TRAILING = ".,;:!?)]}'\"*_~"
# A label such as [1] stays as it is unless what follows would make it a link or a definition.
_LABEL = r"\[\d{1,3}\](?![(:])"
_ESCAPED = re.compile(_LABEL + r"|([\\`*_{}\[\]<>#|~$!&^])")
_LINE_START = re.compile(r"^(\s{0,3})([+\-=](?=\s|[+\-=])|\d{1,9}(?=[.)]))", re.MULTILINE)


def clean_markdown(text: str, *, allowed_urls: Iterable[str] = ()) -> str:
    """Markdown with only what may be shown.

    `allowed_urls` are addresses that occur verbatim in a source or in the user's message (`urls_in` finds
    them). An image becomes its alternative text, HTML becomes visible text, an address that is not allowed
    becomes text that is no link. Code stays code. The result parses to the same paragraphs, lists, tables,
    emphasis and code as the input, and cleaning it again changes nothing.

    >>> clean_markdown("See ![a chart](http://evil.example/?q=secret) **now**")
    'See a chart **now**'
    """
    from guards.markdown import write

    allowed = frozenset(_canonical(url) for url in allowed_urls)
    return write(_parser().parse(normalise(text).clean), lambda url: is_allowed(url, allowed))


def is_allowed(url: str, allowed: frozenset[str]) -> bool:
    """Whether an address may be a link: of a known scheme and verbatim among the allowed ones."""
    candidate = _canonical(url)
    return candidate.lower().startswith(_SCHEMES) and candidate in allowed


def urls_in(text: str) -> list[str]:
    """The addresses that occur in a text, as they stand there, in order and once each.

    >>> urls_in("Data: https://example.org/a?b=1, see also https://example.org/a?b=1.")
    ['https://example.org/a?b=1']
    """
    found: dict[str, None] = {}
    for match in _BARE.finditer(text):
        if match[0].lower().startswith(_SCHEMES):
            found.setdefault(trimmed(match[0]))
    return list(found)


def plain_title(text: str, *, limit: int = 200) -> str:
    """A document title or file name as harmless Markdown on one line, at most `limit` characters long."""
    line = " ".join(normalise(text).clean.split())
    if len(line) > limit:
        line = line[: limit - 1] + "…"
    return plain(line)


def plain(text: str) -> str:
    """Text that Markdown and HTML both show as it is: every sign with a meaning escaped, no address left a
    link.
    """
    escaped = _ESCAPED.sub(lambda sign: _reference(sign[1]) if sign[1] else sign[0], text)
    escaped = _LINE_START.sub(lambda match: match[1] + "".join(_reference(c) for c in match[2]), escaped)
    return unlinked(escaped)


def unlinked(text: str) -> str:
    """The text with the addresses that a linkifier would see written so that it sees none."""

    def defused(match: re.Match[str]) -> str:
        return re.sub(r"[:.@/]", lambda sign: _reference(sign[0]), match[0])

    return _EMAIL.sub(defused, _BARE.sub(defused, text))


def trimmed(url: str) -> str:
    """An address without the punctuation that ends the sentence around it."""
    while url and url[-1] in _TRAILING:
        if url[-1] == ")" and url.count("(") >= url.count(")"):
            break
        url = url[:-1]
    return url


def _canonical(url: str) -> str:
    """An address for comparison: character references and percent signs undone once, nothing else changed."""
    return unquote(html.unescape(url)).strip()


def _reference(sign: str) -> str:
    return f"&#{ord(sign)};"


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # HTML is parsed as HTML so that it can be shown as text; links are validated by us, so all of them are
    # parsed.
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


def tokens_of(text: str) -> list[Token]:
    """The parsed tokens of a text, for tests that look at structure."""
    return _parser().parse(text)
