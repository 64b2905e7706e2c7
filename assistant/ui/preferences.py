"""What a person chose on the settings page, kept beside the library and laid over the settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assistant.assistant import Assistant, guard_policy
from assistant.settings import Settings
from corpora.errors import SettingsError

#: What may be chosen on the page. The data folder, addresses and limits are the owner's of the machine alone.
CHOSEN = ("model", "num_ctx", "temperature", "top_p", "seed", "thinking", "passages")
#: And this where the page has one user.
CHOSEN_ALONE = ("guards", "ocr")


class Preferences:
    """Reads and writes one JSON file, and changes the settings of an assistant that is running."""

    def __init__(self, path: Path, assistant: Assistant, *, shared: bool = False) -> None:
        self.path = path
        self._assistant = assistant
        self._base = assistant.settings
        self.names = CHOSEN if shared else (*CHOSEN, *CHOSEN_ALONE)
        self.problem = ""
        try:
            self._apply(self._read())
        except SettingsError as error:
            # A broken file of the page's must not keep the page from starting; the page says what is wrong.
            self.problem = str(error)

    def choose(self, **changes: Any) -> Settings:
        """Change settings now and from now on. Returns the settings that hold.

        Raises
        ------
        SettingsError
            A value that is not allowed; nothing was changed then.
        """
        wanted = {name: value for name, value in changes.items() if name in self.names}
        held = {**self._read(), **wanted}
        settings = self._apply(held)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_name(f".{self.path.name}")
        fresh.write_text(json.dumps(held, indent=1), encoding="utf-8")
        fresh.replace(self.path)
        self.problem = ""
        return settings

    def _read(self) -> dict[str, Any]:
        if not self.path.exists():
            return {}
        try:
            held = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsError(f"{self.path} cannot be read ({error}).", "Move it away and choose again.") from error
        return {name: value for name, value in held.items() if name in self.names} if isinstance(held, dict) else {}

    def _apply(self, held: dict[str, Any]) -> Settings:
        base = {name: getattr(self._base, name) for name in Settings.model_fields}
        try:
            settings = Settings.model_validate(base | held)
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise SettingsError(f"That setting cannot be: {wrong}.", "Choose another value.") from error
        if "guards" in held and settings.guards != self._assistant.settings.guards:
            from guards import Screen

            library = self._assistant.library
            self._assistant.screen = Screen(
                guard_policy(settings), lambda texts: library.encoder.encode(texts), host=settings.ollama_host
            )
        self._assistant.settings = settings
        return settings
