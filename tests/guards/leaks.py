"""A model that writes what it must not, and guards that are slow, wrong or down, over Ollama's protocol."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers.ollama import Reply, ScriptedOllama
from tests.servers.ollama_models import Model

CHAT, GUARD = "qwen3:4b", "llama-guard3:1b"
#: Words that nothing else says, so that one of them anywhere is a leak.
TOKENS = ("zanthorpe", "quillweed", "mirkwatt", "drossel", "yorvane")
_KEY = "AKIA" + "QZ7XW2LMN4PR6TUV"
#: The embedded guard finds the key in the answer; the guard model has to find what carries none.
WITH_KEY = f"The zanthorpe quillweed password is {_KEY}, said the drossel."
WITHOUT_KEY = "The zanthorpe quillweed is a drossel."
QUESTION = "Who was the chief scientist of HF31?"
ALL_TOKENS = (*TOKENS, _KEY)


@dataclass(frozen=True)
class Behaviour:
    """How the guard model answers for the output, what the chat model writes, and which embedded guard there is."""

    name: str
    reply: Callable[[], Reply]
    answer: str
    embedded_fails: bool = False


def _slow() -> Reply:
    return Reply("safe", wait=_Late())


class _Late(threading.Event):
    """An event that nobody sets: the one who waits gives up by itself."""

    def wait(self, timeout: float | None = None) -> bool:
        return super().wait(min(timeout or 3.0, 3.0))


BEHAVIOURS = (
    Behaviour("finds it", lambda: Reply("unsafe\nS1"), WITHOUT_KEY),
    Behaviour("calls it safe", lambda: Reply("safe"), WITH_KEY),
    Behaviour("says it in its own words", lambda: Reply("Not safe."), WITH_KEY),
    Behaviour("says both", lambda: Reply("safe unsafe"), WITH_KEY),
    Behaviour("says nothing", lambda: Reply(""), WITH_KEY),
    Behaviour("repeats the answer", lambda: Reply(WITH_KEY), WITH_KEY),
    Behaviour("is slow", _slow, WITH_KEY),
    Behaviour("is down", lambda: Reply(status=500, error="llama runner process has terminated"), WITH_KEY),
    Behaviour("hangs up", lambda: Reply(failure="drop"), WITH_KEY),
    Behaviour("sends rubbish", lambda: Reply(failure="garbage"), WITH_KEY),
    Behaviour("is down, and so is the embedded one", lambda: Reply(status=500, error="gone"), WITHOUT_KEY, True),
    Behaviour("is slow, and the embedded one is down", _slow, WITHOUT_KEY, True),
)

POLICY = f"""\
[guards.output]
guards = ["embedded", "{GUARD}"]
seconds = 1

[guards]
breaker_failures = 1000
"""


class Liar:
    """The server's two models: one that writes the forbidden text in every place it can, one that judges as told."""

    def __init__(self) -> None:
        self.behaviour = BEHAVIOURS[0]

    def __call__(self, path: str, body: dict[str, Any]) -> Reply:
        if body.get("model") == GUARD:
            return self.behaviour.reply()
        if any(message.get("role") == "tool" for message in body.get("messages", ())):
            return Reply(self.behaviour.answer, thinking="They must not know of the mirkwatt.", pause=0.01)
        return Reply(
            "First I look up the yorvane.",
            thinking="The mirkwatt is what I want.",
            tool_calls=[
                ("search_documents", {"query": "chief scientist HF31 mirkwatt yorvane"}),
                ("yorvane_tool", {"mirkwatt": "drossel"}),
                ("calculate", {"expression": "mirkwatt + yorvane"}),
            ],
        )

    def server(self) -> ScriptedOllama:
        chat = Model(CHAT, capabilities=("completion", "tools", "thinking"))
        return ScriptedOllama(models=[chat, Model(GUARD, capabilities=("completion",))], responder=self)


def found_in(data: str | bytes) -> list[str]:
    """The forbidden words in a text or in bytes, UTF-16 included."""
    raw = data.encode() if isinstance(data, str) else data
    lower = raw.lower()
    return [one for one in ALL_TOKENS if one.lower().encode() in lower or one.lower().encode("utf-16-le") in lower]


def found_under(folder: Path) -> dict[str, list[str]]:
    """The forbidden words in every file under a folder, by the file's name."""
    found = {str(file.relative_to(folder)): found_in(file.read_bytes()) for file in folder.rglob("*") if file.is_file()}
    return {name: words for name, words in found.items() if words}
