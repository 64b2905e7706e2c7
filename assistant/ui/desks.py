"""A desk for each person: an own library, own conversations and uploads; the encoder and the guards are shared."""

from __future__ import annotations

import hashlib
import shutil
import threading
import time
from collections import OrderedDict
from pathlib import Path

from assistant.assistant import Assistant
from assistant.settings import Settings
from assistant.ui.collections import Collections
from assistant.ui.preferences import Preferences
from assistant.ui.uploads import Uploads
from assistant.ui.warm import WarmUp
from corpora.copying import copy_library
from corpora.library import Library

#: Desks kept open; the one used longest ago is closed first. A closed one opens again where it was left.
OPEN = 16
#: A desk is closed only when nobody has come to it for so long, in seconds.
IDLE_S = 120.0
#: How long what a visitor of a public demo left behind is kept, in seconds.
VISITOR_S = 24 * 3600.0


class Desk:
    """What one person works with. `owner` is "" where the page has one user."""

    def __init__(self, owner: str, assistant: Assistant, warm: WarmUp) -> None:
        self.owner = owner
        self.assistant = assistant
        self.warm = warm
        self.home = assistant.settings.home
        self.preferences = Preferences(self.home / "page.json", assistant, shared=bool(owner))
        self.collections = Collections(self.home / "collections.json")
        self.uploads = Uploads(assistant, warm)
        #: How many questions wait or are being answered, and when somebody last came.
        self.answering = 0
        self.used = time.monotonic()

    @property
    def library(self) -> Library:
        return self.assistant.library

    def idle(self, now: float) -> bool:
        """Whether nobody works at it: a library that is closed under a request in flight would break it."""
        return not self.answering and not self.uploads.busy and now - self.used > IDLE_S

    def close(self) -> None:
        self.uploads.close()
        self.assistant.conversations.close()
        self.library.close()


class Desks:
    """The desks of everybody. With one user there is one, in the data folder itself."""

    def __init__(self, settings: Settings, warm: WarmUp, assistant: Assistant) -> None:
        self._settings = settings
        self._warm = warm
        self._first = assistant
        self._lock = threading.Lock()
        self._open: OrderedDict[str, Desk] = OrderedDict()

    @property
    def several(self) -> bool:
        return self._settings.public or self._settings.users_file is not None

    def of(self, owner: str) -> Desk:
        """The desk of a person, opened when it is first asked for."""
        with self._lock:
            desk = self._open.pop(owner, None) or self._make(owner)
            self._open[owner] = desk
            desk.used = time.monotonic()
            idle = [name for name, one in self._open.items() if name != owner and one.idle(desk.used)]
            for name in idle[: max(0, len(self._open) - OPEN)]:
                self._open.pop(name).close()
            return desk

    def home_of(self, owner: str) -> Path:
        """A folder of the person's own; its name says nothing that a path could be made of."""
        kind = "visitors" if self._settings.public else "users"
        return self._settings.home / kind / hashlib.sha256(owner.encode()).hexdigest()[:24]

    def _make(self, owner: str) -> Desk:
        if not self.several:
            return Desk("", self._first, self._warm)
        home = self.home_of(owner)
        if not home.exists():
            self._warm.wait()
            self._furnish(home)
        home.touch()
        settings = self._settings.model_copy(update={"home": home})
        assistant = Assistant(settings, Library(home, self._first.library.encoder))
        assistant.screen = self._first.screen
        return Desk(owner, assistant, self._warm)

    def _furnish(self, home: Path) -> None:
        """A new home, with the samples that the first desk has put into the data folder."""
        home.parent.mkdir(parents=True, exist_ok=True)
        fresh = home.with_name(f".{home.name}")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        if self._settings.samples:
            copy_library(self._first.library, fresh)
            data = self._settings.home / "data"
            if data.is_dir():
                shutil.copytree(data, fresh / "data")
        fresh.rename(home)

    def sweep(self, now: float | None = None) -> int:
        """Delete what visitors left behind long ago. Returns how many homes went."""
        if not self._settings.public:
            return 0
        place = self._settings.home / "visitors"
        limit = (now if now is not None else time.time()) - VISITOR_S
        gone = 0
        with self._lock:
            held = {desk.home for desk in self._open.values()}
            for home in place.glob("*") if place.is_dir() else ():
                if home not in held and home.stat().st_mtime < limit:
                    shutil.rmtree(home, ignore_errors=True)
                    gone += 1
        return gone

    def close(self) -> None:
        with self._lock:
            for desk in self._open.values():
                desk.close()
            self._open.clear()
