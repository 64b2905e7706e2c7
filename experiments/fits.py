"""Small fits that need no more than numpy: a listwise one, a logistic regression, the area under a curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]


def listwise(
    lists: Sequence[Array], worth: Sequence[float], prior: Array, pull: float = 0.02, rounds: int = 400
) -> Array:
    """Weights of features that set one thing above others, drawn to a prior: softmax loss, Adam, from the prior.

    Parameters
    ----------
    lists:
        For each thing, its features less those of each other, shape (others, features).
    worth:
        How much each list counts.
    pull:
        How strongly the weights are drawn to the prior.
    """
    if not lists:
        return prior.copy()
    rows = np.concatenate(lists)
    lengths = np.array([len(one) for one in lists])
    starts = np.cumsum(lengths) - lengths
    share = np.array(worth) / sum(worth)
    weights, mean, square = prior.copy(), np.zeros_like(prior), np.zeros_like(prior)
    for turn in range(1, rounds + 1):
        behind = -(rows @ weights)
        most = np.maximum(np.maximum.reduceat(behind, starts), 0.0)
        raised = np.exp(behind - np.repeat(most, lengths))
        chance = raised / np.repeat(np.add.reduceat(raised, starts) + np.exp(-most), lengths)
        slope = pull * (weights - prior) - (np.repeat(share, lengths) * chance) @ rows
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope**2
        weights = weights - 0.05 * (mean / (1 - 0.9**turn)) / (np.sqrt(square / (1 - 0.99**turn)) + 1e-8)
    return weights


def logistic(values: Array, answered: Array, shrink: float = 0.5, rounds: int = 30) -> Array:
    """Bias and weights of a logistic regression, both classes counting alike; Newton's method, the bias unshrunk."""
    full = np.column_stack([np.ones(len(values)), values])
    count = np.array([(answered == one).sum() for one in (0, 1)])
    worth = len(answered) / (2.0 * np.maximum(count, 1))[answered.astype(int)]
    penalty = np.diag([1e-6] + [shrink] * values.shape[1])
    weights = np.zeros(full.shape[1])
    for _ in range(rounds):
        chance = 1 / (1 + np.exp(-np.clip(full @ weights, -30, 30)))
        slope = full.T @ (worth * (chance - answered)) + penalty @ weights
        curve = (full * (worth * chance * (1 - chance))[:, None]).T @ full + penalty
        weights = weights - np.linalg.solve(curve, slope)
    return weights


def area(scores: Array, answered: Array) -> float:
    """Area under the curve: how often an answerable question scores above an unanswerable one, ties half."""
    ahead = scores[answered == 1][:, None] - scores[answered == 0][None, :]
    return float((ahead > 0).mean() + (ahead == 0).mean() / 2) if ahead.size else float("nan")
