"""The way in and out, where the page has users."""

from __future__ import annotations

import hashlib
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from assistant.ui.door import cookie_for, token_of

if TYPE_CHECKING:
    from assistant.ui.server import House

_LONGEST = 10_000
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Log in to Leadline</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="ll/static/login.css"></head>
<body><main><h1>Leadline</h1>
<p>Your documents and conversations are your own: nobody else who logs in here sees them.</p>
<form method="post" action="login">
{problem}<label for="name">Name</label>
<input id="name" name="name" value="{name}" autocomplete="username" autocapitalize="none" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit">Log in</button></form></main></body></html>"""


def add(app: Any, house: House) -> None:
    """GET and POST /login, POST /logout."""

    @app.get("/login")
    def form(request: Request) -> Response:
        if house.sessions is None:
            return RedirectResponse("./", 303)
        return HTMLResponse(_PAGE.format(problem="", name=""))

    @app.post("/login")
    async def log_in(request: Request) -> Response:
        if house.sessions is None:
            return RedirectResponse("./", 303)
        body = await request.body()
        said = parse_qs(body[:_LONGEST].decode("utf-8", "replace"), keep_blank_values=True)
        name, password = (said.get(key, [""])[0] for key in ("name", "password"))
        token = await run_in_threadpool(house.sessions.log_in, name, password)
        if token is None:
            # A wrong name may be somebody's password: only its fingerprint is written down.
            house.audit.note("", "wrong password", name=hashlib.sha256(name.encode()).hexdigest()[:12])
            problem = '<p role="alert">Name and password do not fit. After five wrong tries a name waits a minute.</p>'
            return HTMLResponse(_PAGE.format(problem=problem, name=escape(name[:64], quote=True)), 401)
        house.audit.note(name, "log in")
        answer = RedirectResponse("./", 303)
        secure = request.headers.get("x-forwarded-proto", request.url.scheme).split(",")[0].strip() == "https"
        answer.raw_headers.append((b"set-cookie", cookie_for(token, secure=secure)))
        return answer

    @app.post("/logout")
    def log_out(request: Request) -> Response:
        token = token_of({"cookie": request.headers.get("cookie", "")})
        if house.sessions is not None:
            house.sessions.log_out(token)
            house.audit.note(request.scope.get("state", {}).get("owner", ""), "log out")
        answer = RedirectResponse("login" if house.sessions else "./", 303)
        answer.raw_headers.append((b"set-cookie", cookie_for("", secure=False, seconds=0)))
        return answer
