"""Answers and documents as text that other programs read."""

from __future__ import annotations

import json

import pytest

from assistant.citations import check_answer
from assistant.citations.export import as_bibtex, as_csl_json, as_markdown, as_text
from corpora.model import Document
from tests.citations.test_check import PASSAGES, REFUSAL, page_text

ANSWER = (
    "The captain was Lutz Mallon [1]. The captain was again Lutz Mallon [1]. The pumps each collected particles from "
    "about 1500 mL of water [2]. It is <b>warm</b> ![x](http://evil/y.png). Lutz Mallon was captain [9]."
)
CHECKED = check_answer(ANSWER, PASSAGES, page_text, refusal=REFUSAL)
DOCUMENTS = [
    Document(
        "so279", "SO279_report.pdf", "Short Cruise Report SO279", 10, 20, "", author="Aaron Beck", created="2021-02-01"
    ),
    Document("a20", "A20_2021_report.pdf", "", 168, 400, "", author="Woosley, Ryan; Thurnherr, Andreas"),
]


def test_markdown_numbers_every_place_once_and_lists_it_with_its_quote():
    text = as_markdown(CHECKED, question="Who was *captain*?", documents=DOCUMENTS)
    assert text.startswith("# Who was \\*captain\\*?\n")
    assert "✓ The captain was Lutz Mallon. [1]" in text
    assert "1. Aaron Beck: Short Cruise Report SO279 (SO279\\_report.pdf), page 1: “Captain: Lutz Mallon”" in text
    assert text.count("“Captain: Lutz Mallon”") == 1
    assert "✗ The pumps each collected particles from about 1500 mL of water. [2]" in text
    assert "*the source gives 1500 L, the statement 1500 mL*" in text
    assert "\\[9?\\]" in text
    assert CHECKED.summary in text


def test_nothing_that_a_model_wrote_comes_to_life_in_markdown():
    text = as_markdown(CHECKED)
    assert "<b>" not in text.replace("\\<b\\>", "")
    assert "![x]" not in text
    assert "\\!\\[x\\](http://evil/y.png)" in text


def test_text_to_copy_carries_the_citations():
    lines = as_text(CHECKED).splitlines()
    assert lines[0] == "The captain was Lutz Mallon. (SO279_report.pdf, p. 1)"
    assert lines[2].endswith("(not supported: the source gives 1500 L, the statement 1500 mL)")
    assert lines[3].endswith("(no source)")
    assert "[9?]" in lines[4]


def test_csl_json_holds_what_is_known_of_the_documents():
    first, second = json.loads(as_csl_json(DOCUMENTS))
    assert first["title"] == "Short Cruise Report SO279"
    assert first["author"] == [{"family": "Beck", "given": "Aaron"}]
    assert first["issued"] == {"date-parts": [[2021]]}
    assert second["title"] == "A20_2021_report.pdf"
    assert [author["family"] for author in second["author"]] == ["Woosley", "Thurnherr"]
    assert "issued" not in second


def test_bibtex_is_escaped_and_its_keys_differ():
    twice = [DOCUMENTS[0], DOCUMENTS[0], Document("x", "50%_of{it}.pdf", "A & B_C", 1, 1, "")]
    text = as_bibtex(twice)
    assert "@techreport{Beck2021,\n" in text
    assert "@techreport{Beck2021-2,\n" in text
    assert "title = {{A \\& B\\_C}}" in text
    assert "50\\%\\_of\\{it\\}.pdf" in text
    assert "year = {2021}" in text


@pytest.mark.parametrize("render", [as_markdown, as_text])
def test_an_empty_answer_renders(render):
    assert isinstance(render(check_answer("", PASSAGES, page_text)), str)
