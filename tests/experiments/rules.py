"""Constructed cases for the rules of tool calls: (rule, parameters, answer, calls, failure or "" where right)."""

from __future__ import annotations

from typing import Any

S, I, F, B, D = "string", "integer", "float", "boolean", "dict"  # noqa: E741
Row = tuple[str, dict[str, Any], Any, Any, str]


def many(kind: str) -> dict[str, Any]:
    return {"type": "array", "items": {"type": kind}}


#: One function `f(x)` with x required unless its name ends in "?"; an answer's values for x, and what was given.
ONE: list[tuple[str, Any, list[Any], Any, str]] = [
    # strings
    ("a string is itself", S, ["Kiel"], "Kiel", ""),
    ("case does not matter", S, ["Kiel"], "KIEL", ""),
    ("spaces do not matter", S, ["New York"], "NewYork", ""),
    ("commas do not matter", S, ["Kiel, Germany"], "Kiel Germany", ""),
    ("full stops do not matter", S, ["N.Y."], "NY", ""),
    ("slashes do not matter", S, ["km/h"], "kmh", ""),
    ("hyphens do not matter", S, ["2024-05-01"], "20240501", ""),
    ("underscores do not matter", S, ["sea_water"], "seawater", ""),
    ("asterisks do not matter", S, ["2*x"], "2x", ""),
    ("carets do not matter", S, ["x^2"], "x2", ""),
    ("all of them at once", S, ["a ,./-_*^b"], "AB", ""),
    ("single and double quotation marks are one", S, ["it's"], 'it"s', ""),
    ("a plus sign matters", S, ["a+b"], "ab", "wrong_value"),
    ("a colon matters", S, ["10:30"], "1030", "wrong_value"),
    ("brackets matter", S, ["f(x)"], "fx", "wrong_value"),
    ("an accent matters", S, ["São Paulo"], "Sao Paulo", "wrong_value"),
    ("letters beyond Latin are themselves", S, ["北京"], "北京", ""),
    ("a tab is no space", S, ["a b"], "a\tb", "wrong_value"),
    ("another string is wrong", S, ["Kiel"], "Bremen", "wrong_value"),
    ("part of a string is wrong", S, ["Kiel"], "Kie", "wrong_value"),
    ("any of several will do", S, ["Kiel", "Kiel, Germany"], "kiel germany", ""),
    ("the last of several will do", S, ["a", "b", "c"], "C", ""),
    ("a number is no string", S, ["5"], 5, "wrong_type"),
    ("true is no string", S, ["true"], True, "wrong_type"),
    ("null is no string", S, ["none"], None, "wrong_type"),
    ("a list is no string", S, ["a"], ["a"], "wrong_type"),
    ("an empty string is right where it may be left out", S, ["", "a"], "", ""),
    ("an empty string is wrong where it may not", S, ["a"], "", "wrong_value"),
    # integers
    ("an integer is itself", I, [5], 5, ""),
    ("another integer is wrong", I, [5], 6, "wrong_value"),
    ("any of several integers", I, [5, 10], 10, ""),
    ("a float is no integer", I, [5], 5.0, "wrong_type"),
    ("a numeral is no integer", I, [5], "5", "wrong_type"),
    ("true is no integer", I, [1], True, "wrong_type"),
    ("false is no zero", I, [0], False, "wrong_type"),
    ("a negative sign counts", I, [-5], 5, "wrong_value"),
    ("zero is a value", I, [0], 0, ""),
    ("null is no integer", I, [5], None, "wrong_type"),
    ("a list is no integer", I, [5], [5], "wrong_type"),
    # floats
    ("a float is itself", F, [2.5], 2.5, ""),
    ("an integer will do for a float", F, [5.0], 5, ""),
    ("another integer will not", F, [5.0], 6, "wrong_value"),
    ("a float that is near is wrong", F, [0.3333], 0.333, "wrong_value"),
    ("a numeral is no float", F, [2.5], "2.5", "wrong_type"),
    ("true is no float", F, [1.0], True, "wrong_type"),
    ("an exponent is the same number", F, [1e-3], 0.001, ""),
    ("`number` is a float too", "number", [2.5], 2.5, ""),
    ("an integer will do for `number`", "number", [2.0], 2, ""),
    ("an answer that is an integer is met by a float", F, [5], 5.0, ""),
    ("a negative float", F, [-0.5], -0.5, ""),
    # truth values
    ("true is true", B, [True], True, ""),
    ("false is not true", B, [True], False, "wrong_value"),
    ("the word true is no truth value", B, [True], "true", "wrong_type"),
    ("one is no truth value", B, [True], 1, "wrong_type"),
    ("either will do where both are accepted", B, [True, False], False, ""),
    ("null is no truth value", B, [False], None, "wrong_type"),
    # lists
    ("a list is itself", many(I), [[1, 2]], [1, 2], ""),
    ("order in a list counts", many(I), [[1, 2]], [2, 1], "wrong_value"),
    ("the other order where it is accepted", many(I), [[1, 2], [2, 1]], [2, 1], ""),
    ("a shorter list is wrong", many(I), [[1, 2]], [1], "wrong_value"),
    ("a longer list is wrong", many(I), [[1, 2]], [1, 2, 3], "wrong_value"),
    ("an empty list is wrong", many(I), [[1, 2]], [], "wrong_value"),
    ("a single value is no list", many(I), [[1]], 1, "wrong_type"),
    ("a list written as a string is no list", many(I), [[1, 2]], "[1, 2]", "wrong_type"),
    ("numerals in a list of integers", many(I), [[1, 2]], ["1", "2"], "wrong_type"),
    ("floats in a list of integers", many(I), [[1, 2]], [1.0, 2.0], "wrong_type"),
    ("integers in a list of floats", many(F), [[1.0, 2.0]], [1, 2], "wrong_type"),
    ("integers in a list of floats whose answer has integers", many(F), [[1, 2]], [1, 2], ""),
    ("floats in a list of floats", many(F), [[0.5, 2.0]], [0.5, 2.0], ""),
    ("true in a list of integers", many(I), [[1, 0]], [True, False], "wrong_type"),
    ("strings in a list are folded", many(S), [["New York", "Kiel"]], ["new-york", "KIEL"], ""),
    ("another string in a list", many(S), [["a", "b"]], ["a", "c"], "wrong_value"),
    ("a null in a list", many(S), [["a", "b"]], ["a", None], "wrong_type"),
    ("truth values in a list", many(B), [[True, False]], [True, False], ""),
    ("lists in a list", many("array"), [[[1, 2], [3]]], [[1, 2], [3]], ""),
    ("lists in a list, one number changed", many("array"), [[[1, 2], [3]]], [[1, 2], [4]], "wrong_value"),
    ("a tuple is met by a list", {"type": "tuple", "items": {"type": F}}, [[0.5, 1.5]], [0.5, 1.5], ""),
    ("a tuple is met by a tuple", {"type": "tuple", "items": {"type": F}}, [[0.5, 1.5]], (0.5, 1.5), ""),
    ("a tuple in the wrong order", {"type": "tuple", "items": {"type": F}}, [[0.5, 1.5]], [1.5, 0.5], "wrong_value"),
    ("a list that may be left out may be given", many(S), ["", ["a"]], ["a"], ""),
    ("nothing accepted means an empty list", many(S), [], [], ""),
    ("nothing accepted is not met by something", many(S), [], ["a"], "wrong_value"),
    # dictionaries
    ("a dictionary key by key", D, [{"a": [1], "b": ["x"]}], {"a": 1, "b": "x"}, ""),
    ("the order of keys does not matter", D, [{"a": [1], "b": ["x"]}], {"b": "x", "a": 1}, ""),
    ("strings in a dictionary are folded", D, [{"b": ["New York"]}], {"b": "new york"}, ""),
    ("any of several values of a key", D, [{"a": [1, 2]}], {"a": 2}, ""),
    ("a wrong value of a key", D, [{"a": [1]}], {"a": 3}, "wrong_value"),
    ("a key too many", D, [{"a": [1]}], {"a": 1, "z": 1}, "unexpected_key"),
    ("a key too few", D, [{"a": [1], "b": [2]}], {"a": 1}, "missing_key"),
    ("a key that may be left out", D, [{"a": [1], "b": ["", 2]}], {"a": 1}, ""),
    ("a key that may be left out, given wrongly", D, [{"a": [1], "b": ["", 2]}], {"a": 1, "b": 3}, "wrong_value"),
    ("the second of two dictionaries", D, [{"a": [1]}, {"a": [2]}], {"a": 2}, ""),
    (
        "half of each of two dictionaries",
        D,
        [{"a": [1], "b": [1]}, {"a": [2], "b": [2]}],
        {"a": 1, "b": 2},
        "wrong_value",
    ),
    ("a list in a dictionary", D, [{"a": [[1, 2]]}], {"a": [1, 2]}, ""),
    ("a dictionary written as a string", D, [{"a": [1]}], '{"a": 1}', "wrong_type"),
    ("a list for a dictionary", D, [{"a": [1]}], [1], "wrong_type"),
    ("an empty dictionary where keys are needed", D, [{"a": [1]}], {}, "missing_key"),
    ("an empty dictionary where none is needed", D, [{"a": ["", 1]}], {}, ""),
    # lists of dictionaries
    ("dictionaries in order", many(D), [[{"a": [1]}, {"a": [2]}]], [{"a": 1}, {"a": 2}], ""),
    ("dictionaries out of order", many(D), [[{"a": [1]}, {"a": [2]}]], [{"a": 2}, {"a": 1}], "wrong_value"),
    ("a dictionary too few", many(D), [[{"a": [1]}, {"a": [2]}]], [{"a": 1}], "wrong_value"),
    ("a dictionary too many", many(D), [[{"a": [1]}]], [{"a": 1}, {"a": 1}], "wrong_value"),
    (
        "a key too many in the second",
        many(D),
        [[{"a": [1]}, {"a": [2]}]],
        [{"a": 1}, {"a": 2, "b": 1}],
        "unexpected_key",
    ),
    ("a key missing in the second", many(D), [[{"a": [1]}, {"a": [2], "b": [1]}]], [{"a": 1}, {"a": 2}], "missing_key"),
    ("folded strings in dictionaries", many(D), [[{"n": ["Kiel-Holtenau"]}]], [{"n": "kiel holtenau"}], ""),
    ("strings where dictionaries are asked for", many(D), [[{"a": [1]}]], ["a"], "wrong_type"),
    ("the second acceptable list", many(D), [[{"a": [1]}], [{"a": [2]}]], [{"a": 2}], ""),
    # answers of another type than the description
    ("a variable's name for a number", I, ["size"], "size", ""),
    ("a variable's name is compared exactly", I, ["size"], "Size", "wrong_value"),
    ("a number where the answer is a variable", I, ["size"], 5, "wrong_value"),
    ("a string for `any`", "any", ["x"], "X", ""),
    ("a number for `any` whose answer is a string", "any", ["5"], 5, "wrong_type"),
    ("a number for `any` whose answer is a number", "any", [5], 5, ""),
    ("null where the answer is null", S, [None], None, ""),
    ("a list for a string whose answer is a list", S, [["a"]], ["a"], ""),
]

_P = {"a": {"type": I}, "b": {"type": S}}
_F, _G = ("f", _P, ["a"]), ("g", _P, ["a"])
_EITHER, _BOTH = {"f": {"a": [1], "b": ["", "x"]}}, {"f": {"a": [1], "b": ["x"]}}


def _wants(*accepted: int, of: str = "f") -> dict[str, Any]:
    return {of: {"a": list(accepted)}}


def _calls(given: int, of: str = "f") -> tuple[str, dict[str, Any]]:
    return of, {"a": given}


#: (rule, functions, answer, calls, failure): about more than one value. A function is (name, properties, required).
WHOLE: list[tuple[str, list[tuple[str, dict[str, Any], list[str]]], Any, Any, str]] = [
    ("an optional argument left out", [_F], [_EITHER], [_calls(1)], ""),
    ("an optional argument given right", [_F], [_EITHER], [("f", {"a": 1, "b": "x"})], ""),
    ("an optional argument given wrongly", [_F], [_EITHER], [("f", {"a": 1, "b": "y"})], "wrong_value"),
    ("optional for the function, needed by the answer", [_F], [_BOTH], [_calls(1)], "missing_argument"),
    (
        "required though the answer lets it out",
        [("f", _P, ["a", "b"])],
        [_EITHER],
        [_calls(1)],
        "missing_argument",
    ),
    ("a required argument missing", [_F], [_wants(1)], [("f", {})], "missing_argument"),
    ("an argument that the function lacks", [_F], [_wants(1)], [("f", {"a": 1, "z": 1})], "unexpected_argument"),
    (
        "an argument that the answer does not name",
        [_F],
        [_wants(1)],
        [("f", {"a": 1, "b": "x"})],
        "unexpected_argument",
    ),
    ("an argument in another case of letters", [_F], [_wants(1)], [("f", {"A": 1})], "missing_argument"),
    ("no argument where none is asked for", [("f", {}, [])], [{"f": {}}], [("f", {})], ""),
    ("an argument where none is asked for", [("f", {}, [])], [{"f": {}}], [_calls(1)], "unexpected_argument"),
    ("no call", [_F], [_wants(1)], [], "no_call"),
    ("two calls for one", [_F], [_wants(1)], [_calls(1), _calls(1)], "call_count"),
    ("another function", [_F, _G], [_wants(1)], [_calls(1, of="g")], "wrong_function"),
    ("a function that does not exist", [_F], [_wants(1)], [("h", {"a": 1})], "wrong_function"),
    (
        "a function's name in another case",
        [("get", _P, ["a"])],
        [{"get": {"a": [1]}}],
        [("Get", {"a": 1})],
        "wrong_function",
    ),
    ("dots as underscores", [("math.sum", _P, ["a"])], [{"math.sum": {"a": [1]}}], [("math_sum", {"a": 1})], ""),
    ("dots as dots", [("math.sum", _P, ["a"])], [{"math.sum": {"a": [1]}}], [("math.sum", {"a": 1})], ""),
    ("several dots", [("a.b.c", _P, ["a"])], [{"a.b.c": {"a": [1]}}], [("a_b_c", {"a": 1})], ""),
    (
        "only the last part of a dotted name",
        [("math.sum", _P, ["a"])],
        [{"math.sum": {"a": [1]}}],
        [("sum", {"a": 1})],
        "wrong_function",
    ),
    ("the right one of two functions", [_F, _G], [_wants(1, of="g")], [_calls(1, of="g")], ""),
    ("in parallel, in order", [_F], [_wants(1), _wants(2)], [_calls(1), _calls(2)], ""),
    ("in parallel, in another order", [_F], [_wants(1), _wants(2)], [_calls(2), _calls(1)], ""),
    ("in parallel, three in a circle", [_F], [_wants(n) for n in (1, 2, 3)], [_calls(n) for n in (3, 1, 2)], ""),
    ("in parallel, one missing", [_F], [_wants(1), _wants(2)], [_calls(1)], "call_count"),
    ("in parallel, one too many", [_F], [_wants(1), _wants(2)], [_calls(n) for n in (1, 2, 3)], "call_count"),
    ("in parallel, one wrong", [_F], [_wants(1), _wants(2)], [_calls(1), _calls(3)], "wrong_value"),
    ("in parallel, one twice", [_F], [_wants(1), _wants(2)], [_calls(1), _calls(1)], "wrong_value"),
    ("the same call twice where it is expected twice", [_F], [_wants(1), _wants(1)], [_calls(1), _calls(1)], ""),
    (
        "several functions in parallel",
        [_F, ("g", _P, ["b"])],
        [_wants(1), {"g": {"b": ["x"]}}],
        [("g", {"b": "X"}), _calls(1)],
        "",
    ),
    (
        "several functions in parallel, one of them twice",
        [_F, _G],
        [_wants(1), _wants(1, of="g")],
        [_calls(1), _calls(1)],
        "wrong_function",
    ),
    (
        "greedy matching takes the first that fits",
        [_F],
        [_wants(1, 2), _wants(1)],
        [_calls(1), _calls(2)],
        "wrong_value",
    ),
    (
        "in parallel with dotted names",
        [("x.f", _P, ["a"]), ("x.g", _P, ["a"])],
        [{"x.f": {"a": [1]}}, {"x.g": {"a": [2]}}],
        [("x_g", {"a": 2}), ("x_f", {"a": 1})],
        "",
    ),
]
