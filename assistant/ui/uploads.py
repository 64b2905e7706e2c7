"""Uploaded files on their way into a library: each has a state, a time left, a reason, and can be cancelled."""

from __future__ import annotations

import secrets
import shutil
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from assistant.assistant import Assistant
from assistant.screening import suspicious
from assistant.ui.warm import WarmUp
from corpora.errors import LeadlineError, UsageError
from ingest.pipeline import Progress, ingest
from ingest.sources import Source, plain

#: Files whose outcome is remembered; older ones are forgotten.
REMEMBERED = 500
_ENDED = ("added", "replaced", "unchanged", "failed", "cancelled")


@dataclass(frozen=True)
class Upload:
    """One file. `state` is waiting, reading, embedding or storing, then what the pipeline says of it."""

    id: str
    file: str
    path: Path
    bytes: int
    state: str = "waiting"
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    pages: int = 0
    document_id: str = ""
    reason: str = ""
    notes: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        return self.state in _ENDED

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "file": self.file,
            "bytes": self.bytes,
            "state": self.state,
            "done": self.done,
            "total": self.total,
            "seconds_left": self.seconds_left,
            "pages": self.pages,
            "document_id": self.document_id,
            "reason": self.reason,
            "notes": list(self.notes),
        }


class Uploads:
    """The files of one library. One thread reads them, in order, while there are any."""

    def __init__(self, assistant: Assistant, warm: WarmUp) -> None:
        self._assistant = assistant
        self._warm = warm
        self._lock = threading.Lock()
        self._files: dict[str, Upload] = {}
        self._stops: dict[str, threading.Event] = {}
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()
        self._place = assistant.settings.home / "uploads"

    @property
    def busy(self) -> bool:
        return any(not upload.ended for upload in self.all())

    def all(self) -> list[Upload]:
        with self._lock:
            return list(self._files.values())

    def waiting(self) -> tuple[int, int]:
        """How many files are on their way, and their bytes together."""
        ahead = [upload for upload in self.all() if not upload.ended]
        return len(ahead), sum(upload.bytes for upload in ahead)

    def room(self, name: str) -> Path:
        """Where the bytes of a file are to be written before it is `put`."""
        folder = self._place / secrets.token_hex(8)
        folder.mkdir(parents=True)
        return folder / (plain(Path(name.replace("\\", "/")).name).strip(" .")[-180:] or "file")

    def put(self, path: Path, name: str, **options: Any) -> Upload:
        """Queue a file that lies at `path`; it is deleted once the library has its own copy."""
        upload = Upload(secrets.token_hex(8), plain(name) or path.name, path, path.stat().st_size, options=options)
        with self._lock:
            self._files[upload.id] = upload
            self._stops[upload.id] = threading.Event()
            for old in [u.id for u in self._files.values() if u.ended][: max(0, len(self._files) - REMEMBERED)]:
                del self._files[old]
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="leadline-uploads", daemon=True)
                self._thread.start()
        return upload

    def cancel(self, name: str) -> None:
        """Cancel a file that waits or is being read.

        Raises
        ------
        UsageError
        """
        with self._lock:
            if name not in self._files:
                raise UsageError("There is no such upload.", "Load the page again.")
            self._stops[name].set()
            if self._files[name].state == "waiting":
                self._files[name] = replace(self._files[name], state="cancelled", reason="Cancelled.")

    def clear(self) -> None:
        """Forget the files that have ended."""
        with self._lock:
            for name in [u.id for u in self._files.values() if u.ended]:
                del self._files[name]
                self._stops.pop(name, None)

    def close(self) -> None:
        self._closed.set()
        with self._lock:
            for stop in self._stops.values():
                stop.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        self._warm.wait()
        while not self._closed.is_set():
            with self._lock:
                ahead = [upload for upload in self._files.values() if not upload.ended]
                if not ahead:
                    self._thread = None
                    return
            self._one(ahead[0], len(ahead))

    def _one(self, upload: Upload, ahead: int) -> None:
        started = time.monotonic()

        def report(progress: Progress) -> None:
            spent = time.monotonic() - started
            share = progress.done / progress.total if progress.total else 0.0
            # Reading is a third of the work, embedding nearly all the rest.
            done = {"reading": share / 3, "embedding": 1 / 3 + share * 0.65}.get(progress.stage, 0.98)
            left = spent * (1 - done) / done if done > 0.02 else None
            self._set(upload.id, state=progress.stage, done=progress.done, total=progress.total, seconds_left=left)

        changes: dict[str, Any] = {"state": "failed", "reason": "Reading ended without a result."}
        try:
            source = Source(upload.path, upload.file, f"upload:{upload.file}")
            for result in ingest(
                self._assistant.library,
                [source],
                progress=report,
                cancelled=self._stops[upload.id],
                screen=suspicious,
                max_bytes=self._assistant.settings.max_file_mib * 2**20,
                ocr=upload.options.get("ocr", self._assistant.settings.ocr),
            ):
                changes = {
                    "state": result.status,
                    "reason": result.reason,
                    "pages": result.pages,
                    "document_id": result.document_id,
                    "notes": result.notes,
                }
                if result.status == "unchanged" and not result.reason:
                    changes["reason"] = "The library already has this file, byte for byte."
        except LeadlineError as error:
            changes = {"state": "failed", "reason": str(error)}
        finally:
            shutil.rmtree(upload.path.parent, ignore_errors=True)
            self._set(upload.id, seconds_left=None, **changes)

    def _set(self, name: str, **changes: Any) -> None:
        with self._lock:
            if name in self._files and not self._files[name].ended:
                self._files[name] = replace(self._files[name], **changes)
