"""Reports: what they say, in every format, and that every figure names judge, settings and machine."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from corpora.errors import FileMissing, UsageError
from experiments.machine import machine, machine_line
from experiments.report.figures import comparisons, load, summary, told_settings
from experiments.report.html import page
from experiments.report.sections import sections
from experiments.report.text import markdown
from experiments.results import FORMAT, Writer

MODELS = {
    "ollama:big": {"name": "big", "digest": "abc123", "quantisation": "Q4_K_M", "num_ctx": 8192, "temperature": 0.0},
    "<small>|": {"name": "<small>|", "local": False, "thinking": True},
}


def results(path: Path, *, digest: str = "d", suite: str = "mine", models: dict[str, Any] | None = None) -> Path:
    """Twenty cases in two categories, two repeats: the first model passes 15 of 20, the second 10."""
    told = models or MODELS
    head = {
        "format": FORMAT,
        "suite": suite,
        "title": "A suite & its title",
        "judge": "the judge",
        "cases": 20,
        "cases_digest": digest,
        "seed": 0,
        "repeat": 2,
        "models": told,
        "machine": machine(),
    }
    writer = Writer(path, head)
    for place, model in enumerate(told):
        for repeat in (1, 2):
            for case in range(20):
                passed = case >= 5 * (place + 1)
                writer.write(
                    {
                        "case": f"c{case}",
                        "category": "even" if case % 2 == 0 else "odd_ones",
                        "model": model,
                        "repeat": repeat,
                        "score": float(passed),
                        "failure": "" if passed else ("wrong_tool" if case % 3 else "<no> call"),
                        "reason": "" if passed else "<script>alert(1)</script> | pipe",
                        "metrics": {"arguments": [int(passed), 2], "raw": float(passed)},
                        "answer": None,
                        "turn": None,
                        "usage": {"input_tokens": 10, "output_tokens": 2},
                        "clock": {"seconds": 0.1 * (case + 1), "first_token_s": 0.05},
                        "cost": 0.001,
                    }
                )
    writer.close()
    return path


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.outside: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("src", "href", "xlink:href", "data") and value and not value.startswith("#"):
                self.outside.append(value)


def test_scores_are_of_cases_not_of_repeats(tmp_path: Path) -> None:
    big, small = load([results(tmp_path / "r.jsonl")])["mine"]
    assert (big.share().value, small.share().value) == (0.75, 0.5)
    assert big.share().low == pytest.approx(0.531, abs=1e-3)  # Wilson, of 20
    assert big.metrics()["arguments"].value == pytest.approx(15 / 40)
    assert big.failures() == {"wrong_tool": 6, "<no> call": 4}
    assert big.cost == pytest.approx(0.04)
    (pair,) = comparisons([big, small])
    assert (pair.paired.cases, pair.paired.only_first, pair.paired.only_second) == (20, 5, 0)
    assert pair.paired.p == pytest.approx(2 / 2**5)


def test_every_figure_names_the_judge_the_settings_and_the_machine(tmp_path: Path) -> None:
    html = page([results(tmp_path / "r.jsonl")])
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", html)
    assert len(captions) == 5
    for caption in captions:
        assert "Judge: the judge." in caption
        assert "digest abc123, quantisation Q4_K_M, num_ctx 8192, temperature 0.0" in caption
        assert "thinking on, not on this machine" in caption
        assert machine_line() in caption


def test_the_page_is_one_file_that_fetches_nothing_and_runs_nothing(tmp_path: Path) -> None:
    paths = [results(tmp_path / "a.jsonl"), results(tmp_path / "b.jsonl", suite="other")]
    html = page(paths)
    seen = Seen()
    seen.feed(html)
    assert seen.outside == []
    assert "script" not in seen.tags
    assert len(seen.ids) == len(set(seen.ids))
    assert seen.tags.count("svg") == 10
    assert html.count('role="img" aria-label="') == 10
    assert "@import" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    used = set(re.findall(r"url\(#([^)]+)\)", html)) | set(re.findall(r'xlink:href="#([^"]+)"', html))
    assert used <= set(seen.ids)


def test_plots_tell_models_apart_without_colour(tmp_path: Path) -> None:
    html = page([results(tmp_path / "r.jsonl")])
    assert "<pattern" in html  # the hatching of the second model's bars
    assert "stroke-dasharray" in html  # its line over time


def test_the_same_results_give_the_same_page(tmp_path: Path) -> None:
    path = results(tmp_path / "r.jsonl")
    assert page([path]) == page([path])


def test_markdown_keeps_its_tables_whatever_the_cells_hold(tmp_path: Path) -> None:
    text = markdown([results(tmp_path / "r.jsonl")])
    lines = text.splitlines()
    assert lines[0] == "# A suite & its title"
    assert "| ollama:big | 20 | 2 | 75.0 % (53.1 to 88.8) | 0 | 400 / 80 | 0.0400 |" in lines
    assert "| ollama:big less &lt;small>\\| | 20 | +25.0 (+10.0 to +45.0) | 5 / 0 | 0.0625 | 0.0625 |" in lines
    for place, line in enumerate(lines):
        if line.startswith("|---"):
            columns = line.count("|")
            rows = lines[place - 1 : place + 2]
            assert [len(re.findall(r"(?<!\\)\|", row)) for row in rows if row] == [columns] * len(
                [r for r in rows if r]
            )


def test_a_summary_for_scripts_is_json(tmp_path: Path) -> None:
    told = json.loads(json.dumps(summary([results(tmp_path / "r.jsonl")])))
    assert told[0]["score"] == [0.75, pytest.approx(0.531299, abs=1e-5), pytest.approx(0.888138, abs=1e-5)]
    assert told[0]["pairs"][0]["difference"][0] == 0.25
    assert told[1]["pairs"][0]["difference"][0] == -0.25
    assert told[0]["seconds"]["seconds"] == {"p50": pytest.approx(1.1), "p95": pytest.approx(1.9)}
    assert told[0]["machine"]["processor"]


def test_settings_can_be_compared_by_two_files_of_one_model(tmp_path: Path) -> None:
    one = results(tmp_path / "cold.jsonl", models={"m": {"name": "m", "temperature": 0.0}})
    two = results(tmp_path / "warm.jsonl", models={"m": {"name": "m", "temperature": 0.8}})
    (section,) = sections([one, two])
    assert [series.label for series in section.series] == ["m [cold]", "m [warm]"]
    assert [pair.paired.cases for pair in section.pairs] == [20]
    assert "m [warm]: name m, temperature 0.8." in section.named


def test_results_of_other_cases_are_not_put_together(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="other cases"):
        load([results(tmp_path / "a.jsonl"), results(tmp_path / "b.jsonl", digest="e")])
    with pytest.raises(FileMissing):
        load([tmp_path / "none.jsonl"])


def test_settings_are_told_in_words() -> None:
    assert told_settings({"name": "m", "num_ctx": None, "quantisation": ""}) == "name m, num_ctx as the model has it"
