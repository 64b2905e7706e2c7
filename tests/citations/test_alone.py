"""The package used on its own, as its page says: nothing that has to be installed, and the examples hold."""

from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "citations.md"
NEEDED = {"corpora", "corpora.errors", "corpora.folding", "corpora.model", "corpora.sentences"}


def test_the_examples_of_its_page_hold():
    examples = doctest.DocTestParser().get_examples(PAGE.read_text(encoding="utf-8"))
    assert len(examples) >= 15
    failures, _ = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert failures == 0


def test_it_needs_the_standard_library_and_four_small_modules():
    code = (
        "import sys; before = set(sys.modules); import assistant.citations\n"
        "print(*sorted(name for name in set(sys.modules) - before"
        " if name.partition('.')[0] not in sys.stdlib_module_names))"
    )
    # Without site-packages: an import of anything installed would fail.
    run = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(run.stdout.split())
    assert {name for name in loaded if not name.startswith("assistant")} == NEEDED
    assert all(name == "assistant" or name.startswith("assistant.citations") for name in loaded - NEEDED)
