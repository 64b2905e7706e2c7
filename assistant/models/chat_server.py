"""Servers that speak OpenAI's protocol, and hosted providers: the same care as for Ollama, by other clients."""

from __future__ import annotations

import os
from typing import Any

import httpx
from pydantic import SecretStr

from assistant.models.addresses import client_options
from assistant.models.choosing import Choice
from assistant.settings import Settings
from corpora.errors import ModelError


def make_server(choice: Choice, settings: Settings) -> Any:
    """The chat model of a choice of a configured server.

    Raises
    ------
    ModelError
        The environment variable of its key is not set.
    """
    from assistant.models.chat_openai import ServerChat

    server = settings.servers[choice.provider]
    key = os.environ.get(server.key_env, "") if server.key_env else "none"
    if not key:
        raise ModelError(
            f"The key of the server {choice.provider} is not set.", f"Set the variable {server.key_env} to it."
        )
    body: dict[str, Any] = {"top_k": settings.top_k} if settings.top_k is not None else {}
    return ServerChat(
        model=choice.model,
        base_url=server.url,
        api_key=SecretStr(key),
        temperature=settings.temperature,
        top_p=settings.top_p,
        seed=settings.seed,
        max_tokens=settings.max_tokens,
        extra_body=body or None,
        streaming=True,
        stream_usage=True,
        use_responses_api=False,
        max_retries=0,
        timeout=httpx.Timeout(settings.load_timeout_s, connect=settings.connect_timeout_s),
        http_client=httpx.Client(follow_redirects=False, **client_options(server.url)),  # type: ignore[arg-type]
        shown_name=choice.name,
        where=server.url,
        load_timeout_s=settings.load_timeout_s,
        answer_timeout_s=settings.answer_timeout_s,
    )


def make_provider(choice: Choice, settings: Settings) -> Any:
    """The chat model of a hosted provider, by LangChain's init_chat_model.

    Raises
    ------
    ModelError
        The provider's own client cannot be made: mostly a key that is not set.
    """
    from langchain.chat_models import init_chat_model

    given: dict[str, Any] = {
        "temperature": settings.temperature,
        "max_tokens": settings.max_tokens,
        "timeout": settings.answer_timeout_s,
        "max_retries": 0,
    }
    given |= {name: value for name in ("top_p",) if (value := getattr(settings, name)) is not None}
    try:
        return init_chat_model(choice.model, model_provider=choice.provider, **given)
    except Exception as error:  # each provider's client refuses in its own way
        raise ModelError(
            f"The model {choice.name} cannot be reached ({type(error).__name__}: {str(error)[:200]}).",
            f"Set the key of {choice.provider} in the environment variable that its package names.",
        ) from error


def provider_error(error: Exception, choice: Choice) -> ModelError:
    """What a hosted provider's client raised, in words."""
    status = getattr(error, "status_code", None)
    what = f"{type(error).__name__}: {str(error)[:200]}"
    mend = {
        401: "Look at its key in the environment.",
        403: "Look at what its key is allowed to do.",
        404: "Look at the model's name.",
        429: "Wait a little: its limit is reached.",
    }.get(status if isinstance(status, int) else 0, "Ask again, or use --model embedded.")
    return ModelError(f"The model {choice.name} failed ({what}).", mend)
