"""Contract 1: a chunk is a span, its text is the span's quote, and no character of a page is lost or counted twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora.model import Chunk
from corpora.samples import sample_files
from ingest.canonical import canonical
from ingest.chunks import PROSE_LIMIT, chunk_pages
from ingest.pages import Facts, ReadPage
from ingest.prepare import prepare
from tests.conftest import shared_data
from tests.pdfs import write_pdf

WORDS = st.sampled_from(
    "The CTD reached 5,381 dbar. Station 7 12.5 34.912 5.1 0.3 -1.2 Table 1: Fig. 2 et al. 2011 3.1 Methods "
    "Appendix A • - – ﬁnd naïve 温度 بحر 😀 \u00ad \ufffd ..... ____ | a. (b) i ii 2 https://x.org/a-b".split(" ")
)
LINES = st.lists(WORDS, max_size=14).map(" ".join)
LAID_OUT = st.lists(LINES, max_size=25).map("\n".join)
ANYTHING = st.lists(st.integers(0, 0x10FFFF), max_size=120).map(
    lambda codes: canonical(codes, [False] * len(codes)).text
)
LONG = st.integers(700, 2500).map(lambda n: "x" * n)
TEXTS = st.one_of(LAID_OUT, ANYTHING, LONG, st.text(st.characters(exclude_categories=["Cs"]), max_size=200))


def page(number: int, text: str, size: float = 10.0) -> ReadPage:
    return ReadPage(
        number, text, np.zeros((len(text), 4), np.float32), np.full(len(text), size, np.float32), 612, 792, "pypdfium2"
    )


def assert_contract(texts: Sequence[str], chunks: Sequence[Chunk]) -> None:
    """Every chunk quotes its page, and each character that is not white space lies in exactly one chunk."""
    covered = [bytearray(len(text)) for text in texts]
    for chunk in chunks:
        span = chunk.span
        text = texts[span.page - 1]
        assert 0 <= span.start < span.end <= len(text)
        assert text[span.start : span.end] == chunk.text
        assert not chunk.text[0].isspace()
        assert not chunk.text[-1].isspace()
        for position in range(span.start, span.end):
            covered[span.page - 1][position] += 1
    for text, counts in zip(texts, covered, strict=True):
        for position, character in enumerate(text):
            assert counts[position] <= 1
            assert counts[position] == 1 or character.isspace()


@settings(max_examples=250, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=6), st.data())
def test_contract_1_holds_for_whatever_stands_on_the_pages(texts: list[str], data: st.DataObject) -> None:
    entry = st.tuples(st.integers(0, 3), LINES, st.integers(1, len(texts)))
    outline = tuple(data.draw(st.lists(entry, max_size=4)))
    labels = tuple(data.draw(st.sampled_from([[], ["i", "ii", "1", "2", "3", "4"][: len(texts)]])))
    sizes = data.draw(st.lists(st.sampled_from([0.0, 8.0, 10.0, 24.0]), min_size=len(texts), max_size=len(texts)))
    pages = [page(n, text, size) for n, (text, size) in enumerate(zip(texts, sizes, strict=True), 1)]
    assert_contract(texts, chunk_pages("d", pages, Facts(len(pages), outline=outline, labels=labels)))


@settings(max_examples=60, deadline=None)
@given(LAID_OUT, st.integers(3, 9))
def test_contract_1_holds_where_the_same_head_and_foot_stand_on_every_page(body: str, count: int) -> None:
    texts = [f"Cruise report XX1\n{body}\nPage {n} of {count}\n{n}" for n in range(1, count + 1)]
    chunks = chunk_pages("d", [page(n, t) for n, t in enumerate(texts, 1)], Facts(count))
    assert_contract(texts, chunks)
    assert {c.text for c in chunks if c.kind == "furniture"} >= {"Cruise report XX1"}


@pytest.mark.parametrize("path", sample_files(), ids=lambda path: path.stem)
def test_contract_1_holds_on_every_chunk_of_the_samples(path) -> None:
    document = prepare(path)
    assert_contract([p.text for p in document.pages], document.chunks)


def test_contract_1_holds_on_every_chunk_of_every_real_document() -> None:
    """One test, not fifty: it is the count at its end that shows that nothing was skipped."""
    from corpora.errors import NoTextLayer

    files = sorted(shared_data("pdfs", "cruise").glob("*.pdf"))
    read = chunks = 0
    silent = []
    for path in files:
        try:
            document = prepare(path)
        except NoTextLayer:
            silent.append(path.name)
            continue
        assert_contract([p.text for p in document.pages], document.chunks)
        read, chunks = read + 1, chunks + len(document.chunks)
    assert read + len(silent) == len(files) == 50
    assert len(silent) <= 8
    assert chunks > 5000


def test_a_chunk_never_runs_over_a_page_end_and_prose_keeps_to_its_limit() -> None:
    sentence = "The rosette was lowered slowly through the thermocline and held for a minute at each depth. "
    chunks = chunk_pages("d", [page(1, sentence * 40), page(2, sentence * 3)], Facts(2))
    assert {c.span.page for c in chunks} == {1, 2}
    assert all(len(c.text) <= PROSE_LIMIT for c in chunks)
    assert all(c.text.endswith("depth.") for c in chunks)


def test_a_heading_belongs_to_the_chunks_below_it_on_later_pages_too() -> None:
    first = "3.1 Salinity calibration\nThe salinometer was standardised with bottles of batch P164."
    second = "Every tenth sample was measured twice and the mean of both was taken."
    chunks = chunk_pages("d", [page(1, first), page(2, second)], Facts(2))
    assert chunks[-1].text == second
    assert chunks[-1].heading == "3.1 Salinity calibration"


def test_rows_of_a_table_that_goes_on_carry_its_column_heads() -> None:
    head = "Table 1: Casts of the section.\nCast Depth Pressure\n"
    rows = "".join(f"HF31-{n:03d} {1000 + n} {1010 + n} 58.{n:02d} 35.{n:02d}\n" for n in range(60))
    chunks = chunk_pages("d", [page(1, head + rows)], Facts(1))
    tables = [c for c in chunks if c.kind == "table"]
    assert len(tables) > 1
    assert "Cast Depth Pressure" in tables[-1].context
    assert all(c.text.splitlines()[-1].startswith("HF31-") for c in tables), "a row was cut"


def test_running_heads_and_page_numbers_are_kept_but_not_searched(tmp_path) -> None:
    pages = [
        ["RV Marrow Light, survey of 2024", f"The {word} anchor held all night in the bay.", f"{n}"]
        for n, word in enumerate(("first", "second", "third", "fourth", "fifth"), 1)
    ]
    document = prepare(write_pdf(tmp_path / "a.pdf", *pages))
    furniture = {c.text for c in document.chunks if c.kind == "furniture"}
    assert furniture == {"RV Marrow Light, survey of 2024", "1", "2", "3", "4", "5"}
    assert len(document.embed_texts) == 5
    assert [bool(t) for t in document.search_texts] == [c.kind != "furniture" for c in document.chunks]
