"""A scripted server that speaks OpenAI's chat protocol over HTTP on this machine, as vLLM and llama.cpp's server do.

It takes the same `Reply` as the scripted Ollama: streamed as server-sent events that end with `data: [DONE]`, or
whole. Thoughts go beside the content as `reasoning_content`, tool calls come as deltas whose arguments are pieces of a
JSON string, and errors have OpenAI's shape {"error": {"message", "type", "code"}}.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.servers.ollama import Reply, pieces

Responder = Callable[[str, dict[str, Any]], Reply]


class ScriptedOpenAI:
    """The server. `url` ends in /v1. Replies come from `script` in order, else from `responder`, else "ok"."""

    def __init__(
        self,
        models: Sequence[str] = ("local",),
        *,
        key: str = "",
        context: int = 8192,
        tools: bool = True,
        responder: Responder | None = None,
    ) -> None:
        self.models, self.key, self.context, self.tools = list(models), key, context, tools
        self.responder = responder
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.headers: list[Mapping[str, str]] = []
        self._script: list[Reply] = []
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"scripted": self}))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    def script(self, *replies: Reply | str) -> None:
        with self._lock:
            self._script.extend(Reply(one) if isinstance(one, str) else one for one in replies)

    def asked(self, path: str = "/v1/chat/completions") -> list[dict[str, Any]]:
        """Bodies of the requests to a path, in order."""
        with self._lock:
            return [body for where, body in self.requests if where == path]

    def next_reply(self, path: str, body: dict[str, Any]) -> Reply:
        with self._lock:
            if self._script:
                return self._script.pop(0)
        return self.responder(path, body) if self.responder else Reply("ok")

    def note(self, path: str, body: dict[str, Any], headers: Mapping[str, str]) -> None:
        with self._lock:
            self.requests.append((path, body))
            self.headers.append(headers)

    def __enter__(self) -> ScriptedOpenAI:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    scripted: ScriptedOpenAI

    def log_message(self, *_: object) -> None:
        """The test looks at `requests`; a log on stderr would only disturb."""

    def do_GET(self) -> None:
        self.scripted.note(self.path, {}, dict(self.headers))
        if self.path == "/v1/models":
            listed = [{"id": name, "object": "model", "owned_by": "test"} for name in self.scripted.models]
            self._json(200, {"object": "list", "data": listed})
        else:
            self._error(404, "Not Found", "NotFoundError")

    def do_POST(self) -> None:
        try:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            self.scripted.note(self.path, body, dict(self.headers))
            if self.path != "/v1/chat/completions":
                self._error(404, "Not Found", "NotFoundError")
            else:
                self._answer(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _answer(self, body: dict[str, Any]) -> None:
        server = self.scripted
        if server.key and self.headers.get("Authorization") != f"Bearer {server.key}":
            self._error(401, "Incorrect API key provided.", "invalid_request_error", "invalid_api_key")
            return
        if body.get("model") not in server.models:
            self._error(404, f"The model `{body.get('model')}` does not exist.", "NotFoundError")
            return
        if body.get("tools") and not server.tools:
            self._error(400, '"auto" tool choice requires --enable-auto-tool-choice to be set', "BadRequestError")
            return
        prompt = sum(len(str(one.get("content") or "")) for one in body["messages"]) // 4
        if prompt > server.context:
            said = f"This model's maximum context length is {server.context} tokens, you requested {prompt}."
            self._error(400, said, "BadRequestError", "context_length_exceeded")
            return
        reply = server.next_reply(self.path, body)
        if reply.wait is not None:
            reply.wait.wait(30)
        if reply.failure == "drop":
            self.close_connection = True
        elif reply.failure in ("garbage", "array"):
            self._send(200, "text/html", b"<html>proxy</html>" if reply.failure == "garbage" else b"[1, 2]")
        elif reply.status != 200:
            self._error(reply.status, reply.error, "error")
        elif body.get("stream"):
            self._stream(body, reply, prompt)
        else:
            self._json(200, _whole(body, reply, prompt))

    def _stream(self, body: dict[str, Any], reply: Reply, prompt: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        broken = bool(reply.error) or reply.failure in ("cut", "reset")
        for place, chunk in enumerate(() if reply.failure == "empty" else _chunks(body, reply, prompt, broken)):
            self._chunk(f"data: {json.dumps(chunk)}\n\n".encode())
            if reply.pause:
                time.sleep(reply.pause)
            if reply.stall is not None and place == 1:
                reply.stall.wait(30)
        if reply.error:
            self._chunk(f"data: {json.dumps({'error': {'message': reply.error, 'code': 500}})}\n\n".encode())
        if reply.failure == "reset":
            self.close_connection = True
            return
        if reply.failure != "cut":
            self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _error(self, status: int, message: str, kind: str, code: str | None = None) -> None:
        self._json(status, {"error": {"message": message, "type": kind, "param": None, "code": code}})

    def _json(self, status: int, answer: Mapping[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(answer).encode())

    def _send(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _chunk(self, content: bytes) -> None:
        self.wfile.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")
        self.wfile.flush()


def _calls(reply: Reply) -> list[dict[str, Any]]:
    return [
        {
            "index": index,
            "id": f"call_{index}",
            "type": "function",
            "function": {
                "name": name,
                "arguments": arguments if isinstance(arguments, str) else json.dumps(dict(arguments)),
            },
        }
        for index, (name, arguments) in enumerate(reply.tool_calls)
    ]


def _chunks(body: dict[str, Any], reply: Reply, prompt: int, broken: bool) -> Iterator[dict[str, Any]]:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_790_000_000, "model": body["model"]}

    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {**head, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]}

    yield chunk({"role": "assistant", "content": ""})
    for piece in pieces(reply.thinking):
        yield chunk({"reasoning_content": piece})
    for piece in list(reply.chunks) if reply.chunks is not None else pieces(reply.text):
        yield chunk({"content": piece})
    for call in _calls(reply):
        # The name first, then the arguments in pieces, as every server sends them.
        arguments = call["function"]["arguments"]
        yield chunk({"tool_calls": [{**call, "function": {"name": call["function"]["name"], "arguments": ""}}]})
        for start in range(0, len(arguments), 7):
            yield chunk(
                {"tool_calls": [{"index": call["index"], "function": {"arguments": arguments[start : start + 7]}}]}
            )
    if broken:
        return
    finish = reply.done_reason if reply.done_reason != "stop" else "tool_calls" if reply.tool_calls else "stop"
    yield chunk({}, finish)
    if (body.get("stream_options") or {}).get("include_usage"):
        yield {**head, "choices": [], "usage": _usage(reply, prompt)}


def _usage(reply: Reply, prompt: int) -> dict[str, int]:
    told = reply.prompt_eval_count if reply.prompt_eval_count is not None else prompt
    said = reply.eval_count if reply.eval_count is not None else max(1, len(pieces(reply.text)))
    return {"prompt_tokens": told, "completion_tokens": said, "total_tokens": told + said}


def _whole(body: dict[str, Any], reply: Reply, prompt: int) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
    if reply.thinking:
        message["reasoning_content"] = reply.thinking
    if reply.tool_calls:
        message["tool_calls"] = [{k: v for k, v in call.items() if k != "index"} for call in _calls(reply)]
    finish = reply.done_reason if reply.done_reason != "stop" else "tool_calls" if reply.tool_calls else "stop"
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
        "usage": _usage(reply, prompt),
    }
