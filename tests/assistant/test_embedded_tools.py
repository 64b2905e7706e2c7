"""The embedded model and its tools: talk needs none, named pages are read, failures mended, units changed."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from assistant.assistant import Assistant
from assistant.citations.model import Support
from assistant.embedded.conversion import converted, wanted
from assistant.embedded.pages import is_reading, nearest, pages_named
from assistant.embedded.plan import Step, finding_asked, plan
from assistant.embedded.recovery import next_tries
from assistant.embedded.talk import GREETING, NO_TRANSLATION, reply_to_talk, without_greeting
from assistant.settings import Settings
from corpora.library import Library

HF31, ML09 = "cruise-report-hf31.pdf", "cruise-report-ml09.pdf"
TOOLS = {"search_documents", "read_page", "list_documents", "calculate", "estimate_memory", "check_netcdf"}


@pytest.fixture(scope="module")
def assistant(samples: Library) -> Assistant:
    return Assistant(Settings(home=samples.home, model="embedded"), samples)


@pytest.mark.parametrize(
    "message",
    [
        *(
            "Hey",
            "hello again",
            "Good evening!",
            "Hallo zusammen",
            "Bonjour !",
            "¡Hola!",
            "Ciao",
            "Olá",
            "Привет",
            "你好",
        ),
        *("Thanks, bye!", "Vielen Dank!", "Merci beaucoup", "Muchas gracias", "ありがとうございます", "thanks 🙏"),
        *("Goodbye", "See you later", "Auf Wiedersehen", "Au revoir", "Adiós", "再见"),
        *("Who are you?", "What can you do?", "Help", "Wer bist du?", "Qui es-tu ?", "Hey, how are you?"),
        *("That was great, thank you!", "ok", "Never mind.", "I'm done for today", "You are very helpful."),
    ],
)
def test_talk_is_answered_with_what_can_be_asked(message: str) -> None:
    assert reply_to_talk(message) == GREETING


@pytest.mark.parametrize(
    "message",
    [
        "Answer in German",
        "Could you please reply in French?",
        "Antworte bitte auf Deutsch.",
        "Hi! Speak Spanish please",
    ],
)
def test_a_wish_for_a_language_is_told_that_nothing_is_translated(message: str) -> None:
    assert reply_to_talk(message) == NO_TRANSLATION


@pytest.mark.parametrize(
    "question",
    [
        *("Hello, who was the captain of HF31?", "Thanks. And who was the master?", "Hi! List my documents"),
        *("Answer in German: who led HF31?", "Who are you citing for the salinity?", "What is wrong with cast 9?"),
        *("Good data", "HF31", "the best cast", "Help me find the deepest cast", "Bye-catch of the trawl?", "???"),
    ],
)
def test_a_question_is_no_talk_whatever_stands_before_it(question: str) -> None:
    assert reply_to_talk(question) == ""


def test_no_tool_is_called_for_talk_and_its_notice_is_ours(assistant: Assistant) -> None:
    for message in ("Who are you?", "Please answer in German from now on."):
        turn = assistant.ask(message)
        assert turn.tools == ()
        assert {s.support for s in turn.checked.statements} == {Support.NOTICE}


def test_a_greeting_before_a_question_is_left_out_of_the_search(assistant: Assistant) -> None:
    assert without_greeting("Guten Morgen! Wer war Kapitän?") == "Wer war Kapitän?"
    for whole in (
        "What does Phi-4 need?",
        "Hi-res pictures: where?",
        "Who said hi, and when?",
        "Is the CTD (ty: 9) new?",
    ):
        assert without_greeting(whole) == whole
    turn = assistant.ask("Hello there! Who was the chief scientist of HF31?")
    assert turn.tools[0].arguments["query"] == "Who was the chief scientist of HF31?"
    assert "Ilse Farrowmark" in turn.answer


@pytest.mark.parametrize(
    ("question", "document", "numbers"),
    [
        ("read page 5 of cruise-report-hf31.pdf", HF31, [5]),
        ("What stands on page 3 of HF31?", HF31, [3]),
        ("Show me pages 2 to 4 of the HF31 report", HF31, [2, 3, 4]),
        ("Open the second page of ML09", ML09, [2]),
        ("Give me p. 2 in the citations handbook", "citations-handbook.pdf", [2]),
        ("Lies bitte Seite 2 von ML09", ML09, [2]),
    ],
)
def test_a_named_page_is_read(samples: Library, question: str, document: str, numbers: list[int]) -> None:
    expected = [Step("read_page", {"document": document, "page": number}) for number in numbers]
    assert plan(question, samples, None, TOOLS) == expected


def test_the_page_before_is_of_the_document_before(samples: Library) -> None:
    steps = plan("And page 4?", samples, None, TOOLS, [("Show me page 3 of HF31.", "")])
    assert steps == [Step("read_page", {"document": HF31, "page": 4})]


def test_a_page_that_is_asked_for_is_quoted_whole(assistant: Assistant, samples: Library) -> None:
    turn = assistant.ask("What stands on page 3 of HF31?")
    assert [call.name for call in turn.tools] == ["read_page"]
    assert {s.support for s in turn.checked.statements} == {Support.SUPPORTED}
    page = samples.page_text(samples.document(HF31).document_id, 3)
    quoted = sum(citation.end - citation.start for s in turn.checked.statements for citation in s.citations)
    assert quoted > 0.7 * len(page)


def test_a_fact_of_a_page_is_picked_from_it() -> None:
    assert not is_reading("Who is named on page 3 of HF31?", ["HF31"])
    assert is_reading("What does the last page of HF31 say?", ["HF31"])
    assert pages_named("Compare page 2 and page 7", None) == [2, 7]


def test_a_page_that_is_not_there_is_told_with_what_mends_it(assistant: Assistant) -> None:
    turn = assistant.ask("Read page 999 of HF31")
    assert "there is no page 999" in turn.answer
    assert {s.support for s in turn.checked.statements} == {Support.TOOL}


def test_a_name_misspelt_is_read_as_the_nearest_and_another_number_is_not(assistant, samples: Library) -> None:
    assert nearest("cruise-reprot-hf31.pdf", samples, None) == HF31
    assert nearest("cruise-report-hf32.pdf", samples, None) == ""
    turn = assistant.ask("Read page 2 of cruise-reprot-hf31.pdf")
    assert [(call.name, call.ok) for call in turn.tools] == [("read_page", False), ("read_page", True)]
    other = assistant.ask("Read page 2 of cruise-report-hf32.pdf")
    assert [call.name for call in other.tools] == ["read_page", "list_documents"]
    assert "no document 'cruise-report-hf32.pdf'" in other.answer
    assert HF31 in other.answer


def _after(tool: str, arguments: dict[str, Any], *errors: str) -> list[Any]:
    messages: list[Any] = [HumanMessage("?")]
    for number, error in enumerate(errors):
        call = {"name": tool, "args": arguments, "id": str(number), "type": "tool_call"}
        messages.append(AIMessage("", tool_calls=[call]))
        messages.append(ToolMessage(error, name=tool, tool_call_id=str(number), artifact={"error": error}))
    return messages


@pytest.mark.parametrize(
    ("tool", "arguments", "error", "then"),
    [
        ("list_documents", {}, "The library is locked. Try again.", {}),
        ("calculate", {"expression": "25 knots in m/s"}, "Not understood. Write it as kn.", "25 kn in m/s"),
        ("calculate", {"expression": "12.5 % of 64"}, "Write per cent as % without a space.", "12.5% of 64"),
        ("calculate", {"expression": "3 mtr in ft"}, "No unit. Did you mean `3 m in ft`?", "3 m in ft"),
    ],
)
def test_a_failed_call_is_made_again_as_its_error_advises(samples, tool: str, arguments, error: str, then) -> None:
    expected = [Step(tool, {"expression": then} if then else {})]
    assert next_tries(_after(tool, arguments, error), samples, None, TOOLS) == expected


def test_what_fails_twice_or_cannot_pass_is_not_tried_again(samples: Library) -> None:
    busy = "The library is locked. Try again."
    assert next_tries(_after("list_documents", {}, busy, busy), samples, None, TOOLS) == []
    lasting = "There is no conversion from kg to m."
    assert next_tries(_after("calculate", {"expression": "3 kg in m"}, lasting), samples, None, TOOLS) == []


def test_an_error_of_the_calculator_is_told_as_the_tool_says_it(assistant: Assistant) -> None:
    turn = assistant.ask("Convert 12 kg to metres.")
    assert [call.name for call in turn.tools] == ["calculate"]
    assert turn.answer
    assert {s.support for s in turn.checked.statements} == {Support.TOOL}


@pytest.mark.parametrize(
    ("question", "quotation", "result"),
    [
        ("How deep was the water at the deepest cast of HF31, in feet?", "4,612 m", "15131"),
        ("How much sea cable was cut off on HF31, in feet?", "38 m", "124.67"),
        ("What was the largest pressure of cast HF31-017 in MPa?", "4,695 dbar", "46.95"),
        ("How warm was the salinometer's room on ML09, in kelvin?", "26 °C", "299.15"),
        ("How much deeper was the deepest cast of ML09 than that of HF31, in feet?", "5,381 m", "2522.97"),
    ],
)
def test_a_quantity_in_another_unit_is_quoted_and_worked_out(assistant, question, quotation, result) -> None:
    turn = assistant.ask(question)
    assert [call.name for call in turn.tools][-1] == "calculate"
    assert quotation in turn.answer
    assert result in turn.answer.replace(",", "")
    assert {Support.SUPPORTED, Support.TOOL} <= {s.support for s in turn.checked.statements}


def test_a_unit_is_read_and_the_one_that_the_document_gives_needs_no_calculator(assistant: Assistant) -> None:
    aim = wanted("How many fathoms deep was it?")
    assert aim is not None
    assert (aim.question, aim.unit) == ("how deep was it?", "fathom")
    assert wanted("Who sailed in May?") is None
    assert converted("5 m - 3 m", aim) == "(5 m - 3 m) in fathom"
    assert converted("14 + 24", aim) == "14 + 24"
    turn = assistant.ask("How deep was the water at the deepest cast of HF31, in metres?")
    assert "calculate" not in [call.name for call in turn.tools]


def test_two_tools_are_called_in_their_order(samples: Library) -> None:
    steps = plan("List my documents, then read page 2 of the citations handbook.", samples, None, TOOLS)
    assert [step.tool for step in steps] == ["list_documents", "read_page"]
    assert finding_asked("Check a.nc, then explain its second finding.", "[time] wrong.\n[units:t] bad.") == "units:t"
