"""The agent, on one screen: a model, the tools of a turn, and what watches over both."""

from __future__ import annotations

from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import ModelCallLimitMiddleware, ToolCallLimitMiddleware
from langchain_core.language_models.chat_models import BaseChatModel

from assistant.prompts import SYSTEM_PROMPT
from assistant.toolbox import TurnContext, build_tools
from guards import GuardMiddleware, Screen, Verdict
from guards.marking import Marker

#: A turn ends after so many calls of the model or of tools, with what was found by then.
MODEL_CALLS, TOOL_CALLS = 8, 16


def build_agent(model: BaseChatModel, context: TurnContext, screen: Screen, verdicts: list[Verdict]) -> Any:
    """The agent of one turn. Every verdict of the guards is appended to `verdicts`."""
    marker = Marker()
    watch: list[Any] = [
        GuardMiddleware(screen, record=verdicts, marker=marker),
        ModelCallLimitMiddleware(run_limit=MODEL_CALLS, exit_behavior="end"),
        ToolCallLimitMiddleware(run_limit=TOOL_CALLS, exit_behavior="continue"),
    ]
    return create_agent(
        model=model,
        tools=build_tools(context),
        system_prompt=f"{SYSTEM_PROMPT}\n{marker.rule}",
        middleware=watch,
    )
