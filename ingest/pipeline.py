"""Hand files to a library: find them, read them in another process, embed, add; one result a file."""

from __future__ import annotations

import contextvars
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from corpora.encoder import Vectors
from corpora.errors import LeadlineError, ReadError
from corpora.library import Library, Prepared, text_hash
from ingest.files import MAX_BYTES, check_file
from ingest.prepare import file_id
from ingest.reader import Reader
from ingest.sources import Source, find_files

__all__ = ["IngestResult", "Progress", "Source", "find_files", "ingest"]

#: Texts that the encoder takes between two looks at whether the run was cancelled.
EMBED_STEP = 128
#: Documents that are read ahead of the encoder; each is held in memory whole.
READ_AHEAD = 2
#: How a note begins that warns of what a document tries to do.
SUSPICIOUS = "warning,"
#: (text, place) to what is suspicious in it, in words; `place` is page, hidden or one of `ingest.unseen`.
Screening = Callable[[str, str], Sequence[str]]


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


def ingest(
    library: Library,
    sources: Sequence[Source],
    *,
    progress: Callable[[Progress], None] | None = None,
    cancelled: threading.Event | None = None,
    screen: Screening | None = None,
    max_bytes: int = MAX_BYTES,
    ocr: str = "auto",
) -> Iterator[IngestResult]:
    """Add files to a library, one result each, in order.

    Holds the right to write for the whole run. Each document is added in one transaction, so that whatever
    ends the run, a document is wholly in or wholly out and the next run completes the work. The work is done on
    a thread of its own: the results may be taken from any thread, and closing the iterator ends the run.

    Parameters
    ----------
    progress:
        Called on the working thread, in the caller's context.
    screen:
        Given the text of each page, each stretch that the page hides, and each text that no page shows (metadata,
        annotations, scripts; see `ingest.unseen`), and which of these it is, returns what is suspicious in it, in
        words; kept as notes of the document, which the page and the commands show.
    max_bytes:
        Larger files are refused.
    ocr:
        `auto`, `on`, `off`, or `force`, as `ingest.prepare.prepare` takes it; `force` also reads files anew that the
        library holds already.

    Raises
    ------
    LibraryLocked, LibraryReadOnly
    """
    stop = cancelled or threading.Event()
    ended = threading.Event()
    results: queue.Queue[IngestResult | BaseException | None] = queue.Queue()

    def work() -> None:
        try:
            for result in _run(library, sources, progress, stop, ended, screen, max_bytes, ocr):
                results.put(result)
                if ended.is_set():
                    break
        except BaseException as error:  # noqa: BLE001 - raised again where the results are taken
            results.put(error)
        finally:
            results.put(None)

    # The right to write belongs to a thread, and a page takes each result on another one.
    thread = threading.Thread(target=contextvars.copy_context().run, args=(work,), name="leadline-ingest", daemon=True)
    thread.start()
    try:
        while (result := results.get()) is not None:
            if isinstance(result, BaseException):
                raise result
            yield result
    finally:
        ended.set()
        thread.join()


def _run(
    library: Library,
    sources: Sequence[Source],
    progress: Callable[[Progress], None] | None,
    stop: threading.Event,
    ended: threading.Event,
    screen: Screening | None,
    max_bytes: int,
    ocr: str,
) -> Iterator[IngestResult]:
    halted = _Either(stop, ended)
    with library.writer(), _Reading(library, sources, halted, screen, max_bytes, ocr) as reading:
        meter = _Meter(len(sources), progress)
        for number, source in enumerate(sources, 1):
            started = time.monotonic()
            meter.file(source.file, number)
            outcome = reading.next(meter)
            try:
                if isinstance(outcome, str):
                    result = _held(library, source, outcome, started)
                    if result is not None:
                        yield result
                        continue
                    # Between the look ahead and now its bytes left the library, with the file that they came from.
                    outcome = _read_again(source, max_bytes, ocr, halted)
                    if isinstance(outcome, Prepared) and screen:
                        outcome = _screened(outcome, screen)
                if isinstance(outcome, Exception):
                    yield _failed(source, outcome, started)
                elif outcome is None or halted.is_set():
                    yield _cancelled(source, started)
                else:
                    yield _store(library, source, outcome, meter, halted, started, anew=ocr == "force")
            except LeadlineError as error:
                yield _failed(source, error, started)


def _held(library: Library, source: Source, document_id: str, started: float) -> IngestResult | None:
    """The result for a file whose bytes the library holds, None when it does not hold them any more."""
    status = library.adopt(document_id, source.origin, source.file)
    if status is None:
        return None
    document = library.document(document_id)
    same = "" if document.file == source.file else f"The same bytes are already there as {document.file}."
    return IngestResult(
        source.file, document_id, status, document.pages, document.chunks, time.monotonic() - started, same
    )


def _read_again(source: Source, max_bytes: int, ocr: str, halted: _Either) -> Prepared | Exception | None:
    with Reader() as reader:
        try:
            return reader.read(
                source.path,
                file=source.file,
                origin=source.origin,
                max_bytes=max_bytes,
                ocr=ocr,
                cancelled=halted.is_set,
            )
        except (ReadError, OSError) as error:
            return error


def _cancelled(source: Source, started: float) -> IngestResult:
    return IngestResult(source.file, "", "cancelled", 0, 0, time.monotonic() - started, "Cancelled.")


class _Either:
    """Set when one of two events is."""

    def __init__(self, *events: threading.Event) -> None:
        self._events = events

    def is_set(self) -> bool:
        return any(event.is_set() for event in self._events)


def _store(
    library: Library,
    source: Source,
    prepared: Prepared,
    meter: _Meter,
    stop: _Either,
    started: float,
    *,
    anew: bool,
) -> IngestResult:
    vectors = _embed(library, prepared, meter, stop)
    if vectors is None:
        return _cancelled(source, started)
    meter.stage("storing", 0, 1)
    status = library.add(prepared, vectors, source.path, anew=anew)
    meter.pages(len(prepared.pages))
    if status == "unchanged":
        held = _held(library, source, prepared.document_id, started)
        if held is not None:
            return held
    return IngestResult(
        file=source.file,
        document_id=prepared.document_id,
        status=status,
        pages=len(prepared.pages),
        chunks=len(prepared.embed_texts),
        seconds=time.monotonic() - started,
        notes=prepared.notes,
    )


def _screened(prepared: Prepared, screen: Screening) -> Prepared:
    """The document with a note for everything suspicious in it."""
    pages = {page.number: page.text for page in prepared.pages}
    found = [(f"page {number}", risk) for number, text in pages.items() for risk in screen(text, "page")]
    for number, start, end, reason in prepared.hidden:
        found.append((f"page {number}", reason))
        found += [(f"{reason} on page {number}", risk) for risk in screen(pages[number][start:end], "hidden")]
    found += [(place, risk) for place, text in prepared.unseen for risk in screen(text, place)]
    warnings = tuple(f"{SUSPICIOUS} {where}: {risk}" for where, risk in dict.fromkeys(found))
    return replace(prepared, notes=prepared.notes + warnings)


def _embed(library: Library, prepared: Prepared, meter: _Meter, stop: _Either) -> Vectors | None:
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


#: A document that was read, the id of one that the library holds already, why it failed, or None when cancelled.
_Outcome = Prepared | str | Exception | None


class _Reading:
    """Reads and screens files in order on a thread of its own, a few ahead of whoever asks for them."""

    def __init__(
        self,
        library: Library,
        sources: Sequence[Source],
        halted: _Either,
        screen: Screening | None,
        max_bytes: int,
        ocr: str,
    ) -> None:
        self._library = library
        self._screen = screen
        self._sources = sources
        self._halted = halted
        self._max_bytes = max_bytes
        self._ocr = ocr
        self._ended = threading.Event()
        self._out: queue.Queue[_Outcome] = queue.Queue(READ_AHEAD)
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

    def next(self, meter: _Meter) -> _Outcome:
        """What became of the next file: a document, the id of one that the library holds, an error, or None."""
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

    def _one(self, reader: Reader, source: Source) -> _Outcome:
        if self._halted.is_set():
            return None

        def note(read: int, total: int) -> None:
            self._pages = (read, total)

        self._pages = (0, 0)
        try:
            check_file(source.path, self._max_bytes, name=source.file)
            document_id = file_id(source.path)
            if self._ocr != "force" and self._library.holds(document_id):
                return document_id
            prepared = reader.read(
                source.path,
                file=source.file,
                origin=source.origin,
                max_bytes=self._max_bytes,
                ocr=self._ocr,
                progress=note,
                cancelled=lambda: self._halted.is_set() or self._ended.is_set(),
            )
            return _screened(prepared, self._screen) if prepared is not None and self._screen else prepared
        except Exception as error:  # noqa: BLE001 - told as the file's reason; without it the run would wait for ever
            return error


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
