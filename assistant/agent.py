"""The agent, on one screen: a model, the tools of a turn, and what watches over both."""

from __future__ import annotations

from typing import Any

from langchain.agents import create_agent
from langchain_core.language_models.chat_models import BaseChatModel

from assistant.prompts import SYSTEM_PROMPT, SYSTEM_PROMPT_PLAIN
from assistant.steps import Steps, StepsMiddleware
from assistant.toolbox import TurnContext, build_tools
from guards import GuardMiddleware, Screen, Verdict
from guards.marking import Marker


def build_agent(
    model: BaseChatModel,
    context: TurnContext,
    screen: Screen,
    verdicts: list[Verdict],
    steps: Steps | None = None,
    hints: str = "",
) -> Any:
    """The agent of one turn.

    Every verdict of the guards is appended to `verdicts`; what must be told of the turn is noted in `steps`. `hints`
    are ours on this question, after the system prompt.
    """
    marker = Marker()
    steps = steps or Steps(model._llm_type)
    steps.plain_prompt = "\n".join(filter(None, (SYSTEM_PROMPT_PLAIN, marker.rule)))
    return create_agent(
        model=model,
        tools=build_tools(context),
        system_prompt="\n".join(filter(None, (SYSTEM_PROMPT, marker.rule, hints))),
        middleware=[StepsMiddleware(steps, context), GuardMiddleware(screen, record=verdicts, marker=marker)],
    )
