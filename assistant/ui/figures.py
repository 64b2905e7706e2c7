"""Figures of the last turns as a small chart: how long until the first words, how fast, how full the context was."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from assistant.turn import Turn

if TYPE_CHECKING:
    from assistant.ui.desks import Desk

SHOWN = 20
_WIDTH, _HEIGHT, _BASE = 520, 130, 104


def last_turns(desk: Desk, count: int = SHOWN) -> list[Turn]:
    """The turns of the conversations used last, the newest last."""
    kept = desk.assistant.conversations
    found: list[Turn] = []
    for conversation in kept.list()[:5]:
        found = kept.turns(conversation.id) + found
        if len(found) >= count:
            break
    return found[-count:]


def figures_html(desk: Desk) -> str:
    """Bars of seconds until the answer, and a table with the rest."""
    turns = last_turns(desk)
    if not turns:
        return '<p class="ll-empty">Figures of the last turns appear here once there are some.</p>'
    rows = "".join(
        f"<tr><td>{escape(turn.question[:40])}</td><td>{escape(turn.model)}</td><td>{turn.timings.total_s:.2f}</td>"
        f"<td>{_first(turn)}</td><td>{_figure(turn, 'output_tokens_per_s')}</td><td>{_context(turn)}</td></tr>"
        for turn in reversed(turns[-8:])
    )
    return (
        f'<section class="ll-result"><h3>The last turns</h3>{bars_svg([turn.timings.total_s for turn in turns])}'
        '<div class="ll-wide"><table class="ll-table"><thead><tr><th scope="col">Question</th>'
        '<th scope="col">Model</th>'
        '<th scope="col">Total, s</th><th scope="col">First token, s</th><th scope="col">Tokens/s</th>'
        f'<th scope="col">Context used</th></tr></thead><tbody>{rows}</tbody></table></div></section>'
    )


def bars_svg(seconds: list[float]) -> str:
    """One bar a turn, the newest on the right, with the scale's top named."""
    top = max([*seconds, 0.1])
    step = (_WIDTH - 40) / max(len(seconds), 8)
    bars = "".join(
        f'<rect x="{40 + number * step + 2:.1f}" y="{_BASE - 88 * value / top:.1f}" width="{step - 4:.1f}" '
        f'height="{max(88 * value / top, 1):.1f}"><title>{value:.2f} s</title></rect>'
        for number, value in enumerate(seconds)
    )
    return (
        f'<svg class="ll-turn-bars" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="Seconds of the last '
        f'{len(seconds)} turns, at most {top:.2f}"><line x1="38" y1="{_BASE}" x2="{_WIDTH}" y2="{_BASE}"/>'
        f'<text x="34" y="20" text-anchor="end">{top:.1f} s</text><text x="34" y="{_BASE}" text-anchor="end">0</text>'
        f'<text x="40" y="{_BASE + 18}">older</text><text x="{_WIDTH}" y="{_BASE + 18}" text-anchor="end">newest</text>'
        f"{bars}</svg>"
    )


def _first(turn: Turn) -> str:
    value = turn.timings.first_token_s
    return f"{turn.timings.first_text_s if value is None else value:.2f}"


def _figure(turn: Turn, name: str) -> str:
    value = turn.usage.get(name)
    return f"{value:.1f}" if value else "–"


def _context(turn: Turn) -> str:
    used, room = turn.usage.get("context_used"), turn.usage.get("context_available")
    if used and room:
        return f"{used:,.0f} of {room:,.0f}"
    return f"{used:,.0f}" if used else "–"
