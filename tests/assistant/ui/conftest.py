"""The page's application without a browser: real library, real encoder, requests through the door."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.assistant import Assistant
from assistant.settings import Settings
from assistant.ui.server import House, create_app
from assistant.ui.warm import WarmUp
from corpora.library import Library


class Visitor:
    """Someone's browser: keeps its cookies, and reads the answers to questions."""

    def __init__(self, app: Any) -> None:
        from starlette.testclient import TestClient

        self.http = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)

    def get(self, path: str) -> Any:
        return self.http.get(path)

    def post(self, path: str, said: Any = None) -> Any:
        return self.http.post(path, json=said or {})

    def ask(self, question: str, **more: Any) -> list[dict[str, Any]]:
        """The events of a turn, the first of which names the turn and its conversation."""
        answer = self.post("/ll/ask", {"question": question, **more})
        assert answer.status_code == 200, answer.text
        return [json.loads(line) for line in answer.text.splitlines()]


Opened = Callable[..., tuple[Any, House]]


@pytest.fixture
def opened(sample_home: Path, encoder, tmp_path: Path) -> Iterator[Opened]:
    """Opens an application over a copy of the sample library, with the settings that are given."""
    houses: list[House] = []

    def open_with(**settings: Any) -> tuple[Any, House]:
        home = tmp_path / "home"
        if not home.exists():
            shutil.copytree(sample_home, home)
        made = Settings(home=home, model="embedded", **settings)
        assistant = Assistant(made, Library(home, encoder))
        warm = WarmUp(assistant)
        warm._done.set()
        app, house = create_app(made, assistant, warm)
        houses.append(house)
        return app, house

    yield open_with
    for house in houses:
        house.desks.close()
