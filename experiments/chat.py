"""Chat models under test: what they are called, how they are set, and one call of them with its wire."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from corpora.errors import LeadlineError, ModelError
from experiments.calls import Call
from experiments.wire import Exchange, WireLog, raw_calls, served

if TYPE_CHECKING:
    from assistant.settings import Settings
    from corpora.library import Library

EMBEDDED = "embedded"
#: Tokens of context where the settings leave it open.
USUAL_CONTEXT = 8192


def describe(spec: str, settings: Settings) -> dict[str, Any]:
    """The settings that a figure depends on: name, digest, quantisation, context, temperature, thinking.

    Raises
    ------
    ModelError
        The model is not there.
    """
    from assistant.models import build, choose

    choice = choose(settings, spec)
    told: dict[str, Any] = {"name": choice.name, "local": choice.local}
    if choice.name == EMBEDDED:
        from importlib.metadata import version

        return told | {"digest": f"leadline {version('leadline')}", "temperature": 0.0, "thinking": False}
    if choice.installed is not None:
        told |= listed(choice.model, settings)
    nothing: Any = None  # only the embedded model reads a library
    model = build(choice, settings, nothing, None)
    told |= {"num_ctx": getattr(model, "num_ctx", None), "temperature": getattr(model, "temperature", None)}
    told["thinking"] = getattr(model, "reasoning", settings.thinking if choice.thinks else False)
    for name in ("top_k", "top_p", "num_predict", "max_tokens"):
        if getattr(model, name, None) is not None:
            told[name] = getattr(model, name)
    return told


def listed(name: str, settings: Settings) -> dict[str, Any]:
    """What Ollama's listing says of a model: digest, quantisation, size, and the server's version.

    Raises
    ------
    ModelError
        Ollama does not answer, or does not have it.
    """
    from assistant.models import listing

    found = next((one for one in listing(settings) if one.name in (name, f"{name}:latest")), None)
    if found is None:
        raise ModelError(f"Ollama has no model {name!r}.", f"Pull it: leadline models pull {name}")
    return {
        "digest": found.digest.removeprefix("sha256:")[:12],
        "quantisation": found.quantisation,
        "parameters": found.parameters,
        "server": f"ollama {_server_version(settings)}",
    }


def pinned(settings: Settings) -> Settings:
    """Settings for an experiment: a context that does not depend on how much memory is free, no model in another's
    place.
    """
    changes: dict[str, Any] = {} if settings.num_ctx else {"num_ctx": USUAL_CONTEXT}
    if "fallback" in type(settings).model_fields:
        changes["fallback"] = False
    return settings.model_copy(update=changes)


def _server_version(settings: Settings) -> str:
    import httpx

    try:
        return str(httpx.get(f"{settings.ollama_host}/api/version", timeout=5.0).json().get("version", ""))
    except (httpx.HTTPError, ValueError) as error:
        raise ModelError(
            f"Ollama does not answer at {settings.ollama_host} ({type(error).__name__}).", "Start it: ollama serve"
        ) from error


def chat_model(spec: str, settings: Settings, library: Library) -> Any:
    """The LangChain chat model of a spec."""
    from assistant.models import build, choose

    return build(choose(settings, spec), settings, library, None)


@dataclass(frozen=True)
class Reply:
    """One answer of a model: its text, the calls as LangChain parsed them, and as they stood on the wire.

    raw is None where there is no wire (the embedded model).
    """

    text: str
    calls: tuple[Call, ...]
    raw: tuple[Call, ...] | None
    usage: Mapping[str, int] = field(default_factory=dict)
    clock: Mapping[str, float] = field(default_factory=dict)
    wire: tuple[Exchange, ...] = ()


class Chat:
    """A chat model that is asked directly, without Leadline's agent around it."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._log = WireLog()
        self._wired = self._log.attach(model)

    def ask(self, messages: Sequence[Mapping[str, str]], tools: Sequence[Mapping[str, Any]], seed: int) -> Reply:
        """One call.

        Raises
        ------
        ModelError
            The server fails, or the model's output cannot be read at all.
        """
        from langchain_core.exceptions import OutputParserException
        from pydantic import ValidationError

        if hasattr(self._model, "seed"):
            self._model.seed = seed
        told = [{"role": one["role"], "content": one["content"]} for one in messages]
        bound = self._model.bind_tools(list(tools)) if tools else self._model
        self._log.take()
        started = time.monotonic()
        unread = ""
        try:
            message = bound.invoke(told)
        except LeadlineError as error:
            if not isinstance(error.__cause__, ValidationError):
                raise
            message, unread = None, error.message
        except OutputParserException as error:
            # The model wrote a call that is none: that is its failure, not the server's.
            message, unread = None, str(error)
        except Exception as error:
            raise ModelError(
                f"The model failed ({type(error).__name__}: {str(error)[:200]}).", "See that its server runs."
            ) from error
        clock: dict[str, float] = {"seconds": time.monotonic() - started}
        wire = self._log.take()
        lines = [line for exchange in wire for line in exchange.lines()]
        clock |= served(lines)
        first = next((one.first_token_s for one in wire if one.first_token_s is not None), None)
        if first is not None:
            clock["first_token_s"] = first
        usage = dict(message.usage_metadata or {}) if message is not None else {}
        return Reply(
            text=message.text if message is not None else unread,
            calls=tuple(Call(one["name"], one["args"]) for one in (message.tool_calls if message is not None else ())),
            raw=tuple(raw_calls(lines)) if self._wired else None,
            usage={name: int(usage[name]) for name in ("input_tokens", "output_tokens") if usage.get(name)},
            clock=clock,
            wire=tuple(wire),
        )
