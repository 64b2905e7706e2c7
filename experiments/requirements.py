"""requirements.txt for a Hugging Face Space, which does not read pyproject.toml.

`python -m experiments.requirements` prints what the file must hold, `--write` writes it. Gradio is left out: a Space
installs the version that the README's front matter names.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def requirements(pyproject: Path = ROOT / "pyproject.toml") -> str:
    """The text of requirements.txt."""
    listed = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["dependencies"]
    lines = [line for line in listed if not line.startswith("gradio")]
    return "# Made from pyproject.toml by `python -m experiments.requirements --write`.\n" + "\n".join(lines) + "\n"


def main() -> None:
    text = requirements()
    if "--write" in sys.argv[1:]:
        (ROOT / "requirements.txt").write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
