"""The page's server: Gradio behind the door, and beside it the routes that know whose a document is."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

from assistant.assistant import Assistant
from assistant.settings import Settings
from assistant.ui.audit import Audit
from assistant.ui.desks import Desk, Desks
from assistant.ui.door import Door, Kind
from assistant.ui.limits import Limits
from assistant.ui.line import Line
from assistant.ui.people import Sessions, Users
from assistant.ui.turns import Turns
from assistant.ui.warm import WarmUp

#: Who else brings a tab: `function(assistant)`, called inside an open `gr.Tab`, which the entry point names.
TABS = "leadline.pages"


class House:
    """What the routes share."""

    def __init__(self, settings: Settings, assistant: Assistant, warm: WarmUp) -> None:
        self.settings = settings
        self.warm = warm
        self.desks = Desks(settings, warm, assistant)
        self.audit = Audit(settings.home / "audit.log")
        self.limits = Limits(settings)
        self.turns = Turns(Line(settings.answers_at_once), self.limits, self.audit)
        self.sessions = Sessions(Users(settings.users_file)) if settings.users_file else None

    @property
    def kind(self) -> Kind:
        if self.settings.users_file:
            return "users"
        return "public" if self.settings.public else "alone"

    def desk(self, request: Any) -> Desk:
        """The desk of whoever a request comes from."""
        return self.desks.of(request.scope.get("state", {}).get("owner", ""))


def create_app(settings: Settings, assistant: Assistant, warm: WarmUp) -> tuple[Any, House]:
    """The ASGI application that `serve` runs, and what its routes share."""
    import gradio as gr
    from fastapi import FastAPI

    from assistant.ui.page import build_page
    from assistant.ui.routes import add_routes
    from assistant.ui.theme import HEAD, STYLES, theme

    house = House(settings, assistant, warm)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    add_routes(app, house)
    blocks = build_page(house, entry_points(group=TABS))
    app = gr.mount_gradio_app(
        app,
        blocks.queue(default_concurrency_limit=8, api_open=False),
        path="/",
        show_error=False,
        run_history=False,
        footer_links=[],
        ssr_mode=False,
        theme=theme(),
        css_paths=STYLES,
        head=HEAD,
        auth_dependency=lambda request: request.scope.get("state", {}).get("owner") or "local",
    )
    local = settings.host in ("127.0.0.1", "localhost", "::1")
    return Door(app, house.kind, sessions=house.sessions, local=local), house
