"""Calling functions: the leaderboard's cases, and a few of our own in the same format that come with Leadline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpora.errors import UsageError
from experiments import bfcl as leaderboard
from experiments.bfcl import CallCase, read_folder, read_rows
from experiments.calls import arguments_right
from experiments.chat import Chat, chat_model, describe
from experiments.suite import Case, Measure, Outcome, Setup, Table, Worker

OWN = Path(__file__).resolve().parent.parent / "cases" / "calls.jsonl"


def bfcl() -> CallSuite:
    return CallSuite("bfcl", "Function calling, Berkeley leaderboard")


def own() -> CallSuite:
    return CallSuite("calls", "Function calling, own cases", OWN)


@dataclass(frozen=True)
class CallSuite:
    """`own` is a file of cases; without it the leaderboard's folder is asked for."""

    name: str
    title: str
    own: Path | None = None
    takes: str = "chat models"
    judge: str = leaderboard.JUDGE
    default_models: tuple[str, ...] = ("embedded",)

    def cases(self, setup: Setup) -> list[Case]:
        return [Case(one.id, one.category, _content(one)) for one in self._read(setup)]

    def describe(self, model: str, setup: Setup) -> dict[str, Any]:
        return describe(model, setup.settings)

    def worker(self, model: str, setup: Setup) -> Worker:
        return _Worker(model, setup, {one.id: one for one in self._read(setup)})

    def tables(self, rows: Sequence[Mapping[str, Any]]) -> list[Table]:
        """Calls as parsed beside calls as they stood on the wire, by model."""
        made = []
        for model in dict.fromkeys(row["model"] for row in rows):
            wired = [row for row in rows if row["model"] == model and "raw" in row["metrics"]]
            if wired:
                parsed, raw, mended = (sum(value) for value in zip(*(_sides(row) for row in wired), strict=True))
                made.append([model, str(len(wired)), _share(parsed, len(wired)), _share(raw, len(wired)), str(mended)])
        if not made:
            return []
        columns = ("model", "cases", "right as parsed", "right on the wire", "mended by the client")
        return [Table("Calls as parsed and as written", columns, made)]

    def _read(self, setup: Setup) -> Iterator[CallCase]:
        if self.own is not None:
            yield from (_own_case(row) for row in read_rows(setup.data or self.own))
            return
        if setup.data is None:
            raise UsageError(
                "The leaderboard's cases are not part of Leadline.",
                "Give their folder: --data .../berkeley-function-call-leaderboard/bfcl_eval/data "
                "(github.com/ShishirPatil/gorilla), or run the suite `calls`.",
            )
        yield from read_folder(setup.data)


class _Worker:
    def __init__(self, model: str, setup: Setup, cases: Mapping[str, CallCase]) -> None:
        from corpora.encoder import SentenceEncoder
        from corpora.library import Library

        self._library = Library(setup.settings.home, SentenceEncoder(setup.settings.encoder))
        self._chat = Chat(chat_model(model, setup.settings, self._library))
        self._cases = cases

    def run(self, case: Case, seed: int) -> Outcome:
        known = self._cases[case.id]
        reply = self._chat.ask(known.messages, known.tools(), seed)
        verdict = known.judge(reply.calls)
        metrics: dict[str, Measure] = {"unneeded_calls": float(_unneeded(known, len(reply.calls)))}
        if known.expected is not None:
            metrics["arguments"] = arguments_right(known.functions, reply.calls, known.expected)
        answer: dict[str, Any] = {"text": reply.text, "calls": [one.to_json() for one in reply.calls]}
        if reply.raw is not None:
            metrics["raw"] = float(known.judge(reply.raw).right)
            if list(map(_plain, reply.raw)) != list(map(_plain, reply.calls)):
                answer["raw"] = [one.to_json() for one in reply.raw]
        return Outcome(
            float(verdict.right),
            verdict.failure,
            verdict.reason,
            metrics,
            reply.clock,
            answer,
            usage=reply.usage,
            wire=reply.wire,
        )

    def close(self) -> None:
        self._library.close()


def _unneeded(case: CallCase, made: int) -> int:
    return max(0, made - (len(case.expected) if case.expected is not None else 0)) if _counts(case) else 0


def _counts(case: CallCase) -> bool:
    return case.expected is not None or "irrelevance" in case.category


def _own_case(row: Mapping[str, Any]) -> CallCase:
    """A case with its answer in the same line. Raises UsageError where something is missing."""
    lacking = [name for name in ("id", "question", "function") if name not in row]
    category = str(row.get("category", "simple"))
    free = "relevance" in category
    if not free and "ground_truth" not in row:
        lacking.append("ground_truth")
    if lacking:
        raise UsageError(
            f"The case {row.get('id', 'without an id')} lacks {', '.join(lacking)}.",
            "A case has id, category, question, function and ground_truth, as in the leaderboard's files.",
        )
    return CallCase(
        str(row["id"]),
        category,
        tuple(message for turn in row["question"] for message in turn),
        tuple(row["function"]),
        None if free else tuple(row["ground_truth"]),
    )


def _content(case: CallCase) -> Any:
    return [case.messages, case.functions, case.expected]


def _plain(call: Any) -> Any:
    return call.name, dict(call.arguments)


def _sides(row: Mapping[str, Any]) -> tuple[int, int, int]:
    """(right as parsed, right on the wire, right only because the client mended it)."""
    parsed, raw = row["score"] >= 1, row["metrics"]["raw"] >= 1
    return parsed, raw, parsed and not raw


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %"
