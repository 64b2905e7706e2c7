"""Natural questions reach the right tool with the right numbers, through the whole agent and the embedded model."""

from __future__ import annotations

import pytest
from langchain_core.messages import HumanMessage

from assistant.agent import build_agent
from assistant.embedded.model import EmbeddedChatModel
from assistant.toolbox import TurnContext
from corpora.library import Library
from guards import Policy, Screen
from guards.verdict import Verdict

CALCULATIONS = (
    ("What is 20 degC in K?", "293.15 K"),
    ("How much is 12 knots in m/s?", "6.173"),
    ("What is 1000 dbar in m at 60N?", "988.19 m"),
    ("How deep is 1000 dbar at 60 N?", "988"),
    ("Convert 1.5 km to m", "1500"),
    ("What is 4425.55 m - 3594.05 m?", "831.50 m"),
    ("What is the mean of 27.8 and 20.0?", "23.9"),
    ("How many days between 4 Dec 2020 and 5 Jan 2021?", "32"),
    ("What is 15% of 240?", "36"),
    ("Calculate 3 * (4 + 5)", "27"),
    ("What is the square root of 2?", "1.414"),
    ("What is 27.8 - 20.0?", "7.8"),
    ("Convert 5 ml/l of oxygen to umol/l", "223"),
    ("How many metres are 3 nautical miles?", "5556"),
    ("What is 32 Sv in m3/s?", "32"),
    ("What is 2 to the power of 10?", "1024"),
    ("Convert 100 fathoms to m", "182.88"),
    ("How far is it from 41°00.4'N 66°14.4'W to 40°30'N 65°W?", "km"),
    ("What is 8 + 4 + 10 + 4?", "26"),
    ("What is 2205.54 - 2204.98?", "0.56"),
    ("Convert 50 degF to degC", "10"),
    ("What is 1013.25 hPa in bar?", "1.01325"),
    ("How many seconds are in 3 hours?", "10800"),
    ("What is (35.2 +/- 0.1) * 2?", "70.4"),
    ("How many hours are 2 days and 5 hours?", "53"),
    ("How many seconds are in 2 h, 5 min and 12 s?", "7512"),
)
ESTIMATES = (
    ("How much memory does llama3.1:8b need at q4_K_M with 8192 tokens of context?", "Llama-3.1-8B at Q4_K_M, 8,192"),
    ("How much VRAM does qwen3:14b need?", "Qwen3-14B"),
    ("Does a 70B model fit on an RTX 4090?", "RTX 4090"),
    ("Can I run llama3.2:3b on 8 GB?", "3.2-3B"),
    ("How much memory does a 7B model need at 4 bits?", "7"),
    ("What does mistral:7b take in memory at q8_0?", "Q8_0"),
    ("Will gemma2:9b fit in 12 GB at q4_K_M?", "9"),
    ("How many GB does qwen2.5:32b need with 32k context?", "32,768"),
    ("Does llama3.3:70b fit on two A100?", "70B"),
    ("How much RAM does phi3:3.8b need?", "GiB"),
    ("What GPU memory does llama3.1:70b at f16 take?", "F16"),
    ("How much memory does qwen3:8b need at q8_0 with a q8_0 KV cache?", "Q8_0"),
    ("Can my machine run qwen3:4b?", "Qwen3-4B"),
    ("How much memory does a 3B model need at 16 bits?", "3"),
    ("How big is the KV cache of llama3.1:8b at 128k tokens of context?", "131,072"),
    ("How much memory does mixtral:8x7b need?", "8x7B"),
    ("Does qwen2.5:7b fit on an RTX 3060?", "RTX 3060"),
    ("What does Qwen3 8B need in f16?", "F16"),
    ("Memory of Gemma 2 9B with 4096 tokens of context at Q5_K_M?", "Q5_K_M"),
    ("Estimate the memory of Phi-4 at Q8_0.", "Q8_0"),
)
#: Questions of documents, which neither tool may take.
OF_DOCUMENTS = (
    "How many floats were deployed on A22 2021?",
    "What was the mean current speed measured by the ADCP on S275?",
    "How deep was the deepest cast?",
    "On A20 2021, what was the offset of the measured from the certified total alkalinity of CRM batch 187?",
    "Who was the chief scientist in 2021?",
    "Which memory does the report say the logger had?",
    "What does the 16-bit converter of the CTD need?",
    "How many floats and 3 moorings are there in 2 reports?",
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(tmp_path_factory.mktemp("empty"))


def ask(library: Library, question: str) -> tuple[list[str], str]:
    """The names of the tools that were called, and the answer."""
    policy = Policy()
    for stage in ("input", "context", "tool", "output"):
        policy = policy.with_guards(stage)
    context = TurnContext(library)
    verdicts: list[Verdict] = []
    agent = build_agent(EmbeddedChatModel(library=library), context, Screen(policy), verdicts)
    state = agent.invoke({"messages": [HumanMessage(question)]})
    return [call.name for call in context.calls], state["messages"][-1].text


def test_there_are_at_least_forty_phrasings() -> None:
    assert len(CALCULATIONS) + len(ESTIMATES) >= 40


@pytest.mark.parametrize(("question", "expected"), CALCULATIONS)
def test_arithmetic_goes_to_the_calculator(library: Library, question: str, expected: str) -> None:
    called, answer = ask(library, question)
    assert called == ["calculate"]
    assert expected in answer.replace(",", "").replace("\u202f", "")


@pytest.mark.parametrize(("question", "expected"), ESTIMATES)
def test_memory_questions_go_to_the_estimator(library: Library, question: str, expected: str) -> None:
    called, answer = ask(library, question)
    assert called == ["estimate_memory"]
    assert expected in answer


@pytest.mark.parametrize("question", OF_DOCUMENTS)
def test_questions_of_documents_go_to_search(library: Library, question: str) -> None:
    called, _ = ask(library, question)
    assert called == ["search_documents"]
