"""A real OPeNDAP server (pydap) on loopback for one folder, and ways for it to fail."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server


@dataclass
class DapServer:
    """`address` of the folder; `asked` are the paths that were requested; `delay_s` and `status` spoil answers.

    `spoil` says which requests are delayed or refused: those whose path ends with it (all by default).
    """

    address: str
    asked: list[str] = field(default_factory=list)
    delay_s: float = 0.0
    status: str = ""
    spoil: str = ""


class _Threaded(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = False


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """The test says what was asked; standard error stays clean."""


@contextmanager
def serve(folder: Path) -> Iterator[DapServer]:
    """Serves the netCDF files of `folder` by DAP2 while the block runs."""
    from pydap.handlers.netcdf_handler import NetCDFHandler

    server = DapServer("")

    def outer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", ""))
        server.asked.append(path)
        if path.endswith(server.spoil):
            if server.delay_s:
                time.sleep(server.delay_s)
            if server.status:
                start_response(server.status, [("Content-Type", "text/plain")])
                return [b"spoiled"]
        source = folder / Path(path).stem
        if not source.is_file():
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"no such file"]
        return NetCDFHandler(str(source))(environ, start_response)  # type: ignore[no-any-return]

    http = make_server("127.0.0.1", 0, outer, server_class=_Threaded, handler_class=_Quiet)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    server.address = f"http://127.0.0.1:{http.server_port}"
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join(timeout=5)
