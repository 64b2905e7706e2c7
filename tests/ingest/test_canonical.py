"""The canonical text: what stands on the page stays, what is no text is settled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.canonical import canonical

CODES = st.lists(
    st.one_of(
        st.integers(0, 0x10FFFF),
        st.sampled_from([0xFFFE, 0x0002, 0x0D, 0x0A, 0x20, 0xAD, 0x00, 0xD83D, 0xDE00, 0xFFFF, 0x110000]),
        st.integers(0x41, 0x7A),
    ),
    max_size=60,
)


def text(*codes: int, changes: bool = False) -> str:
    return canonical(codes, [changes] * len(codes)).text


@pytest.mark.parametrize("mark", [0xFFFE, 0x0002])
def test_a_hyphen_mark_at_a_line_end_is_a_hyphen_and_a_line_end(mark: int) -> None:
    assert text(ord("a"), mark, ord("b"), changes=True) == "a-\nb"


@pytest.mark.parametrize("mark", [0xFFFE, 0x0002])
def test_a_hyphen_mark_inside_a_line_is_a_hyphen_alone(mark: int) -> None:
    assert text(ord("a"), mark, ord("b")) == "a-b"


def test_the_line_end_that_was_put_in_stands_for_no_character_of_the_page() -> None:
    assert canonical([0x61, 0xFFFE, 0x62], [False, True, False]).source == (0, 1, -1, 2)


def test_a_soft_hyphen_of_the_page_is_kept_for_matching_to_skip() -> None:
    assert text(ord("a"), 0xAD, ord("b")) == "a\u00adb"


@pytest.mark.parametrize(("codes", "expected"), [((0x0D, 0x0A), "\n"), ((0x0D,), "\n"), ((0x0A,), "\n"), ((9,), "\t")])
def test_every_kind_of_line_end_is_one_newline_and_a_tab_stays(codes: tuple[int, ...], expected: str) -> None:
    assert text(*codes) == expected


def test_two_surrogate_halves_are_one_character_that_stands_for_the_first() -> None:
    found = canonical([0xD83D, 0xDE00, 0x21], [False] * 3)
    assert (found.text, found.source) == ("😀!", (0, 2))


@pytest.mark.parametrize("codes", [(0xD83D,), (0xDE00,), (0xDE00, 0xD83D)])
def test_a_surrogate_half_alone_is_a_replacement_character(codes: tuple[int, ...]) -> None:
    assert text(*codes) == "\ufffd" * len(codes)


@pytest.mark.parametrize("code", [0xFFFF, 0xFDD0, 0xFDEF, 0x1FFFE, 0x10FFFF, 0x110000, 0x00, 0x07, 0x7F, 0x85, 0x9F])
def test_what_no_encoding_carries_and_what_controls_is_a_replacement_character(code: int) -> None:
    assert text(0x61, code, 0x62) == "a\ufffdb"


def test_a_control_character_before_a_space_at_a_lines_start_is_a_bullet() -> None:
    assert text(0x61, 0x0A, 0x0B, 0x20, 0x62) == "a\n• b"


def test_ligatures_accents_and_signs_stay_as_they_are() -> None:
    assert text(0xFB01, 0x6E, 0x64, 0x20, 0xB0, 0x2212) == "\ufb01nd °−"


@given(codes=CODES, data=st.data())
def test_the_text_can_always_be_stored_and_points_back_in_order(codes: list[int], data: st.DataObject) -> None:
    changes = data.draw(st.lists(st.booleans(), min_size=len(codes), max_size=len(codes)))
    found = canonical(codes, changes)
    assert found.text.encode("utf-8").decode("utf-8") == found.text
    assert len(found.source) == len(found.text)
    known = [index for index in found.source if index >= 0]
    assert known == sorted(set(known))
    assert all(index < len(codes) for index in known)
    assert not any(c < " " and c not in "\n\t" for c in found.text)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=50))
def test_text_that_is_text_already_is_left_alone(sentence: str) -> None:
    assert canonical([ord(c) for c in sentence], [False] * len(sentence)).text == sentence
