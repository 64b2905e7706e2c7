"""Boxes survive their packing, and join into the rectangles that a reader would draw."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from corpora.boxes import pack, rectangles, unpack
from corpora.model import Box

COORDINATES = st.one_of(st.floats(0, 2000, width=32), st.just(float("nan")))
GONE = [float("nan")] * 4


def line(text: str, x: float, y: float, width: float = 6, height: float = 10) -> list[list[float]]:
    """Boxes of a line of text whose glyphs touch; spaces have none."""
    return [GONE if c == " " else [x + i * width, y, x + (i + 1) * width, y + height] for i, c in enumerate(text)]


def joined(rows: list[list[float]]) -> list[Box]:
    return rectangles(np.array(rows, np.float32).reshape(-1, 4))


@settings(max_examples=200, deadline=None)
@given(arrays.arrays(np.float32, st.tuples(st.integers(0, 40), st.just(4)), elements=COORDINATES))
def test_packing_keeps_every_box_to_a_65000th_of_the_page(boxes) -> None:
    back = unpack(pack(boxes))
    assert back.shape == boxes.shape
    assert back.dtype == np.float32
    assert (np.isnan(back) == np.isnan(boxes)).all()
    extent = np.nanmax(np.abs(boxes)) if (~np.isnan(boxes)).any() else 1.0
    assert np.nanmax(np.abs(back - boxes), initial=0.0) <= max(extent, 1.0) / 65000


def test_no_boxes_pack_to_nothing_and_nothing_unpacks_to_no_boxes() -> None:
    assert pack(np.zeros((0, 4), np.float32)) == b""
    assert unpack(b"").shape == (0, 4)


def test_a_box_that_hangs_over_the_left_edge_is_cut_there() -> None:
    back = unpack(pack(np.array([[-5, 10, 20, 30]], np.float32)))
    assert back[0].tolist() == pytest.approx([0, 10, 20, 30], abs=0.01)


def test_packed_boxes_of_a_page_of_text_take_a_few_bytes_a_glyph() -> None:
    page = np.array([b for n in range(50) for b in line("x" * 80, 50, 40 + 14 * n)], np.float32)
    assert len(pack(page)) < 1.0 * len(page)


def test_the_words_of_a_line_make_one_rectangle() -> None:
    assert joined(line("two words", 100, 50)) == [Box(100, 50, 154, 60)]


def test_each_line_makes_its_own_rectangle() -> None:
    assert joined([*line("first line", 100, 50), GONE, *line("second", 100, 64)]) == [
        Box(100, 50, 160, 60),
        Box(100, 64, 136, 74),
    ]


def test_a_last_word_under_the_end_of_the_line_above_is_a_line_of_its_own() -> None:
    assert len(joined(line("first line", 100, 50) + line("end", 142, 64))) == 2


def test_columns_of_a_table_that_stand_far_apart_are_not_joined_across_the_gap() -> None:
    assert joined(line("12", 100, 50) + line("34", 300, 50)) == [Box(100, 50, 112, 60), Box(300, 50, 312, 60)]


def test_marks_that_hang_low_or_stand_high_belong_to_their_line() -> None:
    degree, comma = [118.0, 49.0, 122.0, 53.0], [122.0, 58.0, 124.0, 62.0]
    assert joined([*line("10C", 100, 50), degree, comma]) == [Box(100, 49, 124, 62)]


@pytest.mark.parametrize("upwards", [False, True], ids=["down", "up"])
def test_a_line_of_a_turned_page_makes_one_rectangle(upwards: bool) -> None:
    glyphs = [GONE if c == " " else [300, 100 + 6 * i, 309, 105.5 + 6 * i] for i, c in enumerate("turned words")]
    boxes = joined(glyphs[::-1] if upwards else glyphs)
    assert boxes == [Box(300, 100, 309, 171.5)]


def test_two_lines_of_a_turned_page_make_two_rectangles() -> None:
    first = [[300, 100 + 6 * i, 309, 105.5 + 6 * i] for i in range(8)]
    second = [[284, 100 + 6 * i, 293, 105.5 + 6 * i] for i in range(8)]
    assert [(b.x0, b.x1) for b in joined(first + second)] == [(300, 309), (284, 293)]


def test_no_box_makes_no_rectangle() -> None:
    assert joined([GONE, GONE]) == []


@given(arrays.arrays(np.float32, st.tuples(st.integers(0, 25), st.just(4)), elements=st.floats(0, 800, width=32)))
def test_every_glyph_lies_inside_one_of_the_rectangles(boxes) -> None:
    boxes = np.sort(boxes.reshape(-1, 2, 2), axis=1).reshape(-1, 4)
    found = rectangles(boxes)
    for x0, y0, x1, y1 in boxes.tolist():
        assert any(b.x0 <= x0 and b.y0 <= y0 and b.x1 >= x1 and b.y1 >= y1 for b in found)
