CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS documents (
    id TEXT PRIMARY KEY,            -- sha256 of the file's bytes
    file TEXT NOT NULL,             -- its name
    path TEXT NOT NULL,             -- where it came from: what replaces it comes from there too
    title TEXT NOT NULL, cruise TEXT NOT NULL, year TEXT NOT NULL,
    author TEXT NOT NULL, created TEXT NOT NULL,
    words TEXT NOT NULL,            -- what routing matches a question against
    pages INTEGER NOT NULL, chunks INTEGER NOT NULL, bytes INTEGER NOT NULL,
    added_at TEXT NOT NULL, text_reader TEXT NOT NULL, facts_reader TEXT NOT NULL,
    notes TEXT NOT NULL, outline TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS documents_path ON documents (path);

-- Every path that a document came from: it goes when the last of them holds something else.
CREATE TABLE IF NOT EXISTS origins (
    path TEXT PRIMARY KEY,
    file TEXT NOT NULL,
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS origins_document ON origins (document_id);

CREATE TABLE IF NOT EXISTS pages (
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    number INTEGER NOT NULL, label TEXT NOT NULL, text TEXT NOT NULL,
    width REAL NOT NULL, height REAL NOT NULL, boxes BLOB NOT NULL,
    ocr INTEGER NOT NULL,           -- 0: the text is the file's own; else how sure OCR was of it, up to 1
    PRIMARY KEY (document_id, number)
);

CREATE TABLE IF NOT EXISTS chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,   -- never used twice: the vector index refers to it
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    page INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    heading TEXT NOT NULL, kind TEXT NOT NULL, context TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS chunks_document ON chunks (document_id, page);

-- Stretches of a page's text that no reader of the page sees, and why: white text, text outside the page ...
CREATE TABLE IF NOT EXISTS hidden_text (
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    page INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, reason TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS hidden_text_page ON hidden_text (document_id, page);

CREATE VIRTUAL TABLE IF NOT EXISTS chunk_words USING fts5 (
    body, heading, tokenize = "porter unicode61 remove_diacritics 2"
);
CREATE VIRTUAL TABLE IF NOT EXISTS document_words USING fts5 (
    document_id UNINDEXED, words, tokenize = "porter unicode61 remove_diacritics 2"
);

CREATE TABLE IF NOT EXISTS vectors (
    chunk_id INTEGER NOT NULL REFERENCES chunks (id) ON DELETE CASCADE,
    encoder TEXT NOT NULL,
    text_hash BLOB NOT NULL,        -- of the text that was embedded: the same text is never embedded twice
    vector BLOB NOT NULL,           -- float16, L2-normalised
    PRIMARY KEY (encoder, chunk_id)
);
CREATE INDEX IF NOT EXISTS vectors_text ON vectors (encoder, text_hash);
CREATE INDEX IF NOT EXISTS vectors_chunk ON vectors (chunk_id);

-- Which documents the vector index of an encoder already holds, and which it still has to forget.
CREATE TABLE IF NOT EXISTS indexed (
    document_id TEXT NOT NULL, encoder TEXT NOT NULL, PRIMARY KEY (document_id, encoder)
);
CREATE TABLE IF NOT EXISTS forgotten (
    document_id TEXT NOT NULL, encoder TEXT NOT NULL, PRIMARY KEY (document_id, encoder)
);
