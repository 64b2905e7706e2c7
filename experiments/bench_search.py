"""How fast is search as a library grows? `python -m experiments.bench_search --seeds LIBRARY`.

Makes libraries of 1,000, 10,000 and 100,000 chunks out of the chunks of a real one: their sentences shuffled, some of
their words replaced by others of the library, their vectors moved a little, a hundred chunks to a document. Then asks
real questions, with and without a document to search in, and prints the median and the 95th percentile in
milliseconds and the memory that the process holds. `--plot FILE` draws them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from corpora.boxes import pack
from corpora.library import Library
from corpora.model import Chunk, Page, Span
from corpora.prepared import Prepared
from experiments.questions import load

SIZES = (1_000, 10_000, 100_000)
PER_DOCUMENT = 100
#: How far a vector is moved, as a share of its length, and the share of words that are replaced.
MOVED, REPLACED = 0.35, 0.15


@dataclass(frozen=True)
class Row:
    """Times of one kind of search at one size, in milliseconds; memory in MiB."""

    chunks: int
    limited: bool
    p50_ms: float
    p95_ms: float
    resident_mib: float


def documents(seeds: Library, chunks: int, seed: int = 7) -> Iterator[tuple[Prepared, np.ndarray, bytes]]:
    """Made documents with their vectors, until there are so many chunks."""
    ids, matrix = seeds.vectors_of()
    texts = dict(
        seeds.connection().execute(
            'SELECT c.id, substr(p.text, c.start + 1, c."end" - c.start) FROM chunks c '
            "JOIN pages p ON p.document_id = c.document_id AND p.number = c.page"
        )
    )
    words = [word for text in texts.values() for word in text.split()]
    chance = random.Random(seed)
    noise = np.random.default_rng(seed)
    for number in range(max(chunks // PER_DOCUMENT, 1)):
        count = min(PER_DOCUMENT, chunks)
        picked = [chance.randrange(len(ids)) for _ in range(count)]
        made = [_varied(texts[ids[index]], words, chance) for index in picked]
        moved = matrix[picked] + MOVED * noise.standard_normal((count, matrix.shape[1])) / np.sqrt(matrix.shape[1])
        vectors = (moved / np.linalg.norm(moved, axis=1, keepdims=True)).astype(np.float32)
        yield _prepared(number, made), vectors, f"document {number}".encode()


def _varied(text: str, words: Sequence[str], chance: random.Random) -> str:
    own = text.split()
    for place in range(len(own)):
        if chance.random() < REPLACED:
            own[place] = chance.choice(words)
    return " ".join(own) or "nothing"


def _prepared(number: int, texts: Sequence[str]) -> Prepared:
    identity = hashlib.sha256(f"document {number}".encode()).hexdigest()
    pages, chunks = [], []
    for place, text in enumerate(texts, 1):
        pages.append(Page(identity, place, str(place), text, 612, 792))
        chunks.append(Chunk(Span(identity, place, 0, len(text)), text))
    empty = pack(np.zeros((0, 4), np.float32))
    return Prepared(
        document_id=identity,
        file=f"made-{number:05}.pdf",
        path=f"/made/{number:05}.pdf",
        title=f"Made report {number}",
        cruise=f"MR{number:04}",
        year=str(1990 + number % 35),
        author="",
        created="",
        words=f"Made report {number} MR{number:04} {texts[0][:200]}",
        bytes=1,
        text_reader="made",
        facts_reader="made",
        notes=(),
        outline=(),
        pages=tuple(pages),
        boxes=tuple(empty for _ in pages),
        chunks=tuple(chunks),
        search_texts=tuple(texts),
        embed_texts=tuple(f"{number} {place}" for place in range(len(texts))),
    )


def build(seeds: Library, home: Path, chunks: int) -> None:
    """A library of so many chunks; one whose making was interrupted is completed."""
    library = Library(home)
    source = home.parent / f"{home.name}.txt"
    there = {document.document_id for document in library.documents()}
    if len(there) >= max(chunks // PER_DOCUMENT, 1):
        return
    with library.writer():
        for prepared, vectors, content in documents(seeds, chunks):
            if prepared.document_id in there:
                continue
            source.write_bytes(content)
            library.add(prepared, vectors, source)
    library.close()


def measure(home: Path, questions: Sequence[str], *, limited: bool) -> Row:
    """Every question once, after the first few for warming up and the seconds for which a fresh index is guarded."""
    from corpora.search import search
    from corpora.zeroed import LINGER

    library = Library(home)
    everything = library.documents()
    scopes = [
        [everything[(7919 * place) % len(everything)].document_id] if limited else None
        for place in range(len(questions))
    ]
    for question in questions[:5]:
        search(library, question, k=10)
    time.sleep(LINGER + 0.5)
    times = []
    for question, scope in zip(questions, scopes, strict=True):
        started = time.perf_counter()
        search(library, question, k=10, documents=scope)
        times.append(1000 * (time.perf_counter() - started))
    chunks = library.stats()["chunks"]
    library.close()
    return Row(chunks, limited, statistics.median(times), float(np.quantile(times, 0.95)), _resident())


def _resident() -> float:
    """What this process holds in memory now, in MiB; the most it held where that cannot be read."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def rows(seeds: Path, questions: Path, folder: Path, sizes: Sequence[int] = SIZES) -> list[Row]:
    """One row for each size, open and limited to a document, each measured in a process of its own.

    Libraries that stand in `folder` already are used again.
    """
    found = []
    for size in sizes:
        home = folder / f"chunks-{size}"
        folder.mkdir(parents=True, exist_ok=True)
        build(Library(seeds), home, size)
        for limited in (False, True):
            command = [sys.executable, "-m", "experiments.bench_search", "--one", str(home)]
            command += ["--questions", str(questions), *(["--limited"] if limited else [])]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found.append(Row(**json.loads(done.stdout.strip().splitlines()[-1])))
    return found


def plot(found: Sequence[Row], file: Path) -> None:
    """The medians (lines) and 95th percentiles (bars) over the number of chunks."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6.4, 4), layout="constrained")
    for limited, name, colour in ((False, "all documents", "#1b6ca8"), (True, "one document", "#c8553d")):
        part = [row for row in found if row.limited == limited]
        sizes, middle = [row.chunks for row in part], [row.p50_ms for row in part]
        upper = [row.p95_ms - row.p50_ms for row in part]
        below = [0.0] * len(part)
        axes.errorbar(sizes, middle, yerr=[below, upper], marker="o", capsize=4, color=colour, label=name)
    axes.axhline(25, color="#888888", linewidth=1, linestyle="--", label="25 ms")
    axes.set(xscale="log", xlabel="chunks in the library", ylabel="one search, ms (p50, bar to p95)", ylim=(0, None))
    axes.legend(frameon=False)
    figure.savefig(file, dpi=150)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=Path, help="a library whose chunks the made ones are like")
    parser.add_argument("--questions", type=Path, default=Path(__file__).with_name("fresh_questions.jsonl"))
    parser.add_argument("--folder", type=Path, help="keep (and reuse) the made libraries here")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--limited", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    write = sys.stdout.write
    if options.one:
        asked = [question.question for question in load(options.questions)]
        write(json.dumps(asdict(measure(options.one, asked, limited=options.limited))) + "\n")
        return 0
    if options.seeds is None:
        parser.error("--seeds names the library whose chunks the made ones are like")
    with tempfile.TemporaryDirectory() as scratch:
        found = rows(options.seeds, options.questions, options.folder or Path(scratch), options.sizes)
    write(f"{'chunks':>9}  {'searched':14}{'p50 ms':>8}{'p95 ms':>8}{'MiB':>8}\n")
    for row in found:
        where = "one document" if row.limited else "everything"
        write(f"{row.chunks:9,}  {where:14}{row.p50_ms:8.1f}{row.p95_ms:8.1f}{row.resident_mib:8.0f}\n")
    if options.plot:
        plot(found, options.plot)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
