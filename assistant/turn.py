"""The record of one turn. The page, the JSON and the exports are renderings of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from assistant.citations.model import CheckedAnswer, Citation, Passage, Statement
from assistant.toolbox import ToolCall
from guards import Verdict


@dataclass(frozen=True)
class Timings:
    """Seconds: spent searching, until the first words of the answer could be shown, and for the whole turn."""

    search_s: float
    first_text_s: float
    total_s: float


@dataclass(frozen=True)
class Turn:
    """Question, tool calls, answer, verdicts, timings. `usage` counts tokens where the model reports them."""

    question: str
    answer: str
    refused: bool
    checked: CheckedAnswer
    passages: tuple[Passage, ...]
    tools: tuple[ToolCall, ...]
    verdicts: tuple[Verdict, ...]
    model: str
    timings: Timings
    usage: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "answer": self.answer,
            "refused": self.refused,
            "summary": self.checked.summary,
            "statements": [statement_json(statement) for statement in self.checked.statements],
            "unknown_labels": list(self.checked.unknown_labels),
            "not_found_quotes": list(self.checked.not_found_quotes),
            "tools": [call.to_json() for call in self.tools],
            "guards": [verdict_json(verdict) for verdict in self.verdicts],
            "model": self.model,
            "timings": {
                "search_s": round(self.timings.search_s, 4),
                "first_text_s": round(self.timings.first_text_s, 4),
                "total_s": round(self.timings.total_s, 4),
            },
            "usage": self.usage,
            "notes": list(self.notes),
        }


def statement_json(statement: Statement) -> dict[str, Any]:
    return {
        "text": statement.text,
        "support": str(statement.support),
        "reason": statement.reason,
        "citations": [citation_json(citation) for citation in statement.citations],
    }


def citation_json(citation: Citation) -> dict[str, Any]:
    return {
        "label": citation.label,
        "document": citation.document,
        "document_id": citation.document_id,
        "page": citation.page,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "status": str(citation.status),
        "reason": citation.reason,
        "found_by": citation.found_by,
    }


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    return verdict.to_json()
