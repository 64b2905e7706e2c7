"""Running a suite: in order, resumed, in parallel, within limits; the wire beside the parsed calls."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.settings import Settings
from corpora.errors import ModelError, UsageError
from experiments.chat import pinned
from experiments.report.figures import comparisons, load, summary
from experiments.results import read, without_clock
from experiments.runner import Options, Progress, chosen, run, seed_of
from experiments.suite import Case, Outcome, Setup
from experiments.suites import suite
from tests.conftest import ROOT
from tests.experiments.scripted import knowing, own_cases, server
from tests.servers.ollama import Reply


def setup(home: Path, url: str = "http://127.0.0.1:9") -> Setup:
    return Setup(pinned(Settings(home=home, ollama_host=url)))


class Counting:
    """A suite of ten cases; `says` scores one, and may raise."""

    name, title, takes, judge = "counting", "Counting", "chat models", "a test"
    default_models = ("m",)

    def __init__(self, says: Any = lambda case, seed: Outcome(1.0), settings: Any = None) -> None:
        self.says, self.settings, self.ran = says, settings or {"name": "m"}, []  # type: ignore[var-annotated]

    def cases(self, setup: Setup) -> list[Case]:
        return [Case(f"c{n}", "even" if n % 2 == 0 else "odd", n) for n in range(10)]

    def describe(self, model: str, setup: Setup) -> dict[str, Any]:
        return dict(self.settings)

    def worker(self, model: str, setup: Setup) -> Any:
        return self

    def run(self, case: Case, seed: int) -> Outcome:
        self.ran.append(case.id)
        return self.says(case, seed)

    def close(self) -> None:
        pass

    def tables(self, rows: Any) -> list[Any]:
        return []


def options(tmp_path: Path, **more: Any) -> Options:
    return replace(Options(("m",), tmp_path / "r.jsonl"), **more)


def test_a_run_writes_one_line_for_each_model_case_and_repeat_in_order(tmp_path: Path) -> None:
    finished = run(Counting(), setup(tmp_path), options(tmp_path, models=("a", "b"), repeat=2))
    assert (finished.done, finished.total, finished.errors, finished.stopped) == (40, 40, 0, "")
    head, rows = read(finished.out)
    assert (head["suite"], head["judge"], head["cases"], sorted(head["models"])) == (
        "counting",
        "a test",
        10,
        ["a", "b"],
    )
    keys = [(row["model"], row["repeat"], row["case"]) for row in rows]
    assert keys == [(m, r, f"c{n}") for m in "ab" for r in (1, 2) for n in range(10)]


def test_a_run_taken_up_runs_only_what_is_missing(tmp_path: Path) -> None:
    first = Counting()
    assert run(first, setup(tmp_path), options(tmp_path, limit=4)).total == 4
    second = Counting()
    run(second, setup(tmp_path), options(tmp_path))
    assert len(second.ran) == 6
    assert sorted(first.ran + second.ran) == [f"c{n}" for n in range(10)]
    assert [row["case"] for row in read(tmp_path / "r.jsonl")[1]] == [f"c{n}" for n in range(10)]


def test_models_and_repeats_can_be_added_to_a_file(tmp_path: Path) -> None:
    run(Counting(), setup(tmp_path), options(tmp_path))
    run(Counting(), setup(tmp_path), options(tmp_path, models=("n",), repeat=2))
    head, rows = read(tmp_path / "r.jsonl")
    assert (list(head["models"]), head["repeat"], len(rows)) == (["m", "n"], 2, 30)


@pytest.mark.parametrize("changed", ["seed", "settings", "cases", "suite"])
def test_a_file_of_something_else_is_not_taken_up(tmp_path: Path, changed: str) -> None:
    run(Counting(), setup(tmp_path), options(tmp_path))
    other = Counting(settings={"name": "m", "digest": "new"} if changed == "settings" else None)
    if changed == "cases":
        other.cases = lambda setup: [Case("c0", "even", "changed")]  # type: ignore[method-assign]
    if changed == "suite":
        other.name = "other"  # type: ignore[misc]
    with pytest.raises(UsageError, match=r"Give another --out"):
        run(other, setup(tmp_path), options(tmp_path, seed=5 if changed == "seed" else 0))
    assert len(read(tmp_path / "r.jsonl")[1]) == 10


def test_a_case_that_failed_for_want_of_a_server_is_run_again(tmp_path: Path) -> None:
    def down(case: Case, seed: int) -> Outcome:
        if case.id == "c3":
            raise ModelError("The server is down.", "Start it.")
        return Outcome(1.0)

    finished = run(Counting(down), setup(tmp_path), options(tmp_path))
    assert (finished.done, finished.errors) == (10, 1)
    assert read(tmp_path / "r.jsonl")[1][3]["error"] == "The server is down. Start it."
    again = Counting()
    assert run(again, setup(tmp_path), options(tmp_path)).errors == 0
    assert again.ran == ["c3"]


def test_five_failures_in_a_row_end_a_model_and_the_next_goes_on(tmp_path: Path) -> None:
    class Down(Counting):
        def worker(self, model: str, setup: Setup) -> Any:
            def fails(case: Case, seed: int) -> Outcome:
                raise ModelError("Nothing answers.", "Start it.")

            return Counting(fails) if model == "gone" else self

    finished = run(Down(), setup(tmp_path), options(tmp_path, models=("gone", "m")))
    assert finished.stopped == "gone failed 5 times in a row: Nothing answers."
    rows = read(finished.out)[1]
    assert [row["model"] for row in rows].count("gone") == 5
    assert [row["model"] for row in rows].count("m") == 10


def test_an_error_of_our_own_is_not_swallowed_and_what_was_done_is_kept(tmp_path: Path) -> None:
    def broken(case: Case, seed: int) -> Outcome:
        if case.id == "c4":
            raise KeyError("a mistake")
        return Outcome(1.0)

    with pytest.raises(KeyError):
        run(Counting(broken), setup(tmp_path), options(tmp_path))
    assert len(read(tmp_path / "r.jsonl")[1]) == 4


def test_the_limit_of_time_ends_a_run_that_can_be_taken_up(tmp_path: Path) -> None:
    def slow(case: Case, seed: int) -> Outcome:
        time.sleep(0.05)
        return Outcome(1.0)

    finished = run(Counting(slow), setup(tmp_path), options(tmp_path, max_seconds=0.12))
    assert 1 <= finished.done < 10
    assert finished.stopped == "the limit of 0.12 s is reached"
    assert run(Counting(), setup(tmp_path), options(tmp_path)).done == 10


def test_the_limit_of_cost_counts_tokens_at_their_price(tmp_path: Path) -> None:
    def of_tokens(case: Case, seed: int) -> Outcome:
        return Outcome(1.0, usage={"input_tokens": 1000, "output_tokens": 500})

    kinds = {"models": ("openai:x",), "prices": {"openai:x": (1.0, 2.0)}}
    finished = run(Counting(of_tokens), setup(tmp_path), options(tmp_path, max_cost=0.0085, **kinds))
    assert finished.done == 5  # 0.002 each
    assert finished.stopped == "the limit of cost, 0.0085, is reached"
    assert summary([finished.out])[0]["cost"] == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"models": ()}, "No model was named"),
        ({"models": ("a", "a")}, "named twice"),
        ({"parallel": 0}, "--parallel is 1 to 16"),
        ({"parallel": 17}, "--parallel is 1 to 16"),
        ({"repeat": 0}, "at least 1"),
        ({"limit": 0}, "at least 1"),
        ({"models": ("openai:x",), "max_cost": 1.0}, "price of openai:x"),
    ],
)
def test_wrong_options_are_said_before_anything_runs(tmp_path: Path, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        run(Counting(), setup(tmp_path), options(tmp_path, **wrong))
    assert not (tmp_path / "r.jsonl").exists()


def test_a_category_that_does_not_exist_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="even, odd"):
        run(Counting(), replace(setup(tmp_path), categories=("none",)), options(tmp_path))


def test_a_limit_draws_evenly_from_the_categories_and_the_same_each_time() -> None:
    cases = [Case(f"a{n}", "many", n) for n in range(50)] + [Case(f"b{n}", "few", n) for n in range(3)]
    drawn = chosen(cases, (), 10, 1)
    assert [case.category for case in drawn].count("few") == 3
    assert drawn == chosen(cases, (), 10, 1) != chosen(cases, (), 10, 2)
    assert chosen(cases, ("few",), None, 1) == cases[50:]


def test_every_repeat_of_a_case_has_its_own_seed_the_same_in_every_run(tmp_path: Path) -> None:
    seeds: list[int] = []
    suite_ = Counting(lambda case, seed: seeds.append(seed) or Outcome(1.0))
    run(suite_, setup(tmp_path), options(tmp_path, repeat=2, seed=3))
    assert len(set(seeds)) == 20
    assert seeds[0] == seed_of(3, "c0", 1)
    assert all(0 <= seed < 2**31 for seed in seeds)


def test_in_parallel_as_many_run_as_asked_for_and_the_file_is_the_same(tmp_path: Path) -> None:
    at_once, most, lock = 0, 0, threading.Lock()

    def counted(case: Case, seed: int) -> Outcome:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.02 if case.id != "c0" else 0.1)
        with lock:
            at_once -= 1
        return Outcome(float(case.content % 3 == 0), "" if case.content % 3 == 0 else "odd")

    run(Counting(counted), setup(tmp_path), options(tmp_path, parallel=4, repeat=2))
    assert most == 4
    run(Counting(counted), setup(tmp_path), options(tmp_path, repeat=2, out=tmp_path / "alone.jsonl"))
    ours, alone = (without_clock(list(read(tmp_path / name))) for name in ("r.jsonl", "alone.jsonl"))
    assert ours == alone


def test_progress_tells_how_far_and_how_long(tmp_path: Path) -> None:
    seen: list[Progress] = []
    run(Counting(), setup(tmp_path), options(tmp_path), notify=seen.append)
    assert [one.done for one in seen] == list(range(1, 11))
    assert seen[0].left_s is None
    assert seen[-1].left_s == 0
    assert {one.total for one in seen} == {10}


# Over the wire, with scripted models.


def test_two_scripted_models_that_differ_on_known_cases(tmp_path: Path) -> None:
    missed = [case.id for case in own_cases()][::4]
    with server(knowing({"weak": missed}), "good", "weak") as ollama:
        finished = run(
            suite("calls"),
            setup(tmp_path, ollama.url),
            options(tmp_path, models=("ollama:good", "ollama:weak", "embedded"), parallel=3),
        )
    assert (finished.done, finished.errors) == (108, 0)
    good, weak, embedded = load([finished.out])["calls"]
    assert good.share().value == 1.0
    assert {row["case"] for row in weak.rows if row["failure"]} == set(missed)
    (pair,) = (p for p in comparisons([good, weak, embedded]) if (p.first, p.second) == ("ollama:good", "ollama:weak"))
    assert (pair.paired.only_first, pair.paired.only_second) == (9, 0)
    assert pair.paired.difference.value == pytest.approx(9 / 36)
    assert pair.paired.p == pytest.approx(2 / 2**9)
    assert embedded.categories()["irrelevance"].value == 1.0
    assert good.settings["quantisation"] == "Q4_K_M"
    assert (len(good.settings["digest"]), good.settings["num_ctx"], good.settings["temperature"]) == (12, 8192, 0.0)
    assert good.settings["thinking"] is False
    assert good.tokens() == (3600, 720)
    assert good.clock("first_token_s")[0] > 0
    assert good.clock("per_token_s")[0] > 0


def test_what_the_client_mends_is_not_taken_for_skill(tmp_path: Path) -> None:
    """A list that is written as a string of Python is mended by the client: right as parsed, wrong on the wire."""

    def mended(_: str, body: dict[str, Any]) -> Reply:
        written = {"station": 42, "bottles": "[1, 3, 5]"}
        return Reply(tool_calls=[("bottle_close", written)])

    with server(mended, "m") as ollama:
        finished = run(
            suite("calls"),
            replace(setup(tmp_path, ollama.url), categories=("simple",)),
            options(tmp_path, models=("ollama:m",), wire=True),
        )
    row = next(row for row in read(finished.out)[1] if row["case"] == "simple_4")
    assert (row["score"], row["metrics"]["raw"]) == (1.0, 0.0)
    assert row["answer"]["raw"][0]["arguments"]["bottles"] == "[1, 3, 5]"
    assert row["answer"]["calls"][0]["arguments"]["bottles"] == [1, 3, 5]
    (exchange,) = row["wire"]
    assert exchange["request"]["options"]["num_ctx"] == 8192
    assert exchange["request"]["options"]["seed"] == seed_of(0, "simple_4", 1)
    assert exchange["response"][0]["message"]["tool_calls"][0]["function"]["arguments"]["bottles"] == "[1, 3, 5]"
    (table,) = suite("calls").tables(read(finished.out)[1])
    assert table.rows[0][1:] == ["12", "8.3 %", "0.0 %", "1"]


def test_the_wire_is_kept_only_when_asked_for(tmp_path: Path) -> None:
    with server(knowing({}), "m") as ollama:
        finished = run(suite("calls"), setup(tmp_path, ollama.url), options(tmp_path, models=("m",), limit=2))
    assert all("wire" not in row for row in read(finished.out)[1])


def test_a_server_that_breaks_off_is_an_error_not_a_wrong_answer(tmp_path: Path) -> None:
    with server(lambda path, body: Reply(status=500, error="out of memory"), "m") as ollama:
        finished = run(suite("calls"), setup(tmp_path, ollama.url), options(tmp_path, models=("m",)))
    assert (finished.errors, finished.done) == (5, 5)
    assert "out of memory" in finished.stopped


def test_a_model_that_is_not_there_is_said_before_anything_runs(tmp_path: Path) -> None:
    with server(knowing({}), "m") as ollama:
        with pytest.raises(ModelError, match="other"):
            run(suite("calls"), setup(tmp_path, ollama.url), options(tmp_path, models=("other",)))
    assert not (tmp_path / "r.jsonl").exists()


def test_a_run_killed_in_the_middle_and_taken_up_gives_the_file_of_one_that_was_not(tmp_path: Path) -> None:
    missed = [case.id for case in own_cases()][1::5]
    with server(knowing({"weak": missed}, pause=0.01), "good", "weak") as ollama:
        command = [sys.executable, "-m", "assistant.cli", "experiment", "run", "calls", "-m", "good,weak", "--wire"]
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("LEADLINE_")},
            "LEADLINE_HOME": str(tmp_path / "home"),
            "LEADLINE_OLLAMA_HOST": ollama.url,
        }

        def start(out: Path, *more: str) -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                [*command, "--out", str(out), *more],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )

        killed = tmp_path / "killed.jsonl"
        process = start(killed)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and (not killed.exists() or killed.read_bytes().count(b"\n") < 45):
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        assert 45 <= killed.read_bytes().count(b"\n") < 73
        with killed.open("ab") as file:  # as if the machine had stopped in the middle of a line
            file.write(b'{"case": "simple_9", "model": "we')
        for out in (killed, tmp_path / "whole.jsonl"):
            process = start(out, "--json")
            assert process.wait(120) == 0, process.stderr and process.stderr.read()
    ours = [json.loads(line) for line in killed.read_text(encoding="utf-8").splitlines()]
    whole = [json.loads(line) for line in (tmp_path / "whole.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(ours) == len(whole) == 73
    assert without_clock(ours) == without_clock(whole)
