"""The page's layout and what its parts do. State of a visitor: the turns of the conversation."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.assistant import Assistant, Event
from assistant.models import choose
from assistant.prompts import EMBEDDED_EXPLAINED
from assistant.turn import Turn
from assistant.ui import render
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
Message = dict[str, Any]


class Page:
    """Builds the page over an assistant. `examples` are questions offered under an empty chat."""

    def __init__(self, assistant: Assistant, warm: WarmUp, examples: Sequence[str] = EXAMPLES) -> None:
        self.assistant = assistant
        self.warm = warm
        self.examples = examples

    # What the parts do -----------------------------------------------------------------------------------

    def status(self) -> str:
        try:
            choice = choose(self.assistant.settings)
            name, note = choice.name, ""
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
        self, question: str, scope: list[str] | None, turns: list[Turn], shown: list[Message]
    ) -> Iterator[tuple[list[Message], list[Turn], str, str]]:
        """One turn, streamed: tools as they run, then the checked answer."""
        question = (question or "").strip()
        if not question:
            yield shown, turns, "", self.status()
            return
        shown = [*shown, {"role": "user", "content": question}]
        steps: list[Message] = []
        if not self.warm.ready:
            steps.append(_step("Getting ready (first start)", "pending"))
            yield [*shown, *steps], turns, "", self.status()
            self.warm.wait()
            steps.clear()
        steps.append(_step("Reading the question", "pending"))
        yield [*shown, *steps], turns, "", self.status()
        try:
            for event in self.assistant.stream(question, documents=scope or None):
                if event.turn is not None:
                    steps = [s for s in steps if s["metadata"]["status"] == "done"]
                    turns = [*turns, event.turn]
                    answer = {"role": "assistant", "content": gr.HTML(render.answer_html(event.turn, len(turns) - 1))}
                    yield [*shown, *steps, answer], turns, "", self.status()
                    return
                steps = _advance(steps, event)
                yield [*shown, *steps], turns, "", self.status()
        except LeadlineError as error:
            yield [*shown, *_done(steps), {"role": "assistant", "content": f"⚠ {error}"}], turns, "", self.status()

    def show(self, chosen: str, turns: list[Turn]) -> tuple[str, Any]:
        """The page of a chosen citation, its words marked, and the tab that shows it."""
        return self._evidence(chosen, turns), gr.Tabs(selected="evidence")

    def _evidence(self, chosen: str, turns: list[Turn]) -> str:
        name = (chosen or "").split("#")[0]
        try:
            turn, statement, place = (int(part) for part in name.split(":"))
            citation = turns[turn].checked.statements[statement].citations[place]
        except (ValueError, IndexError):
            return render.EMPTY_EVIDENCE
        library = self.assistant.library
        try:
            document = library.document(citation.document_id)
            page = library.page(citation.document_id, citation.page)
            file = library.file_of(citation.document_id)
            if file is None:
                return f'<p class="ll-note">The kept copy of {citation.document} is gone. Ingest it again.</p>'
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

        def report(state: Any) -> None:
            part = state.done / state.total if state.total else 0.0
            left = f", about {state.seconds_left:.0f} s left" if state.seconds_left else ""
            progress(
                (state.number - 1 + part) / state.files,
                desc=f"{state.stage} {state.file} ({state.number} of {state.files}{left})",
            )

        try:
            for result in ingest(self.assistant.library, sources, progress=report, cancelled=stop):
                results.append(result)
                yield render.results_html(results), *self.library()
        except LeadlineError as error:
            yield render.results_html(results) + render.notice_html(str(error)), *self.library()
        finally:
            stop.set()

    # The layout ------------------------------------------------------------------------------------------

    def build(self) -> gr.Blocks:
        with gr.Blocks(title="Leadline", analytics_enabled=False) as blocks:
            gr.HTML(_HEAD)
            status = gr.HTML(self.status())
            turns = gr.State([])
            shown = gr.State([])
            chosen = gr.Textbox(elem_id="ll-chosen", visible="hidden", label="chosen citation")
            with gr.Row(equal_height=False):
                with gr.Column(scale=5, min_width=340):
                    chat = gr.Chatbot(
                        elem_id="ll-chat",
                        height="66vh",
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
                            autofocus=True,
                            max_length=20_000,
                        )
                        send = gr.Button("Ask", variant="primary", scale=1, min_width=80, elem_id="ll-ask")
                        halt = gr.Button("Stop", scale=1, min_width=80, elem_id="ll-stop")
                    gr.Examples([[e] for e in self.examples], inputs=[question], label="Try one of these")
                with gr.Column(scale=4, min_width=320), gr.Tabs(selected="evidence") as tabs:
                    with gr.Tab("Evidence", id="evidence"):
                        evidence = gr.HTML(
                            render.EMPTY_EVIDENCE, elem_id="ll-evidence", elem_classes=["ll-evidence-box"]
                        )
                    with gr.Tab("Library", id="library"):
                        files = gr.File(
                            label="Add PDFs",
                            file_count="multiple",
                            type="filepath",
                            elem_id="ll-upload",
                            height=120,
                        )
                        outcome = gr.HTML(elem_id="ll-outcome")
                        scope = gr.Dropdown(
                            label="Answer only from these documents (all when empty)",
                            choices=[],
                            multiselect=True,
                            elem_id="ll-scope",
                        )
                        documents = gr.HTML(elem_id="ll-documents")
            asking = [question, scope, turns, shown]
            asked = [chat, turns, question, status]
            runs = [
                gr.on(
                    [question.submit, send.click], self.ask, asking, asked, show_progress="hidden", concurrency_limit=4
                )
            ]
            runs[0].then(_remember, [chat, turns, shown], [shown], show_progress="hidden")
            halt.click(None, cancels=runs, queue=False)
            chosen.change(self.show, [chosen, turns], [evidence, tabs], show_progress="hidden", concurrency_limit=8)
            upload = self.upload

            def add(paths: list[str] | None, progress: gr.Progress = gr.Progress()) -> Iterator[Any]:
                yield from upload(paths, progress)

            files.upload(add, [files], [outcome, status, documents, scope], show_progress_on=[outcome])
            blocks.load(self.library, None, [status, documents, scope], show_progress="hidden")
            timer = gr.Timer(2.0)
            timer.tick(self._until_ready, None, [status, documents, scope, timer], show_progress="hidden")
        return blocks

    def _until_ready(self) -> tuple[str, str, Any, Any]:
        return *self.library(), gr.Timer(active=not self.warm.ready)


def _remember(chat: list[Message], turns: list[Turn], shown: list[Message]) -> list[Message]:
    return shown


def _step(title: str, status: str, detail: str = "") -> Message:
    return {"role": "assistant", "content": detail, "metadata": {"title": title, "status": status}}


def _done(steps: list[Message]) -> list[Message]:
    return [{**s, "metadata": {**s["metadata"], "status": "done"}} for s in steps]


def _advance(steps: list[Message], event: Event) -> list[Message]:
    """The steps of a turn after one more event."""
    kept = [s for s in steps if s["metadata"]["status"] == "done"]
    if event.kind == "started":
        wording = {"search_documents": "Searching", "calculate": "Calculating", "read_page": "Reading a page"}
        subject = event.arguments.get("query") or event.arguments.get("expression") or ""
        where = f" in {', '.join(event.arguments['documents'])}" if event.arguments.get("documents") else ""
        title = f"{wording.get(event.name, event.name)}{where}: {str(subject)[:80]}".rstrip(": ")
        return [*kept, _step(title, "pending")]
    if event.kind == "finished" and event.call is not None:
        title = f"{event.call.name}: {event.call.summary}"[:140]
        return [*kept, _step(title, "done", f"{event.call.seconds:.2f} s")]
    return [*kept, _step("Checking every sentence against its page", "pending")]
