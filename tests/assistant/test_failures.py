"""Everything that a model or its server can do wrong, through the whole agent over HTTP: a clear message with what
mends it, another try where that helps, the embedded model where it is allowed, and never a part shown as the whole."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable

import pytest

from assistant.assistant import Assistant
from assistant.prompts import REFUSAL, REPEATED
from assistant.steps import MODEL_CALLS, TOOL_CALLS
from corpora.errors import ModelError
from tests.assistant.conftest import PLAIN, THINKER, TOOLLESS
from tests.servers.ollama import Reply, ScriptedOllama

QUESTION = "Who was the chief scientist of HF31?"
SEARCH = Reply(tool_calls=[("search_documents", {"query": "chief scientist HF31"})])
ANSWER = "The chief scientist of HF31 was Dr Ilse Farrowmark [1]."
MALFORMED = (
    '{"model":"m","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"search_documents",'
    '"arguments":"{broken"}}]},"done":false}'
)

Over = Callable[..., Assistant]


def failed(assistant: Assistant, question: str = QUESTION) -> ModelError:
    """The error of a question, checked to leave the conversation as it was: whole, and without a half answer."""
    kept = assistant.conversations
    made = kept.create()
    before = assistant.settings.model
    assistant.settings.model = "embedded"
    assistant.ask("Who was the captain of ML09?", conversation=made.id)
    assistant.settings.model = before
    with pytest.raises(ModelError) as caught:
        assistant.ask(question, conversation=made.id)
    assert [turn.question for turn in kept.turns(made.id)] == ["Who was the captain of ML09?"]
    assert kept.get(made.id).unfinished == ""
    assert caught.value.message.endswith(".")
    assert caught.value.mend
    return caught.value


# The server


def test_a_server_that_is_down_is_said_with_the_command_that_starts_it(over: Over) -> None:
    error = failed(over())
    assert "Ollama does not answer at http://127.0.0.1:9" in error.message
    assert "`ollama serve`" in error.mend


def test_a_server_that_goes_down_between_listing_and_asking(server: ScriptedOllama, over: Over) -> None:
    assistant = over(server.url)
    server.script(Reply(failure="drop"), Reply(failure="drop"))
    error = failed(assistant)
    assert "broke off" in error.message
    assert len(server.asked("/api/chat")) == 2


def test_a_model_that_is_missing_is_said_with_the_command_that_pulls_it(server: ScriptedOllama, over: Over) -> None:
    error = failed(over(server.url, "mistral:7b"))
    assert error.message == "Ollama has no model 'mistral:7b'; it has qwen3:4b, llama3.2:3b, gemma2:2b."
    assert error.mend == "Pull it: leadline models pull mistral:7b"


def test_a_model_that_is_removed_under_our_hands(server: ScriptedOllama, over: Over) -> None:
    server.script(Reply(status=404, error=f"model '{PLAIN}' not found"))
    error = failed(over(server.url))
    assert (error.message, error.mend) == (
        f"Ollama has no model '{PLAIN}'.",
        f"Pull it: leadline models pull {PLAIN}",
    )
    assert len(server.asked("/api/chat")) == 1


def test_a_model_that_does_not_load_in_time(server: ScriptedOllama, over: Over) -> None:
    never = threading.Event()
    server.script(Reply("late", wait=never))
    started = time.monotonic()
    error = failed(over(server.url, load_timeout_s=0.4))
    assert time.monotonic() - started < 8
    assert "said nothing within 0.4 s" in error.message
    assert "load_timeout_s" in error.mend
    never.set()


def test_a_model_that_stops_talking_in_the_middle(server: ScriptedOllama, over: Over) -> None:
    never = threading.Event()
    server.script(Reply("one two three", stall=never))
    error = failed(over(server.url, answer_timeout_s=0.4))
    assert "was not done within 0.4 s after its first word" in error.message
    assert "answer_timeout_s" in error.mend
    never.set()


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (Reply("one two three", failure="cut"), "broke off in the middle of its answer"),
        (Reply("one two three", failure="reset"), "broke off while"),
        (Reply("one two three", error="an error was encountered while running the model"), "an error was encountered"),
        (Reply(failure="empty"), "sent nothing at all"),
        (Reply(failure="drop"), "The connection to Ollama broke off"),
        (Reply(failure="garbage"), "does not speak Ollama's protocol"),
        (Reply(failure="array"), "does not speak Ollama's protocol"),
        (Reply(status=503, error="server busy, please try again. maximum pending requests exceeded"), "is busy"),
        (Reply(status=500, error="llama runner process has terminated: exit status 2"), "has terminated"),
        (Reply(failure="load"), "was loaded and said nothing"),
        (Reply(""), "gave an empty answer"),
        (Reply(lines=[MALFORMED]), "arguments that are no object"),
    ],
    ids=["cut", "reset", "error line", "empty", "drop", "garbage", "array", "busy", "runner", "load only", "nothing",
         "malformed call"],
)  # fmt: skip
def test_what_breaks_off_is_tried_once_more_and_then_said(server, over: Over, broken: Reply, words: str) -> None:
    assistant = over(server.url)
    server.script(broken, SEARCH, Reply(ANSWER))
    turn = assistant.ask(QUESTION)
    assert turn.answer == ANSWER
    assert "one two three" not in str(turn.to_json())
    server.script(broken, broken)
    assert words in failed(assistant).message


def test_an_answer_that_breaks_off_after_the_search_is_tried_again(server: ScriptedOllama, over: Over) -> None:
    server.script(SEARCH, Reply("The chief scientist", failure="cut"), Reply(ANSWER))
    turn = over(server.url).ask(QUESTION)
    assert turn.answer == ANSWER
    assert turn.notes == (f"{PLAIN} broke off and was asked again.",)
    assert [call.name for call in turn.tools] == ["search_documents"]


@pytest.mark.parametrize(
    ("status", "said", "words", "mend"),
    [
        (401, "unauthorized", "Ollama refuses", "ollama signin"),
        (400, "the input length exceeds the context length", "longer than the context", "num_ctx"),
        (
            500,
            "model requires more system memory (9.1 GiB) than is available (3.2 GiB)",
            "not enough memory",
            "num_ctx",
        ),
        (400, "invalid options: top_k", "Ollama refuses the request", "ollama serve"),
    ],
)
def test_a_refusal_of_the_server_is_passed_on_with_what_mends_it(server, over: Over, status, said, words, mend) -> None:
    server.script(Reply(status=status, error=said))
    error = failed(over(server.url))
    assert words in error.message
    assert mend in error.mend
    assert len(server.asked("/api/chat")) == 1


# Thinking, and answers that are cut


def test_a_model_that_only_thinks_is_asked_once_without_thinking(server: ScriptedOllama, over: Over) -> None:
    server.script(SEARCH, Reply(thinking="Hm, the passage says …"), Reply(ANSWER))
    turn = over(server.url, THINKER, thinking=True).ask(QUESTION)
    assert turn.answer == ANSWER
    assert "the passage says" in turn.thinking
    assert [body["think"] for body in server.asked("/api/chat")] == [True, True, False]


def test_a_model_that_thinks_and_never_writes(server: ScriptedOllama, over: Over) -> None:
    server.script(Reply(thinking="Hm"), Reply(thinking="Hm again"), Reply("<think>only this</think>"))
    assistant = over(server.url, THINKER, thinking=True)
    server.responder = lambda path, body: Reply("<think>and on and on</think>")
    error = failed(assistant)
    assert "thought and wrote no answer" in error.message
    assert "thinking = false" in error.mend


@pytest.mark.parametrize("text", ["<think>Let me see.</think>\n" + ANSWER, "Let me see.\n</think>\n\n" + ANSWER])
def test_thoughts_within_the_answer_are_taken_out_of_it(server: ScriptedOllama, over: Over, text: str) -> None:
    server.script(SEARCH, Reply(text))
    turn = over(server.url).ask(QUESTION)
    assert (turn.answer, turn.thinking) == (ANSWER, "Let me see.")


def test_an_answer_that_reached_its_length_says_that_it_is_cut(server: ScriptedOllama, over: Over) -> None:
    server.script(SEARCH, Reply("The chief scientist of HF31 was Dr Ilse", done_reason="length"))
    turn = over(server.url, max_tokens=64).ask(QUESTION)
    assert turn.notes == (
        "The answer reached the limit of 64 tokens and is cut off. Raise max_tokens in the settings.",
    )
    assert server.asked("/api/chat")[0]["options"]["num_predict"] == 64


# Calls that are nearly right


@pytest.mark.parametrize(
    "text",
    [
        '<tool_call>\n{"name": "search_documents", "arguments": {"query": "chief scientist HF31"}}\n</tool_call>',
        '```json\n{"name": "search_documents", "parameters": {"query": "chief scientist HF31"}}\n```',
        '{"function": {"name": "search_documents", "arguments": "{\\"query\\": \\"chief scientist HF31\\"}"}}',
        'I will search.\n{"tool": "search_documents", "args": {"query": "chief scientist HF31",}}',
        '[TOOL_CALLS][{"name": "search_documents", "arguments": {"query": "chief scientist HF31"}}]',
        '<function=search_documents>{"query": "chief scientist HF31"}</function>',
        'search_documents(query="chief scientist HF31")',
        "```python\nprint(search_documents(query='chief scientist HF31'))\n```",
        "{'name': 'search_documents', 'arguments': {'query': 'chief scientist HF31'}}",
        '<|python_tag|>{"name": "search_documents", "parameters": {"query": "chief scientist HF31"}}<|eom_id|>',
    ],
)
def test_a_call_that_is_written_as_text_is_made(server: ScriptedOllama, over: Over, text: str) -> None:
    server.script(Reply(text), Reply(ANSWER))
    turn = over(server.url).ask(QUESTION)
    assert [(call.name, call.arguments["query"], call.ok) for call in turn.tools] == [
        ("search_documents", "chief scientist HF31", True)
    ]
    assert turn.answer == ANSWER
    assert turn.checked.statements[0].citations[0].status.verified


def test_a_call_that_a_cited_answer_quotes_is_not_made(server: ScriptedOllama, over: Over) -> None:
    answer = 'The handbook shows this [1]: {"name": "calculate", "arguments": {"expression": "1+1"}}'
    server.script(SEARCH, Reply(answer))
    turn = over(server.url).ask(QUESTION)
    assert [call.name for call in turn.tools] == ["search_documents"]
    assert turn.answer == answer


def test_a_tool_that_does_not_exist_is_answered_with_those_that_do(server: ScriptedOllama, over: Over) -> None:
    server.script(Reply(tool_calls=[("google", {"q": "HF31"})]), SEARCH, Reply(ANSWER))
    turn = over(server.url).ask(QUESTION)
    assert [(call.name, call.ok) for call in turn.tools] == [("google", False), ("search_documents", True)]
    told = server.asked("/api/chat")[1]["messages"][-1]["content"]
    assert told.startswith("There is no tool google. The tools are: search_documents, read_page, ")
    assert turn.answer == ANSWER


@pytest.mark.parametrize(
    "arguments",
    [
        {"query": "chief scientist", "documents": "cruise-report-hf31.pdf"},
        {"query": "chief scientist", "documents": '["cruise-report-hf31.pdf"]', "k": "3"},
        {"query": "chief scientist", "documents": ["cruise-report-hf31.pdf"], "k": 3.0, "reason": "because"},
        {"query": ["chief scientist"], "documents": ["cruise-report-hf31.pdf"], "k": None},
    ],
)
def test_arguments_of_nearly_the_right_type_are_mended(server: ScriptedOllama, over: Over, arguments) -> None:
    server.script(Reply(tool_calls=[("search_documents", arguments)]), Reply(ANSWER))
    turn = over(server.url).ask(QUESTION)
    assert turn.tools[0].ok
    assert turn.tools[0].arguments["documents"] == ["cruise-report-hf31.pdf"]
    assert {passage.document for passage in turn.passages} == {"cruise-report-hf31.pdf"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "query: field required"),
        ({"query": "x", "k": "many"}, "k: input should be a valid integer"),
        ({"query": {"a": 1}}, "query: input should be a valid string"),
    ],
)
def test_arguments_that_cannot_be_mended_are_told_to_the_model(server, over: Over, arguments, words) -> None:
    server.script(Reply(tool_calls=[("search_documents", arguments)]), SEARCH, Reply(ANSWER))
    turn = over(server.url).ask(QUESTION)
    told = server.asked("/api/chat")[1]["messages"][-1]["content"]
    assert told.startswith("The arguments of search_documents are wrong: ")
    assert words in told
    assert [call.ok for call in turn.tools] == [False, True]
    assert turn.answer == ANSWER


# Models that do not come to an end


def looping(path: str, body: dict) -> Reply:
    return SEARCH


def test_a_model_that_repeats_its_call_is_told_so_and_answered_for(server: ScriptedOllama, over: Over) -> None:
    server.responder = looping
    turn = over(server.url).ask(QUESTION)
    asked = server.asked("/api/chat")
    assert len(asked) < MODEL_CALLS
    assert asked[2]["messages"][-1]["content"] == REPEATED
    assert not asked[-1].get("tools")
    assert [call.ok for call in turn.tools] == [True, False, False]
    assert "Farrowmark" in turn.answer
    assert turn.checked.counts["citations_verified"] >= 1
    assert turn.notes == (
        f"{PLAIN} did not come to an answer within its calls, which it repeated. These are the sentences that bear on "
        "the question among what it had found.",
    )


def test_a_model_that_always_searches_for_something_else_ends_at_the_limit(server: ScriptedOllama, over: Over) -> None:
    count = iter(range(1000))
    server.responder = lambda path, body: Reply(
        tool_calls=[("search_documents", {"query": f"chief scientist HF31 {next(count)}"})]
    )
    turn = over(server.url).ask(QUESTION)
    assert len(server.asked("/api/chat")) == MODEL_CALLS
    assert "Farrowmark" in turn.answer
    assert f"within {MODEL_CALLS} calls." in turn.notes[-1]


def test_a_model_that_makes_fifty_calls_at_once_makes_sixteen(server: ScriptedOllama, over: Over) -> None:
    calls = [("calculate", {"expression": f"{number} + 1"}) for number in range(50)]
    server.script(Reply(tool_calls=calls), Reply("2 + 1 = 3"))
    turn = over(server.url).ask("What is 2 + 1?")
    assert len(turn.tools) == TOOL_CALLS
    assert [call.arguments["expression"] for call in turn.tools] == [f"{n} + 1" for n in range(TOOL_CALLS)]
    assert turn.answer == "2 + 1 = 3"
    assert not server.asked("/api/chat")[1].get("tools")


# Models that cannot call tools, and answers without a search


@pytest.mark.parametrize("surprise", [False, True])
def test_a_model_without_tools_answers_over_passages_found_for_it(server, over: Over, surprise: bool) -> None:
    if surprise:
        # The listing says that it can, the server that it cannot.
        server.script(Reply(status=400, error=f"{PLAIN} does not support tools"))
    server.script(Reply(ANSWER))
    name = PLAIN if surprise else TOOLLESS
    turn = over(server.url, name).ask(QUESTION)
    body = server.asked("/api/chat")[-1]
    assert not body.get("tools")
    assert [one["role"] for one in body["messages"]] == ["system", "user"]
    assert body["messages"][1]["content"].startswith("These passages were found:\n<data ")
    assert body["messages"][1]["content"].endswith(f"Question: {QUESTION}")
    assert "call search_documents" not in body["messages"][0]["content"]
    assert turn.answer == ANSWER
    assert turn.checked.statements[0].citations[0].status.verified
    assert turn.notes == (f"{name} cannot call tools: it was given the passages that were found for the question.",)


def test_a_comparison_for_a_model_without_tools_searches_each_document(server: ScriptedOllama, over: Over) -> None:
    turn = over(server.url, TOOLLESS).ask("Compare the number of profiling floats of HF31 and ML09.")
    assert [call.arguments["documents"] for call in turn.tools] == [
        ["cruise-report-hf31.pdf"],
        ["cruise-report-ml09.pdf"],
    ]


def test_an_answer_without_a_search_is_checked_against_one(server: ScriptedOllama, over: Over) -> None:
    server.script(Reply("The chief scientist of HF31 was Dr Ilse Farrowmark."))
    turn = over(server.url).ask(QUESTION)
    assert len(server.asked("/api/chat")) == 1
    assert turn.passages
    citation = turn.checked.statements[0].citations[0]
    assert (citation.found_by, citation.status.verified) == ("leadline", True)
    assert turn.notes[0].startswith(f"{PLAIN} answered without searching")


@pytest.mark.parametrize(
    "text",
    [
        REFUSAL,
        "The documents do not mention the boiling point of tungsten hexafluoride.",
        "I could not find any information about this.",
    ],
)
def test_a_refusal_is_the_same_sentence_however_the_model_puts_it(
    server: ScriptedOllama, over: Over, text: str
) -> None:
    server.script(SEARCH, Reply(text))
    turn = over(server.url).ask("What is the boiling point of tungsten hexafluoride?")
    assert (turn.answer, turn.refused) == (REFUSAL, True)


# The embedded model, where it is allowed


@pytest.mark.parametrize(
    "broken",
    [Reply(status=404, error="model not found"), Reply(status=500, error="boom"), Reply(failure="cut"), Reply("")],
)
def test_with_fallback_the_embedded_model_answers_and_says_why(
    server: ScriptedOllama, over: Over, broken: Reply
) -> None:
    server.responder = lambda path, body: broken
    turn = over(server.url, fallback=True).ask(QUESTION)
    assert turn.model == "embedded"
    assert "Farrowmark" in turn.answer
    assert turn.notes[-1].endswith("The embedded model answered instead.")
    assert PLAIN in turn.notes[-1]


def test_with_fallback_a_server_that_is_down_is_no_failure(over: Over) -> None:
    turn = over(fallback=True).ask(QUESTION)
    assert (turn.model, "Farrowmark" in turn.answer) == ("embedded", True)
    assert turn.notes == (
        "Ollama does not answer at http://127.0.0.1:9 (ConnectError). The embedded model answered instead.",
    )


# Tools that fail, and users who stop


def test_a_tool_that_breaks_does_not_break_the_turn(server, over: Over, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> object:
        raise ZeroDivisionError("a mistake of ours")

    monkeypatch.setattr("tools.calculator.calculate", broken)
    server.script(Reply(tool_calls=[("calculate", {"expression": "1 + 1"})]), SEARCH, Reply(ANSWER))
    turn = over(server.url).ask(QUESTION)
    assert [(call.name, call.ok) for call in turn.tools] == [("calculate", False), ("search_documents", True)]
    assert turn.answer == ANSWER


def test_stopping_ends_the_models_stream_at_once(server: ScriptedOllama, over: Over) -> None:
    never = threading.Event()
    server.script(Reply("one two three", stall=never))
    stop = threading.Event()
    events = over(server.url).stream(QUESTION, cancelled=stop)
    next(events)
    stop.set()
    started = time.monotonic()
    assert [event for event in events if event.turn is not None] == []
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline and any(t.name == "leadline-turn" for t in threading.enumerate()):
        time.sleep(0.02)
    assert time.monotonic() - started < 3
    assert not any(thread.name == "leadline-turn" for thread in threading.enumerate())
    never.set()


def test_the_failed_turns_of_a_table_are_json_on_the_command_line(server: ScriptedOllama, over: Over) -> None:
    server.script(SEARCH, Reply(ANSWER))
    turn = over(server.url).ask(QUESTION)
    assert json.loads(json.dumps(turn.to_json()))["model"] == PLAIN
