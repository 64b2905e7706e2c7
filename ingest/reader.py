"""The reading process as the pipeline sees it: give it a file, get a document or an error, never a hang."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from corpora import errors
from corpora.errors import FileDamaged, ReadError
from corpora.library import Prepared
from ingest.files import MAX_BYTES
from ingest.worker import receive

#: Seconds that a file may go without a sign of progress.
STALL_S = 45.0


class Reader:
    """Runs `ingest.worker`. Use as a context manager; not for several threads at once."""

    def __init__(self, stall_s: float = STALL_S) -> None:
        self.stall_s = stall_s
        self._process: subprocess.Popen[bytes] | None = None
        self._frames: queue.Queue[tuple[Any, ...] | None] = queue.Queue()

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _start(self) -> subprocess.Popen[bytes]:
        # -P: a folder called `ingest` or a file json.py where the user happens to stand is not ours to run.
        root = str(Path(__file__).resolve().parent.parent)
        inherited = os.environ.get("PYTHONPATH")
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "ingest.worker"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join([root, inherited] if inherited else [root])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        frames: queue.Queue[tuple[Any, ...] | None] = queue.Queue()

        def pump() -> None:
            assert process.stdout is not None
            while True:
                frame = receive(process.stdout)
                frames.put(frame)
                if frame is None:
                    return

        threading.Thread(target=pump, name="leadline-reader", daemon=True).start()
        self._process, self._frames = process, frames
        return process

    @property
    def process_id(self) -> int | None:
        """The reading process, None before its first file and after its end."""
        return self._process.pid if self._process else None

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()

    def read(
        self,
        path: Path,
        *,
        file: str = "",
        origin: str = "",
        max_bytes: int = MAX_BYTES,
        ocr: str = "auto",
        progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Prepared | None:
        """Read one file; None when it was cancelled.

        Raises
        ------
        ReadError
            Its kind and words say why the file is no document.
        """
        name = file or path.name
        process = self._process if self._process and self._process.poll() is None else self._start()
        assert process.stdin is not None
        job = {"path": str(path), "file": name, "origin": origin, "max_bytes": max_bytes, "ocr": ocr}
        try:
            process.stdin.write(json.dumps(job).encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            # It ended between two files; one more is started, and a second failure is told.
            self.stop()
            process = self._start()
            assert process.stdin is not None
            process.stdin.write(json.dumps(job).encode() + b"\n")
            process.stdin.flush()
        waited = 0.0
        while True:
            try:
                frame = self._frames.get(timeout=0.25)
            except queue.Empty:
                waited += 0.25
                if cancelled():
                    self.stop()
                    return None
                if waited > self.stall_s:
                    self.stop()
                    raise FileDamaged(
                        f"{name}: reading made no progress for {self.stall_s:.0f} seconds and was stopped.",
                        "Repair it (for example qpdf in.pdf out.pdf), or leave it out.",
                    ) from None
                continue
            waited = 0.0
            if frame is None:
                self.stop()
                raise FileDamaged(
                    f"{name}: the PDF reader crashed on this file.",
                    "Repair it (for example qpdf in.pdf out.pdf), or leave it out.",
                )
            if frame[0] == "page":
                if progress:
                    progress(frame[1], frame[2])
            elif frame[0] == "failed":
                kind = getattr(errors, frame[1], ReadError)
                raise kind(frame[2], frame[3])
            else:
                return frame[1]  # type: ignore[no-any-return]
