"""Chat models: which there are, which one answers, and how each is reached.

A model is named by a string: "embedded", "auto", "NAME" or "ollama:NAME" for Ollama, "SERVER:NAME" for a server of
the settings that speaks OpenAI's protocol, "PROVIDER:NAME" for a hosted provider that LangChain knows.
"""

from __future__ import annotations

from assistant.models.choosing import EMBEDDED, Choice, choose
from assistant.models.making import build
from assistant.models.ollama import InstalledModel, Pull, installed, listing, pull, show, warm
from assistant.models.warming import warm_chosen

__all__ = [
    "EMBEDDED",
    "Choice",
    "InstalledModel",
    "Pull",
    "build",
    "choose",
    "installed",
    "listing",
    "pull",
    "show",
    "warm",
    "warm_chosen",
]
