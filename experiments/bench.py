"""The speed benchmarks: `make bench`, or `python -m experiments.bench [--pdfs FOLDER] [--write]`.

Each figure is measured beside its baseline in the same run and printed with the machine; `--write` puts the table
into docs/benchmarks.md between its markers. Nothing here is a test: a slow machine fails nothing.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs" / "benchmarks.md"
DEFAULT_PDFS = ROOT.parent / "shared" / "data" / "pdfs" / "cruise"
START, END = "<!-- bench:start -->", "<!-- bench:end -->"
QUESTIONS = (
    "Who was the chief scientist?",
    "Which salinometer was used for the salinity measurements?",
    "How many floats were deployed?",
    "What was the precision of the duplicate samples?",
    "Which reference materials were used?",
    "When did weather stop the work?",
    "At what depth was the deepest cast?",
    "How was the oxygen sensor calibrated?",
)
Row = tuple[str, str, str, str]

_INGEST = """
import sys, time
from pathlib import Path
files = [Path(p) for p in sys.argv[3:]]
if sys.argv[1] == "plain":
    from experiments.plain import PlainPipeline
    pipeline = PlainPipeline(Path(sys.argv[2]))
    pipeline._model.encode(["warm"])
    started = time.perf_counter()
    pages = pipeline.ingest(files).pages
else:
    from assistant.screening import suspicious
    from corpora.library import Library
    from ingest.pipeline import find_files, ingest
    library = Library(Path(sys.argv[2]))
    library.encoder.encode(["warm"])
    started = time.perf_counter()
    pages = sum(result.pages for result in ingest(library, find_files(files), screen=suspicious))
print("RESULT", pages, time.perf_counter() - started)
"""


def machine() -> str:
    """The processor, its cores, and the versions that the figures depend on."""
    name = platform.processor() or platform.machine()
    cpu = Path("/proc/cpuinfo")
    if cpu.exists():
        match = re.search(r"model name\s*:\s*(.+)", cpu.read_text(encoding="utf-8"))
        name = match.group(1) if match else name
    return f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}"


def _child(arguments: Sequence[str]) -> str:
    environment = {**os.environ, "TQDM_DISABLE": "1", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"}
    done = subprocess.run(
        [sys.executable, "-c", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    return done.stdout


def bench_ingest(files: Sequence[Path], rounds: int) -> list[Row]:
    """Pages a second from file to searchable, models warm, in turn: Leadline, plain, Leadline, plain ..."""
    rates: dict[str, list[float]] = {"leadline": [], "plain": []}
    for _ in range(rounds):
        for name in rates:
            with tempfile.TemporaryDirectory() as home:
                out = _child([_INGEST, name, home, *map(str, files)])
            pages, seconds = out.split("RESULT")[1].split()
            rates[name].append(int(pages) / float(seconds))
    ours, plain = (statistics.median(rates[name]) for name in ("leadline", "plain"))
    ratio = statistics.median(a / b for a, b in zip(rates["leadline"], rates["plain"], strict=True))
    return [
        (f"file to searchable, {len(files)} files", f"{ours:.1f} pages/s", f"{plain:.1f} pages/s", f"{ratio:.2f} times")
    ]


def bench_search(home: Path) -> list[Row]:
    """Milliseconds of one warm search and of one warm embedded answer."""
    from assistant.assistant import Assistant
    from assistant.settings import load
    from corpora.search import search

    assistant = Assistant(load(home=home, model="embedded"))
    library = assistant.library
    assistant.ask(QUESTIONS[0])
    rows = []
    for name, work in (
        ("search, 10 hits", lambda q: search(library, q)),
        ("embedded answer, guards and checks included", assistant.ask),
    ):
        times = sorted(_timed(work, question) for question in QUESTIONS * 3)
        p50, p95 = statistics.median(times), times[int(0.95 * len(times))]
        chunks = library.stats()["chunks"]
        rows.append((f"{name}, {chunks:,} chunks", f"p50 {1000 * p50:.0f} ms, p95 {1000 * p95:.0f} ms", "", ""))
    library.close()
    return rows


def _timed(work: Callable[[str], object], question: str) -> float:
    started = time.perf_counter()
    work(question)
    return time.perf_counter() - started


def bench_start() -> list[Row]:
    """`leadline --help`, a cold search, and the page's first answer over HTTP after `leadline serve`."""
    program = shutil.which("leadline", path=str(Path(sys.executable).parent)) or "leadline"
    rows = []
    times = []
    for _ in range(5):
        started = time.perf_counter()
        subprocess.run([program, "--help"], stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - started)
    rows.append(("leadline --help", f"{statistics.median(times):.2f} s", "at most 0.5 s", ""))
    times = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as home:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            started = time.perf_counter()
            server = subprocess.Popen(
                [program, "serve", "--port", str(port)],
                env={**os.environ, "LEADLINE_HOME": home},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                while time.perf_counter() - started < 60:
                    try:
                        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).read()
                        break
                    except OSError:
                        time.sleep(0.05)
                times.append(time.perf_counter() - started)
            finally:
                server.kill()
                server.wait()
    rows.append(("leadline serve to HTTP", f"{statistics.median(times):.1f} s", "at most 8 s", ""))
    return rows


def table(rows: Sequence[Row]) -> str:
    lines = ["| what | Leadline | baseline or bound | ratio |", "|---|---|---|---|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pdfs", type=Path, default=DEFAULT_PDFS, help="folder of PDFs; the samples where absent")
    parser.add_argument("--rounds", type=int, default=1, help="how often each pipeline ingests the folder")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    options = parser.parse_args(arguments)
    from corpora.library import Library
    from corpora.samples import sample_files
    from ingest.pipeline import find_files, ingest

    files = sorted(options.pdfs.rglob("*.pdf")) if options.pdfs.is_dir() else sample_files()
    rows = bench_start()
    rows += bench_ingest(files, options.rounds)
    with tempfile.TemporaryDirectory() as home:
        library = Library(Path(home))
        for _ in ingest(library, find_files(files)):
            pass
        library.close()
        rows += bench_search(Path(home))
    text = f"Measured on {machine()}.\n\n{table(rows)}\n"
    sys.stdout.write(text)
    if options.write and DOCS.exists():
        before, rest = DOCS.read_text(encoding="utf-8").split(START)
        after = rest.split(END)[1]
        DOCS.write_text(f"{before}{START}\n{text}{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
