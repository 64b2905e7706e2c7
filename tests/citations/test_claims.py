"""Statements of several claims: each is shown by itself, and none is shown of nobody."""

from __future__ import annotations

import pytest

from assistant.citations import Support, verify
from assistant.citations.claims import clauses

SOURCE = (
    "The CTD rosette was deployed at 8 a.m. and approached the seafloor at 4400 m. Five in situ pumps were deployed "
    "next on a single line. The pumps each collected particles from about 1500 L of water. "
    "In 2012 the plume extended far north. In 2021 the surface was colder."
)


@pytest.mark.parametrize(
    ("statement", "claims"),
    [
        ("The rosette was lost.", ["The rosette was lost."]),
        (
            "The rosette was deployed at 8 a.m., and the pumps collected particles.",
            ["The rosette was deployed at 8 a.m.", "the pumps collected particles."],
        ),
        (
            "The rosette was deployed at 8 a.m. and collected particles from water.",
            ["The rosette was deployed at 8 a.m.", "The rosette collected particles from water."],
        ),
        (
            "In 2012, the plume extended far north and the surface was colder.",
            ["In 2012, the plume extended far north", "In 2012, the surface was colder."],
        ),
        # What holds for both halves is not cut.
        ("In 2012 the plume extended north and the surface was colder.", None),
        ("Both the winch was broken and the cable was short.", None),
        ("The depths were 5 m and the rates were 7 m/s, respectively.", None),
    ],
)
def test_a_statement_is_cut_where_it_makes_two_claims(statement, claims):
    assert clauses(statement) == (claims or [statement])


def test_claims_of_two_sentences_are_supported_together():
    statement = (
        "The CTD rosette was deployed at 8 a.m., and the pumps each collected particles from about 1500 L of water."
    )
    assert verify(statement, SOURCE).support is Support.SUPPORTED


@pytest.mark.parametrize(
    "statement",
    [
        # The second half has the first half's subject.
        "The CTD rosette was deployed at 8 a.m. and collected particles from about 1500 L of water.",
        "The CTD rosette approached the seafloor at 4400 m, and collected particles from about 1500 L of water.",
        # The opening phrase goes for both halves.
        "In 2012, the plume extended far north and the surface was colder.",
        "In 2012 the plume extended far north and the surface was colder.",
        # One of the two is false.
        "The CTD rosette was deployed at 8 a.m., and the pumps each collected particles from about 1500 mL of water.",
        # The predicate of the next sentence.
        "The CTD rosette was deployed next on a single line.",
    ],
)
def test_a_statement_stitched_from_two_sentences_is_not(statement):
    assert verify(statement, SOURCE).support is not Support.SUPPORTED


def test_a_sentence_that_leans_on_the_one_before_it_is_read_with_it():
    source = "A second shearmeter was deployed for 365 days. It reported within 24 hours."
    assert verify("The second shearmeter reported within 24 hours.", source).support is Support.SUPPORTED
    source = "A second shearmeter was deployed for 365 days. The float reported within 24 hours."
    assert verify("The second shearmeter reported within 24 hours.", source).support is not Support.SUPPORTED
