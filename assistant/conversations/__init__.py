"""Conversations that last: kept in the data folder, listed, searched, resumed, branched, exported, deleted for good.

conversations = Conversations(settings.home)
kept = conversations.create(title="Salinity of two cruises")
assistant.ask("Who was the chief scientist of HF31?", conversation=kept.id)
conversations.turns(kept.id)
"""

from __future__ import annotations

from assistant.conversations.export import export_json, export_markdown
from assistant.conversations.model import Conversation, Note
from assistant.conversations.store import Conversations

__all__ = ["Conversation", "Conversations", "Note", "export_json", "export_markdown"]
