"""What a turn costs: tokens, seconds, and how full the context was, from each call of the model."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler

from assistant.toolbox import ToolCall
from assistant.turn import Timings
from guards import Verdict

_NANO = 1e-9


class FirstToken(BaseCallbackHandler):
    """Notes when a model's first token came; thoughts and tool calls count, they are the model's too."""

    raise_error = False

    def __init__(self) -> None:
        self.at: float | None = None

    def on_llm_new_token(self, token: Any, **kwargs: Any) -> None:
        if self.at is None:
            self.at = time.monotonic()


class Figures:
    """Adds up the calls of one turn. Seconds are wall-clock where a server does not report its own."""

    def __init__(self, context_available: int = 0) -> None:
        self.context_available = context_available
        self.first_token = FirstToken()
        self.first_token_s: float | None = None
        self.calls = 0
        self.model_s = self.load_s = 0.0
        self._in = self._out = 0
        self._read_in = self._read_out = 0
        self._read_s = self._write_s = 0.0
        self._used = 0
        self._lock = threading.Lock()

    def begin(self) -> float:
        """Just before a call: when it began."""
        self.first_token.at = None
        return time.monotonic()

    def end(self, begun: float, reply: Any = None) -> None:
        """Just after a call, with the message that came of it, if one did."""
        ended = time.monotonic()
        first = self.first_token.at
        with self._lock:
            self.calls += 1
            self.model_s += ended - begun
            if self.first_token_s is None and first is not None:
                self.first_token_s = first - begun
            if reply is not None:
                self._count(reply, begun, first, ended)

    def _count(self, reply: Any, begun: float, first: float | None, ended: float) -> None:
        usage = reply.usage_metadata or {}
        told, said = int(usage.get("input_tokens") or 0), int(usage.get("output_tokens") or 0)
        self._in += told
        self._out += said
        self._used = max(self._used, told + said)
        meta = reply.response_metadata or {}
        self.load_s += float(meta.get("load_duration") or 0) * _NANO
        read, write = meta.get("prompt_eval_duration"), meta.get("eval_duration")
        if not (read or write) and first is not None:
            # Only Ollama says how long it took itself: else reading ends with the first token.
            read, write = (first - begun) / _NANO, (ended - first) / _NANO
        if read and told:
            self._read_in, self._read_s = self._read_in + told, self._read_s + float(read) * _NANO
        if write and said:
            self._read_out, self._write_s = self._read_out + said, self._write_s + float(write) * _NANO

    def usage(self) -> dict[str, float]:
        """Tokens and tokens per second, where the model reports them; empty where it reports nothing."""
        if not self._in and not self._out:
            return {}
        found: dict[str, float] = {
            "input_tokens": self._in,
            "output_tokens": self._out,
            "model_calls": self.calls,
            "context_used": self._used,
        }
        if self.context_available:
            found["context_available"] = self.context_available
        if self._read_s > 0:
            found["input_tokens_per_s"] = round(self._read_in / self._read_s, 1)
        if self._write_s > 0:
            found["output_tokens_per_s"] = round(self._read_out / self._write_s, 1)
        return found

    def timings(self, total_s: float, calls: Iterable[ToolCall], verdicts: Iterable[Verdict]) -> Timings:
        """The seconds of a turn that took `total_s`; its answer could be shown once it had been checked."""
        made = list(calls)
        return Timings(
            search_s=sum(call.seconds for call in made if call.name == "search_documents"),
            first_text_s=total_s,
            total_s=total_s,
            first_token_s=self.first_token_s,
            load_s=self.load_s,
            model_s=self.model_s,
            tools_s=sum(call.seconds for call in made),
            guard_s=sum(verdict.seconds for verdict in verdicts),
        )
