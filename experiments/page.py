"""The tab of experiments: start a run, watch it, compare results. It comes onto the page as an entry point."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from corpora.errors import LeadlineError, UsageError
from experiments.suite import Setup
from experiments.suites import suite
from experiments.watch import Runs, State, models_at_hand, result_files

if TYPE_CHECKING:
    from assistant.assistant import Assistant

#: Suites whose cases are files that do not come with Leadline are run from the command line.
ON_THE_PAGE = ("tools", "calls", "answers", "retrieval", "guards")
NOTHING_YET = '<p class="ll-empty">No run yet. Results stay in the data folder, under experiments.</p>'
_HEAD = (
    "<style>#ll-experiments { max-width: 1100px; margin: 0 auto; padding: 0 1rem 2rem; } "
    "#ll-experiments .ll-page-pane { padding: .9rem 0 .4rem; }</style>"
    '<div class="ll-page-pane"><h2>Experiments</h2><p class="ll-hint">How well models call tools and answer, how well '
    "search finds and guards tell, measured on this machine. A small number of cases is a first look; the intervals "
    "say how far it carries.</p></div>"
)


def tab(assistant: Assistant) -> None:
    """Build the tab inside the block that is open. The run belongs to this tab, not to a browser."""
    page = _Page(assistant)
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    with gr.Column(elem_id="ll-experiments"):
        _build(page, quiet)


def _build(page: _Page, quiet: dict[str, Any]) -> None:
    gr.HTML(_HEAD, apply_default_css=False)
    with gr.Row(elem_classes=["ll-form-row"]):
        name = gr.Dropdown(page.suites(), value="tools", label="Suite", elem_id="ll-exp-suite", scale=3)
        models = gr.Dropdown(
            ["embedded"],
            value=["embedded"],
            multiselect=True,
            allow_custom_value=True,
            label="Models, searches or guards",
            elem_id="ll-exp-models",
            scale=4,
        )
        limit = gr.Number(20, label="Cases", precision=0, minimum=1, maximum=10_000, elem_id="ll-exp-limit", scale=1)
        repeat = gr.Number(1, label="Repeats", precision=0, minimum=1, maximum=50, scale=1)
    questions = gr.File(label="Your own questions (JSONL), for answers and retrieval", type="filepath", height=110)
    with gr.Row(elem_classes=["ll-form-row"]):
        go = gr.Button("Start", variant="primary", elem_id="ll-exp-start")
        stop = gr.Button("Stop", elem_id="ll-exp-stop")
        watch = gr.Button("Watch the run", elem_id="ll-exp-watch")
    shown = gr.HTML(NOTHING_YET, elem_id="ll-exp-state", padding=False)
    with gr.Row(elem_classes=["ll-form-row"]):
        files = gr.Dropdown(
            page.results(), multiselect=True, label="Results to compare", elem_id="ll-exp-results", scale=6
        )
        compare = gr.Button("Compare", variant="primary", elem_id="ll-exp-compare", scale=1)
    report = gr.HTML("", elem_id="ll-exp-report", padding=False)
    downloads = gr.File(label="The report as files", file_count="multiple", interactive=False, visible=False)

    name.change(page.defaults, [name], [models], **quiet)
    # What is there is looked up when somebody asks, not while the page is built: a server may be slow to answer.
    models.focus(page.choices, [name], [models], **quiet)
    files.focus(lambda: gr.update(choices=page.results()), None, [files], **quiet)
    go.click(page.start, [name, models, limit, repeat, questions], [shown, files], **quiet)
    watch.click(page.watch, None, [shown, files], **quiet)
    stop.click(page.stop, None, None, **quiet)
    compare.click(page.compare, [files], [report, downloads], show_progress_on=[report], api_visibility="private")


class _Page:
    """What the tab's buttons do."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._runs = Runs()

    @property
    def _folder(self) -> Path:
        return self._assistant.settings.home / "experiments"

    def suites(self) -> list[tuple[str, str]]:
        return [(f"{suite(name).title} ({name})", name) for name in ON_THE_PAGE]

    def models(self) -> list[str]:
        from assistant.models import installed

        return models_at_hand(lambda: [one.name for one in installed(self._assistant.settings)])

    def defaults(self, name: str) -> Any:
        """What a suite measures: chat models, searches or guards."""
        return gr.update(choices=self._choices(name), value=list(suite(name).default_models))

    def choices(self, name: str) -> Any:
        return gr.update(choices=self._choices(name))

    def _choices(self, name: str) -> list[str]:
        return ["leadline", "plain"] if suite(name).takes == "searches" else self.models()

    def results(self) -> list[str]:
        return [path.name for path in result_files(self._folder)]

    def start(
        self, name: str, models: list[str], limit: float | None, repeat: float | None, questions: str | None
    ) -> Iterator[tuple[str, Any]]:
        """Begin a run and show it until it ends; closing the browser does not stop it."""
        from experiments.chat import pinned
        from experiments.runner import Options

        try:
            own = Path(questions) if questions else None
            setup = Setup(pinned(self._assistant.settings), questions=own)
            out = self._folder / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}.jsonl"
            self._runs.start(
                name, setup, Options(tuple(models), out, repeat=int(repeat or 1), limit=int(limit) if limit else None)
            )
        except LeadlineError as error:
            yield _notice(str(error)), gr.update()
            return
        yield from self.watch()

    def watch(self) -> Iterator[tuple[str, Any]]:
        """Show the run that is under way, or how the last one ended."""
        state = self._runs.state
        while state is not None and state.running:
            yield state_html(state), gr.update()
            state = self._runs.wait(2.0)
        if state is None:
            yield NOTHING_YET, gr.update(choices=self.results())
            return
        if state.finished is None:
            yield state_html(state), gr.update()
            return
        yield state_html(state), gr.update(choices=self.results(), value=[state.finished.out.name])

    def stop(self) -> None:
        self._runs.stop()

    def compare(self, names: list[str] | None) -> tuple[str, Any]:
        """The report on the chosen results, in a frame of its own, and as files to keep."""
        from experiments.report.html import page, write_html
        from experiments.report.text import write_markdown

        known = set(self.results())
        paths = [self._folder / name for name in names or () if name in known]
        try:
            if not paths:
                raise UsageError("No results were chosen.", "Choose one or several above.")
            body = page(paths)
            folder = Path(tempfile.mkdtemp(prefix="leadline-report-"))
            write_html(paths, folder / "report.html")
            write_markdown(paths, folder / "report.md")
        except LeadlineError as error:
            return _notice(str(error)), gr.update(visible=False)
        # A whole page of its own: a frame without scripts keeps its styles apart.
        frame = (
            f'<iframe class="ll-frame" sandbox title="Report" style="width:100%;height:75vh;border:0;background:#fff" '
            f'srcdoc="{escape(body, quote=True)}"></iframe>'
        )
        kept = [str(folder / "report.html"), str(folder / "report.md")]
        return frame, gr.update(value=kept, visible=True)


def state_html(state: State) -> str:
    """A run as a reader sees it: a bar, how far, how long, and how it ended."""
    if state.error:
        return _notice(state.error)
    told, finished = state.progress, state.finished
    if finished is not None:
        words = f"{finished.done} of {finished.total} results of {state.suite} in {finished.out.name}"
        if finished.stopped:
            words += f"; {finished.stopped}"
        if finished.errors:
            words += f"; {finished.errors} failed for want of a model or a file"
        return _status(f"{words}.", finished.done, finished.total)
    if told is None:
        return _status(f"{state.suite}: getting ready …")
    left = f", about {told.left_s:.0f} s left" if told.left_s is not None else ""
    score = f"score so far {100 * told.score:.0f} %"
    return _status(f"{told.done} of {told.total}, {told.model}, {score}{left}", told.done, told.total)


def _status(words: str, done: int = 0, total: int = 0) -> str:
    bar = _bar(done, total) if total else ""
    return f'<section class="ll-result" role="status"><p>{escape(words)}</p>{bar}</section>'


def _bar(done: int, total: int) -> str:
    told = f"{done} of {total}"
    return f'<progress aria-label="done" max="{total}" value="{done}" style="width:100%">{told}</progress>'


def _notice(text: str) -> str:
    from assistant.ui.render import notice_html

    return notice_html(text)
