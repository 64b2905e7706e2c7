"""Turns for tests, made without a model: every field holds something."""

from __future__ import annotations

from assistant.citations.model import CheckedAnswer, Citation, Passage, Statement, Status, Support
from assistant.toolbox import ToolCall
from assistant.turn import Timings, Turn
from corpora.model import Span
from guards import Risk, Verdict


def turn(question: str = "How deep is it?", answer: str = "It is 4425.55 m deep [1].", **more: object) -> Turn:
    span = Span("d" * 64, 3, 10, 40)
    citation = Citation(1, "hf31.pdf", span.document_id, 3, 12, 30, "the depth is 4425.55 m", Status.EXACT)
    statement = Statement("It is 4425.55 m deep.", Support.SUPPORTED, "as written", (citation,), (1,), 0, 26)
    fields: dict[str, object] = {
        "question": question,
        "answer": answer,
        "refused": False,
        "checked": CheckedAnswer(answer, (statement,), (7,), ("not there",), False, {"statements": 1}),
        "passages": (Passage(1, "hf31.pdf", span, "… the depth is 4425.55 m …", "A report", "Depths"),),
        "tools": (
            ToolCall("search_documents", {"query": "depth", "documents": ["a", "b"]}, 0.123456, True, "1", ("x",)),
        ),
        "verdicts": (
            Verdict("flag", "input", (Risk("injection", "Injection", 0.87654321),), "embedded", "m", 0.0123456789),
        ),
        "model": "qwen3:4b",
        "timings": Timings(0.123456, 1.5, 2.00009, 0.5, 0.1, 1.2, 0.3, 0.01),
        "usage": {"input_tokens": 812, "output_tokens": 40, "context_available": 8192, "output_tokens_per_s": 41.7},
        "notes": ("2 passages were left out.",),
        "thinking": "Let me see …",
        "local": True,
    }
    return Turn(**{**fields, **more})  # type: ignore[arg-type]
