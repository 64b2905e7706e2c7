"""Everything that a page's server sends, byte for byte: a proxy between browser and server that writes it down."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import suppress

_ENCODING = re.compile(rb"(?im)^accept-encoding:[^\r\n]*\r\n")


class Wire:
    """Forwards connections to a port of this machine and keeps what comes back. Use as a context manager."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._sent = bytearray()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    @property
    def sent(self) -> bytes:
        """What the server has sent so far. Nothing of it is compressed: no browser's wish for it got through."""
        with self._lock:
            return bytes(self._sent)

    def __enter__(self) -> Wire:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.create_connection(("127.0.0.1", self._port))
                threading.Thread(target=self._pump, args=(near, far, False), daemon=True).start()
                threading.Thread(target=self._pump, args=(far, near, True), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, kept: bool) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                if kept:
                    with self._lock:
                        self._sent += data
                target.sendall(data if kept else _ENCODING.sub(b"", data))
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
