"""Whether a source supports a statement: the table of real cases, and what may never happen."""

from __future__ import annotations

import pytest

from assistant.citations import Support, verify
from tests.citations.adversaries import LIES, PARAPHRASES, TOO_FAR
from tests.citations.verify_cases import CASES, SOURCES


@pytest.mark.parametrize(("source", "statement", "support", "kind"), CASES)
def test_a_statement_is_judged_by_what_its_source_says(source, statement, support, kind):
    judgement = verify(statement, SOURCES[source])
    assert judgement.support == support, (kind, judgement.reason)
    if judgement.support is not Support.SUPPORTED:
        assert judgement.reason


def test_the_table_holds_every_kind_of_case():
    assert len(CASES) >= 150
    kinds = " ".join(case[3] for case in CASES)
    for kind in "right|changed number|changed unit|changed sign|negated|swapped|another row|translated".split("|"):
        assert kind in kinds


@pytest.mark.parametrize(
    ("statement", "source", "reason"),
    [
        ("Salinity was 34.51.", "The bottom salinity was 35.41.", "the source says 35.41, the statement 34.51"),
        ("It was 5 mL deep.", "It was 5 L deep.", "the source gives 5 L, the statement 5 mL"),
        ("It did not rain.", "It did rain.", "the source does not deny what the statement denies"),
        ("Beck met Miller.", "Beck met Mallon.", "the source does not name Miller"),
        (
            "We compared the heat of the Atlantic Ocean with the salt of the North Atlantic Ocean in 2021.",
            "We compared the heat of the North Atlantic Ocean with the salt of the Atlantic Ocean in 2021.",
            "the source has “North Atlantic” and “Atlantic” in each other's place",
        ),
    ],
)
def test_the_reason_says_in_words_what_differs(statement, source, reason):
    assert verify(statement, source).reason == reason


def test_a_similarity_from_outside_raises_a_paraphrase_but_no_failed_fact():
    source = "The pumps collected particles from about 1500 L of water."
    alike = {"overlap": lambda a, b: 0.99}
    assert verify("The pumps gathered particles from about 1500 L of water.", source).support is Support.PARTLY
    for wrong in (
        "The pumps collected particles from about 1500 mL of water.",
        "The pumps collected particles from about 1501 L of water.",
        "The pumps never collected particles from about 1500 L of water.",
        "The Hamburg pumps collected particles from about 1500 L of water.",
    ):
        assert verify(wrong, source, **alike).support is not Support.SUPPORTED


def test_a_similarity_from_outside_may_raise_missing_words_only():
    source = "Particles were taken by five pumps from about 1500 L of water in total on that day."
    statement = "Five pumps took particles from 1500 L of water that busy day."
    assert verify(statement, source).support is Support.PARTLY


def test_the_context_names_the_subject_but_is_no_evidence():
    source = "Captain: Lutz Mallon"
    context = "Short Cruise Report SO279 by Aaron Beck"
    assert verify("The captain of SO279 was Lutz Mallon.", source, context=context).support is Support.SUPPORTED
    assert verify("The captain of SO279 was Aaron Beck.", source, context=context).support is not Support.SUPPORTED


@pytest.mark.parametrize("empty", ["", "   ", "?!", "the of and"])
def test_nothing_is_not_supported_by_anything(empty):
    assert verify(empty, "The pumps ran.").support is Support.UNSUPPORTED
    assert verify("The pumps ran.", empty).support is Support.UNSUPPORTED


@pytest.mark.parametrize(("source", "statement"), LIES)
def test_a_lie_close_to_the_words_is_not_verified(source, statement):
    judgement = verify(statement, SOURCES[source])
    assert judgement.support is not Support.SUPPORTED
    assert judgement.reason


@pytest.mark.parametrize(("source", "statement"), PARAPHRASES)
def test_an_honest_paraphrase_is_verified(source, statement):
    judgement = verify(statement, SOURCES[source])
    assert judgement.support is Support.SUPPORTED, judgement.reason


def test_of_all_paraphrases_nine_in_ten_are_accepted():
    accepted = sum(verify(text, SOURCES[source]).support is Support.SUPPORTED for source, text in PARAPHRASES + TOO_FAR)
    assert accepted >= 0.9 * len(PARAPHRASES + TOO_FAR)


def test_a_sentence_word_for_word_is_verified_however_its_lines_are_broken():
    source = "Sampling commenced on March 21, proceeding\nSSW-ward down the continental slope before turning southward."
    assert verify(" ".join(source.split()), source).support is Support.SUPPORTED
    assert verify(f"“{' '.join(source.split())}”", source).support is Support.SUPPORTED
    # A bullet before it is no part of it; a list's other points are no rivals of it.
    source = (
        "Flagged when\n• the value exceeds 0.9 PSU above 500 db or \n• the value exceeds 0.3 PSU below 500 db "
        "\nAction: Values that fail are flagged as bad data."
    )
    quoted = "“• the value exceeds 0.3 PSU below 500 db Action: Values that fail are flagged as bad data.”"
    assert verify(quoted, source).support is Support.SUPPORTED
    assert verify(quoted.replace("0.3", "0.9"), source).support is not Support.SUPPORTED
    for sign in ("-", "−", "<"):
        assert (
            verify("“5.3 °C was measured there.”", f"{sign}5.3 °C was measured there.").support is not Support.SUPPORTED
        )
    # A sentence that is cut off before its exception is not the whole of it.
    source = "All stations of the line were sampled\nexcept station 5."
    assert verify("All stations of the line were sampled.", source).support is not Support.SUPPORTED
