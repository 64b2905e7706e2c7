"""A conversation as a file that others can read: Markdown with references, or JSON with everything."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from assistant.citations.export import as_markdown
from assistant.conversations.model import Conversation, Note
from assistant.turn import Turn
from corpora.model import Document


def export_markdown(
    conversation: Conversation, turns: Sequence[Turn], notes: Iterable[Note] = (), documents: Sequence[Document] = ()
) -> str:
    """Every question with its checked answer and references, what the tools computed, and the reader's notes."""
    noted = {note.turn: note for note in notes}
    parts = [
        f"# {conversation.title or 'Conversation'}",
        f"Begun {conversation.created_at[:16].replace('T', ' ')} UTC.",
    ]
    for number, turn in enumerate(turns):
        parts.append(as_markdown(turn.checked, question=turn.question, documents=documents))
        workings = [line for call in turn.tools for line in call.working]
        if workings:
            parts.append("\n".join(f"    {line}" for line in workings))
        said = f"Answered by {turn.model} in {turn.timings.total_s:.1f} s."
        parts.append("\n".join(f"*{line}*" for line in (*turn.notes, said)))
        note = noted.get(number)
        if note is not None:
            thumb = f"thumb {note.thumb}" if note.thumb else ""
            parts.append(f"> Note: {': '.join(filter(None, (thumb, ' '.join(note.text.split()))))}")
    return "\n\n".join(parts) + "\n"


def export_json(conversation: Conversation, turns: Sequence[Turn], notes: Iterable[Note] = ()) -> str:
    """Everything that is kept of a conversation; each turn is the JSON of `leadline ask --json`."""
    record = {
        "conversation": conversation.to_json(),
        "turns": [turn.to_json() for turn in turns],
        "notes": [asdict(note) for note in notes],
    }
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"
