"""The rectangles of a span cover its glyphs and no others, on real pages: upright, rotated, in two columns."""

from __future__ import annotations

import random

import numpy as np

from corpora.boxes import pack, rectangles, unpack
from corpora.sentences import sentence_spans
from ingest.pdf import PdfFile
from tests.conftest import shared_data

ROTATED = (
    "pdfjs_rotated.pdf",
    "pdfjs_rotation.pdf",
    "indirect-rotation.pdf",
    "nics-background-checks-2015-11-rotated.pdf",
    "habibi-rotated.pdf",
    "sample_with_rotation_mismatch.pdf",
    "test_Orient.pdf",
    "pdfjs_hello_world_rotated.pdf",
    "pdfjs_vertical.pdf",
    "pm_issue-449-vertical.pdf",
    "pm_naacl06-shinyama.pdf",
    "right_to_left_03.pdf",
)


def test_rectangles_cover_the_span_and_nothing_else_on_500_random_spans() -> None:
    files = [shared_data("pdfs", "hard", name) for name in ROTATED]
    files += sorted(shared_data("pdfs", "papers").glob("*.pdf"))[:8]
    files += sorted(shared_data("pdfs", "cruise").glob("*.pdf"))[:16]
    choice = random.Random(20211)
    spans, uncovered, others = 0, [], []
    for file in files:
        with PdfFile(file) as document:
            for number in choice.sample(range(1, document.page_count + 1), min(document.page_count, 6)):
                page = document.page(number)
                units = sentence_spans(page.text)
                kept = unpack(pack(page.boxes))  # what the library gives back, not what was read
                centres = (page.boxes[:, :2] + page.boxes[:, 2:]) / 2
                known = ~np.isnan(page.boxes).any(axis=1)
                for start, end in choice.sample(units, min(len(units), 6)):
                    spans += 1
                    inside = np.zeros(len(page.text), bool)
                    for box in rectangles(kept[start:end]):
                        inside |= (
                            (centres[:, 0] >= box.x0 - 0.05)
                            & (centres[:, 0] <= box.x1 + 0.05)
                            & (centres[:, 1] >= box.y0 - 0.05)
                            & (centres[:, 1] <= box.y1 + 0.05)
                        )
                    mine = np.zeros(len(page.text), bool)
                    mine[start:end] = True
                    if (mine & known & ~inside).any():
                        uncovered.append((file.name, number, start, end))
                    if (~mine & known & inside).any():
                        others.append((file.name, number, start, end))
    assert spans >= 500
    assert uncovered == []
    # Stacked fractions set glyphs of two lines at one height; nothing else may be marked beside the span.
    assert len(others) <= 0.005 * spans, others
