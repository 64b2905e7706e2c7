"""Who may come in: a file of names and hashed passwords, and the sessions of those who did."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path

from corpora.errors import SettingsError, UsageError

#: scrypt's cost: 32 MiB of memory and about a tenth of a second for each try (OWASP's minimum for scrypt).
_N, _R, _P = 2**15, 8, 3
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
SHORTEST_PASSWORD = 8
#: Wrong passwords for one name before it has to wait, and for how many seconds.
TRIES, WAIT_S = 5, 60.0
SESSION_S = 7 * 24 * 3600.0


def hash_password(password: str, salt: bytes | None = None) -> str:
    """`scrypt$N$r$p$salt$key`, salt and key in base64."""
    salt = salt or secrets.token_bytes(16)
    key = hashlib.scrypt(password.encode(), salt=salt, n=_N, r=_R, p=_P, maxmem=2**27, dklen=32)
    encoded = (base64.b64encode(part).decode() for part in (salt, key))
    return "$".join(["scrypt", str(_N), str(_R), str(_P), *encoded])


def password_fits(password: str, stored: str) -> bool:
    """Whether a password is the one that was hashed; compared in constant time."""
    try:
        kind, n, r, p, salt, key = stored.split("$")
        if kind != "scrypt":
            return False
        wanted = base64.b64decode(key)
        made = hashlib.scrypt(
            password.encode(),
            salt=base64.b64decode(salt),
            n=int(n),
            r=int(r),
            p=int(p),
            maxmem=2**27,
            dklen=len(wanted),
        )
    except ValueError:
        return False
    return hmac.compare_digest(made, wanted)


class Users:
    """The users file: JSON, `{"name": "scrypt$..."}`, readable by its owner alone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        #: Hashed once for names that do not exist, so that an answer takes as long as for one that does.
        self._nobody = hash_password(secrets.token_hex(8))

    def names(self) -> list[str]:
        return sorted(self._read())

    def add(self, name: str, password: str) -> None:
        """Add a user, or give one a new password.

        Raises
        ------
        UsageError
            A name that cannot be a folder's, or a short password.
        """
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"{name!r} cannot be a user's name.", "Use up to 64 letters, digits and . _ @ -, a letter first."
            )
        if len(password) < SHORTEST_PASSWORD:
            raise UsageError(f"The password is shorter than {SHORTEST_PASSWORD} characters.", "Choose a longer one.")
        held = self._read()
        held[name] = hash_password(password)
        self._write(held)

    def remove(self, name: str) -> None:
        """Raises UsageError for a name that is not there."""
        held = self._read()
        if name not in held:
            raise UsageError(f"There is no user {name!r}.", "`leadline users list` shows them.")
        del held[name]
        self._write(held)

    def fits(self, name: str, password: str) -> bool:
        stored = self._read().get(name)
        return password_fits(password, stored or self._nobody) and stored is not None

    def _read(self) -> dict[str, str]:
        if not self.path.exists():
            return {}
        try:
            held = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsError(
                f"The users file {self.path} cannot be read ({error}).", "Mend it or move it."
            ) from error
        if not isinstance(held, dict):
            raise SettingsError(f"The users file {self.path} holds no table of names.", "Mend it or move it.")
        return {str(name): str(stored) for name, stored in held.items()}

    def _write(self, held: dict[str, str]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
            json.dump(held, stream, indent=1, sort_keys=True)
        fresh.replace(self.path)


class Sessions:
    """Who is logged in, by a random token that the browser keeps in a cookie. A restart logs everybody out."""

    def __init__(self, users: Users, clock: Callable[[], float] = time.monotonic) -> None:
        self.users = users
        self._clock = clock
        self._lock = threading.Lock()
        self._open: dict[str, tuple[str, float]] = {}
        self._wrong: dict[str, list[float]] = {}

    def log_in(self, name: str, password: str) -> str | None:
        """A token, or None when name and password do not fit or too many did not before."""
        with self._lock:
            now = self._clock()
            recent = [t for t in self._wrong.get(name, []) if now - t < WAIT_S]
            if len(recent) >= TRIES:
                return None
        if not self.users.fits(name, password):
            with self._lock:
                self._wrong[name] = [*recent, now][-TRIES:]
            return None
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._wrong.pop(name, None)
            self._open = {t: s for t, s in self._open.items() if s[1] > now}
            self._open[token] = (name, now + SESSION_S)
        return token

    def name_of(self, token: str) -> str | None:
        """Who holds this token, None when nobody does; a user who was removed is out at once."""
        with self._lock:
            name, until = self._open.get(token, ("", 0.0))
        if not name or until <= self._clock() or name not in self.users.names():
            return None
        return name

    def log_out(self, token: str) -> None:
        with self._lock:
            self._open.pop(token, None)
