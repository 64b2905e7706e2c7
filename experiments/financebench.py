"""Finding in long filings: `python -m experiments.financebench --questions FILE --pdfs FOLDER`.

Every question of FinanceBench is searched for in its own filing. Prints the share of questions for which a page with
evidence is among the first 1, 3, 5 and 10 hits' pages, for Leadline and for the plain pipeline in the same run, over
the questions whose filing is in the folder. Both indexes are kept and taken up again where `--home` and `--plain` name
folders, so that a long ingest can be done in parts.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from experiments.questions import Question, load
from experiments.retrieval import CUTS, Place, first_rank


def pages_found(found: Sequence[Place]) -> list[Place]:
    """Places without repeats, in order: two hits on a page are one page found.

    >>> pages_found([("a", 1), ("a", 1), ("a", 2)])
    [('a', 1), ('a', 2)]
    """
    return list(dict.fromkeys(found))


def score(questions: Sequence[Question], find: Callable[[Question], list[Place]]) -> dict[str, float]:
    """Shares at each cut, by distinct pages."""
    ranks = [first_rank(pages_found(find(question)), question.places) for question in questions]
    return {f"at {cut}": sum(r is not None and r <= cut for r in ranks) / len(ranks) for cut in CUTS}


def run(questions: Path, pdfs: Path, home: Path, plain: Path | None) -> list[tuple[str, dict[str, float]]]:
    """(pipeline, shares) over the questions whose filing is there."""
    from corpora.library import Library
    from corpora.search import search
    from ingest.pipeline import find_files, ingest

    files = {file.name: file for file in sorted(pdfs.rglob("*.pdf"))}
    asked = [question for question in load(questions) if question.files and question.files[0] in files]
    library = Library(home)
    for _ in ingest(library, find_files([pdfs])):
        pass
    ids = {document.file: document.document_id for document in library.documents()}

    def ours(question: Question) -> list[Place]:
        hits = search(library, question.question, k=40, documents=[ids[question.files[0]]])
        return [(hit.document, hit.span.page) for hit in hits]

    rows = [("Leadline", score(asked, ours))]
    if plain is not None:
        from experiments.plain import PlainPipeline

        pipeline = PlainPipeline(plain)
        wanted = sorted({question.files[0] for question in asked})
        for name in wanted:
            if not pipeline.holds(name):
                pipeline.ingest([files[name]])

        def theirs(question: Question) -> list[Place]:
            return [(hit.file, hit.page) for hit in pipeline.search(question.question, 40, [question.files[0]])]

        rows.append(("plain pipeline", score(asked, theirs)))
    library.close()
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--pdfs", type=Path, required=True, help="folder of the filings")
    parser.add_argument("--home", type=Path, help="keep (and reuse) Leadline's library here")
    parser.add_argument("--plain", type=Path, help="keep (and reuse) the plain pipeline's index here")
    parser.add_argument("--no-plain", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        plain = None if options.no_plain else options.plain or Path(scratch, "plain")
        rows = run(options.questions, options.pdfs, options.home or Path(scratch, "home"), plain)
    write = sys.stdout.write
    write(f"{'':18}" + "".join(f"{name:>8}" for name in rows[0][1]) + "\n")
    for name, figures in rows:
        write(f"{name:18}" + "".join(f"{value:8.3f}" for value in figures.values()) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
