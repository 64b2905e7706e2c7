"""Scripted models that know the answers to cases of calls, except those that they are made to miss."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from assistant.settings import Settings
from experiments.bfcl import CallCase, first_answer
from experiments.calls import Call
from experiments.suite import Setup
from experiments.suites import suite
from tests.servers.ollama import Reply, ScriptedOllama
from tests.servers.ollama_models import Model


def own_cases() -> list[CallCase]:
    """The cases of the suite `calls`, as the suite reads them."""
    return list(suite("calls")._read(Setup(Settings(home=Path("/nowhere")))))  # type: ignore[attr-defined]


def knowing(
    missed: Mapping[str, Collection[str]], *, pause: float = 0.0, cases: list[CallCase] | None = None
) -> Callable[[str, dict[str, Any]], Reply]:
    """A responder: by the model's name, the cases whose calls it gets wrong (an argument too many, or a call too many);
    all others it answers right.
    """
    by_question = {case.messages[-1]["content"]: case for case in cases or own_cases()}

    def respond(_: str, body: dict[str, Any]) -> Reply:
        case = by_question[body["messages"][-1]["content"]]
        name = body["model"].removesuffix(":latest")
        calls = first_answer(case)
        if case.category == "relevance":
            calls = [Call(body["tools"][0]["function"]["name"], {})]
        if case.id in missed.get(name, ()):
            if calls:
                calls = [Call(calls[0].name, {**calls[0].arguments, "not_asked_for": 1}), *calls[1:]]
                calls = calls if case.category != "relevance" else []
            else:
                calls = [Call(body["tools"][0]["function"]["name"], {})]
        return Reply(
            "" if calls else "No function fits.",
            tool_calls=[(one.name, dict(one.arguments)) for one in calls],
            prompt_eval_count=100,
            eval_count=20,
            pause=pause,
        )

    return respond


def server(responder: Callable[[str, dict[str, Any]], Reply], *names: str) -> ScriptedOllama:
    """A server with these models, answering by the responder."""
    return ScriptedOllama([Model(name) for name in names], responder=responder)
