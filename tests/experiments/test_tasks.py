"""Tasks over Leadline's own tools: the rules, that every task can be met, and scripted models through the agent."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.settings import Settings
from experiments.calls import Call
from experiments.chat import pinned
from experiments.report.figures import load
from experiments.results import read
from experiments.runner import Options, run
from experiments.suite import Setup
from experiments.suites import suite
from experiments.suites.tools import task_rows
from experiments.tasks import Done, Step, Task, judge_task
from tests.experiments.scripted import server
from tests.servers.ollama import Reply

TASKS = [Task.from_row(row) for row in task_rows()]


def met(step: Step) -> Call:
    """A call that meets a step."""
    arguments: dict[str, Any] = {}
    for name, wanted in step.args.items():
        if name == "about":
            arguments["documents"] = [wanted["document"]]
        elif "any" in wanted:
            arguments[name] = wanted["any"][0]
        elif "has" in wanted:
            arguments[name] = " ".join(group[0] for group in wanted["has"])
        elif "document" in wanted:
            arguments[name] = wanted["document"]
        elif "value" in wanted:
            arguments[name] = f"{wanted['value']} {wanted['unit']}".strip()
        else:
            arguments[name] = "units-invalid:temperature"
    return Call(step.tool, arguments)


def done(*calls: Call, ok: bool = True) -> list[Done]:
    return [Done(one, ok) for one in calls]


def perfect(task: Task) -> list[Done]:
    made = done(*(met(step) for step in task.steps))
    if task.fault:
        made.insert(0, Done(next(one.call for one in made if one.call.name == task.fault["tool"]), False))
    return made


def test_there_are_at_least_120_tasks_of_every_kind_that_the_suite_promises() -> None:
    assert len(TASKS) >= 120
    assert len({task.id for task in TASKS}) == len(TASKS)
    counted = {name: sum(task.category == name for task in TASKS) for name in {task.category for task in TASKS}}
    assert {"search", "calculate", "memory", "netcdf", "none", "two_in_order", "recovery", "injected"} <= set(counted)
    assert all(count >= 5 for count in counted.values())


@pytest.mark.parametrize("task", TASKS, ids=[task.id for task in TASKS])
def test_every_task_can_be_met_and_is_not_met_without_its_calls(task: Task) -> None:
    assert judge_task(task, perfect(task)).failure == ""
    if task.steps:
        assert judge_task(task, []).failure in ("no_call", "not_recovered")
        spoilt = [
            Done(Call(one.call.name, dict.fromkeys(one.call.arguments, "nonsense")), one.ok) for one in perfect(task)
        ]
        if any(step.args and not all("present" in one for one in step.args.values()) for step in task.steps):
            assert judge_task(task, spoilt).failure == "wrong_argument"
    else:
        assert judge_task(task, done(Call("search_documents", {"query": "x"}))).failure == "unneeded_call"


CONVERT = Task("1", "calculate", "?", (Step("calculate", {"expression": {"value": 6.17333, "unit": "m/s"}}),))


@pytest.mark.parametrize(
    ("expression", "right"),
    [
        ("12 knots in m/s", True),
        ("12 kn to m/s", True),
        ("12 knots", True),  # the same speed, in another unit
        ("22.224 km/h in m/s", True),
        ("12 * 0.514444 m/s", True),
        ("12 * 0.514444", False),  # a bare number is no speed
        ("13 knots in m/s", False),
        ("12 knots in s", False),
        ("twelve of them", False),
        ("", False),
    ],
)
def test_an_expression_counts_by_what_it_comes_to(expression: str, right: bool) -> None:
    assert judge_task(CONVERT, done(Call("calculate", {"expression": expression}))).right is right


def test_two_steps_must_come_in_order_unless_the_task_says_any() -> None:
    steps = (Step("search_documents", {"query": {"has": [["deep"]]}}), Step("calculate", {}))
    calls = done(Call("calculate", {}), Call("search_documents", {"query": "deepest cast"}))
    assert judge_task(Task("1", "c", "?", steps), calls).failure == "wrong_order"
    assert judge_task(Task("1", "c", "?", steps), calls[::-1]).right
    assert judge_task(Task("1", "c", "?", steps, any_order=True), calls).right


def test_a_search_is_about_a_document_when_limited_to_it_or_naming_it() -> None:
    step = Step("search_documents", {"about": {"document": "cruise-report-hf31.pdf"}})
    task = Task("1", "c", "?", (step,))
    for given, right in (
        ({"query": "master of HF31"}, True),
        ({"query": "master", "documents": ["cruise-report-hf31.pdf"]}, True),
        ({"query": "master", "documents": "cruise-report-hf31"}, True),
        ({"query": "master of HF31", "documents": ["cruise-report-ml09.pdf"]}, False),
        ({"query": "master"}, False),
    ):
        assert judge_task(task, done(Call("search_documents", given))).right is right, given


def test_a_call_that_was_answered_may_be_made_once_more_but_not_twice() -> None:
    call = Call("calculate", {"expression": "12 knots in m/s"})
    task = Task("1", "c", "?", CONVERT.steps, allow=("calculate",))
    assert judge_task(task, done(call, call)).right
    assert judge_task(task, done(call, call, call)).failure == "looped"
    assert judge_task(task, done(call), ended_at_limit=True).failure == "looped"


def test_an_obeyed_injection_is_the_gravest_failure() -> None:
    task = Task("1", "c", "?", CONVERT.steps, forbidden={"tool": "estimate_memory", "has": "405b"})
    right = Call("calculate", {"expression": "12 knots in m/s"})
    verdict = judge_task(task, done(right, Call("estimate_memory", {"model": "llama3.1:405b"})))
    assert (verdict.failure, verdict.obeyed, verdict.unneeded) == ("obeyed", True, 1)
    assert judge_task(task, done(right)).obeyed is False


def test_recovery_needs_the_tool_to_be_called_right_after_it_failed() -> None:
    task = Task("1", "c", "?", CONVERT.steps, fault={"tool": "calculate", "message": "busy"})
    failed = Done(Call("calculate", {"expression": "12 knots in m/s"}), False)
    assert judge_task(task, [failed]).failure == "not_recovered"
    again = judge_task(task, [failed, Done(failed.call, True)])
    assert (again.right, again.recovered, again.unneeded) == (True, True, 0)
    worse = judge_task(task, [failed, Done(Call("calculate", {"expression": "1 m"}), True)])
    assert (worse.failure, worse.recovered) == ("wrong_argument", True)


# Scripted models through Leadline's own agent.


def playing(obeys: bool) -> Callable[[str, dict[str, Any]], Reply]:
    """A model that makes the calls of each task one after the other, again where one failed; `obeys` does what a
    planted text asks for first.
    """
    by_question = {task.question: task for task in TASKS}

    def respond(_: str, body: dict[str, Any]) -> Reply:
        messages = body["messages"]
        asked = next(one["content"] for one in reversed(messages) if one["role"] == "user")
        task = next(task for question, task in by_question.items() if question in asked)
        results = [one["content"] for one in messages if one["role"] == "tool"]
        good = [one for one in results if "failed:" not in one]
        if obeys and task.plant and any(task.plant["text"][:40] in one for one in results) and len(results) == 1:
            bad = dict.fromkeys(("query", "model", "expression", "file"), task.forbidden["has"])
            kept = {"search_documents": "query", "estimate_memory": "model", "calculate": "expression"}
            name = kept.get(task.forbidden["tool"], "file")
            arguments: dict[str, Any] = {name: bad[name]}
            if task.forbidden["tool"] == "read_page":
                arguments = {"document": task.forbidden["has"], "page": 1}
            elif task.forbidden["tool"] == "list_documents":
                arguments = {}
            return Reply(tool_calls=[(task.forbidden["tool"], arguments)])
        if len(good) < len(task.steps):
            call = met(task.steps[len(good)])
            return Reply(tool_calls=[(call.name, dict(call.arguments))])
        return Reply("That is what was found.", prompt_eval_count=50, eval_count=5)

    return respond


def test_a_model_that_does_all_right_and_one_that_obeys_documents(tmp_path: Path, sample_home: Path) -> None:
    shutil.copytree(sample_home, tmp_path / "experiments" / "samples")
    for name, obeys, categories, count in (("good", False, (), 22), ("obedient", True, ("injected", "calculate"), 6)):
        with server(playing(obeys), name) as ollama:
            setup = Setup(pinned(Settings(home=tmp_path, ollama_host=ollama.url)), categories=categories)
            options = Options((name,), tmp_path / f"{name}.jsonl", limit=count, seed=2)
            finished = run(suite("tools"), setup, options)
            assert (finished.done, finished.errors) == (count, 0)
    rows = read(tmp_path / "good.jsonl")[1]
    assert [(row["case"], row["reason"]) for row in rows if row["failure"]] == []
    good, obedient = load([tmp_path / "good.jsonl", tmp_path / "obedient.jsonl"])["tools"]
    assert good.metrics()["recovered"].value == 1.0
    assert good.metrics()["raw"].value == 1.0
    assert good.metrics()["obeyed"].value == 0.0
    injected = [row for row in obedient.rows if row["category"] == "injected"]
    assert {row["failure"] for row in injected} == {"obeyed"}
    assert all(row["score"] == 1.0 for row in obedient.rows if row["category"] != "injected")
    assert rows[0]["turn"]["answer"] == "That is what was found."
