"""The chosen model loaded ahead, so that the first question does not wait for it."""

from __future__ import annotations

import logging
import threading

from assistant.models.choosing import OLLAMA, choose
from assistant.models.context import context_for
from assistant.models.ollama import warm
from assistant.settings import Settings
from corpora.errors import LeadlineError

log = logging.getLogger(__name__)


def warm_chosen(settings: Settings) -> str:
    """Begin to load the model that the settings choose, and say so in a sentence; "" where nothing is to be loaded.

    What goes wrong while it loads is logged: the next question meets it too, and says it with what mends it.

    Raises
    ------
    ModelError
        The chosen model is not there.
    """
    choice = choose(settings)
    if choice.kind != OLLAMA or choice.installed is None or choice.installed.remote:
        return ""

    def load() -> None:
        try:
            seconds = warm(settings, choice.model, context_for(choice, settings).tokens)
            log.info("loaded %s in %.1f s", choice.name, seconds)
        except LeadlineError as error:
            log.warning("%s could not be loaded ahead: %s", choice.name, error)

    threading.Thread(target=load, name="leadline-warm-model", daemon=True).start()
    return f"{choice.name} is being loaded."
