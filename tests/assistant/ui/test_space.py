"""The Space: what differs there, and that the folder to push starts by itself."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
import venv
from pathlib import Path

import pytest

from assistant.settings import Settings
from assistant.ui.space import PUBLIC, ROUTER, build, on_space
from corpora.errors import UsageError


def test_elsewhere_nothing_differs() -> None:
    settings = Settings()
    assert on_space(settings, {}) is settings


def test_a_space_is_a_public_demo_with_limits() -> None:
    there = on_space(Settings(), {"SPACE_ID": "someone/leadline"})
    assert there.host == "0.0.0.0"
    assert {name: getattr(there, name) for name in PUBLIC} == PUBLIC


def test_what_the_owner_set_holds_on_the_space_too(tmp_path: Path) -> None:
    set_by_owner = Settings(max_documents=3, users_file=tmp_path / "users.json")
    there = on_space(set_by_owner, {"SPACE_ID": "someone/leadline"})
    assert there.max_documents == 3
    assert there.public is False


def test_a_router_model_needs_its_name_and_the_owners_token() -> None:
    named = {"SPACE_ID": "someone/leadline", "LEADLINE_ROUTER_MODEL": "Qwen/Qwen3-8B"}
    assert on_space(Settings(), named).model == "auto"
    there = on_space(Settings(), named | {"HF_TOKEN": "hf_secret"})
    assert there.model == "router:Qwen/Qwen3-8B"
    assert there.servers["router"].url == ROUTER
    assert there.remote is True
    assert "hf_secret" not in there.model_dump_json()


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match="holds other files"):
        build(tmp_path)


def test_the_folder_holds_what_the_space_needs_and_no_more(tmp_path: Path) -> None:
    files = {str(path) for path in build(tmp_path / "space")}
    assert {"README.md", "app.py", "requirements.txt", "assistant/ui/static/main.js"} <= files
    assert "corpora/samples/cruise-report-hf31.pdf" in files
    assert not [
        name for name in files if name.startswith(("tests/", "docs/", "experiments/", ".")) or "pycache" in name
    ]
    head = (tmp_path / "space" / "README.md").read_text(encoding="utf-8").split("---")[1]
    for line in ("sdk: gradio", "app_file: app.py", "python_version:"):
        assert line in head
    assert build(tmp_path / "space") == sorted(map(Path, files))


def started(folder: Path, python: str, home: Path) -> dict:
    """What the page says of itself when the folder is started as a Space starts it."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LEADLINE_") and k != "PYTHONPATH"}
    mine = {"SPACE_ID": "someone/leadline", "LEADLINE_HOME": str(home), "LEADLINE_PORT": "0", "LEADLINE_SAMPLES": "0"}
    process = subprocess.Popen([python, "app.py"], cwd=folder, env=kept | mine, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        said = ""
        while (line := process.stderr.readline()) and "is ready at" not in line:
            said += line
        found = re.search(r"http://\S+", line)
        assert found, said
        with urllib.request.urlopen(f"{found.group()}ll/status", timeout=30) as answer:
            return json.load(answer)
    finally:
        process.terminate()
        process.communicate(timeout=30)


def test_the_folder_starts_as_a_public_demo(tmp_path: Path) -> None:
    build(tmp_path / "space")
    status = started(tmp_path / "space", sys.executable, tmp_path / "home")
    assert status["kind"] == "public"
    assert status["model"] == "embedded"
    assert "public demo" in status["privacy"]


@pytest.mark.nightly
def test_the_folder_starts_in_a_fresh_environment(tmp_path: Path) -> None:
    build(tmp_path / "space")
    venv.create(tmp_path / "fresh", with_pip=True)
    python = str(tmp_path / "fresh" / "bin" / "python")
    version = re.search(r"sdk_version: (\S+)", (tmp_path / "space" / "README.md").read_text(encoding="utf-8"))
    assert version
    wanted = ["-r", str(tmp_path / "space" / "requirements.txt"), f"gradio=={version.group(1)}"]
    subprocess.run([python, "-m", "pip", "install", "-q", *wanted], check=True, timeout=1800)
    assert started(tmp_path / "space", python, tmp_path / "home")["kind"] == "public"
