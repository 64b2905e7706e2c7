"""The parts of the bench that need no clock: its rows, its table, and what it does when a part fails."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from experiments.bench import PARTS, _row, main, measured, table


@dataclass(frozen=True)
class Search:
    chunks: int
    limited: bool
    p50_ms: float
    p95_ms: float
    resident_mib: float


def test_rows_of_other_benchmarks_become_rows_of_the_table() -> None:
    assert _row("bench_page", ("click to mark", "212 ms", "at most 400 ms", "")) == (
        "click to mark",
        "212 ms",
        "at most 400 ms",
        "",
    )
    assert _row("bench_page", ("one", "two")) == ("one", "two", "", "")
    assert _row("bench_search", Search(100_000, False, 21.04, 30.0, 1200.4)) == (
        "search in all documents, 100,000 chunks",
        "p50 21.0 ms, p95 30.0 ms, 1,200 MiB",
        "p50 at most 25 ms, 1,536 MiB at 100,000",
        "",
    )
    assert _row("bench_turn", {"name": "overhead", "p50_ms": 101.4, "p95_ms": 160.0, "n": 40}) == (
        "turn: overhead",
        "p50 101 ms, p95 160 ms, 40 turns",
        "p50 at most 250 ms",
        "",
    )


def test_a_part_that_fails_says_why_and_the_others_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    def fails() -> list[tuple[str, str, str, str]]:
        raise OSError("no such | file")

    assert measured("page", fails) == [("page: not measured", "OSError: no such / file", "", "")]
    assert "page: not measured" in capsys.readouterr().err
    assert measured("start", lambda: [("a", "b", "", "")]) == [("a", "b", "", "")]


def test_the_table_has_four_columns_in_every_line() -> None:
    lines = table([("a", "b", "", ""), ("c", "d", "e", "f")]).splitlines()
    assert {line.count("|") for line in lines} == {5}


def test_a_part_that_does_not_exist_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--parts", "nothing"])
    assert ended.value.code == 2
    assert ", ".join(PARTS) in " ".join(capsys.readouterr().err.split())
