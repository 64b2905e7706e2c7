"""Running `leadline`: as a process of its own, or inside this one where only its words matter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """All of standard output as one JSON value: anything beside it is an error."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def complaint(self) -> str:
        """The one line of a failure, checked to be one: no traceback, nothing on standard output."""
        assert self.out == ""
        assert "Traceback" not in self.err
        said = self.err.strip().splitlines()
        assert len(said) == 1, self.err
        assert said[0].startswith("leadline: ")
        return said[0].removeprefix("leadline: ")


def environment(home: Path, **more: str) -> dict[str, str]:
    """The user's environment without their own settings, with no Ollama to be found."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LEADLINE_") and k != "OLLAMA_HOST"}
    return kept | {"LEADLINE_HOME": str(home), "LEADLINE_OLLAMA_HOST": "http://127.0.0.1:9"} | more


@pytest.fixture(scope="session")
def process() -> Callable[..., Ran]:
    """Run a command line in a process of its own."""

    def run(home: Path, *arguments: str, stdin: str = "", **more: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-c", "from assistant.cli import main; main()", *arguments],
            cwd=ROOT,
            env=environment(home, **more),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], encoder) -> Callable[..., Ran]:
    """Run a command line in this process, with the encoder that the tests have loaded already."""
    from assistant.cli import main

    loaded = encoder._load()
    monkeypatch.setattr(type(encoder), "_build", lambda self: loaded)

    def run(home: Path, *arguments: str, ollama: str = "http://127.0.0.1:9") -> Ran:
        for name in [n for n in os.environ if n.startswith("LEADLINE_") or n == "OLLAMA_HOST"]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("LEADLINE_HOME", str(home))
        monkeypatch.setenv("LEADLINE_OLLAMA_HOST", ollama)
        monkeypatch.setattr(sys, "argv", ["leadline", *arguments])
        capfd.readouterr()
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
        out, err = capfd.readouterr()
        return Ran(code, out, err)

    return run
