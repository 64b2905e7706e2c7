"""Which chat model answers: the embedded one, or one of a running Ollama."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assistant.settings import Settings
from corpora.errors import ModelError
from corpora.library import Library

EMBEDDED = "embedded"


@dataclass(frozen=True)
class Choice:
    """The model that was chosen. `local` says that no text leaves this machine."""

    name: str
    local: bool = True
    note: str = ""


def choose(settings: Settings, wanted: str | None = None) -> Choice:
    """Settle which model answers, without loading it.

    Raises
    ------
    ModelError
        A model is named that Ollama does not have, or Ollama is not running.
    """
    name = wanted or settings.model
    if name == EMBEDDED:
        return Choice(EMBEDDED)
    if name == "auto":
        capable = [m for m in installed(settings) if "tools" in m["capabilities"]]
        return Choice(str(capable[0]["name"])) if capable else Choice(EMBEDDED)
    names = [m["name"] for m in installed(settings, quiet=False)]
    match = next((n for n in names if n in (name, f"{name}:latest")), None)
    if match is None:
        raise ModelError(
            f"Ollama has no model {name!r}; it has {', '.join(names) or 'none'}.",
            f"Pull it: ollama pull {name}",
        )
    return Choice(match)


def installed(settings: Settings, *, quiet: bool = True) -> list[dict[str, Any]]:
    """Chat models that Ollama has on this machine: name, capabilities, size. Cloud models are left out.

    Raises
    ------
    ModelError
        Ollama does not answer, unless `quiet`.
    """
    import httpx

    try:
        with httpx.Client(base_url=settings.ollama_host, timeout=httpx.Timeout(3.0, connect=0.5)) as client:
            reply = client.get("/api/tags")
            reply.raise_for_status()
            found = []
            for model in reply.json().get("models", []):
                # A model with a remote host sends text away: it is never chosen by itself.
                if model.get("remote_host"):
                    continue
                capabilities = model.get("capabilities")
                if capabilities is None:
                    shown = client.post("/api/show", json={"model": model["name"]})
                    capabilities = shown.json().get("capabilities", []) if shown.status_code == 200 else []
                if "completion" in capabilities or "tools" in capabilities:
                    found.append({"name": model["name"], "capabilities": capabilities, "size": model.get("size", 0)})
            return found
    except (httpx.HTTPError, ValueError, KeyError) as error:
        if quiet:
            return []
        raise ModelError(
            f"Ollama does not answer at {settings.ollama_host} ({type(error).__name__}).",
            "Start it with `ollama serve`, or use --model embedded.",
        ) from error


def build(choice: Choice, settings: Settings, library: Library, scope: tuple[str, ...] | None) -> Any:
    """The LangChain chat model of a choice."""
    if choice.name == EMBEDDED:
        from assistant.embedded.model import EmbeddedChatModel

        return EmbeddedChatModel(library=library, scope=scope)
    from langchain_ollama import ChatOllama

    return ChatOllama(
        model=choice.name,
        base_url=settings.ollama_host,
        temperature=settings.temperature,
        num_ctx=settings.num_ctx,
        # Left out, a newer Ollama thinks, and the thoughts are thrown away but still waited for.
        reasoning=False,
        client_kwargs={"timeout": settings.ollama_timeout_s},
    )
