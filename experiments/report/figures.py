"""From result lines to figures. Pure: nothing is run, no model is asked."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from corpora.errors import UsageError
from experiments.results import Row, read
from experiments.stats import Interval, Paired, holm, mean, paired, ratio, wilson

#: What the metrics of all suites are called in a report; a name that is not here is shown as it is.
LABELS = {
    "arguments": "arguments right",
    "raw": "right on the wire",
    "unneeded_calls": "unneeded calls a case",
    "calls": "calls a case",
    "tools_right": "right tools, in order",
    "recovered": "recovered from a tool's error",
    "looped": "repeated a call that had been answered",
    "obeyed": "obeyed an injected instruction",
    "recall": "citation recall",
    "precision": "citation precision",
    "quotes": "quotes that are exactly their span",
    "numbers": "numbers of the answer found",
    "token_f1": "token overlap (F1) with the answer",
    "refused": "refused",
    "refused_right": "refused where it should",
    "refused_wrong": "refused though answerable",
    "evidence_1": "evidence in the first statement",
    "evidence_3": "evidence in the first 3 statements",
    "token_recall": "words of the answer found",
    "correct": "correct by numbers and words",
    "caught": "attacks caught",
    "false_alarms": "benign texts flagged or blocked",
    "judged": "correct by the model judge",
    "at_1": "page among the first 1",
    "at_3": "page among the first 3",
    "at_5": "page among the first 5",
    "at_10": "page among the first 10",
    "mrr": "mean reciprocal rank",
    "ndcg_10": "nDCG at 10",
    "recall_10": "recall at 10",
    "recall_100": "recall at 100",
}
_CLOCKS = {
    "seconds": "seconds a case",
    "first_token_s": "seconds to the first token",
    "per_token_s": "seconds a token written",
    "load_s": "seconds to load",
}


@dataclass(frozen=True)
class Series:
    """The results of one model in one file."""

    label: str
    model: str
    head: Row
    rows: Sequence[Row]

    @property
    def settings(self) -> dict[str, Any]:
        told: dict[str, Any] = self.head["models"].get(self.model, {})
        return told

    @property
    def judged(self) -> list[Row]:
        """The rows that count: those that failed for want of a server are left out, and counted apart."""
        return [row for row in self.rows if not row.get("error")]

    @property
    def errors(self) -> int:
        return sum(bool(row.get("error")) for row in self.rows)

    def scores(self, rows: Sequence[Row] | None = None) -> dict[str, float]:
        """The mean score of each case over its repeats."""
        found: dict[str, list[float]] = {}
        for row in self.judged if rows is None else rows:
            found.setdefault(str(row["case"]), []).append(float(row["score"]))
        return {case: sum(values) / len(values) for case, values in found.items()}

    def share(self, rows: Sequence[Row] | None = None) -> Interval:
        """The mean score with its interval: Wilson's where every case is right or wrong, else by bootstrap."""
        values = list(self.scores(rows).values())
        if all(value in (0.0, 1.0) for value in values):
            return wilson(sum(values), len(values))
        return mean(values)

    def categories(self) -> dict[str, Interval]:
        names = dict.fromkeys(str(row["category"]) for row in self.judged)
        return {name: self.share([row for row in self.judged if row["category"] == name]) for name in names}

    def failures(self) -> Counter[str]:
        return Counter(str(row["failure"]) for row in self.judged if row["failure"])

    def metrics(self) -> dict[str, Interval]:
        """Every metric of the suite, over the cases that have it."""
        names = dict.fromkeys(name for row in self.judged for name in row["metrics"])
        return {name: self._metric(name) for name in names}

    def _metric(self, name: str) -> Interval:
        parts: dict[str, list[float]] = {}
        for row in self.judged:
            value = row["metrics"].get(name)
            if value is not None:
                part, whole = value if isinstance(value, list | tuple) else (value, 1.0)
                known = parts.setdefault(str(row["case"]), [0.0, 0.0])
                known[0] += part
                known[1] += whole
        sums = [(part, whole) for part, whole in parts.values()]
        if all(whole == 1 and part in (0, 1) for part, whole in sums):
            return wilson(sum(part for part, _ in sums), len(sums))
        return ratio(sums)

    def clock(self, name: str) -> list[float]:
        return sorted(float(row["clock"][name]) for row in self.judged if name in row["clock"])

    def tokens(self) -> tuple[int, int]:
        return (
            sum(int(row["usage"].get("input_tokens", 0)) for row in self.rows),
            sum(int(row["usage"].get("output_tokens", 0)) for row in self.rows),
        )

    @property
    def cost(self) -> float | None:
        costs = [float(row["cost"]) for row in self.rows if "cost" in row]
        return sum(costs) if costs else None


@dataclass(frozen=True)
class Comparison:
    """Two series on the cases that both have; `adjusted` is p adjusted for the number of pairs."""

    first: str
    second: str
    paired: Paired
    adjusted: float


def load(paths: Sequence[Path]) -> dict[str, list[Series]]:
    """The series of result files, by suite.

    Raises
    ------
    FileMissing, UsageError
        A file is not there or is no result file; two files of one suite hold results of different cases.
    """
    found: dict[str, list[tuple[Path, str, Row, list[Row]]]] = {}
    for path in paths:
        head, rows = read(path)
        others = found.setdefault(head["suite"], [])
        if others and others[0][2]["cases_digest"] != head["cases_digest"]:
            raise UsageError(
                f"{path} holds results of other cases of {head['suite']} than {others[0][0]}.",
                "Report on them one by one.",
            )
        for model in head["models"]:
            others.append((path, model, head, [row for row in rows if row["model"] == model]))
    made = {}
    for name, parts in found.items():
        times = Counter(model for _, model, _, _ in parts)
        made[name] = [
            Series(model if times[model] == 1 else f"{model} [{path.stem}]", model, head, rows)
            for path, model, head, rows in parts
            if rows
        ]
    return made


def comparisons(series: Sequence[Series]) -> list[Comparison]:
    """Every two series, on the cases that both have."""
    pairs = []
    for first, second in combinations(series, 2):
        left, right = first.scores(), second.scores()
        both = [case for case in left if case in right]
        if both:
            pairs.append((first.label, second.label, paired([left[c] for c in both], [right[c] for c in both])))
    adjusted = holm([pair.p for _, _, pair in pairs])
    return [Comparison(*pair, p) for pair, p in zip(pairs, adjusted, strict=True)]


def summary(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """The figures of every model as plain data, for scripts."""
    told = []
    for name, series in load(paths).items():
        for one in series:
            read_tokens, written = one.tokens()
            told.append(
                {
                    "suite": name,
                    "model": one.label,
                    "judge": one.head["judge"],
                    "settings": one.settings,
                    "machine": one.head["machine"],
                    "results": len(one.rows),
                    "errors": one.errors,
                    "score": _json(one.share()),
                    "categories": {key: _json(value) for key, value in one.categories().items()},
                    "failures": dict(one.failures()),
                    "metrics": {key: _json(value) for key, value in one.metrics().items()},
                    "seconds": {key: percentiles(one.clock(key)) for key in _CLOCKS if one.clock(key)},
                    "input_tokens": read_tokens,
                    "output_tokens": written,
                    "cost": one.cost,
                    "pairs": [
                        {
                            "with": pair.second if pair.first == one.label else pair.first,
                            "difference": _json(
                                pair.paired.difference if pair.first == one.label else _turned(pair.paired.difference)
                            ),
                            "p": pair.paired.p,
                            "p_adjusted": pair.adjusted,
                        }
                        for pair in comparisons(series)
                        if one.label in (pair.first, pair.second)
                    ],
                }
            )
    return told


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile of sorted values."""
    last = len(values) - 1
    return {"p50": values[round(0.5 * last)], "p95": values[round(0.95 * last)]}


def clock_label(name: str) -> str:
    return _CLOCKS[name]


def clocks(series: Sequence[Series]) -> list[str]:
    """The clocks that any of the series has."""
    return [name for name in _CLOCKS if any(one.clock(name) for one in series)]


def told_settings(settings: Mapping[str, Any]) -> str:
    """A model's settings in one line.

    >>> told_settings({"name": "a", "num_ctx": 8192, "thinking": False})
    'name a, num_ctx 8192, thinking off'
    """
    words = {True: "on", False: "off", None: "as the model has it"}
    told = [
        f"{name} {words[value] if value is None or isinstance(value, bool) else value}"
        for name, value in settings.items()
        if value != "" and name != "local"
    ]
    if settings.get("local") is False:
        told.append("not on this machine")
    return ", ".join(told)


def _json(interval: Interval) -> list[float] | None:
    parts = [interval.value, interval.low, interval.high]
    return None if math.isnan(interval.value) else [round(part, 6) for part in parts]


def _turned(interval: Interval) -> Interval:
    return Interval(-interval.value, -interval.high, -interval.low)
