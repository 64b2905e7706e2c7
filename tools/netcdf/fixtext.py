"""Fixes as text to paste: lines for xarray, a command for ncatted, and the frame round the lines."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from tools.netcdf.fixes import EPILOGUE, EPILOGUE_GROUPS, PRELUDE, PRELUDE_GROUPS, STEPS
from tools.netcdf.model import Op

_NCATTED_TYPE = {"f4": "f", "f8": "d", "i1": "b", "i2": "s", "i4": "l", "u1": "ub", "u2": "us", "u4": "ul", "i8": "ll"}


def group_of(op: Op) -> str:
    """The group that a step works in: `/` for the root."""
    return op.variable.rsplit("/", 1)[0] or "/" if op.variable.startswith("/") else "/"


def inside(op: Op) -> Op:
    """The step with the names that its variables have inside their group."""
    value = op.value
    if op.kind in ("swap_values", "rename_swap"):
        value = str(value).rsplit("/", 1)[-1]
    return replace(op, variable=op.variable.rsplit("/", 1)[-1], value=value)


def by_group(ops: Sequence[Op]) -> Iterator[tuple[str, list[Op]]]:
    """Runs of steps in one group, in order, with the names of the group."""
    run: list[Op] = []
    current = ""
    for op in ops:
        group = group_of(op)
        if run and group != current:
            yield current, run
            run = []
        current = group
        run.append(inside(op))
    if run:
        yield current, run


def xarray_lines(ops: Sequence[Op], *, grouped: bool = False) -> str:
    """The lines to paste between prelude and epilogue; `grouped` for a file with groups."""
    if not grouped:
        return "\n".join(STEPS[op.kind][0](op) for op in ops)
    parts = []
    for group, steps in by_group(ops):
        lines = "\n".join(STEPS[op.kind][0](op) for op in steps)
        parts.append(f"ds = groups[{group!r}]\n{lines}\ngroups[{group!r}] = ds")
    return "\n".join(parts)


def prelude(source: str, *, grouped: bool = False) -> str:
    return (PRELUDE_GROUPS if grouped else PRELUDE).format(source=source)


def epilogue(target: str, *, grouped: bool = False) -> str:
    return (EPILOGUE_GROUPS if grouped else EPILOGUE).format(target=target)


def pasted(ops: Sequence[Op], source: str, target: str, *, grouped: bool = False) -> str:
    """A whole script: open `source`, fix, write `target`."""
    return "\n".join(
        (prelude(source, grouped=grouped), xarray_lines(ops, grouped=grouped), epilogue(target, grouped=grouped))
    )


def ncatted_line(ops: Sequence[Op], file: str) -> str:
    """One ncatted command, empty where the fix changes more than attributes."""
    words = []
    for op in ops:
        holder = op.variable or "global"
        if op.kind == "del_attr":
            words.append(f"{op.name},{holder},d,,")
        elif op.kind == "set_attr" and isinstance(op.value, str):
            words.append(f"{op.name},{holder},o,c,{op.value}")
        elif op.kind == "set_attr":
            array = np.atleast_1d(np.asarray(op.value))
            kind = _NCATTED_TYPE.get(array.dtype.kind + str(array.dtype.itemsize))
            if kind is None:
                return ""
            words.append(f"{op.name},{holder},o,{kind},{','.join(repr(x) for x in array.tolist())}")
        elif op.kind == "set_fill":
            # NCO converts values that equal the old fill value; creating one only declares it.
            words.append(f"_FillValue,{holder},o,d,{float(op.value)!r}")
        else:
            return ""
    return (
        "ncatted -h " + " ".join(f"-a {shlex.quote(word)}" for word in words) + f" {shlex.quote(file)}" if words else ""
    )
