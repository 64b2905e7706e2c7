"""Fitting the weights of search: what it moves, and what it leaves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpora.library import Library
from experiments.ranking import Asked, figures, fit, main

START = {"words": 1.0, "meaning": 1.0, "contents": -0.5}


def test_the_rank_is_that_of_the_first_candidate_with_evidence() -> None:
    asked = Asked((({"words": 0.9}, False), ({"words": 0.5, "meaning": 0.6}, True), ({"meaning": 2.0}, True)))
    assert asked.rank({"words": 1.0, "meaning": 0.0}) == 2
    assert asked.rank(START) == 1
    assert Asked((({"words": 1.0}, False),)).rank(START) is None
    assert figures([asked, Asked((({"words": 1.0}, False),))], START) == {
        "at 1": 0.5,
        "at 3": 0.5,
        "at 5": 0.5,
        "MRR": 0.5,
    }


def test_a_weight_is_raised_where_that_finds_more_and_the_rest_stay() -> None:
    sets = [[Asked((({"words": 0.5}, False), ({"meaning": 0.4}, True)))] * 4]
    fitted = fit(sets, START)
    assert fitted["meaning"] > 1.25
    assert figures(sets[0], fitted)["at 1"] == 1.0
    assert (fitted["words"], fitted["contents"]) == (1.0, -0.5)


def test_where_nothing_is_to_be_gained_nothing_is_moved() -> None:
    assert fit([[Asked((({"words": 0.5}, True), ({"meaning": 0.4}, False)))]], START) == START


def test_the_command_prints_each_set_and_what_the_others_make_of_it(
    samples: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [json.loads(line) for line in Path("corpora/samples/questions.jsonl").read_text().splitlines()]
    for name, part in (("one", asked[0::2]), ("two", asked[1::2])):
        Path(tmp_path, f"{name}.jsonl").write_text("\n".join(json.dumps(record) for record in part))
    home = str(samples.home)
    assert main(["--set", str(tmp_path / "one.jsonl"), home, "--filings", str(tmp_path / "two.jsonl"), home]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("in use: words 1.00, meaning ")
    assert printed.count("one, ") == printed.count("two, ") == 2
    assert "fitted on the other sets:\n  one " in printed
    with pytest.raises(SystemExit):
        main(["--set", str(tmp_path / "one.jsonl"), str(tmp_path / "empty")])
