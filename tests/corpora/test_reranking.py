"""A cross-encoder's second look: order, places, what is left alone, and what is said where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from corpora.errors import EncoderError
from corpora.library import Library
from corpora.reranking import RERANKED, CrossEncoderReranker, reranked
from corpora.search import search
from tools.documents import search_documents


class Shortest:
    """Holds the shorter text for the better one."""

    name = "shortest"

    def __init__(self) -> None:
        self.read: list[int] = []

    def score(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        self.read.append(len(texts))
        return [-float(len(text)) for text in texts]


def test_hits_stand_in_the_rerankers_order_with_falling_scores(samples: Library) -> None:
    before = search(samples, "salinity of the deep water", k=RERANKED + 5)
    after = reranked(before, "salinity of the deep water", Shortest())
    lengths = [-hit.scores["reranker"] for hit in after[:RERANKED]]
    assert lengths == sorted(lengths)
    assert [(hit.rank, hit.score) for hit in after] == [(hit.rank, hit.score) for hit in before]
    assert {hit.span for hit in after} == {hit.span for hit in before}
    assert after[RERANKED:] == before[RERANKED:]
    assert reranked([], "anything", Shortest()) == []


def test_the_best_thirty_are_read_however_few_are_wanted(samples: Library) -> None:
    fake = Shortest()
    plain = search_documents(samples, "salinity of the deep water", k=3)
    samples.reranker = fake
    try:
        found = search_documents(samples, "salinity of the deep water", k=3)
    finally:
        samples.reranker = None
    assert len(found) == 3
    assert fake.read[0] > 3
    assert [hit.span for hit in found] != [hit.span for hit in plain]


def test_a_reranker_that_is_not_there_says_what_mends_it(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="could not be loaded") as caught:
        CrossEncoderReranker(str(tmp_path / "none")).score("q", ["a"])
    assert "reranker in leadline.toml" in caught.value.mend
