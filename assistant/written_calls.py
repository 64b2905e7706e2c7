"""Tool calls that a model wrote down instead of making, and arguments that are nearly right."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Mapping
from typing import Any

#: Ways in which small models write calls: in tags, in a fenced block, or bare.
_FRAMES = (
    re.compile(r"<tool_call>\s*(.*?)\s*(?:</tool_call>|$)", re.DOTALL),
    re.compile(r"<\|?(?:tool_call|python_tag)\|?>\s*(.*?)\s*(?:<\|?/?(?:tool_call|eom_id|eot_id)\|?>|$)", re.DOTALL),
    re.compile(r"\[TOOL_CALLS\]\s*(\[.*?\])\s*(?:</s>|$)", re.DOTALL),
    re.compile(r"<function=(\w+)>\s*(\{.*?\})\s*(?:</function>|$)", re.DOTALL),
    re.compile(r"```(?:json|tool_call|tool_code|python)?\s*\n(.*?)\n?```", re.DOTALL),
)
_NAMES = ("name", "tool", "tool_name", "function", "action")
_ARGUMENTS = ("arguments", "parameters", "args", "input", "action_input", "tool_input")
_LONGEST = 20_000
Call = tuple[str, dict[str, Any]]


def calls_in(text: str, names: Collection[str]) -> tuple[list[Call], str]:
    """The calls of known tools that are written in a text, and the text without them.

    >>> calls_in('<tool_call>{"name": "calculate", "arguments": {"expression": "1+1"}}</tool_call>', {"calculate"})
    ([('calculate', {'expression': '1+1'})], '')
    >>> calls_in('He said {"name": "Ilse"} and left.', {"calculate"})
    ([], 'He said {"name": "Ilse"} and left.')
    """
    if len(text) > _LONGEST or not any(name in text for name in names):
        return [], text
    for frame in _FRAMES:
        found: list[Call] = []
        kept: list[str] = []
        end = 0
        for match in frame.finditer(text):
            inside = match.groups()
            calls = _function(inside[0], inside[1], names) if len(inside) == 2 else _calls(inside[0], names)
            if calls:
                found.extend(calls)
                kept.append(text[end : match.start()])
                end = match.end()
        if found:
            return found, "".join([*kept, text[end:]]).strip()
    bare = text.strip()
    if calls := _calls(bare, names):
        return calls, ""
    # The call at the end, after some words: what small models do most.
    for start in (match.start() for match in re.finditer(r"[\[{]", bare)):
        if calls := _calls(bare[start:], names):
            return calls, bare[:start].strip()
    return [], text


def _calls(text: str, names: Collection[str]) -> list[Call]:
    value = loads(text)
    if value is not None:
        given = value if isinstance(value, list) else [value]
        calls = [_call(one, names) for one in given]
        return [one for one in calls if one is not None] if calls and all(calls) else []
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and all(line.lstrip().startswith("{") for line in lines):
        several = [_call(loads(line), names) for line in lines]
        return [one for one in several if one is not None] if all(several) else []
    return _written_in_python(text, names)


def _function(name: str, arguments: str, names: Collection[str]) -> list[Call]:
    value = loads(arguments)
    return [(name, value)] if name in names and isinstance(value, dict) else []


def _call(value: Any, names: Collection[str]) -> Call | None:
    if not isinstance(value, Mapping):
        return None
    inner = value.get("function")
    if isinstance(inner, Mapping):
        value = inner
    name = next((value[key] for key in _NAMES if isinstance(value.get(key), str)), None)
    if name not in names:
        return None
    arguments = next((value[key] for key in _ARGUMENTS if key in value), None)
    if isinstance(arguments, str):
        arguments = loads(arguments)
    return (str(name), dict(arguments)) if isinstance(arguments, Mapping) else None


def _written_in_python(text: str, names: Collection[str]) -> list[Call]:
    """`search_documents(query="floats")`, alone or one on each line; keywords and plain values only."""
    try:
        body = ast.parse(
            text.strip().removeprefix("[").removesuffix("]") if text.startswith("[") else text.strip()
        ).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    calls: list[Call] = []
    for statement in body:
        value = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "print" and value.args:
            value = value.args[0]
        if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in names):
            return []
        if value.args or any(one.arg is None for one in value.keywords):
            return []
        try:
            calls.append((value.func.id, {str(one.arg): ast.literal_eval(one.value) for one in value.keywords}))
        except (ValueError, TypeError, SyntaxError, RecursionError):
            return []
    return calls


def loads(text: str) -> Any:
    """JSON as models write it: trailing commas, Python's quotes and constants are read too; None where it is none."""
    bare = text.strip()
    if not bare or len(bare) > _LONGEST or bare[0] not in "{[":
        return None
    for attempt in (bare, re.sub(r",\s*([}\]])", r"\1", bare), f"{bare}}}"):
        try:
            return json.loads(attempt)
        except (ValueError, RecursionError):
            continue
    try:
        value = ast.literal_eval(bare)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None
    return value if isinstance(value, dict | list) else None


def mended(arguments: Mapping[str, Any], schema: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Arguments with the types that a tool's schema wants, where what was meant is plain.

    A list that came as one string, a number that came in words of digits, null for what may be left out. Names that
    the tool does not have are dropped; everything else stays for the tool itself to refuse.

    >>> mended({"documents": "a.pdf", "k": "5", "x": 1}, {"documents": {"type": "array"}, "k": {"type": "integer"}})
    {'documents': ['a.pdf'], 'k': 5}
    """
    made: dict[str, Any] = {}
    for name, value in arguments.items():
        wanted = schema.get(name)
        if wanted is None:
            continue
        kinds = _kinds(wanted)
        given: Any = value
        if isinstance(given, str) and "array" in kinds and "string" not in kinds:
            listed = loads(given)
            given = listed if isinstance(listed, list) else [part.strip() for part in given.split(",") if part.strip()]
        elif isinstance(given, str) and kinds & {"integer", "number"} and "string" not in kinds:
            number = given.strip().replace(",", "").replace("_", "")
            if re.fullmatch(r"[+-]?\d+", number):
                given = int(number)
            elif number.lower() in ("", "none", "null"):
                given = None
        elif isinstance(given, float) and "integer" in kinds and given.is_integer():
            given = int(given)
        elif isinstance(given, int | float) and not isinstance(given, bool) and kinds and kinds <= {"string", "null"}:
            given = str(given)
        elif isinstance(given, list) and kinds and kinds <= {"string", "null"} and len(given) == 1:
            given = str(given[0])
        if given is None and "null" not in kinds and "default" in wanted:
            continue
        made[name] = given
    return made


def _kinds(schema: Mapping[str, Any]) -> set[str]:
    found = {str(schema["type"])} if isinstance(schema.get("type"), str) else set()
    for one in schema.get("anyOf") or ():
        found |= _kinds(one)
    return found
