"""Folding: spellings that must be equal, spellings that must not, and the way back to the source."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora.folding import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("ΜΆΪΟΣ", "μάϊος"),
        ("ﬁrst oﬃce", "first office"),
        ("e\u0301tude", "étude"),
        ("ｆｕｌｌ", "full"),
        ("mem-\nbrane", "membrane"),
        ("mem\u00ad\nbrane", "membrane"),
        ("mem\ufffe\nbrane", "membrane"),
        ("mem\x02brane", "membrane"),
        ("mem\u00adbrane", "membrane"),
        ("long-\n  distance", "long-distance"),
        ("eddyfacilitated", "eddy-facilitated"),
        ("CFC-\n11", "CFC-11"),
        ("15-\n20 m", "15–20 m"),
        ("a  b\n\tc\u00a0d\u2009e", "a b c d e"),
        ("“quoted” ‘it’", "\"quoted\" 'it'"),
        ("``quoted''", '"quoted"'),
        ("«quoted»", '"quoted"'),
        ("−0.5", "-0.5"),
        ("‐‑‒–", "--" + "--"),
        ("sediments—fine", "sediments - fine"),
        ("sediments -- fine", "sediments — fine"),
        ("41º 00.4’ N", "41° 00.4' N"),
        ("5 ˚C", "5 °C"),
        ("5 µm", "5 μm"),
        ("m² s⁻¹", "m2 s-1"),
        ("CO₂", "CO2"),
        ("50 × 50", "50 x 50"),
        ("a\u200bb\ufeffc\u2060", "abc"),
        ("• item", " item"),
        ("한글", "\u1112\u1161\u11ab\u1100\u1173\u11af"),
        ("~100", "∼100"),
    ],
)
def test_two_spellings_of_the_same_fold_alike(one, other):
    assert fold(one).text == fold(other).text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("35.41", "34.51"),
        ("-0.5", "0.5"),
        ("5 °C", "5 C"),
        ("1 5", "15"),
        ("resent it", "re sent it"),
        ("Göteborg", "Goteborg"),
        ("not so", "so"),
        ("CFC-11", "CFC11"),
    ],
)
def test_what_differs_stays_different(one, other):
    assert fold(one).text != fold(other).text


def test_search_text_keeps_case_and_compounds():
    folded = fold("A Long-Distance ﬁt of mem-\nbrane, pre-\nCambrian CO₂", case=False)
    assert folded.text == "A Long-Distance fit of membrane, pre-Cambrian CO2"


def test_the_way_back_covers_what_was_folded_together():
    text = "İx ﬁ a-\nb  c"
    folded = fold(text)
    assert folded.text == "i̇x fi ab c"
    assert text[slice(*folded.source(3, 4))] == " "
    assert text[slice(*folded.source(4, 5))] == "ﬁ"  # half a ligature is the whole ligature
    assert text[slice(*folded.source(7, 9))] == "a-\nb"
    assert text[slice(*folded.source(9, 10))] == "  "
    assert text[slice(*folded.source(0, len(folded.text)))] == text


def test_an_empty_stretch_leads_back_to_an_empty_one():
    folded = fold("ab  cd")
    assert folded.source(1, 1) == (1, 1)
    assert folded.source(5, 5) == (6, 6)
    assert fold("").source(0, 0) == (0, 0)


@pytest.mark.parametrize("stretch", [(-1, 1), (0, 99), (2, 1)])
def test_a_stretch_outside_is_an_error(stretch):
    with pytest.raises(IndexError, match="outside a folded text"):
        fold("abc").source(*stretch)


def test_an_offset_of_the_source_leads_to_the_folded_text():
    folded = fold("A  ﬁn")
    assert [folded.folded_offset(offset) for offset in range(6)] == [0, 1, 2, 2, 4, 5]


TEXTS = st.text(alphabet=st.sampled_from("aB1 -–—\n\t.,'\"ﬁßİµº²\u00ad\u0301\u200b•\x02\ufffe`~é한\u1161"), max_size=60)


@given(TEXTS, st.booleans())
@settings(max_examples=300, deadline=None)
def test_the_map_is_in_order_and_inside_the_source(text, case):
    folded = fold(text, case=case)
    previous = 0
    for index in range(len(folded.text)):
        start, end = folded.source(index, index + 1)
        assert 0 <= start < end <= len(text)
        assert start >= previous
        previous = start
    if folded.text:
        first, last = folded.source(0, len(folded.text))
        assert 0 <= first < last <= len(text)


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_white_space_never_doubles(text):
    assert "  " not in fold(text).text


@given(st.text(alphabet="abc DEF.,35", max_size=40))
@settings(max_examples=100, deadline=None)
def test_plain_text_maps_character_by_character(text):
    folded = fold(text)
    for index, character in enumerate(folded.text):
        start, end = folded.source(index, index + 1)
        if character != " ":
            assert text[start:end].lower() == character


@pytest.mark.parametrize(
    "unit", ["a", " ", "-", "- ", "-\n", "é", "ﬁ", "e\u0301", "\u0301", "''", "—", "\u00ad", "a\n"]
)
def test_folding_takes_linear_time(unit):
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        started = time.process_time()
        fold(text)
        return time.process_time() - started

    short, long = seconds(10_000), seconds(100_000)
    assert long < max(0.5, 40 * short)
