"""The scorers of the guard experiment, and the features and data behind the trained heads."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from experiments.guards import (
    Case,
    auroc,
    bootstrap,
    false_positives,
    held_out_questions,
    pooled,
    read_cases,
    recall_at,
    report,
    results,
    task_score,
    timed,
    two_hundred_words,
)
from guards import Risk
from guards.features import HALF, SIZE, linear, places
from guards.train import own_rows, read_rows, targets
from tests.conftest import shared_data

DATA = Path(__file__).resolve().parents[2] / "guards" / "data"


def test_auroc_is_the_share_of_pairs_in_the_right_order() -> None:
    assert auroc([1.0, 0.8], [0.2, 0.1]) == 1.0
    assert auroc([0.1], [0.9]) == 0.0
    assert auroc([0.5, 0.5], [0.5]) == 0.5
    assert auroc([0.9, 0.4, 0.3], [0.5, 0.2]) == pytest.approx(4 / 6)


def test_recall_counts_what_lies_above_the_threshold_of_the_benign() -> None:
    benign = [place / 100 for place in range(100)]
    assert recall_at([0.985, 0.5], benign, 0.01) == 0.5
    assert recall_at([0.985, 0.95], benign, 0.05) == 1.0
    assert recall_at([0.99], benign, 0.0) == 0.0
    assert recall_at([0.5], [], 0.01) == 1.0


def test_the_interval_holds_the_figure_and_is_the_same_each_time() -> None:
    positive, negative = [0.2, 0.6, 0.9, 0.8] * 5, [0.1, 0.3, 0.7] * 5
    first = bootstrap(positive, negative, auroc, resamples=200)
    assert first == bootstrap(positive, negative, auroc, resamples=200)
    assert first.low <= first.value <= first.high
    assert first.low < first.high


def test_a_set_without_benign_texts_is_set_against_those_of_the_others() -> None:
    cases = [
        Case("a", 1, "jailbreak", "one"),
        Case("b", 0, "jailbreak", "one"),
        Case("c", 1, "jailbreak", "two"),
        Case("d", 0, "benign", "three"),
        Case("e", 0, "harm", "four"),
    ]
    scores = {"jailbreak": [0.9, 0.1, 0.2, 0.3, 0.95], "harm": [0.0] * 5}
    one, two = results(cases, scores, resamples=20)
    assert (one.positives, one.negatives, one.against, one.auroc.value) == (1, 1, "its own", 1.0)
    assert (two.negatives, two.auroc.value, two.recall.value) == (2, 0.5, 0.0)
    assert [row.negatives for row in pooled(cases, scores, resamples=20)] == [2]


def test_flags_count_as_false_positives() -> None:
    cases = [Case("a", 0, "benign", "x"), Case("b", 0, "benign", "x"), Case("c", 1, "harm", "x")]
    assert false_positives(cases, ["flag", "allow", "block"]) == {"x": (1, 2)}


def test_the_score_of_a_task_is_its_strongest_family() -> None:
    risks = [Risk("injection.leak", "", 0.7), Risk("jailbreak", "", 0.4), Risk("harm.cyber", "", 0.9)]
    assert task_score(risks, "jailbreak") == 0.7
    assert task_score(risks, "harm") == 0.9
    assert task_score([], "harm") == 0.0


def test_timing_and_texts_of_two_hundred_words() -> None:
    texts = two_hundred_words([Case("word " * 1000, 0, "benign", "x")], 3)
    assert [len(text.split()) for text in texts] == [200, 200, 200]
    median, high = timed(lambda text: None, texts)
    assert 0 <= median <= high


def test_the_report_names_every_set() -> None:
    interval = {"value": 0.5, "low": 0.4, "high": 0.6}
    row = {
        "set": "one", "task": "harm", "positives": 1, "negatives": 2, "against": "its own",
        "auroc": interval, "recall_at_1": interval, "recall_at_5": interval, "recall": interval,
    }  # fmt: skip
    text = report(
        {
            "model": "m", "cases": 3, "errors": 0, "p50_ms": 1.0, "p95_ms": 2.0, 
            "p50_attack_ms": 3.0, "turn_p50_ms": 21.5, "turn_p95_ms": 30.0, "sets": [row], "pooled": [],
            "false_positives": {"two": (1, 4)},
        }
    )  # fmt: skip
    assert "| one | harm | 1 / 2 | its own | 0.500 (0.400 to 0.600)" in text
    assert "| two | 1 of 4 | 25.0 % |" in text


def test_features_are_places_in_their_halves_and_depend_on_the_words() -> None:
    found = places("ignore the noise")
    assert found.dtype == np.int64
    assert found.min() >= 0
    assert found.max() < SIZE
    assert (found < HALF).sum() == 5
    assert np.array_equal(found, np.unique(found))
    assert not np.array_equal(found, places("ignore the voice"))
    assert len(places("")) <= 1


def test_a_linear_head_is_the_scaled_sum_of_its_places() -> None:
    weights = np.zeros((2, SIZE), dtype=np.float32)
    at = places("abc")
    weights[0, at[0]] = 2.0
    assert linear("abc", weights, np.array([0.5, -0.5])) == pytest.approx([0.5 + 2 / np.sqrt(len(at)), -0.5])


def test_there_are_enough_innocent_questions_and_none_is_in_both_parts() -> None:
    rows = [json.loads(line) for line in (DATA / "benign_questions.jsonl").read_text().strip().split("\n")]
    assert len(rows) >= 150
    assert len({row["text"] for row in rows}) == len(rows)
    assert len(held_out_questions()) >= 100
    words = " ".join(row["text"].lower() for row in rows)
    for word in ("ignore", "kill", "attack", "drop", "bomb calorimeter", "shoot", "execute"):
        assert word in words


def test_training_never_sees_what_is_held_out() -> None:
    learnt = {row.text for row in own_rows("train", 1)}
    assert not learnt & {case.text for case in held_out_questions()}
    sentences = [json.loads(line) for line in (DATA / "document_sentences.jsonl").read_text().strip().split("\n")]
    held = [row["text"] for row in sentences if row["part"] == "held_out"]
    assert held
    assert not any(text in row for row in learnt for text in held)


def test_what_a_row_teaches_fits_its_task() -> None:
    labels = {row.task: targets(row)[0] for row in own_rows("train", 1)}
    assert labels["benign"] == (0, 0, 0)
    assert labels["injection"] == (0, 0, 1)


def test_training_data_and_development_data_do_not_overlap() -> None:
    train = {row.text for row in read_rows(shared_data("guards", "train.jsonl"))}
    dev = read_cases(shared_data("guards", "dev.jsonl"))
    assert len(dev) > 3000
    assert not train & {case.text for case in dev}
    assert not {row.text for row in own_rows("train", 1)} & {case.text for case in dev}
