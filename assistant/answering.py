"""One turn: the question read, the agent run, the answer checked, and all of it recorded."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from assistant import prompts
from assistant.embedded.talk import reply_to_talk
from assistant.followups import read_as
from assistant.grounding import grounded
from assistant.models import EMBEDDED, Choice, build
from assistant.progress import silenced
from assistant.scans import with_ocr
from assistant.settings import Settings
from assistant.toolbox import ToolCall, TurnContext
from assistant.turn import Turn
from corpora.errors import LeadlineError, ModelError, Stopped
from corpora.library import Library
from guards import Screen, Verdict

Notify = Callable[[str, "dict[str, Any] | ToolCall"], None]

#: A model that says so in other words has refused; only asked of answers in which every sentence is a notice.
_SAYS_NO = re.compile(
    r"\b(?:do(?:es)?n[o’']t|do(?:es)? not|did(?:n[o’']t| not)|can(?:no|[’'])t|could(?:n[o’']t| not)|unable|no)\b.{0,60}"
    r"\b(?:answer\w*|contain\w*|mention\w*|find|found|information|provide\w*|state\w*|say\w*|specif\w*|includ\w*)\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Job:
    """What a turn needs. `earlier` are (question, answer) of the turns before, oldest first.

    make, context: what builds the chat model and what the tools share; an experiment puts its own in their place, to
    listen at the wire and to let a tool fail.
    """

    question: str
    choice: Choice
    settings: Settings
    library: Library
    screen: Screen
    scope: tuple[str, ...] | None = None
    data_folders: tuple[Path, ...] = ()
    earlier: Sequence[tuple[str, str]] = ()
    notes: tuple[str, ...] = ()
    notify: Notify = lambda kind, what: None
    checking: Callable[[], None] = lambda: None
    cancelled: threading.Event = field(default_factory=threading.Event)
    make: Callable[..., Any] = build
    context: Callable[..., TurnContext] = TurnContext


def answer(job: Job) -> Turn:
    """The turn of a job.

    Raises
    ------
    LeadlineError
        The model failed, and the settings do not let the embedded one stand in; or the turn was stopped.
    """
    try:
        return _Turn(job).run()
    except Stopped:
        raise
    except ModelError as error:
        if not job.settings.fallback or job.choice.name == EMBEDDED:
            raise
        note = prompts.STOOD_IN.format(problem=error.message)
        return _Turn(replace(job, choice=Choice(EMBEDDED), notes=(*job.notes, note))).run()


class _Turn:
    """One attempt at an answer, with everything that it gathers on the way."""

    def __init__(self, job: Job) -> None:
        from assistant.figures import Figures
        from assistant.models.context import context_for

        self.job = job
        self.embedded = job.choice.name == EMBEDDED
        self.verdicts: list[Verdict] = []
        self.context = job.context(
            job.library, k=job.settings.passages, scope=job.scope, data_folders=job.data_folders, notify=job.notify
        )
        self.room = 0 if self.embedded else context_for(job.choice, job.settings).tokens
        self.figures = Figures(self.room)
        self._named: dict[str, list[str]] = {}
        self.asked = job.question
        if job.earlier:
            self.asked = read_as(job.question, [one for one, _ in job.earlier], self._names)

    def run(self) -> Turn:
        from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

        from assistant.agent import build_agent
        from assistant.conversations.memory import TURNS_TOLD
        from assistant.models.watching import CANCELLED

        job, started = self.job, time.monotonic()
        steps = self._steps()
        model = job.make(job.choice, job.settings, job.library, job.scope)
        model.callbacks = [self.figures.first_token]
        agent = build_agent(model, self.context, job.screen, self.verdicts, steps, self._hints())
        told: list[BaseMessage] = []
        for before, said in job.earlier[-TURNS_TOLD:]:
            told += [HumanMessage(before), AIMessage(said)]
        # The embedded model reads only the question; a model that writes is told what it was read as.
        told.append(HumanMessage(self.asked if self.embedded else job.question))
        token = CANCELLED.set(job.cancelled)
        try:
            state = agent.invoke({"messages": told}, {"recursion_limit": 60})
        except LeadlineError:
            raise
        except Exception as error:
            raise model_error(job.choice, error) from error
        finally:
            CANCELLED.reset(token)
        replies = [one for one in state["messages"][len(told) :] if isinstance(one, AIMessage)]
        job.checking()
        return self._record(replies[-1].text.strip() if replies else "", steps, started)

    def _steps(self) -> Any:
        from assistant.steps import Steps

        settings, choice = self.job.settings, self.job.choice
        # Room for the answer: what may be written at most, but never more than a third of the context.
        answer_room = min(settings.max_tokens, self.room // 3)
        return Steps(
            choice.name,
            self._planned,
            self._composed,
            self.figures,
            embedded=self.embedded,
            tools=choice.tools,
            budget=max(self.room - answer_room, 0),
            thinks=choice.kind == "ollama" and choice.thinks and bool(settings.thinking),
            max_tokens=settings.max_tokens,
            notes=list(self.job.notes) + ([] if self.asked == self._question else [self._read_as_note]),
        )

    @property
    def _question(self) -> str:
        return " ".join(self.job.question.split()) if self.job.earlier else self.job.question

    @property
    def _read_as_note(self) -> str:
        return prompts.READ_AS_NOTE.format(question=self.asked)

    # What we know of the question before any model does --------------------------------------------------------

    def _names(self, text: str) -> list[str]:
        """The identifiers in a text that name documents of the library, as they are written there."""
        from assistant.embedded.plan import documents_named
        from corpora.query import parse

        if text in self._named:
            return self._named[text]
        found = []
        for word in parse(text).identifiers:
            if documents_named(word, self.job.library, self.job.scope):
                at = text.casefold().find(word.casefold())
                found.append((at, text[at : at + len(word)] if at >= 0 else word))
        self._named[text] = [word for _, word in sorted(found)]
        return self._named[text]

    def _planned(self) -> list[tuple[str, dict[str, Any]]]:
        from assistant.embedded.plan import plan
        from tools.netcdf.adapters import files_in

        available = set(self.context.names)
        files = files_in(self.job.data_folders)
        steps = plan(self.asked, self.job.library, self.job.scope, available, self.job.earlier, files)
        return [(step.tool, dict(step.arguments)) for step in steps]

    def _hints(self) -> str:
        """Ours on this question: what it means after the conversation, and which documents to search one by one."""
        if self.embedded:
            return ""
        parts = [] if self.asked == self._question else [prompts.READ_AS.format(question=self.asked)]
        from assistant.embedded.plan import plan

        searches = plan(self.asked, self.job.library, self.job.scope, {"search_documents"})
        named = [one.arguments["documents"] for one in searches if one.arguments.get("documents")]
        if len(named) > 1 and self.job.choice.tools:
            lines = "\n".join(f"- search_documents with documents={files!r}".replace("'", '"') for files in named)
            parts.append(prompts.PLAN.format(steps=lines))
        return "\n".join(parts)

    def _composed(self, results: Sequence[Any]) -> str:
        """An answer out of what was found, by the embedded model: for a model that comes to none."""
        from langchain_core.messages import HumanMessage

        from assistant.embedded.model import EmbeddedChatModel

        if not results:
            return prompts.REFUSAL
        composer = EmbeddedChatModel(library=self.job.library, scope=self.job.scope)
        useful = [one for one in results if isinstance(one.artifact, dict) and "error" not in one.artifact]
        found = [one for one in useful if one.artifact.get("passages")] or useful
        return str(composer.invoke([HumanMessage(self.asked), *found]).text) if found else prompts.REFUSAL

    # What came of it -----------------------------------------------------------------------------------------

    def _record(self, text: str, steps: Any, started: float) -> Turn:
        job = self.job
        blocked = any(verdict.state == "block" and verdict.stage in ("input", "output") for verdict in self.verdicts)
        ours = [text] if blocked else [reply_to_talk(job.question), prompts.CONTRADICTS] if self.embedded else []
        checked = self._checked(text, own_words=ours)
        if not self.embedded and not blocked:
            text, checked = self._grounded(text, checked, steps)
        if not blocked:
            checked, told, notes = grounded(checked, self.context.book.all(), job.screen)
            self.verdicts.extend(told)
            for note in notes:
                steps.note(note)
        checked = with_ocr(checked, job.library)
        total = time.monotonic() - started
        return Turn(
            question=job.question,
            answer=text,
            refused=checked.refused or blocked,
            checked=checked,
            passages=self.context.book.all(),
            tools=tuple(silenced(call, self.context.names) if blocked else call for call in self.context.calls),
            verdicts=tuple(self.verdicts),
            model=job.choice.name,
            timings=self.figures.timings(total, self.context.calls, self.verdicts),
            usage=self.figures.usage(),
            notes=tuple(steps.notes),
            thinking="\n\n".join(steps.thinking) if not blocked else "",
            local=job.choice.local,
        )

    def _checked(self, text: str, own_words: Sequence[str] = ()) -> Any:
        from assistant.citations import check_answer

        failed = [call.summary for call in self.context.calls if not call.ok]

        return check_answer(
            text,
            self.context.book.all(),
            self.job.library.page_text,
            tool_texts=[*self.context.tool_texts, *failed],
            question=self.job.question,
            refusal=prompts.REFUSAL,
            own_words=own_words,
        )

    def _grounded(self, text: str, checked: Any, steps: Any) -> tuple[str, Any]:
        """A refusal in our words; and sentences that were written without a search held against one."""
        from assistant.citations import Support

        supports = {statement.support for statement in checked.statements}
        if not checked.refused and supports == {Support.NOTICE} and _SAYS_NO.search(text):
            steps.note(prompts.REFUSED_IN_OTHER_WORDS.format(model=self.job.choice.name))
            return prompts.REFUSAL, self._checked(prompts.REFUSAL)
        if Support.UNCITED in supports and not self.context.calls and self.job.library.stats()["documents"]:
            from tools.documents import search_documents

            scope = list(self.job.scope) if self.job.scope is not None else None
            for hit in search_documents(self.job.library, self.asked, scope, self.context.k):
                self.context.book.add(hit)
            steps.note(prompts.SEARCHED_AFTER.format(model=self.job.choice.name))
            return text, self._checked(text)
        return text, checked


def model_error(choice: Choice, error: Exception) -> ModelError:
    """What a client of LangChain raised that nobody expected, in words."""
    if choice.name == EMBEDDED:
        what = f"{type(error).__name__}: {str(error)[:200]}"
        return ModelError(
            f"The embedded model failed ({what}).", "Report this question with `leadline doctor`'s output."
        )
    from assistant.models.chat_server import provider_error

    return provider_error(error, choice)
