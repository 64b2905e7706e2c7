"""The scripted Ollama server itself: real clients accept it, and its refusals have the real server's shape."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import ollama
import pytest

from tests.servers.ollama import Reply, ScriptedOllama
from tests.servers.ollama_models import Model

MODELS = [
    Model("chatty"),
    Model("thinker", ("completion", "thinking", "tools")),
    Model("plain", ("completion",)),
    Model("all-minilm", ("embedding",)),
]


@pytest.fixture(scope="module")
def running() -> Iterator[ScriptedOllama]:
    with ScriptedOllama(MODELS) as server:
        yield server


@pytest.fixture
def server(running: ScriptedOllama) -> ScriptedOllama:
    running.requests.clear()
    return running


@pytest.fixture
def client(server: ScriptedOllama) -> ollama.Client:
    return ollama.Client(server.url)


def test_a_chat_streams_by_default_and_ends_with_counts(server: ScriptedOllama) -> None:
    server.script(Reply("one two three"))
    answer = httpx.post(
        f"{server.url}/api/chat", json={"model": "chatty", "messages": [{"role": "user", "content": "hi"}]}
    )
    assert answer.headers["content-type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["message"]["content"] for line in lines] == ["one", " two", " three", ""]
    assert [line["done"] for line in lines] == [False, False, False, True]
    assert lines[-1]["done_reason"] == "stop"
    assert lines[-1]["eval_count"] == 3


def test_a_chat_in_one_piece(server: ScriptedOllama, client: ollama.Client) -> None:
    server.script(Reply("one two"))
    answer = client.chat("chatty", [{"role": "user", "content": "hi"}])
    assert answer.message.content == "one two"
    assert answer.done


def test_tool_calls_come_whole_with_arguments_as_objects(server: ScriptedOllama, client: ollama.Client) -> None:
    server.script(Reply(tool_calls=[("calc", {"expression": "1+1"}), ("calc", {"expression": "2"})]))
    answer = client.chat("chatty", [{"role": "user", "content": "hi"}], tools=[])
    assert [call.function.arguments for call in answer.message.tool_calls or []] == [
        {"expression": "1+1"},
        {"expression": "2"},
    ]


def test_a_model_thinks_unless_it_is_told_not_to(server: ScriptedOllama, client: ollama.Client) -> None:
    asked = [{"role": "user", "content": "hi"}]
    server.script(*[Reply("yes", thinking="let me see")] * 3)
    assert client.chat("thinker", asked).message.thinking == "let me see"
    assert client.chat("thinker", asked, think=True).message.thinking == "let me see"
    assert client.chat("thinker", asked, think=False).message.thinking is None


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"model": "missing", "messages": [{"role": "user", "content": "x"}]}, 404, "model 'missing' not found"),
        ({"model": "plain", "messages": [{"role": "user", "content": "x"}], "think": True}, 400, "thinking"),
        ({"model": "plain", "messages": [{"role": "user", "content": "x"}], "tools": [{}]}, 400, "tools"),
        ({"model": "all-minilm", "messages": [{"role": "user", "content": "x"}]}, 400, "does not support chat"),
        ({"messages": []}, 400, "model is required"),
    ],
)
def test_refusals_look_like_the_real_ones(
    server: ScriptedOllama, body: dict[str, object], status: int, error: str
) -> None:
    answer = httpx.post(f"{server.url}/api/chat", json=body)
    assert answer.status_code == status
    assert error in answer.json()["error"]


def test_a_request_without_a_body_or_with_a_broken_one(server: ScriptedOllama) -> None:
    assert httpx.post(f"{server.url}/api/chat").json() == {"error": "missing request body"}
    assert httpx.post(f"{server.url}/api/chat", content=b"{").status_code == 400
    assert httpx.post(f"{server.url}/api/nothing", content=b"{}").text == "404 page not found"


def test_a_long_prompt_is_an_error_only_when_cutting_is_forbidden(server: ScriptedOllama) -> None:
    body = {"model": "plain", "prompt": "x" * 9000, "stream": False, "options": {"num_ctx": 1000}}
    server.script("ok")
    assert httpx.post(f"{server.url}/api/generate", json=body).json()["prompt_eval_count"] == 1000
    refused = httpx.post(f"{server.url}/api/generate", json={**body, "truncate": False})
    assert refused.status_code == 400
    assert "exceeds the context" in refused.json()["error"]


def test_a_stream_breaks_off_with_an_error_line_or_without_a_word(server: ScriptedOllama) -> None:
    body = {"model": "chatty", "messages": [{"role": "user", "content": "x"}]}
    server.script(Reply("one two", error="boom"), Reply("one two", failure="cut"))
    lines = httpx.post(f"{server.url}/api/chat", json=body).text.splitlines()
    assert json.loads(lines[-1]) == {"error": "boom"}
    lines = httpx.post(f"{server.url}/api/chat", json=body).text.splitlines()
    assert json.loads(lines[-1])["done"] is False


def test_probabilities_are_sent_when_they_are_asked_for(server: ScriptedOllama) -> None:
    body = {"model": "plain", "prompt": "x", "stream": False}
    server.script(*[Reply("Yes", first={"Yes": 0.75, "No": 0.25})] * 2)
    asked = {**body, "logprobs": True, "top_logprobs": 2}
    logged = httpx.post(f"{server.url}/api/generate", json=asked).json()["logprobs"][0]
    assert logged["token"] == "Yes"
    assert [one["token"] for one in logged["top_logprobs"]] == ["Yes", "No"]
    assert "logprobs" not in httpx.post(f"{server.url}/api/generate", json=body).json()


def test_loading_unloading_and_what_runs(server: ScriptedOllama, client: ollama.Client) -> None:
    empty = {"model": "chatty", "messages": []}
    assert httpx.post(f"{server.url}/api/chat", json=empty).json()["done_reason"] == "load"
    assert [one.model for one in client.ps().models if one.model == "chatty:latest"] == ["chatty:latest"]
    unload = {**empty, "keep_alive": 0}
    assert httpx.post(f"{server.url}/api/chat", json=unload).json()["done_reason"] == "unload"
    assert "chatty:latest" not in [one.model for one in client.ps().models]


def test_listings_and_descriptions(server: ScriptedOllama, client: ollama.Client) -> None:
    assert "thinker:latest" in [one.model for one in client.list().models]
    shown = client.show("thinker")
    assert shown.capabilities == ["completion", "thinking", "tools"]
    assert shown.modelinfo is not None
    assert shown.modelinfo["llama.attention.head_count_kv"] == 8
    assert httpx.get(f"{server.url}/api/version").json() == {"version": "0.33.0"}
    assert httpx.get(server.url).text == "Ollama is running"
    assert httpx.head(server.url).status_code == 200


def test_embeddings_are_unit_vectors_that_follow_the_words(client: ollama.Client) -> None:
    first, same, other = client.embed("all-minilm", ["sea water", "sea water", "granite rock"]).embeddings
    assert first == same
    assert sum(one * one for one in first) == pytest.approx(1.0)
    assert sum(a * b for a, b in zip(first, other, strict=True)) < 0.5


def test_pulling_reports_progress_and_installs(server: ScriptedOllama, client: ollama.Client) -> None:
    steps = [one.status for one in client.pull("fresh", stream=True)]
    assert steps[0] == "pulling manifest"
    assert steps[-1] == "success"
    assert "fresh:latest" in [one.model for one in client.list().models]
    client.delete("fresh")
    with pytest.raises(ollama.ResponseError, match="file does not exist"):
        list(client.pull("missing-model", stream=True))


def test_the_prompt_can_be_shown_without_running_the_model(server: ScriptedOllama) -> None:
    body = {"model": "plain", "prompt": "x", "_debug_render_only": True}
    info = httpx.post(f"{server.url}/api/generate", json=body).json()["_debug_info"]
    assert info["rendered_template"] == "user: x\nassistant:"
    raw = httpx.post(f"{server.url}/api/generate", json={**body, "raw": True}).json()["_debug_info"]
    assert raw["rendered_template"] == "x"
