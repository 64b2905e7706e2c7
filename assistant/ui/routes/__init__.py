"""The routes under /ll/: conversations and turns, the library and its pages, files and the login.

Every one of them works on the desk of whoever asks; a name or an id of another's is simply not found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corpora.errors import (
    ConversationNotFound,
    DocumentNotFound,
    LeadlineError,
    LibraryLocked,
    LimitReached,
    PageNotFound,
    UsageError,
)

if TYPE_CHECKING:
    from assistant.ui.server import House

_STATUS: tuple[tuple[type[LeadlineError], int], ...] = (
    (LimitReached, 429),
    (DocumentNotFound, 404),
    (PageNotFound, 404),
    (ConversationNotFound, 404),
    (LibraryLocked, 409),
    (UsageError, 400),
)


def add_routes(app: Any, house: House) -> None:
    """Put every route on the application; errors become JSON with what happened and what mends it."""
    from fastapi import Request
    from fastapi.responses import JSONResponse

    from assistant.ui.routes import chat, files, library, login

    for part in (chat, files, library, login):
        part.add(app, house)

    @app.exception_handler(LeadlineError)
    async def told(request: Request, error: LeadlineError) -> JSONResponse:
        status = next((code for kind, code in _STATUS if isinstance(error, kind)), 422)
        return JSONResponse({"message": error.message, "mend": error.mend}, status)
