"""A model's reply, read: its words, its calls however it made them, its thoughts, and whether it was cut off."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AIMessage

from assistant.written_calls import Call, calls_in, loads

_THOUGHT = re.compile(r"<think(?:ing)?>(.*?)(?:</think(?:ing)?>|$)", re.DOTALL | re.IGNORECASE)
#: Some servers leave out the opening tag: everything before the closing one is a thought.
_UNOPENED = re.compile(r"^(.*?)</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_LABEL = re.compile(r"\[\d+\]")
_WORDS_BESIDE = 300


@dataclass(frozen=True)
class Reply:
    """text: without thoughts and calls. cut: that it reached its length. unreadable_calls: calls that were not JSON."""

    text: str
    calls: tuple[Call, ...] = ()
    thinking: str = ""
    unreadable_calls: int = 0
    cut: bool = False
    source: AIMessage | None = None

    def message(self, calls: Sequence[Call]) -> AIMessage:
        """The reply as the agent goes on with it; each call has an id that no other has."""
        made = [
            {"name": name, "args": arguments, "id": f"call_{uuid.uuid4().hex[:12]}", "type": "tool_call"}
            for name, arguments in calls
        ]
        kept: dict[str, Any] = {"additional_kwargs": {"reasoning_content": self.thinking} if self.thinking else {}}
        if self.source is not None:
            kept |= {"usage_metadata": self.source.usage_metadata, "response_metadata": self.source.response_metadata}
        return AIMessage(self.text, tool_calls=made, **kept)


def read_reply(message: AIMessage, names: Collection[str]) -> Reply:
    """Read a message of a model. `names` are the tools that it may call; calls written as text count for these."""
    text, thoughts = str(message.text), [str(message.additional_kwargs.get("reasoning_content") or "")]
    if "think" in text.lower():
        thoughts += _THOUGHT.findall(text)
        text = _THOUGHT.sub("", text)
        if unopened := _UNOPENED.match(text):
            thoughts.append(unopened.group(1))
            text = text[unopened.end() :]
    calls: list[Call] = [(call["name"], call["args"]) for call in message.tool_calls]
    unreadable = 0
    for broken in message.invalid_tool_calls:
        value = loads(str(broken.get("args") or "{}"))
        if isinstance(value, dict) and broken.get("name"):
            calls.append((str(broken["name"]), value))
        else:
            unreadable += 1
    if not calls:
        written, rest = calls_in(text, names)
        # Words with sources, or many of them, are an answer: a call in it is quoted from somewhere, not made.
        if written and len(rest) <= _WORDS_BESIDE and not _LABEL.search(rest):
            calls, text = written, rest
    meta = message.response_metadata or {}
    cut = "length" in (meta.get("done_reason"), meta.get("finish_reason"))
    thinking = "\n".join(part.strip() for part in thoughts if part.strip())
    return Reply(text.strip(), tuple(calls), thinking, unreadable, cut, message)
