"""The door: who a request comes from, and which requests come in at all.

Everything passes here, Gradio's own routes too. Three kinds of house: one user on this machine (no login), users
with passwords, and a public demo in which each visitor is given a name of chance.
"""

from __future__ import annotations

import json
import re
import secrets
from collections import OrderedDict
from http.cookies import CookieError, SimpleCookie
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from assistant.ui.people import Sessions

Kind = Literal["alone", "users", "public"]
COOKIE = "leadline"
#: What a browser needs of Gradio. Its routes for files, uploads, calls by name and descriptions stay shut: files go
#: through routes of ours that know whose they are.
_GRADIO = re.compile(
    r"/(?:|config/?|theme\.css|favicon\.ico|manifest\.json|robots\.txt|(?:assets|static|svelte)/.*"
    r"|gradio_api/(?:queue/(?:join|data)|heartbeat/[\w-]+|startup-events|app_id/?|theme\.css|cancel|reset/?))"
)
_OURS = "/ll/"
_OPEN = ("/login", "/ll/static/")
_LOCAL = ("127.0.0.1", "localhost", "[::1]", "::1")
#: Sessions of the page (Gradio's, one for each tab that was opened) whose owner is remembered.
_REMEMBERED = 20_000
_LARGEST_CALL = 2 * 2**20
#: Nothing from elsewhere is loaded, sent to or framed, whatever a document or a model has put into the page.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "frame-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'"
)

Scope = dict[str, Any]


class Door:
    """ASGI middleware. Puts the owner's name into `scope["state"]["owner"]`, or answers in the page's place."""

    def __init__(self, app: Any, kind: Kind, *, sessions: Sessions | None = None, local: bool = True) -> None:
        self._app = app
        self._kind = kind
        self._sessions = sessions
        self._local = local
        self._pages: OrderedDict[str, str] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        path, method = scope["path"], scope["method"]
        refused = self._stranger(method, headers)
        if refused:
            await _say(send, 403, refused)
            return
        owner, fresh = self._owner(headers)
        if owner is None and not path.startswith(_OPEN):
            if method in ("GET", "HEAD") and path == "/":
                await _respond(send, 303, b"", [(b"location", b"login")])
            else:
                await _say(send, 401, "You are not logged in. Load the page again.")
            return
        if not (path.startswith((_OURS, "/login", "/logout")) or _GRADIO.fullmatch(path)):
            await _say(send, 404, "There is nothing here.")
            return
        scope.setdefault("state", {})["owner"] = owner or ""
        if path.startswith("/gradio_api/"):
            body, receive = await _whole(receive) if method == "POST" else (b"", receive)
            if not self._own(owner or "", path, scope.get("query_string", b""), body):
                await _say(send, 403, "This session is another's.")
                return
        cookie = self._cookie(fresh, headers) if fresh else None
        await self._app(scope, receive, _with_headers(send, cookie))

    def _stranger(self, method: str, headers: dict[str, str]) -> str:
        """Why a request of another site is refused, "" for one of our own page."""
        host = headers.get("host", "")
        if self._local and _name_of(host) not in _LOCAL:
            # A page elsewhere can give its own name this machine's address; the Host header tells.
            return f"This page is served on this machine alone, not as {host[:100]}."
        origin = headers.get("origin", "")
        if method not in ("GET", "HEAD") and origin and urlsplit(origin).netloc != host:
            forwarded = headers.get("x-forwarded-host", "")
            if not forwarded or urlsplit(origin).netloc != forwarded:
                return "A page of another site asked for this."
        return ""

    def _owner(self, headers: dict[str, str]) -> tuple[str | None, str]:
        """The owner's name (None: not logged in), and a new token for the visitor's cookie."""
        if self._kind == "alone":
            return "", ""
        token = token_of(headers)
        if self._kind == "users":
            assert self._sessions is not None
            return (self._sessions.name_of(token) if token else None), ""
        if re.fullmatch(r"[\w-]{40,60}", token):
            return token, ""
        fresh = secrets.token_urlsafe(32)
        return fresh, fresh

    def _cookie(self, token: str, headers: dict[str, str]) -> bytes:
        return cookie_for(token, secure=_is_secure(headers))

    def _own(self, owner: str, path: str, query: bytes, body: bytes) -> bool:
        """Whether the page's session that a request names is this person's; one that is new becomes so."""
        names = set(parse_qs(query.decode("latin-1")).get("session_hash", []))
        if path.startswith("/gradio_api/heartbeat/"):
            names.add(path.rsplit("/", 1)[-1])
        if body:
            try:
                said = json.loads(body)
            except ValueError:
                return False
            if isinstance(said, dict) and isinstance(said.get("session_hash"), str):
                names.add(said["session_hash"])
        for name in names:
            held = self._pages.setdefault(name, owner)
            self._pages.move_to_end(name)
            if held != owner:
                return False
        while len(self._pages) > _REMEMBERED:
            self._pages.popitem(last=False)
        return True


def token_of(headers: dict[str, str]) -> str:
    """The token in the cookie, "" where there is none."""
    try:
        held = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return held.value if held else ""


def cookie_for(token: str, *, secure: bool, seconds: int = 7 * 24 * 3600) -> bytes:
    """The Set-Cookie header. Over HTTPS it may also be set inside the frame in which a Space is shown."""
    kind = "SameSite=None; Secure; Partitioned" if secure else "SameSite=Lax"
    return f"{COOKIE}={token}; Path=/; HttpOnly; Max-Age={seconds}; {kind}".encode()


def _is_secure(headers: dict[str, str]) -> bool:
    return headers.get("x-forwarded-proto", "").split(",")[0].strip() == "https"


def _name_of(host: str) -> str:
    return host if host.endswith("]") else host.rsplit(":", 1)[0]


async def _whole(receive: Any) -> tuple[bytes, Any]:
    """The body of a small request, and a `receive` that gives it again."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"", receive
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > _LARGEST_CALL or not message.get("more_body"):
            break
    body = b"".join(parts)
    given = False

    async def again() -> Any:
        nonlocal given
        if not given:
            given = True
            return {"type": "http.request", "body": body if size <= _LARGEST_CALL else b"", "more_body": False}
        return await receive()

    return (body if size <= _LARGEST_CALL else b"-"), again


def _with_headers(send: Any, cookie: bytes | None) -> Any:
    async def forward(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = [
                *message.get("headers", []),
                (b"content-security-policy", POLICY.encode()),
                (b"x-content-type-options", b"nosniff"),
                (b"referrer-policy", b"same-origin"),
            ]
            if cookie:
                headers.append((b"set-cookie", cookie))
            message = {**message, "headers": headers}
        await send(message)

    return forward


async def _say(send: Any, status: int, text: str) -> None:
    body = json.dumps({"message": text, "mend": ""}).encode()
    await _respond(send, status, body, [(b"content-type", b"application/json")])


async def _respond(send: Any, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
