"""The vector index: Chroma, one collection for each encoder. It can be rebuilt at any time from the library."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corpora.encoder import Vectors
from corpora.zeroed import LINGER, zeroed

log = logging.getLogger(__name__)

_BATCH = 2000


def collection_name(encoder: str) -> str:
    """The collection of an encoder: its name where Chroma takes it, else what is left of it and its hash.

    >>> collection_name("all-MiniLM-L6-v2")
    'leadline-all-MiniLM-L6-v2'
    """
    plain = re.sub(r"[^A-Za-z0-9-]+", "-", encoder).strip("-")[-40:]
    if plain != encoder:
        plain = f"{plain[-31:]}-{hashlib.blake2b(encoder.encode(), digest_size=4).hexdigest()}".lstrip("-")
    return f"leadline-{plain}"


class VectorIndex:
    """Nearest neighbours by cosine among the chunks of a library.

    Parameters
    ----------
    folder:
        Where Chroma keeps its files.
    encoder:
        The encoder's name: vectors of different encoders never share a collection.
    """

    def __init__(self, folder: Path, encoder: str) -> None:
        self.folder = folder
        self.name = collection_name(encoder)
        self._client: Any = None
        self._collection: Any = None
        self._settled = False
        self._lock = threading.RLock()

    def _open(self) -> Any:
        with self._lock:
            if self._collection is None:
                os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
                import chromadb
                from chromadb.api.shared_system_client import SharedSystemClient
                from chromadb.config import Settings

                # Chroma shares one system for each path, even when its files have gone or it never started.
                SharedSystemClient.clear_system_cache()
                settings = Settings(anonymized_telemetry=False, allow_reset=True)
                self._client = chromadb.PersistentClient(path=str(self.folder), settings=settings)
                self._collection = self._client.get_or_create_collection(
                    self.name, metadata={"hnsw:space": "cosine"}, embedding_function=None
                )
            return self._collection

    def add(self, document_id: str, ids: Sequence[int], vectors: Vectors) -> None:
        """Add a document's chunks; adding them again changes nothing."""
        collection = self._open()
        for first in range(0, len(ids), _BATCH):
            part = slice(first, first + _BATCH)
            self._settled = False
            with zeroed(LINGER):
                collection.upsert(
                    ids=[str(number) for number in ids[part]],
                    embeddings=vectors[part],
                    metadatas=[{"document_id": document_id} for _ in ids[part]],
                )

    def forget(self, document_id: str) -> None:
        self._settled = False
        with zeroed(LINGER):
            self._open().delete(where={"document_id": document_id})

    def query(self, vector: Vectors, k: int, document_ids: Sequence[str] | None = None) -> list[tuple[int, float]]:
        """The k nearest chunks as (chunk id, cosine), best first."""
        collection = self._open()
        where: dict[str, Any] | None = None
        if document_ids is not None:
            if not document_ids:
                return []
            where = (
                {"document_id": document_ids[0]}
                if len(document_ids) == 1
                else {"document_id": {"$in": list(document_ids)}}
            )
        # The first query after a change makes files of what is new.
        with zeroed(0.0 if self._settled else LINGER):
            found = collection.query(
                query_embeddings=vector.reshape(1, -1), n_results=k, where=where, include=["distances"]
            )
        self._settled = True
        return [
            (int(identity), 1.0 - float(distance))
            for identity, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        ]

    def count(self) -> int:
        return int(self._open().count())

    def clear(self) -> None:
        """Throw the index away, whatever state its files are in."""
        with self._lock:
            self.close()
            if self.folder.is_dir():
                shutil.rmtree(self.folder)
            else:
                self.folder.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the open files; the next use opens them anew. Whoever is in a query ends it undisturbed."""
        with self._lock:
            self._client = self._collection = None
            self._settled = False
