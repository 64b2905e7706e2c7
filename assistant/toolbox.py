"""The tools of one turn, as LangChain tools: thin adapters that give passages their labels."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.passages import PassageBook
from assistant.prompts import EMPTY_LIBRARY, NO_PASSAGES
from corpora.errors import LeadlineError
from corpora.library import Library
from corpora.model import Hit, Span

#: The place of the call that is being carried out among all calls of its turn, from 0; None outside of an agent.
PLACE: ContextVar[int | None] = ContextVar("leadline_place", default=None)
_KNOWN: dict[str, dict[str, Any]] = {}
_SENT: dict[tuple[str, str, int], dict[str, Any]] = {}
#: Longer than any tool may take: a call whose earlier ones never end goes on without them.
_WAIT_S = 120.0


class Turnstile:
    """Lets calls that run at once through in the order in which the model made them."""

    def __init__(self) -> None:
        self._next = 0
        self._left: set[int] = set()
        self._changed = threading.Condition()

    def wait(self, place: int | None) -> None:
        """Until every call before this one has left."""
        if place is not None:
            with self._changed:
                self._changed.wait_for(lambda: self._next >= place, timeout=_WAIT_S)

    def leave(self, place: int | None) -> None:
        """Let the next one through."""
        if place is not None:
            with self._changed:
                self._left.add(place)
                while self._next in self._left:
                    self._next += 1
                self._changed.notify_all()


@dataclass(frozen=True)
class ToolCall:
    """One call of a tool: what was asked, how long it took, what came of it in a few words."""

    name: str
    arguments: dict[str, Any]
    seconds: float
    ok: bool
    summary: str = ""
    working: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # As it is printed, so that a stored call reopens equal to itself.
        object.__setattr__(self, "seconds", round(self.seconds, 4))

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "arguments": self.arguments,
            "seconds": self.seconds,
            "ok": self.ok,
            "summary": self.summary,
            "working": list(self.working),
        }


@dataclass
class TurnContext:
    """What the tools of a turn share: the library, the scope, the labels, and the list of calls so far."""

    library: Library
    k: int = 8
    scope: tuple[str, ...] | None = None  # ids of the documents that the user limited the question to
    data_folders: tuple[Path, ...] = ()  # where NetCDF files may be read
    book: PassageBook = field(default_factory=PassageBook)
    tool_texts: list[str] = field(default_factory=list)
    notify: Callable[[str, dict[str, Any] | ToolCall], None] = lambda kind, what: None
    order: Turnstile = field(default_factory=Turnstile)
    names: tuple[str, ...] = ()
    _calls: dict[int, ToolCall] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def calls(self) -> list[ToolCall]:
        """The calls so far, in the order in which the model made them."""
        with self._lock:
            return [self._calls[place] for place in sorted(self._calls)]

    def record(self, call: ToolCall, place: int | None = None) -> None:
        """Add a call at its place, or as the last one."""
        with self._lock:
            self._calls[max(self._calls, default=-1) + 1 if place is None else place] = call

    def was_recorded(self, place: int) -> bool:
        with self._lock:
            return place in self._calls

    def run(
        self, name: str, arguments: dict[str, Any], work: Callable[[], tuple[str, Any, str, Sequence[str]]]
    ) -> tuple[str, Any]:
        """Carry out one call, timed and recorded. An error becomes the tool's answer, for the model to mend."""
        self.notify("started", {"name": name, "arguments": arguments})
        started = time.monotonic()
        ok = True
        working: tuple[str, ...] = ()
        try:
            text, artifact, summary, steps = work()
            working = tuple(steps)
        except LeadlineError as error:
            text, artifact, summary, ok = f"{name} failed: {error}", {"error": str(error)}, str(error), False
        call = ToolCall(name, arguments, time.monotonic() - started, ok, summary, working)
        self.record(call, PLACE.get())
        self.notify("finished", call)
        return text, artifact


def build_tools(context: TurnContext) -> list[Any]:
    """The tools of one turn: search, read, list, calculate, estimate_memory, check_netcdf."""
    from langchain_core.tools import StructuredTool

    from tools.calculator import calculate as compute
    from tools.documents import list_documents as in_library
    from tools.documents import read_page as read
    from tools.documents import search_documents as find

    library, book = context.library, context.book

    def search_documents(query: str, documents: list[str] | None = None, k: int | None = None) -> tuple[str, Any]:
        """Find passages in the user's documents.

        Args:
            query: the question's key words, in the words that a document would use.
            documents: file names to search in; leave out to search all.
            k: how many passages.
        """
        wanted = _limit(library, documents, context.scope)

        def work() -> tuple[str, Any, str, Sequence[str]]:
            if not library.stats()["documents"]:
                return EMPTY_LIBRARY, {"passages": [], "hits": []}, "the library is empty", ()
            hits = find(library, query, wanted(), min(max(k or context.k, 1), 40))
            context.order.wait(PLACE.get())
            passages = [book.add(hit) for hit in hits]
            text = "\n".join(book.show(passage) for passage in passages) or NO_PASSAGES
            artifact = {"passages": passages, "hits": hits, "hidden": _hidden(library, passages)}
            return text, artifact, _found(passages), ()

        arguments = {"query": query} | ({"documents": documents} if documents else {})
        return context.run("search_documents", arguments, work)

    def read_page(document: str, page: int) -> tuple[str, Any]:
        """Read one whole page of a document.

        Args:
            document: its file name.
            page: the page's number, counted from 1.
        """

        def work() -> tuple[str, Any, str, Sequence[str]]:
            found, text = read(library, document, page)
            if context.scope is not None and found.document_id not in context.scope:
                raise LeadlineError(f"{found.file} is outside what this question is limited to.")
            span = Span(found.document_id, page, 0, len(text.text))
            hit = Hit(1, 1.0, found.file, span, text.text, title=found.title)
            context.order.wait(PLACE.get())
            passage = book.add(hit)
            return (
                book.show(passage),
                {"passages": [passage], "hits": [hit], "hidden": _hidden(library, [passage])},
                f"{found.file}, page {page}",
                (),
            )

        return context.run("read_page", {"document": document, "page": page}, work)

    def list_documents() -> tuple[str, Any]:
        """List the documents in the library: file name, title, cruise, year, pages."""

        def work() -> tuple[str, Any, str, Sequence[str]]:
            rows = in_library(library)
            lines = [f"{r['document']}: {r['title']} ({r['cruise'] or r['year']}, {r['pages']} pages)" for r in rows]
            told = [f"{r['document']}: {r['title']}, {r['pages']} pages" for r in rows]
            context.tool_texts.append("\n".join([f"{len(rows)} documents in the library.", *told]))
            return "\n".join(lines) or EMPTY_LIBRARY, {"documents": rows}, f"{len(rows)} documents", ()

        return context.run("list_documents", {}, work)

    def calculate(expression: str) -> tuple[str, Any]:
        """Compute one expression, with units: `4425.55 m - 3594.05 m`, `12 knots in m/s`, `mean(27.8, 20.0)`.

        Args:
            expression: what to compute; never do arithmetic yourself.
        """

        def work() -> tuple[str, Any, str, Sequence[str]]:
            result = compute(expression)
            line = f"{result.expression or expression} = {result.text}"
            context.tool_texts.append("\n".join([line, *result.steps, *result.notes]))
            return (
                line,
                {"calculation": result.as_dict()},
                line,
                (*result.steps, *result.notes, result.source),
            )

        return context.run("calculate", {"expression": expression}, work)

    def estimate_memory(
        model: str,
        quant: str | None = None,
        context_tokens: int | None = None,
        kv: str = "f16",
        batch: int = 1,
        gpu: str | None = None,
    ) -> tuple[str, Any]:
        """Estimate the memory that a language model needs to run, part by part, and whether it fits.

        Args:
            model: a name (llama3.1:8b, Qwen3-32B) or a size (7B).
            quant: its quantisation: q4_K_M, q8_0, f16, awq.
            context_tokens: the context length in tokens.
            kv: the type of the key-value cache: f16, q8_0, q4_0.
            batch: sequences held at once.
            gpu: RTX 4090, M3 Max, 24 GB; leave out for this machine.
        """
        from tools.memory import estimate_memory as estimate
        from tools.memory.adapters import for_model

        given = {"model": model, "quant": quant, "context_tokens": context_tokens, "kv": kv, "batch": batch, "gpu": gpu}
        asked = {name: value for name, value in given.items() if value is not None}

        def work() -> tuple[str, Any, str, Sequence[str]]:
            # A path is not looked at here: the words of a chat choose no files of this machine.
            named = model.rsplit("/", 1)[-1]
            result = estimate(named, quant=quant, context=context_tokens, kv=kv, batch=batch, gpu=gpu)
            text = for_model(result)
            context.tool_texts.append(text)
            return text, {"tool_text": result.text}, result.text, (*result.steps, *result.notes, result.source)

        return context.run("estimate_memory", asked, work)

    def check_netcdf(file: str = "", finding: str = "") -> tuple[str, Any]:
        """Check a NetCDF file for wrong units, coordinates, time, fill values, spikes and CF violations.

        Args:
            file: the file's name; may be left out where there is only one.
            finding: the id of a finding, or words that mean one, to be told its evidence and how to fix it.
        """
        from tools.netcdf.adapters import allowed_file, checked
        from tools.netcdf.adapters import for_model as told

        def work() -> tuple[str, Any, str, Sequence[str]]:
            report = checked(allowed_file(file, context.data_folders))
            text = told(report, finding).replace("check_netcdf: ", "", 1)
            context.tool_texts.append(text)
            return text, {"tool_text": text}, report.summary, ()

        asked = {"file": file} | ({"finding": finding} if finding else {})
        return context.run("check_netcdf", asked, work)

    functions: list[Callable[..., Any]] = [search_documents, read_page, list_documents, calculate, estimate_memory]
    if context.data_folders:
        functions.append(check_netcdf)
    context.names = tuple(function.__name__ for function in functions)
    made = [
        StructuredTool.from_function(
            func=function,
            response_format="content_and_artifact",
            parse_docstring=function.__name__ not in _KNOWN,
            **_KNOWN.get(function.__name__, {}),
        )
        for function in functions
    ]
    # What a tool takes is the same in every turn, and working it out from its docstring takes long.
    _KNOWN.update({tool.name: {"description": tool.description, "args_schema": tool.args_schema} for tool in made})
    if context.data_folders:
        from tools.netcdf.adapters import with_files

        made[-1].description = with_files(made[-1].description, context.data_folders)
    return made


def as_sent(tool: Any) -> dict[str, Any]:
    """A tool as a model is told of it, in OpenAI's form; worked out once for each."""
    from langchain_core.utils.function_calling import convert_to_openai_tool

    if isinstance(tool, dict):
        return convert_to_openai_tool(tool)
    key = (tool.name, tool.description, id(tool.args_schema))
    if key not in _SENT:
        _SENT[key] = convert_to_openai_tool(tool)
    return _SENT[key]


def _limit(
    library: Library, documents: Sequence[str] | None, scope: tuple[str, ...] | None
) -> Callable[[], list[str] | None]:
    """The ids to search in: what was asked for, never outside the scope that the user set."""

    def wanted() -> list[str] | None:
        asked = [library.document(name).document_id for name in documents] if documents else None
        if scope is None:
            return asked
        inside = [document for document in (asked or scope) if document in scope]
        return inside or list(scope)

    return wanted


def _hidden(library: Library, passages: Sequence[Any]) -> dict[int, str]:
    """For each passage that holds text which its page does not show: what kind, and where."""
    found = {}
    for passage in passages:
        kinds = dict.fromkeys(reason for _, _, reason in library.hidden_in(passage.span))
        if kinds:
            found[passage.label] = f"{' and '.join(kinds)} on page {passage.span.page}"
    return found


def _found(passages: Sequence[Any]) -> str:
    files = list(dict.fromkeys(passage.document for passage in passages))
    if not files:
        return "no passage"
    count = f"{len(passages)} passage{'s' if len(passages) != 1 else ''}"
    return f"{count} from {files[0]}" if len(files) == 1 else f"{count} from {len(files)} documents"
