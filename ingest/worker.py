"""The reading process: it opens files that may be hostile, so that the one that holds the library does not.

`python -m ingest.worker` takes one JSON line a file on its input, and answers with pickled frames on its
output, each after its length in eight bytes: ("page", read, all) while it reads, then ("done", Prepared) or
("failed", error). It is killed and started again when it stalls or dies.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import struct
import sys
from pathlib import Path
from typing import IO, Any

#: Address space of the reading process, in bytes: a file that wants more is refused.
MEMORY_LIMIT = 4 * 2**30


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))


def _send(stream: IO[bytes], frame: tuple[Any, ...]) -> None:
    data = pickle.dumps(frame, protocol=5)
    stream.write(struct.pack("<Q", len(data)))
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[Any, ...] | None:
    """The next frame, or None when the process has gone."""
    head = stream.read(8)
    if len(head) < 8:
        return None
    (size,) = struct.unpack("<Q", head)
    data = stream.read(size)
    return pickle.loads(data) if len(data) == size else None


def main() -> None:
    # Whatever a library prints must not fall between the frames.
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _limit_memory()
    from corpora.errors import FileDamaged, FileTooLarge, LeadlineError
    from ingest.prepare import prepare

    for line in sys.stdin:
        job = json.loads(line)
        path = Path(job["path"])
        try:
            prepared = prepare(
                path,
                file=job["file"],
                origin=job["origin"],
                max_bytes=job["max_bytes"],
                ocr=job.get("ocr", "auto"),
                progress=lambda read, total: _send(output, ("page", read, total)),
            )
            _send(output, ("done", prepared))
        except LeadlineError as error:
            _send(output, ("failed", type(error).__name__, error.message, error.mend))
        except MemoryError:
            too_large = FileTooLarge(
                f"{job['file']}: reading it needs more than {MEMORY_LIMIT / 2**30:.0f} GiB of memory.",
                "Split it.",
            )
            _send(output, ("failed", "FileTooLarge", too_large.message, too_large.mend))
        except Exception as unexpected:  # noqa: BLE001 - one file must never end the run; the reason is reported
            damaged = FileDamaged(
                f"{job['file']}: reading failed ({type(unexpected).__name__}: {str(unexpected)[:160]}).",
                "Repair it (for example qpdf in.pdf out.pdf), or report this file.",
            )
            _send(output, ("failed", "FileDamaged", damaged.message, damaged.mend))


if __name__ == "__main__":
    main()
