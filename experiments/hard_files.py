"""What becomes of each file of a folder of hard PDFs: status, seconds, peak memory of the reading process, reason.

    python -m experiments.hard_files [FOLDER] [--ocr auto]

Each file is read by a reading process of its own, as `leadline ingest` does it, and timed from its start.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from corpora.errors import ReadError
from ingest.reader import Reader

#: What every file must stay within.
MOST_SECONDS, MOST_MIB = 20.0, 1536.0


@dataclass(frozen=True)
class Outcome:
    """What became of one file; `memory_mib` and `processor_s` are 0 where the system does not say.

    `processor_s` is the time that the reading process computed, on all its threads: on a machine that is busy with
    other things it says more than the seconds by the clock.
    """

    file: str
    status: str
    seconds: float
    processor_s: float
    memory_mib: float
    said: str

    @property
    def within(self) -> bool:
        return self.seconds <= MOST_SECONDS and self.memory_mib <= MOST_MIB


def look(path: Path, ocr: str = "auto") -> Outcome:
    """Read one file in a fresh process."""
    started = time.monotonic()
    with Reader() as reader:
        try:
            prepared = reader.read(path, ocr=ocr)
            status = "read"
            said = "; ".join(prepared.notes) if prepared else ""
            said = f"{len(prepared.pages) if prepared else 0} pages{'; ' if said else ''}{said}"
        except ReadError as error:
            status, said = type(error).__name__, str(error)
        seconds = time.monotonic() - started
        processor, memory = _spent(reader.process_id)
    return Outcome(path.name, status, seconds, processor, memory, said)


def _spent(process_id: int | None) -> tuple[float, float]:
    """Processor seconds of a process, and the most memory that it has held in MiB, from Linux's own record."""
    import psutil

    try:
        times = psutil.Process(process_id).cpu_times()
        status = Path(f"/proc/{process_id}/status").read_text(encoding="ascii")
    except (OSError, psutil.Error):
        return 0.0, 0.0
    match = re.search(r"VmHWM:\s*(\d+) kB", status)
    return times.user + times.system, int(match.group(1)) / 1024 if match else 0.0


def report(outcomes: list[Outcome]) -> str:
    lines = [f"{'file':44} {'status':15} {'s':>6} {'CPU s':>6} {'MiB':>6}  what is said"]
    lines += [
        f"{o.file[:44]:44} {o.status:15} {o.seconds:6.1f} {o.processor_s:6.1f} {o.memory_mib:6.0f}  {o.said}"
        for o in outcomes
    ]
    counts = Counter(outcome.status for outcome in outcomes)
    beyond = [outcome.file for outcome in outcomes if not outcome.within]
    slowest = max(outcomes, key=lambda o: o.seconds)
    largest = max(outcomes, key=lambda o: o.memory_mib)
    lines += [
        "",
        f"{len(outcomes)} files: " + ", ".join(f"{count} {status}" for status, count in counts.most_common()),
        f"within {MOST_SECONDS:.0f} s and {MOST_MIB / 1024:.1f} GiB: {len(outcomes) - len(beyond)} of {len(outcomes)}"
        + (f" (not: {', '.join(beyond)})" if beyond else ""),
        f"slowest {slowest.file} {slowest.seconds:.1f} s, largest {largest.file} {largest.memory_mib:.0f} MiB",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    default = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "pdfs" / "hard"
    parser.add_argument("folder", nargs="?", type=Path, default=default)
    parser.add_argument("--ocr", choices=("auto", "off"), default="auto")
    given = parser.parse_args()
    files = sorted(path for path in given.folder.iterdir() if path.suffix.lower() == ".pdf")
    sys.stdout.write(report([look(path, given.ocr) for path in files]) + "\n")


if __name__ == "__main__":
    main()
