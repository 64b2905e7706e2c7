"""Columns are read one after the other, and the cells of a table in their row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from pypdfium2 import raw

from ingest.columns import find_gutter, reading_order
from ingest.pdf import PdfFile
from ingest.untangle import untangled

LEFT = [f"The left column says in line {n} what it says" for n in range(1, 11)]
RIGHT = [f"The right column says in line {n} other things" for n in range(1, 11)]


def drawn(path: Path, lines: list[tuple[float, float, str]]) -> Path:
    """A page on which each (x, y from the top, text) is drawn in the order given."""
    document = pypdfium2.PdfDocument.new()
    page = document.new_page(600, 400)
    font = raw.FPDFText_LoadStandardFont(document.raw, b"Helvetica")
    for x, y, line in lines:
        text = raw.FPDFPageObj_CreateTextObj(document.raw, font, 10.0)
        encoded = (line + "\0").encode("utf-16-le")
        raw.FPDFText_SetText(text, (raw.FPDF_WCHAR * (len(encoded) // 2)).from_buffer_copy(encoded))
        raw.FPDFPageObj_Transform(text, 1, 0, 0, 1, x, 400 - y)
        raw.FPDFPage_InsertObject(page.raw, text)
    page.gen_content()
    document.save(path)
    return path


def lines_of(path: Path) -> list[str]:
    with PdfFile(path) as pdf:
        return [line.strip() for line in pdf.page(1).text.split("\n") if line.strip()]


@pytest.mark.parametrize("in_turn", [True, False])
def test_two_columns_are_read_in_turn_in_whatever_order_they_are_drawn(tmp_path: Path, in_turn: bool) -> None:
    left = [(40.0, 60.0 + 20 * n, line) for n, line in enumerate(LEFT)]
    right = [(320.0, 60.0 + 20 * n, line) for n, line in enumerate(RIGHT)]
    order = [one for pair in zip(left, right, strict=True) for one in pair] if in_turn else left + right
    path = drawn(tmp_path / "a.pdf", [(150.0, 30.0, "A title that runs right across both of the columns"), *order])
    assert lines_of(path) == ["A title that runs right across both of the columns", *LEFT, *RIGHT]


def test_each_letter_keeps_its_box_when_columns_are_put_in_order(tmp_path: Path) -> None:
    rows = [(x, 60.0 + 20 * n, line) for n in range(10) for x, line in ((40.0, LEFT[n]), (320.0, RIGHT[n]))]
    with PdfFile(drawn(tmp_path / "a.pdf", rows)) as pdf:
        page = pdf.page(1)
    for n, line in enumerate(RIGHT):
        start = page.text.index(line)
        boxes = page.boxes[start : start + len(line)]
        visible = ~np.isnan(boxes).any(axis=1)
        assert visible.sum() == sum(not c.isspace() for c in line)
        assert boxes[visible, 0].min() == pytest.approx(320, abs=2)
        assert 40 + 20 * n < boxes[visible, 1].min() < 62 + 20 * n


def test_the_rows_of_a_table_stay_whole(tmp_path: Path) -> None:
    rows = [(f"Station {n}", f"{n:03}-CTD", f"{1000 + 7 * n} m", "calm sea") for n in range(12)]
    cells = [(40.0 + 140 * c, 60.0 + 20 * n, cell) for n, row in enumerate(rows) for c, cell in enumerate(row)]
    found = lines_of(drawn(tmp_path / "a.pdf", cells))
    assert [line.split() for line in found] == [" ".join(row).split() for row in rows]


def test_a_page_in_one_column_is_left_as_it_is(tmp_path: Path) -> None:
    path = drawn(tmp_path / "a.pdf", [(40.0, 40.0 + 20 * n, f"{LEFT[n]} and goes on from there") for n in range(10)])
    with PdfFile(path) as pdf:
        page = pdf.page(1)
    assert untangled(page) is page


def test_a_table_has_no_gutter_and_two_columns_have_one() -> None:
    columns = [(x, 10.0 * n, x + 240, 10.0 * n + 8) for n in range(20) for x in (40.0, 320.0)]
    gutter = find_gutter(columns)
    assert gutter is not None
    assert 280 <= gutter <= 320
    table = [(x, 10.0 * n, x + 40, 10.0 * n + 8) for n in range(20) for x in (40.0, 180.0, 320.0, 460.0)]
    assert find_gutter(table) is None
    assert reading_order(table)[0] == [0, 1, 2, 3]


def test_nothing_has_no_order() -> None:
    assert reading_order([]) == []
    assert find_gutter([(5.0, 5.0, 5.0, 9.0)]) is None
