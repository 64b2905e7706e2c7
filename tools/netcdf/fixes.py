"""Fixes as steps, and their three forms: lines for xarray, a line for ncatted, and the cleaned copy.

The xarray lines work on `ds` as PRELUDE opens it, with nothing decoded, and EPILOGUE writes it. Text and deed of each
step stand beside each other in STEPS; the tests paste the one and do the other and compare.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tools.netcdf.model import CannotClean, Op

#: Of a file with groups, `groups` maps the path of each to its dataset; the lines of a fix say which one is `ds`.
PRELUDE_GROUPS = (
    "import numpy as np\nimport xarray as xr\n\n"
    "groups = {{path: ds.load() for path, ds in xr.open_groups({source!r}, decode_cf=False).items()}}"
)
EPILOGUE_GROUPS = (
    "for number, (path, ds) in enumerate(groups.items()):\n"
    "    for name in ds.variables:\n"
    '        if "_FillValue" not in ds[name].attrs:\n'
    '            ds[name].encoding["_FillValue"] = None\n'
    '    ds.to_netcdf({target!r}, mode="a" if number else "w", group=path)'
)
PRELUDE = "import numpy as np\nimport xarray as xr\n\nds = xr.open_dataset({source!r}, decode_cf=False).load()"
EPILOGUE = (
    "for name in ds.variables:\n"
    '    if "_FillValue" not in ds[name].attrs:\n'
    '        ds[name].encoding["_FillValue"] = None\n'
    "ds.to_netcdf({target!r})"
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


def _assign(name: str, values: str) -> str:
    return f"ds[{name!r}] = (ds[{name!r}].dims, {values}, ds[{name!r}].attrs)"


def _put(ds: Any, name: str, values: Any) -> None:
    ds[name] = (ds[name].dims, values, ds[name].attrs)


def _do_set_attr(ds: Any, op: Op) -> Any:
    (ds[op.variable] if op.variable else ds).attrs[op.name] = op.value
    return ds


def _do_del_attr(ds: Any, op: Op) -> Any:
    (ds[op.variable] if op.variable else ds).attrs.pop(op.name, None)
    return ds


def _do_set_fill(ds: Any, op: Op) -> Any:
    ds[op.variable].attrs["_FillValue"] = ds[op.variable].dtype.type(op.value)
    return ds


def _line_swap(op: Op) -> str:
    a, b = op.variable, op.value
    return f"a, b = ds[{a!r}].values.copy(), ds[{b!r}].values.copy()\n{_assign(a, 'b')}\n{_assign(b, 'a')}"


def _do_swap(ds: Any, op: Op) -> Any:
    first, second = ds[op.variable].values.copy(), ds[op.value].values.copy()
    _put(ds, op.variable, second)
    _put(ds, op.value, first)
    return ds


def _line_rename_swap(op: Op) -> str:
    a, b = op.variable, op.value
    return (
        f"a, b = dict(ds[{a!r}].attrs), dict(ds[{b!r}].attrs)\n"
        f"ds = ds.rename({{{a!r}: {b!r}, {b!r}: {a!r}}})\n"
        f"ds[{a!r}].attrs, ds[{b!r}].attrs = a, b"
    )


def _do_rename_swap(ds: Any, op: Op) -> Any:
    a, b = op.variable, op.value
    first, second = dict(ds[a].attrs), dict(ds[b].attrs)
    ds = ds.rename({a: b, b: a})
    ds[a].attrs, ds[b].attrs = first, second
    return ds


def _line_scale(op: Op) -> str:
    scale, offset = op.value
    text = (
        f"ds[{op.variable!r}].values" + (f" * {scale!r}" if scale != 1.0 else "") + (f" + {offset!r}" if offset else "")
    )
    return _assign(op.variable, text)


def _do_scale(ds: Any, op: Op) -> Any:
    scale, offset = op.value
    values = ds[op.variable].values * scale
    _put(ds, op.variable, values + offset if offset else values)
    return ds


def _line_scale_valid(op: Op) -> str:
    """Like scale, for a variable whose missing values must keep their marker."""
    name, scale = op.variable, op.value
    return (
        f"v = ds[{name!r}]\n"
        f"ds[{name!r}] = xr.where(v == v.attrs.get('_FillValue', np.nan), v, v * "
        f"{scale!r}).astype(v.dtype).assign_attrs(v.attrs)"
    )


def _do_scale_valid(ds: Any, op: Op) -> Any:
    var = ds[op.variable]
    fill = var.attrs.get("_FillValue", np.nan)
    _put(ds, op.variable, np.where(var.values == fill, var.values, var.values * op.value).astype(var.dtype))
    return ds


def _line_reverse(op: Op) -> str:
    """Along the first dimension, or the one whose number `value` is."""
    return _assign(op.variable, f"np.flip(ds[{op.variable!r}].values, axis={int(op.value or 0)})")


def _do_reverse(ds: Any, op: Op) -> Any:
    _put(ds, op.variable, np.flip(ds[op.variable].values, axis=int(op.value or 0)))
    return ds


def _line_sort(op: Op) -> str:
    return f"ds = ds.isel({{{op.name!r}: np.unique(ds[{op.variable!r}].values, return_index=True)[1]}})"


def _do_sort(ds: Any, op: Op) -> Any:
    return ds.isel({op.name: np.unique(ds[op.variable].values, return_index=True)[1]})


def _number(value: Any) -> float:
    return float(value)


def _line_drop_missing(op: Op) -> str:
    keep = f"np.isfinite(ds[{op.variable!r}].values)"
    if np.isfinite(_number(op.value)):
        keep += f" & (ds[{op.variable!r}].values != {_number(op.value)!r})"
    return f"ds = ds.isel({{{op.name!r}: {keep}}})"


def _do_drop_missing(ds: Any, op: Op) -> Any:
    values = ds[op.variable].values
    keep = np.isfinite(values) & (values != _number(op.value))
    return ds.isel({op.name: keep})


def _line_convert(op: Op) -> str:
    low, high, scale, offset = (_number(x) for x in op.value)
    tests = [f"(v < {low!r})"] * bool(np.isfinite(low)) + [f"(v > {high!r})"] * bool(np.isfinite(high))
    return (
        f"v = ds[{op.variable!r}]\n"
        f"wrong = ({' | '.join(tests)}) & (v != v.attrs.get('_FillValue', np.nan))\n"
        f"v.values[wrong.values] = v.values[wrong.values] * {scale!r} + {offset!r}"
    )


def _do_convert(ds: Any, op: Op) -> Any:
    low, high, scale, offset = (_number(x) for x in op.value)
    var = ds[op.variable]
    wrong = ((var.values < low) | (var.values > high)) & (var.values != var.attrs.get("_FillValue", np.nan))
    var.values[wrong] = var.values[wrong] * scale + offset
    return ds


def _line_mask(op: Op) -> str:
    low, high, fill = (_number(x) for x in op.value)
    tests = [f"(v < {low!r})"] * bool(np.isfinite(low)) + [f"(v > {high!r})"] * bool(np.isfinite(high))
    return (
        f"v = ds[{op.variable!r}]\n"
        f"v.attrs.setdefault('_FillValue', v.dtype.type({_literal(fill)}))\n"
        f"v.values[({' | '.join(tests)}).values] = v.attrs['_FillValue']"
    )


def _do_mask(ds: Any, op: Op) -> Any:
    low, high, fill = (_number(x) for x in op.value)
    var = ds[op.variable]
    var.attrs.setdefault("_FillValue", var.dtype.type(fill))
    var.values[(var.values < low) | (var.values > high)] = var.attrs["_FillValue"]
    return ds


def _line_mask_at(op: Op) -> str:
    positions, fill = op.value
    axes = [[int(i) for i in axis] for axis in zip(*positions, strict=True)]
    index = ", ".join(map(repr, axes)) + ("," if len(axes) == 1 else "")
    return (
        f"v = ds[{op.variable!r}]\n"
        f"v.attrs.setdefault('_FillValue', v.dtype.type({_literal(fill)}))\n"
        f"v.values[{index}] = v.attrs['_FillValue']"
    )


def _do_mask_at(ds: Any, op: Op) -> Any:
    positions, fill = op.value
    var = ds[op.variable]
    var.attrs.setdefault("_FillValue", var.dtype.type(_number(fill)))
    var.values[tuple(np.array(axis, dtype=int) for axis in zip(*positions, strict=True))] = var.attrs["_FillValue"]
    return ds


def _line_mask_infinite(op: Op) -> str:
    return (
        f"v = ds[{op.variable!r}]\n"
        f"v.attrs.setdefault('_FillValue', v.dtype.type({_literal(op.value)}))\n"
        f"v.values[np.isinf(v.values)] = v.attrs['_FillValue']"
    )


def _do_mask_infinite(ds: Any, op: Op) -> Any:
    var = ds[op.variable]
    var.attrs.setdefault("_FillValue", var.dtype.type(_number(op.value)))
    var.values[np.isinf(var.values)] = var.attrs["_FillValue"]
    return ds


def _line_drop(op: Op) -> str:
    return f"ds = ds.drop_vars({op.variable!r})"


def _do_drop(ds: Any, op: Op) -> Any:
    return ds.drop_vars(op.variable)


def _line_lon180(op: Op) -> str:
    return _assign(op.variable, f"(ds[{op.variable!r}].values + 180.0) % 360.0 - 180.0")


def _do_lon180(ds: Any, op: Op) -> Any:
    _put(ds, op.variable, (ds[op.variable].values + 180.0) % 360.0 - 180.0)
    return ds


def _line_rechunk(op: Op) -> str:
    return f"ds[{op.variable!r}].encoding = {{'zlib': True, 'complevel': 4}}"


def _do_rechunk(ds: Any, op: Op) -> Any:
    ds[op.variable].encoding = {"zlib": True, "complevel": 4}
    return ds


#: kind -> (its line or lines of text, the same on a dataset)
STEPS: dict[str, tuple[Callable[[Op], str], Callable[[Any, Op], Any]]] = {
    "set_attr": (_line_set_attr, _do_set_attr),
    "del_attr": (_line_del_attr, _do_del_attr),
    "set_fill": (_line_set_fill, _do_set_fill),
    "swap_values": (_line_swap, _do_swap),
    "rename_swap": (_line_rename_swap, _do_rename_swap),
    "scale": (_line_scale, _do_scale),
    "scale_valid": (_line_scale_valid, _do_scale_valid),
    "reverse": (_line_reverse, _do_reverse),
    "sort_unique": (_line_sort, _do_sort),
    "drop_missing": (_line_drop_missing, _do_drop_missing),
    "convert_outside": (_line_convert, _do_convert),
    "mask_outside": (_line_mask, _do_mask),
    "mask_infinite": (_line_mask_infinite, _do_mask_infinite),
    "mask_at": (_line_mask_at, _do_mask_at),
    "drop": (_line_drop, _do_drop),
    "lon180": (_line_lon180, _do_lon180),
    "rechunk": (_line_rechunk, _do_rechunk),
}


def apply(dataset: Any, ops: Sequence[Op]) -> Any:
    """The dataset (opened as PRELUDE does) after the steps; raises CannotClean where one does not fit it."""
    for op in ops:
        if op.kind not in STEPS:
            raise CannotClean(f"A fix of unknown kind {op.kind!r} was asked for.", "Write the report anew.")
        try:
            dataset = STEPS[op.kind][1](dataset, op)
        except (KeyError, ValueError, TypeError, IndexError) as error:
            raise CannotClean(f"The fix {op.kind} of {op.variable or 'the file'} does not fit: {error}.") from error
    return dataset


def apply_to_groups(groups: Mapping[str, Any], ops: Sequence[Op]) -> dict[str, Any]:
    """The datasets of all groups by path after the steps; raises CannotClean as `apply` does."""
    from tools.netcdf.fixtext import by_group

    changed = dict(groups)
    for group, steps in by_group(ops):
        if group not in changed:
            raise CannotClean(f"The file has no group {group}.", "Write the report anew.")
        changed[group] = apply(changed[group], steps)
    return changed
