"""Question files: what is asked, where the answer stands, and whether there is one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

#: Kinds that the documents do not answer; a false premise is answered by the page that corrects it.
UNANSWERABLE = frozenset({"unanswerable"})


@dataclass(frozen=True)
class Question:
    """`evidence` runs parallel to `places`: (file, page) of each passage that the answer stands on."""

    id: str
    question: str
    kind: str
    answer: str
    files: tuple[str, ...]
    evidence: tuple[str, ...]
    places: tuple[tuple[str, int], ...]

    @property
    def answerable(self) -> bool:
        return self.kind not in UNANSWERABLE and bool(self.places)


def load(path: Path) -> list[Question]:
    """Read a JSONL file of questions: id, question, kind, file, answer, evidence, page (the last three may be
    lists that run in parallel)."""
    questions = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip():
            continue
        row = json.loads(line)
        files = tuple(_many(row.get("file")))
        evidence = tuple(text for text in _many(row.get("evidence")) if text)
        pages = [page for page in _many(row.get("page")) if page]
        owners = files if len(files) == len(pages) else tuple(files[:1]) * len(pages)
        questions.append(
            Question(
                id=str(row["id"]),
                question=row["question"],
                kind=row.get("kind", ""),
                answer=str(row.get("answer", "")),
                files=files,
                evidence=evidence,
                places=tuple(zip(owners, pages, strict=True)),
            )
        )
    return questions


def _many(value: object) -> list:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
