"""The line that says at all times who answers, who guards, what is in the library and what leaves the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.models import EMBEDDED, choose
from assistant.prompts import EMBEDDED_EXPLAINED
from corpora.errors import LeadlineError

if TYPE_CHECKING:
    from assistant.ui.desks import Desk

ALONE = "Everything stays on this machine: documents, questions and answers."
LEAVES = "Questions and passages are sent to {name}, which is not on this machine."
PUBLIC = (
    "This is a public demo: do not upload anything private. What you upload is yours alone to see and is deleted "
    "after a day."
)
USERS = "Documents and conversations are kept on the server that serves this page; other users do not see them."


def status_of(desk: Desk, kind: str) -> dict[str, Any]:
    """Everything that the head of the page and the empty states say."""
    note, local = desk.preferences.problem or desk.warm.problem, True
    try:
        choice = choose(desk.assistant.settings)
        name, local = choice.name, choice.local
        note = note or choice.note
    except LeadlineError as error:
        name, note = EMBEDDED, str(error)
    stats = desk.library.stats()
    guards = list(dict.fromkeys(g for s in ("input", "context", "output") for g in _guards(desk, s)))
    privacy = ALONE if local else LEAVES.format(name=name)
    if kind == "public":
        privacy = PUBLIC if local else f"{PUBLIC} {LEAVES.format(name=name)}"
    elif kind == "users" and local:
        privacy = USERS
    return {
        "model": name,
        "embedded": name == EMBEDDED,
        "explained": EMBEDDED_EXPLAINED if name == EMBEDDED else "",
        "guards": guards,
        "documents": stats["documents"],
        "pages": stats["pages"],
        "ready": desk.warm.ready,
        "note": note,
        "local": local,
        "privacy": privacy,
        "kind": kind,
        "owner": desk.owner if kind == "users" else "",
    }


def _guards(desk: Desk, stage: str) -> tuple[str, ...]:
    guards: tuple[str, ...] = getattr(desk.assistant.screen.policy, stage).guards
    return guards
