"""The record of one turn. The page, the JSON and the exports are renderings of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from assistant.citations.model import CheckedAnswer, Citation, Passage, Statement
from assistant.records import plain, revive
from assistant.toolbox import ToolCall
from corpora.model import Span
from guards import Risk, Verdict


@dataclass(frozen=True)
class Timings:
    """Seconds of a turn, to a tenth of a millisecond.

    search_s: in searches. first_text_s: until the first words of the answer could be shown, which is when they
    had been checked. total_s: the whole turn. first_token_s: from sending the first prompt to the model's first
    token; None where the model gives no tokens one by one. load_s: the server loading the model. model_s, tools_s,
    guard_s: waiting for the model, for tools, for guards.
    """

    search_s: float
    first_text_s: float
    total_s: float
    first_token_s: float | None = None
    load_s: float = 0.0
    model_s: float = 0.0
    tools_s: float = 0.0
    guard_s: float = 0.0

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            object.__setattr__(self, one.name, None if value is None else round(float(value), 4))


@dataclass(frozen=True)
class Turn:
    """Question, tool calls, answer, verdicts, timings.

    usage: tokens where the model reports them: input_tokens, output_tokens, model_calls, context_used of
    context_available (tokens), input_tokens_per_s, output_tokens_per_s.
    notes: what the reader must know of how the answer came about: text left out, a limit reached, another model
    that stood in. thinking: what a thinking model wrote before its answer; never checked, never cited.
    local: that no text left this machine.
    """

    question: str
    answer: str
    refused: bool
    checked: CheckedAnswer
    passages: tuple[Passage, ...]
    tools: tuple[ToolCall, ...]
    verdicts: tuple[Verdict, ...]
    model: str
    timings: Timings
    usage: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    thinking: str = ""
    local: bool = True

    def __post_init__(self) -> None:
        # Rounded as they are printed, so that a stored turn reopens equal to itself.
        object.__setattr__(self, "verdicts", tuple(_rounded(one) for one in self.verdicts))

    @property
    def stopped_at(self) -> str:
        """The stage at which a guard stopped the turn, "input" or "output"; "" where none did."""
        stages = [verdict.stage for verdict in self.verdicts if verdict.state == "block"]
        return next((stage for stage in ("input", "output") if stage in stages), "")

    @property
    def summary(self) -> str:
        """What the answer's statements stand on, in a line; for a refusal, what was looked at."""
        if self.stopped_at == "input":
            return "Stopped by a guard before any model was asked"
        if self.stopped_at == "output":
            return "Stopped by a guard: what the model wrote is not shown"
        if self.refused:
            looked = len(self.passages)
            documents = len({passage.document for passage in self.passages})
            where = f" in {documents} document{'s' if documents != 1 else ''}" if documents else ""
            return f"No answer: {looked} passage{'s' if looked != 1 else ''}{where} looked at, none says it"
        return self.checked.summary

    def to_json(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "answer": self.answer,
            "refused": self.refused,
            "summary": self.summary,
            "statements": [statement_json(statement) for statement in self.checked.statements],
            "unknown_labels": list(self.checked.unknown_labels),
            "not_found_quotes": list(self.checked.not_found_quotes),
            "tools": [call.to_json() for call in self.tools],
            "guards": [verdict_json(verdict) for verdict in self.verdicts],
            "model": self.model,
            "local": self.local,
            "timings": plain(self.timings),
            "usage": self.usage,
            "notes": list(self.notes),
            "thinking": self.thinking,
            "passages": [passage_json(passage) for passage in self.passages],
            "checked": {
                name: value for name, value in plain(self.checked).items() if name not in ("statements", "answer")
            },
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Turn:
        """The turn that `to_json` wrote, equal to it in every field.

        Raises KeyError, TypeError or ValueError where the data is not such a record.
        """
        checked = {"answer": data["answer"], **data.get("checked", {}), "statements": data["statements"]}
        return cls(
            question=data["question"],
            answer=data["answer"],
            refused=bool(data["refused"]),
            checked=revive(CheckedAnswer, checked),
            passages=tuple(_passage(one) for one in data.get("passages", ())),
            tools=tuple(revive(ToolCall, one) for one in data["tools"]),
            verdicts=tuple(_verdict(one) for one in data["guards"]),
            model=data["model"],
            timings=revive(Timings, data["timings"]),
            usage=dict(data.get("usage", {})),
            notes=tuple(data.get("notes", ())),
            thinking=data.get("thinking", ""),
            local=bool(data.get("local", True)),
        )


def statement_json(statement: Statement) -> dict[str, Any]:
    record: dict[str, Any] = plain(statement)
    return record


def citation_json(citation: Citation) -> dict[str, Any]:
    record: dict[str, Any] = plain(citation)
    return record


def passage_json(passage: Passage) -> dict[str, Any]:
    """A passage with its span's fields beside its own."""
    record = plain(passage)
    return {**record, **record.pop("span")}


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    return verdict.to_json()


def _passage(data: Mapping[str, Any]) -> Passage:
    return revive(Passage, {**data, "span": {one.name: data[one.name] for one in fields(Span)}})


def _verdict(data: Mapping[str, Any]) -> Verdict:
    risks = tuple(Risk(one["code"], one["name"], one["score"]) for one in data["risks"])
    rest = {name: data[name] for name in ("stage", "guard", "model", "seconds", "reason")}
    return Verdict(state=data["verdict"], risks=risks, label=data.get("passage"), **rest)


def _rounded(verdict: Verdict) -> Verdict:
    risks = tuple(replace(one, score=round(one.score, 4)) for one in verdict.risks)
    return replace(verdict, seconds=round(verdict.seconds, 6), risks=risks)
