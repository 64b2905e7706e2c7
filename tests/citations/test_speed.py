"""No input makes the package slow: every pattern is tried on a megabyte of hostile text."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time

import pytest

import assistant.citations
from assistant.citations import MarkerParser, locate, verify
from assistant.citations.statements import split
from corpora import folding

MODULES = [
    importlib.import_module(f"assistant.citations.{module.name}")
    for module in pkgutil.iter_modules(assistant.citations.__path__)
] + [folding]
SIZE = 1_000_000
UNITS = ["1", "1 ", "1,", "1.", "-", "- ", "1-", " ", "\n", "a", "A", "a ", "A. ", "A b ", "`", "[", "[1", "*", "_",
         "'", '"', "°", "1° ", "1°1'", "N 1 ", "| ", "-| ", ". ", "...", "Jan ", "1 and ", "no ", "not more ", "x 10",
         "±", "at least ", "ab-", "a-\n", "é", "e\u0301", "Ab: ", "\nAb", "“", "1,1", "1 to "]  # fmt: skip


def patterns():
    found = {}
    for module in MODULES:
        for name, value in vars(module).items():
            candidates = value if isinstance(value, tuple) else [value]
            for candidate in candidates:
                compiled = candidate[1] if isinstance(candidate, tuple) and len(candidate) == 2 else candidate
                if isinstance(compiled, re.Pattern):
                    found.setdefault(f"{module.__name__}.{name}:{compiled.pattern[:40]}", compiled)
    return found


PATTERNS = patterns()


def seconds(pattern: re.Pattern[str], text: str) -> float:
    started = time.process_time()
    for _ in pattern.finditer(text):
        pass
    return time.process_time() - started


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_takes_linear_time_on_hostile_text(name):
    pattern = PATTERNS[name]
    slow = []
    for unit in UNITS:
        short = seconds(pattern, unit * (5_000 // len(unit)))
        # Ten times the text: linear is ten times the time, quadratic a hundred times.
        if short > 0.002:
            long = seconds(pattern, unit * (50_000 // len(unit)))
            if long > 30 * short and long > 0.1:
                slow.append((unit, short, long))
    assert slow == []


@pytest.mark.nightly
@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_is_done_with_a_megabyte_in_seconds(name):
    pattern = PATTERNS[name]
    for unit in UNITS:
        assert seconds(pattern, unit * (SIZE // len(unit)) + "!") < 5, unit


def test_there_are_patterns_to_try():
    assert len(PATTERNS) > 40


@pytest.mark.parametrize("unit", ["[1", "[", "`", "1", "【", "\\", "[1]", "| [1", "~"])
def test_the_marker_parser_reads_a_long_stream_in_linear_time(unit):
    started = time.process_time()
    parser = MarkerParser()
    parser.feed(unit * (100_000 // len(unit)))
    parser.close()
    assert time.process_time() - started < 2


@pytest.mark.parametrize("unit", ["a ", "1 ", "| a ", "“a ", "- a\n", "**", "A b. ", "[1] "])
def test_a_long_answer_is_split_in_good_time(unit):
    started = time.process_time()
    split(unit * (50_000 // len(unit)))
    assert time.process_time() - started < 3


@pytest.mark.parametrize("unit", ["a ", "1 ", "1.5 m ", "the not ", "Aa Bb ", "1° 2' N ", "10 May 2021, "])
def test_a_long_source_is_compared_in_good_time(unit):
    started = time.process_time()
    verify("The salinity was 35.41 at 5 m on 10 May 2021 near 1° 2' N.", unit * (6_000 // len(unit)))
    assert time.process_time() - started < 4


@pytest.mark.parametrize("unit", ["", " m", " °F"])
def test_a_source_of_a_thousand_different_numbers_is_compared_in_good_time(unit):
    started = time.process_time()
    verify("The salinity was 35.41 at 5 m near the buoy.", ", ".join(f"{n}{unit}" for n in range(1_000)))
    assert time.process_time() - started < 4


def test_repeated_words_do_not_make_the_alignment_slow():
    started = time.process_time()
    locate("a b " * 400 + "c", ["a b b a " * 2_000])
    assert time.process_time() - started < 2
