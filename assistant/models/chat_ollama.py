"""ChatOllama with nothing left to chance: context, thinking and length always sent, streams that end or say why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx
import ollama
from langchain_core.messages import BaseMessage, ToolMessage
from langchain_ollama import ChatOllama
from pydantic import ValidationError

from assistant.models.addresses import client_options
from assistant.models.choosing import Choice
from assistant.models.watching import late, watched
from assistant.settings import Settings
from corpora.errors import ModelError, ModelInterrupted, NoToolCalls

_BROKEN = "What it had said up to there is not an answer. Ask again; see the log of `ollama serve`."


class OllamaChat(ChatOllama):
    """ChatOllama whose streams are watched, and whose failures are errors with what mends them."""

    load_timeout_s: float = 300.0
    answer_timeout_s: float = 300.0

    def _create_chat_stream(
        self, messages: list[BaseMessage], stop: list[str] | None = None, **kwargs: Any
    ) -> Iterator[Mapping[str, Any] | str]:
        params = {**self._chat_params(messages, stop, **kwargs), "stream": True}
        done = seen = loaded = False
        try:
            for part in watched(
                lambda: iter(self._client.chat(**params)), self.model, self.load_timeout_s, self.answer_timeout_s
            ):
                seen = True
                done = bool(part.get("done"))
                loaded = part.get("done_reason") == "load"
                if loaded:
                    # LangChain would pass over it and find the stream empty.
                    continue
                yield part
        except (httpx.HTTPError, ollama.ResponseError, ConnectionError, ValueError, TypeError, AttributeError) as error:
            raise self._error(error, seen) from error
        if loaded:
            raise ModelInterrupted(
                f"The model {self.model} was loaded and said nothing.", "Ask again: it is loaded now."
            )
        if not done:
            what = "broke off in the middle of its answer" if seen else "sent nothing at all"
            raise ModelInterrupted(f"The model {self.model} {what}.", _BROKEN)

    def _convert_messages_to_ollama_messages(self, messages: list[BaseMessage]) -> Sequence[Any]:
        """With the name of the tool on each result: nothing else tells a model which of its calls it answers."""
        made = super()._convert_messages_to_ollama_messages(messages)
        for message, sent in zip(messages, made, strict=True):
            if isinstance(message, ToolMessage) and message.name:
                sent["tool_name"] = message.name  # type: ignore[index]
        return made

    def _error(self, error: Exception, seen: bool) -> ModelError:
        host = self.base_url
        if isinstance(error, ConnectionError | httpx.ConnectError | httpx.ConnectTimeout):
            return ModelError(
                f"Ollama does not answer at {host}, so that the model {self.model} cannot.",
                "Start it with `ollama serve`, or use --model embedded.",
            )
        if isinstance(error, httpx.TimeoutException):
            return late(self.model, self.load_timeout_s, not seen)
        if isinstance(error, httpx.HTTPError):
            return ModelInterrupted(
                f"The connection to Ollama broke off while {self.model} was answering ({type(error).__name__}).",
                _BROKEN,
            )
        if isinstance(error, ollama.ResponseError):
            return self._refused(error)
        if isinstance(error, ValidationError):
            return ModelInterrupted(
                f"The model {self.model} called a tool with arguments that are no object.",
                "Ask again, or choose a model that is better at calling tools.",
            )
        return ModelInterrupted(
            f"What answers at {host} does not speak Ollama's protocol ({type(error).__name__}).",
            "Look at ollama_host in the settings (or OLLAMA_HOST); a proxy may stand before it.",
        )

    def _refused(self, error: ollama.ResponseError) -> ModelError:
        """What Ollama said no with, in words. A status of -1 is an error line in the middle of a stream."""
        name, said, status = self.model, str(error.error), error.status_code
        if status == 404:
            return ModelError(f"Ollama has no model {name!r}.", f"Pull it: leadline models pull {name}")
        if status == 401:
            return ModelError(f"Ollama refuses the model {name} ({said}).", "Sign in with `ollama signin`.")
        if "does not support tools" in said:
            return NoToolCalls(f"The model {name} cannot call tools.", "Choose one that can: leadline models list")
        if "does not support thinking" in said:
            return ModelError(f"The model {name} cannot think.", "Set thinking = false in the settings.")
        if "does not support" in said:
            return ModelError(f"The model {name} cannot chat ({said}).", "Choose another: leadline models list")
        if "exceeds the context length" in said or ("context length" in said and status == 400):
            return ModelError(
                f"The question with its passages is longer than the context of {name} ({said}).",
                "Raise num_ctx or lower passages in the settings.",
            )
        if "memory" in said:
            return ModelError(
                f"There is not enough memory for the model {name} ({said}).",
                f"Choose a smaller one, or lower num_ctx; `leadline memory {name}` shows what it needs.",
            )
        if status == 503:
            return ModelInterrupted(f"Ollama is busy with other questions ({said}).", "Ask again in a moment.")
        if status == -1:
            return ModelInterrupted(f"The model {name} broke off in the middle of its answer ({said}).", _BROKEN)
        if status == 400:
            return ModelError(f"Ollama refuses the request for {name} ({said}).", "See the log of `ollama serve`.")
        return ModelInterrupted(f"Ollama failed while {name} was answering ({said}).", _BROKEN)


def make(choice: Choice, settings: Settings, num_ctx: int) -> OllamaChat:
    """The chat model of a choice of Ollama, with a context of `num_ctx` tokens."""
    return OllamaChat(
        model=choice.model,
        base_url=settings.ollama_host,
        num_ctx=num_ctx,
        # Left out, a newer Ollama thinks, and the thoughts are thrown away but still waited for.
        reasoning=settings.thinking if choice.thinks else False,
        num_predict=min(settings.max_tokens, max(num_ctx // 2, 16)),
        temperature=settings.temperature,
        top_k=settings.top_k,
        top_p=settings.top_p,
        seed=settings.seed,
        keep_alive=_keep_alive(settings.keep_alive),
        load_timeout_s=settings.load_timeout_s,
        answer_timeout_s=settings.answer_timeout_s,
        client_kwargs={
            "timeout": httpx.Timeout(settings.load_timeout_s, connect=settings.connect_timeout_s),
            **client_options(settings.ollama_host),
        },
    )


def _keep_alive(value: str) -> int | str:
    """Seconds as a number, a duration as a string: Ollama takes a bare number only as one."""
    try:
        return int(value)
    except ValueError:
        return value
