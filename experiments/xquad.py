"""Exact answers: `python -m experiments.xquad xquad.en.json`.

Puts the articles of an XQuAD file into one library (an article is a document, a paragraph a page), asks every question
of it and prints the share whose answer stands in the first cited span, and in the first three, beside the share whose
paragraph is the first hit of search, and the share refused. A refusal quotes the two nearest sentences: the first two
shares do not count them, the third does. Nothing is tuned on these questions.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.embedded.compose import compose
from assistant.embedded.plan import PASSAGES, documents_named
from assistant.passages import PassageBook
from corpora.encoder import Encoder, SentenceEncoder
from corpora.folding import fold
from corpora.library import Library
from corpora.search import search
from experiments.texts import Remembering, add_all

CHUNK = 900


@dataclass(frozen=True)
class Asked:
    question: str
    answers: tuple[str, ...]
    document: str
    page: int


def read(path: Path) -> tuple[dict[str, list[str]], list[Asked]]:
    """The paragraphs of each article, and the questions."""
    articles: dict[str, list[str]] = {}
    asked = []
    for number, article in enumerate(json.loads(path.read_text(encoding="utf-8"))["data"], 1):
        name = str(article.get("title") or f"article {number}")
        articles[name] = [paragraph["context"] for paragraph in article["paragraphs"]]
        for page, paragraph in enumerate(article["paragraphs"], 1):
            asked += [
                Asked(one["question"], tuple(a["text"] for a in one["answers"]), f"{name}.txt", page)
                for one in paragraph["qas"]
            ]
    return articles, asked


def holds(span: str, answers: Sequence[str]) -> bool:
    """Whether a span contains an answer, white space and case aside.

    >>> holds("It was built in 1066.", ["1066"])
    True
    """

    def plain(text: str) -> str:
        return re.sub(r"\s+", "", fold(text).text)

    return any(plain(answer) in plain(span) for answer in answers)


def run(path: Path, *, sample: int | None = None, encoder: Encoder | None = None) -> dict[str, float]:
    """The shares that the module's docstring names, over all questions or a random sample.

    Five questions share a paragraph, and more its neighbours: each sentence is embedded once for all of them.
    """
    articles, asked = read(path)
    if sample is not None and sample < len(asked):
        asked = random.Random(1).sample(asked, sample)
    first = three = shown = paragraph = refused = 0
    with tempfile.TemporaryDirectory() as scratch:
        library = Library(Path(scratch, "home"), Remembering(encoder or SentenceEncoder()))
        add_all(library, articles, CHUNK, Path(scratch))
        for one in asked:
            hits = search(library, one.question, k=PASSAGES)
            book = PassageBook()
            draft = compose(
                one.question,
                [(book.add(hit), hit) for hit in hits],
                library,
                documents_named(one.question, library, None),
            )
            spans = [
                (c.passage.document == one.document and c.page == one.page and holds(c.text, one.answers))
                for c in draft.picked[:3]
            ]
            first += bool(spans[:1] and spans[0] and not draft.refused)
            three += any(spans) and not draft.refused
            shown += any(spans)
            paragraph += bool(hits) and (hits[0].document, hits[0].span.page) == (one.document, one.page)
            refused += draft.refused
        library.close()
    count = len(asked)
    return {
        "questions": count,
        "answer in the first span": first / count,
        "answer in the first 3 spans": three / count,
        "the same, with what a refusal quotes": shown / count,
        "paragraph is the first hit": paragraph / count,
        "refused": refused / count,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="xquad.en.json or one of its sisters")
    parser.add_argument("--sample", type=int, help="only so many questions, drawn at random")
    options = parser.parse_args(arguments)
    for name, value in run(options.file, sample=options.sample).items():
        sys.stdout.write(f"{name:40}{value:10.3f}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
