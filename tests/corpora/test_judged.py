"""The scorers of the judged sets, on constructed cases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from experiments.answers import on_evidence
from experiments.bench_search import documents
from experiments.financebench import pages_found
from experiments.judged import cranfield, ndcg, nfcorpus
from experiments.xquad import holds, read


def test_ndcg_is_one_for_the_best_order_and_less_for_any_other() -> None:
    gains = {"a": 2.0, "b": 1.0}
    assert ndcg(["a", "b"], gains) == 1.0
    assert ndcg(["b", "a"], gains) == pytest.approx((1 + 3 / 1.5849625) / (3 + 1 / 1.5849625))
    assert ndcg(["c"], gains) == 0.0
    assert ndcg(["a"], {}) == 0.0


def test_cranfield_questions_are_judged_by_their_place(tmp_path: Path) -> None:
    (tmp_path / "cran.all.1400").write_text(
        ".I 1\n.T\na wing\n.A\nx\n.B\ny\n.W\nthe lift\nof a wing\n.I 2\n.T\nb\n.W\n\n"
    )
    (tmp_path / "cran.qry").write_text(".I 001\n.W\nwhat lifts\n.I 004\n.W\nwhat drags\n")
    (tmp_path / "cranqrel").write_text("1 1 2 \n2 1 5\n2 1 -1\n")
    judged = cranfield(tmp_path)
    assert judged.texts == {"1": "the lift of a wing", "2": "b"}
    assert judged.questions == {"1": "what lifts", "2": "what drags"}
    assert judged.gains == {"1": {"1": 1.0}, "2": {"1": 1.0}}


def test_nfcorpus_is_read_by_tabs(tmp_path: Path) -> None:
    (tmp_path / "test.docs").write_text("MED-1\tstatin study\nMED-2\t\n")
    (tmp_path / "test.titles.queries").write_text("PLAIN-1\tdeafness\n")
    (tmp_path / "test.2-1-0.qrel").write_text("PLAIN-1\t0\tMED-1\t2\n")
    judged = nfcorpus(tmp_path)
    assert judged.texts == {"MED-1": "statin study"}
    assert judged.gains == {"PLAIN-1": {"MED-1": 2.0}}


def test_an_answer_is_held_whatever_its_white_space(tmp_path: Path) -> None:
    assert holds("built in\n1066 AD", ["in 1066"])
    assert not holds("built in 1067", ["1066"])
    data = {"data": [{"paragraphs": [{"context": "c", "qas": [{"question": "q", "answers": [{"text": "a"}]}]}]}]}
    (tmp_path / "x.json").write_text(json.dumps(data))
    articles, asked = read(tmp_path / "x.json")
    assert articles == {"article 1": ["c"]}
    assert (asked[0].question, asked[0].answers, asked[0].page) == ("q", ("a",), 1)


def test_two_hits_on_a_page_are_one_page() -> None:
    assert pages_found([("a", 1), ("a", 1), ("b", 1)]) == [("a", 1), ("b", 1)]


def test_white_space_makes_no_evidence_miss() -> None:
    assert on_evidence("(Sta 17-20 are missing SF6 and N2O)", "17-20 are missing SF6 and N2 O")
    assert not on_evidence("something else entirely", "17-20 are missing SF6")


def test_made_libraries_are_the_same_each_time(samples) -> None:
    first, second = (next(documents(samples, 20)) for _ in range(2))
    assert first[0].search_texts == second[0].search_texts
    assert (first[1] == second[1]).all()
    assert len(first[0].chunks) == 20
