"""What really went over the wire between Leadline and a model's server.

A chat client mends some of what a model writes (LangChain's for Ollama reads arguments that are strings of JSON or of
Python, for one), and that must not be taken for the model's skill: so the calls are read from the bytes as well.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from experiments.calls import Call

#: Headers that hold secrets are never kept; only the address and the bodies are.
_STREAMS = ("application/x-ndjson", "text/event-stream")


class WireLog:
    """The exchanges of one model, oldest first. `take` empties it."""

    def __init__(self) -> None:
        self._exchanges: list[Exchange] = []

    def attach(self, model: Any) -> bool:
        """Listen at the HTTP client inside a chat model; False where there is none."""
        client = http_client(model)
        if client is None:
            return False
        # Compressed bytes would have to be unpacked to be read.
        client.headers["accept-encoding"] = "identity"
        client.event_hooks = {"request": [self._sent], "response": [self._received]}
        return True

    def take(self) -> list[Exchange]:
        taken, self._exchanges = self._exchanges, []
        return taken

    def _sent(self, request: Any) -> None:
        exchange = Exchange(str(request.url), _json(request.content), time.monotonic())
        request.extensions["leadline"] = exchange
        self._exchanges.append(exchange)

    def _received(self, response: Any) -> None:
        import httpx

        exchange: Exchange = response.request.extensions["leadline"]
        exchange.status = response.status_code

        class Tap(httpx.SyncByteStream):
            def __init__(self, stream: Any) -> None:
                self._stream = stream

            def __iter__(self) -> Iterator[bytes]:
                for part in self._stream:
                    exchange.add(part)
                    yield part
                exchange.end()

            def close(self) -> None:
                exchange.end()
                self._stream.close()

        response.stream = Tap(response.stream)


class Exchange:
    """One request and its answer, with seconds from the request to the first word and to the end."""

    def __init__(self, url: str, request: Any, started: float) -> None:
        self.url = url
        self.request = request
        self.status = 0
        self.first_token_s: float | None = None
        self.total_s: float | None = None
        self._started = started
        self._bytes = bytearray()

    def add(self, part: bytes) -> None:
        self._bytes += part
        if self.first_token_s is None and self.streamed and any(_says_something(line) for line in self.lines()):
            self.first_token_s = time.monotonic() - self._started

    def end(self) -> None:
        if self.total_s is None:
            self.total_s = time.monotonic() - self._started

    @property
    def streamed(self) -> bool:
        return bool(self.request.get("stream", "/api/" in self.url)) if isinstance(self.request, Mapping) else False

    def lines(self) -> list[Any]:
        """The answer's JSON values: one, one a line, or one an event."""
        text = self._bytes.decode("utf-8", "replace")
        found = []
        for line in text.splitlines():
            content = line.removeprefix("data:").strip()
            if content and content != "[DONE]":
                value = _json(content)
                if value is None:
                    break
                found.append(value)
        if not found and (whole := _json(text)) is not None:
            found.append(whole)
        return found

    def to_json(self) -> dict[str, Any]:
        return {
            "url": self.url,
            "request": self.request,
            "status": self.status,
            "response": self.lines() or self._bytes.decode("utf-8", "replace"),
            "clock": {"first_token_s": self.first_token_s, "total_s": self.total_s},
        }


def http_client(model: Any) -> Any:
    """The synchronous HTTP client that a chat model talks through, where it has one."""
    for path in (("_client", "_client"), ("root_client", "_client")):
        found = model
        for name in path:
            found = getattr(found, name, None)
        if found is not None and hasattr(found, "event_hooks"):
            return found
    return None


def raw_calls(lines: Iterable[Any]) -> list[Call]:
    """The tool calls as they were written, nothing mended: arguments that are no JSON object make a call without any.

    Reads Ollama's lines, and chat completions whole or in pieces.
    """
    calls: list[Call] = []
    pieces: dict[int, list[str]] = {}
    for line in lines:
        if not isinstance(line, Mapping):
            continue
        for written in (line.get("message") or {}).get("tool_calls") or ():
            function = written.get("function") or {}
            calls.append(Call(str(function.get("name", "")), _arguments(function.get("arguments"))))
        for choice in line.get("choices") or ():
            for written in (choice.get("message") or {}).get("tool_calls") or ():
                function = written.get("function") or {}
                calls.append(Call(str(function.get("name", "")), _arguments(function.get("arguments"))))
            for written in (choice.get("delta") or {}).get("tool_calls") or ():
                function = written.get("function") or {}
                piece = pieces.setdefault(int(written.get("index", len(pieces))), ["", ""])
                piece[0] += function.get("name") or ""
                piece[1] += function.get("arguments") or ""
    calls.extend(Call(name, _arguments(text)) for _, (name, text) in sorted(pieces.items()))
    return calls


def served(lines: Iterable[Any]) -> dict[str, float]:
    """What Ollama says about an answer: seconds to load, read and write, and for each token that it wrote."""
    last = next((line for line in reversed(list(lines)) if isinstance(line, Mapping) and line.get("done")), {})
    told = {}
    for name in ("load", "prompt_eval", "eval"):
        if last.get(f"{name}_duration"):
            told[f"{name}_s"] = last[f"{name}_duration"] / 1e9
    if last.get("eval_duration") and last.get("eval_count"):
        told["per_token_s"] = last["eval_duration"] / 1e9 / last["eval_count"]
    return told


def _arguments(written: Any) -> dict[str, Any]:
    if isinstance(written, Mapping):
        return dict(written)
    read = _json(written) if isinstance(written, str | bytes) else None
    return dict(read) if isinstance(read, Mapping) else {}


def _says_something(line: Any) -> bool:
    if not isinstance(line, Mapping):
        return False
    said = [line.get("message") or {}, *((one.get("delta") or {}) for one in line.get("choices") or ())]
    return any(part.get("content") or part.get("tool_calls") or part.get("thinking") for part in said)


def _json(text: Any) -> Any:
    try:
        return json.loads(text)
    except (ValueError, TypeError):
        return None
