"""The LangChain chat model of a choice, with everything set that would otherwise be guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.models.choosing import Choice
from assistant.models.context import context_for
from assistant.settings import Settings

if TYPE_CHECKING:
    from corpora.library import Library


def build(choice: Choice, settings: Settings, library: Library, scope: tuple[str, ...] | None) -> Any:
    """The chat model of a choice; `library` and `scope` are what the embedded one answers from.

    Raises
    ------
    ModelError
        A key that is not set.
    """
    if choice.kind == "ollama":
        from assistant.models.chat_ollama import make

        return make(choice, settings, context_for(choice, settings).tokens)
    if choice.kind == "server":
        from assistant.models.chat_server import make_server

        return make_server(choice, settings)
    if choice.kind == "provider":
        from assistant.models.chat_server import make_provider

        return make_provider(choice, settings)
    from assistant.embedded.model import EmbeddedChatModel

    return EmbeddedChatModel(library=library, scope=scope)
