"""The project's own files agree with each other."""

from __future__ import annotations

import re
import subprocess
import sys

from experiments.requirements import requirements
from tests.conftest import ROOT


def test_requirements_for_a_space_agree_with_pyproject() -> None:
    assert (ROOT / "requirements.txt").read_text(encoding="utf-8") == requirements()
    assert "torch==2.13.0" in requirements()
    assert not re.search(r"^gradio", requirements(), re.MULTILINE)


def test_every_dependency_is_bounded_above() -> None:
    lines = [line for line in requirements().splitlines() if line and not line.startswith("#")]
    assert len(lines) > 20
    assert [line for line in lines if "<" not in line and "==" not in line] == []


def test_the_command_line_imports_nothing_heavy() -> None:
    heavy = ("torch", "gradio", "chromadb", "langchain", "langchain_core", "transformers", "numpy", "xarray", "pandas")
    code = f"import sys, assistant.cli; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_the_rooms_import_only_what_stands_on_their_right() -> None:
    forbidden = {
        "corpora": ("assistant", "ingest", "guards", "tools", "experiments", "pypdfium2", "pypdf", "gradio"),
        "ingest": ("assistant", "guards", "tools", "experiments", "gradio"),
        "guards": ("assistant", "ingest", "tools", "corpora", "experiments", "gradio"),
        "tools": ("assistant", "ingest", "guards", "experiments", "gradio"),
        "assistant": ("experiments",),
    }
    wrong = []
    for room, names in forbidden.items():
        for file in (ROOT / room).rglob("*.py"):
            if file.name == "build.py" and room == "corpora":
                continue  # makes the sample PDFs and reads them again to check them; the library never imports it
            for name in names:
                pattern = rf"^\s*(?:from|import) {name}\b"
                if re.search(pattern, file.read_text(encoding="utf-8"), re.MULTILINE):
                    wrong.append(f"{file.relative_to(ROOT)} imports {name}")
    assert wrong == []
