"""Ask a question, get a turn: the one entrance for the page, the command line and experiments."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from assistant.answering import Job, answer
from assistant.conversations import Conversations
from assistant.models import EMBEDDED, Choice, choose
from assistant.progress import progress, sayable
from assistant.prompts import STOOD_IN
from assistant.settings import Settings, config_file
from assistant.toolbox import ToolCall
from assistant.turn import Turn
from corpora.errors import ConversationError, ModelError, SettingsError, UsageError
from corpora.library import Library
from guards import GuardError, Policy, Screen

#: A longer question is no question; documents are ingested, not pasted.
LONGEST_QUESTION = 20_000


@dataclass(frozen=True)
class Event:
    """Progress of a turn: `started` and `finished` for tools, `checking`, then `done` with the turn.

    `waiting` comes several times a second while nothing else does.
    """

    kind: str
    name: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    call: ToolCall | None = None
    turn: Turn | None = None


def guard_policy(settings: Settings) -> Policy:
    """The policy table with what the settings change of it.

    Raises
    ------
    SettingsError
        A stage, a guard or a category that does not exist.
    """
    try:
        return Policy.from_dict(settings.guards) if settings.guards else Policy()
    except GuardError as error:
        raise SettingsError(f"The guard policy is wrong: {error}", f"Look at [guards] in {config_file()}.") from error


class Assistant:
    """A library, the settings, and the guards that stand between them and the reader."""

    def __init__(self, settings: Settings, library: Library | None = None) -> None:
        from corpora.encoder import SentenceEncoder
        from corpora.reranking import reranker_named

        self.settings = settings
        self.library = library or Library(settings.home, SentenceEncoder(settings.encoder))
        self.library.reranker = self.library.reranker or reranker_named(settings.reranker)
        self.conversations = Conversations(settings.home)
        self.screen = Screen(
            guard_policy(settings), lambda texts: self.library.encoder.encode(texts), host=settings.ollama_host
        )

    def data_folders(self) -> tuple[Path, ...]:
        """Where NetCDF files may be read: what was uploaded, and what the settings name."""
        folders = (self.settings.home / "data", *self.settings.data_folders)
        return tuple(folder for folder in folders if folder.is_dir())

    def ask(
        self,
        question: str,
        *,
        documents: Sequence[str] | None = None,
        model: str | None = None,
        history: Sequence[Turn] = (),
        conversation: str | None = None,
        owner: str = "",
    ) -> Turn:
        """The turn of one question.

        Parameters
        ----------
        documents:
            Names or ids of the documents to answer from; all when None.
        history:
            Earlier turns of the conversation, oldest first; the last few are told to the model.
        conversation, owner:
            The id of a kept conversation, and whose it is: its own turns are the history, and the new turn is added
            to it once it is finished.

        Raises
        ------
        LeadlineError
            An unknown document or conversation, a model that is missing or fails, an empty question.
        """
        for event in self.stream(
            question, documents=documents, model=model, history=history, conversation=conversation, owner=owner
        ):
            if event.turn is not None:
                return event.turn
        raise ModelError("The turn ended without an answer.", "Ask again.")

    def stream(
        self,
        question: str,
        *,
        documents: Sequence[str] | None = None,
        model: str | None = None,
        history: Sequence[Turn] = (),
        cancelled: threading.Event | None = None,
        conversation: str | None = None,
        owner: str = "",
    ) -> Iterator[Event]:
        """The turn of one question with its progress; the answer comes only once it has been checked.

        A turn of a kept conversation is written when it is finished, before it is given out; one that fails or is
        stopped leaves the conversation as it was.
        """
        # A lone half of a surrogate pair is no character; nothing later could encode it.
        asked = question.encode("utf-8", "replace").decode("utf-8").strip()
        if not asked:
            raise UsageError("The question is empty.", "Write one.")
        if len(asked) > LONGEST_QUESTION:
            raise UsageError(
                f"The question has {len(asked):,} characters, the limit is {LONGEST_QUESTION:,}.",
                "Ingest long texts as documents and ask about them.",
            )
        scope = None
        if documents is not None:
            scope = tuple(dict.fromkeys(self.library.document(name).document_id for name in documents))
        choice, notes = self._choose(model)
        told = [(turn.question, turn.answer) for turn in history]
        if conversation is not None:
            told = self.conversations.told(conversation, owner)
            self.conversations.begin(conversation, asked, owner)
        events: queue.Queue[Event | Exception | None] = queue.Queue()
        job = Job(
            asked,
            choice,
            self.settings,
            self.library,
            self.screen,
            scope,
            self.data_folders(),
            told,
            notes,
            notify=lambda kind, what: events.put(_told(kind, what, asked)),
            checking=lambda: events.put(Event("checking")),
        )

        def work() -> None:
            try:
                events.put(Event("done", turn=answer(job)))
            except Exception as error:  # noqa: BLE001 - raised again where it is waited for
                events.put(error)
            finally:
                events.put(None)

        threading.Thread(target=work, name="leadline-turn", daemon=True).start()
        finished = False
        try:
            for event in _until_done(events, cancelled):
                if event.turn is None:
                    yield event
                    continue
                finished = True
                yield event if conversation is None else self._kept(event, event.turn, conversation, owner)
        finally:
            # Whoever stopped listening stops the model too.
            job.cancelled.set()
            if conversation is not None and not finished:
                self.conversations.abandon(conversation, owner)

    def _kept(self, event: Event, turn: Turn, conversation: str, owner: str) -> Event:
        """The event of a finished turn, once the turn is written. An answer is given out even where it cannot be."""
        try:
            self.conversations.append(conversation, turn, owner)
        except ConversationError as error:
            return replace(event, turn=replace(turn, notes=(*turn.notes, f"This turn was not kept. {error}")))
        return event

    def _choose(self, model: str | None) -> tuple[Choice, tuple[str, ...]]:
        """The model that answers, and what must be noted of it."""
        try:
            choice = choose(self.settings, model)
        except ModelError as error:
            if not self.settings.fallback:
                raise
            return Choice(EMBEDDED), (STOOD_IN.format(problem=error.message),)
        return choice, (choice.note,) if choice.note else ()


def _told(kind: str, what: dict[str, Any] | ToolCall, question: str) -> Event:
    """Progress without a word that the model wrote: the answer has no verdict yet."""
    if isinstance(what, ToolCall):
        return Event(kind, name=what.name, call=progress(what, question))
    return Event(kind, name=what["name"], arguments=sayable(what["arguments"], question))


def _until_done(events: queue.Queue[Event | Exception | None], cancelled: threading.Event | None) -> Iterator[Event]:
    """The events of a turn as they come, with signs of life between them; ends with the turn or when it is stopped."""
    while True:
        try:
            event = events.get(timeout=0.2)
        except queue.Empty:
            if cancelled is not None and cancelled.is_set():
                return
            # A sign of life, so that whoever iterates can stop between two real events.
            yield Event("waiting")
            continue
        if event is None or (cancelled is not None and cancelled.is_set()):
            return
        if isinstance(event, Exception):
            raise event
        yield event
