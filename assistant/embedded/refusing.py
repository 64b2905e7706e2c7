"""Whether the documents answer at all: signs for and against, and names that no document holds."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from assistant.embedded.asked import MOST, Asked
from assistant.embedded.pick import Candidate
from corpora.library import Library

#: The signs that the documents answer, and their weights. They came from logistic regression on the question sets that
#: docs/search.md names, over the candidates as they were then; `python -m experiments.picker` fits them anew over the
#: candidates of today and prints other numbers. These were kept.
SIGNS = {
    "bias": -1.05,
    "cover": 1.64,
    "meaning": 1.09,
    "kind": 0.64,
    "focus": 0.64,
    "absent": -1.41,
    "adjacent": 0.78,
    "lacking": -1.2,
}


def answerable(groups: Iterable[tuple[Asked, Sequence[Candidate]]]) -> float:
    """How surely the candidates of each side of a question answer it, 0 to 1."""
    values = [signs(asked, scored) for asked, scored in groups]
    worst = max(values, key=lambda v: sum(SIGNS[name] * value for name, value in v.items()))
    return 1 / (1 + math.exp(-sum(SIGNS[name] * value for name, value in worst.items())))


def signs(asked: Asked, scored: Sequence[Candidate]) -> dict[str, float]:
    """What speaks for and against an answer being there, of one group's candidates."""
    best = scored[0]
    near = [c for c in scored if c.score >= best.score - 2][:5]
    held = set().union(*(c.around for c in scored))
    total = sum(asked.weights.values()) or 1.0
    telling = asked.focus | asked.subject
    lacking = min(max((asked.weights[n] for n in telling if n not in c.around), default=0.0) for c in near)
    strict = [kind for kind in asked.strict if not any(kind.looks.search(c.text) for c in near)]
    return {
        "bias": 1.0,
        "cover": max(c.values["words"] + c.values["context"] for c in near),
        "meaning": max(c.values["meaning"] for c in scored),
        "kind": 0.0 if strict else max(c.values["kind"] for c in near),
        "focus": max(c.values["focus"] for c in near),
        "absent": sum(w for name, w in asked.weights.items() if name not in held) / total,
        "adjacent": max(c.values["adjacent"] for c in near),
        "lacking": lacking / MOST,
    }


_NAME = re.compile(r"(?<![\w-])(?=[A-Za-z]*\d)(?=\w*[A-Z])[A-Z]{1,6}[-_]?\d{2,5}[A-Z]?(?![\w-])")


def unknown_names(question: str, library: Library) -> list[str]:
    """Names of cruises, stations and the like in a question that no document holds anywhere."""
    found = []
    for match in _NAME.finditer(question):
        name = match.group()
        spellings = {name, re.sub(r"[-_]", " ", name), re.sub(r"(?<=[A-Za-z])[-_]?(?=\d)", " ", name)}
        expression = " OR ".join(f'"{spelling}"' for spelling in sorted(spellings))
        tables = (("chunk_words", expression), ("document_words", expression))
        if not any(
            library.connection().execute(f"SELECT 1 FROM {t} WHERE {t} MATCH ? LIMIT 1", (e,)).fetchone()
            for t, e in tables
        ):
            found.append(name)
    return found
