"""Real models as the wire shows them: what is always sent, what is asked for and kept, and prompts that fit."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.citations.model import Support
from assistant.models import build, choose, installed, listing, pull, show, warm
from assistant.models.context import SIZES, context_for
from assistant.settings import Settings
from corpora.errors import ModelError
from corpora.library import Library
from tests.assistant.conftest import PLAIN, THINKER, TOOLLESS
from tests.servers.ollama import Reply, ScriptedOllama
from tests.servers.ollama_models import Model

Over = Callable[..., Assistant]
HF31, ML09 = "cruise-report-hf31.pdf", "cruise-report-ml09.pdf"
SEARCH = Reply(tool_calls=[("search_documents", {"query": "chief scientist HF31"})])
ANSWER = "The chief scientist of HF31 was Dr Ilse Farrowmark [1]."
QUESTION = "Who was the chief scientist of HF31?"


# What is always sent


def test_context_thinking_length_and_keep_alive_are_sent_with_every_request(server: ScriptedOllama, over: Over) -> None:
    server.script(SEARCH, Reply(ANSWER))
    turn = over(
        server.url, THINKER, num_ctx=6000, keep_alive="1h", temperature=0.5, top_k=20, top_p=0.9, seed=7, max_tokens=500
    ).ask(QUESTION)
    asked = server.asked("/api/chat")
    assert len(asked) == 2
    for body in asked:
        assert body["options"] == {
            "num_ctx": 6000, "num_predict": 500, "temperature": 0.5, "top_k": 20, "top_p": 0.9, "seed": 7
        }  # fmt: skip
        assert (body["think"], body["keep_alive"], body["stream"]) == (False, "1h", True)
    assert turn.usage["context_available"] == 6000
    result = asked[1]["messages"][-1]
    assert (result["role"], result["tool_name"]) == ("tool", "search_documents")


@pytest.mark.parametrize(("keep_alive", "sent"), [("-1", -1), ("0", 0), ("90", 90), ("1h30m", "1h30m")])
def test_a_bare_number_is_sent_as_seconds(server: ScriptedOllama, over: Over, keep_alive: str, sent: object) -> None:
    server.script(Reply("The documents do not answer."))
    over(server.url, keep_alive=keep_alive).ask("Hello there, who are you?")
    assert server.asked("/api/chat")[0]["keep_alive"] == sent


@pytest.mark.parametrize(
    ("model", "thinking", "sent"),
    [(THINKER, True, True), (THINKER, "low", "low"), (THINKER, False, False), (PLAIN, True, False)],
)
def test_thinking_is_always_said_and_only_asked_of_models_that_can(server, over: Over, model, thinking, sent) -> None:
    server.script(SEARCH, Reply(ANSWER, thinking="The passage says it."))
    turn = over(server.url, model, thinking=thinking).ask(QUESTION)
    assert [body["think"] for body in server.asked("/api/chat")] == [sent, sent]
    assert turn.thinking == ("The passage says it." if sent else "")
    assert "The passage says it." not in turn.answer


def test_the_context_is_the_largest_that_the_model_and_the_memory_allow(server, monkeypatch, samples: Library) -> None:
    from tools.memory.model import GIB, Device

    settings = Settings(home=samples.home, ollama_host=server.url)

    def on(free: float, kind: str = "discrete", model: str = PLAIN) -> int:
        device = Device("a card", int(64 * GIB), kind, None, int(free * GIB), source="test")
        monkeypatch.setattr("tools.memory.this_machine", lambda: device)
        monkeypatch.setattr("assistant.models.context._settled", {})
        return context_for(choose(settings, model), settings).tokens

    # By the shape that the server shows it needs 6.1 GiB with 32,768 tokens and 3.0 GiB with 4,096; 95 % may be used.
    sizes = [on(free) for free in (64, 5.0, 4.2, 4.0, 3.5, 3.2, 1.0)]
    assert sizes == [32_768, 16_384, 12_288, 8_192, 6_144, 4_096, 4_096]
    assert on(64, "ram") == 16_384
    assert on(1.0) == SIZES[-1]
    server.models["small:1b"] = Model("small:1b", context_length=2048)
    assert on(64, model="small:1b") == 2048
    # One that is loaded already is used as it is: another size would load it anew.
    server.loaded[PLAIN] = 10_000
    assert on(64) == 10_000
    assert context_for(choose(settings, PLAIN), settings.model_copy(update={"num_ctx": 5000})).tokens == 5000


# What there is


def test_the_installed_models_are_listed_with_what_each_is(server: ScriptedOllama, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, ollama_host=server.url)
    found = {one.name: one for one in listing(settings)}
    assert list(found) == [THINKER, PLAIN, TOOLLESS, "nomic-embed-text:latest", "gpt-oss:120b-cloud"]
    one = found[PLAIN]
    assert (one.size, one.context_length, one.capabilities) == (2_019_393_189, 131_072, ("completion", "tools"))
    assert (one.quantisation, one.parameters, one.remote) == ("Q4_K_M", "3.2B", False)
    assert len(one.digest) == 64
    assert found["gpt-oss:120b-cloud"].remote
    assert [one.name for one in installed(settings)] == [THINKER, PLAIN, TOOLLESS]
    assert show(settings, PLAIN)["model_info"]["llama.context_length"] == 131_072


def test_what_is_shown_of_a_model_is_asked_once_and_not_with_every_turn(server: ScriptedOllama, tmp_path: Path) -> None:
    server.models["fresh:1b"] = Model("fresh:1b", context_length=4096)
    settings = Settings(home=tmp_path, ollama_host=server.url)
    for _ in range(3):
        installed(settings)
    assert len([body for body in server.asked("/api/show") if body["model"] == "fresh:1b"]) == 1


def test_pulling_shows_progress_and_ends_with_a_model(server: ScriptedOllama, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, ollama_host=server.url)
    states = list(pull(settings, "qwen3:8b"))
    assert [(s.completed, s.total) for s in states if s.total] == [(0, 1000), (500, 1000), (1000, 1000)]
    assert [s.done for s in states] == [False] * (len(states) - 1) + [True]
    assert choose(settings, "qwen3:8b").name == "qwen3:8b"
    with pytest.raises(ModelError, match="There is no model 'missing:1b' to pull"):
        list(pull(settings, "missing:1b"))


def test_a_model_is_loaded_ahead_with_the_context_that_it_will_have(server: ScriptedOllama, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, ollama_host=server.url, keep_alive="5m")
    warm(settings, PLAIN, 8192)
    (body,) = server.asked("/api/chat")
    assert (body["messages"], body["options"], body["keep_alive"]) == ([], {"num_ctx": 8192}, "5m")
    assert server.loaded == {PLAIN: 8192}
    with pytest.raises(ModelError, match="leadline models pull nothing"):
        warm(settings, "nothing", 8192)


# Names, and what leaves the machine


def test_auto_takes_the_first_model_that_can_call_tools_and_never_a_remote_one(server, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, ollama_host=server.url)
    assert choose(settings).name == THINKER
    for name in (THINKER, PLAIN):
        del server.models[name]
    assert choose(settings).name == "embedded"
    assert choose(settings.model_copy(update={"remote": True})).name == "embedded"
    assert choose(settings.model_copy(update={"ollama_host": "http://127.0.0.1:9"})).name == "embedded"


def test_a_model_that_runs_elsewhere_answers_only_where_it_is_allowed_and_named(server, over: Over) -> None:
    with pytest.raises(ModelError, match="Questions and passages would leave it") as caught:
        choose(over(server.url).settings, "gpt-oss:120b-cloud")
    assert "remote = true" in caught.value.mend
    assert server.asked("/api/chat") == []
    server.script(SEARCH, Reply(ANSWER))
    turn = over(server.url, "gpt-oss:120b-cloud", remote=True).ask(QUESTION)
    assert turn.local is False
    assert turn.notes == ("Questions and passages are sent to https://ollama.com: they leave this machine.",)


@pytest.mark.parametrize("name", ["anthropic:claude-x", "openai:gpt-5", "groq:llama"])
def test_a_hosted_provider_is_off_unless_configured(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelError) as caught:
        choose(Settings(home=tmp_path), name)
    assert "remote = true" in caught.value.mend


def test_a_provider_whose_package_is_missing_says_which(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        choose(Settings(home=tmp_path, remote=True), "groq:llama")
    assert caught.value.mend == "pip install langchain-groq"


def test_a_provider_is_reached_by_langchain_and_marked_as_leaving(tmp_path: Path, monkeypatch) -> None:
    settings = Settings(home=tmp_path, remote=True)
    choice = choose(settings, "openai:gpt-5")
    assert (choice.local, choice.note) == (False, "Questions and passages are sent to openai: they leave this machine.")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ModelError, match="openai:gpt-5 cannot be reached"):
        build(choice, settings, None, None)  # type: ignore[arg-type]
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    assert type(build(choice, settings, None, None)).__name__ == "ChatOpenAI"  # type: ignore[arg-type]


def test_an_ollama_on_another_machine_is_said_to_be_one(tmp_path: Path) -> None:
    from assistant.models.choosing import _ollama
    from assistant.models.ollama import InstalledModel

    settings = Settings(home=tmp_path, ollama_host="http://gpu.lab.example:11434")
    choice = _ollama(InstalledModel("m", 1, 1, ("tools",), "d", "Q4"), settings)
    assert (choice.local, "gpu.lab.example" in choice.note) == (False, True)


def test_the_prefix_of_ollama_and_the_tag_latest_may_be_left_out(server: ScriptedOllama, tmp_path: Path) -> None:
    server.models["phi4:latest"] = Model("phi4:latest")
    settings = Settings(home=tmp_path, ollama_host=server.url)
    for name in ("phi4", "phi4:latest", "ollama:phi4", "ollama:phi4:latest"):
        assert choose(settings, name).name == "phi4:latest"
    with pytest.raises(ModelError, match="cannot chat; it can do embedding"):
        choose(settings, "nomic-embed-text")


# Answers


def test_two_documents_are_compared_in_three_calls_with_verified_citations(server: ScriptedOllama, over: Over) -> None:
    def search(file: str) -> Reply:
        return Reply(tool_calls=[("search_documents", {"query": "profiling floats deployed", "documents": [file]})])

    def reply(path: str, body: dict) -> Reply:
        results = [one["content"] for one in body["messages"] if one["role"] == "tool"]
        if len(results) < 2:
            return search((HF31, ML09)[len(results)])
        if len(results) == 2:
            return Reply(tool_calls=[("calculate", {"expression": "8 - 6"})])
        said = []
        for text, file in zip(results, (HF31, ML09), strict=False):
            passages = re.findall(r'label="\[(\d+)\]" document="([^"]*)"[^>]*>(.*?)</passage', text, re.DOTALL)
            found = next(
                (label, words.group())
                for label, document, passage in passages
                if document == file and (words := re.search(r"\w+ profiling floats\s+were deployed", passage))
            )
            said.append(f'"{found[1]}" [{found[0]}].')
        return Reply("\n".join([*said, "The difference is 2."]))

    server.responder = reply
    turn = over(server.url).ask("Compare the number of profiling floats of HF31 and ML09.")
    assert [call.name for call in turn.tools] == ["search_documents", "search_documents", "calculate"]
    assert len(server.asked("/api/chat")) == 4
    cited = [s for s in turn.checked.statements if s.citations]
    assert {c.document for s in cited for c in s.citations} == {HF31, ML09}
    assert all(c.status.verified for s in cited for c in s.citations)
    assert [s.support for s in turn.checked.statements] == [Support.SUPPORTED, Support.SUPPORTED, Support.TOOL]
    # The system prompt named the two documents to search, one by one.
    system = server.asked("/api/chat")[0]["messages"][0]["content"]
    assert f'- search_documents with documents=["{HF31}"]\n- search_documents with documents=["{ML09}"]' in system


def test_a_loop_over_the_same_comparison_ends_with_what_was_found_in_both(server: ScriptedOllama, over: Over) -> None:
    count = iter(range(1000))
    server.responder = lambda path, body: Reply(
        tool_calls=[("search_documents", {"query": f"profiling floats {next(count)}", "documents": [file]})
                    for file in (HF31, ML09)]
    )  # fmt: skip
    turn = over(server.url).ask("Compare the number of profiling floats of HF31 and ML09.")
    assert {c.document for s in turn.checked.statements for c in s.citations if c.status.verified} == {HF31, ML09}
    assert "did not come to an answer within" in turn.notes[-1]


def test_a_prompt_three_times_too_long_keeps_the_best_passages_and_says_so(server: ScriptedOllama, over: Over) -> None:
    everything = [
        ("search_documents", {"query": query, "k": 40}) for query in ("chief scientist HF31", "ship salinity")
    ]
    server.script(Reply(tool_calls=everything), Reply(ANSWER))
    assistant = over(server.url, num_ctx=2560, max_tokens=300)
    turn = assistant.ask(QUESTION)
    sent = server.asked("/api/chat")[1]["messages"]
    shown = [int(label) for one in sent for label in re.findall(r'label="\[(\d+)\]"', one.get("content", ""))]
    found = len(turn.passages)
    assert found > 40
    whole = sum(len(passage.text) for passage in turn.passages) + sum(len(one.get("content", "")) for one in sent[:2])
    assert whole / 4 > 3 * 2560
    assert sum(len(one.get("content", "")) for one in sent) / 3 < 2560
    assert sent[0]["content"] == server.asked("/api/chat")[0]["messages"][0]["content"]
    assert sent[1]["content"] == QUESTION
    assert shown[0] == 1
    # The best of each search stay, as far as there is room, and no passage is sent twice.
    assert len(shown) == len(set(shown)) >= 4
    assert {1, 2} <= set(shown)
    assert max(shown) < 40
    assert turn.notes == (
        f"The model was not shown {found - len(shown)} of {found} passages, the lowest ranked: its context has room "
        "for 2,260 tokens.",
    )
    assert all(one["content"].rstrip().endswith(">") for one in sent if one["role"] == "tool")


def test_a_question_that_is_longer_than_the_context_is_an_error_and_not_cut(server: ScriptedOllama, over: Over) -> None:
    with pytest.raises(ModelError, match="The question is too long for the context") as caught:
        over(server.url, num_ctx=1024).ask("Why is " + "the mixed layer so deep and " * 600 + "cold?")
    assert "num_ctx" in caught.value.mend
    assert server.asked("/api/chat") == []


def test_earlier_turns_go_before_the_best_passages_do(server: ScriptedOllama, over: Over) -> None:
    assistant = over(server.url, num_ctx=2500, max_tokens=100)
    made = assistant.conversations.create()
    for number in range(4):
        server.script(Reply(f"Answer {number}. " + "It was so because of the weather. " * 60))
        assistant.ask(f"Earlier question {number}?", conversation=made.id)
    server.requests.clear()
    server.script(SEARCH, Reply(ANSWER))
    turn = assistant.ask(QUESTION, conversation=made.id)
    sent = server.asked("/api/chat")[1]["messages"]
    assert 'label="[1]"' in sent[-1]["content"]
    assert [one["content"] for one in sent if one["role"] == "user"][-1] == QUESTION
    assert re.search(r"earlier turns?: its context", turn.notes[-1])


# Conversations


@pytest.mark.parametrize("model", ["embedded", PLAIN])
def test_a_follow_up_is_read_from_the_conversation(server: ScriptedOllama, over: Over, model: str) -> None:
    assistant = over(server.url, model)
    made = assistant.conversations.create()
    server.script(SEARCH, Reply(ANSWER), SEARCH, Reply("The documents do not answer."))
    assistant.ask(QUESTION, conversation=made.id)
    turn = assistant.ask("And its master?", conversation=made.id)
    assert turn.question == "And its master?"
    assert turn.notes[0] == "Read as: Who was the master of HF31?"
    if model == "embedded":
        assert not turn.refused
        assert {c.document for s in turn.checked.statements for c in s.citations} == {HF31}
    else:
        first = server.asked("/api/chat")[2]["messages"]
        assert "It means: Who was the master of HF31?" in first[0]["content"]
        assert [one["content"] for one in first[1:]] == [QUESTION, ANSWER, "And its master?"]


def test_twenty_conversations_at_once_do_not_mix(server: ScriptedOllama, over: Over) -> None:
    def reply(path: str, body: dict) -> Reply:
        asked = next(one["content"] for one in reversed(body["messages"]) if one["role"] == "user")
        number = re.findall(r"\d+", asked)[-1]
        if not any(one["role"] == "tool" for one in body["messages"][-2:]):
            return Reply(tool_calls=[("calculate", {"expression": f"{number} + 1000"})], pause=0.002)
        return Reply(f"{number} + 1000 = {int(number) + 1000}", pause=0.002)

    server.responder = reply
    assistant = over(server.url)
    names = [assistant.conversations.create(title=str(number)).id for number in range(20)]
    failures: list[BaseException] = []

    def talk(number: int) -> None:
        try:
            for turn in range(2):
                assistant.ask(f"What is {number * 10 + turn} plus a thousand?", conversation=names[number])
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=talk, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    for number, name in enumerate(names):
        turns = assistant.conversations.turns(name)
        assert [turn.answer for turn in turns] == [
            f"{number * 10 + n} + 1000 = {number * 10 + n + 1000}" for n in range(2)
        ]
        assert [turn.tools[0].arguments["expression"] for turn in turns] == [
            f"{number * 10 + n} + 1000" for n in range(2)
        ]


def test_labels_follow_the_order_of_the_calls_and_not_of_their_ends(server: ScriptedOllama, over: Over) -> None:
    calls = [("search_documents", {"query": "floats", "documents": [file]}) for file in (ML09, HF31)]
    orders = set()
    for _ in range(4):
        server.script(Reply(tool_calls=calls), Reply("x"))
        turn = over(server.url).ask("Compare the floats of HF31 and ML09.")
        orders.add(tuple((passage.label, passage.span) for passage in turn.passages))
        assert [call.arguments["documents"] for call in turn.tools] == [[ML09], [HF31]]
        assert turn.passages[0].document == ML09
    assert len(orders) == 1


# Figures


def test_the_figures_of_a_turn_are_what_the_server_reports(server: ScriptedOllama, over: Over) -> None:
    server.script(
        Reply(tool_calls=SEARCH.tool_calls, prompt_eval_count=900, eval_count=30),
        Reply(ANSWER, prompt_eval_count=1500, eval_count=50),
    )
    turn = over(server.url, num_ctx=8192).ask(QUESTION)
    usage, timings = turn.to_json()["usage"], turn.to_json()["timings"]
    assert usage == {
        "input_tokens": 2400, "output_tokens": 80, "model_calls": 2, "context_used": 1550, "context_available": 8192,
        "input_tokens_per_s": 4000.0, "output_tokens_per_s": 80.0,
    }  # fmt: skip
    assert timings["load_s"] == 0.2
    assert 0 < timings["first_token_s"] <= timings["model_s"] <= timings["total_s"]
    assert 0 < timings["tools_s"] == timings["search_s"]
    assert timings["guard_s"] > 0
