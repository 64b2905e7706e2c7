"""How spans are written: as quotations with their labels, never reworded."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.embedded.pick import Candidate
from assistant.prompts import NEAREST, REFUSAL
from corpora.folding import fold
from corpora.sentences import readable


def distinct(chosen: Sequence[Candidate]) -> list[Candidate]:
    """Without repeats: reports share whole paragraphs, and passages may overlap."""
    seen: set[str] = set()
    kept = []
    for candidate in chosen:
        key = re.sub(r"\W+", "", fold(candidate.text).text)
        if key not in seen:
            seen.add(key)
            kept.append(candidate)
    return kept


def statement(candidate: Candidate) -> str:
    """A quotation with its label."""
    # A reference like [9] in a document's own words is no label of ours.
    words = re.sub(r"\[(?=[\d\s,;–-]+\])([^\]]*)\]", r"\[\1\]", readable(candidate.text))
    return f"“{words}” [{candidate.passage.label}]"


def refusal(nearest: Sequence[Candidate]) -> str:
    """The refusal, with what comes nearest."""
    said = [c for c in distinct(nearest) if len(c.text.split()) >= 4][:2]
    if not said:
        return REFUSAL
    return "\n".join([f"{REFUSAL}\n\n{NEAREST}", *(f"- {statement(c)}" for c in said)])
