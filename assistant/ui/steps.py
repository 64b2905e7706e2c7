"""What the page says of a turn while it runs: one line for each step."""

from __future__ import annotations

from typing import Any

from assistant.assistant import Event

DOING = {
    "search_documents": "Searching",
    "calculate": "Calculating",
    "read_page": "Reading a page",
    "list_documents": "Looking through the library",
    "estimate_memory": "Estimating memory",
    "check_netcdf": "Checking the file",
}
DONE = {
    "search_documents": "Searched",
    "calculate": "Calculated",
    "read_page": "Read",
    "list_documents": "Listed",
    "estimate_memory": "Estimated",
    "check_netcdf": "Checked",
}
_SUBJECTS = ("query", "expression", "model", "file", "document")


def step_of(event: Event) -> dict[str, Any] | None:
    """A step as the page shows it, None for a sign of life."""
    if event.kind == "waiting":
        return None
    if event.kind == "started":
        subject = next((str(event.arguments[key]) for key in _SUBJECTS if event.arguments.get(key)), "")
        named = event.arguments.get("documents") or []
        where = f" in {', '.join(map(str, named))}" if named else ""
        title = f"{DOING.get(event.name, event.name)}{where}: {subject[:80]}".rstrip(": ")
        return {"title": title, "state": "pending", "detail": ""}
    if event.kind == "finished" and event.call is not None:
        call = event.call
        title = f"{DONE.get(call.name, call.name)}: {call.summary}"[:140]
        return {"title": title, "state": "done" if call.ok else "failed", "detail": f"{call.seconds:.2f} s"}
    return {"title": "Checking every sentence against its page", "state": "pending", "detail": ""}
