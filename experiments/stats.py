"""Intervals and paired tests, small and pure.

Cases are the unit: where a case was run several times, its runs are averaged first, since they are not independent.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

RESAMPLES = 2000
#: Two-sided 95 %.
Z = 1.959963984540054


@dataclass(frozen=True)
class Interval:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


@dataclass(frozen=True)
class Paired:
    """Two models on the same cases.

    difference: mean score of the first less that of the second, with its bootstrap interval. only_first, only_second:
    cases that one alone passed. p: exact two-sided McNemar test of these.
    """

    cases: int
    difference: Interval
    only_first: int
    only_second: int
    p: float


def wilson(passed: float, total: int) -> Interval:
    """A share with Wilson's score interval (Wilson 1927), which is right for small and extreme shares too.

    >>> str(wilson(10, 10))
    '1.000 (0.722 to 1.000)'
    """
    if not total:
        return Interval(math.nan, math.nan, math.nan)
    share = passed / total
    centre = (share + Z * Z / (2 * total)) / (1 + Z * Z / total)
    half = Z * math.sqrt(share * (1 - share) / total + Z * Z / (4 * total * total)) / (1 + Z * Z / total)
    return Interval(share, max(0.0, centre - half), min(1.0, centre + half))


def bootstrap(
    items: Sequence[object],
    figure: Callable[[Sequence[object]], float],
    *,
    resamples: int = RESAMPLES,
    seed: int = 7,
) -> Interval:
    """Any figure over cases, with its percentile interval over resamples of the cases (Efron 1979).

    A resample for which the figure is not defined is left out; with no items all three numbers are not a number.
    """
    value = figure(items) if items else math.nan
    if math.isnan(value):
        return Interval(math.nan, math.nan, math.nan)
    pick = random.Random(seed)
    drawn = [figure(pick.choices(items, k=len(items))) for _ in range(resamples)]
    return _percentiles(value, [one for one in drawn if not math.isnan(one)])


def mean(values: Sequence[float], *, resamples: int = RESAMPLES, seed: int = 7) -> Interval:
    """The mean of one value a case."""
    return ratio([(value, 1.0) for value in values], resamples=resamples, seed=seed)


def ratio(parts: Sequence[tuple[float, float]], *, resamples: int = RESAMPLES, seed: int = 7) -> Interval:
    """The ratio of two sums over cases (so many right of so many), with its percentile interval."""
    import numpy as np

    total = sum(part[1] for part in parts)
    if not total:
        return Interval(math.nan, math.nan, math.nan)
    counted = np.asarray(parts, dtype=float)
    pick = np.random.default_rng(seed)
    drawn: list[float] = []
    # In blocks, so that a thousand cases take megabytes, not gigabytes.
    block = max(1, 2_000_000 // len(parts))
    for start in range(0, resamples, block):
        rows = pick.integers(0, len(parts), size=(min(block, resamples - start), len(parts)))
        sums = counted[rows].sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            drawn.extend(float(one) for one in sums[:, 0] / sums[:, 1] if math.isfinite(one))
    return _percentiles(sum(part[0] for part in parts) / total, drawn)


def _percentiles(value: float, drawn: list[float]) -> Interval:
    if not drawn:
        return Interval(value, math.nan, math.nan)
    drawn.sort()
    last = len(drawn) - 1
    return Interval(value, drawn[round(0.025 * last)], drawn[round(0.975 * last)])


def mcnemar(only_first: int, only_second: int) -> float:
    """Exact two-sided p of McNemar's test: the cases that one alone passed, as tosses of a fair coin.

    >>> round(mcnemar(10, 2), 4)
    0.0386
    """
    tosses = only_first + only_second
    if not tosses:
        return 1.0
    fewer = min(only_first, only_second)
    # In whole numbers: 2**tosses overflows a float from 1,024 cases on.
    tail = ways = 1
    for k in range(fewer):
        ways = ways * (tosses - k) // (k + 1)
        tail += ways
    return min(1.0, 2 * tail / 2**tosses)


def paired(first: Sequence[float], second: Sequence[float], *, resamples: int = RESAMPLES, seed: int = 7) -> Paired:
    """Compare two models' scores (0 to 1) on the same cases, in the same order. A case counts as passed from 0.5."""
    if len(first) != len(second):
        raise ValueError("paired scores must be of the same cases")
    differences = [a - b for a, b in zip(first, second, strict=True)]
    passes = [(a > 0.5, b > 0.5) for a, b in zip(first, second, strict=True)]
    only_first = sum(a and not b for a, b in passes)
    only_second = sum(b and not a for a, b in passes)
    return Paired(
        len(first),
        mean(differences, resamples=resamples, seed=seed),
        only_first,
        only_second,
        mcnemar(only_first, only_second),
    )


def holm(ps: Sequence[float]) -> list[float]:
    """P values adjusted for their number (Holm 1979), in the given order.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(ps)), key=lambda index: ps[index])
    adjusted = [1.0] * len(ps)
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(ps) - rank) * ps[index]))
        adjusted[index] = highest
    return adjusted
