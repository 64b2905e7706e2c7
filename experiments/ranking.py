"""Fit the weights of search: `python -m experiments.ranking --set QUESTIONS LIBRARY --filings QUESTIONS LIBRARY`.

Over the best candidates of each answerable question, the weights are moved one at a time wherever that raises the mean
reciprocal rank of the first page with evidence, averaged over the sets, by more than leaving the present weights costs.
Prints the weights and their figures; then, for each set, what weights fitted on the other sets alone do to it.
`--filings` limits each search to the document that its question names first.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.questions import load

#: Factors by which a weight is moved in one step, and how often all of them are gone through.
STEPS, ROUNDS = (0.7, 0.85, 1.15, 1.3, 1.6), 2
#: What moving a weight by a factor of e costs in mean reciprocal rank, and the least gain that moves it at all.
PRIOR, LEAST = 0.004, 3e-4

Weights = Mapping[str, float]


@dataclass(frozen=True)
class Asked:
    """One question's candidates: what speaks for each, and whether it stands on a page with evidence."""

    candidates: tuple[tuple[Mapping[str, float], bool], ...]

    def rank(self, weights: Weights) -> int | None:
        """The rank (from 1) of the first candidate with evidence; candidates that tie keep their order."""
        scored = sorted(
            self.candidates, key=lambda one: -sum(w * max(0.0, one[0].get(name, 0.0)) for name, w in weights.items())
        )
        return next((rank for rank, (_, right) in enumerate(scored, 1) if right), None)


def figures(asked: Sequence[Asked], weights: Weights) -> dict[str, float]:
    """Shares of the questions with evidence among the first 1, 3 and 5 candidates, and the mean reciprocal rank."""
    ranks = [one.rank(weights) for one in asked]
    found = {f"at {cut}": statistics.fmean(r is not None and r <= cut for r in ranks) for cut in (1, 3, 5)}
    return found | {"MRR": statistics.fmean(1 / r if r else 0.0 for r in ranks)}


def fit(sets: Sequence[Sequence[Asked]], start: Weights) -> dict[str, float]:
    """The weights that find best, near `start`; those below zero and that of `words`, which sets the scale, stay."""

    def worth(weights: Weights) -> float:
        apart = sum(math.log(weights[name] / start[name]) ** 2 for name in free)
        return statistics.fmean(figures(asked, weights)["MRR"] for asked in sets) - PRIOR * apart

    free = [name for name, weight in start.items() if weight > 0 and name != "words"]
    best = dict(start)
    reached = worth(best)
    for _ in range(ROUNDS):
        for name in free:
            tried = [{**best, name: best[name] * step} for step in STEPS]
            value, moved = max(((worth(one), one) for one in tried), key=lambda pair: pair[0])
            if value > reached + LEAST:
                reached, best = value, moved
    return best


def asked_of(questions: Path, home: Path, limited: bool) -> list[Asked]:
    """What search finds for each answerable question whose documents are in the library."""
    from corpora.library import Library
    from corpora.search import LOOKED_AT, search

    library = Library(home)
    ids = {document.file: document.document_id for document in library.documents()}
    found = []
    for question in load(questions):
        if not (question.answerable and question.places and question.files and question.files[0] in ids):
            continue
        inside = [ids[question.files[0]]] if limited else None
        hits = search(library, question.question, k=LOOKED_AT, documents=inside)
        found.append(Asked(tuple((hit.scores, (hit.document, hit.span.page) in question.places) for hit in hits)))
    library.close()
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    from corpora.search import WEIGHTS

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", dest="sets", action="append", nargs=2, type=Path, default=[], metavar="PATH")
    parser.add_argument("--filings", action="append", nargs=2, type=Path, default=[], metavar="PATH")
    options = parser.parse_args(arguments)
    sets = {file.stem: asked_of(file, home, limited=False) for file, home in options.sets}
    sets |= {file.stem: asked_of(file, home, limited=True) for file, home in options.filings}
    sets = {name: asked for name, asked in sets.items() if asked}
    if not sets:
        parser.error("no answerable question has its document in the library")

    def show(what: str, asked: Sequence[Asked], weights: Weights) -> None:
        told = "  ".join(f"{name} {value:.3f}" for name, value in figures(asked, weights).items())
        sys.stdout.write(f"  {what:45}{told}\n")

    for name, weights in (("in use", WEIGHTS), ("fitted on all", fit(list(sets.values()), WEIGHTS))):
        sys.stdout.write(f"{name}: " + ", ".join(f"{one} {weight:.2f}" for one, weight in weights.items()) + "\n")
        for title, asked in sets.items():
            show(f"{title}, {len(asked)} questions", asked, weights)
    if len(sets) > 1:
        sys.stdout.write("fitted on the other sets:\n")
        for title, asked in sets.items():
            show(title, asked, fit([other for name, other in sets.items() if name != title], WEIGHTS))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
