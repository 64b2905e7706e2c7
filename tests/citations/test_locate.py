"""Where quotations stand: the table of real cases, then the invariants."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.citations import Status, locate
from tests.citations.locate_cases import CASES, SOURCES


@pytest.mark.parametrize(("source", "quote", "status", "spans", "near", "kind"), CASES)
def test_a_quotation_is_found_where_it_stands_and_nowhere_else(source, quote, status, spans, near, kind):
    pages = SOURCES[source]
    match = locate(quote, pages, near=near)
    assert match.status == status, (kind, match.reason)
    if match.status.verified:
        found = [(span.page, pages[span.page - 1][span.start : span.end], span.start) for span in match.spans]
        assert found == list(spans)
        assert match.coverage == match.density == 1.0
    elif match.status is Status.NOT_FOUND:
        assert match.spans == ()
        assert match.reason
    else:
        assert match.reason


def test_the_table_holds_every_kind_of_case():
    assert len(CASES) >= 150
    kinds = {case[5] for case in CASES}
    wanted = "right|changed number|changed unit|changed sign|negated|swapped names|stitched|translated"
    assert set(wanted.split("|")) <= kinds


def test_pages_may_be_a_mapping_with_any_numbers():
    match = locate("the pumps", {7: "nothing", 9: "where the pumps are"})
    assert [(span.page, span.start, span.end) for span in match.spans] == [(9, 6, 15)]


def test_a_quotation_that_is_longer_than_a_chapter_is_refused_with_the_limit():
    match = locate("word " * 10_000, ["word"])
    assert match.status is Status.NOT_FOUND
    assert "20000" in match.reason


def test_a_changed_number_is_named_in_the_reason():
    match = locate("the salinity was 34.51 near the bottom", ["At last the salinity was 35.41 near the bottom."])
    assert match.status is Status.APPROXIMATE
    assert match.reason == "the source says “35.41”, the quotation “34.51”"


WORDS = st.lists(st.sampled_from("depth salinity was 35.41 4400 m not at CTD the −0.5 ﬁne º".split()), min_size=4)


@given(WORDS.map(lambda words: [word for word in words if word != "not"]), WORDS, WORDS)
@settings(max_examples=150, deadline=None)
def test_what_is_planted_is_found_exactly(before, quote, after):
    planted = " ".join(["XX", *quote, "YY"])
    text = " ".join([*before, planted, *after])
    match = locate(planted, [text])
    assert match.status is Status.EXACT
    span = match.spans[0]
    assert text[span.start : span.end] == planted


@given(st.text(max_size=80), st.lists(st.text(max_size=200), max_size=3))
@settings(max_examples=200, deadline=None)
def test_spans_always_lie_on_their_page_and_never_begin_or_end_in_white_space(quote, pages):
    for span in locate(quote, pages).spans:
        text = pages[span.page - 1][span.start : span.end]
        assert text
        assert text == text.strip()


def long_document(pages: int = 500) -> list[str]:
    words = "salinity temperature rosette station bottle cable winch sensor depth oxygen pressure sample".split()
    return [
        "\n".join(
            " ".join(words[(page * 7 + line * 3 + k * (1 + page % 5)) % len(words)] for k in range(10))
            + f" {page}.{line}"
            for line in range(32)
        )
        for page in range(pages)
    ]


@pytest.mark.parametrize("altered", [False, True], ids=["respelled", "one number changed"])
def test_a_long_quotation_is_found_in_a_long_document_quickly(altered):
    pages = long_document()
    text = pages[411]
    quote = (
        text[text.index(" ", 300) : text.rindex(" ", 0, 2300)]
        .replace("\n", "  ")
        .replace("411.12", "411.99" if altered else "411.12")
    )
    assert len(quote) > 1950
    started = time.perf_counter()
    match = locate(quote, pages)
    seconds = time.perf_counter() - started
    assert match.status is (Status.APPROXIMATE if altered else Status.NORMALISED)
    assert match.spans[0].page == 412
    assert seconds < 1.0  # 0.2 s on a quiet machine: `python -m experiments.citations --speed` prints it
