"""Finding on judged sets, Cranfield and NFCorpus: Leadline's search beside plain BM25 and plain MiniLM.

`--data` names the folder of the collection's own files; they are not part of Leadline. The score of a question is its
nDCG at 10, as experiments/judged.py defines it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpora.encoder import SentenceEncoder
from corpora.errors import ModelError, UsageError
from experiments.judged import JudgedSet, Ranker, leadline, ndcg, plain_bm25, plain_minilm
from experiments.judged import cranfield as read_cranfield
from experiments.judged import nfcorpus as read_nfcorpus
from experiments.suite import Case, Measure, Outcome, Setup, Table, Worker

SEARCHES = ("leadline", "bm25", "minilm")


def cranfield() -> JudgedSuite:
    return JudgedSuite("cranfield", "Finding, Cranfield", read_cranfield)


def nfcorpus() -> JudgedSuite:
    return JudgedSuite("nfcorpus", "Finding, NFCorpus", read_nfcorpus)


@dataclass(frozen=True)
class JudgedSuite:
    """`read` reads the collection's files from a folder."""

    name: str
    title: str
    read: Callable[[Path], JudgedSet]
    takes: str = "searches"
    judge: str = "the collection's own judgements"
    default_models: tuple[str, ...] = SEARCHES

    def cases(self, setup: Setup) -> list[Case]:
        judged = self._read(setup)
        asked = [key for key in judged.questions if judged.gains.get(key)]
        return [Case(key, self.name, [judged.questions[key], dict(judged.gains[key])]) for key in asked]

    def describe(self, model: str, setup: Setup) -> dict[str, Any]:
        if model not in SEARCHES:
            raise ModelError(f"There is no search {model!r}.", f"Use some of {', '.join(SEARCHES)}.")
        return {"name": model, **({} if model == "bm25" else {"encoder": setup.settings.encoder})}

    def worker(self, model: str, setup: Setup) -> Worker:
        return _Worker(model, self._read(setup), SentenceEncoder(setup.settings.encoder))

    def tables(self, rows: Sequence[Mapping[str, Any]]) -> list[Table]:
        return []

    def _read(self, setup: Setup) -> JudgedSet:
        if setup.data is None:
            raise UsageError(f"The files of {self.title} are not part of Leadline.", "Give their folder: --data FOLDER")
        try:
            return self.read(setup.data)
        except (OSError, KeyError, ValueError) as error:
            raise UsageError(
                f"{setup.data} cannot be read as {self.name} ({error}).", "Give the folder of the collection's files."
            ) from error


class _Worker:
    def __init__(self, model: str, judged: JudgedSet, encoder: SentenceEncoder) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="leadline-judged-"))
        self._rank: Ranker = {
            "leadline": lambda: leadline(judged, encoder, self._folder),
            "bm25": lambda: plain_bm25(judged),
            "minilm": lambda: plain_minilm(judged, encoder),
        }[model]()

    def run(self, case: Case, seed: int) -> Outcome:
        question, gains = case.content
        found = self._rank(question)
        value = ndcg(found, gains)
        metrics: dict[str, Measure] = {
            "ndcg_10": value,
            "recall_10": len(set(found) & set(gains)) / len(gains),
            "at_1": float(bool(found) and found[0] in gains),
        }
        if value:
            return Outcome(value, "", "", metrics, answer=found)
        return Outcome(
            0.0, "not_found", f"None of {len(gains)} judged texts is among the first ten.", metrics, answer=found
        )

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
