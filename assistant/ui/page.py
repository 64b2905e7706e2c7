"""The page's layout and what its parts do. The state of a visitor is the log of the conversation."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.assistant import Assistant, Event
from assistant.models import choose
from assistant.prompts import EMBEDDED_EXPLAINED
from assistant.screening import suspicious
from assistant.turn import Turn
from assistant.ui import render, tools
from assistant.ui.export import FORMATS, write_export
from assistant.ui.warm import WarmUp
from corpora.errors import LeadlineError
from ingest.pipeline import Source, ingest
from ingest.render import render_page

EXAMPLES = (
    "Who was the chief scientist of HF31?",
    "Compare the salinity duplicates of HF31 and ML09.",
    "Which moorings were recovered on HF31?",
    "What is 1000 dbar in m at 60N?",
    "What is the call sign of RV Marrow Light?",
)
_HEAD = (
    '<div class="ll-head"><h1>Leadline</h1><p>Answers from your own documents, every sentence checked against the '
    "page.</p></div>"
)
_DOING = {
    "search_documents": "Searching",
    "calculate": "Calculating",
    "read_page": "Reading a page",
    "estimate_memory": "Estimating memory",
    "check_netcdf": "Checking the file",
}
Message = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One exchange: the question, and the turn that answered it or the words that say why none did."""

    question: str
    turn: Turn | None = None
    problem: str = ""


class Page:
    """Builds the page over an assistant. `examples` are questions offered under the chat."""

    def __init__(self, assistant: Assistant, warm: WarmUp, examples: Sequence[str] = EXAMPLES) -> None:
        self.assistant = assistant
        self.warm = warm
        self.examples = examples

    # What the parts do -----------------------------------------------------------------------------------

    def status(self) -> str:
        try:
            name, note = choose(self.assistant.settings).name, ""
        except LeadlineError as error:
            name, note = "embedded", str(error)
        stats = self.assistant.library.stats()
        return render.status_html(
            name, "embedded", stats["documents"], stats["pages"], self.warm.ready, note or self.warm.problem
        )

    def library(self) -> tuple[str, str, Any]:
        documents = self.assistant.library.documents()
        return self.status(), render.documents_html(documents), gr.update(choices=[d.file for d in documents])

    def ask(
        self, question: str, scope: list[str] | None, log: list[Entry]
    ) -> Iterator[tuple[list[Message], list[Entry], Any]]:
        """One turn, streamed: tools as they run, then the checked answer."""
        question = (question or "").strip()
        if not question:
            yield messages(log), log, gr.update()
            return
        asked = [*messages(log), {"role": "user", "content": question}]
        steps = [_step("Reading the question" if self.warm.ready else "Getting ready (first start)", "pending")]
        yield [*asked, *steps], log, ""
        self.warm.wait()
        stopped = threading.Event()
        try:
            for event in self.assistant.stream(
                question, documents=scope or None, history=_turns(log), cancelled=stopped
            ):
                if event.turn is not None:
                    log = [*log, Entry(question, event.turn)]
                    yield messages(log), log, gr.update()
                    return
                if event.kind == "waiting":
                    # Gradio can end a turn only where it yields: this is what makes Stop work at once.
                    yield gr.skip(), gr.skip(), gr.skip()
                    continue
                steps = _advance(steps, event)
                yield [*asked, *steps], log, gr.update()
        except LeadlineError as error:
            log = [*log, Entry(question, problem=str(error))]
            yield messages(log), log, gr.update()
        finally:
            stopped.set()

    def stop(self, log: list[Entry]) -> list[Message]:
        """What is shown once a turn was stopped: everything that was finished before it."""
        return [*messages(log), {"role": "assistant", "content": "Stopped. Nothing of this turn was kept."}]

    def show(self, chosen: str, log: list[Entry]) -> tuple[str, Any]:
        """The page of a chosen citation, its words marked, and the tab that shows it."""
        return self._evidence(chosen, log), gr.Tabs(selected="evidence")

    def _evidence(self, chosen: str, log: list[Entry]) -> str:
        try:
            entry, statement, place = (int(part) for part in (chosen or "").split("#")[0].split(":"))
            turn = log[entry].turn
            citation = turn.checked.statements[statement].citations[place] if turn else None
        except (ValueError, IndexError):
            citation = None
        if citation is None:
            return render.EMPTY_EVIDENCE
        library = self.assistant.library
        try:
            document = library.document(citation.document_id)
            page = library.page(citation.document_id, citation.page)
            file = library.file_of(citation.document_id)
            if file is None:
                return render.notice_html(f"The kept copy of {citation.document} is gone. Ingest it again.")
            boxes = library.boxes(citation.span)
            picture = render_page(file, citation.page)
        except LeadlineError as error:
            return render.notice_html(str(error))
        note = "" if citation.status.verified else f"{citation.status}: {citation.reason}"
        return render.evidence_html(document, page, picture, boxes, citation.quote, note)

    def upload(self, files: list[str] | None, progress: gr.Progress) -> Iterator[tuple[str, str, str, Any]]:
        """Add uploaded files to the library, one after the other, with progress."""
        if not files:
            yield "", *self.library()
            return
        self.warm.wait()
        sources = [Source(Path(f), Path(f).name, f"upload:{Path(f).name}") for f in files]
        results: list[Any] = []
        stop = threading.Event()
        limit = self.assistant.settings.max_file_mib * 2**20

        def report(state: Any) -> None:
            part = state.done / state.total if state.total else 0.0
            left = f", about {state.seconds_left:.0f} s left" if state.seconds_left else ""
            progress(
                (state.number - 1 + part) / state.files,
                desc=f"{state.stage} {state.file} ({state.number} of {state.files}{left})",
            )

        try:
            for result in ingest(
                self.assistant.library, sources, progress=report, cancelled=stop, screen=suspicious, max_bytes=limit
            ):
                results.append(result)
                yield render.results_html(results), *self.library()
        except LeadlineError as error:
            yield render.results_html(results) + render.notice_html(str(error)), *self.library()
        finally:
            stop.set()

    def export(self, log: list[Entry], kind: str) -> Any:
        """The conversation, or the references of its documents, as a file to download."""
        turns = _turns(log)
        if not turns:
            return gr.update(visible=False)
        folder = Path(tempfile.mkdtemp(prefix="leadline-export-"))
        return gr.update(value=str(write_export(turns, self.assistant.library, kind, folder)), visible=True)

    # The layout ------------------------------------------------------------------------------------------

    def build(self) -> gr.Blocks:
        with gr.Blocks(title="Leadline", analytics_enabled=False) as blocks:
            gr.HTML(_HEAD)
            status = gr.HTML(self.status)
            gr.HTML(render.guard_html())
            with gr.Tabs():
                with gr.Tab("Ask"):
                    self._ask_tab(blocks, status)
                with gr.Tab("Calculator"):
                    tools.calculator_tab()
                with gr.Tab("Memory"):
                    tools.memory_tab()
                with gr.Tab("NetCDF"):
                    tools.netcdf_tab(self.assistant.settings.home)
        return blocks

    def _ask_tab(self, blocks: gr.Blocks, status: gr.HTML) -> None:
        log = gr.State([])
        chosen = gr.Textbox(elem_id="ll-chosen", visible="hidden", label="chosen citation")
        with gr.Row(equal_height=False):
            with gr.Column(scale=5, min_width=340):
                chat = gr.Chatbot(
                    elem_id="ll-chat",
                    height="64vh",
                    show_label=False,
                    allow_tags=False,
                    placeholder=f"Ask about your documents.\n\n{EMBEDDED_EXPLAINED}",
                    buttons=[],
                )
                with gr.Row():
                    question = gr.Textbox(
                        elem_id="ll-question",
                        show_label=False,
                        container=False,
                        placeholder="Ask a question about your documents",
                        scale=8,
                        max_length=20_000,
                    )
                    send = gr.Button("Ask", variant="primary", scale=1, min_width=80, elem_id="ll-ask")
                    halt = gr.Button("Stop", scale=1, min_width=80, elem_id="ll-stop")
                gr.Examples([[e] for e in self.examples], inputs=[question], label="Try one of these")
            with gr.Column(scale=4, min_width=320), gr.Tabs(selected="evidence") as tabs:
                with gr.Tab("Evidence", id="evidence"):
                    evidence = gr.HTML(render.EMPTY_EVIDENCE, elem_id="ll-evidence", elem_classes=["ll-evidence-box"])
                with gr.Tab("Library", id="library"):
                    files = gr.File(
                        label="Add PDFs", file_count="multiple", type="filepath", elem_id="ll-upload", height=120
                    )
                    outcome = gr.HTML(elem_id="ll-outcome")
                    scope = gr.Dropdown(
                        label="Answer only from these documents (all when empty)",
                        choices=[],
                        multiselect=True,
                        elem_id="ll-scope",
                    )
                    documents = gr.HTML(elem_id="ll-documents")
                with gr.Tab("Export", id="export"):
                    kind = gr.Radio(list(FORMATS), value=next(iter(FORMATS)), label="Format", elem_id="ll-format")
                    make = gr.Button("Make the file", elem_id="ll-export")
                    download = gr.File(label="Download", interactive=False, visible=False, elem_id="ll-download")
        run = gr.on(
            [question.submit, send.click],
            self.ask,
            [question, scope, log],
            [chat, log, question],
            show_progress="hidden",
            concurrency_limit=4,
        )
        chat.clear(list, None, [log], show_progress="hidden")
        halt.click(self.stop, [log], [chat], cancels=[run], show_progress="hidden")
        chosen.change(self.show, [chosen, log], [evidence, tabs], show_progress="hidden", concurrency_limit=8)
        make.click(self.export, [log, kind], [download], show_progress="hidden")
        upload = self.upload

        def add(paths: list[str] | None, progress: gr.Progress = gr.Progress()) -> Iterator[Any]:
            yield from upload(paths, progress)

        files.upload(add, [files], [outcome, status, documents, scope], show_progress_on=[outcome])
        blocks.load(self.library, None, [status, documents, scope], show_progress="hidden")
        timer = gr.Timer(2.0)
        timer.tick(self._until_ready, None, [status, documents, scope, timer], show_progress="hidden")

    def _until_ready(self) -> tuple[str, str, Any, Any]:
        return *self.library(), gr.Timer(active=not self.warm.ready)


def _turns(log: Sequence[Entry]) -> list[Turn]:
    return [entry.turn for entry in log if entry.turn is not None]


def messages(log: Sequence[Entry]) -> list[Message]:
    """The conversation as the chat shows it."""
    shown: list[Message] = []
    for number, entry in enumerate(log):
        shown.append({"role": "user", "content": entry.question})
        if entry.turn is not None:
            shown.append({"role": "assistant", "content": gr.HTML(render.answer_html(entry.turn, number))})
        else:
            shown.append({"role": "assistant", "content": gr.HTML(render.notice_html(entry.problem))})
    return shown


def _step(title: str, status: str, detail: str = "") -> Message:
    return {"role": "assistant", "content": detail, "metadata": {"title": title, "status": status}}


def _advance(steps: list[Message], event: Event) -> list[Message]:
    """The steps of a turn after one more event."""
    kept = [s for s in steps if s["metadata"]["status"] == "done"]
    if event.kind == "started":
        subject = next(
            (event.arguments[key] for key in ("query", "expression", "model", "file") if key in event.arguments), ""
        )
        where = f" in {', '.join(event.arguments['documents'])}" if event.arguments.get("documents") else ""
        title = f"{_DOING.get(event.name, event.name)}{where}: {str(subject)[:80]}".rstrip(": ")
        return [*kept, _step(title, "pending")]
    if event.kind == "finished" and event.call is not None:
        title = f"{event.call.name}: {event.call.summary}"[:140]
        return [*kept, _step(title, "done", f"{event.call.seconds:.2f} s")]
    return [*kept, _step("Checking every sentence against its page", "pending")]
