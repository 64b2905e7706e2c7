"""Start the page: check the port, show it at once, warm the rest behind it."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from assistant.settings import Settings
from assistant.ui.space import on_space
from corpora.errors import ServeError

if TYPE_CHECKING:
    from assistant.ui.desks import Desks
    from assistant.ui.warm import WarmUp


def quiet_environment() -> None:
    """Nothing phones home: no analytics, no hub, no tracing, whatever the user's shell says."""
    for name, value in {
        "GRADIO_ANALYTICS_ENABLED": "False",
        "GRADIO_RUN_HISTORY": "False",
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
        "ANONYMIZED_TELEMETRY": "False",
        "LANGSMITH_TRACING": "false",
        "LANGCHAIN_TRACING_V2": "false",
        "TOKENIZERS_PARALLELISM": "false",
        "TQDM_DISABLE": "1",
    }.items():
        os.environ[name] = value


def check_port(host: str, port: int) -> None:
    """Find out that a port is taken before five seconds of imports.

    Raises
    ------
    ServeError
    """
    if port == 0:
        return
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ServeError(
                f"The page cannot be served on {host}:{port} ({error.strerror or error}).",
                "Stop what uses that port, or choose another: leadline serve --port 7861",
            ) from error


def serve(settings: Settings) -> None:
    """Serve the page until it is stopped."""
    settings = on_space(settings)
    check_port(settings.host, settings.port)
    quiet_environment()
    print("Leadline is starting ...", file=sys.stderr)  # noqa: T201 - the only sign of life for some seconds
    from assistant.assistant import Assistant
    from assistant.ui.server import create_app
    from assistant.ui.warm import WarmUp

    assistant = Assistant(settings)
    assistant.library.connection()  # a library that cannot be read is said now, not in the browser
    warm = WarmUp(assistant)
    app, house = create_app(settings, assistant, warm)
    if settings.public:
        threading.Thread(target=_sweeping, args=(house.desks,), name="leadline-sweep", daemon=True).start()
    run(app, settings, warm)
    house.desks.close()


def _sweeping(desks: Desks) -> None:
    """Once an hour what visitors left behind a day ago is deleted."""
    while True:
        desks.sweep()
        time.sleep(3600)


def run(app: Any, settings: Settings, warm: WarmUp) -> None:
    """Run the server; the warm-up starts once the page answers, so that it does not slow the first paint."""
    import uvicorn

    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((settings.host, settings.port))
    port = listening.getsockname()[1]
    shown = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    address = f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
        # A Space, or a server in front of this one, says by these headers what the browser asked for.
        proxy_headers=True,
        server_header=False,
    )

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            print(f"Leadline is ready at {address}", file=sys.stderr, flush=True)  # noqa: T201
            warm.start()

    Server(config).run(sockets=[listening])
