"""Finding on judged sets: `python -m experiments.judged --cranfield FOLDER --nfcorpus FOLDER`.

Prints nDCG at 10 of Leadline's search beside plain BM25 (SQLite FTS5 with Porter stems, any word) and plain MiniLM
(cosine of the whole text, cut where the encoder cuts it), over the same texts in the same run. Cranfield: 1,400
abstracts, 225 questions; every judged reference counts alike, since the sources of its grades contradict each other.
NFCorpus: 3,162 abstracts, 325 titles as questions, direct links (2) above indirect ones (1). Nothing is tuned on them.
"""

from __future__ import annotations

import argparse
import math
import re
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpora.encoder import Encoder, SentenceEncoder
from corpora.library import Library
from experiments.texts import Remembering, add

#: A text is one chunk up to this length, which nearly every abstract keeps within.
CHUNK = 1600
Ranker = Callable[[str], list[str]]


@dataclass(frozen=True)
class JudgedSet:
    """Texts by id, questions by id, and for each question the gains of the texts that answer it."""

    name: str
    texts: Mapping[str, str]
    questions: Mapping[str, str]
    gains: Mapping[str, Mapping[str, float]]


def ndcg(found: Sequence[str], gains: Mapping[str, float], cut: int = 10) -> float:
    """Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002), gains as powers of two less one.

    >>> ndcg(["a", "b"], {"a": 1.0})
    1.0
    """

    def total(values: Sequence[float]) -> float:
        return sum((2**gain - 1) / math.log2(rank + 1) for rank, gain in enumerate(values[:cut], 1))

    best = total(sorted(gains.values(), reverse=True))
    return total([gains.get(one, 0.0) for one in found]) / best if best else 0.0


def cranfield(folder: Path) -> JudgedSet:
    """Read the collection's own files. Questions are judged by their place, whatever number they carry."""

    def records(name: str) -> list[dict[str, str]]:
        found = []
        for block in re.split(r"^\.I ", (folder / name).read_text(encoding="utf-8", errors="replace"), flags=re.M)[1:]:
            number, _, rest = block.partition("\n")
            fields = dict(re.findall(r"^\.([A-Z])\n(.*?)(?=^\.[A-Z]\n|\Z)", rest, flags=re.M | re.S))
            found.append({"I": number.strip(), **fields})
        return found

    texts = {one["I"]: _plain(one.get("W", "")) or _plain(one.get("T", "")) for one in records("cran.all.1400")}
    questions = {str(place): _plain(one["W"]) for place, one in enumerate(records("cran.qry"), 1)}
    gains: dict[str, dict[str, float]] = {}
    for line in (folder / "cranqrel").read_text(encoding="utf-8").splitlines():
        fields = line.split()
        if len(fields) == 3 and int(fields[2]) != 5:
            gains.setdefault(fields[0], {})[fields[1]] = 1.0
    return JudgedSet("Cranfield", {k: t for k, t in texts.items() if t}, questions, gains)


def nfcorpus(folder: Path, part: str = "test") -> JudgedSet:
    """Read one part of NFCorpus: its texts, its titles as questions, its grades 2-1-0."""

    def table(name: str) -> dict[str, str]:
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
        return {key: text for key, _, text in (line.partition("\t") for line in lines) if text.strip()}

    gains: dict[str, dict[str, float]] = {}
    for line in (folder / f"{part}.2-1-0.qrel").read_text(encoding="utf-8").splitlines():
        question, _, document, grade = line.split()
        gains.setdefault(question, {})[document] = float(grade)
    return JudgedSet("NFCorpus", table(f"{part}.docs"), table(f"{part}.titles.queries"), gains)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def plain_bm25(judged: JudgedSet) -> Ranker:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE texts USING fts5(id UNINDEXED, body, tokenize = 'porter unicode61')")
    connection.executemany("INSERT INTO texts VALUES (?, ?)", judged.texts.items())

    def find(question: str) -> list[str]:
        expression = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", question))
        rows = connection.execute("SELECT id FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT 10", (expression,))
        return [row[0] for row in rows]

    return find


def plain_minilm(judged: JudgedSet, encoder: Encoder) -> Ranker:
    ids = list(judged.texts)
    matrix = encoder.encode([judged.texts[one] for one in ids])

    def find(question: str) -> list[str]:
        cosines = matrix @ encoder.encode([question])[0]
        return [ids[place] for place in np.argsort(-cosines)[:10]]

    return find


def leadline(judged: JudgedSet, encoder: Encoder, folder: Path) -> Ranker:
    from corpora.search import search

    ids = list(judged.texts)
    library = Library(folder / judged.name, encoder)
    add(library, judged.name, [judged.texts[one] for one in ids], CHUNK, folder)

    def find(question: str) -> list[str]:
        pages = dict.fromkeys(hit.span.page for hit in search(library, question, k=30))
        return [ids[page - 1] for page in pages][:10]

    return find


def run(judged: JudgedSet, encoder: Encoder | None = None) -> list[tuple[str, float]]:
    """(pipeline, mean nDCG at 10) over the questions that have an answer."""
    shared = Remembering(encoder or SentenceEncoder())
    with tempfile.TemporaryDirectory() as scratch:
        rankers = (
            ("Leadline", leadline(judged, shared, Path(scratch))),
            ("plain BM25", plain_bm25(judged)),
            ("plain MiniLM", plain_minilm(judged, shared)),
        )
        asked = [key for key in judged.questions if judged.gains.get(key)]
        return [
            (name, sum(ndcg(find(judged.questions[key]), judged.gains[key]) for key in asked) / len(asked))
            for name, find in rankers
        ]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cranfield", type=Path, help="folder with cran.all.1400, cran.qry and cranqrel")
    parser.add_argument("--nfcorpus", type=Path, help="folder with test.docs, test.titles.queries, test.2-1-0.qrel")
    options = parser.parse_args(arguments)
    sets = [cranfield(options.cranfield)] if options.cranfield else []
    sets += [nfcorpus(options.nfcorpus)] if options.nfcorpus else []
    if not sets:
        parser.error("name at least one of --cranfield and --nfcorpus")
    for judged in sets:
        sys.stdout.write(f"{judged.name}: {len(judged.texts):,} texts, {len(judged.questions)} questions\n")
        for name, value in run(judged):
            sys.stdout.write(f"  {name:14} nDCG@10 {value:.3f}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
