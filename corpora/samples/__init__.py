"""The sample documents that a new library starts with, and questions about them.

The PDFs are built from the Typst sources beside them by `python -m corpora.samples.build`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent


def sample_files() -> list[Path]:
    """The packaged PDFs, sorted by name.

    >>> [path.name for path in sample_files()][0]
    'citations-handbook.pdf'
    """
    return sorted(FOLDER.glob("*.pdf"))


def sample_questions() -> list[dict[str, Any]]:
    """The questions of `questions.jsonl` in file order; README.md describes the fields.

    `file`, `evidence` and `page` are lists that run in parallel, or single values where there is one
    piece of evidence. An unanswerable question has empty lists for evidence and page.
    """
    lines = (FOLDER / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]
