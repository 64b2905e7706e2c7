"""A Hugging Face Space: what differs there, and the folder to push.

`python -m assistant.ui.space OUT` builds the folder: everything that the Space needs and nothing else.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assistant.settings import Server, Settings
from corpora.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]
FILES = ("README.md", "LICENSE", "app.py", "requirements.txt")
PACKAGES = ("assistant", "ingest", "corpora", "guards", "tools")
_LEFT_OUT = ("__pycache__", "*.pyc", "*.typ", "build.py", "train.py", "train_adapter.py")
#: What a visitor of a public demo may use, unless the Space's owner has set it otherwise.
PUBLIC: dict[str, Any] = {
    "public": True,
    "questions_a_minute": 12,
    "turns_at_once": 1,
    "max_documents": 30,
    "max_file_mib": 20,
    "max_library_mib": 100,
}
ROUTER = "https://router.huggingface.co/v1"


def on_space(settings: Settings, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings as they hold on a Space; the same ones elsewhere.

    A Space is a public demo unless it has a users file. With `LEADLINE_ROUTER_MODEL` and the owner's `HF_TOKEN` among
    its secrets, that model of Hugging Face's router answers; the page says that text is sent there.
    """
    if not environment.get("SPACE_ID"):
        return settings
    changes: dict[str, Any] = {"host": "0.0.0.0"}
    if settings.users_file is None:
        changes |= PUBLIC
    router = environment.get("LEADLINE_ROUTER_MODEL", "").strip()
    if router and environment.get("HF_TOKEN"):
        server = Server.model_validate({"url": ROUTER, "key_env": "HF_TOKEN"})
        changes |= {"servers": {**settings.servers, "router": server}, "model": f"router:{router}", "remote": True}
    chosen = {name: value for name, value in changes.items() if name not in settings.model_fields_set}
    return settings.model_copy(update=chosen)


def build(out: Path, root: Path = ROOT) -> list[Path]:
    """Make the folder to push. Returns its files, relative to it, in order.

    Raises
    ------
    UsageError
        The folder exists and holds something that this did not put there.
    """
    if out.exists() and any(out.iterdir()) and not (out / "app.py").is_file():
        raise UsageError(f"{out} holds other files.", "Give a new folder, or one that was built before.")
    for old in (out / name for name in (*FILES, *PACKAGES)):
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink(missing_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(root / name, out / name)
    for name in PACKAGES:
        shutil.copytree(root / name, out / name, ignore=shutil.ignore_patterns(*_LEFT_OUT))
    # The router speaks OpenAI's protocol, which the embedded default does not need but the Space may.
    with (out / "requirements.txt").open("a", encoding="utf-8") as stream:
        stream.writelines(f"{line}\n" for line in _extra(root, "openai"))
    return sorted(path.relative_to(out) for path in out.rglob("*") if path.is_file())


def _extra(root: Path, name: str) -> list[str]:
    import tomllib

    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return list(project.get("optional-dependencies", {}).get(name, ()))


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m assistant.ui.space FOLDER")
    files = build(Path(sys.argv[1]))
    size = sum((Path(sys.argv[1]) / file).stat().st_size for file in files)
    sys.stdout.write(f"{len(files)} files, {size / 2**20:.1f} MiB in {sys.argv[1]}: push it to the Space\n")


if __name__ == "__main__":
    main()
