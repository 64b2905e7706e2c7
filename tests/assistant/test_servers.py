"""Servers that speak OpenAI's protocol, by configuration alone: answers, thoughts, calls, failures, keys, privacy."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from assistant.assistant import Assistant
from assistant.models import choose
from corpora.errors import ModelError, SettingsError
from tests.servers.ollama import Reply
from tests.servers.openai import ScriptedOpenAI

pytest.importorskip("langchain_openai")
QUESTION = "Who was the chief scientist of HF31?"
SEARCH = Reply(tool_calls=[("search_documents", {"query": "chief scientist HF31"})])
ANSWER = "The chief scientist of HF31 was Dr Ilse Farrowmark [1]."


@pytest.fixture
def vllm() -> Iterator[ScriptedOpenAI]:
    with ScriptedOpenAI(models=["Qwen/Qwen3-8B"]) as running:
        yield running


@pytest.fixture
def lab(over: Callable[..., Assistant], vllm: ScriptedOpenAI) -> Callable[..., Assistant]:
    def make(**server: object) -> Assistant:
        more = {
            key: server.pop(key) for key in [k for k in server if k not in ("key_env", "context", "tools", "thinking")]
        }
        return over(model="lab:Qwen/Qwen3-8B", servers={"lab": {"url": vllm.url, **server}}, **more)

    return make


def test_an_answer_of_a_configured_server_is_checked_like_any(vllm: ScriptedOpenAI, lab) -> None:
    vllm.script(SEARCH, Reply(ANSWER, thinking="The passage says it.", prompt_eval_count=700, eval_count=20))
    turn = lab(context=16384, thinking=True, seed=3, top_k=40, max_tokens=400).ask(QUESTION)
    assert (turn.answer, turn.model, turn.local, turn.notes) == (ANSWER, "lab:Qwen/Qwen3-8B", True, ())
    assert turn.thinking == "The passage says it."
    assert turn.checked.statements[0].citations[0].status.verified
    assert turn.usage["context_available"] == 16384
    assert turn.usage["output_tokens"] == 21
    body = vllm.asked()[0]
    assert {name: body[name] for name in ("model", "stream", "temperature", "seed", "top_k", "max_tokens")} == {
        "model": "Qwen/Qwen3-8B", "stream": True, "temperature": 0.0, "seed": 3, "top_k": 40, "max_tokens": 400
    }  # fmt: skip
    assert vllm.asked()[1]["messages"][-1]["tool_call_id"]


def test_without_tools_the_server_is_given_the_passages(vllm: ScriptedOpenAI, lab) -> None:
    vllm.script(Reply(ANSWER))
    assert lab(tools=False).ask(QUESTION).answer == ANSWER
    assert "tools" not in vllm.asked()[0]
    assert "<passage" in vllm.asked()[0]["messages"][-1]["content"]


def test_a_server_that_turns_out_to_have_no_tools(vllm: ScriptedOpenAI, lab) -> None:
    vllm.tools = False
    vllm.script(Reply(ANSWER))
    turn = lab().ask(QUESTION)
    assert turn.answer == ANSWER
    assert "cannot call tools" in turn.notes[0]


def test_arguments_that_are_not_json_are_mended_or_asked_for_again(vllm: ScriptedOpenAI, lab) -> None:
    broken = Reply(tool_calls=[("search_documents", '{"query": "chief scientist HF31"')])  # type: ignore[list-item]
    vllm.script(broken, Reply(ANSWER))
    turn = lab().ask(QUESTION)
    assert turn.tools[0].arguments == {"query": "chief scientist HF31"}
    hopeless = Reply(tool_calls=[("search_documents", "query = floats")])  # type: ignore[list-item]
    vllm.script(hopeless, SEARCH, Reply(ANSWER))
    assert lab().ask(QUESTION).answer == ANSWER
    assert "could not be read" in vllm.asked()[3]["messages"][-1]["content"]
    vllm.script(hopeless, hopeless)
    with pytest.raises(ModelError, match="called a tool with arguments that cannot be read"):
        lab().ask(QUESTION)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (Reply("one two", failure="cut"), "broke off in the middle"),
        (Reply("one two", failure="reset"), "broke off"),
        (Reply("one two", error="CUDA out of memory"), "CUDA out of memory"),
        (Reply(failure="empty"), "sent nothing at all"),
        (Reply(failure="garbage"), "sent nothing at all"),
        (Reply(status=503, error="overloaded"), "busy or failed"),
        (Reply(status=429, error="slow down"), "busy or failed"),
        (Reply(""), "gave an empty answer"),
    ],
    ids=["cut", "reset", "error event", "empty", "garbage", "503", "429", "nothing"],
)
def test_what_breaks_off_is_tried_once_more_and_then_said(vllm: ScriptedOpenAI, lab, broken: Reply, words: str) -> None:
    vllm.script(broken, SEARCH, Reply(ANSWER))
    assert lab().ask(QUESTION).answer == ANSWER
    vllm.script(broken, broken)
    with pytest.raises(ModelError, match=words):
        lab().ask(QUESTION)


def test_a_server_that_is_slow_is_not_waited_for_longer_than_allowed(vllm: ScriptedOpenAI, lab) -> None:
    never = threading.Event()
    vllm.script(Reply("late", wait=never))
    with pytest.raises(ModelError, match=r"said nothing within 0\.3 s"):
        lab(load_timeout_s=0.3).ask(QUESTION)
    never.set()


def test_a_server_that_is_down_an_unknown_model_and_a_long_prompt_are_said(vllm: ScriptedOpenAI, lab, over) -> None:
    with pytest.raises(ModelError, match="No server answers at http://127") as caught:
        over(model="lab:m", servers={"lab": {"url": "http://127.0.0.1:9/v1"}}).ask(QUESTION)
    assert "[servers]" in caught.value.mend
    with pytest.raises(ModelError, match="has no model 'other'"):
        over(model="lab:other", servers={"lab": {"url": vllm.url}}).ask(QUESTION)
    vllm.context = 20
    with pytest.raises(ModelError, match="longer than the context"):
        lab().ask(QUESTION)


def test_the_key_comes_from_the_environment_and_is_never_said(vllm: ScriptedOpenAI, lab, monkeypatch) -> None:
    vllm.key = "sk-very-secret"
    monkeypatch.delenv("LAB_KEY", raising=False)
    with pytest.raises(ModelError, match="The key of the server lab is not set") as caught:
        lab(key_env="LAB_KEY").ask(QUESTION)
    assert "LAB_KEY" in caught.value.mend
    monkeypatch.setenv("LAB_KEY", "sk-wrong-secret")
    with pytest.raises(ModelError, match="refuses the key") as caught:
        lab(key_env="LAB_KEY").ask(QUESTION)
    assert "secret" not in str(caught.value)
    monkeypatch.setenv("LAB_KEY", "sk-very-secret")
    vllm.script(SEARCH, Reply(ANSWER))
    turn = lab(key_env="LAB_KEY").ask(QUESTION)
    assert turn.answer == ANSWER
    assert "sk-very-secret" not in str(turn.to_json())


def test_a_server_elsewhere_is_said_to_be(over) -> None:
    settings = over(servers={"router": {"url": "https://router.example.org/v1"}}).settings
    choice = choose(settings, "router:meta/llama")
    assert (choice.local, choice.model) == (False, "meta/llama")
    assert choice.note == "Questions and passages are sent to router.example.org: they leave this machine."


def test_settings_of_servers_are_read_from_the_file_and_wrong_ones_are_named(tmp_path, monkeypatch) -> None:
    from assistant.settings import load

    file = tmp_path / "leadline.toml"
    monkeypatch.setenv("LEADLINE_CONFIG", str(file))
    file.write_text('[servers.lab]\nurl = "http://127.0.0.1:8000/v1/"\ncontext = 32768\n')
    assert load().servers["lab"].url == "http://127.0.0.1:8000/v1"
    file.write_text('[servers.lab]\nurl = "127.0.0.1:8000"\n')
    with pytest.raises(SettingsError, match=r"servers\.lab\.url"):
        load()


def test_the_doctor_says_which_servers_answer_and_asks_none_elsewhere(vllm: ScriptedOpenAI, over) -> None:
    from assistant.doctor import examine

    servers = {
        "lab": {"url": vllm.url},
        "gone": {"url": "http://127.0.0.1:9/v1"},
        "far": {"url": "https://router.example.org/v1"},
    }
    found = {check["name"]: check for check in examine(over(servers=servers).settings)}
    assert found["server lab"]["detail"] == f"{vllm.url}: Qwen/Qwen3-8B"
    assert (found["server gone"]["ok"], found["server gone"]["needed"]) == (False, False)
    assert "[servers.gone]" in found["server gone"]["mend"]
    assert "not asked" in found["server far"]["detail"]
