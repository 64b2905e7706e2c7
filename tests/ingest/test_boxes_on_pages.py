"""The box of a glyph lies over its ink on the page as a reader shows it, whichever way the page is turned."""

from __future__ import annotations

import numpy as np
import pypdf
import pypdfium2
import pytest

from corpora.boxes import rectangles
from corpora.samples import sample_files
from ingest.pdf import PdfFile
from ingest.render import render_page
from tests.pdfs import write_pdf

SCALE = 3.0
FIELD_GUIDE = next(path for path in sample_files() if path.name.startswith("ctd"))


def changed(source, target, *, rotate: int = 0, crop: tuple[float, ...] = (), media: tuple[float, ...] = ()):
    writer = pypdf.PdfWriter(clone_from=source)
    for page in writer.pages:
        if media:
            page.mediabox = pypdf.generic.RectangleObject(media)
        if crop:
            page.cropbox = pypdf.generic.RectangleObject(crop)
        if rotate:
            page.rotate(rotate)
    with target.open("wb") as stream:
        writer.write(stream)
    return target


def darkness(path, number: int) -> np.ndarray:
    with pypdfium2.PdfDocument(path) as document:
        return 255 - np.asarray(document[number - 1].render(scale=SCALE, grayscale=True).to_pil(), np.int16)


def inked(path, number: int) -> tuple[int, int]:
    """How many visible letters of a page have ink inside their box, and how many there are."""
    with PdfFile(path) as pdf:
        page = pdf.page(number)
    dark = darkness(path, number)
    assert (
        dark.shape == (round(page.height * SCALE), round(page.width * SCALE))
        or abs(dark.shape[0] - page.height * SCALE) < 2
    )
    hit = total = 0
    for character, (x0, y0, x1, y1) in zip(page.text, page.boxes, strict=True):
        if not character.isalnum() or np.isnan(x0):
            continue
        if x0 < 0 or y0 < 0 or x1 > page.width or y1 > page.height:
            continue  # cropped away
        total += 1
        patch = dark[int(y0 * SCALE) : int(np.ceil(y1 * SCALE)), int(x0 * SCALE) : int(np.ceil(x1 * SCALE))]
        hit += bool(patch.size and patch.max() > 60)
    return hit, total


def blank_outside(path, number: int) -> float:
    """The share of a page's ink that lies in no box, for a page that is all text."""
    with PdfFile(path) as pdf:
        page = pdf.page(number)
    dark = darkness(path, number) > 60
    covered = np.zeros_like(dark)
    for x0, y0, x1, y1 in page.boxes[~np.isnan(page.boxes).any(axis=1)]:
        covered[
            max(0, int((y0 - 0.5) * SCALE)) : max(0, int(np.ceil((y1 + 0.5) * SCALE))),
            max(0, int((x0 - 0.5) * SCALE)) : max(0, int(np.ceil((x1 + 0.5) * SCALE))),
        ] = True
    return float((dark & ~covered).sum() / max(dark.sum(), 1))


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [(), (60, 200, 500, 800)], ids=["whole", "cropped"])
def test_boxes_cover_the_ink_of_a_sample_page(tmp_path, rotation: int, crop: tuple[int, ...]) -> None:
    path = changed(FIELD_GUIDE, tmp_path / "turned.pdf", rotate=rotation, crop=crop)
    hit, total = inked(path, 4)
    assert total > 400
    assert hit >= 0.995 * total


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (50, 600, 400, 780)], ids=["whole", "cropped"])
def test_no_ink_of_a_plain_page_lies_outside_the_boxes(tmp_path, rotation: int, crop) -> None:
    path = write_pdf(
        tmp_path / "plain.pdf", ["The mooring was recovered at dawn.", "It held."], rotate=rotation, crop=crop
    )
    assert inked(path, 1) == (34, 34)
    assert blank_outside(path, 1) < 0.01


@pytest.mark.parametrize("rotation", [0, 90])
def test_a_page_whose_corner_is_not_the_origin_keeps_its_boxes(tmp_path, rotation: int) -> None:
    plain = write_pdf(tmp_path / "plain.pdf", ["A page with an offset corner."])
    path = changed(
        plain, tmp_path / "offset.pdf", rotate=rotation, media=(-40, -100, 572, 792), crop=(-40, 300, 500, 760)
    )
    hit, total = inked(path, 1)
    assert hit == total == 23
    assert blank_outside(path, 1) < 0.01


def test_a_line_of_a_turned_page_is_one_rectangle_that_stands_upright(tmp_path) -> None:
    path = write_pdf(tmp_path / "turned.pdf", ["One line of words"], rotate=90)
    with PdfFile(path) as pdf:
        page = pdf.page(1)
    boxes = rectangles(page.boxes)
    assert len(boxes) == 1
    assert boxes[0].y1 - boxes[0].y0 > 5 * (boxes[0].x1 - boxes[0].x0)


def test_spaces_and_line_ends_have_no_box(tmp_path) -> None:
    with PdfFile(write_pdf(tmp_path / "a.pdf", ["two words", "next line"])) as pdf:
        page = pdf.page(1)
    assert [c for c, box in zip(page.text, page.boxes, strict=True) if np.isnan(box[0])] == [" ", "\n", " "]


@pytest.mark.parametrize("rotation", [0, 90])
def test_the_drawn_page_has_the_size_that_its_boxes_are_measured_in(tmp_path, rotation: int) -> None:
    path = write_pdf(tmp_path / "a.pdf", ["x"], rotate=rotation, crop=(0, 0, 300, 500))
    picture = render_page(path, 1)
    assert (picture.width, picture.height) == ((300, 500) if rotation == 0 else (500, 300))
    with PdfFile(path) as pdf:
        assert (pdf.page(1).width, pdf.page(1).height) == (picture.width, picture.height)
