"""Start the page: check the port, show it at once, warm the rest behind it."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

from assistant.settings import Settings
from corpora.errors import ServeError

HERE = Path(__file__).parent


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
    check_port(settings.host, settings.port)
    quiet_environment()
    print("Leadline is starting ...", file=sys.stderr)  # noqa: T201 - the only sign of life for some seconds
    from assistant.assistant import Assistant
    from assistant.ui.page import Page
    from assistant.ui.warm import WarmUp

    assistant = Assistant(settings)
    assistant.library.connection()  # a library that cannot be read is said now, not in the browser
    warm = WarmUp(assistant)
    blocks = Page(assistant, warm).build()
    launch(blocks, settings, warm)


def theme() -> object:
    """Calm and local: sea colours, the system's own fonts, nothing fetched."""
    import gradio as gr

    sans = ["system-ui", "Segoe UI", "Roboto", "Helvetica Neue", "Noto Sans", "Liberation Sans", "sans-serif"]
    return gr.themes.Default(
        primary_hue=gr.themes.colors.cyan,
        secondary_hue=gr.themes.colors.cyan,
        neutral_hue=gr.themes.colors.slate,
        font=sans,
        font_mono=["ui-monospace", "Consolas", "Liberation Mono", "monospace"],
        radius_size=gr.themes.sizes.radius_sm,
    ).set(
        button_primary_background_fill="#0b5c7a",
        button_primary_background_fill_hover="#094a63",
        button_primary_text_color="#ffffff",
        button_primary_background_fill_dark="#0f6f92",
        block_border_width="1px",
    )


def launch(blocks: object, settings: Settings, warm: object) -> None:
    """Launch the blocks; the warm-up starts once the page answers, so that it does not slow the first paint."""
    blocks.queue(default_concurrency_limit=8).launch(  # type: ignore[attr-defined]
        server_name=settings.host,
        server_port=settings.port or None,
        quiet=True,
        show_error=False,
        share=False,
        run_history=False,
        prevent_thread_lock=True,
        max_file_size=f"{settings.max_file_mib}mb",
        theme=theme(),
        css_paths=[HERE / "style.css"],
        head=f"<script>{(HERE / 'script.js').read_text(encoding='utf-8')}</script>",
        footer_links=[],
    )
    print(f"Leadline is ready at {blocks.local_url}", file=sys.stderr)  # type: ignore[attr-defined] # noqa: T201
    warm.start()  # type: ignore[attr-defined]
    blocks.block_thread()  # type: ignore[attr-defined]
