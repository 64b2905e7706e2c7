"""Documents, their pages as pictures with boxes, search in their text, uploads, collections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Body, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from assistant.ui.evidence import page_json, page_picture
from assistant.ui.library import documents_json, found_json, storage_json, suffixes
from corpora.errors import UsageError

if TYPE_CHECKING:
    from assistant.ui.server import House

Said = Annotated[dict[str, Any], Body()]
#: Pictures are named by the sha256 of their document: what a name stands for never changes.
_FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
_ZOOMS = (1.0, 1.5, 2.0, 3.0)


def add(app: Any, house: House) -> None:
    """Documents: list, remove, re-read, pages, pictures, search. Uploads: put, watch, cancel. Collections."""

    @app.get("/ll/documents")
    def documents(request: Request) -> dict[str, Any]:
        desk = house.desk(request)
        return {
            "documents": documents_json(desk.library),
            "collections": desk.collections.all(),
            "storage": storage_json(desk, house.settings),
            "suffixes": suffixes(),
        }

    @app.delete("/ll/documents/{document}")
    def remove(request: Request, document: str) -> dict[str, Any]:
        desk = house.desk(request)
        found = desk.library.document(document)
        desk.library.remove(found.document_id)
        desk.collections.forget(found.document_id)
        house.audit.note(desk.owner, "remove document", document=found.document_id[:16])
        return {}

    @app.post("/ll/documents/{document}/reread")
    def reread(request: Request, document: str) -> dict[str, Any]:
        desk = house.desk(request)
        found = desk.library.document(document)
        file = desk.library.file_of(found.document_id)
        if file is None:
            raise UsageError(f"The kept copy of {found.file} is gone.", "Upload it again.")
        target = desk.uploads.room(found.file)
        target.write_bytes(file.read_bytes())
        return desk.uploads.put(target, found.file, ocr="force").to_json()

    @app.get("/ll/documents/{document}/pages/{number}")
    def page(request: Request, document: str, number: int, start: int = 0, end: int = 0) -> dict[str, Any]:
        return page_json(house.desk(request).library, document, number, start, end)

    @app.get("/ll/documents/{document}/pictures/{number}")
    def picture(request: Request, document: str, number: int, zoom: float = 1.5) -> Response:
        if zoom not in _ZOOMS:
            raise UsageError(f"Pages are drawn at {_ZOOMS}, not at {zoom}.")
        data = page_picture(house.desk(request).library, document, number, zoom)
        return Response(data, media_type="image/webp", headers=_FOREVER)

    @app.get("/ll/search")
    def search(request: Request, q: str) -> list[dict[str, Any]]:
        return found_json(house.desk(request), q[:500])

    @app.post("/ll/collections")
    def collect(request: Request, said: Said) -> dict[str, list[str]]:
        desk = house.desk(request)
        ids = [desk.library.document(str(one)).document_id for one in said.get("documents") or ()]
        return desk.collections.put(str(said.get("name", "")), ids, member=said.get("member") is not False)

    @app.get("/ll/uploads")
    def uploads(request: Request) -> list[dict[str, Any]]:
        return [upload.to_json() for upload in house.desk(request).uploads.all()]

    @app.put("/ll/uploads")
    async def put(request: Request, name: str) -> dict[str, Any]:
        desk = await run_in_threadpool(house.desk, request)
        size = declared(request)
        await run_in_threadpool(house.limits.upload, desk.library, size, *desk.uploads.waiting())
        target = desk.uploads.room(name)
        await receive(request, target, size)
        upload = desk.uploads.put(target, name.replace("\\", "/").rsplit("/", 1)[-1])
        house.audit.note(desk.owner, "upload", bytes=size)
        return upload.to_json()

    @app.post("/ll/uploads/clear")
    def clear(request: Request) -> dict[str, Any]:
        house.desk(request).uploads.clear()
        return {}

    @app.post("/ll/uploads/{upload}/cancel")
    def cancel(request: Request, upload: str) -> dict[str, Any]:
        house.desk(request).uploads.cancel(upload)
        return {}


def declared(request: Request) -> int:
    """The bytes that an upload says it has. Raises UsageError where it does not say."""
    said = request.headers.get("content-length", "")
    if not said.isdigit():
        raise UsageError("The upload does not say how large it is.", "Send a Content-Length.")
    return int(said)


async def receive(request: Request, target: Any, size: int) -> None:
    """Write the body of a request to a file, never more than it said; nothing is left when it breaks off.

    Raises
    ------
    UsageError
    """
    written = 0
    try:
        with target.open("wb") as stream:
            async for part in request.stream():
                written += len(part)
                if written > size:
                    raise UsageError("The upload is longer than it said.", "Send it again.")
                stream.write(part)
        if written != size:
            raise UsageError(f"The upload broke off after {written:,} of {size:,} bytes.", "Send it again.")
    except BaseException:
        target.unlink(missing_ok=True)
        target.parent.rmdir()
        raise
