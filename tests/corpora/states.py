"""What a library must be in between any two steps: each document wholly in, and nothing of any other."""

from __future__ import annotations

import hashlib

from corpora.library import Library

ENCODER = "words"


def assert_whole(library: Library, *, index: bool = True) -> set[str]:
    """Check that SQLite, the word index, the vectors and the kept copies agree. Returns the documents' files.

    With `index` the vector index must agree as well, which holds whenever a writer has ended in peace.
    """
    connection = library.connection()
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    # Counting the rows of an FTS table reads its documents, this reads the index made of them.
    connection.execute("INSERT INTO chunk_words (chunk_words) VALUES ('integrity-check')")
    connection.rollback()
    documents = library.documents()
    owned: set[int] = set()
    for document in documents:
        identity = document.document_id
        pages = connection.execute("SELECT number FROM pages WHERE document_id = ? ORDER BY 1", (identity,)).fetchall()
        assert [number for (number,) in pages] == list(range(1, document.pages + 1))
        chunks = connection.execute("SELECT id, kind FROM chunks WHERE document_id = ?", (identity,)).fetchall()
        searched = {number for number, kind in chunks if kind != "furniture"}
        assert len(searched) == document.chunks
        for table, column in (("chunk_words", "rowid"), ("vectors", "chunk_id")):
            found = {
                number
                for number in searched
                if connection.execute(f"SELECT 1 FROM {table} WHERE {column} = ?", (number,)).fetchone()
            }
            assert found == searched, f"{document.file}: {table}"
        for chunk in library.chunks(identity):
            assert chunk.text == library.quote(chunk.span)
        copy = library.file_of(identity)
        assert copy is not None, f"{document.file}: no kept copy"
        assert hashlib.sha256(copy.read_bytes()).hexdigest() == identity
        words = connection.execute("SELECT count(*) FROM document_words WHERE document_id = ?", (identity,)).fetchone()
        assert words == (1,)
        owned |= searched
    total = len(owned)
    assert connection.execute("SELECT count(*) FROM chunk_words").fetchone() == (total,)
    assert connection.execute("SELECT count(*) FROM vectors WHERE encoder = ?", (library.encoder.name,)).fetchone() == (
        total,
    )
    assert connection.execute("SELECT count(*) FROM document_words").fetchone() == (len(documents),)
    ids = {document.document_id for document in documents}
    for table in ("pages", "chunks", "origins", "indexed"):
        strays = {row[0] for row in connection.execute(f"SELECT DISTINCT document_id FROM {table}")} - ids
        assert strays == set(), table
    if index:
        assert library.unindexed() == []
        assert library.index.count() == total
        assert {file.stem for file in library.files.iterdir()} == ids
        assert connection.execute("SELECT count(*) FROM forgotten").fetchone() == (0,)
    return {document.file for document in documents}
