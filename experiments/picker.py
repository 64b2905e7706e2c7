"""Fit the embedded answerer's weights: `python -m experiments.picker --set QUESTIONS LIBRARY --set QUESTIONS LIBRARY`.

Collects every candidate span that the answerer would look at for the questions of each file, in the library that holds
their documents, and marks those that lie on the evidence. Then it prints, as they are to be written into
assistant/embedded,

- the weights of the spans (`pick.WEIGHTS`): a listwise loss (softmax of a span on the evidence against all that are
  not), drawn towards the weights in use, which serve as the prior;
- the signs that the documents answer (`refusing.SIGNS`): logistic regression, both classes counting alike;

and for both what leaving out one document at a time and fitting on the rest costs. Nothing is changed by itself.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.embedded.asked import Asked
from assistant.embedded.compose import sides
from assistant.embedded.pick import FEATURES, WEIGHTS, candidates
from assistant.embedded.plan import PASSAGES, documents_named, plan
from assistant.embedded.refusing import SIGNS, signs
from assistant.passages import PassageBook
from corpora.encoder import SentenceEncoder
from corpora.library import Library
from corpora.query import parse
from corpora.search import search
from experiments.answers import on_evidence
from experiments.fits import Array, area, listwise, logistic
from experiments.questions import Question, load
from experiments.texts import Remembering

#: Candidates of a question that are fitted on, and spans on its evidence that each make a list.
LOOKED_AT, LISTS = 40, 4
#: How strongly the weights are drawn to the prior.
PULL = 0.02


@dataclass(frozen=True)
class Pool:
    """The candidates of one side of one question: features of shape (spans, features), and which answer."""

    question: tuple[str, str]  # the set and the id in it
    document: str
    answerable: bool
    corrects: bool  # a false premise: neither answered nor unanswerable
    values: Array
    right: np.ndarray[Any, np.dtype[np.bool_]]
    signs: Mapping[str, float]


def collect(name: str, questions: Sequence[Question], library: Library) -> list[Pool]:
    """Search for every question as the embedded model does, and look at the spans of what is found."""
    pools = []
    for question in questions:
        book = PassageBook()
        found = []
        for step in plan(question.question, library, None, {"search_documents"}):
            limit = [library.document(file).document_id for file in step.arguments.get("documents", [])] or None
            hits = search(library, step.arguments["query"], k=PASSAGES, documents=limit)
            found += [(book.add(hit), hit) for hit in hits]
        named = documents_named(question.question, library, None)
        usable = [pair for pair in found if not named or pair[0].document in named] or found
        top = max((hit.score for _, hit in usable), default=1.0)
        for side in sides(usable, named, library):
            asked = Asked.of(parse(question.question), library, {passage.document for passage, _ in side})
            spans = candidates(asked, side, library, top, LOOKED_AT)
            if not spans:
                continue
            right = [
                c.passage.document in question.files and any(on_evidence(c.text, e) for e in question.evidence)
                for c in spans
            ]
            pools.append(
                Pool(
                    (name, question.id),
                    question.files[0] if question.files else "",
                    question.answerable,
                    question.kind == "false_premise",
                    np.array([[c.values[feature] for feature in FEATURES] for c in spans], float),
                    np.array(right, bool),
                    signs(asked, spans),
                )
            )
    return pools


def fit(pools: Sequence[Pool], prior: Array, pull: float = PULL, rounds: int = 400) -> Array:
    """Weights that set spans on the evidence before the others; the spans of one side count as one."""
    lists, worth = [], []
    for pool in pools:
        wrong = pool.values[~pool.right]
        best = pool.values[pool.right][:LISTS]
        if pool.answerable and len(best) and len(wrong):
            lists += [one - wrong for one in best]
            worth += [1.0 / len(best)] * len(best)
    return listwise(lists, worth, prior, pull, rounds)


def ranks(pools: Sequence[Pool], weights: Array) -> dict[tuple[str, str], int]:
    """The place, from 0, of the best span on the evidence of each answerable question; many where there is none."""
    best: dict[tuple[str, str], int] = {}
    for pool in pools:
        if pool.answerable:
            order = np.argsort(-(pool.values @ weights), kind="stable")
            places = np.flatnonzero(pool.right[order])
            place = int(places[0]) if len(places) else sys.maxsize
            best[pool.question] = min(place, best.get(pool.question, sys.maxsize))
    return best


def left_out(pools: Sequence[Pool], prior: Array) -> dict[tuple[str, str], int]:
    """`ranks`, those of each document by weights that were fitted without it."""
    found: dict[tuple[str, str], int] = {}
    for document in sorted({pool.document for pool in pools}):
        weights = fit([p for p in pools if p.document != document], prior, rounds=120)
        found |= ranks([p for p in pools if p.document == document], weights)
    return found


def answerability(pools: Sequence[Pool]) -> tuple[dict[str, float], float, float]:
    """Signs with their weights, and the area under the curve: with nothing left out, and leaving documents out."""
    names = [name for name in SIGNS if name != "bias"]
    sums: dict[tuple[str, str], list[Pool]] = defaultdict(list)
    for pool in pools:
        if not pool.corrects:
            sums[pool.question].append(pool)
    chosen = [max(group, key=lambda p: sum(SIGNS[n] * v for n, v in p.signs.items())) for group in sums.values()]
    values = np.array([[pool.signs[name] for name in names] for pool in chosen])
    answered = np.array([float(pool.answerable) for pool in chosen])
    owners = np.array([pool.document for pool in chosen])
    weights = logistic(values, answered)
    apart = np.zeros(len(chosen))
    for owner in np.unique(owners):
        other = logistic(values[owners != owner], answered[owners != owner])
        apart[owners == owner] = other[0] + values[owners == owner] @ other[1:]
    fitted = dict(zip(("bias", *names), (round(float(w), 2) for w in weights), strict=True))
    return fitted, area(values @ weights[1:], answered), area(apart, answered)


def report(title: str, found: Mapping[tuple[str, str], int]) -> str:
    lines = []
    for name in dict.fromkeys(key[0] for key in found):
        places = [place for key, place in found.items() if key[0] == name]
        first, three = (sum(place < cut for place in places) / len(places) for cut in (1, 3))
        lines.append(f"{title:22}{name:26}{len(places):4} questions  first {first:.3f}  in 3 {three:.3f}\n")
    return "".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", nargs=2, type=Path, action="append", required=True, metavar=("QUESTIONS", "LIBRARY"))
    options = parser.parse_args(arguments)
    encoder = Remembering(SentenceEncoder())
    pools: list[Pool] = []
    for questions, home in options.set:
        library = Library(home, encoder)
        pools += collect(questions.stem, load(questions), library)
        library.close()
    prior = np.array([WEIGHTS[feature] for feature in FEATURES])
    weights = fit(pools, prior)
    write = sys.stdout.write
    write(report("in use", ranks(pools, prior)) + report("fitted", ranks(pools, weights)))
    write(report("a document left out", left_out(pools, prior)))
    write(f"\nWEIGHTS = {dict(zip(FEATURES, (round(float(w), 2) for w in weights), strict=True))}\n")
    fitted, whole, apart = answerability(pools)
    write(f"\nanswerable before unanswerable: {whole:.3f}, a document left out {apart:.3f}\nSIGNS = {fitted}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
