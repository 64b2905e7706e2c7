"""Which model answers, settled from its name without loading it, and whether text would leave the machine."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

from assistant.models.addresses import host_of, is_local
from assistant.models.ollama import InstalledModel, installed, listing
from assistant.settings import Server, Settings
from corpora.errors import ModelError

EMBEDDED = "embedded"
OLLAMA = "ollama"

#: Hosted providers that LangChain's init_chat_model knows, with the package that each needs.
PROVIDERS = {
    "anthropic": "langchain-anthropic",
    "azure_openai": "langchain-openai",
    "bedrock": "langchain-aws",
    "cohere": "langchain-cohere",
    "deepseek": "langchain-deepseek",
    "fireworks": "langchain-fireworks",
    "google_genai": "langchain-google-genai",
    "google_vertexai": "langchain-google-vertexai",
    "groq": "langchain-groq",
    "huggingface": "langchain-huggingface",
    "mistralai": "langchain-mistralai",
    "nvidia": "langchain-nvidia-ai-endpoints",
    "openai": "langchain-openai",
    "openrouter": "langchain-openrouter",
    "perplexity": "langchain-perplexity",
    "together": "langchain-together",
    "xai": "langchain-xai",
}


@dataclass(frozen=True)
class Choice:
    """The model that was chosen.

    name: as the reader sees it, "embedded", a model of Ollama, or "server:model". local: that no text leaves this
    machine. note: where it goes instead, in a sentence. kind: how it is reached: "embedded", "ollama", "server" (one
    that speaks OpenAI's protocol) or "provider". model: its name there. tools: whether it can call tools. thinks:
    whether it can think before it answers. context_length: tokens that it was made for, 0 where unknown.
    """

    name: str
    local: bool = True
    note: str = ""
    kind: str = EMBEDDED
    model: str = ""
    provider: str = ""
    tools: bool = True
    thinks: bool = False
    context_length: int = 0
    installed: InstalledModel | None = None


def choose(settings: Settings, wanted: str | None = None) -> Choice:
    """Settle which model answers, without loading it.

    Raises
    ------
    ModelError
        A model that Ollama does not have, Ollama is not running, a server that is not configured, a package that is
        missing, or a model that runs elsewhere where the settings do not allow it.
    """
    name = (wanted or settings.model).strip()
    if name == EMBEDDED:
        return Choice(EMBEDDED)
    if name == "auto":
        # A model that runs elsewhere is never chosen by itself, whatever the settings allow.
        capable = [one for one in installed(settings) if "tools" in one.capabilities and not one.remote]
        return _ollama(capable[0], settings) if capable else Choice(EMBEDDED)
    prefix, _, rest = name.partition(":")
    if rest and prefix in settings.servers:
        return _server(prefix, settings.servers[prefix], rest)
    if rest and prefix in PROVIDERS:
        return _provider(prefix, rest, settings)
    return _named(name.removeprefix(f"{OLLAMA}:"), settings)


def _named(name: str, settings: Settings) -> Choice:
    found = listing(settings)
    match = next((one for one in found if one.name in (name, f"{name}:latest")), None)
    if match is None:
        names = ", ".join(one.name for one in found if one.chats and (settings.remote or not one.remote))
        raise ModelError(
            f"Ollama has no model {name!r}; it has {names or 'none'}.", f"Pull it: leadline models pull {name}"
        )
    if match.remote and not settings.remote:
        raise ModelError(
            f"The model {match.name} runs at {match.remote_host or 'a server of its maker'}, not on this machine.",
            "Questions and passages would leave it. Allow that with remote = true in the settings, or choose another.",
        )
    if not match.chats:
        raise ModelError(
            f"The model {match.name} cannot chat; it can do {', '.join(match.capabilities) or 'nothing known'}.",
            "Choose another; `leadline models list` shows what each can do.",
        )
    return _ollama(match, settings)


def _ollama(model: InstalledModel, settings: Settings) -> Choice:
    away = model.remote_host or "its maker's servers" if model.remote else host_of(settings.ollama_host)
    local = not model.remote and is_local(settings.ollama_host)
    return Choice(
        model.name,
        local,
        "" if local else _leaves(away),
        OLLAMA,
        model.name,
        tools="tools" in model.capabilities,
        thinks="thinking" in model.capabilities,
        context_length=model.context_length,
        installed=model,
    )


def _server(name: str, server: Server, model: str) -> Choice:
    _needs("langchain-openai", f"{name}:{model}", "pip install 'leadline[openai]'")
    local = is_local(server.url)
    return Choice(
        f"{name}:{model}",
        local,
        "" if local else _leaves(host_of(server.url)),
        "server",
        model,
        provider=name,
        tools=server.tools,
        thinks=server.thinking,
        context_length=server.context,
    )


def _provider(name: str, model: str, settings: Settings) -> Choice:
    if not settings.remote:
        raise ModelError(
            f"The model {name}:{model} runs at {name}, not on this machine.",
            "Questions and passages would leave it. Allow that with remote = true in the settings, or choose another.",
        )
    package = PROVIDERS[name]
    _needs(package, f"{name}:{model}", f"pip install {package}")
    return Choice(f"{name}:{model}", False, _leaves(name), "provider", model, provider=name)


def _needs(package: str, name: str, install: str) -> None:
    if find_spec(package.replace("-", "_")) is None:
        raise ModelError(f"The model {name} needs the package {package}, which is not installed.", install)


def _leaves(where: str) -> str:
    return f"Questions and passages are sent to {where}: they leave this machine."
