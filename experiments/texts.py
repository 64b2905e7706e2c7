"""Libraries made of plain texts, for judged sets that come without files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from corpora.boxes import pack
from corpora.encoder import Encoder, Vectors
from corpora.library import Library
from corpora.model import Chunk, Page, Span
from corpora.prepared import Prepared, text_hash
from corpora.sentences import sentence_spans


class Remembering:
    """An encoder that makes no vector twice, so that two pipelines over the same texts share them."""

    def __init__(self, encoder: Encoder) -> None:
        self.name, self._encoder = encoder.name, encoder
        self._known: dict[str, Vectors] = {}

    @property
    def dimension(self) -> int:
        return self._encoder.dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        for text, vector in zip(missing, self._encoder.encode(missing), strict=True):
            self._known[text] = vector
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        return np.stack([self._known[text] for text in texts])


def add_all(library: Library, texts: Mapping[str, Sequence[str]], limit: int, scratch: Path) -> list[str]:
    """Add documents by name, each of such pages; returns their ids.

    With an encoder that remembers, all chunks are embedded in one call, which is several times as fast as one call for
    each short document.
    """
    library.encoder.encode([page[a:b] for pages in texts.values() for page in pages for a, b in _cut(page, limit)])
    with library.writer():
        return [add(library, name, pages, limit, scratch) for name, pages in texts.items()]


def add(library: Library, name: str, pages: Sequence[str], limit: int, scratch: Path) -> str:
    """Add a document of such pages, cut into chunks of whole sentences up to `limit` characters. Returns its id."""
    content = "\f".join(pages).encode("utf-8")
    identity = hashlib.sha256(content).hexdigest()
    made: list[Page] = []
    chunks: list[Chunk] = []
    for number, text in enumerate(pages, 1):
        made.append(Page(identity, number, str(number), text, 612, 792))
        for start, end in _cut(text, limit):
            chunks.append(Chunk(Span(identity, number, start, end), text[start:end]))
    texts = tuple(chunk.text for chunk in chunks)
    prepared = Prepared(
        document_id=identity,
        file=f"{name}.txt",
        path=f"/{name}.txt",
        title=name.replace("_", " "),
        cruise="",
        year="",
        author="",
        created="",
        words=name.replace("_", " "),
        bytes=len(content),
        text_reader="text",
        facts_reader="text",
        notes=(),
        outline=(),
        pages=tuple(made),
        boxes=tuple(pack(np.zeros((len(text), 4), np.float32)) for text in pages),
        chunks=tuple(chunks),
        search_texts=texts,
        embed_texts=texts,
    )
    source = scratch / f"{identity}.txt"
    source.write_bytes(content)
    library.add(prepared, _vectors(library, texts), source)
    source.unlink()
    return identity


def _vectors(library: Library, texts: Sequence[str]) -> Vectors:
    known = library.known_vectors([text_hash(text) for text in texts])
    return np.stack([known.get(text_hash(t), v) for t, v in zip(texts, library.encoder.encode(texts), strict=True)])


def _cut(text: str, limit: int) -> Iterable[tuple[int, int]]:
    first = last = 0
    for start, end in sentence_spans(text):
        if last > first and end - first > limit:
            yield first, last
            first = start
        elif last == first:
            first = start
        last = end
    if last > first:
        yield first, last
