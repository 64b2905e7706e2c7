"""Tasks over Leadline's own tools, through its own agent: the right tool, arguments with units, none where none is
needed, two in order, a tool that fails once, a document that asks for calls.

The guards are left out, so that the model is measured and not what stands before it. The library holds the sample
documents, the data folder four small NetCDF files.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.toolbox import TurnContext
from corpora.errors import LeadlineError, ModelError, ToolError
from experiments.bfcl import read_rows
from experiments.calls import Call
from experiments.chat import chat_model, describe
from experiments.samples import sample_library
from experiments.suite import Case, Measure, Outcome, Setup, Table, Worker
from experiments.tasks import Done, Task, judge_task
from experiments.wire import WireLog, raw_calls, served

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
        self._model = chat_model(model, setup.settings, self._library)
        self._log = WireLog()
        self._wired = self._log.attach(self._model)
        self._screen = unguarded()

    def run(self, case: Case, seed: int) -> Outcome:
        from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

        from assistant.agent import build_agent

        task = Task.from_row(case.content)
        if hasattr(self._model, "seed"):
            self._model.seed = seed
        context = TaskContext(self._library, data_folders=(self._folder,), fault=task.fault, plant=task.plant)
        self._log.take()
        started = time.monotonic()
        try:
            agent = build_agent(self._model, context, self._screen, [])
            state = agent.invoke({"messages": [HumanMessage(task.question)]}, {"recursion_limit": 60})
        except LeadlineError:
            raise
        except Exception as error:
            raise ModelError(
                f"The model failed ({type(error).__name__}: {str(error)[:200]}).", "See that its server runs."
            ) from error
        seconds = time.monotonic() - started
        wire = self._log.take()
        replies = [message for message in state["messages"] if isinstance(message, AIMessage)]
        results = {str(one.tool_call_id): one for one in state["messages"] if isinstance(one, ToolMessage)}
        done = [
            Done(Call(one["name"], one["args"]), _carried_out(results.get(str(one["id"]))))
            for reply in replies
            for one in reply.tool_calls
        ]
        verdict = judge_task(task, done, ended_at_limit=bool(replies and replies[-1].tool_calls))
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
        lines = [line for exchange in wire for line in exchange.lines()]
        raw = raw_calls(lines) if self._wired else None
        if raw is not None:
            written = [Done(call, one.ok) for call, one in zip(raw, done, strict=False)]
            metrics["raw"] = float(len(raw) == len(done) and judge_task(task, written).right == verdict.right)
        clock = {"seconds": seconds, **served(lines)}
        first = next((one.first_token_s for one in wire if one.first_token_s is not None), None)
        if first is not None:
            clock["first_token_s"] = first
        return Outcome(
            float(verdict.right),
            verdict.failure,
            verdict.reason,
            metrics,
            clock,
            {"calls": [{**one.call.to_json(), "ok": one.ok} for one in done]},
            {
                "question": task.question,
                "answer": replies[-1].text if replies else "",
                "tools": [one.to_json() for one in context.calls],
            },
            _tokens(replies),
            wire,
        )

    def close(self) -> None:
        self._library.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _carried_out(result: Any) -> bool:
    """Whether a tool did what it was asked: an error comes back as text with a status or an artifact that says so."""
    if result is None or result.status == "error":
        return False
    artifact = result.artifact
    return not (isinstance(artifact, Mapping) and "error" in artifact)


def _tokens(replies: Sequence[Any]) -> dict[str, int]:
    total = {"input_tokens": 0, "output_tokens": 0}
    for reply in replies:
        for name in total:
            total[name] += int((reply.usage_metadata or {}).get(name, 0))
    return {name: count for name, count in total.items() if count}


def task_rows() -> list[dict[str, Any]]:
    """The tasks as data."""
    return [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
