"""How search reads a question, tells which document it names, and looks twice."""

from __future__ import annotations

import pytest

import corpora.search as finding
from corpora import words
from corpora.library import Library
from corpora.query import match_parts, parse, stem
from corpora.remembered import Remembered, remembered
from corpora.routing import name_documents, surely_named
from corpora.search import LOOKED_AT, closeness, search
from corpora.words import by_words, rarity


def test_how_an_answer_is_to_be_written_is_not_searched_for() -> None:
    query = parse("What is the FY2017 revenue of Nike? Answer in units of percents and round to one decimal place.")
    assert "decimal" not in query.terms
    assert "percents" not in query.terms
    assert "revenue" in query.terms
    assert "2017" in query.alternatives


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("What does the balance sheet say?", "statement of financial position"),
        ("Who was the captain?", "master"),
        ("Which nutrients were measured?", "nitrate"),
    ],
)
def test_words_that_mean_the_same_are_searched_for_too(question: str, meant: str) -> None:
    assert meant in match_parts(parse(question))


def test_words_that_only_name_the_document_are_left_out(samples: Library) -> None:
    query = parse("Who was the chief scientist of HF31?")
    sure, only = surely_named(samples, query, name_documents(samples, query))
    assert [samples.document(one).file for one in sure] == ["cruise-report-hf31.pdf"]
    assert only == {"hf31"}
    assert "hf31" not in match_parts(query, only)
    assert "chief scientist" in match_parts(query, only)


def test_a_question_that_is_nothing_but_a_name_is_searched_by_it(samples: Library) -> None:
    assert search(samples, "HF31", k=3)[0].document == "cruise-report-hf31.pdf"


def test_the_closest_words_count() -> None:
    weights = {stem("mooring"): 2.0, stem("recovered"): 1.0}
    assert closeness("One mooring was recovered.", weights) == 1.0
    assert closeness("mooring " + "and " * 60 + "recovered", weights) == pytest.approx(2 / 3)
    assert closeness("nothing", {}) == 0.0


def test_a_word_that_means_the_same_is_close_too() -> None:
    weights = {stem("salinometer"): 2.0, stem("unused"): 1.0}
    text = "Two Guildline Autosals were aboard, one of them unused."
    assert closeness(text, weights) == pytest.approx(1 / 3)
    assert closeness(text, weights, {stem("autosal"): stem("salinometer")}) == 1.0
    # It counts once, however many of them stand there.
    assert closeness("An autosal is a salinometer.", weights, {"autosal": "salinometer"}) == pytest.approx(2 / 3)


def test_the_second_look_knows_words_that_mean_the_same(samples: Library) -> None:
    best = search(samples, "Which malfunction befell HF31?", k=1)[0]
    assert "malfunction" not in best.text.casefold()
    assert "12 Problems" in best.text
    assert best.scores["close"] > 0.4


def test_hits_beyond_those_looked_at_twice_are_whole_and_in_order(samples: Library) -> None:
    hits = search(samples, "CTD casts and their stations", k=100)
    assert len(hits) > 2 * LOOKED_AT
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    for hit in hits:
        assert hit.text == samples.quote(hit.span)
    later = [hit.score for hit in hits[LOOKED_AT:]]
    assert later == sorted(later, reverse=True)
    assert [hit.span for hit in search(samples, "CTD casts and their stations", k=7, offset=40)] == [
        hit.span for hit in hits[40:47]
    ]


def test_each_candidate_is_read_once_however_many_are_wanted(samples: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    owned: list[int] = []
    rows, owners = finding._rows, Remembered.owners
    monkeypatch.setattr(finding, "_rows", lambda library, ids: read.extend(ids) or rows(library, ids))
    monkeypatch.setattr(Remembered, "owners", lambda held, ids: owned.extend(ids) or owners(held, ids))
    search(samples, "CTD casts and their stations", k=1000)
    assert len(owned) > 3 * LOOKED_AT
    assert sorted(read) == sorted(owned)
    read.clear()
    search(samples, "CTD casts and their stations", k=5)
    assert len(read) == LOOKED_AT


def test_every_chunk_has_the_document_that_its_row_names(samples: Library) -> None:
    rows = dict(samples.connection().execute("SELECT id, document_id FROM chunks").fetchall())
    nowhere = [min(rows) - 1, max(rows) + 1]
    assert remembered(samples).owners([*rows, *nowhere]) == rows


def test_a_chunk_that_the_index_names_and_the_library_does_not_hold_is_passed_over(
    samples: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = search(samples, "chief scientist", k=5)
    gone = max(row[0] for row in samples.connection().execute("SELECT id FROM chunks")) + 5
    monkeypatch.setattr("corpora.search.by_meaning", lambda *_: {gone: 1.0})
    assert {hit.span for hit in search(samples, "chief scientist", k=5)} & {hit.span for hit in found}


def test_words_are_searched_inside_a_document_only(samples: Library) -> None:
    inside = samples.document("cruise-report-ml09.pdf").document_id
    found = by_words(samples, parse("floats deployed"), 50, [inside])
    rows = samples.connection().execute("SELECT id FROM chunks WHERE document_id = ?", (inside,)).fetchall()
    assert found
    assert set(found) <= {row[0] for row in rows}


def test_rare_words_tell_more(samples: Library) -> None:
    told = rarity(samples, ["the", "sverdrups"])
    assert told["sverdrups"] > told["the"]


def test_what_is_remembered_holds_until_the_library_changes(samples: Library) -> None:
    assert remembered(samples) is remembered(samples)


def test_the_rarest_words_are_read_within_the_budget_and_at_least_three() -> None:
    counts = {"of": 3_900, "cast": 700, "sverdrups": 2, "anomaly": 40}
    assert words._rarest(list(counts), counts) == {"sverdrups", "anomaly", "cast"}
    assert words._rarest(["of", "cast"], counts) == {"of", "cast"}
    many = dict.fromkeys("abcde", 9000)
    assert len(words._rarest(list(many), many)) == 3
    few = dict.fromkeys("abcde", 10)
    assert words._rarest(list(few), few) == set(few)


def test_how_many_hold_a_common_word_is_judged_by_how_soon_enough_are_found(
    samples: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count(term: str) -> float:
        fresh = Library(samples.home, samples.encoder)
        told = words._count(fresh, remembered(fresh), term)
        fresh.close()
        return told

    exact = {term: count(term) for term in ("the", "cast", "sverdrups")}
    monkeypatch.setattr(words, "_COUNTED", 12)
    assert count("sverdrups") == exact["sverdrups"] < 12
    for term in ("the", "cast"):
        assert exact[term] > 12
        assert exact[term] / 2 <= count(term) <= min(2 * exact[term], remembered(samples).chunks)
