"""One request to an Ollama server, for guard models: nothing cut in silence, every failure an error of its
own.

The raw HTTP interface is used because guard models need what clients leave out: roles of their own, `raw`,
`truncate` and `shift`, and the probabilities of the first token.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from guards.errors import GuardError, GuardTimeout, GuardUnavailable, NotUnderstood

if TYPE_CHECKING:
    import httpx

DEFAULT_HOST = "http://127.0.0.1:11434"
#: Connecting to a server on this machine or network takes milliseconds; loading a model may take a minute.
CONNECT_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model answered. `first` holds the first token that is not white space, as token to
    probability.
    """

    text: str
    thinking: str
    done_reason: str
    prompt_tokens: int | None
    first: Mapping[str, float]


class OllamaClient:
    """Requests to one server. `host` may be "host:port" as `OLLAMA_HOST` allows."""

    def __init__(self, host: str | None = None, *, seconds: float = 120.0) -> None:
        self.host = server_url(host or os.environ.get("OLLAMA_HOST") or DEFAULT_HOST)
        self._seconds = seconds
        self._checked: dict[str, frozenset[str]] = {}
        self._http: httpx.Client | None = None
        self._lock = threading.Lock()

    def capabilities(self, model: str) -> frozenset[str]:
        """What an installed model can do ("completion", "thinking", ...), asked once.

        Raises GuardUnavailable where the model is not installed, and GuardError for a model that runs
        elsewhere: a guard must not send private text to another machine.
        """
        if model not in self._checked:
            shown = self._post("/api/show", {"model": model}, model)
            if shown.get("remote_host"):
                raise GuardError(
                    f"{model} runs on a remote server, and guards judge private text.",
                    "Take a guard model that runs on this machine.",
                )
            capabilities = shown.get("capabilities")
            known = capabilities if isinstance(capabilities, list) else []
            self._checked[model] = frozenset(str(one) for one in known)
        return self._checked[model]

    def generate(self, model: str, prompt: str, *, num_ctx: int, num_predict: int) -> Reply:
        """The answer to a prompt that is sent exactly as it is (`raw`: no template of the server's)."""
        body = {**_common(model, num_ctx, num_predict), "prompt": prompt, "raw": True}
        return self._asked("/api/generate", body, model, num_ctx)

    def chat(
        self,
        model: str,
        messages: list[dict[str, Any]],
        *,
        num_ctx: int,
        num_predict: int,
        think: bool | None = None,
        tools: list[dict[str, Any]] | None = None,
    ) -> Reply:
        """The answer to messages, by the server's template for the model. `think` None leaves the field
        out.
        """
        body = {**_common(model, num_ctx, num_predict), "messages": messages}
        if think is not None:
            body["think"] = think
        if tools:
            body["tools"] = tools
        return self._asked("/api/chat", body, model, num_ctx)

    def _asked(self, path: str, body: dict[str, Any], model: str, num_ctx: int) -> Reply:
        reply = self._reply(self._post(path, body, model), num_ctx)
        if not reply.text.strip():
            # A model that was just loaded sometimes answers with nothing; once more is enough to know.
            reply = self._reply(self._post(path, body, model), num_ctx)
        if not reply.text.strip():
            raise NotUnderstood(f"{model} answered with nothing (reason {reply.done_reason or 'unknown'}).")
        return reply

    def _reply(self, answer: dict[str, Any], num_ctx: int) -> Reply:
        if answer.get("done") is not True:
            raise NotUnderstood("The server's answer broke off before it was done.")
        message = answer.get("message")
        part = message if isinstance(message, dict) else answer
        text = part.get("content") if part is message else part.get("response")
        if not isinstance(text, str):
            raise NotUnderstood("The server's answer holds no text.")
        tokens = answer.get("prompt_eval_count")
        if isinstance(tokens, int) and tokens >= num_ctx:
            raise NotUnderstood(
                f"The text filled the model's window of {num_ctx} tokens, so part of it was not read.",
                "Raise the guard's num_ctx.",
            )
        return Reply(
            text=text,
            thinking=str(part.get("thinking") or ""),
            done_reason=str(answer.get("done_reason") or ""),
            prompt_tokens=tokens if isinstance(tokens, int) else None,
            first=_first_token(answer.get("logprobs")),
        )

    def _post(self, path: str, body: dict[str, Any], model: str) -> dict[str, Any]:
        import httpx

        try:
            response = self._connection().post(self.host + path, json=body)
        except httpx.ConnectTimeout as error:
            raise self._unreachable() from error
        except httpx.TimeoutException as error:
            raise GuardTimeout(
                f"{model} did not answer within {self._seconds:g} s.",
                "The first call loads the model; try again, or take a smaller one.",
            ) from error
        except httpx.ConnectError as error:
            raise self._unreachable() from error
        except httpx.HTTPError as error:
            raise GuardUnavailable(f"The connection to {self.host} broke off.", "Try again.") from error
        return _decoded(response.status_code, response.content, model)

    def _connection(self) -> httpx.Client:
        import httpx

        with self._lock:
            if self._http is None:
                timeout = httpx.Timeout(self._seconds, connect=min(CONNECT_SECONDS, self._seconds))
                # No proxy from the environment: guards talk to the server that was named and to nothing else.
                self._http = httpx.Client(timeout=timeout, trust_env=False)
            return self._http

    def _unreachable(self) -> GuardUnavailable:
        return GuardUnavailable(
            f"No Ollama server answers at {self.host}.", "Start it with `ollama serve`, or set OLLAMA_HOST."
        )


def server_url(host: str) -> str:
    """The server's address with scheme and port, as every Ollama client reads `OLLAMA_HOST`.

    >>> server_url("localhost"), server_url("https://gpu.example")
    ('http://localhost:11434', 'https://gpu.example:443')
    """
    address = host.strip().rstrip("/")
    given = "://" in address
    parts = urlsplit(address if given else f"http://{address}")
    name = parts.hostname or "127.0.0.1"
    name = "127.0.0.1" if name == "0.0.0.0" else name
    if ":" in name:
        name = f"[{name}]"
    default = {"http": 80, "https": 443}.get(parts.scheme, 11434) if given else 11434
    return f"{parts.scheme}://{name}:{parts.port or default}{parts.path}"


def _common(model: str, num_ctx: int, num_predict: int) -> dict[str, Any]:
    return {
        "model": model,
        "stream": False,
        "truncate": False,
        "shift": False,
        "keep_alive": "10m",
        "logprobs": True,
        "top_logprobs": 10,
        "options": {"temperature": 0, "seed": 42, "num_ctx": num_ctx, "num_predict": num_predict},
    }


def _decoded(status: int, content: bytes, model: str) -> dict[str, Any]:
    import json

    try:
        answer = json.loads(content)
    except ValueError as error:
        raise NotUnderstood(f"The server answered with status {status} and no JSON.") from error
    if not isinstance(answer, dict):
        raise NotUnderstood("The server's answer is not a JSON object.")
    said = answer.get("error")
    if status == 404:
        raise GuardUnavailable(f"The model {model} is not installed.", f"Install it with `ollama pull {model}`.")
    if status == 503:
        raise GuardUnavailable("The Ollama server is busy.", "Try again, or raise OLLAMA_MAX_QUEUE.")
    if status == 400 and isinstance(said, str) and ("context" in said or "exceed" in said):
        raise NotUnderstood("The text is longer than the model's window.", "Raise the guard's num_ctx.")
    if status >= 400 or said is not None:
        # The server's own words may quote the text, so they are not repeated.
        raise GuardUnavailable(f"The Ollama server refused the request with status {status}.")
    return answer


def _first_token(logprobs: Any) -> dict[str, float]:
    """Probabilities of the alternatives for the first token that is not white space; empty where none were
    sent.
    """
    if not isinstance(logprobs, list):
        return {}
    for entry in logprobs:
        if not isinstance(entry, dict) or not str(entry.get("token", "")).strip():
            continue
        found: dict[str, float] = {}
        for one in (entry, *(entry.get("top_logprobs") or [])):
            if isinstance(one, dict) and isinstance(one.get("logprob"), int | float):
                token = str(one.get("token", "")).strip()
                # The chosen token is usually among the alternatives too; it counts once.
                found[token] = max(found.get(token, 0.0), math.exp(min(0.0, float(one["logprob"]))))
        return found
    return {}
