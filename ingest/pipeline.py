"""Hand files to a library: find them, read them in another process, embed, add; one result a file."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from corpora.encoder import Vectors
from corpora.errors import FileMissing, LeadlineError, ReadError
from corpora.library import Library, Prepared, text_hash
from ingest.pdf import check_file
from ingest.prepare import file_id
from ingest.reader import Reader

#: Texts that the encoder takes between two looks at whether the run was cancelled.
EMBED_STEP = 64
#: Documents that are read ahead of the encoder; each is held in memory whole.
READ_AHEAD = 2


@dataclass(frozen=True)
class Source:
    """A file to ingest: where it is, what to call it, and what a later version of it replaces."""

    path: Path
    file: str
    origin: str


@dataclass(frozen=True)
class IngestResult:
    """What became of one file. `status` is added, unchanged, replaced, failed or cancelled."""

    file: str
    document_id: str
    status: str
    pages: int
    chunks: int
    seconds: float
    reason: str = ""
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "document_id": self.document_id,
            "status": self.status,
            "pages": self.pages,
            "chunks": self.chunks,
            "seconds": round(self.seconds, 3),
            "reason": self.reason,
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class Progress:
    """How far a run has come, for a progress bar. `stage` is reading, embedding or storing."""

    file: str
    number: int
    files: int
    stage: str
    done: int
    total: int
    pages_per_s: float
    seconds_left: float | None


def find_files(paths: Iterable[Path]) -> list[Source]:
    """Every PDF that `paths` name: files as they are given, folders searched to the bottom.

    A folder contributes its `.pdf` files in order of name; a file that is named outright is taken whatever it
    is called, so that its own reason can be given if it is no PDF.
    """
    found: dict[str, Source] = {}
    for path in paths:
        files = (
            sorted(p for p in path.rglob("*") if p.suffix.lower() == ".pdf" and p.is_file())
            if path.is_dir()
            else [path]
        )
        if path.is_dir() and not files:
            raise FileMissing(f"{path}: there is no PDF in this folder.", "Give a folder that holds some, or a file.")
        for file in files:
            origin = str(file.resolve())
            found.setdefault(origin, Source(file, file.name, origin))
    return list(found.values())


def ingest(
    library: Library,
    sources: Sequence[Source],
    *,
    progress: Callable[[Progress], None] | None = None,
    cancelled: threading.Event | None = None,
    screen: Callable[[str], Sequence[str]] | None = None,
) -> Iterator[IngestResult]:
    """Add files to a library, one result each, in order.

    Holds the right to write for the whole run. Each document is added in one transaction, so that whatever
    ends the run, a document is wholly in or wholly out and the next run completes the work.

    Parameters
    ----------
    screen:
        Given the text of each page, returns what is suspicious in it, in words; kept as notes of the document.

    Raises
    ------
    LibraryLocked, LibraryReadOnly
    """
    stop = cancelled or threading.Event()
    with library.writer(), _Reading(library, sources, stop) as reading:
        meter = _Meter(len(sources), progress)
        for number, source in enumerate(sources, 1):
            started = time.monotonic()
            meter.file(source.file, number)
            outcome = reading.next(meter)
            if isinstance(outcome, IngestResult):
                yield replace(outcome, seconds=time.monotonic() - started)
            elif isinstance(outcome, Exception):
                yield _failed(source, outcome, started)
            elif outcome is None or stop.is_set():
                yield IngestResult(source.file, "", "cancelled", 0, 0, time.monotonic() - started, "Cancelled.")
            else:
                try:
                    yield _store(library, source, outcome, meter, stop, screen, started)
                except LeadlineError as error:
                    yield _failed(source, error, started)


def _store(
    library: Library,
    source: Source,
    prepared: Prepared,
    meter: _Meter,
    stop: threading.Event,
    screen: Callable[[str], Sequence[str]] | None,
    started: float,
) -> IngestResult:
    if screen:
        found = {f"page {page.number}: {risk}" for page in prepared.pages for risk in screen(page.text)}
        prepared = replace(prepared, notes=prepared.notes + tuple(sorted(found)))
    vectors = _embed(library, prepared, meter, stop)
    if vectors is None:
        return IngestResult(source.file, "", "cancelled", 0, 0, time.monotonic() - started, "Cancelled.")
    meter.stage("storing", 0, 1)
    status = library.add(prepared, vectors, source.path)
    meter.pages(len(prepared.pages))
    return IngestResult(
        file=source.file,
        document_id=prepared.document_id,
        status=status,
        pages=len(prepared.pages),
        chunks=len(prepared.embed_texts),
        seconds=time.monotonic() - started,
        notes=prepared.notes,
    )


def _embed(library: Library, prepared: Prepared, meter: _Meter, stop: threading.Event) -> Vectors | None:
    """Vectors of a document's chunks; the same text is embedded once, here or in any earlier document."""
    hashes = [text_hash(text) for text in prepared.embed_texts]
    known = library.known_vectors(list(dict.fromkeys(hashes)))
    # Sorted by length: a batch is as long as its longest text.
    missing = sorted(
        {h: text for h, text in zip(hashes, prepared.embed_texts, strict=True) if h not in known}.items(),
        key=lambda item: -len(item[1]),
    )
    for first in range(0, len(missing), EMBED_STEP):
        if stop.is_set():
            return None
        meter.stage("embedding", len(hashes) - len(missing) + first, len(hashes))
        part = missing[first : first + EMBED_STEP]
        for (key, _), vector in zip(part, library.encoder.encode([text for _, text in part]), strict=True):
            known[key] = vector
    if not hashes:
        return np.zeros((0, library.encoder.dimension), np.float32)
    return np.stack([known[key] for key in hashes])


def _failed(source: Source, error: Exception, started: float) -> IngestResult:
    reason = str(error) if isinstance(error, LeadlineError) else f"{type(error).__name__}: {error}"
    return IngestResult(source.file, "", "failed", 0, 0, time.monotonic() - started, reason)


class _Reading:
    """Reads files in order on a thread of its own, a few ahead of whoever asks for them."""

    def __init__(self, library: Library, sources: Sequence[Source], stop: threading.Event) -> None:
        self._library = library
        self._sources = sources
        self._stop = stop
        self._ended = threading.Event()
        self._out: queue.Queue[Prepared | IngestResult | Exception | None] = queue.Queue(READ_AHEAD)
        self._pages: tuple[int, int] = (0, 0)
        self._thread = threading.Thread(target=self._run, name="leadline-read-ahead", daemon=True)

    def __enter__(self) -> _Reading:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._ended.set()
        while self._thread.is_alive():
            try:
                self._out.get(timeout=0.05)
            except queue.Empty:
                continue
        self._thread.join()

    def next(self, meter: _Meter) -> Prepared | IngestResult | Exception | None:
        while True:
            try:
                return self._out.get(timeout=0.1)
            except queue.Empty:
                meter.stage("reading", *self._pages)

    def _run(self) -> None:
        with Reader() as reader:
            for source in self._sources:
                outcome = self._one(reader, source)
                while not self._ended.is_set():
                    try:
                        self._out.put(outcome, timeout=0.1)
                        break
                    except queue.Full:
                        continue
                if self._ended.is_set():
                    return

    def _one(self, reader: Reader, source: Source) -> Prepared | IngestResult | Exception | None:
        if self._stop.is_set():
            return None

        def note(read: int, total: int) -> None:
            self._pages = (read, total)

        self._pages = (0, 0)
        try:
            check_file(source.path)
            held = self._held(source)
            if held is not None:
                return held
            return reader.read(
                source.path,
                file=source.file,
                origin=source.origin,
                progress=note,
                cancelled=lambda: self._stop.is_set() or self._ended.is_set(),
            )
        except (ReadError, OSError) as error:
            return error

    def _held(self, source: Source) -> IngestResult | None:
        """The result for a file whose bytes the library already holds, else None."""
        document_id = file_id(source.path)
        if not self._library.holds(document_id):
            return None
        document = self._library.document(document_id)
        if document.path != source.origin:
            # The file now holds what another document already is: its own old version has to go.
            stale = [d for d in self._library.documents() if d.path == source.origin]
            if stale:
                return None
        same = "" if document.file == source.file else f"The same bytes are already there as {document.file}."
        return IngestResult(source.file, document_id, "unchanged", document.pages, document.chunks, 0.0, same)


class _Meter:
    """Turns what happens into `Progress`, with pages a second and the time left."""

    def __init__(self, files: int, report: Callable[[Progress], None] | None) -> None:
        self._report = report
        self._files = files
        self._file, self._number = "", 0
        self._pages = 0
        self._started = time.monotonic()

    def file(self, name: str, number: int) -> None:
        self._file, self._number = name, number
        self.stage("reading", 0, 0)

    def pages(self, count: int) -> None:
        self._pages += count

    def stage(self, stage: str, done: int, total: int) -> None:
        if self._report is None:
            return
        spent = max(time.monotonic() - self._started, 1e-6)
        fraction = (self._number - 1 + (done / total if total and stage == "embedding" else 0.0)) / self._files
        left = spent * (1 - fraction) / fraction if fraction > 0 else None
        self._report(Progress(self._file, self._number, self._files, stage, done, total, self._pages / spent, left))
