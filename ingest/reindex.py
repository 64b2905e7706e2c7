"""Make the vector index anew, embedding what the library's encoder has not embedded yet."""

from __future__ import annotations

from corpora.library import Library, text_hash
from ingest.identity import Identity
from ingest.prepare import embed_text

STEP = 256


def reindex(library: Library) -> dict[str, int]:
    """Rebuild the index of the library's encoder. Returns how many vectors, documents and new embeddings.

    Raises
    ------
    LibraryLocked, LibraryReadOnly
    """
    embedded = 0
    with library.writer():
        for document in library.documents():
            missing = library.unembedded(document.document_id)
            identity = Identity(document.title, document.cruise, document.year, "")
            for first in range(0, len(missing), STEP):
                part = missing[first : first + STEP]
                texts = [embed_text(chunk, identity) for _, chunk in part]
                vectors = library.encoder.encode(texts)
                library.put_vectors([number for number, _ in part], [text_hash(text) for text in texts], vectors)
                embedded += len(part)
        vectors_held = library.rebuild_vectors()
        return {
            "vectors": vectors_held,
            "documents": library.stats()["documents"],
            "embedded": embedded,
        }
