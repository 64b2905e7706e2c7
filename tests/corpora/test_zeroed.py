"""What a process had in its memory does not end up in the files of the vector index."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

import corpora.zeroed as zeroing
from corpora.vectors import VectorIndex
from corpora.zeroed import zeroed


def fill_memory(words: bytes) -> None:
    """Leave words behind in memory that threads gave back: the threads of the index are handed it next."""

    def work() -> None:
        for _ in range(3):
            kept = [bytearray(words * (size // len(words))) for size in (60_000, 20_000, 5_000) for _ in range(200)]
            del kept

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc can be told to hand out zeros")
def test_the_files_of_the_index_hold_nothing_that_the_process_forgot(tmp_path: Path) -> None:
    words = b"an answer that was held back: " + b"zq" * 8 + b" "
    index = VectorIndex(tmp_path / "chroma", "test")
    made = np.random.default_rng(1).normal(size=(40, 384)).astype(np.float32)
    for batch in range(3):
        fill_memory(words)
        index.add(f"d{batch}", range(batch * 40, batch * 40 + 40), made)
        fill_memory(words)
        assert len(index.query(made[3], 5)) == 5
    index.close()
    files = [file for file in (tmp_path / "chroma").rglob("*") if file.is_file()]
    assert any(file.name == "data_level0.bin" for file in files)
    assert [file.name for file in files if b"held back" in file.read_bytes()] == []


def test_it_may_be_entered_twice_and_left_by_an_error() -> None:
    with zeroed(), zeroed():
        assert bytes(bytearray(10)) == b"\0" * 10
    with pytest.raises(KeyError), zeroed():
        raise KeyError
    with zeroed():
        assert np.zeros(3).sum() == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc can be told to hand out zeros")
def test_what_works_on_after_a_call_is_handed_zeros_too(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(zeroing, "_tell", told.append)
    monkeypatch.setattr(zeroing, "_until", 0.0)
    with zeroed(0.2):
        pass
    with zeroed():
        pass
    assert told == [0xFF, 0xFF]
    for _ in range(200):
        if told[-1] == 0:
            break
        time.sleep(0.02)
    assert told == [0xFF, 0xFF, 0]
    with zeroed():
        assert told[-1] == 0xFF
    assert told[-1] == 0


def test_the_index_lingers_after_it_is_opened_and_written_but_not_after_every_query(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lingered: list[float] = []

    @contextmanager
    def watched(linger: float = 0.0) -> Iterator[None]:
        lingered.append(linger)
        yield

    monkeypatch.setattr("corpora.vectors.zeroed", watched)
    index = VectorIndex(tmp_path / "chroma", "test")
    made = np.random.default_rng(1).normal(size=(4, 384)).astype(np.float32)
    index.add("d", range(4), made)
    index.query(made[0], 2)
    index.query(made[0], 2)
    index.forget("d")
    index.query(made[0], 2)
    index.close()
    index.query(made[0], 2)
    index.query(made[0], 2)
    index.close()
    assert lingered == [zeroing.LINGER, zeroing.LINGER, 0.0, zeroing.LINGER, zeroing.LINGER, zeroing.LINGER, 0.0]
