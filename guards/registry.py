"""Guards by name. A new guard model is one module and one entry here.

A name is the model's tag in Ollama, with what it is to be asked about after `#` where that is not the
default: `granite3.3-guardian:8b#groundedness`, `llama-guard3:1b#S1,S9`, `shieldgemma:2b#hate_speech`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from guards.errors import UnknownGuard
from guards.granite import GraniteGuardian
from guards.llama_guard import LlamaGuard
from guards.minicheck import MiniCheck
from guards.ollama_client import OllamaClient
from guards.shield_gemma import ShieldGemma

if TYPE_CHECKING:
    from guards.screen import Guard

#: What a model's tag holds, and how its guard is built from the tag and what it is to be asked about.
BUILDERS: dict[str, Callable[[str, tuple[str, ...], OllamaClient], Guard]] = {
    "llama-guard3": lambda model, asked, client: LlamaGuard(model, client=client, categories=asked),
    "-guardian": lambda model, asked, client: GraniteGuardian(model, client=client, risks=asked),
    "shieldgemma": lambda model, asked, client: ShieldGemma(model, client=client, policies=asked),
    "minicheck": lambda model, asked, client: MiniCheck(model, client=client),
}


def build_guard(name: str, *, host: str | None = None, seconds: float = 120.0) -> Guard:
    """The guard of that name. Raises UnknownGuard, naming those that exist."""
    model, _, listed = name.partition("#")
    asked = tuple(one.strip() for one in listed.split(",") if one.strip())
    for part, build in BUILDERS.items():
        if part in model:
            guard = build(model, asked, OllamaClient(host, seconds=seconds))
            if asked:
                # The screen and the policy know the guard by the whole name.
                guard.name = name  # type: ignore[misc]
            return guard
    raise UnknownGuard(
        f"There is no guard {name!r}.",
        "Use embedded, or a guard model in Ollama: llama-guard3:1b, granite3-guardian:2b, "
        "granite4.1-guardian:8b, "
        "shieldgemma:2b, bespoke-minicheck:7b.",
    )
