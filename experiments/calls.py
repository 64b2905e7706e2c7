"""Is a tool call right? The rules of the Berkeley Function Calling Leaderboard, written new from its description.

An answer is a list of expected calls, each {function: {parameter: [acceptable values]}}; `""` among the values says
that the parameter may be left out. Source of the rules: Patil et al., "The Berkeley Function Calling Leaderboard"
(gorilla.cs.berkeley.edu/leaderboard.html), the part on evaluating abstract syntax trees:

- as many calls as expected, each with the exact name of its function;
- every required parameter is there, none that the function does not have, and each that the answer does not let out;
- types are strict (true is no integer), but an integer will do for a float and a tuple for a list; where the answer
  itself is of another type than the function's description says, that type is right;
- strings are compared without case, spaces and the signs `, . / - _ * ^`, and with one kind of quotation mark; so are
  strings in lists; dictionaries are compared key by key, lists of dictionaries in order;
- calls in parallel may stand in any order, and are matched greedily, as the leaderboard does.

Names are compared with dots as underscores: most servers refuse a dot in a function's name, so functions are offered
without it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

#: The leaderboard's names of types, and what a JSON value of each is in Python.
TYPES: dict[str, type] = {
    "string": str,
    "integer": int,
    "float": float,
    "number": float,
    "boolean": bool,
    "array": list,
    "tuple": list,
    "dict": dict,
    "object": dict,
    "any": str,
}
Matching = Literal["one", "any_order"]
_IGNORED = re.compile(r"[ ,./\-_*^]")


@dataclass(frozen=True)
class Call:
    """One call of a function: its name and its arguments."""

    name: str
    arguments: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "arguments": dict(self.arguments)}


@dataclass(frozen=True)
class Judged:
    """Whether calls are right. `failure` is a short code, `reason` a sentence; both are empty when they are."""

    right: bool
    failure: str = ""
    reason: str = ""


RIGHT = Judged(True)


def wrong(failure: str, reason: str) -> Judged:
    return Judged(False, failure, reason)


def plain_name(name: str) -> str:
    """A function's name as it is offered and compared: without dots.

    >>> plain_name("math.factorial")
    'math_factorial'
    """
    return name.replace(".", "_")


def folded(text: str) -> str:
    """A string as it is compared.

    >>> folded("New-York, N.Y.") == folded("new york ny")
    True
    """
    return _IGNORED.sub("", text).lower().replace("'", '"')


def judge(
    functions: Sequence[Mapping[str, Any]],
    calls: Sequence[Call],
    expected: Sequence[Mapping[str, Mapping[str, Sequence[Any]]]],
) -> Judged:
    """Compare calls with the answer of a case.

    Parameters
    ----------
    functions:
        The functions that were offered, as the leaderboard describes them: name and `parameters` with `properties`
        and `required`.
    expected:
        The answer: one mapping from a function's name to its acceptable arguments for each call.
    """
    if len(calls) != len(expected):
        code = "no_call" if not calls else "call_count"
        return wrong(code, f"{len(calls)} calls where {len(expected)} are expected.")
    described = {plain_name(str(one["name"])): one for one in functions}
    if len(expected) == 1:
        return _judge_one(described, calls[0], expected[0])
    left = list(range(len(calls)))
    for answer in expected:
        verdicts = [(index, _judge_one(described, calls[index], answer)) for index in left]
        found = next((index for index, verdict in verdicts if verdict.right), None)
        if found is None:
            # Of several reasons the one about a call of the right function says most.
            _, nearest = min(verdicts, key=lambda pair: pair[1].failure == "wrong_function")
            return wrong(nearest.failure, f"No call matches {next(iter(answer))}: {nearest.reason}")
        left.remove(found)
    return RIGHT


def judge_none(calls: Sequence[Call]) -> Judged:
    """No function fits the request: right when none was called."""
    return RIGHT if not calls else wrong("unneeded_call", f"{calls[0].name} was called where nothing fits.")


def judge_any(calls: Sequence[Call]) -> Judged:
    """Some function fits the request: right when any was called."""
    return RIGHT if calls else wrong("no_call", "Nothing was called where a function fits.")


def arguments_right(
    functions: Sequence[Mapping[str, Any]],
    calls: Sequence[Call],
    expected: Sequence[Mapping[str, Mapping[str, Sequence[Any]]]],
) -> tuple[int, int]:
    """(how many of the arguments that an answer asks for were given right, how many it asks for).

    Each expected call is paired with the call of its function that has most of them right. An argument that may be left
    out counts only where it was given; one too many counts as a wrong one.
    """
    described = {plain_name(str(one["name"])): one for one in functions}
    left = list(calls)
    right = total = 0
    for answer in expected:
        ((wanted, accepted),) = answer.items()
        properties = described.get(plain_name(wanted), {}).get("parameters", {}).get("properties", {})
        needed = sum(not _may_be_left_out(values) for values in accepted.values())
        pairs = [
            (_arguments_of(one, properties, accepted), one)
            for one in left
            if plain_name(one.name) == plain_name(wanted)
        ]
        if not pairs:
            total += needed
            continue
        (good, asked), chosen = max(pairs, key=lambda pair: (pair[0][0] - pair[0][1], pair[0][0]))
        left.remove(chosen)
        right += good
        total += asked
    return right, total


def _arguments_of(
    call: Call, properties: Mapping[str, Mapping[str, Any]], accepted: Mapping[str, Sequence[Any]]
) -> tuple[int, int]:
    names = {name for name, values in accepted.items() if not _may_be_left_out(values)} | set(call.arguments)
    good = sum(
        name in call.arguments
        and name in properties
        and name in accepted
        and _judge_value(name, call.arguments[name], properties[name], accepted[name]).right
        for name in names
    )
    return good, len(names)


def _judge_one(
    described: Mapping[str, Mapping[str, Any]], call: Call, answer: Mapping[str, Mapping[str, Sequence[Any]]]
) -> Judged:
    ((wanted, accepted),) = answer.items()
    if plain_name(call.name) != plain_name(wanted):
        return wrong("wrong_function", f"{call.name} was called, not {wanted}.")
    parameters = described.get(plain_name(wanted), {}).get("parameters", {})
    properties: Mapping[str, Mapping[str, Any]] = parameters.get("properties", {})
    for name in parameters.get("required", ()):
        if name not in call.arguments:
            return wrong("missing_argument", f"The required {name} is missing.")
    for name, value in call.arguments.items():
        if name not in properties or name not in accepted:
            return wrong("unexpected_argument", f"{wanted} takes no {name} here.")
        verdict = _judge_value(name, value, properties[name], accepted[name])
        if not verdict.right:
            return verdict
    for name, values in accepted.items():
        if name not in call.arguments and not _may_be_left_out(values):
            return wrong("missing_argument", f"{name} is missing; the answer does not leave it out.")
    return RIGHT


def _may_be_left_out(values: Sequence[Any]) -> bool:
    return any(_is_omission(value) for value in values)


def _is_omission(value: Any) -> bool:
    return isinstance(value, str) and value == ""


def _judge_value(name: str, given: Any, schema: Mapping[str, Any], accepted: Sequence[Any]) -> Judged:
    """One argument against its description and its acceptable values."""
    value: Any = list(given) if isinstance(given, tuple) else given
    declared = str(schema.get("type", "any"))
    kind = TYPES.get(declared, str)
    if kind is float and type(value) is int:
        value = float(value)
    own = _kind_of(accepted)
    found = type(value)
    if found is not kind:
        # An answer of another type than the description says (a variable's name, say) makes that type right.
        if own is None or found is not own:
            return wrong("wrong_type", f"{name} is {_say(value)}, where {declared} is asked for.")
        return _among(name, value, accepted, exactly=True)
    if not accepted:
        # Two of the leaderboard's answers list nothing for a required list: they mean an empty one.
        return RIGHT if not value else wrong("wrong_value", f"{name} is {_say(value)}, where nothing is right.")
    inner = TYPES.get(str(schema["items"].get("type", "any")), str) if kind is list and "items" in schema else None
    if inner is not None and not any(_items_fit(value, inner, answer) for answer in accepted):
        return wrong("wrong_type", f"{name} holds other values than {schema['items'].get('type', 'any')}.")
    if own is not None and own is not kind:
        return _among(name, value, accepted, exactly=True)
    if inner is dict:
        return _judge_dictionaries(name, value, accepted)
    if kind is dict:
        return _judge_dictionary(name, value, accepted)
    return _among(name, value, accepted)


def _kind_of(accepted: Sequence[Any]) -> type | None:
    """The type of the first acceptable value that is not "leave it out"."""
    return next((type(value) for value in accepted if not _is_omission(value)), None)


def _items_fit(values: Sequence[Any], kind: type, answer: Any) -> bool:
    """Whether all elements are of the declared type, or of the type that this acceptable list has. An integer is no
    float here: the leaderboard lets that pass only outside of lists.
    """
    return isinstance(answer, list) and all(type(value) in (kind, _kind_of(answer)) for value in values)


def _same(value: Any, answer: Any) -> bool:
    """Equality that keeps true apart from 1."""
    if isinstance(value, bool) or isinstance(answer, bool):
        return value is answer
    return bool(value == answer)


def _alike(value: Any, answer: Any) -> bool:
    """Equality of strings, and of strings in lists, as they are compared; of all else as it is."""
    if isinstance(value, str) and isinstance(answer, str):
        return folded(value) == folded(answer)
    if isinstance(value, list) and isinstance(answer, list):
        return len(value) == len(answer) and all(
            folded(one) == folded(other) if isinstance(one, str) and isinstance(other, str) else _same(one, other)
            for one, other in zip(value, answer, strict=True)
        )
    return _same(value, answer)


def _among(name: str, value: Any, accepted: Sequence[Any], *, exactly: bool = False) -> Judged:
    equal = _same if exactly else _alike
    if any(equal(value, answer) for answer in accepted):
        return RIGHT
    return wrong("wrong_value", f"{name} is {_say(value)}, where {_say(list(accepted))} is right.")


def _judge_dictionary(name: str, value: Mapping[str, Any], accepted: Sequence[Any]) -> Judged:
    """A dictionary against acceptable ones, whose every value is a list of acceptable values."""
    verdict = wrong("wrong_value", f"{name} has no acceptable dictionary.")
    for answer in accepted:
        if not isinstance(answer, Mapping):
            continue
        verdict = _judge_keys(name, value, answer)
        if verdict.right:
            return verdict
    return verdict


def _judge_keys(name: str, value: Mapping[str, Any], answer: Mapping[str, Sequence[Any]]) -> Judged:
    for key, inner in value.items():
        if key not in answer:
            return wrong("unexpected_key", f"{name} has the key {key}, which is not expected.")
        if not any(_in_dictionary(inner, one) for one in answer[key]):
            return wrong("wrong_value", f"{name}.{key} is {_say(inner)}, where {_say(list(answer[key]))} is right.")
    for key, values in answer.items():
        if key not in value and not _may_be_left_out(values):
            return wrong("missing_key", f"{name} lacks the key {key}.")
    return RIGHT


def _in_dictionary(value: Any, answer: Any) -> bool:
    """Strings in a dictionary are folded; what is nested deeper is compared as it is."""
    return (
        folded(value) == folded(answer) if isinstance(value, str) and isinstance(answer, str) else _same(value, answer)
    )


def _judge_dictionaries(name: str, value: Sequence[Any], accepted: Sequence[Any]) -> Judged:
    """A list of dictionaries against acceptable lists, in order."""
    verdict = wrong("wrong_value", f"{name} has no acceptable list.")
    for answer in accepted:
        if not isinstance(answer, list):
            continue
        if len(answer) != len(value):
            verdict = wrong("wrong_value", f"{name} has {len(value)} entries, where {len(answer)} are expected.")
            continue
        verdicts = [_judge_dictionary(name, one, [wanted]) for one, wanted in zip(value, answer, strict=True)]
        verdict = next((one for one in verdicts if not one.right), RIGHT)
        if verdict.right:
            return verdict
    return verdict


def _say(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
