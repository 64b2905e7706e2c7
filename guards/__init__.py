"""Guards on what comes in, on what documents say, on tool calls and on what goes out.

`Screen` runs the guards that a `Policy` names and gives a `Verdict` for each; `GuardMiddleware` puts a
screen into a LangChain agent. Nothing here loads a model or touches the network before it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from guards.errors import GuardError
from guards.policy import Policy, StagePolicy
from guards.screen import Guard, Screen
from guards.verdict import Risk, Stage, State, Verdict

if TYPE_CHECKING:
    from guards.middleware import GuardMiddleware

__all__ = [
    "Guard",
    "GuardError",
    "GuardMiddleware",
    "Policy",
    "Risk",
    "Screen",
    "Stage",
    "StagePolicy",
    "State",
    "Verdict",
]


def __getattr__(name: str) -> Any:
    if name == "GuardMiddleware":
        # LangChain takes a second to import, so it waits until somebody wants the middleware.
        from guards.middleware import GuardMiddleware

        return GuardMiddleware
    raise AttributeError(f"module 'guards' has no attribute {name!r}")
