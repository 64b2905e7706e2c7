"""The badges of an answer: who answered, which stages a guard checked, what it warned of, whether text left."""

from __future__ import annotations

from html import escape

from assistant.models import EMBEDDED
from assistant.turn import Turn
from guards import Verdict

#: The stages in the words of a reader.
STAGE_WORDS = {"input": "question", "context": "passages", "tool": "tools", "output": "answer"}
#: What a badge says first; the sign is readable without colour.
_SIGNS = {"good": "✓", "warn": "⚠", "bad": "✗", "plain": "·"}


def badges_html(turn: Turn) -> str:
    """A list of badges."""
    refused = any(verdict.stage == "input" and verdict.state == "block" for verdict in turn.verdicts)
    badges = [*([] if refused else [_model(turn)]), *_guards(turn.verdicts), *_scanned(turn)]
    if not turn.local:
        badges.append(("warn", "text left this machine", "A model on another machine was asked."))
    items = "".join(
        f'<li class="ll-badge ll-badge-{kind}"><span aria-hidden="true">{_SIGNS[kind]}</span> {escape(words)}'
        + (f'<span class="ll-badge-why">{escape(why)}</span>' if why else "")
        + "</li>"
        for kind, words, why in badges
    )
    return f'<ul class="ll-badges" aria-label="How this answer was made and checked">{items}</ul>'


def _model(turn: Turn) -> tuple[str, str, str]:
    words = "quoted by the embedded model" if turn.model == EMBEDDED else f"written by {turn.model}"
    return "plain", words, ""


def _guards(verdicts: tuple[Verdict, ...]) -> list[tuple[str, str, str]]:
    """One badge for what was checked and passed, and one for each stage with something to say."""
    if not verdicts:
        return [("warn", "not checked by a guard", "")]
    badges = []
    passed: dict[str, list[str]] = {}
    for stage in dict.fromkeys(verdict.stage for verdict in verdicts):
        told = [verdict for verdict in verdicts if verdict.stage == stage]
        words = STAGE_WORDS.get(stage, stage)
        worst = next((v for state in ("block", "error", "flag") for v in told if v.state == state), None)
        if worst is None:
            passed.setdefault(told[0].guard, []).append(words)
        elif worst.state == "block":
            badges.append(("bad", f"{words} blocked by the {worst.guard} guard", worst.reason))
        elif worst.state == "error":
            badges.append(("warn", f"{words} not checked: the {worst.guard} guard failed", worst.reason))
        else:
            badges.append(("warn", f"{words}: warning of the {worst.guard} guard", worst.reason))
    for guard, stages in passed.items():
        badges.insert(0, ("good", f"{_and(stages)} checked by the {guard} guard", ""))
    return badges


def _scanned(turn: Turn) -> list[tuple[str, str, str]]:
    """A warning where a citation stands on a page that was read by OCR with little confidence."""
    read = [
        confidence
        for statement in turn.checked.statements
        for citation in statement.citations
        if (confidence := getattr(citation, "ocr_confidence", None)) is not None
    ]
    if not read:
        return []
    least = min(read)
    kind = "warn" if least < 0.85 else "plain"
    return [(kind, f"scanned page, read with {100 * least:.0f} % confidence", "Compare the words with the picture.")]


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
