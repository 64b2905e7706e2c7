"""Fixes as steps, and their three forms: lines for xarray, a line for ncatted, and the cleaned copy.

The xarray lines work on `ds` as PRELUDE opens it, with nothing decoded, and EPILOGUE writes it. Because the text and
`apply` come from the same steps, what is pasted and what the cleaned copy holds agree.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tools.netcdf.model import CannotClean, Op

PRELUDE = 'import numpy as np\nimport xarray as xr\n\nds = xr.open_dataset({source!r}, decode_cf=False).load()'
EPILOGUE = (
    'ds.to_netcdf({target!r}, encoding={{n: {{"_FillValue": None}} for n in ds.variables'
    ' if "_FillValue" not in ds[n].attrs}})'
)


def set_attr(variable: str, name: str, value: Any) -> Op:
    """Sets one attribute; `variable` is empty for a global one."""
    return Op("set_attr", variable, name, value)


def del_attr(variable: str, name: str) -> Op:
    return Op("del_attr", variable, name)


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return repr(value)
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()!r}, dtype={value.dtype.name!r})"
    if isinstance(value, np.generic):
        return f"np.{value.dtype.name}({value.item()!r})" if np.isfinite(value) else f"np.{value.dtype.name}('nan')"
    return repr(value)


def _line_set_attr(op: Op) -> str:
    holder = f"ds[{op.variable!r}]" if op.variable else "ds"
    return f"{holder}.attrs[{op.name!r}] = {_literal(op.value)}"


def _line_del_attr(op: Op) -> str:
    holder = f"ds[{op.variable!r}]" if op.variable else "ds"
    return f"{holder}.attrs.pop({op.name!r}, None)"


def _line_set_fill(op: Op) -> str:
    return f"ds[{op.variable!r}].attrs['_FillValue'] = ds[{op.variable!r}].dtype.type({_literal(op.value)})"


def _line_swap(op: Op) -> str:
    a, b = op.variable, op.value
    return f"ds = ds.assign({a}=ds[{a!r}].copy(data=ds[{b!r}].values), {b}=ds[{b!r}].copy(data=ds[{a!r}].values))"


def _line_rename_swap(op: Op) -> str:
    a, b = op.variable, op.value
    return (
        f"a, b = dict(ds[{a!r}].attrs), dict(ds[{b!r}].attrs); "
        f"ds = ds.rename({{{a!r}: {b!r}, {b!r}: {a!r}}}); ds[{a!r}].attrs, ds[{b!r}].attrs = a, b"
    )


def _line_scale(op: Op) -> str:
    scale, offset = op.value
    text = f"ds[{op.variable!r}].values"
    text = f"{text} * {scale!r}" if scale != 1.0 else text
    text = f"{text} + {offset!r}" if offset else text
    return f"ds = ds.assign_coords({_kw(op.variable)}=(ds[{op.variable!r}].dims, {text}, ds[{op.variable!r}].attrs))" if (
        op.name == "coordinate"
    ) else f"ds[{op.variable!r}] = (ds[{op.variable!r}].dims, {text}, ds[{op.variable!r}].attrs)"  # fmt: skip


def _kw(name: str) -> str:
    if not name.isidentifier():
        raise CannotClean(f"The variable name {name!r} cannot be written in a fix.", "Rename it first.")
    return name


def _line_reverse(op: Op) -> str:
    return f"ds[{op.variable!r}] = (ds[{op.variable!r}].dims, ds[{op.variable!r}].values[::-1], ds[{op.variable!r}].attrs)"


def _line_sort(op: Op) -> str:
    return (
        f"ds = ds.isel({{{op.name!r}: np.unique(ds[{op.variable!r}].values, return_index=True)[1]}})"
    )


def _line_drop_missing(op: Op) -> str:
    return f"ds = ds.isel({{{op.name!r}: np.isfinite(ds[{op.variable!r}].values) & (ds[{op.variable!r}].values != {op.value!r})}})"


def _line_mask(op: Op) -> str:
    """Values outside [low, high] (as stored) become the fill value."""
    low, high, fill = op.value
    return (
        f"v = ds[{op.variable!r}]; v.attrs.setdefault('_FillValue', v.dtype.type({_literal(fill)})); "
        f"ds[{op.variable!r}] = v.where((v >= {low!r}) & (v <= {high!r}), v.attrs['_FillValue']).astype(v.dtype).assign_attrs(v.attrs)"
    )


def _line_mask_at(op: Op) -> str:
    """Values at the listed positions become the fill value."""
    positions, fill = op.value
    places = tuple(zip(*positions, strict=True))
    index = ", ".join(repr([int(i) for i in axis]) for axis in places) + ("," if len(places) == 1 else "")
    return (
        f"v = ds[{op.variable!r}]; v.attrs.setdefault('_FillValue', v.dtype.type({_literal(fill)})); "
        f"v.values[{index}] = v.attrs['_FillValue']"
    )


def _line_drop(op: Op) -> str:
    return f"ds = ds.drop_vars({op.variable!r})"


def _line_lon180(op: Op) -> str:
    name, dim = op.variable, op.name
    line = f"v = ds[{name!r}]; ds[{name!r}] = (v.dims, (v.values + 180.0) % 360.0 - 180.0, v.attrs)"
    return f"{line}; ds = ds.sortby({name!r})" if dim else line


def _line_rechunk(op: Op) -> str:
    return (
        f"ds[{op.variable!r}].encoding.update(chunksizes=None, contiguous=False, zlib=True, complevel=4)"
    )


def _line_transpose(op: Op) -> str:
    return f"ds[{op.variable!r}] = ds[{op.variable!r}].transpose(*{list(op.value)!r})"


STEPS: dict[str, Callable[[Op], str]] = {
    "set_attr": _line_set_attr,
    "del_attr": _line_del_attr,
    "set_fill": _line_set_fill,
    "swap_values": _line_swap,
    "rename_swap": _line_rename_swap,
    "scale": _line_scale,
    "reverse": _line_reverse,
    "sort_unique": _line_sort,
    "drop_missing": _line_drop_missing,
    "mask_outside": _line_mask,
    "mask_at": _line_mask_at,
    "drop": _line_drop,
    "lon180": _line_lon180,
    "rechunk": _line_rechunk,
    "transpose": _line_transpose,
}

_NCATTED_TYPE = {"f4": "f", "f8": "d", "i1": "b", "i2": "s", "i4": "l", "u1": "ub", "u2": "us", "u4": "ul", "i8": "ll"}


def xarray_lines(ops: Sequence[Op]) -> str:
    """The lines to paste between PRELUDE and EPILOGUE."""
    return "\n".join(STEPS[op.kind](op) for op in ops)


def ncatted_line(ops: Sequence[Op], file: str) -> str:
    """One ncatted command, empty where the fix changes more than attributes."""
    words = []
    for op in ops:
        if "/" in op.variable:
            return ""
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
            words.append(f"_FillValue,{holder},o,{'d'},{float(op.value)!r}")
        else:
            return ""
    return "ncatted -h " + " ".join(f"-a {shlex.quote(word)}" for word in words) + f" {shlex.quote(file)}" if words else ""


def apply(dataset: Any, ops: Sequence[Op]) -> Any:
    """The dataset (opened as PRELUDE does) after the steps; raises CannotClean where one does not fit it."""
    scope: dict[str, Any] = {"ds": dataset, "np": np}
    for op in ops:
        step = STEPS.get(op.kind)
        if step is None:
            raise CannotClean(f"A fix of unknown kind {op.kind!r} was asked for.", "Write the report anew.")
        try:
            # The line is built from validated steps by the functions above, never from the file's or a user's text
            # except as repr-quoted literals.
            exec(step(op), {"__builtins__": {"dict": dict, "list": list, "tuple": tuple}}, scope)  # noqa: S102
        except (KeyError, ValueError, TypeError, IndexError) as error:
            raise CannotClean(f"The fix {op.kind} of {op.variable or 'the file'} does not fit: {error}.") from error
    return scope["ds"]
