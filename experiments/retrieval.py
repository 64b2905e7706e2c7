"""Does search find the page? `python -m experiments.retrieval --questions FILE --pdfs FOLDER`.

Prints, beside the plain pipeline, the share of answerable questions for which a page that holds evidence is
among the first 1, 3, 5 and 10 hits, and the mean reciprocal rank. Both see the same files.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from experiments.questions import Question, load

CUTS = (1, 3, 5, 10)
Place = tuple[str, int]


def first_rank(found: Sequence[Place], wanted: Sequence[Place]) -> int | None:
    """The rank (from 1) of the first hit on a wanted page.

    >>> first_rank([("a.pdf", 3), ("b.pdf", 1)], [("b.pdf", 1)])
    2
    """
    return next((rank for rank, place in enumerate(found, 1) if place in set(wanted)), None)


def score(questions: Sequence[Question], find: Callable[[Question], list[Place]]) -> dict[str, float]:
    """Shares at each cut, and the mean reciprocal rank, over the answerable questions."""
    ranks = [first_rank(find(q), q.places) for q in questions if q.answerable]
    figures = {f"at {cut}": sum(r is not None and r <= cut for r in ranks) / len(ranks) for cut in CUTS}
    figures["MRR"] = sum(1 / r for r in ranks if r) / len(ranks)
    return figures


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--pdfs", type=Path, required=True, help="folder of the documents")
    parser.add_argument("--home", type=Path, help="keep (and reuse) Leadline's library here")
    parser.add_argument("--plain", type=Path, help="keep (and reuse) the plain pipeline's index here")
    parser.add_argument("--no-plain", action="store_true")
    parser.add_argument("--misses", action="store_true", help="list the questions that are not found at 5")
    options = parser.parse_args(arguments)
    from corpora.library import Library
    from corpora.search import search
    from ingest.pipeline import find_files, ingest

    questions = load(options.questions)
    write = sys.stdout.write
    with tempfile.TemporaryDirectory() as scratch:
        library = Library(options.home or Path(scratch, "home"))
        for _ in ingest(library, find_files([options.pdfs])):
            pass

        def ours(question: Question) -> list[Place]:
            return [(hit.document, hit.span.page) for hit in search(library, question.question, k=10)]

        rows = [("Leadline, all files", score(questions, ours))]
        if not options.no_plain:
            from experiments.plain import PlainPipeline

            named = sorted({file for q in questions for file in q.files})
            folder = options.plain or Path(scratch, "plain")
            fresh = not (folder / "chroma.sqlite3").exists()
            plain = PlainPipeline(folder)
            if fresh:
                plain.ingest(sorted(options.pdfs.rglob("*.pdf")))

            def theirs(question: Question, files: list[str] | None) -> list[Place]:
                return [(hit.file, hit.page) for hit in plain.search(question.question, 10, files)]

            rows.append(("plain pipeline, all files", score(questions, lambda q: theirs(q, None))))
            rows.append(("plain pipeline, only the files named", score(questions, lambda q: theirs(q, named))))
        answerable = sum(q.answerable for q in questions)
        write(f"{answerable} answerable questions, {library.stats()['documents']} documents\n")
        write(f"{'':38}" + "".join(f"{name:>8}" for name in rows[0][1]) + "\n")
        for name, figures in rows:
            write(f"{name:38}" + "".join(f"{value:8.3f}" for value in figures.values()) + "\n")
        if options.misses:
            for question in questions:
                found = ours(question)
                rank = first_rank(found, question.places)
                if question.answerable and (rank is None or rank > 1):
                    write(f"\n{question.id} rank {rank}: {question.question}\n  wanted {question.places[:4]}\n")
                    for place in found[:5]:
                        write(f"    {place}\n")
        library.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
