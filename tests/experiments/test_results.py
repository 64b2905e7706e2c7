"""The result file: written line by line, mended, read, put in order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corpora.errors import FileMissing, UsageError
from experiments.results import FORMAT, Writer, finish, key_of, locked, read, repair, without_clock

HEAD = {"format": FORMAT, "suite": "calls"}


def row(case: str, model: str = "m", repeat: int = 1, **more: Any) -> dict[str, Any]:
    return {"case": case, "model": model, "repeat": repeat, "score": 1.0, **more}


def written(path: Path, *rows: dict[str, Any]) -> Path:
    writer = Writer(path, HEAD)
    for one in rows:
        writer.write(one)
    writer.close()
    return path


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "new" / "r.jsonl", row("a"), row("b", reason="Straße ✓"))
    assert read(path) == (HEAD, [row("a"), row("b", reason="Straße ✓")])


def test_a_half_written_last_line_is_not_read_and_is_taken_off(tmp_path: Path) -> None:
    path = written(tmp_path / "r.jsonl", row("a"))
    whole = path.read_bytes()
    for cut in range(1, len(json.dumps(row("b")))):
        path.write_bytes(whole + json.dumps(row("b")).encode()[:cut])
        assert [key_of(one)[1] for one in read(path)[1]] == ["a"]
        assert repair(path) == cut
        assert path.read_bytes() == whole


def test_a_last_line_that_lacks_only_its_end_is_kept(tmp_path: Path) -> None:
    path = written(tmp_path / "r.jsonl", row("a"))
    path.write_bytes(path.read_bytes() + json.dumps(row("b")).encode())
    assert repair(path) == 0
    assert [key_of(one)[1] for one in read(path)[1]] == ["a", "b"]
    assert path.read_bytes().endswith(b"\n")


def test_writing_goes_on_behind_a_half_written_line(tmp_path: Path) -> None:
    path = written(tmp_path / "r.jsonl", row("a"))
    path.write_bytes(path.read_bytes() + b'{"case": "b", "mod')
    written(path, row("b"))
    assert [key_of(one)[1] for one in read(path)[1]] == ["a", "b"]


def test_a_broken_line_in_the_middle_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "r.jsonl", row("a"))
    path.write_bytes(path.read_bytes() + b"{oh\n" + json.dumps(row("b")).encode() + b"\n")
    with pytest.raises(UsageError, match="line 3: not JSON"):
        read(path)


@pytest.mark.parametrize("content", ["", "\n", '{"a": 1}\n', "[]\n", '{"format": "other/1"}\n'])
def test_what_is_no_result_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(content)
    with pytest.raises(UsageError, match=r"no result file|no JSON object"):
        read(path)


def test_a_line_without_a_case_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "r.jsonl", {"model": "m"})
    with pytest.raises(UsageError, match="line 2: no result of a case"):
        read(path)


def test_a_missing_file_says_how_one_is_made(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match="experiment run"):
        read(tmp_path / "none.jsonl")


def test_the_last_result_of_a_case_counts(tmp_path: Path) -> None:
    path = written(tmp_path / "r.jsonl", row("a", error="down"), row("b"), row("a"))
    assert [one.get("error") for one in read(path)[1]] == [None, None]


def test_finishing_puts_the_lines_in_order_once_each(tmp_path: Path) -> None:
    path = written(tmp_path / "r.jsonl", row("b"), row("a", repeat=2), row("a", error="down"), row("a"))
    order = [("m", "a", 1), ("m", "b", 1), ("m", "a", 2)]
    finish(path, HEAD, order)
    head, rows = read(path)
    assert head == HEAD
    assert [key_of(one) for one in rows] == order
    assert len(path.read_text().splitlines()) == 4
    assert [file.name for file in tmp_path.iterdir()] == ["r.jsonl"]


def test_only_what_a_clock_says_is_taken_out() -> None:
    told = {
        "case": "a",
        "score": 1.0,
        "clock": {"seconds": 3},
        "turn": {"timings": {"total_s": 1.0}, "tools": [{"id": "call_1", "name": "calculate", "seconds": 0.1}]},
        "wire": [{"response": [{"eval_duration": 5, "created_at": "now", "eval_count": 2}]}],
    }
    assert without_clock(told) == {
        "case": "a",
        "score": 1.0,
        "turn": {"timings": {}, "tools": [{"name": "calculate"}]},
        "wire": [{"response": [{"eval_count": 2}]}],
    }


def test_two_runs_do_not_write_one_file(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    with locked(path):
        with pytest.raises(UsageError, match="Another run is writing"):
            with locked(path):
                pass
    with locked(path):
        pass
