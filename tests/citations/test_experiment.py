"""The scores of a run, on turns whose scores are known."""

from __future__ import annotations

import json

import pytest

from experiments.citations import load, main, score, table

PAGE = "The captain was Lutz Mallon. The rosette was deployed at 8 a.m. It rained."


def citation(quote, status="exact", start=None):
    start = PAGE.index(quote) if start is None else start
    return {
        "label": 1, "document": "a.pdf", "document_id": "a", "page": 1, "start": start, "end": start + len(quote),
        "quote": quote, "status": status,
    }  # fmt: skip


def statement(text, support, *citations):
    return {"text": text, "support": support, "citations": list(citations)}


CAPTAIN, ROSETTE, RAIN = "The captain was Lutz Mallon.", "The rosette was deployed at 8 a.m.", "It rained."
TURN = {
    "statements": [
        statement("Hello!", "notice"),
        statement("The captain was Lutz Mallon.", "supported", citation(CAPTAIN), citation(RAIN)),
        statement("The rosette was deployed at 9 a.m.", "unsupported", citation(ROSETTE)),
        statement("It was deep.", "uncited"),
        statement("The sum is 5.", "tool"),
    ],
    "unknown_labels": [7],
    "not_found_quotes": ["nowhere"],
}


def pages(document_id, page):
    return PAGE if (document_id, page) == ("a", 1) else ""


def test_recall_counts_statements_and_precision_counts_citations():
    scores = score([TURN], pages)
    assert (scores.statements, scores.recalled) == (3, 1)
    assert (scores.citations, scores.precise) == (3, 1)
    assert scores.recall == pytest.approx(1 / 3)
    assert scores.precision == pytest.approx(1 / 3)
    assert scores.validity == 1.0
    assert scores.supports == {"notice": 1, "supported": 1, "unsupported": 1, "uncited": 1, "tool": 1}
    assert (scores.unknown_labels, scores.not_found_quotes) == (1, 1)


def test_two_citations_that_only_together_support_are_both_precise():
    both = "The captain was Lutz Mallon, and the rosette was deployed at 8 a.m."
    scores = score([{"statements": [statement(both, "supported", citation(CAPTAIN), citation(ROSETTE))]}], pages)
    assert (scores.recalled, scores.precise) == (1, 2)


def test_a_quote_that_is_not_its_span_is_not_valid():
    moved = citation(CAPTAIN, start=3)
    scores = score([{"statements": [statement(CAPTAIN, "supported", moved)]}], pages)
    assert scores.validity == 0.0


def test_the_judge_is_named_beside_the_numbers():
    text = table(score([TURN], pages))
    assert "judge: leadline deterministic verifier" in text
    assert "| citation recall | 33.3 % |" in text
    assert "| citation precision | none |" in table(score([]))


def test_the_command_reads_a_file_of_turns(tmp_path, capsys):
    file = tmp_path / "turns.jsonl"
    file.write_text(json.dumps(TURN) + "\n\n" + json.dumps(TURN) + "\n")
    assert main([str(file)]) == 0
    assert "| statements that claim something | 6 |" in capsys.readouterr().out
    assert len(load(file)) == 2


@pytest.mark.parametrize(
    ("content", "words", "code"),
    [(None, "There is no file", 1), ("{", "Line 1", 2), ("[1]", "is no turn", 2)],
)
def test_a_bad_file_is_named_with_what_mends_it(tmp_path, capsys, content, words, code):
    file = tmp_path / "turns.jsonl"
    if content is not None:
        file.write_text(content)
    assert main([str(file)]) == code
    assert words in capsys.readouterr().err
    assert main([]) == 2
