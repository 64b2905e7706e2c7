"""The Berkeley Function Calling Leaderboard's cases: reading them, offering their functions, judging the calls.

The files are the leaderboard's own (JSON lines in spite of their suffix), from the folder
`berkeley-function-call-leaderboard/bfcl_eval/data` of github.com/ShishirPatil/gorilla (Apache-2.0); they are not part
of Leadline. Many models have seen them in training: use them to compare settings of one model rather than models.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpora.errors import FileMissing, UsageError
from experiments.calls import TYPES, Call, Judged, judge, judge_any, judge_none, plain_name

#: Categories by the name in their file's name.
CATEGORIES = (
    "simple_python",
    "multiple",
    "parallel",
    "parallel_multiple",
    "irrelevance",
    "live_simple",
    "live_multiple",
    "live_parallel",
    "live_parallel_multiple",
    "live_relevance",
    "live_irrelevance",
)
JUDGE = "BFCL rules for abstract syntax trees, as written in experiments/calls.py"
_JSON_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean", list: "array", dict: "object"}
_KEPT = ("description", "enum", "default", "minimum", "maximum", "format", "pattern")


@dataclass(frozen=True)
class CallCase:
    """One request, the functions that are offered for it, and the answer; None where no call is expected."""

    id: str
    category: str
    messages: tuple[Mapping[str, str], ...]
    functions: tuple[Mapping[str, Any], ...]
    expected: tuple[Mapping[str, Mapping[str, Sequence[Any]]], ...] | None

    def judge(self, calls: Sequence[Call]) -> Judged:
        if self.expected is not None:
            return judge(self.functions, calls, self.expected)
        return judge_none(calls) if "irrelevance" in self.category else judge_any(calls)

    def tools(self) -> list[dict[str, Any]]:
        """The functions as servers take them: names without dots, types of JSON Schema."""
        return [
            {
                "type": "function",
                "function": {
                    "name": plain_name(str(one["name"])),
                    "description": str(one.get("description", "")),
                    "parameters": schema(one.get("parameters", {})),
                },
            }
            for one in self.functions
        ]


def schema(described: Mapping[str, Any]) -> dict[str, Any]:
    """A parameter's description in JSON Schema, to any depth.

    >>> schema({"type": "tuple", "items": {"type": "float"}})
    {'type': 'array', 'items': {'type': 'number'}}
    """
    made: dict[str, Any] = {"type": _JSON_TYPES[TYPES.get(str(described.get("type", "any")), str)]}
    made |= {name: described[name] for name in _KEPT if name in described}
    if isinstance(described.get("items"), Mapping):
        made["items"] = schema(described["items"])
    if isinstance(described.get("properties"), Mapping):
        made["properties"] = {name: schema(one) for name, one in described["properties"].items()}
        made["required"] = [name for name in described.get("required", ()) if name in made["properties"]]
    if made["type"] == "object":
        made.setdefault("properties", {})
    return made


def read_folder(folder: Path, categories: Sequence[str] = CATEGORIES) -> list[CallCase]:
    """The cases of the categories whose files are in `folder`, in order; or those of one of its files.

    Raises
    ------
    FileMissing
        There is none.
    UsageError
        A case has no answer, or its answer names a function that is not offered.
    """
    cases: list[CallCase] = []
    if folder.is_file():
        only, folder = folder.name, folder.parent
        categories = [one for one in categories if only == f"BFCL_v4_{one}.json"]
    for category in categories:
        file = folder / f"BFCL_v4_{category}.json"
        if file.is_file():
            answers = folder / "possible_answer" / file.name
            cases.extend(read_file(file, answers if answers.is_file() else None, category))
    if not cases:
        raise FileMissing(
            f"There are no BFCL cases in {folder}.",
            "Give --data the folder bfcl_eval/data of the leaderboard's repository "
            "(github.com/ShishirPatil/gorilla, berkeley-function-call-leaderboard).",
        )
    return cases


def read_file(file: Path, answers: Path | None, category: str) -> Iterator[CallCase]:
    """The cases of one file; `answers` is its companion in possible_answer."""
    known = {str(row["id"]): row["ground_truth"] for row in read_rows(answers)} if answers else {}
    for row in read_rows(file):
        identity = str(row["id"])
        expected = row.get("ground_truth", known.get(identity))
        free = "relevance" in category
        if expected is None and not free:
            raise UsageError(f"{file.name}: the case {identity} has no answer.", "Give its possible_answer file.")
        offered = {plain_name(str(one["name"])) for one in row["function"]}
        for call in expected or ():
            if not {plain_name(name) for name in call} <= offered:
                raise UsageError(
                    f"{file.name}: the answer of {identity} calls {', '.join(call)}, which is not offered.",
                    "Mend the case.",
                )
        yield CallCase(
            identity,
            category,
            tuple(message for turn in row["question"] for message in turn),
            tuple(row["function"]),
            None if free else tuple(expected or ()),
        )


def read_rows(file: Path) -> Iterator[dict[str, Any]]:
    """The JSON lines of a file. Raises UsageError with the number of a line that is none."""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise UsageError(f"{file}, line {number}: not JSON ({error}).", "Give one case a line.") from error


def first_answer(case: CallCase) -> list[Call]:
    """The calls that a case's answer accepts, each argument with its first acceptable value."""
    return [_first_call(case, one) for one in case.expected or ()]


def _first_call(case: CallCase, answer: Mapping[str, Mapping[str, Sequence[Any]]]) -> Call:
    ((name, accepted),) = answer.items()
    described = next(one for one in case.functions if plain_name(str(one["name"])) == plain_name(name))
    properties = described.get("parameters", {}).get("properties", {})
    arguments = {}
    for parameter, values in accepted.items():
        given = [value for value in values if value != ""]
        # Two of the leaderboard's answers name a parameter that the function lacks, and let it out.
        if given and parameter in properties:
            arguments[parameter] = _first_value(given[0], properties[parameter])
        elif parameter in described.get("parameters", {}).get("required", ()):
            arguments[parameter] = TYPES.get(str(properties[parameter].get("type")), str)()
    return Call(plain_name(name), arguments)


def _first_value(value: Any, described: Mapping[str, Any]) -> Any:
    """One acceptable value; in dictionaries every key holds a list of acceptable values itself."""
    if isinstance(value, Mapping):
        return {key: next(one for one in inner if one != "") for key, inner in value.items() if _gives(inner)}
    if isinstance(value, list) and described.get("items", {}).get("type") in ("dict", "object"):
        return [_first_value(one, {}) for one in value]
    return value


def _gives(values: Sequence[Any]) -> bool:
    """Whether any of the values is more than "leave it out"."""
    return any(value != "" for value in values)
