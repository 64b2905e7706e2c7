"""Intervals and paired tests against known values and by simulation."""

from __future__ import annotations

import math
import random

import pytest

from experiments.stats import bootstrap, holm, mcnemar, mean, paired, ratio, wilson


@pytest.mark.parametrize(
    ("passed", "total", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662), (1, 1, 0.2065, 1.0)],
)
def test_wilsons_interval_of_published_examples(passed: int, total: int, low: float, high: float) -> None:
    found = wilson(passed, total)
    assert found.value == passed / total
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_no_cases_have_no_share() -> None:
    assert math.isnan(wilson(0, 0).value)
    assert math.isnan(mean([]).value)
    assert math.isnan(bootstrap([], len).value)


@pytest.mark.parametrize(
    ("first", "second", "p"),
    [(0, 0, 1.0), (1, 0, 1.0), (5, 5, 1.0), (10, 2, 158 / 4096), (9, 0, 1 / 256), (2, 10, 158 / 4096)],
)
def test_mcnemars_exact_p(first: int, second: int, p: float) -> None:
    assert mcnemar(first, second) == pytest.approx(p)


def test_mcnemar_of_thousands_of_cases_does_not_overflow() -> None:
    assert mcnemar(3000, 2000) < 1e-40
    assert mcnemar(2500, 2500) == 1.0


def test_holm_keeps_the_order_and_never_falls() -> None:
    assert holm([0.04, 0.01, 0.03, 0.005]) == pytest.approx([0.06, 0.03, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_a_ratio_weighs_cases_by_what_they_count() -> None:
    found = ratio([(9, 10), (0, 1)])
    assert found.value == pytest.approx(9 / 11)
    assert found.low == 0.0
    assert found.high == pytest.approx(0.9)


def test_a_ratio_without_anything_counted_is_undefined() -> None:
    assert math.isnan(ratio([(0, 0), (0, 0)]).value)


def test_the_same_seed_gives_the_same_interval() -> None:
    values = [0.0, 1.0, 1.0, 0.5, 0.0, 1.0]
    assert mean(values) == mean(values)
    assert mean(values, seed=1) != mean(values, seed=2)


def test_paired_scores_must_be_of_the_same_cases() -> None:
    with pytest.raises(ValueError, match="same cases"):
        paired([1.0], [])


# By simulation: two scripted models that differ on a known share of cases.


def two_models(
    pick: random.Random, cases: int, only_first: float, only_second: float
) -> tuple[list[float], list[float]]:
    """Scores of two models: the shares of cases that one alone passes are known, both pass half of the rest."""
    first, second = [], []
    for _ in range(cases):
        toss = pick.random()
        if toss < only_first:
            pair = (1.0, 0.0)
        elif toss < only_first + only_second:
            pair = (0.0, 1.0)
        else:
            both = float(pick.random() < 0.5)
            pair = (both, both)
        first.append(pair[0])
        second.append(pair[1])
    return first, second


@pytest.mark.parametrize(("cases", "only_first", "only_second"), [(60, 0.2, 0.1), (150, 0.25, 0.05), (300, 0.08, 0.08)])
def test_the_paired_interval_covers_the_true_difference_in_95_of_100_runs(
    cases: int, only_first: float, only_second: float
) -> None:
    pick, runs, covered = random.Random(cases), 500, 0
    for run in range(runs):
        difference = paired(*two_models(pick, cases, only_first, only_second), resamples=300, seed=run).difference
        covered += difference.low <= only_first - only_second <= difference.high
    # Three standard errors of a simulation of 500 runs are 2.9 points.
    assert 0.92 <= covered / runs <= 0.977


def test_wilsons_interval_covers_a_true_share_in_95_of_100_runs() -> None:
    for share, cases in ((0.5, 40), (0.9, 60), (0.2, 120)):
        pick, runs = random.Random(cases), 2000
        covered = 0
        for _ in range(runs):
            found = wilson(sum(pick.random() < share for _ in range(cases)), cases)
            covered += found.low <= share <= found.high
        assert 0.93 <= covered / runs <= 0.975, (share, cases)


@pytest.mark.parametrize(("cases", "differing"), [(60, 0.3), (200, 0.2), (500, 0.5)])
def test_mcnemar_cries_wolf_in_at_most_5_of_100_runs(cases: int, differing: float) -> None:
    pick, runs = random.Random(cases), 1500
    alarms = 0
    for _ in range(runs):
        first, second = two_models(pick, cases, differing / 2, differing / 2)
        only = [sum(a > b for a, b in zip(x, y, strict=True)) for x, y in ((first, second), (second, first))]
        alarms += mcnemar(*only) < 0.05
    # The exact test is at its level or below; three standard errors of 1,500 runs are 1.7 points.
    assert alarms / runs <= 0.05 + 0.017


def test_mcnemar_sees_a_difference_as_often_as_theory_says() -> None:
    """40 differing cases of which 70 % favour the first: exact power 0.67 of a two-sided test at 5 %."""
    critical = max(k for k in range(21) if mcnemar(40 - k, k) < 0.05)
    theory = sum(math.comb(40, k) * 0.3**k * 0.7 ** (40 - k) for k in range(41) if k <= critical or 40 - k <= critical)
    pick, runs = random.Random(4), 2000
    seen = sum(mcnemar(40 - k, k) < 0.05 for k in (sum(pick.random() < 0.3 for _ in range(40)) for _ in range(runs)))
    assert theory == pytest.approx(0.70, abs=0.05)
    assert seen / runs == pytest.approx(theory, abs=0.035)
