"""The speed benchmarks: `make bench`, or `python -m experiments.bench [--pdfs FOLDER] [--parts NAMES] [--print]`.

Each figure is measured beside its baseline in the same run and printed with the machine; the table goes into
docs/benchmarks.md between its markers, unless `--print` is given. Nothing here is a test: a slow machine fails nothing.
A part that cannot be measured says why in its row, and the others go on.

Parts: start (command line, page), ingest and memory (beside the plain pipeline), search (warm, over the same files),
sizes (search as a library grows), turn (overhead of a turn), page (the page under use). The last three come from
experiments/bench_search.py, bench_turn.py and bench_page.py, which also run alone.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from experiments.machine import machine_line

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs" / "benchmarks.md"
DEFAULT_PDFS = ROOT.parent / "shared" / "data" / "pdfs" / "cruise"
PARTS = ("start", "ingest", "encoder", "search", "sizes", "turn", "page")
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
    pages = sum(result.pages for result in ingest(library, find_files(files), screen=suspicious, ocr="off"))
seconds = time.perf_counter() - started
import resource
print("RESULT", pages, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


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
    """Pages a second from file to searchable, models warm, in turn: Leadline, plain, Leadline, plain ...; and the most
    memory that each process held.
    """
    rates: dict[str, list[float]] = {"leadline": [], "plain": []}
    memory: dict[str, float] = {}
    for _ in range(rounds):
        for name in rates:
            with tempfile.TemporaryDirectory() as home:
                out = _child([_INGEST, name, home, *map(str, files)])
            pages, seconds, most = out.split("RESULT")[1].split()
            rates[name].append(int(pages) / float(seconds))
            memory[name] = float(most)
    ours, plain = (statistics.median(rates[name]) for name in ("leadline", "plain"))
    ratio = statistics.median(a / b for a, b in zip(rates["leadline"], rates["plain"], strict=True))
    count = f"{len(files)} files"
    return [
        (
            f"file to searchable, {count}, screening included, OCR off",
            f"{ours:.1f} pages/s",
            f"{plain:.1f} pages/s (plain pipeline)",
            f"{ratio:.2f} times",
        ),
        (
            f"most memory while ingesting {count}",
            f"{memory['leadline']:,.0f} MiB",
            f"{memory['plain']:,.0f} MiB (plain pipeline)",
            f"{memory['leadline'] / memory['plain']:.2f} times",
        ),
    ]


def bench_search(home: Path, files: Sequence[Path]) -> list[Row]:
    """Milliseconds of one warm search, beside the plain pipeline's over the same files, and of one embedded answer."""
    from assistant.assistant import Assistant
    from assistant.settings import load
    from corpora.search import search
    from experiments.plain import PlainPipeline

    assistant = Assistant(load(home=home, model="embedded"))
    library = assistant.library
    chunks = library.stats()["chunks"]
    assistant.ask(QUESTIONS[0])
    ours = _many(lambda question: search(library, question))
    answer = _many(assistant.ask)
    library.close()
    with tempfile.TemporaryDirectory() as folder:
        plain = PlainPipeline(Path(folder))
        # A few files are enough: the plain search hardly depends on how many there are.
        plain.ingest(files[:8])
        theirs = _many(plain.search)
    return [
        (f"search, 10 hits, {chunks:,} chunks", _told(ours), f"{_told(theirs)} (plain pipeline, 8 files)", ""),
        (f"embedded answer, guards and checks included, {chunks:,} chunks", _told(answer), "p50 at most 300 ms", ""),
    ]


def _many(work: Callable[[str], object]) -> list[float]:
    return sorted(_timed(work, question) for question in QUESTIONS * 3)


def _told(times: Sequence[float]) -> str:
    return f"p50 {1000 * statistics.median(times):.0f} ms, p95 {1000 * times[int(0.95 * len(times))]:.0f} ms"


def _timed(work: Callable[[str], object], question: str) -> float:
    started = time.perf_counter()
    work(question)
    return time.perf_counter() - started


def bench_start() -> list[Row]:
    """`leadline --help`, a search in a fresh process, and the page's first answer over HTTP after `leadline serve`."""
    program = [sys.executable, "-c", "from assistant.cli import main; main()"]
    rows = []
    times = [_run([*program, "--help"]) for _ in range(5)]
    rows.append(("leadline --help", f"{statistics.median(times):.2f} s", "at most 0.5 s", ""))
    with tempfile.TemporaryDirectory() as home:
        from corpora.library import Library
        from corpora.samples import sample_files
        from ingest.pipeline import find_files, ingest

        library = Library(Path(home))
        for _ in ingest(library, find_files(sample_files())):
            pass
        library.close()
        times = [_run([*program, "search", QUESTIONS[0]], LEADLINE_HOME=home) for _ in range(3)]
    rows.append(("leadline search, fresh process", f"{statistics.median(times):.1f} s", "at most 5 s", ""))
    served, held = [], []
    for _ in range(3):
        seconds, memory = _serve(program)
        served.append(seconds)
        held.append(memory)
    rows.append(("leadline serve to HTTP", f"{statistics.median(served):.1f} s", "at most 8 s", ""))
    rows.append(("memory of the page when it is ready", f"{statistics.median(held):,.0f} MiB", "", ""))
    return rows


def _run(command: Sequence[str], **environment: str) -> float:
    started = time.perf_counter()
    subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - started


def _serve(program: Sequence[str]) -> tuple[float, float]:
    """(seconds until the page answers, MiB that the server holds then)."""
    import psutil

    with tempfile.TemporaryDirectory() as home:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        started = time.perf_counter()
        server = subprocess.Popen(
            [*program, "serve", "--port", str(port)],
            cwd=ROOT,
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
            else:
                raise RuntimeError("the page did not answer within 60 s")
            return time.perf_counter() - started, psutil.Process(server.pid).memory_info().rss / 2**20
        finally:
            server.kill()
            server.wait()


def bench_other(module: str, *given: object) -> list[Row]:
    """The rows of another benchmark of this folder: its `rows(...)`, as tuples or as records."""
    from importlib import import_module

    found = import_module(f"experiments.{module}").rows(*given)
    return [_row(module, one) for one in found]


def _row(module: str, found: object) -> Row:
    if isinstance(found, tuple | list):
        cells = [str(one) for one in found][:4]
        return (cells[0], *(*cells[1:], "", "", "")[:3])  # type: ignore[return-value]
    if isinstance(found, dict):
        name = f"{module.removeprefix('bench_')}: {found['name']}".replace("turn: turn", "turn")
        bound = "p50 at most 250 ms" if found["name"] == "overhead" else ""
        return (name, f"p50 {found['p50_ms']:.0f} ms, p95 {found['p95_ms']:.0f} ms, {found['n']} turns", bound, "")
    told: dict[str, Any] = asdict(found) if is_dataclass(found) and not isinstance(found, type) else vars(found)
    if module == "bench_search":
        where = "in one document" if told["limited"] else "in all documents"
        return (
            f"search {where}, {told['chunks']:,} chunks",
            f"p50 {told['p50_ms']:.1f} ms, p95 {told['p95_ms']:.1f} ms, {told['resident_mib']:,.0f} MiB",
            "" if told["limited"] else "p50 at most 25 ms, 1,536 MiB at 100,000",
            "",
        )
    name, *rest = told.values()
    return (str(name), *(*map(str, rest), "", "", "")[:3])  # type: ignore[return-value]


def table(rows: Sequence[Row]) -> str:
    lines = ["| what | Leadline | baseline or bound | ratio |", "|---|---|---|---|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def measured(name: str, work: Callable[[], list[Row]]) -> list[Row]:
    """The rows of one part; where it fails, one row that says why."""
    sys.stderr.write(f"{name} ...\n")
    try:
        rows = work()
    except Exception as error:  # noqa: BLE001 - told in the table; the other parts are measured all the same
        rows = [(f"{name}: not measured", f"{type(error).__name__}: {str(error)[:120]}".replace("|", "/"), "", "")]
    for row in rows:
        # Said at once: a run that is stopped has not measured for nothing.
        sys.stderr.write(f"  {' | '.join(part for part in row if part)}\n")
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pdfs", type=Path, default=DEFAULT_PDFS, help="folder of PDFs; the samples where absent")
    parser.add_argument("--rounds", type=int, default=1, help="how often each pipeline ingests the folder")
    parser.add_argument("--parts", default=",".join(PARTS), help=f"some of {', '.join(PARTS)}")
    parser.add_argument("--print", action="store_true", dest="only_print", help="leave docs/benchmarks.md as it is")
    options = parser.parse_args(arguments)
    os.environ.setdefault("TQDM_DISABLE", "1")
    parts = [part.strip() for part in options.parts.split(",") if part.strip()]
    if wrong := [part for part in parts if part not in PARTS]:
        parser.error(f"there is no part {', '.join(wrong)}; the parts are {', '.join(PARTS)}")
    from corpora.samples import sample_files

    files = sorted(options.pdfs.rglob("*.pdf")) if options.pdfs.is_dir() else sample_files()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch, "home")
        if {"search", "sizes"} & set(parts):
            _fill(home, files)
        for name, work in (
            ("start", bench_start),
            ("ingest", lambda: bench_ingest(files, options.rounds)),
            ("encoder", lambda: bench_other("bench_ingest")),
            ("search", lambda: bench_search(home, files)),
            ("sizes", lambda: bench_other("bench_search", home, _questions(), Path(scratch, "sizes"))),
            ("turn", lambda: bench_other("bench_turn")),
            ("page", lambda: bench_other("bench_page")),
        ):
            if name in parts:
                rows += measured(name, work)
    text = f"Measured on {machine_line()}.\n\n{table(rows)}\n"
    sys.stdout.write(text)
    if not options.only_print and DOCS.exists():
        before, rest = DOCS.read_text(encoding="utf-8").split(START)
        after = rest.split(END)[1]
        DOCS.write_text(f"{before}{START}\n{text}{END}{after}", encoding="utf-8")
    return 0


def _questions() -> Path:
    from experiments import bench_search  # type: ignore[attr-defined]

    return Path(str(bench_search.__file__)).with_name("fresh_questions.jsonl")


def _fill(home: Path, files: Sequence[Path]) -> None:
    from corpora.library import Library
    from ingest.pipeline import find_files, ingest

    library = Library(home)
    for _ in ingest(library, find_files(files)):
        pass
    library.close()


if __name__ == "__main__":
    raise SystemExit(main())
