"""Fitting the answerer's weights, on constructed candidates and on the samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.embedded.pick import FEATURES
from assistant.embedded.refusing import SIGNS
from corpora.library import Library
from experiments.fits import area, logistic
from experiments.picker import Pool, answerability, collect, fit, left_out, ranks
from experiments.questions import load


def pool(document: str, values: list[list[float]], right: list[bool], *, answerable: bool = True) -> Pool:
    signs = dict.fromkeys(SIGNS, 0.0) | {"bias": 1.0, "cover": 1.0 if answerable else 0.0}
    return Pool(("set", document), document, answerable, False, np.array(values), np.array(right), signs)


#: The second feature tells the answer, the first misleads.
TOLD = [pool(f"{n}.pdf", [[1.0, 0.0], [0.0, 1.0], [0.5, 0.1 * n]], [False, True, False]) for n in range(4)]


def test_fitting_finds_the_feature_that_tells_and_holds_to_the_prior_where_pulled() -> None:
    prior = np.array([1.0, 0.0])
    assert set(ranks(TOLD, prior).values()) == {2}
    free = fit(TOLD, prior)
    assert free[1] > free[0]
    assert set(ranks(TOLD, free).values()) == {0}
    assert fit(TOLD, prior, pull=1000.0) == pytest.approx(prior, abs=0.05)


def test_a_question_without_candidates_on_its_evidence_teaches_nothing() -> None:
    prior = np.array([1.0, 0.0])
    nothing = [pool("a.pdf", [[1.0, 0.0]], [False]), pool("b.pdf", [[1.0, 0.0]], [True])]
    assert fit(nothing, prior).tolist() == prior.tolist()
    assert ranks(nothing, prior)[("set", "b.pdf")] == 0
    assert ranks(nothing, prior)[("set", "a.pdf")] > 1000


def test_a_document_is_never_judged_by_weights_fitted_on_it() -> None:
    odd = pool("odd.pdf", [[0.0, 1.0], [1.0, 0.0]], [False, True])
    found = left_out([*TOLD, odd], np.array([0.5, 0.5]))
    assert found[("set", "odd.pdf")] == 1
    assert found[("set", "1.pdf")] == 0


def test_the_regression_weighs_both_classes_alike() -> None:
    values = np.array([[0.0], [1.0], [1.0], [1.0], [1.0]])
    weights = logistic(values, np.array([0.0, 1.0, 1.0, 1.0, 1.0]), shrink=0.01)
    assert -weights[0] / weights[1] == pytest.approx(0.5, abs=0.05)


def test_the_area_counts_ties_half() -> None:
    answered = np.array([1.0, 0.0, 0.0])
    assert area(np.array([2.0, 1.0, 2.0]), answered) == 0.75


def test_answerable_is_told_from_unanswerable_by_documents_left_out() -> None:
    pools = [pool(f"{n}.pdf", [[1.0, 0.0]], [True]) for n in range(3)]
    pools += [pool(f"u{n}.pdf", [[1.0, 0.0]], [False], answerable=False) for n in range(3)]
    fitted, whole, apart = answerability(pools)
    assert fitted["cover"] > 1
    assert (whole, apart) == (1.0, 1.0)


def test_spans_of_the_samples_are_collected_with_their_labels(samples: Library) -> None:
    questions = load(Path("corpora/samples/questions.jsonl"))[:4]
    pools = collect("samples", questions, samples)
    assert {p.question for p in pools} == {("samples", q.id) for q in questions}
    assert all(p.values.shape == (len(p.right), len(FEATURES)) for p in pools)
    assert sum(p.right.any() for p in pools) >= 3
