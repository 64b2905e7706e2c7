"""What to do after a tool failed: once more where that may help, with its advice where it gives some."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from assistant.embedded.pages import nearest
from assistant.embedded.plan import Step
from corpora.library import Library
from corpora.query import parse

#: After so many failures a turn says what is wrong instead of trying on.
MOST_FAILURES = 8
_PASSES = re.compile(
    r"\bagain\b|\bbusy\b|\block(?:ed|s)?\b|another process|being \w+|tim(?:ed|e) ?out|temporar"
    r"|could not be (?:opened|read"
    r"|reached)|unavailable|later\b|interrupted",
    re.IGNORECASE,
)
_NO_DOCUMENT = re.compile(r"no document|not in this library|unknown document", re.IGNORECASE)
_WRITE_AS = re.compile(
    r"\bwrite (?P<what>[\w °%-]{1,30}?) as (?P<how>[^\s,;]{1,20}?)(?: without (?:a )?spaces?)?"
    r"(?=[\s,;]|\.(?:\s|$)|$)",
    re.IGNORECASE,
)
_MEANT = re.compile(r"(?:did you mean|use|try|write) [‘“'\"`](?P<how>[^’”'\"`]{1,80})[’”'\"`]", re.IGNORECASE)
_MEASURE = re.compile(r"(?P<number>\d)\s*(?P<unit>[A-Za-z°]+)")


def written(tool: str, arguments: dict[str, Any]) -> str:
    """A call as one text, to see whether it has been made."""
    return f"{tool} {json.dumps(arguments, sort_keys=True)}"


def failed(result: ToolMessage) -> bool:
    return result.status == "error" or (isinstance(result.artifact, dict) and "error" in result.artifact)


def next_tries(
    messages: Sequence[BaseMessage], library: Library, scope: tuple[str, ...] | None, available: set[str]
) -> list[Step]:
    """The calls to make after those of `messages` that failed; each fails at most twice before it is told.

    A call is made again as it was where what kept it may have passed, and otherwise only with other arguments.
    """
    calls = {call["id"]: call for m in messages if isinstance(m, AIMessage) for call in m.tool_calls}
    made = [written(call["name"], call["args"]) for call in calls.values()]
    failures = [m for m in messages if isinstance(m, ToolMessage) and failed(m) and m.tool_call_id in calls]
    if len(failures) > MOST_FAILURES:
        return []
    steps: list[Step] = []
    for result in failures:
        call = calls[result.tool_call_id]
        name, arguments = call["name"], dict(call["args"])
        problem = str(result.artifact.get("error", "")) if isinstance(result.artifact, dict) else ""
        if name == "read_page" and _NO_DOCUMENT.search(problem):
            other = nearest(str(arguments.get("document", "")), library, scope)
            step = Step(name, arguments | {"document": other}) if other else Step("list_documents", {})
        else:
            step = Step(name, _mended(name, arguments, problem))
        times = made.count(written(step.tool, step.arguments))
        again = step.tool == name and step.arguments == arguments and bool(_PASSES.search(problem))
        if step.tool in available and times < (2 if again else 1) and step not in steps:
            steps.append(step)
    return steps


def _mended(name: str, arguments: dict[str, Any], problem: str) -> dict[str, Any]:
    """Arguments changed as a tool's words advise; the same where they advise nothing that is understood."""
    if name == "search_documents" and re.search(r"\b(?:fewer|other) words|shorter|too long", problem, re.IGNORECASE):
        query = parse(str(arguments.get("query", "")))
        words = [w for w in re.findall(r"[\w-]+", str(arguments.get("query", ""))) if not _small(w)]
        return arguments | {"query": " ".join(words) or query.text}
    if name != "calculate":
        return arguments
    expression = str(arguments.get("expression", ""))
    meant, advice = _MEANT.search(problem), _WRITE_AS.search(problem)
    if meant:
        return {"expression": meant["how"]}
    if advice is None:
        return arguments
    how = advice["how"].strip("'\"`‘’“”")
    own = rf"\s+{re.escape(how)}(?!\w)"
    if re.search(own, expression):
        return {"expression": re.sub(own, how, expression)}
    if re.fullmatch(r"[A-Za-z°/%]+", how):
        return {"expression": _MEASURE.sub(lambda found: f"{found['number']} {how}", expression, count=1)}
    return arguments


def _small(word: str) -> bool:
    return word.casefold() in _SMALL


_SMALL = frozenset(
    "a an the of in on at to from for by with and or is are was were be been did do does how what which who whom whose"
    " when where why that this it its there happened".split()
)
