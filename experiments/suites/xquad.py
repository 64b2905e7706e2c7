"""Exact answers on an XQuAD file (Artetxe et al. 2020): does a cited span hold the answer?

`--data xquad.en.json` names the file, or one of its sisters in another language; it is not part of Leadline. Its
articles are made into a library of their own, an article a document, a paragraph a page.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpora.encoder import SentenceEncoder
from corpora.errors import UsageError
from corpora.library import Library
from experiments.answers import unguarded
from experiments.chat import describe
from experiments.suite import Case, Measure, Outcome, Setup, Table, Worker
from experiments.texts import add
from experiments.turns import Turns
from experiments.xquad import CHUNK, Asked, holds, read

_making = threading.Lock()


def xquad() -> XquadSuite:
    return XquadSuite()


@dataclass(frozen=True)
class XquadSuite:
    name: str = "xquad"
    title: str = "Exact answers, XQuAD"
    takes: str = "chat models"
    judge: str = "the set's answers, looked for in cited spans; guards left out"
    default_models: tuple[str, ...] = ("embedded",)

    def cases(self, setup: Setup) -> list[Case]:
        _, asked = _read(setup)
        return [
            Case(
                f"q{number}",
                one.document.removesuffix(".txt"),
                [one.question, list(one.answers), one.document, one.page],
            )
            for number, one in enumerate(asked, 1)
        ]

    def describe(self, model: str, setup: Setup) -> dict[str, Any]:
        return describe(model, setup.settings)

    def worker(self, model: str, setup: Setup) -> Worker:
        return _Worker(model, setup)

    def tables(self, rows: Sequence[Mapping[str, Any]]) -> list[Table]:
        return []


def _read(setup: Setup) -> tuple[dict[str, list[str]], list[Asked]]:
    if setup.data is None:
        raise UsageError("XQuAD is not part of Leadline.", "Give one of its files: --data xquad.en.json")
    try:
        return read(setup.data)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"{setup.data} cannot be read as XQuAD ({error}).", "Give a file in SQuAD's format."
        ) from error


class _Worker:
    def __init__(self, model: str, setup: Setup) -> None:
        assert setup.data is not None
        home = setup.settings.home / "experiments" / f"xquad-{setup.data.stem}"
        home.mkdir(parents=True, exist_ok=True)
        with _making:
            self._library = Library(home, SentenceEncoder(setup.settings.encoder))
            known = {document.file for document in self._library.documents()}
            for name, pages in _read(setup)[0].items():
                if f"{name}.txt" not in known:
                    add(self._library, name, pages, CHUNK, Path(home))
        settings = setup.settings.model_copy(update={"home": home})
        self._turns = Turns(model, settings, self._library, unguarded())

    def run(self, case: Case, seed: int) -> Outcome:
        question, answers, document, page = case.content
        asked = self._turns.ask(question, seed)
        told = asked.turn.to_json()
        cited = [one for statement in told["statements"] for one in statement["citations"] if one["quote"]]
        right = [
            (one["document"], one["page"]) == (document, page) and holds(one["quote"], answers) for one in cited[:3]
        ]
        good = not asked.turn.refused
        metrics: dict[str, Measure] = {
            "evidence_1": float(good and any(right[:1])),
            "evidence_3": float(good and any(right)),
            "refused_wrong": float(asked.turn.refused),
        }
        score = metrics["evidence_3"]
        failure = "" if score else ("refused" if asked.turn.refused else "answer_not_cited")
        reason = "" if score else f"Wanted {answers[0]!r} on page {page} of {document}."
        return Outcome(float(score == 1.0), failure, reason, metrics, asked.clock, None, told, asked.usage, asked.wire)

    def close(self) -> None:
        self._library.close()
