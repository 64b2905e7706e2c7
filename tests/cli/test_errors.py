"""What goes wrong is one clear sentence on standard error, an exit code, and never a traceback."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import environment
from tests.conftest import ROOT
from tests.pdfs import report

HEAVY = ("torch", "transformers", "sentence_transformers", "gradio", "chromadb", "langchain", "langchain_core", "numpy",
         "pandas", "pint", "pypdf", "pypdfium2", "playwright", "pydantic_settings")  # fmt: skip


def test_the_command_line_starts_without_anything_heavy() -> None:
    """What keeps `leadline --help` instant; the time itself is measured by `make bench`."""
    code = f"import sys, assistant.cli; print([n for n in {HEAVY!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("package", ["assistant", "ingest", "corpora", "guards", "tools"])
def test_no_package_loads_a_model_or_a_web_page_when_imported(package: str) -> None:
    heavy = ("torch", "gradio", "chromadb", "transformers")
    code = f"import sys, {package}; print([n for n in {heavy!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_help_names_every_command_of_this_issue(inside, tmp_path: Path) -> None:
    ran = inside(tmp_path, "--help")
    assert ran.code == 0
    for command in ("ingest", "documents", "read", "search", "ask", "calc", "guard", "reindex", "serve", "doctor"):
        assert re.search(rf"^\W*{command}\b", ran.out, re.MULTILINE), command
    assert not (tmp_path / "library.sqlite3").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("read", "nothing", "1"), "There is no document 'nothing' in this library."),
        (("read", "cruise-report-hf31", "99"), "cruise-report-hf31.pdf has 7 pages, there is no page 99."),
        (("read", "cruise-report", "1"), "'cruise-report' could be any of 2 documents: "),
        (("search", "floats", "-d", "nothing"), "There is no document 'nothing' in this library."),
        (("ask", "floats?", "-d", "cruise"), "'cruise' could be any of 2 documents"),
        (("ask", "floats?", "--model", "llama3.2"), "Ollama does not answer at http://127.0.0.1:9"),
        (("documents", "show", "nothing"), "There is no document 'nothing' in this library."),
        (("documents", "remove", "nothing"), "There is no document 'nothing' in this library."),
    ],
)
def test_a_failure_is_one_sentence_and_1(inside, sample_home: Path, arguments: tuple[str, ...], words: str) -> None:
    ran = inside(sample_home, *arguments, "--json")
    assert ran.code == 1
    assert words in ran.complaint


@pytest.mark.parametrize(
    "arguments",
    [
        ("search",),
        ("search", "x", "--batch", "q.jsonl"),
        ("ask",),
        ("ask", ""),
        ("ask", "x" * 20_001),
        ("calc",),
        ("search", "--batch", "no such file.jsonl"),
        ("guard", "--stage", "nonsense", "text"),
        ("guard", "--guard", "nonsense", "text"),
    ],
)
def test_wrong_usage_is_one_sentence_and_2(inside, sample_home: Path, arguments: tuple[str, ...]) -> None:
    ran = inside(sample_home, *arguments)
    assert ran.code == 2
    assert ran.complaint


@pytest.mark.parametrize("arguments", [("nonsense",), ("read", "a"), ("search", "x", "-k", "0"), ("read", "a", "one")])
def test_what_the_parser_refuses_is_2_without_a_traceback(inside, sample_home: Path, arguments) -> None:
    ran = inside(sample_home, *arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{not json", "line 2: not JSON"),
        ("[1, 2]", "line 2: there is no text 'question'"),
        ('{"id": 1}', "line 2: there is no text 'question'"),
        ('{"id": 1, "question": 5}', "line 2: there is no text 'question'"),
        ('{"id": 1, "question": "x", "documents": 5}', "'documents' must be a list of names"),
    ],
)
def test_a_bad_line_of_a_batch_is_named(inside, sample_home: Path, tmp_path: Path, line: str, words: str) -> None:
    (tmp_path / "q.jsonl").write_text('{"id": 0, "question": "floats"}\n' + line + "\n")
    ran = inside(sample_home, "search", "--batch", str(tmp_path / "q.jsonl"))
    assert words in ran.err + ran.out
    assert "Traceback" not in ran.err
    assert ran.code == 2 or '"error"' in ran.out


def test_a_batch_file_that_is_no_text_says_so(inside, sample_home: Path, tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_bytes(b"\xff\xfe\x00")
    ran = inside(sample_home, "search", "--batch", str(tmp_path / "q.jsonl"))
    assert ran.code == 2
    assert "cannot be read" in ran.complaint


def test_an_empty_library_says_how_to_fill_it(inside, tmp_path: Path) -> None:
    from assistant.prompts import EMPTY_LIBRARY

    assert inside(tmp_path, "search", "anything", "--json").json == []
    assert inside(tmp_path, "documents", "--json").json == []
    turn = inside(tmp_path, "ask", "How deep is it?", "--json").json
    assert turn["answer"] == EMPTY_LIBRARY
    assert "leadline ingest" in inside(tmp_path, "documents").err


def test_settings_that_are_wrong_are_named(process, tmp_path: Path) -> None:
    ran = process(tmp_path, "documents", LEADLINE_PORT="many", LEADLINE_TEMPERATURE="9")
    assert ran.code == 2
    assert "port" in ran.complaint
    assert "temperature" in ran.complaint
    (tmp_path / "bad.toml").write_text("port = \n")
    ran = process(tmp_path, "documents", LEADLINE_CONFIG=str(tmp_path / "bad.toml"))
    assert (ran.code, "is not valid TOML" in ran.complaint) == (2, True)


def test_a_busy_port_is_said_before_anything_is_loaded(process, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = process(tmp_path, "serve", "--port", str(port))
    assert ran.code == 1
    assert f"The page cannot be served on 127.0.0.1:{port}" in ran.complaint


def test_a_data_folder_that_cannot_be_written_is_said(process, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    ran = process(tmp_path / "home", "ingest", str(report(tmp_path / "a.pdf", "AA11", "One.")), "--json")
    assert ran.code == 1
    assert "cannot be written" in ran.complaint


def test_a_library_that_is_none_is_said(process, tmp_path: Path) -> None:
    (tmp_path / "library.sqlite3").write_bytes(b"garbage" * 1000)
    ran = process(tmp_path, "documents", "--json")
    assert ran.code == 1
    assert "cannot be read" in ran.complaint


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path, sample_home: Path) -> None:
    command = f"{sys.executable} -c 'from assistant.cli import main; main()' documents --json | head -c 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=ROOT,
        env=environment(sample_home),
        capture_output=True,
        text=True,
    )
    assert done.stdout == "["
    assert "Traceback" not in done.stderr


def test_an_interrupted_ingest_stops_in_peace_and_keeps_what_was_finished(tmp_path: Path) -> None:
    from corpora.library import Library
    from tests.corpora.states import assert_whole

    for n in range(40):
        report(tmp_path / f"r{n:03d}.pdf", f"XX{n}1", *[f"Buoy {n} drifted past mark {i}." for i in range(25)], pages=8)
    process = subprocess.Popen(
        # As from a terminal: what is started in the background inherits that interrupts are ignored.
        [
            sys.executable,
            "-c",
            "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
            "from assistant.cli import main; main()",
            "ingest",
            str(tmp_path),
        ],
        cwd=ROOT,
        env=environment(tmp_path / "home"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = process.stderr.readline()
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    out, err = process.communicate(timeout=60)
    assert said.startswith("added")
    assert process.returncode in (1, 130), err
    assert time.monotonic() - began < 30
    assert out == ""
    assert "Traceback" not in err
    library = Library(tmp_path / "home")
    assert 1 <= len(assert_whole(library)) < 40
    library.close()
