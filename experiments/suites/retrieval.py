"""Does search find the page? On question files that name the pages; Leadline's search beside the plain pipeline.

Pages are judged, and each page counts once, at its best rank. nDCG is that of Järvelin and Kekäläinen (2002) with
gains of 0 and 1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpora.errors import UsageError
from experiments.questions import Question
from experiments.suite import Case, Measure, Outcome, Setup, Table, Worker
from experiments.suites.answers import _content, _question, question_file, question_library, read_questions

CUTS = (1, 3, 5, 10)
SEARCHES = ("leadline", "plain")
Place = tuple[str, int]


def retrieval() -> RetrievalSuite:
    return RetrievalSuite()


@dataclass(frozen=True)
class RetrievalSuite:
    name: str = "retrieval"
    title: str = "Finding the page"
    takes: str = "searches"
    judge: str = "pages named in the question file"
    default_models: tuple[str, ...] = ("leadline",)

    def cases(self, setup: Setup) -> list[Case]:
        found = [one for one in read_questions(question_file(setup)) if one.places]
        return [Case(one.id, one.kind or "question", _content(one)) for one in found]

    def describe(self, model: str, setup: Setup) -> dict[str, Any]:
        from importlib.metadata import version

        name = named(model)
        if name == "plain":
            return {"name": name, "encoder": "all-MiniLM-L6-v2", "chunks": "1,000 characters, 200 overlap"}
        return {"name": name, "encoder": setup.settings.encoder, "digest": f"leadline {version('leadline')}"}

    def worker(self, model: str, setup: Setup) -> Worker:
        return _Plain(setup) if named(model) == "plain" else _Ours(setup)

    def tables(self, rows: Sequence[Mapping[str, Any]]) -> list[Table]:
        return []


def named(model: str) -> str:
    """Which search a name means: a chat model's has no part in it, so that each stands for Leadline's.

    >>> named("ollama:qwen3:4b")
    'leadline'
    """
    return "plain" if model == "plain" else "leadline"


class _Ours:
    def __init__(self, setup: Setup) -> None:
        self._library = question_library(setup)
        self._in_file = setup.in_file

    def run(self, case: Case, seed: int) -> Outcome:
        from tools.documents import search_documents

        question = _question(case.content)
        files = list(question.files) if self._in_file and question.files else None
        hits = search_documents(self._library, question.question, files, 10)
        return outcome(question, [(hit.document, hit.span.page) for hit in hits])

    def close(self) -> None:
        self._library.close()


class _Plain:
    """The plain pipeline over the same PDFs, indexed once beside the library."""

    def __init__(self, setup: Setup) -> None:
        from experiments.plain import PlainPipeline

        files = self._files(setup)
        folder = setup.settings.home / "experiments" / "plain" / (setup.data.name if setup.data else "samples")
        fresh = not (folder / "chroma.sqlite3").exists()
        folder.mkdir(parents=True, exist_ok=True)
        self._pipeline = PlainPipeline(folder)
        self._in_file = setup.in_file
        if fresh:
            self._pipeline.ingest(files)

    def _files(self, setup: Setup) -> list[Path]:
        if setup.data is not None:
            return sorted(setup.data.rglob("*.pdf"))
        if setup.questions is None:
            from corpora.samples import sample_files

            return sample_files()
        raise UsageError("The plain pipeline reads the PDFs themselves.", "Give their folder: --data FOLDER")

    def run(self, case: Case, seed: int) -> Outcome:
        question = _question(case.content)
        files = list(question.files) if self._in_file and question.files else None
        hits = self._pipeline.search(question.question, 10, files)
        return outcome(question, [(hit.file, hit.page) for hit in hits])

    def close(self) -> None:
        """Nothing to close: Chroma lets go with the object."""


def outcome(question: Question, places: Sequence[Place]) -> Outcome:
    """The figures of one ranking; the score is whether a wanted page is among the first five."""
    ranked = list(dict.fromkeys(places))
    wanted = set(question.places)
    ranks = [rank for rank, place in enumerate(ranked, 1) if place in wanted]
    first = ranks[0] if ranks else None
    metrics: dict[str, Measure] = {f"at_{cut}": float(first is not None and first <= cut) for cut in CUTS}
    metrics["mrr"] = 1 / first if first else 0.0
    metrics["recall_10"] = len([rank for rank in ranks if rank <= 10]) / len(wanted)
    metrics["ndcg_10"] = ndcg([place in wanted for place in ranked[:10]], len(wanted))
    told = [{"document": file, "page": page} for file, page in ranked]
    if metrics["at_5"]:
        return Outcome(1.0, "", "", metrics, answer=told)
    failure = "found_late" if first else "not_found"
    return Outcome(0.0, failure, f"Wanted {sorted(wanted)[:3]}, first {ranked[:3]}.", metrics, answer=told)


def ndcg(relevant: Sequence[bool], wanted: int) -> float:
    """Normalised discounted cumulative gain of a ranking, of `wanted` things that could be found.

    >>> ndcg([True, False], 1)
    1.0
    """
    gain = sum(1 / math.log2(rank + 1) for rank, one in enumerate(relevant, 1) if one)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(wanted, 10) + 1))
    return gain / ideal if ideal else 0.0
