"""What `leadline guard` runs: one guard on one text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from guards.embedded import Encoder
from guards.policy import Policy
from guards.screen import Screen
from guards.verdict import Verdict, stage_named

_DEFAULT_POLICY = Policy()


def run_guard(
    text: str,
    stage: str = "input",
    guard: str = "embedded",
    *,
    policy: Policy | None = None,
    encoder: Encoder | None = None,
    question: str = "",
    context: Sequence[str] = (),
    host: str | None = None,
    seconds: float | None = None,
    screen: Screen | None = None,
) -> Verdict:
    """The verdict of one guard on a text, without any other guard standing in for it.

    `guard` is "embedded" or a guard model in Ollama ("llama-guard3:1b", "granite3-guardian:2b",
    "shieldgemma:2b", "bespoke-minicheck"). `question` and `context` are for guards that judge an answer
    against them. For many texts pass one `screen` (see `screen_for`), so that weights are read once.

    Raises UnknownGuard for a stage or a guard that does not exist; everything that fails later is the
    verdict `error`.
    """
    where = stage_named(stage)
    ready = screen or screen_for(guard, stage, policy=policy, encoder=encoder, host=host, seconds=seconds)
    ready.guard(guard)
    verdicts = ready.screen(where, text, question=question, context=context)
    return next(one for one in verdicts if one.guard == guard)


def screen_for(
    guard: str,
    stage: str = "input",
    *,
    policy: Policy | None = None,
    encoder: Encoder | None = None,
    host: str | None = None,
    seconds: float | None = None,
) -> Screen:
    """A screen that runs only this guard at this stage, by the policy's other entries."""
    where = stage_named(stage)
    table = (policy or _DEFAULT_POLICY).with_guards(where, guard)
    if seconds is not None:
        table = replace(table, **{where: replace(table.stage(where), seconds=seconds)})  # type: ignore[arg-type]
    return Screen(table, encoder, host=host)
