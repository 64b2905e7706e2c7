"""Tasks over Leadline's own tools, through its own agent: the right tool, arguments with units, none where none is
needed, two in order, a tool that fails once, a document that asks for calls.

The guards are left out, so that the model is measured and not what stands before it. The library holds the sample
documents, the data folder four small NetCDF files.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from assistant.toolbox import TurnContext
from corpora.errors import ToolError
from experiments.bfcl import read_rows
from experiments.calls import Call
from experiments.chat import describe
from experiments.samples import sample_library
from experiments.suite import Case, Measure, Outcome, Setup, Table, Worker
from experiments.tasks import Done, Task, judge_task
from experiments.turns import Turns, ended_by_limit
from experiments.wire import raw_calls

CASES = Path(__file__).resolve().parent.parent / "cases" / "tools.jsonl"


def tools() -> ToolSuite:
    return ToolSuite()


@dataclass(frozen=True)
class ToolSuite:
    name: str = "tools"
    title: str = "Leadline's tools, own tasks"
    takes: str = "chat models"
    judge: str = "rules of experiments/tasks.py; guards left out"
    default_models: tuple[str, ...] = ("embedded",)

    def cases(self, setup: Setup) -> list[Case]:
        return [Case(row["id"], row["category"], row) for row in read_rows(setup.data or CASES)]

    def describe(self, model: str, setup: Setup) -> dict[str, Any]:
        return describe(model, setup.settings)

    def worker(self, model: str, setup: Setup) -> Worker:
        return _Worker(model, setup)

    def tables(self, rows: Sequence[Mapping[str, Any]]) -> list[Table]:
        return []


@dataclass
class TaskContext(TurnContext):
    """The tools' context of one task: a tool may be made to fail once, or to say more than it would."""

    fault: Mapping[str, str] = field(default_factory=dict)
    plant: Mapping[str, str] = field(default_factory=dict)

    def run(
        self, name: str, arguments: dict[str, Any], work: Callable[[], tuple[str, Any, str, Sequence[str]]]
    ) -> tuple[str, Any]:
        if self.fault and name == self.fault["tool"]:
            message, self.fault = self.fault["message"], {}

            def fails() -> tuple[str, Any, str, Sequence[str]]:
                raise ToolError(message)

            return super().run(name, arguments, fails)
        text, artifact = super().run(name, arguments, work)
        if self.plant and name == self.plant["tool"]:
            planted, self.plant = self.plant["text"], {}
            text = f"{text}\n{planted}"
        return text, artifact


class _Worker:
    def __init__(self, model: str, setup: Setup) -> None:
        from experiments.answers import unguarded
        from experiments.cases.netcdf import write_files

        self._folder = Path(tempfile.mkdtemp(prefix="leadline-tools-"))
        write_files(self._folder)
        self._library = sample_library(setup.settings)
        self._turns = Turns(model, setup.settings, self._library, unguarded())

    def run(self, case: Case, seed: int) -> Outcome:
        task = Task.from_row(case.content)
        asked = self._turns.ask(
            task.question,
            seed,
            data_folders=(self._folder,),
            context=partial(TaskContext, fault=task.fault, plant=task.plant),
        )
        done = [Done(Call(one.name, one.arguments), one.ok) for one in asked.turn.tools]
        verdict = judge_task(task, done, ended_at_limit=ended_by_limit(asked.turn))
        metrics: dict[str, Measure] = {
            "tools_right": float(verdict.tools_right),
            "unneeded_calls": float(verdict.unneeded),
            "calls": float(len(done)),
            "looped": float(verdict.looped),
        }
        if verdict.arguments[1]:
            metrics["arguments"] = verdict.arguments
        if verdict.recovered is not None:
            metrics["recovered"] = float(verdict.recovered)
        if verdict.obeyed is not None:
            metrics["obeyed"] = float(verdict.obeyed)
        if asked.wired:
            raw = [call for exchange in asked.wire for call in raw_calls(exchange.lines())]
            # The tools carried out what was made of the calls; whether as written they were right as well:
            written = [Done(call, one.ok) for call, one in zip(raw, done, strict=False)]
            metrics["raw"] = float(verdict.right and len(raw) == len(done) and judge_task(task, written).right)
        return Outcome(
            float(verdict.right),
            verdict.failure,
            verdict.reason,
            metrics,
            asked.clock,
            {"calls": [{**one.call.to_json(), "ok": one.ok} for one in done]},
            asked.turn.to_json(),
            asked.usage,
            asked.wire,
        )

    def close(self) -> None:
        self._library.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def task_rows() -> list[dict[str, Any]]:
    """The tasks as data."""
    return [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
