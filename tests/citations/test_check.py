"""Whole answers: what a model may write, and what becomes of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.citations import Passage, Status, Support, check_answer
from corpora.errors import PageNotFound
from corpora.model import Span

REFUSAL = "The documents in this library do not answer this question."
PAGES = {
    ("so279", 1): "Short Cruise Report\nChief Scientist: Aaron Beck\nCaptain: Lutz Mallon\n",
    ("so279", 2): (
        "SO279 Short Cruise Report 2\n"
        "Nonetheless, the CTD rosette was deployed at 8 a.m., approached the seafloor at 4400 m, and returned with\n"
        "samples from throughout the water column. Five in situ pumps were deployed next on a single line down to 300\n"
        "m depth. The pumps each collected particles from about 1500 L of water before being retrieved. No plastic\n"
        "debris was observed in the samples at this first station. The OFOS dive revealed several pieces of litter,\n"
        "including a plastic bag in apparently quite\n2 Chapter 1"
    ),
    ("so279", 3): (
        "SO279 Short Cruise Report 3\n"
        "good condition. The resistivity of the longer cable was too much for the net powering unit. The crew then\n"
        "went through the laborious process of switching back to the shorter cable.\n"
    ),
    ("a20", 5): (
        "Batch 187 2204.98 ± 0.37 µmol/kg\nBatch 192 2213.70 ± 0.53 µmol/kg\n"
        "S/N 69-180 was used for all salinity measurements during this cruise.\n"
    ),
}
FILES = {"so279": "SO279_report.pdf", "a20": "A20_2021_report.pdf"}


def page_text(document_id: str, page: int) -> str:
    if (document_id, page) not in PAGES:
        raise PageNotFound(f"There is no page {page}.")
    return PAGES[document_id, page]


def passage(label: int, document_id: str, page: int, first: str = "", last: str = "") -> Passage:
    text = PAGES[document_id, page]
    start = text.index(first) if first else 0
    end = text.index(last) + len(last) if last else len(text)
    return Passage(label, FILES[document_id], Span(document_id, page, start, end), text[start:end])


PASSAGES = [
    passage(1, "so279", 1),
    passage(2, "so279", 2, "Nonetheless", "first station."),
    passage(3, "so279", 3, "good condition", "shorter cable."),
    passage(4, "a20", 5),
]


def check(answer, **more):
    return check_answer(answer, PASSAGES, page_text, refusal=REFUSAL, **more)


def only(answer, **more):
    checked = check(answer, **more)
    assert len(checked.statements) == 1, [statement.text for statement in checked.statements]
    statement = checked.statements[0]
    for citation in statement.citations:
        if citation.quote:
            assert PAGES[citation.document_id, citation.page][citation.start : citation.end] == citation.quote
    return statement


def test_a_right_statement_is_verified_and_its_citation_is_the_tightest_sentence():
    statement = only("The captain was Lutz Mallon [1].")
    assert statement.text == "The captain was Lutz Mallon."
    assert statement.support is Support.SUPPORTED
    (citation,) = statement.citations
    assert citation.quote == "Captain: Lutz Mallon"
    assert (citation.label, citation.document, citation.page) == (1, "SO279_report.pdf", 1)
    assert citation.status is Status.NORMALISED
    assert citation.found_by == "model"


def test_a_row_of_a_table_is_cited_alone():
    statement = only("Batch 192 had 2213.70 ± 0.53 µmol/kg [4].")
    assert [citation.quote for citation in statement.citations] == ["Batch 192 2213.70 ± 0.53 µmol/kg"]


def test_a_verbatim_quotation_is_exact_and_its_span_is_the_quotation():
    statement = only('The report says: "approached the seafloor at 4400 m" [2].')
    assert statement.support is Support.SUPPORTED
    assert statement.citations[0].quote == "approached the seafloor at 4400 m"
    assert statement.citations[0].status is Status.EXACT
    assert '"approached the seafloor at 4400 m"' in statement.text


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("The CTD rosette approached the seafloor at 4440 m [2].", "the source says 4400 m, the statement 4440 m"),
        ("The pumps each collected particles from about 1500 mL of water [2].", "1500 L"),
        ("Plastic debris was observed in the samples at this first station [2].", "denies"),
        ("The captain was Otto Mallon [1].", "the source does not name Otto"),
        ("Batch 192 had 2204.98 ± 0.37 µmol/kg [4].", "192"),
        ("S/N 69-181 was used for all salinity measurements [4].", "69"),
    ],
)
def test_a_false_statement_is_not_supported_and_the_reason_names_the_difference(answer, reason):
    statement = only(answer)
    assert statement.support is Support.UNSUPPORTED
    assert reason in statement.reason
    assert all(not citation.status.verified for citation in statement.citations)


def test_a_label_that_no_passage_carries_stays_visible_and_is_counted():
    checked = check("The captain was Lutz Mallon [9]. It was deep [7][9].")
    assert checked.unknown_labels == (9, 7)
    assert checked.counts["unknown_labels"] == 2
    first, second = checked.statements
    assert first.labels == (9,)
    assert first.support is Support.PARTLY
    assert "[9] names no passage" in first.reason
    assert first.citations[0].found_by == "leadline"
    assert second.support is Support.UNCITED
    assert "[7], [9] name no passage" in second.reason


def test_a_quotation_that_stands_nowhere_is_counted_and_the_statement_falls():
    checked = check('It says "the rosette was lost with all its bottles" [2].')
    assert checked.not_found_quotes == ("the rosette was lost with all its bottles",)
    assert checked.statements[0].support is Support.UNSUPPORTED
    assert "stands in none of the sources" in checked.statements[0].reason


def test_an_altered_quotation_is_not_verified():
    statement = only('It says "approached the seafloor at 4200 m" [2].')
    assert statement.support is Support.UNSUPPORTED


def test_a_claim_on_the_wrong_label_is_flagged_and_the_right_place_is_offered():
    statement = only("The captain was Lutz Mallon [4].")
    assert statement.support is Support.PARTLY
    assert statement.reason.startswith("[4] does not support this")
    assert [(c.label, c.status.verified, c.found_by) for c in statement.citations] == [
        (4, False, "model"),
        (1, True, "leadline"),
    ]


def test_a_statement_without_a_marker_is_attributed_when_a_passage_verifies_it():
    statement = only("The CTD rosette was deployed at 08:00.")
    assert statement.support is Support.SUPPORTED
    assert statement.reason == "found by Leadline in [2]"
    assert statement.citations[0].found_by == "leadline"


@pytest.mark.parametrize(
    "answer",
    [
        "The CTD rosette was deployed at 09:00.",
        "The rosette was a gift of the navy.",
        "Marine snow feeds the deep sea.",
        "Batch 192 had 2204.98 µmol/kg.",
    ],
)
def test_anything_less_leaves_a_statement_uncited(answer):
    statement = only(answer)
    assert statement.support is Support.UNCITED
    assert statement.citations == ()


def test_a_statement_over_a_page_end_has_a_citation_on_each_page():
    statement = only("The OFOS dive revealed a plastic bag in apparently quite good condition [3].")
    assert statement.support is Support.SUPPORTED
    assert [(citation.label, citation.page) for citation in statement.citations] == [(3, 2), (3, 3)]
    assert statement.citations[0].quote.endswith("in apparently quite")
    assert statement.citations[1].quote == "good condition."


def test_a_quotation_over_a_page_end_has_a_span_on_each_page():
    statement = only('It saw "a plastic bag in apparently quite good condition" [3].')
    assert [c.quote for c in statement.citations] == ["a plastic bag in apparently quite", "good condition"]


def test_two_claims_on_two_labels_are_supported_together():
    answer = "The captain was Lutz Mallon, and S/N 69-180 was used for all salinity measurements [1][4]."
    statement = only(answer)
    assert statement.support is Support.SUPPORTED
    assert [citation.label for citation in statement.citations] == [1, 4]


def test_one_label_that_does_not_help_is_shown_as_such():
    statement = only("The captain was Lutz Mallon [1][4].")
    assert statement.support is Support.SUPPORTED
    assert [(c.label, c.status.verified) for c in statement.citations] == [(1, True), (4, False)]


def test_a_number_from_a_tool_is_a_tool_statement():
    tools = ['{"expression": "2213.70 - 2204.98", "value": 8.7199999, "unit": "umol/kg"}']
    assert only("The difference is 8.72 umol/kg.", tool_texts=tools).support is Support.TOOL
    assert only("2213.70 - 2204.98 = 8.72.", tool_texts=tools).support is Support.TOOL
    assert only("The difference is 8.73 umol/kg.", tool_texts=tools).support is Support.UNCITED
    assert only("The difference is 8.72 mmol/kg.", tool_texts=tools).support is Support.UNCITED
    assert only("The difference is -8.72.", tool_texts=tools).support is Support.UNCITED


def test_numbers_of_the_question_may_be_repeated_beside_those_of_a_tool():
    tools = ['{"value": 12}']
    assert only("3 times 4 is 12.", tool_texts=tools, question="What is 3 times 4?").support is Support.TOOL
    assert only("3 times 4 is 12.", tool_texts=tools).support is Support.UNCITED
    assert only("3 times 4.", tool_texts=tools, question="What is 3 times 4?").support is Support.UNCITED


@pytest.mark.parametrize(
    "answer",
    [
        "Hello!",
        REFUSAL,
        REFUSAL.lower().rstrip("."),
        "I could not find anything about that in the documents.",
        "The documents do not say when the ship was built.",
        "Would you like to know more?",
        "Here is what I found:",
        "## Results",
        "```\nx = 4400\n```",
        "Let me know if you need more.",
    ],
)
def test_what_says_nothing_about_the_world_is_a_notice(answer):
    assert {statement.support for statement in check(answer).statements} == {Support.NOTICE}


@pytest.mark.parametrize(
    "answer",
    [
        "Hello, the ship sank off Iceland.",
        "I could not find it, but the ship sank off Iceland.",
        "## The depth was 9999 m",
        "Here are the 14 winners:",
        "The documents do not say so, however the ship sank.",
    ],
)
def test_a_claim_behind_a_courtesy_is_no_notice(answer):
    assert only(answer).support is not Support.NOTICE


def test_a_refusal_is_recognised():
    assert check(REFUSAL).refused
    assert not check("The captain was Lutz Mallon [1].").refused
    assert not check_answer("No.", PASSAGES, page_text).refused


def test_the_summary_of_a_refusal_does_not_count_what_it_shows_beside_as_an_answer():
    checked = check(f"{REFUSAL}\n\nThe nearest passages are:\n- “Captain: Lutz Mallon” [1]\n")
    assert checked.summary == "Refused: the documents do not say; 1 nearest passage shown"
    assert checked.counts["supported"] == 1
    assert check(REFUSAL).summary == "Refused: the documents do not say"
    lying = check(f"{REFUSAL} The captain was Otto Mallon [1].")
    assert lying.summary == "Refused: the documents do not say; 1 not supported"


def test_what_the_assistant_says_of_itself_is_a_notice():
    said = "I will not answer this question. Blocked: the question asks for the hidden instructions (injection.leak)."
    assert {s.support for s in check(said, own_words=[said]).statements} == {Support.NOTICE}
    assert only("The ship sank.", own_words=[said]).support is Support.UNCITED


def test_the_error_of_a_tool_stands_on_the_tool():
    assert only("Division by zero.", tool_texts=["Division by zero."]).support is Support.TOOL


def test_a_scripted_liar_is_caught_every_time():
    answer = (
        "The captain was Lutz Mallon [1]. The captain was Aaron Beck [1]. The rosette reached 4000 m [12].\n\n"
        '- "The crew sang all night long" [3].\n'
        "- The pumps each collected particles from about 1500 km of water [2].\n"
        "- S/N 69-180 was not used for all salinity measurements [4].\n"
        "- Batch 187 had 2213.70 ± 0.53 µmol/kg [4].\n"
    )
    checked = check(answer)
    assert [statement.support.value for statement in checked.statements[:1]] == ["supported"]
    assert all(statement.support is not Support.SUPPORTED for statement in checked.statements[1:])
    assert checked.unknown_labels == (12,)
    assert len(checked.not_found_quotes) == 1
    assert checked.summary.startswith("7 statements: 1 verified, ")


def test_tables_lists_and_headings_are_cut_into_statements():
    answer = (
        "### Stations\n\n| what | who |\n|---|---|\n"
        "| captain | Lutz Mallon [1] |\n| chief scientist | Lutz Mallon [1] |\n"
        "1. Five in situ pumps were deployed [2].\n2. Six in situ pumps were deployed [2].\n"
    )
    got = [(statement.text, statement.support.value) for statement in check(answer).statements]
    assert got == [
        ("Stations", "notice"),
        ("what | who", "notice"),
        ("captain | Lutz Mallon", "supported"),
        ("chief scientist | Lutz Mallon", "partly"),
        ("Five in situ pumps were deployed.", "supported"),
        ("Six in situ pumps were deployed.", "unsupported"),
    ]


def test_markers_belong_to_the_sentence_before_them():
    checked = check("The captain was Lutz Mallon.[1] Five in situ pumps were deployed. [2]\n[4] Batch 187 had 2204.98.")
    assert [statement.labels for statement in checked.statements] == [(1,), (2, 4), ()]


def test_the_place_of_a_statement_is_where_it_stands_in_the_answer():
    answer = "Hello! The captain was **Lutz Mallon** [1]. Bye."
    statement = check(answer).statements[1]
    assert answer[statement.start : statement.end] == "The captain was **Lutz Mallon** [1]."


def test_the_counts_and_the_summary_agree():
    checked = check("The captain was Lutz Mallon [1]. The captain was Otto Mallon [1]. Hello!")
    assert checked.summary == "2 statements: 1 verified, 1 not supported"
    assert checked.counts["statements"] == 2
    assert checked.counts["supported"] == checked.counts["unsupported"] == checked.counts["notice"] == 1
    assert checked.counts["citations_verified"] == 1


@pytest.mark.parametrize("answer", ["", "   \n", "[1]", "[1][2]", "|||", "```", "**", '"', "- ", "# "])
def test_an_empty_answer_has_no_claims(answer):
    assert all(statement.support is Support.NOTICE for statement in check(answer).statements)
    assert check("").summary == "No statements."


def test_without_passages_nothing_is_supported():
    checked = check_answer("The captain was Lutz Mallon [1].", [], page_text)
    assert checked.statements[0].support is Support.UNCITED
    assert checked.unknown_labels == (1,)


@given(st.text(alphabet='[]12 .|#*-"`“”\nabcDEF5mµ°,()', max_size=120))
@settings(max_examples=150, deadline=None)
def test_whatever_a_model_writes_every_quote_is_its_span(answer):
    checked = check(answer)
    for statement in checked.statements:
        assert 0 <= statement.start <= statement.end <= len(answer)
        for citation in statement.citations:
            assert PAGES[citation.document_id, citation.page][citation.start : citation.end] == citation.quote
