"""The rules of tool calls, on constructed cases and on the leaderboard's own answers."""

from __future__ import annotations

import copy
import random
from pathlib import Path
from typing import Any

import pytest

from assistant.settings import Settings
from corpora.errors import FileMissing, UsageError
from experiments.bfcl import CATEGORIES, CallCase, first_answer, read_folder, schema
from experiments.calls import TYPES, Call, judge, judge_any, judge_none, plain_name
from experiments.suite import Setup
from experiments.suites import suite
from tests.conftest import shared_data
from tests.experiments.rules import ONE, WHOLE


def described(name: str, properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"name": name, "parameters": {"type": "dict", "properties": properties, "required": required}}


def test_there_are_enough_constructed_cases() -> None:
    assert len(ONE) + len(WHOLE) >= 140


@pytest.mark.parametrize(("rule", "kind", "accepted", "given", "failure"), ONE, ids=[row[0] for row in ONE])
def test_one_value(rule: str, kind: Any, accepted: list[Any], given: Any, failure: str) -> None:
    properties = {"x": kind if isinstance(kind, dict) else {"type": kind}}
    verdict = judge([described("f", properties, ["x"])], [Call("f", {"x": given})], [{"f": {"x": accepted}}])
    assert (verdict.failure, verdict.right) == (failure, not failure)
    assert bool(verdict.reason) is bool(failure)


@pytest.mark.parametrize(("rule", "functions", "answer", "calls", "failure"), WHOLE, ids=[row[0] for row in WHOLE])
def test_whole_calls(rule: str, functions: list[Any], answer: Any, calls: list[Any], failure: str) -> None:
    verdict = judge([described(*one) for one in functions], [Call(*one) for one in calls], answer)
    assert (verdict.failure, verdict.right) == (failure, not failure)


def test_no_call_is_right_where_nothing_fits_and_wrong_where_something_does() -> None:
    assert judge_none([]).right
    assert judge_none([Call("f", {})]).failure == "unneeded_call"
    assert judge_any([Call("f", {})]).right
    assert judge_any([]).failure == "no_call"


def test_functions_are_offered_without_dots_and_in_json_schema_at_any_depth() -> None:
    case = CallCase(
        "1",
        "simple_python",
        ({"role": "user", "content": "?"},),
        (
            {
                "name": "a.b",
                "description": "Does it.",
                "parameters": {
                    "type": "dict",
                    "properties": {
                        "x": {"type": "tuple", "items": {"type": "float"}, "description": "a pair"},
                        "y": {"type": "dict", "properties": {"z": {"type": "any"}}, "required": ["z", "gone"]},
                        "e": {"type": "string", "enum": ["m", "km"], "optional": True},
                    },
                    "required": ["x"],
                },
            },
        ),
        (),
    )
    ((tool),) = case.tools()
    assert tool["function"]["name"] == "a_b"
    parameters = tool["function"]["parameters"]
    assert parameters["properties"]["x"] == {"type": "array", "items": {"type": "number"}, "description": "a pair"}
    assert parameters["properties"]["y"] == {
        "type": "object",
        "properties": {"z": {"type": "string"}},
        "required": ["z"],
    }
    assert parameters["properties"]["e"] == {"type": "string", "enum": ["m", "km"]}
    assert parameters["required"] == ["x"]


def test_every_type_of_the_leaderboard_is_known() -> None:
    assert [schema({"type": name})["type"] for name in TYPES] == [
        "string",
        "integer",
        "number",
        "number",
        "boolean",
        "array",
        "array",
        "object",
        "object",
        "string",
    ]


# The leaderboard's own cases, where they are beside the checkout.


def leaderboard() -> list[CallCase]:
    return read_folder(shared_data("bfcl"))


def changed(case: CallCase, calls: list[Call], pick: random.Random) -> list[Call]:
    """The calls with one argument changed to a value that no answer of the case accepts."""
    made = [Call(one.name, copy.deepcopy(dict(one.arguments))) for one in calls]
    filled = [index for index, one in enumerate(made) if one.arguments]
    if not filled:
        return [Call(made[0].name, {"not_a_parameter": 1}), *made[1:]]
    chosen = made[pick.choice(filled)]
    arguments = dict(chosen.arguments)
    name = pick.choice(sorted(arguments))
    value = arguments[name]
    if isinstance(value, bool):
        accepted = {
            one for answer in case.expected or () for given in answer.values() for one in map(str, given.get(name, ()))
        }
        arguments[name] = "neither" if str(not value) in accepted else not value
    elif isinstance(value, int | float):
        arguments[name] = value + 987_654
    elif isinstance(value, str):
        arguments[name] = f"{value} and something else"
    elif isinstance(value, list):
        arguments[name] = [*value, copy.deepcopy(value[0]) if value else "more"]
    elif isinstance(value, dict):
        arguments[name] = {**value, "one_key_more": 1}
    else:
        arguments[name] = "something"
    made[made.index(chosen)] = Call(chosen.name, arguments)
    return made


@pytest.mark.parametrize("category", CATEGORIES)
def test_the_leaderboards_own_answers_are_all_right_and_with_one_argument_changed_all_wrong(category: str) -> None:
    folder = shared_data("bfcl")
    if not (folder / f"BFCL_v4_{category}.json").is_file():
        pytest.skip(f"the leaderboard's file for {category} is not beside this checkout")
    cases = read_folder(folder, [category])
    pick = random.Random(20)
    right = wrong = 0
    for case in cases:
        if case.expected is None:
            calls = [Call(plain_name(str(case.functions[0]["name"])), {})] if case.functions else [Call("f", {})]
            good, bad = ([], calls) if "irrelevance" in category else (calls, [])
        else:
            good = first_answer(case)
            bad = changed(case, good, pick)
        right += case.judge(good).right
        wrong += not case.judge(bad).right
    assert (right, wrong) == (len(cases), len(cases))


def test_order_hardly_matters_in_parallel_cases() -> None:
    """Greedy matching, kept to be comparable, turns down a few answers in the reverse order."""
    cases = [case for case in leaderboard() if "parallel" in case.category]
    turned_down = [case.id for case in cases if not case.judge(list(reversed(first_answer(case)))).right]
    assert len(turned_down) <= 0.01 * len(cases), turned_down


def test_names_stay_different_without_their_dots() -> None:
    for case in leaderboard():
        names = [plain_name(str(one["name"])) for one in case.functions]
        assert len(set(names)) == len(names), case.id


def test_one_file_of_the_leaderboard_is_enough() -> None:
    folder = shared_data("bfcl")
    cases = read_folder(folder / "BFCL_v4_parallel.json")
    assert {case.category for case in cases} == {"parallel"}
    with pytest.raises(FileMissing, match="no BFCL cases"):
        read_folder(folder / "README.md")


def test_a_case_of_ones_own_that_lacks_something_is_named(tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text('{"id": "a", "question": [[{"role": "user", "content": "?"}]], "function": []}\n')
    with pytest.raises(UsageError, match="The case a lacks ground_truth"):
        suite("calls").cases(Setup(Settings(home=tmp_path), data=file))
