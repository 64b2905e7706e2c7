"""Running a suite: in order, in parallel within limits, resumable at every line."""

from __future__ import annotations

import hashlib
import json
import queue
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpora.errors import LeadlineError, ModelError, UsageError
from experiments.machine import machine
from experiments.results import FORMAT, Key, Row, Writer, finish, key_of, locked, read, repair
from experiments.suite import Case, Outcome, Setup, Suite

#: More at once only makes a server on this machine slower.
MOST_PARALLEL = 16
#: So many failures of a model one after the other mean that it is not there.
FAILURES_IN_A_ROW = 5


@dataclass(frozen=True)
class Options:
    """How a suite is run.

    limit: so many cases, drawn evenly from the categories. max_seconds, max_cost (in the currency of the prices): begin
    no further case beyond. prices: of a model, for a million tokens read and written. wire: keep what went over the
    wire.
    """

    models: tuple[str, ...]
    out: Path
    repeat: int = 1
    seed: int = 0
    limit: int | None = None
    max_seconds: float | None = None
    max_cost: float | None = None
    prices: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    parallel: int = 1
    wire: bool = False


@dataclass(frozen=True)
class Progress:
    """Where a run is. left_s is None until it can be told."""

    model: str
    done: int
    total: int
    score: float
    left_s: float | None
    cost: float = 0.0


@dataclass(frozen=True)
class Finished:
    """How a run ended: `stopped` says why where it is not complete."""

    out: Path
    done: int
    total: int
    errors: int
    stopped: str = ""


def run(
    suite: Suite,
    setup: Setup,
    options: Options,
    *,
    notify: Callable[[Progress], None] = lambda progress: None,
    stop: threading.Event | None = None,
) -> Finished:
    """Run a suite into its result file; what the file holds already is not run again.

    Raises
    ------
    UsageError
        Wrong options, or a result file of something else.
    ModelError
        A model is not there when the run begins.
    """
    _check(options)
    everything = suite.cases(setup)
    cases = chosen(everything, setup.categories, options.limit, options.seed)
    if not cases:
        known = ", ".join(sorted({case.category for case in everything}))
        mend = (
            f"The categories of {suite.name} are: {known}." if known else "Give other cases with --data or --questions."
        )
        raise UsageError("No case is left to run.", mend)
    head = _head(suite, setup, options, everything)
    with locked(options.out):
        done: dict[Key, Row] = {}
        if options.out.exists() and options.out.stat().st_size:
            repair(options.out)
            head, done = _taken_up(options, head)
        job = _Job(suite, setup, options, cases, done, notify, stop or threading.Event())
        writer = Writer(options.out, head)
        try:
            job.run(writer)
        finally:
            writer.close()
            finish(options.out, head, _order(everything, list(head["models"]), head["repeat"]))
    return job.finished()


def chosen(cases: Sequence[Case], categories: Sequence[str], limit: int | None, seed: int) -> list[Case]:
    """The cases of the categories (all when none is named), at most `limit`, drawn evenly from the categories."""
    kept = [case for case in cases if not categories or case.category in categories]
    if limit is None or limit >= len(kept):
        return kept
    groups: dict[str, list[Case]] = {}
    for case in kept:
        groups.setdefault(case.category, []).append(case)
    pick = random.Random(seed)
    for group in groups.values():
        pick.shuffle(group)
    drawn: set[str] = set()
    while len(drawn) < limit:
        for group in groups.values():
            if group and len(drawn) < limit:
                drawn.add(group.pop().id)
    return [case for case in kept if case.id in drawn]


def digest(cases: Sequence[Case]) -> str:
    """A short digest of all cases of a suite: results of other cases are not comparable."""
    told = json.dumps([[case.id, case.category, case.content] for case in cases], sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def seed_of(seed: int, case: str, repeat: int) -> int:
    """The seed that a model gets for one repeat of one case: the same in every run."""
    made = hashlib.sha256(f"{seed} {case} {repeat}".encode()).digest()
    return int.from_bytes(made[:4], "big") >> 1


def _check(options: Options) -> None:
    if not options.models:
        raise UsageError("No model was named.", "Name some: --models embedded,ollama:qwen3:4b")
    if len(set(options.models)) != len(options.models):
        raise UsageError("A model is named twice.", "Name each once.")
    if not 1 <= options.parallel <= MOST_PARALLEL:
        raise UsageError(f"--parallel is 1 to {MOST_PARALLEL}.", "Give a number in between.")
    if options.repeat < 1 or (options.limit is not None and options.limit < 1):
        raise UsageError("--repeat and --limit are at least 1.", "Give a positive number.")
    if options.max_cost is not None:
        free = [one for one in options.models if ":" in one and not one.startswith("ollama:")]
        if unpriced := [one for one in free if one not in options.prices]:
            raise UsageError(
                f"--max-cost needs the price of {', '.join(unpriced)}.", f"Give it: --price {unpriced[0]}=0.15,0.60"
            )


def _head(suite: Suite, setup: Setup, options: Options, cases: Sequence[Case]) -> Row:
    return {
        "format": FORMAT,
        "suite": suite.name,
        "title": suite.title,
        "judge": f"{suite.judge}; {setup.judge}" if setup.judge else suite.judge,
        "cases": len(cases),
        "cases_digest": digest(cases),
        "seed": options.seed,
        "repeat": options.repeat,
        "models": {spec: suite.describe(spec, setup) for spec in options.models},
        "machine": machine(),
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def _taken_up(options: Options, head: Row) -> tuple[Row, dict[Key, Row]]:
    """The head of a file that is taken up again, with what this run adds, and the results that it holds."""
    before, rows = read(options.out)
    for name, called in (("suite", "suite"), ("cases_digest", "cases"), ("seed", "seed"), ("judge", "judge")):
        if before[name] != head[name]:
            raise UsageError(
                f"{options.out} holds results of another {called} ({before[name]}, now {head[name]}).",
                "Give another --out, or the options of that run.",
            )
    for spec, told in head["models"].items():
        if before["models"].get(spec, told) != told:
            changed = sorted(name for name in told if told[name] != before["models"][spec].get(name))
            raise UsageError(
                f"{spec} is not set as it was when {options.out} was begun ({', '.join(changed)} differ).",
                "Give another --out, or set it as it was.",
            )
    merged = {**before, "models": {**before["models"], **head["models"]}}
    merged["repeat"] = max(before["repeat"], head["repeat"])
    # What failed for want of a server is run again.
    return merged, {key_of(row): row for row in rows if not row.get("error")}


def _order(cases: Sequence[Case], models: Sequence[str], repeat: int) -> list[Key]:
    return [(model, case.id, turn) for model in models for turn in range(1, repeat + 1) for case in cases]


class _Job:
    """One run: what is left to do, and how far it is."""

    def __init__(
        self,
        suite: Suite,
        setup: Setup,
        options: Options,
        cases: Sequence[Case],
        done: Mapping[Key, Row],
        notify: Callable[[Progress], None],
        stop: threading.Event,
    ) -> None:
        self._suite, self._setup, self._options = suite, setup, options
        self._by_id = {case.id: case for case in cases}
        order = _order(cases, options.models, options.repeat)
        self._total = len(order)
        self._todo = [key for key in order if key not in done]
        self._before = len(order) - len(self._todo)
        self._cost = sum(float(row.get("cost", 0.0)) for row in done.values())
        self._notify, self._stop = notify, stop
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self._ran = self._errors = 0
        self._scores: dict[str, list[float]] = {}
        for key, row in done.items():
            self._scores.setdefault(key[0], []).append(float(row["score"]))
        self._why = ""
        self._broken: BaseException | None = None

    def finished(self) -> Finished:
        return Finished(self._options.out, self._before + self._ran, self._total, self._errors, self._why)

    def run(self, writer: Writer) -> None:
        for model in self._options.models:
            left: queue.SimpleQueue[Key] = queue.SimpleQueue()
            keys = [key for key in self._todo if key[0] == model]
            for key in keys:
                left.put(key)
            failures = _Streak()
            count = min(self._options.parallel, len(keys))
            threads = [
                threading.Thread(target=self._work, args=(model, left, failures, writer), daemon=True)
                for _ in range(count)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                try:
                    while thread.is_alive():
                        thread.join(0.2)
                except KeyboardInterrupt:
                    self._say_why("stopped by the user")
                    self._stop.set()
                    thread.join()
            if self._broken is not None:
                raise self._broken
            if failures.count >= FAILURES_IN_A_ROW:
                self._say_why(f"{model} failed {FAILURES_IN_A_ROW} times in a row: {failures.last}")
            if self._stop.is_set():
                self._say_why("stopped by the user")
                return

    def _work(self, model: str, left: queue.SimpleQueue[Key], failures: _Streak, writer: Writer) -> None:
        try:
            worker = self._suite.worker(model, self._setup)
            try:
                while not self._over() and failures.count < FAILURES_IN_A_ROW:
                    try:
                        key = left.get_nowait()
                    except queue.Empty:
                        return
                    self._write(writer, self._measure(worker, key, failures))
            finally:
                worker.close()
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            self._broken = error
            self._stop.set()

    def _measure(self, worker: Any, key: Key, failures: _Streak) -> Row:
        model, case_id, repeat = key
        case = self._by_id[case_id]
        started = time.monotonic()
        error = ""
        try:
            outcome = worker.run(case, seed_of(self._options.seed, case_id, repeat))
            failures.count = 0
        except ModelError as failed:
            outcome, error = Outcome(0.0, "error", failed.message), str(failed)
            failures.count += 1
            failures.last = failed.message
        except LeadlineError as failed:
            outcome, error = Outcome(0.0, "error", failed.message), str(failed)
        row: Row = {
            "case": case_id,
            "category": case.category,
            "model": model,
            "repeat": repeat,
            "score": outcome.score,
            "failure": outcome.failure,
            "reason": outcome.reason,
            "metrics": dict(outcome.metrics),
            "answer": outcome.answer,
            "turn": outcome.turn,
            "usage": dict(outcome.usage),
            "clock": {name: round(value, 6) for name, value in outcome.clock.items()},
        }
        row["clock"].setdefault("seconds", round(time.monotonic() - started, 6))
        if model in self._options.prices:
            per_read, per_written = self._options.prices[model]
            usage = outcome.usage
            row["cost"] = (
                usage.get("input_tokens", 0) * per_read + usage.get("output_tokens", 0) * per_written
            ) / 1_000_000
        if self._options.wire:
            row["wire"] = [one.to_json() for one in outcome.wire]
        if error:
            row["error"] = error
        return row

    def _write(self, writer: Writer, row: Row) -> None:
        with self._lock:
            writer.write(row)
            self._ran += 1
            self._errors += bool(row.get("error"))
            self._cost += float(row.get("cost", 0.0))
            scores = self._scores.setdefault(row["model"], [])
            scores.append(float(row["score"]))
            left = (time.monotonic() - self._started) / self._ran * (len(self._todo) - self._ran)
            self._notify(
                Progress(
                    row["model"],
                    self._before + self._ran,
                    self._total,
                    sum(scores) / len(scores),
                    left if self._ran >= 3 else None,
                    self._cost,
                )
            )

    def _over(self) -> bool:
        if self._stop.is_set():
            return True
        seconds, cost = self._options.max_seconds, self._options.max_cost
        if seconds is not None and time.monotonic() - self._started >= seconds:
            self._say_why(f"the limit of {seconds:g} s is reached")
            return True
        if cost is not None and self._cost >= cost:
            self._say_why(f"the limit of cost, {cost:g}, is reached")
            return True
        return False

    def _say_why(self, why: str) -> None:
        self._why = self._why or why


@dataclass
class _Streak:
    count: int = 0
    last: str = ""
