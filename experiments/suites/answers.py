"""Answers from documents: right by numbers and words, evidence quoted, citations that hold, refusals where they belong.

Without options the questions are the packaged ones on the sample documents. `--questions FILE --home LIBRARY` takes a
file of one's own: JSON lines with id and question, and as far as they are known answer, kind ("unanswerable",
"false_premise" ...), file, evidence and page. `--in-file` limits each question to the files that it names.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpora.errors import UsageError
from experiments import citations
from experiments.answers import judge as judge_evidence
from experiments.bfcl import read_rows
from experiments.chat import chat_model, describe
from experiments.correct import best_of, is_correct, numbers_found
from experiments.questions import UNANSWERABLE, Question, load
from experiments.samples import sample_library
from experiments.suite import Case, Measure, Outcome, Setup, Table, Worker
from experiments.turns import Turns

JUDGE_PROMPT = """\
Question: {question}
Expected answer: {expected}
Given answer: {given}

Does the given answer say what the expected answer says? Other true words beside it do not matter; a wrong or missing
number or name does. Reply with one word, yes or no."""


def answers() -> AnswerSuite:
    return AnswerSuite()


@dataclass(frozen=True)
class AnswerSuite:
    name: str = "answers"
    title: str = "Answers from documents"
    takes: str = "chat models"
    judge: str = f"numbers and words of the expected answer (experiments/correct.py); citations: {citations.JUDGE}"
    default_models: tuple[str, ...] = ("embedded",)

    def cases(self, setup: Setup) -> list[Case]:
        found = read_questions(question_file(setup))
        return [Case(one.id, one.kind or "question", _content(one)) for one in found]

    def describe(self, model: str, setup: Setup) -> dict[str, Any]:
        return describe(model, setup.settings)

    def worker(self, model: str, setup: Setup) -> Worker:
        return _Worker(model, setup)

    def tables(self, rows: Sequence[Mapping[str, Any]]) -> list[Table]:
        """Statements by support, by model."""
        models = list(dict.fromkeys(row["model"] for row in rows))
        counted = {model: Counter[str]() for model in models}
        for row in rows:
            counted[row["model"]].update(one["support"] for one in (row["turn"] or {}).get("statements", ()))
        names = sorted({name for one in counted.values() for name in one})
        if not names:
            return []
        cells = [
            (name, *(_of(counted[model][name], sum(counted[model].values())) for model in models)) for name in names
        ]
        return [Table("Statements by support", ("support", *models), cells)]


def question_file(setup: Setup) -> Path:
    """The questions of a run: the user's, or those on the samples."""
    if setup.questions is not None:
        return setup.questions
    from corpora.samples import FOLDER

    return FOLDER / "questions.jsonl"


def question_library(setup: Setup) -> Any:
    """The library that a run answers from: the user's for their own questions, else that of the samples."""
    if setup.questions is None:
        return sample_library(setup.settings)
    from corpora.encoder import SentenceEncoder
    from corpora.library import Library

    library = Library(setup.settings.home, SentenceEncoder(setup.settings.encoder))
    if not library.stats()["documents"]:
        library.close()
        raise UsageError(
            f"The library in {setup.settings.home} is empty.", "Ingest the documents first, or name another: --home"
        )
    return library


def read_questions(path: Path) -> list[Question]:
    """The questions of a file.

    Raises
    ------
    UsageError
        A line is no question, or two have the same id.
    """
    if not path.is_file():
        raise UsageError(f"There is no question file {path}.", "Give JSON lines with id and question.")
    seen: set[str] = set()
    for number, row in enumerate(read_rows(path), 1):
        lacking = [name for name in ("id", "question") if not isinstance(row, dict) or not row.get(name)]
        if lacking:
            raise UsageError(
                f"{path}, question {number}: {' and '.join(lacking)} is missing.",
                'Write {"id": "1", "question": "...", "answer": "..."}.',
            )
        if str(row["id"]) in seen:
            raise UsageError(f"{path}: two questions have the id {row['id']}.", "Give each its own.")
        seen.add(str(row["id"]))
    try:
        return load(path)
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"{path} cannot be read as questions ({error}).", "evidence, page and file run in parallel; see the docs."
        ) from error


class _Worker:
    def __init__(self, model: str, setup: Setup) -> None:
        from assistant.assistant import Assistant

        self._library = question_library(setup)
        settings = setup.settings.model_copy(update={"home": self._library.home})
        self._turns = Turns(model, settings, self._library, Assistant(settings, self._library).screen)
        self._in_file = setup.in_file
        self._judge = chat_model(setup.judge, settings, self._library) if setup.judge else None

    def run(self, case: Case, seed: int) -> Outcome:
        question = _question(case.content)
        documents = list(question.files) if self._in_file and question.files else None
        asked = self._turns.ask(question.question, seed, documents=documents)
        told = asked.turn.to_json()
        metrics = measure(question, asked.turn, told, self._library.page_text)
        if self._judge is not None and question.answer and question.kind not in UNANSWERABLE:
            metrics["judged"] = float(self._says_yes(question, asked.turn.answer))
        score, failure, reason = verdict(question, metrics, asked.turn.answer)
        return Outcome(score, failure, reason, metrics, asked.clock, None, told, asked.usage, asked.wire)

    def _says_yes(self, question: Question, given: str) -> bool:
        assert self._judge is not None
        prompt = JUDGE_PROMPT.format(question=question.question, expected=question.answer, given=given[:4000])
        return str(self._judge.invoke(prompt).text).strip().casefold().startswith("yes")

    def close(self) -> None:
        self._library.close()


def measure(question: Question, turn: Any, told: dict[str, Any], page_text: Any) -> dict[str, Measure]:
    """Everything that is measured on one answer."""
    metrics: dict[str, Measure] = {}
    closed = question.kind in UNANSWERABLE
    metrics["refused_right" if closed else "refused_wrong"] = float(turn.refused)
    cited = citations.score([told], page_text)
    if cited.statements:
        metrics["recall"] = (cited.recalled, cited.statements)
    if cited.citations:
        metrics["precision"] = (cited.precise, cited.citations)
    if cited.quotes:
        metrics["quotes"] = (cited.valid, cited.quotes)
    if closed:
        return metrics
    if question.places:
        rank = judge_evidence(question, turn).rank
        metrics["evidence_1"] = float(rank == 1 and not turn.refused)
        metrics["evidence_3"] = float(rank is not None and rank <= 3 and not turn.refused)
    if question.answer:
        statements = [one["text"] for one in told["statements"] if one["support"] != "notice"]
        found, wanted = numbers_found(question.answer, " ".join(statements))
        if wanted:
            metrics["numbers"] = (found, wanted)
        metrics["token_f1"], metrics["token_recall"] = best_of(question.answer, statements)
        metrics["correct"] = float(not turn.refused and is_correct(question.answer, " ".join(statements)))
    return metrics


def verdict(question: Question, metrics: Mapping[str, Measure], given: str) -> tuple[float, str, str]:
    """(score, failure, reason) from what was measured.

    A question without an answer in the documents is right when it is refused; a false premise also when the passage
    that corrects it is quoted. All others are right when the answer is, or where none is known when evidence is quoted.
    """
    if question.kind in UNANSWERABLE:
        return (1.0, "", "") if metrics["refused_right"] else (0.0, "answered_anyway", _start(given))
    if question.kind == "false_premise" and (metrics["refused_wrong"] or metrics.get("evidence_3")):
        return 1.0, "", ""
    if metrics["refused_wrong"]:
        return 0.0, "refused", f"Refused; expected: {question.answer[:200]}"
    right = metrics.get("correct", metrics.get("evidence_3", 1.0))
    if right:
        return 1.0, "", ""
    failure = "wrong_answer" if metrics.get("evidence_3", 0.0) == 0.0 else "evidence_without_answer"
    return 0.0, failure, f"{_start(given)} Expected: {question.answer[:200]}"


def _start(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:197]}..."


def _content(question: Question) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(json.dumps(question.__dict__))
    return told


def _question(content: Mapping[str, Any]) -> Question:
    return Question(
        content["id"],
        content["question"],
        content["kind"],
        content["answer"],
        tuple(content["files"]),
        tuple(content["evidence"]),
        tuple((file, page) for file, page in content["places"]),
    )


def _of(part: int, whole: int) -> str:
    return f"{part} ({100 * part / whole:.1f} %)" if whole else "0"
