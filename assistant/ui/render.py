"""Turns as HTML. Pure functions; every text from outside is escaped here."""

from __future__ import annotations

from html import escape

from assistant.citations.export import as_text
from assistant.citations.model import Citation, Statement, Support
from assistant.prompts import NEAREST
from assistant.toolbox import ToolCall
from assistant.turn import Turn
from assistant.ui.badges import badges_html
from corpora.sentences import readable
from guards.about import flagged_passages

#: For each support: the sign, the class of its colour, and the words. The sign alone has to be enough.
STATES: dict[Support, tuple[str, str, str]] = {
    Support.SUPPORTED: ("✓", "verified", "verified in the source"),
    Support.PARTLY: ("◐", "partly", "partly supported"),
    Support.UNSUPPORTED: ("✗", "unsupported", "not supported by its source"),
    Support.UNCITED: ("○", "uncited", "no source"),
    Support.TOOL: ("=", "tool", "computed by a tool"),
    Support.NOTICE: ("", "notice", ""),
}
_LONGEST_QUOTE = 600


def answer_html(turn: Turn, number: int) -> str:
    """An answer: statements with their states and citation buttons, the working of tools, the summary.

    `number` is the turn's place in the conversation; a citation button carries `number:statement:citation` and
    where its words stand, so that the page can show them without asking what they were.
    """
    parts = [f'<div class="ll-answer" data-turn="{number}">']
    parts.extend(_statement(statement, number, index) for index, statement in enumerate(turn.checked.statements))
    parts.extend(_working(call) for call in turn.tools if call.working)
    parts.append(f'<p class="ll-summary">{escape(turn.summary)}{_flags(turn)}</p>')
    parts.extend(f'<p class="ll-hint">{escape(note)}</p>' for note in turn.notes)
    parts.extend(f'<p class="ll-flag ll-suspicious" role="note">{escape(line)}</p>' for line in warnings_of(turn))
    parts.append(badges_html(turn))
    parts.append(_actions(turn))
    parts.append(_details(turn))
    parts.append("</div>")
    return "".join(parts)


def warnings_of(turn: Turn) -> list[str]:
    """A line for each passage of the turn that a guard marked: which one, and what it holds."""
    places = {passage.label: f"{passage.document}, page {passage.span.page}" for passage in turn.passages}
    return [
        f"Warning: passage [{label}] ({places[label]}) is suspicious: {what}. It was read as data, not obeyed."
        for label, what in flagged_passages(turn.verdicts).items()
        if label in places
    ]


def _statement(statement: Statement, turn: int, index: int) -> str:
    sign, name, words = STATES[statement.support]
    text = escape(readable(statement.text))
    if statement.support is Support.NOTICE:
        kind = "ll-nearest" if statement.text.strip() == NEAREST else "ll-notice"
        return f'<p class="{kind}">{text}</p>'
    buttons = "".join(
        _button(citation, turn, index, place) for place, citation in enumerate(statement.citations) if citation.quote
    )
    places = dict.fromkeys(f"{c.document}, p. {c.page}" for c in statement.citations if c.quote)
    source = f' <small class="ll-source">{escape("; ".join(places))}</small>' if places else ""
    reason = f'<span class="ll-reason">{escape(statement.reason)}</span>' if name in ("partly", "unsupported") else ""
    return (
        f'<p class="ll-statement ll-{name}"><span class="ll-state" role="img" aria-label="{escape(words)}">{sign}'
        f"</span> {text} {buttons}{source}{reason}</p>"
    )


def _button(citation: Citation, turn: int, statement: int, place: int) -> str:
    quote = readable(citation.quote)[:_LONGEST_QUOTE]
    status = str(citation.status).replace("_", " ")
    words = f"Citation {citation.label}: {citation.document}, page {citation.page}, {status}"
    given = {
        "cite": f"{turn}:{statement}:{place}",
        "document": citation.document_id,
        "file": citation.document,
        "page": citation.page,
        "start": citation.start,
        "end": citation.end,
        "label": citation.label,
        "status": status,
        "reason": citation.reason,
        "quote": quote,
    }
    data = " ".join(f'data-{name}="{escape(str(value), quote=True)}"' for name, value in given.items())
    return (
        f'<button type="button" class="ll-cite ll-{citation.status}" {data} '
        f'aria-label="{escape(words, quote=True)}">{citation.label}</button>'
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


def _actions(turn: Turn) -> str:
    copied = escape(f"{turn.question}\n\n{as_text(turn.checked)}", quote=True)
    return (
        f'<p class="ll-actions"><button type="button" class="ll-copy" data-copy="{copied}">Copy with references'
        "</button>"
        '<button type="button" class="ll-edit">Edit and ask again</button>'
        '<button type="button" class="ll-thumb" data-thumb="up" aria-pressed="false">Useful</button>'
        '<button type="button" class="ll-thumb" data-thumb="down" aria-pressed="false">Not useful</button>'
        '<button type="button" class="ll-noted" aria-expanded="false">Note</button></p>'
        '<p class="ll-note-box" hidden><label>Your note on this answer <textarea rows="2" maxlength="10000"></textarea>'
        '</label><button type="button" class="ll-keep">Keep the note</button></p>'
    )


def _details(turn: Turn) -> str:
    rows = [f"answered by {turn.model} in {turn.timings.total_s:.2f} s, search {turn.timings.search_s:.2f} s"]
    rows += [f"{call.name} {_arguments(call)}: {call.summary} ({call.seconds:.2f} s)" for call in turn.tools]
    for verdict in turn.verdicts:
        found = [risk.name for risk in verdict.risks if risk.score >= 0.5]
        named = f" ({', '.join(found)})" if found else ""
        rows.append(f"{verdict.stage}: {verdict.guard} guard says {verdict.state}{named}. {verdict.reason}".strip())
    items = "".join(f"<li>{escape(row)}</li>" for row in rows)
    thinking = (
        f'<details class="ll-thinking"><summary>What the model thought (not checked, never cited)</summary>'
        f"<p>{escape(turn.thinking)}</p></details>"
        if turn.thinking
        else ""
    )
    return (
        f'<details class="ll-details"><summary>How this answer was made</summary><ul>{items}</ul>{thinking}</details>'
    )


def _arguments(call: ToolCall) -> str:
    return ", ".join(f"{name}={value!r}"[:120] for name, value in call.arguments.items())


def problem_html(message: str, mend: str = "") -> str:
    """What happened, and what mends it."""
    mended = f' <span class="ll-mend">{escape(mend)}</span>' if mend else ""
    return f'<p class="ll-problem" role="alert"><strong>{escape(message)}</strong>{mended}</p>'


def notice_html(text: str) -> str:
    return f'<p class="ll-problem" role="alert">{escape(text)}</p>'
