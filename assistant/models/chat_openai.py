"""LangChain's OpenAI client for other servers: streams under watch, thoughts kept, failures with a way out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import openai
from langchain_core.outputs import ChatGenerationChunk
from langchain_openai.chat_models.base import BaseChatOpenAI

from assistant.models.watching import late, watched
from corpora.errors import ModelError, ModelInterrupted, NoToolCalls

_BROKEN = "What it had said up to there is not an answer. Ask again; see the log of the server."


class ServerChat(BaseChatOpenAI):
    """A model of a server of the settings. `shown_name` and `where` are for what is said of it."""

    shown_name: str = ""
    where: str = ""
    load_timeout_s: float = 300.0
    answer_timeout_s: float = 300.0

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        seen = ended = False
        start = super()._stream
        try:
            for chunk in watched(
                lambda: start(*args, **kwargs), self.shown_name, self.load_timeout_s, self.answer_timeout_s
            ):
                seen = True
                ended = ended or bool((chunk.generation_info or {}).get("finish_reason"))
                yield chunk
        except (openai.OpenAIError, httpx.HTTPError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise self._error(error, seen) from error
        if not ended:
            what = "broke off in the middle of its answer" if seen else "sent nothing at all"
            raise ModelInterrupted(f"The model {self.shown_name} {what}.", _BROKEN)

    def _convert_chunk_to_generation_chunk(
        self, chunk: dict, default_chunk_class: type, base_generation_info: dict | None
    ) -> ChatGenerationChunk | None:
        made = super()._convert_chunk_to_generation_chunk(chunk, default_chunk_class, base_generation_info)
        # vLLM, llama.cpp and LM Studio send thoughts beside the content, under one of two names.
        delta = ((chunk.get("choices") or [{}])[0] or {}).get("delta") or {}
        thought = delta.get("reasoning_content") or delta.get("reasoning")
        if made is not None and isinstance(thought, str) and thought:
            made.message.additional_kwargs["reasoning_content"] = thought
        return made

    def _error(self, error: Exception, seen: bool) -> ModelError:
        name, where = self.shown_name, self.where
        if isinstance(error, openai.APITimeoutError | httpx.TimeoutException):
            cause = error.__cause__
            if not isinstance(cause, httpx.ConnectTimeout):
                return late(name, self.load_timeout_s, not seen)
        if isinstance(error, openai.APIConnectionError) and not seen:
            return ModelError(
                f"No server answers at {where}, so that the model {name} cannot.",
                "Start it, or look at its url under [servers] in the settings.",
            )
        if isinstance(error, openai.APIStatusError):
            return self._refused(error)
        if isinstance(error, openai.APIError) and not isinstance(error, openai.APIConnectionError):
            # An error event in the middle of the stream.
            return ModelInterrupted(
                f"The model {name} broke off in the middle of its answer ({_words(error)}).", _BROKEN
            )
        if isinstance(error, openai.OpenAIError | httpx.HTTPError):
            return ModelInterrupted(
                f"The connection to {where} broke off while {name} was answering ({type(error).__name__}).", _BROKEN
            )
        return ModelInterrupted(
            f"What answers at {where} does not speak OpenAI's protocol ({type(error).__name__}).",
            "Look at its url under [servers] in the settings: it mostly ends in /v1.",
        )

    def _refused(self, error: openai.APIStatusError) -> ModelError:
        name, said, status = self.shown_name, _words(error), error.status_code
        if status == 404:
            return ModelError(
                f"The server at {self.where} has no model {self.model_name!r} ({said}).",
                "Look at the model's name, and at its url under [servers]: it mostly ends in /v1.",
            )
        if status in (401, 403):
            return ModelError(f"The server refuses the key for {name} ({said}).", "Look at key_env under [servers].")
        if "context length" in said or "context size" in said or "too long" in said:
            return ModelError(
                f"The question with its passages is longer than the context of {name} ({said}).",
                "Set context under [servers] to what the server has, or lower passages in the settings.",
            )
        if "tool" in said and status in (400, 422, 500, 501):
            return NoToolCalls(
                f"The server does not let {name} call tools ({said}).", "Set tools = false under [servers]."
            )
        if status == 429 or status >= 500:
            return ModelInterrupted(
                f"The server of {name} is busy or failed ({status}: {said}).", "Ask again in a moment."
            )
        return ModelError(
            f"The server refuses the request for {name} ({status}: {said}).", "See the log of the server."
        )


def _words(error: openai.APIError) -> str:
    body = error.body
    if isinstance(body, dict):
        inner = body.get("error", body)
        found = inner.get("message") if isinstance(inner, dict) else inner
        if isinstance(found, str) and found:
            return found[:200]
    return str(error.message)[:200]
