"""Footnotes of PDFs are chunks of their own; small type that is none stays where it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.chunks import chunk_pages
from ingest.pages import Facts, ReadPage
from ingest.prepare import prepare
from tests.ingest.test_chunks import LINES, assert_contract
from tests.pdfs import write_pdf

BODY = [
    "The salinometer was standardized before and after each run of",
    "samples, and the bath was kept at 24 degrees during the cruise.",
    "Duplicates were drawn from the deepest bottle of every cast, and",
    "the ship waited for the laboratory where a run had failed, which",
]
NOTES = [
    "1 A run is made of 24 samples and two bottles of standard water.",
    "2 Two casts had no duplicates because the deepest bottle leaked",
    "on its way up through the thermocline.",
]


def page(lines: list[str], sizes: list[float], number: int = 2) -> ReadPage:
    text = "\n".join(lines)
    each = [size for line, size in zip(lines, sizes, strict=True) for size in [size] * (len(line) + 1)][: len(text)]
    return ReadPage(
        number, text, np.zeros((len(text), 4), np.float32), np.array(each, np.float32), 612, 792, "pypdfium2"
    )


def chunks_of(lines: list[str], sizes: list[float]) -> list[tuple[str, str]]:
    pages = [page([*BODY, *BODY, *BODY], [10.0] * 12, 1), page(lines, sizes)]
    return [(c.kind, c.text) for c in chunk_pages("d", pages, Facts(2)) if c.span.page == 2]


def test_notes_at_the_foot_are_a_chunk_of_their_own() -> None:
    assert chunks_of([*BODY, *NOTES], [10.0] * 4 + [8.0] * 3) == [
        ("prose", "\n".join(BODY)),
        ("footnote", "\n".join(NOTES)),
    ]


@pytest.mark.parametrize("mark", ["1", "12 ", "*", "†", "‡ ", "a) ", "(b) ", "3. "])
def test_a_note_begins_with_its_mark(mark: str) -> None:
    note = f"{mark}Familiarity with the shell is assumed."
    assert chunks_of([*BODY, note], [10.0] * 4 + [8.0])[-1] == ("footnote", note)


@pytest.mark.parametrize(
    ("last", "size"),
    [
        (["1 A run is made of 24 samples in the body's own size."], 10.0),
        (["Sources: the log of the bridge and that of the winch."], 8.0),
        (["Table 3: 1 run a day, in small type below the page's text."], 8.0),
        (["Figure 2: the section as it was sailed,", "2 m below the surface, in small type."], 8.0),
        (["12 4.1 34.9 1021", "13 4.2 34.8 1022"], 8.0),
        (["2 m"], 8.0),
    ],
)
def test_other_small_type_is_no_note(last: list[str], size: float) -> None:
    found = chunks_of([*BODY, *last], [10.0] * 4 + [size] * len(last))
    assert "footnote" not in [kind for kind, _ in found]


def test_a_page_that_is_small_all_over_has_no_notes() -> None:
    assert [kind for kind, _ in chunks_of([BODY[0], *NOTES, *NOTES], [10.0] + [8.0] * 6)] == ["prose"]


def test_the_notes_of_a_file_are_found_by_its_own_type_sizes(tmp_path: Path) -> None:
    write_pdf(tmp_path / "a.pdf", [*BODY, *NOTES], sizes=[12] * 4 + [9] * 3)
    chunks = prepare(tmp_path / "a.pdf").chunks
    assert [(c.kind, c.text.split()[0]) for c in chunks] == [("prose", "The"), ("footnote", "1")]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(LINES, st.sampled_from([7.0, 8.0, 10.0])), min_size=1, max_size=14))
def test_no_character_is_lost_whatever_the_sizes(lines: list[tuple[str, float]]) -> None:
    pages = [page([line for line, _ in lines], [size for _, size in lines], 1), page(BODY, [10.0] * 4)]
    assert_contract([p.text for p in pages], chunk_pages("d", pages, Facts(2)))
