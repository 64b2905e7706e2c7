"""What the library is given of a document: read, cut, and ready to be added."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from corpora.model import Chunk, Page

#: Boxes as `corpora.boxes.pack` makes them.
Packed = bytes


@dataclass(frozen=True)
class Prepared:
    """A document that has been read and cut and is ready to be added.

    `boxes` are packed, one for each page; `words` is what a question is matched against to find the document;
    `search_texts` runs parallel to `chunks`, '' for what is kept but not searched. `unseen` holds (place, text) of
    what no page shows (metadata, annotations), for screening alone; `hidden` holds (page, start, end, reason) of the
    stretches of the pages' text that no reader sees, the reason in words.
    """

    document_id: str
    file: str
    path: str
    title: str
    cruise: str
    year: str
    author: str
    created: str
    words: str
    bytes: int
    text_reader: str
    facts_reader: str
    notes: tuple[str, ...]
    outline: tuple[tuple[int, str, int], ...]
    pages: tuple[Page, ...]
    boxes: tuple[Packed, ...]
    chunks: tuple[Chunk, ...]
    search_texts: tuple[str, ...]
    embed_texts: tuple[str, ...] = field(default=())
    unseen: tuple[tuple[str, str], ...] = field(default=())
    hidden: tuple[tuple[int, int, int, str], ...] = field(default=())


def text_hash(text: str) -> bytes:
    """Sixteen bytes that stand for a text that is embedded."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
