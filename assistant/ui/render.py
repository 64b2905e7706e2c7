"""Turns, pages and documents as HTML. Pure functions; every text from outside is escaped here."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

from assistant.citations.export import as_text
from assistant.citations.model import Citation, Statement, Support
from assistant.prompts import NEAREST
from assistant.toolbox import ToolCall
from assistant.turn import Turn
from corpora.model import Box, Document, Page
from corpora.sentences import readable
from guards.about import EMBEDDED_LIMITS
from ingest.render import Picture

#: For each support: the sign, the class of its colour, and the words. The sign alone has to be enough.
STATES: dict[Support, tuple[str, str, str]] = {
    Support.SUPPORTED: ("✓", "verified", "verified in the source"),
    Support.PARTLY: ("◐", "partly", "partly supported"),
    Support.UNSUPPORTED: ("✗", "unsupported", "not supported by its source"),
    Support.UNCITED: ("○", "uncited", "no source"),
    Support.TOOL: ("=", "tool", "computed by a tool"),
    Support.NOTICE: ("", "notice", ""),
}


def answer_html(turn: Turn, number: int) -> str:
    """An answer: statements with their states and citation buttons, the working of tools, the summary.

    `number` is the turn's place in the conversation; a citation button carries `number:statement:citation`.
    """
    parts = [f'<div class="ll-answer" data-turn="{number}">']
    parts.extend(_statement(statement, number, index) for index, statement in enumerate(turn.checked.statements))
    parts.extend(_working(call) for call in turn.tools if call.working)
    parts.append(f'<p class="ll-summary" role="status">{escape(turn.checked.summary)}{_flags(turn)}</p>')
    copied = escape(f"{turn.question}\n\n{as_text(turn.checked)}", quote=True)
    parts.append(f'<button type="button" class="ll-copy" data-copy="{copied}">Copy with references</button>')
    parts.append(_details(turn))
    parts.append("</div>")
    return "".join(parts)


def _statement(statement: Statement, turn: int, index: int) -> str:
    sign, name, words = STATES[statement.support]
    text = escape(readable(statement.text))
    if statement.support is Support.NOTICE:
        kind = "ll-nearest" if statement.text.strip() == NEAREST else "ll-notice"
        return f'<p class="{kind}">{text}</p>'
    buttons = "".join(
        _button(citation, turn, index, place) for place, citation in enumerate(statement.citations) if citation.quote
    )
    why = escape(statement.reason or words)
    places = dict.fromkeys(f"{c.document}, p. {c.page}" for c in statement.citations if c.quote)
    source = f' <small class="ll-source">{escape("; ".join(places))}</small>' if places else ""
    return (
        f'<p class="ll-statement ll-{name}"><span class="ll-state" role="img" aria-label="{escape(words)}" '
        f'title="{why}">{sign}</span> {text} {buttons}{source}'
        + (f'<span class="ll-reason">{escape(statement.reason)}</span>' if name in ("partly", "unsupported") else "")
        + "</p>"
    )


def _button(citation: Citation, turn: int, statement: int, place: int) -> str:
    quote = escape(readable(citation.quote)[:400])
    where = escape(f"{citation.document}, page {citation.page}")
    return (
        f'<button type="button" class="ll-cite ll-{citation.status}" data-cite="{turn}:{statement}:{place}" '
        f'title="{where}: “{quote}”" aria-label="Citation {citation.label}: {where}">{citation.label}</button>'
    )


def _working(call: ToolCall) -> str:
    lines = "".join(f"<li>{escape(line)}</li>" for line in call.working if line)
    return f'<details class="ll-working" open><summary>{escape(call.name)}: working</summary><ul>{lines}</ul></details>'


def _flags(turn: Turn) -> str:
    flags = []
    if turn.checked.unknown_labels:
        labels = ", ".join(f"[{label}]" for label in turn.checked.unknown_labels)
        flags.append(f"unknown label{'s' if len(turn.checked.unknown_labels) > 1 else ''} {labels}")
    if turn.checked.not_found_quotes:
        count = len(turn.checked.not_found_quotes)
        flags.append(f"{count} quotation{'s' if count > 1 else ''} not found in the sources")
    return f' <span class="ll-flag">{escape("; ".join(flags))}</span>' if flags else ""


def _details(turn: Turn) -> str:
    rows = [f"answered by {turn.model} in {turn.timings.total_s:.2f} s, search {turn.timings.search_s:.2f} s"]
    rows += [f"{call.name} {_arguments(call)}: {call.summary} ({call.seconds:.2f} s)" for call in turn.tools]
    for verdict in turn.verdicts:
        rows.append(f"{verdict.stage} checked by the {verdict.guard} guard: {verdict.state}. {verdict.reason}")
    items = "".join(f"<li>{escape(row)}</li>" for row in rows)
    return f'<details class="ll-details"><summary>How this answer was made</summary><ul>{items}</ul></details>'


def _arguments(call: ToolCall) -> str:
    return ", ".join(f"{name}={value!r}"[:120] for name, value in call.arguments.items())


def evidence_html(
    document: Document,
    page: Page,
    picture: Picture,
    boxes: Sequence[Box],
    quote: str,
    note: str = "",
) -> str:
    """A page with the quoted words marked. Boxes are placed in per cent of the page, so they scale with it."""
    image = base64.b64encode(picture.data).decode("ascii")
    marks = "".join(
        f'<div class="ll-mark" style="left:{100 * b.x0 / picture.width:.3f}%;top:{100 * b.y0 / picture.height:.3f}%;'
        f'width:{100 * (b.x1 - b.x0) / picture.width:.3f}%;height:{100 * (b.y1 - b.y0) / picture.height:.3f}%"></div>'
        for b in boxes
    )
    printed = f" (printed {escape(page.label)})" if page.label and page.label != str(page.number) else ""
    missing = "" if boxes or not quote else '<p class="ll-note">This page has no positions to mark.</p>'
    quoted = f'<blockquote class="ll-quote">{escape(readable(quote))}</blockquote>' if quote else ""
    return (
        f'<section class="ll-evidence" aria-label="Cited page">'
        f"<h3>{escape(document.title or document.file)}</h3>"
        f'<p class="ll-where">{escape(document.file)}, page {page.number}{printed} of {document.pages}</p>'
        f"{quoted}{missing}"
        + (f'<p class="ll-note">{escape(note)}</p>' if note else "")
        + f'<div class="ll-page" data-page="{page.number}" style="aspect-ratio:{picture.width}/{picture.height}">'
        f'<img alt="Page {page.number} of {escape(document.file)}" src="data:image/webp;base64,{image}">{marks}</div>'
        "</section>"
    )


EMPTY_EVIDENCE = (
    '<section class="ll-evidence ll-empty" aria-label="Cited page"><p>Choose a number in an answer to see the page '
    "that it quotes, with the words marked.</p></section>"
)


def documents_html(documents: Sequence[Document]) -> str:
    """What is in the library."""
    if not documents:
        return '<p class="ll-empty">No documents yet. Add PDFs above.</p>'
    rows = "".join(
        f"<tr><td>{escape(d.title or d.file)}<br><small>{escape(d.file)}</small>"
        + (f'<br><small class="ll-note">{escape("; ".join(d.notes))}</small>' if d.notes else "")
        + f"</td><td>{d.pages}</td></tr>"
        for d in documents
    )
    return (
        '<table class="ll-documents"><thead><tr><th scope="col">Document</th><th scope="col">Pages</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def results_html(results: Sequence[object]) -> str:
    """What became of uploaded files."""
    rows = "".join(
        f'<li class="ll-{escape(str(r.status))}"><strong>{escape(str(r.status))}</strong> {escape(str(r.file))}'  # type: ignore[attr-defined]
        f"{': ' + escape(str(r.reason)) if r.reason else f': {r.pages} pages'}</li>"  # type: ignore[attr-defined]
        for r in results
    )
    return f'<ul class="ll-results" role="status">{rows}</ul>'


def status_html(model: str, guard: str, documents: int, pages: int, ready: bool, note: str = "") -> str:
    """The line that says at all times who answers, who guards, and what is in the library."""
    what = (
        "embedded model (quotes your documents, needs no server)" if model == "embedded" else f"{model} through Ollama"
    )
    library = f"{documents} document{'s' if documents != 1 else ''}, {pages} pages"
    waiting = "" if ready else '<span class="ll-busy">getting ready: the first question waits</span>'
    return (
        f'<p class="ll-status" role="status"><span>Answers: <strong>{escape(what)}</strong></span>'
        f"<span>Guard: <strong>{escape(guard)}</strong></span><span>Library: {escape(library)}</span>"
        f"<span>Everything stays on this machine.</span>{waiting}"
        + (f'<span class="ll-flag">{escape(note)}</span>' if note else "")
        + "</p>"
    )


def guard_html() -> str:
    """What the embedded guard can do and cannot, folded."""
    return (
        '<details class="ll-details"><summary>What the guard can and cannot do</summary>'
        f"<p>{escape(EMBEDDED_LIMITS)}</p></details>"
    )


def notice_html(text: str) -> str:
    return f'<p class="ll-note" role="alert">{escape(text)}</p>'
