"""What is a file: scripts and styles of the page, NetCDF files and the reports on them."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Body, Request
from fastapi.responses import FileResponse, Response
from starlette.concurrency import run_in_threadpool

from assistant.ui.routes.library import declared, receive
from assistant.ui.theme import STATIC
from corpora.errors import UsageError

if TYPE_CHECKING:
    from assistant.ui.server import House

_NAME = re.compile(r"[\w][\w .()+@-]{0,120}")
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
REPORT_FORMATS = ("html", "md", "csv", "methods", "json")
#: NetCDF files of one person that are kept to be asked about; the oldest goes.
MOST_FILES = 50
#: A report is a page made from a file that nobody vouches for: no script of it runs, nothing is fetched.
_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def add(app: Any, house: House) -> None:
    """Scripts and styles; NetCDF files: put, check, list; reports."""
    checking = threading.Semaphore(2)

    @app.get("/ll/static/{name}")
    def static(name: str) -> Response:
        path = STATIC / name
        if not _NAME.fullmatch(name) or path.suffix not in _TYPES or not path.is_file():
            return Response(status_code=404)
        return FileResponse(path, media_type=_TYPES[path.suffix], headers={"Cache-Control": "no-cache"})

    @app.put("/ll/data")
    async def put(request: Request, name: str) -> dict[str, Any]:
        from tools.netcdf.api import SUFFIXES

        desk = await run_in_threadpool(house.desk, request)
        size = declared(request)
        plain = Path(name.replace("\\", "/")).name
        if not _NAME.fullmatch(plain) or not plain.lower().endswith(SUFFIXES):
            raise UsageError(f"{plain[:80]!r} is no NetCDF file's name.", f"It has to end with {', '.join(SUFFIXES)}.")
        await run_in_threadpool(house.limits.upload, desk.library, size)
        room = desk.uploads.room(plain)
        await receive(request, room, size)
        folder = desk.home / "data"
        folder.mkdir(parents=True, exist_ok=True)
        room.replace(folder / plain)
        room.parent.rmdir()
        for old in sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime)[:-MOST_FILES]:
            old.unlink()
        house.audit.note(desk.owner, "upload data", bytes=size)
        return {"name": plain}

    @app.get("/ll/data")
    def data(request: Request) -> list[str]:
        from tools.netcdf.api import SUFFIXES

        folder = house.desk(request).home / "data"
        return sorted(p.name for p in folder.glob("*") if p.name.lower().endswith(SUFFIXES)) if folder.is_dir() else []

    @app.post("/ll/data/check")
    def check(request: Request, said: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        from tools.netcdf.api import check_file
        from tools.netcdf.cli import write_reports
        from tools.netcdf.model import is_remote

        desk = house.desk(request)
        name = str(said.get("name", ""))
        allowed = house.settings.allow_network and not house.settings.public
        if is_remote(name):
            file: str | Path = name
            if house.settings.public:
                raise UsageError("A public demo asks no addresses.", "Download the file and drop it here.")
        else:
            file = desk.home / "data" / name
            if not _NAME.fullmatch(name) or not file.is_file():
                raise UsageError(
                    f"There is no file {name[:80]!r}.", "Upload it; an address begins with http:// or https://."
                )
        with checking:
            report = check_file(file, allow_network=allowed)
            written = write_reports([report], desk.home / "reports", list(REPORT_FORMATS))
        house.audit.note(desk.owner, "check data", findings=len(report.findings))
        counts: dict[str, int] = {}
        for finding in report.findings:
            counts[finding.level] = counts.get(finding.level, 0) + 1
        return {
            "name": name,
            "verdict": report.verdict,
            "summary": report.summary,
            "counts": counts,
            "findings": [{"level": f.level, "id": f.id, "message": f.message} for f in report.findings[:200]],
            "reports": [path.name for path in written],
        }

    @app.get("/ll/reports/{name}")
    def report(request: Request, name: str) -> Response:
        path = house.desk(request).home / "reports" / name
        if not _NAME.fullmatch(name) or not path.is_file():
            return Response(status_code=404)
        shown = path.suffix == ".html"
        headers = {"Content-Security-Policy": _SANDBOX, "Cache-Control": "no-store"}
        if shown:
            return FileResponse(path, media_type="text/html", headers=headers)
        return FileResponse(path, filename=name, headers=headers)
