"""Conversations and turns."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Body, Request
from fastapi.responses import Response, StreamingResponse

from assistant.ui import render
from assistant.ui.export import FORMATS, exported
from assistant.ui.status import status_of
from assistant.ui.turns import Running
from corpora.errors import UsageError

if TYPE_CHECKING:
    from assistant.ui.desks import Desk
    from assistant.ui.server import House

Said = Annotated[dict[str, Any], Body()]
_ND = "application/x-ndjson"
_FRESH = {"Cache-Control": "no-store"}


def add(app: Any, house: House) -> None:
    """Conversations: list, make, open, rename, branch, note, delete, export. Turns: ask, follow, stop."""

    async def events(running: Running, first: int = 0) -> AsyncIterator[str]:
        yield json.dumps({"kind": "turn", "turn": running.id, "conversation": running.conversation}) + "\n"
        async for event in house.turns.follow(running, first):
            yield json.dumps(event, ensure_ascii=False) + "\n"

    def listed(desk: Desk, search: str = "") -> list[dict[str, Any]]:
        return [
            {"id": c.id, "title": c.title or "New conversation", "updated_at": c.updated_at, "turns": c.turns}
            for c in desk.assistant.conversations.list(search=search)
        ]

    @app.get("/ll/status")
    def status(request: Request) -> dict[str, Any]:
        return status_of(house.desk(request), house.kind)

    @app.get("/ll/conversations")
    def all_conversations(request: Request, search: str = "") -> list[dict[str, Any]]:
        return listed(house.desk(request), search[:200])

    @app.get("/ll/conversations/{name}")
    def one_conversation(request: Request, name: str) -> dict[str, Any]:
        desk = house.desk(request)
        kept = desk.assistant.conversations
        found = kept.get(name)
        running = house.turns.running(desk.owner, name)
        return {
            "id": found.id,
            "title": found.title or "New conversation",
            "turns": [
                {"question": turn.question, "html": render.answer_html(turn, number)}
                for number, turn in enumerate(kept.turns(name))
            ],
            "notes": [{"turn": n.turn, "thumb": n.thumb, "text": n.text} for n in kept.notes(name)],
            "running": {"turn": running.id, "question": running.question} if running else None,
            "unfinished": "" if running else found.unfinished,
        }

    @app.post("/ll/conversations/{name}/title")
    def rename(request: Request, name: str, said: Said) -> dict[str, Any]:
        found = house.desk(request).assistant.conversations.rename(name, str(said.get("title", "")))
        return {"id": found.id, "title": found.title}

    @app.post("/ll/conversations/{name}/branch")
    def branch(request: Request, name: str, said: Said) -> dict[str, Any]:
        found = house.desk(request).assistant.conversations.branch(name, _number(said, "upto"))
        return {"id": found.id, "title": found.title}

    @app.post("/ll/conversations/{name}/note")
    def note(request: Request, name: str, said: Said) -> dict[str, Any]:
        desk = house.desk(request)
        thumb, text = str(said.get("thumb", "")), str(said.get("text", ""))
        made = desk.assistant.conversations.note(name, _number(said, "turn"), thumb, text)
        house.audit.note(desk.owner, "note", conversation=name, thumb=thumb)
        return {"thumb": made.thumb, "text": made.text} if made else {"thumb": "", "text": ""}

    @app.delete("/ll/conversations/{name}")
    def delete(request: Request, name: str) -> dict[str, Any]:
        desk = house.desk(request)
        running = house.turns.running(desk.owner, name)
        if running is not None:
            running.stop.set()
        desk.assistant.conversations.delete(name)
        house.audit.note(desk.owner, "delete conversation", conversation=name)
        return {}

    @app.get("/ll/conversations/{name}/export")
    def export(request: Request, name: str, kind: str = next(iter(FORMATS))) -> Response:
        desk = house.desk(request)
        if kind not in FORMATS:
            raise UsageError(f"There is no export {kind!r}.", f"Use one of {', '.join(FORMATS)}.")
        text = exported(desk.assistant.conversations.turns(name), desk.library, kind)
        headers = {"Content-Disposition": f'attachment; filename="{FORMATS[kind][0]}"', **_FRESH}
        return Response(text, media_type=FORMATS[kind][1], headers=headers)

    @app.post("/ll/ask")
    def ask(request: Request, said: Said) -> StreamingResponse:
        desk = house.desk(request)
        kept = desk.assistant.conversations
        name = str(said.get("conversation") or "")
        question = str(said.get("question") or "")
        if not question.strip():
            raise UsageError("The question is empty.", "Write one.")
        documents = [str(one) for one in said.get("documents") or ()]
        wanted = [str(one) for one in said.get("collections") or ()]
        documents += desk.collections.members(wanted)
        if wanted and not documents:
            raise UsageError("That collection holds no document any more.", "Choose other documents.")
        made = not name
        name = name or kept.create().id
        try:
            running = house.turns.start(desk, question, name, documents or None)
        except Exception:
            if made:
                kept.delete(name)
            raise
        return StreamingResponse(events(running), media_type=_ND, headers=_FRESH)

    @app.get("/ll/turns/{turn}")
    def follow(request: Request, turn: str, first: int = 0) -> StreamingResponse:
        running = house.turns.get(house.desk(request).owner, turn)
        return StreamingResponse(events(running, max(0, first)), media_type=_ND, headers=_FRESH)

    @app.post("/ll/turns/{turn}/stop")
    def stop(request: Request, turn: str) -> dict[str, Any]:
        house.turns.stop(house.desk(request).owner, turn)
        return {}


def _number(said: dict[str, Any], name: str) -> int:
    value = said.get(name)
    if type(value) is not int:
        raise UsageError(f"{name} has to be a whole number, not {value!r}.")
    return value
