"""From one file to a document that is ready to be added: read, identified, cut, made searchable."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from corpora.boxes import pack
from corpora.errors import FileEmpty, NoTextLayer
from corpora.folding import fold
from corpora.library import Prepared
from corpora.model import Chunk, Page
from ingest.chunks import chunk_pages
from ingest.files import MAX_BYTES, check_file
from ingest.flow import read_pages
from ingest.hidden import WORDS
from ingest.identity import Identity, identify
from ingest.ocr import INSTALL
from ingest.pages import Facts, ReadPage
from ingest.pdf import PdfFile
from ingest.scanned import Scans, page_list, read_scans
from ingest.unseen import MOST, clean

#: A document with fewer letters and digits than this on all its pages has no text to answer from.
LEAST_TEXT = 8
#: Characters of a chunk that the encoder sees: about 140 tokens. It was trained on 128, and what stands further
#: on in a chunk is found by its words; measured, the pages found stay the same and a sixth of the time is saved.
EMBED_LIMIT = 640
_LEADERS = re.compile(r"(?:[.·_]\s?){4,}|[-=*~]{4,}")
_NUMBERS = re.compile(r"[^\s]*\d[^\s]*")


def file_id(path: Path) -> str:
    """The sha256 of a file's bytes: what identifies a document."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def prepare(
    path: Path,
    *,
    file: str = "",
    origin: str = "",
    max_bytes: int = MAX_BYTES,
    ocr: str = "auto",
    progress: Callable[[int, int], None] | None = None,
) -> Prepared:
    """Read a file and cut it into chunks.

    Parameters
    ----------
    file:
        The name to show, where the path is that of a temporary copy.
    origin:
        What a later version must share to replace this one; the path itself by default.
    max_bytes:
        Larger files are refused.
    ocr:
        `auto` and `on` read pages without a usable text layer by OCR where that is installed, `on` insists that it
        is, `force` reads every page by it, `off` none.
    progress:
        Called with (pages read, pages in all), and again from the start while pages are read by OCR.

    Raises
    ------
    ReadError
        One of its kinds, saying why the file is no document and what mends it.
    """
    name = file or path.name
    kind = check_file(path, max_bytes, name=name)
    # Before the text: whoever keeps a copy by this id keeps what was read, or notices.
    document_id = file_id(path)
    if kind == "pdf":
        facts, scans = _read_pdf(path, name, ocr, progress or (lambda done, total: None))
    else:
        facts, read = read_pages(path, kind, name)
        scans = Scans(tuple(read))
    pages = list(scans.pages)
    silent = [page.number for page in pages if sum(map(str.isalnum, page.text)) < 3]
    letters = sum(sum(map(str.isalnum, page.text)) for page in pages)
    if letters < LEAST_TEXT:
        if kind != "pdf":
            raise FileEmpty(f"{name}: there are no words in this file.", "Look at it in an editor or a browser.")
        raise _no_text(name, len(pages), letters, tried=scans.tried)
    identity = identify(name, facts, pages[:3])
    chunks = chunk_pages(document_id, pages, facts)
    labels = facts.labels or tuple(str(page.number) for page in pages)
    notes = [*facts.notes, *scans.notes]
    if silent and (scans.tried or not scans.notes):
        notes.append(f"no text on {page_list(silent)} of {len(pages)} pages")
    if facts.encrypted:
        notes.append("encrypted, opens without a password")
    readers = sorted({page.reader for page in pages})
    if len(readers) > 1:
        fallen = [page.number for page in pages if page.reader == "pypdf"]
        if fallen:
            notes.append(f"text of {page_list(fallen)} by pypdf, pypdfium2 failed there")
    elif readers == ["pypdf"]:
        notes.append("text by pypdf, pypdfium2 could not open the file: no highlights")
    return Prepared(
        document_id=document_id,
        file=name,
        path=origin or str(path.resolve()),
        title=identity.title,
        cruise=identity.cruise,
        year=identity.year,
        author=facts.author,
        created=facts.created,
        words=identity.words,
        bytes=path.stat().st_size,
        text_reader="+".join(readers),
        facts_reader=facts.reader,
        notes=tuple(notes),
        outline=facts.outline,
        unseen=_unseen(identity.title, name, facts.unseen, pages),
        hidden=tuple((page.number, start, end, WORDS[kind]) for page in pages for start, end, kind in page.hidden),
        pages=tuple(
            Page(document_id, page.number, label, page.text, page.width, page.height, page.ocr_confidence)
            for page, label in zip(pages, labels, strict=True)
        ),
        boxes=tuple(pack(page.boxes) for page in pages),
        chunks=tuple(chunks),
        search_texts=tuple("" if chunk.kind == "furniture" else search_text(chunk) for chunk in chunks),
        embed_texts=tuple(embed_text(chunk, identity) for chunk in chunks if chunk.kind != "furniture"),
    )


def _unseen(
    title: str, file: str, unseen: Sequence[tuple[str, str]], pages: Sequence[ReadPage]
) -> tuple[tuple[str, str], ...]:
    """(place, text) of what no page shows, each once: the names, what the file says, what its pages say to others."""
    # Together as well: a sentence may be spread over many marks.
    told = [("alt_text", text) for page in pages for text in (*page.told, clean(" ".join(page.told))) if text][:MOST]
    return tuple(dict.fromkeys([("title", title), ("file", file), *unseen, *told]))


def _read_pdf(path: Path, name: str, ocr: str, progress: Callable[[int, int], None]) -> tuple[Facts, Scans]:
    with PdfFile(path, name=name) as pdf:
        facts = pdf.facts()
        pages: list[ReadPage] = []
        for page in pdf.pages():
            pages.append(page)
            if page.number % 10 == 0 or page.number == facts.pages:
                progress(page.number, facts.pages)
        return facts, read_scans(pdf, pages, ocr, progress)


def search_text(chunk: Chunk) -> str:
    """The words of a chunk as they are searched: unhyphenated, in plain characters, without dot leaders."""
    return _LEADERS.sub(" ", fold(chunk.text, case=False).text).strip() or "-"


def embed_text(chunk: Chunk, identity: Identity) -> str:
    """What the encoder sees of a chunk: where it stands, then its words.

    It sees no numbers: they mean nothing to a sentence encoder, each costs it several tokens, and the word index
    finds them exactly (measured: a quarter of all tokens, and the pages found stay the same). Of a table it sees
    the heads and each word of the rows once.
    """
    text = search_text(chunk)
    if chunk.kind == "table":
        text = " ".join(dict.fromkeys(_NUMBERS.sub(" ", f"{chunk.context} {text}").split()))
    else:
        text = " ".join(word for word in text.split() if not _is_number(word))
    heading = chunk.heading.rsplit(" > ", 1)[-1]
    where = identity.cruise or identity.title[:60]
    if heading and not text.startswith(heading):
        where = f"{where}, {heading[:80]}"
    return f"{where}: {text}"[:EMBED_LIMIT]


def _is_number(word: str) -> bool:
    """Whether a word is more digits than letters: 2204.98, 69-180, 47°, not SF6 or P02E."""
    digits = sum(c.isdigit() for c in word)
    return digits > 0 and digits > sum(c.isalpha() for c in word)


def _no_text(name: str, pages: int, letters: int, *, tried: bool) -> NoTextLayer:
    its = "its one page has" if pages == 1 else f"its {pages} pages have"
    what = f"no text but {letters} character{'' if letters == 1 else 's'}" if letters else "no text layer"
    if tried:
        return NoTextLayer(
            f"{name}: {its} {what}, and OCR found no more (blank pages, pictures, handwriting, or too few words).",
            "Look at it in a PDF reader; where there is print, a sharper scan may be readable.",
        )
    return NoTextLayer(
        f"{name}: {its} {what} (scanned or drawn pages, or blank ones), and OCR is not installed or switched off.",
        f'Install it with {INSTALL} (setting ocr = "auto"), then ingest the file again.',
    )
