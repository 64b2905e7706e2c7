"""A scripted server that speaks Ollama's protocol over HTTP on this machine.

It answers as the real server does (routes, streamed NDJSON, errors, defaults) with what a test has
scripted, and keeps every request for the test to look at:

    with ScriptedOllama(models=[Model("llama-guard3:1b")]) as server:
        server.script(Reply("safe"))
        ...                                  # talk to server.url
        assert server.asked("/api/generate")[0]["raw"] is True

Modelled on ollama's api/types.go and server/routes.go: `stream` is true unless the request says otherwise,
a model that can think does so unless `think` is false, and a failure after the first byte is a line
{"error": ...} with status 200.
"""

from __future__ import annotations

import hashlib
import json
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from tests.servers.ollama_models import Model, full_name

Failure = Literal["cut", "drop", "garbage", "array", "empty", "reset", "load"]
_STARTED = "2026-11-24T10:00:00.000000000Z"


@dataclass(frozen=True)
class Reply:
    """One scripted answer of a model.

    text, thinking, tool_calls: what it says; calls are pairs of a name and arguments. `chunks` splits the
    text for streaming (by default at spaces). `first` gives probabilities of the first token, sent only
    when the request asks for logprobs. `status` with `error` is a refusal before the first byte; `error`
    alone breaks the stream off with an error line. `failure`: "cut" ends the stream without its last chunk,
    "drop" closes the connection unanswered, "garbage" sends bytes that are no JSON, "array" JSON that is no
    object, "empty" a stream without a line, "reset" breaks the connection in the middle of the stream, as a
    server that is killed does, "load" says that the model was loaded and nothing else. `wait` is an event to
    wait for before the first byte, `stall` one to wait for after the first chunk, `pause` seconds between
    chunks. `lines` are sent as they are in place of everything. `extra` goes into the last chunk.
    """

    text: str = ""
    thinking: str = ""
    tool_calls: Sequence[tuple[str, Mapping[str, Any]]] = ()
    chunks: Sequence[str] | None = None
    first: Mapping[str, float] | None = None
    done_reason: str = "stop"
    prompt_eval_count: int | None = None
    eval_count: int | None = None
    counts: bool = True
    status: int = 200
    error: str = ""
    failure: Failure | None = None
    wait: threading.Event | None = None
    stall: threading.Event | None = None
    pause: float = 0.0
    lines: Sequence[str] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


Responder = Callable[[str, dict[str, Any]], Reply]


class ScriptedOllama:
    """The server. Replies come from `script` in order, else from `responder`, else the model says "ok"."""

    def __init__(
        self, models: Sequence[Model] = (), *, responder: Responder | None = None, version: str = "0.33.0"
    ) -> None:
        self.models = {full_name(one.name): one for one in models}
        self.version = version
        self.responder = responder
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.loaded: dict[str, int] = {}
        self._script: list[Reply] = []
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"scripted": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def script(self, *replies: Reply | str) -> None:
        """Queue replies; a string is a reply that says it."""
        with self._lock:
            self._script.extend(Reply(one) if isinstance(one, str) else one for one in replies)

    def asked(self, path: str) -> list[dict[str, Any]]:
        """Bodies of the requests to a path, in order."""
        with self._lock:
            return [body for where, body in self.requests if where == path]

    def __enter__(self) -> ScriptedOllama:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)

    def next_reply(self, path: str, body: dict[str, Any]) -> Reply:
        with self._lock:
            if self._script:
                return self._script.pop(0)
        return self.responder(path, body) if self.responder else Reply("ok")

    def note(self, path: str, body: dict[str, Any]) -> None:
        with self._lock:
            self.requests.append((path, body))


class _Refused(Exception):
    def __init__(self, status: int, message: str) -> None:
        self.status = status
        self.message = message


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    scripted: ScriptedOllama

    def log_message(self, *_: object) -> None:
        """The test looks at `requests`; a log on stderr would only disturb."""

    def do_HEAD(self) -> None:
        self._plain(200, b"")

    def do_GET(self) -> None:
        self.scripted.note(self.path, {})
        models = self.scripted.models
        if self.path == "/":
            self._plain(200, b"Ollama is running")
        elif self.path == "/api/version":
            self._json(200, {"version": self.scripted.version})
        elif self.path == "/api/tags":
            self._json(200, {"models": [one.listed() for one in models.values()]})
        elif self.path == "/api/ps":
            running = [models[name].running(size) for name, size in self.scripted.loaded.items()]
            self._json(200, {"models": running})
        else:
            self._plain(404, b"404 page not found")

    def do_DELETE(self) -> None:
        self._guarded(lambda body: self._deleted(body))

    def do_POST(self) -> None:
        routes: dict[str, Callable[[dict[str, Any]], None]] = {
            "/api/chat": lambda body: self._answered(body, chat=True),
            "/api/generate": lambda body: self._answered(body, chat=False),
            "/api/show": lambda body: self._json(200, self._model(body).shown(bool(body.get("verbose")))),
            "/api/embed": self._embedded,
            "/api/embeddings": lambda body: self._json(
                200, {"embedding": vector(str(body.get("prompt", "")), self._model(body).dimensions)}
            ),
            "/api/pull": self._pulled,
        }
        route = routes.get(self.path)
        if route is None:
            self._body_bytes()
            self._plain(404, b"404 page not found")
            return
        self._guarded(route)

    def _guarded(self, route: Callable[[dict[str, Any]], None]) -> None:
        try:
            raw = self._body_bytes()
            if not raw.strip():
                raise _Refused(400, "missing request body")
            try:
                body = json.loads(raw)
            except ValueError as error:
                raise _Refused(400, str(error)) from error
            self.scripted.note(self.path, body)
            route(body)
        except _Refused as refused:
            self._json(refused.status, {"error": refused.message})
        except (BrokenPipeError, ConnectionResetError):
            # The client went away, as a client that cancels does.
            self.close_connection = True

    def _model(self, body: dict[str, Any]) -> Model:
        name = str(body.get("model") or body.get("name") or "")
        if not name:
            raise _Refused(400, "model is required")
        model = self.scripted.models.get(full_name(name))
        if model is None:
            raise _Refused(404, f"model '{name}' not found")
        return model

    def _answered(self, body: dict[str, Any], *, chat: bool) -> None:
        model = self._model(body)
        self._check_capabilities(model, body, chat)
        options = body.get("options") or {}
        num_ctx = int(options.get("num_ctx") or 4096)
        empty = not body.get("messages") if chat else not body.get("prompt")
        if empty:
            self._load_or_unload(model, body, chat, num_ctx)
            return
        prompt = rendered(body, chat)
        if body.get("_debug_render_only"):
            info = {"rendered_template": prompt}
            self._json(200, {"model": body["model"], "created_at": _STARTED, "_debug_info": info})
            return
        tokens = max(1, len(prompt) // 4)
        if tokens > num_ctx and body.get("truncate") is False:
            raise _Refused(400, "the input length exceeds the context length")
        self.scripted.loaded[full_name(model.name)] = num_ctx
        reply = self.scripted.next_reply(self.path, body)
        if reply.wait is not None:
            reply.wait.wait(30)
        if reply.failure == "drop":
            self.close_connection = True
            return
        if reply.failure in ("garbage", "array"):
            self._plain(200, b"<html>proxy</html>" if reply.failure == "garbage" else b"[1, 2]")
            return
        if reply.status != 200:
            raise _Refused(reply.status, reply.error)
        if reply.lines is not None:
            self._stream([json.loads(line) for line in reply.lines], Reply())
            return
        if reply.failure == "load":
            said = {"message": {"role": "assistant", "content": ""}} if chat else {"response": ""}
            last = {"done": True, "done_reason": "load"}
            self._stream([{"model": body["model"], "created_at": _STARTED, **said, **last}], Reply())
            return
        lines = list(chunks(reply, body, model, min(tokens, num_ctx), chat))
        if body.get("stream", True):
            self._stream(lines, reply)
        elif reply.error:
            raise _Refused(500, reply.error)
        else:
            self._json(200, whole(lines, chat, cut=reply.failure == "cut"))

    def _check_capabilities(self, model: Model, body: dict[str, Any], chat: bool) -> None:
        asked = body["model"]
        if "completion" not in model.capabilities:
            raise _Refused(400, f'"{asked}" does not support {"chat" if chat else "generate"}')
        if body.get("tools") and "tools" not in model.capabilities:
            raise _Refused(400, f"{asked} does not support tools")
        think = body.get("think")
        if think not in (None, False) and "thinking" not in model.capabilities:
            raise _Refused(400, f'"{asked}" does not support thinking')
        if isinstance(think, str) and think not in ("low", "medium", "high", "max"):
            raise _Refused(400, f'invalid think value: "{think}"')

    def _load_or_unload(self, model: Model, body: dict[str, Any], chat: bool, num_ctx: int) -> None:
        unload = body.get("keep_alive") in (0, "0", "0s")
        if unload:
            self.scripted.loaded.pop(full_name(model.name), None)
        else:
            self.scripted.loaded[full_name(model.name)] = num_ctx
        said: dict[str, Any] = {"message": {"role": "assistant", "content": ""}} if chat else {"response": ""}
        last = {"done": True, "done_reason": "unload" if unload else "load"}
        self._json(200, {"model": body["model"], "created_at": _STARTED, **said, **last})

    def _embedded(self, body: dict[str, Any]) -> None:
        model = self._model(body)
        given = body.get("input", "")
        texts = [given] if isinstance(given, str) else list(given)
        size = int(body.get("dimensions") or model.dimensions)
        self._json(
            200,
            {
                "model": body["model"],
                "embeddings": [vector(text, size) for text in texts],
                "total_duration": 1_000_000,
                "load_duration": 100_000,
                "prompt_eval_count": sum(max(1, len(text) // 4) for text in texts),
            },
        )

    def _pulled(self, body: dict[str, Any]) -> None:
        name = str(body.get("model") or body.get("name") or "")
        if name.startswith("missing"):
            lines: list[dict[str, Any]] = [
                {"status": "pulling manifest"},
                {"error": "pull model manifest: file does not exist"},
            ]
        else:
            digest = hashlib.sha256(name.encode()).hexdigest()
            part = {"status": f"pulling {digest[:12]}", "digest": f"sha256:{digest}", "total": 1000}
            lines = [
                {"status": "pulling manifest"},
                *({**part, "completed": done} for done in (0, 500, 1000)),
                {"status": "verifying sha256 digest"},
                {"status": "writing manifest"},
                {"status": "success"},
            ]
            self.scripted.models.setdefault(full_name(name), Model(full_name(name)))
        if body.get("stream", True):
            self._stream(lines, Reply())
        else:
            self._json(200, lines[-1])

    def _deleted(self, body: dict[str, Any]) -> None:
        del self.scripted.models[full_name(self._model(body).name)]
        self._plain(200, b"")

    def _body_bytes(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _plain(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _json(self, status: int, answer: Mapping[str, Any]) -> None:
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _stream(self, lines: Sequence[dict[str, Any]], reply: Reply) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        broken = bool(reply.error) or reply.failure in ("cut", "reset")
        for place, line in enumerate(() if reply.failure == "empty" else lines[:-1] if broken else lines):
            self._chunk(json.dumps(line).encode() + b"\n")
            if reply.pause:
                time.sleep(reply.pause)
            if reply.stall is not None and place == 0:
                reply.stall.wait(30)
        if reply.failure == "reset":
            # No last chunk of zero length: the client's connection breaks off.
            self.close_connection = True
            return
        if reply.error:
            self._chunk(json.dumps({"error": reply.error}).encode() + b"\n")
        self._chunk(b"")

    def _chunk(self, content: bytes) -> None:
        self.wfile.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")
        self.wfile.flush()


def chunks(reply: Reply, body: dict[str, Any], model: Model, tokens: int, chat: bool) -> Iterator[dict[str, Any]]:
    """The lines of an answer: thinking first, then text, each tool call whole, and the last one with the
    counts.
    """
    head = {"model": body["model"], "created_at": _STARTED}

    def line(text: str = "", **more: Any) -> dict[str, Any]:
        if chat:
            return {**head, "message": {"role": "assistant", "content": text, **more}, "done": False}
        return {**head, "response": text, **more, "done": False}

    thinks = "thinking" in model.capabilities and body.get("think") is not False
    parts = list(reply.chunks) if reply.chunks is not None else pieces(reply.text)
    for piece in pieces(reply.thinking) if thinks else ():
        yield line(thinking=piece)
    for place, piece in enumerate(parts):
        made = line(piece)
        if place == 0 and reply.first and body.get("logprobs"):
            made["logprobs"] = [logprobs(reply.first, int(body.get("top_logprobs") or 0))]
        yield made
    for index, (name, arguments) in enumerate(reply.tool_calls):
        function = {"index": index, "name": name, "arguments": dict(arguments)}
        yield line(tool_calls=[{"id": f"call_{index:08d}", "function": function}])
    last = {**line(), "done": True, "done_reason": reply.done_reason}
    if reply.counts:
        last |= {
            "total_duration": 900_000_000,
            "load_duration": 100_000_000,
            "prompt_eval_count": reply.prompt_eval_count if reply.prompt_eval_count is not None else tokens,
            "prompt_eval_duration": 300_000_000,
            "eval_count": reply.eval_count if reply.eval_count is not None else max(1, len(parts)),
            "eval_duration": 500_000_000,
        }
    yield {**last, **reply.extra}


def whole(lines: Sequence[dict[str, Any]], chat: bool, *, cut: bool) -> dict[str, Any]:
    """The one object of an answer that is not streamed, put together from the lines of one that is."""
    answer: dict[str, Any] = {**lines[-1], "done": not cut}
    parts = [line["message"] if chat else line for line in lines]
    said = "".join(part.get("content" if chat else "response", "") for part in parts)
    thought = "".join(part.get("thinking", "") for part in parts)
    calls = [call for part in parts for call in part.get("tool_calls", ())]
    into = {**answer["message"], "content": said} if chat else answer
    if not chat:
        into["response"] = said
    if thought:
        into["thinking"] = thought
    if calls:
        into["tool_calls"] = calls
    if chat:
        answer["message"] = into
    logged = [entry for line in lines for entry in line.get("logprobs", ())]
    if logged:
        answer["logprobs"] = logged
    return answer


def rendered(body: dict[str, Any], chat: bool) -> str:
    """The prompt: as it is with `raw`, else by a plain template that names each role."""
    if not chat:
        return str(body["prompt"]) if body.get("raw") else f"user: {body['prompt']}\nassistant:"
    said = [f"{one.get('role')}: {one.get('content', '')}" for one in body["messages"]]
    return "\n".join([*said, "assistant:"])


def logprobs(first: Mapping[str, float], top: int) -> dict[str, Any]:
    """The entry for one token from probabilities: the likeliest is the one that was taken."""
    ranked = sorted(first.items(), key=lambda pair: -pair[1])
    entries = [{"token": token, "logprob": math.log(p), "bytes": list(token.encode())} for token, p in ranked]
    return {**entries[0], "top_logprobs": entries[:top]}


def vector(text: str, size: int) -> list[float]:
    """A unit vector that depends on the words of a text only, so that equal texts are near and others are
    not.
    """
    values = [0.0] * size
    for word in text.casefold().split() or [""]:
        digest = hashlib.sha256(word.encode()).digest()
        values[int.from_bytes(digest[:4], "big") % size] += 1.0 if digest[4] % 2 else -1.0
    length = math.sqrt(sum(one * one for one in values)) or 1.0
    return [one / length for one in values] if any(values) else [1.0] + [0.0] * (size - 1)


def pieces(text: str) -> list[str]:
    parts = text.split(" ")
    return [part if place == 0 else f" {part}" for place, part in enumerate(parts)] if text else []
