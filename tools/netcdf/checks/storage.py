"""How values are stored: packing and chunking."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from tools.netcdf import fixes
from tools.netcdf.access import Var
from tools.netcdf.catalogue import finding
from tools.netcdf.checks.context import Context, Skip, show
from tools.netcdf.model import Finding


def attributes(context: Context) -> Iterator[Finding]:
    for var in context.data.variables.values():
        if not var.numeric:
            continue
        yield from _packing_types(var)
        if var.chunks and len(var.chunks) == len(var.shape):
            yield from _chunks(context, var)


def _packing_types(var: Var) -> Iterator[Finding]:
    scale, offset = var.attrs.get("scale_factor"), var.attrs.get("add_offset")
    types = {n: np.asarray(a).dtype for n, a in (("scale_factor", scale), ("add_offset", offset)) if a is not None}
    if not types:
        return
    wrong = [n for n, t in types.items() if t.kind not in "fiu"]
    if wrong:
        yield finding(
            "packing-type",
            var.name,
            f"{' and '.join(wrong)} of {var.name} {'is' if len(wrong) == 1 else 'are'} no number.",
            evidence={"text": ", ".join(f"{n} = {var.attrs[n]!r}" for n in wrong)},
        )
    elif len(set(types.values())) > 1:
        wide = np.result_type(*types.values())
        yield finding(
            "packing-type",
            var.name,
            f"scale_factor and add_offset of {var.name} have different types: "
            + ", ".join(f"{n} {t.name}" for n, t in types.items())
            + ".",
            evidence={"text": ", ".join(f"{n} = {var.attrs[n]!r}" for n in types)},
            ops=[fixes.set_attr(var.name, n, wide.type(np.ravel(var.attrs[n])[0])) for n in types],
        )


def _chunks(context: Context, var: Var) -> Iterator[Finding]:
    assert var.chunks is not None
    size = math.prod(var.chunks) * var.dtype.itemsize
    count = math.prod(math.ceil(n / c) for n, c in zip(var.shape, var.chunks, strict=True) if c)
    if size >= 4096 or count < 2000:
        return
    yield finding(
        "chunking",
        var.name,
        f"{var.name} is stored in {count} chunks of {size} bytes; each costs about as much to find as to read.",
        evidence={
            "text": f"chunk shape {list(var.chunks)} of {list(var.shape)}, filters {var.filters or 'none'}",
            "values": [size],
            "count": count,
        },
        ops=[fixes.Op("rechunk", var.name)],
    )


def overflow(context: Context) -> Iterator[Finding]:
    """Wrapped integers: the packed values fill their whole type and jump by nearly all of it between neighbours."""
    packed = [
        v for v in context.data.variables.values() if v.numeric and v.packed and v.dtype.kind in "iu" and v.size > 50
    ]
    if not packed:
        raise Skip("no packed variable")
    for var in packed:
        summary = context.summary(var)
        if summary is None or summary.valid < 50 or var.dtype.itemsize > 4:
            continue
        limits = np.iinfo(var.dtype)
        width = float(limits.max) - float(limits.min)
        index = next(var._slab_index(1_000_000))
        raw = var.raw(index)
        mask = var.missing_mask(raw)
        counts = np.where(mask, np.nan, raw.astype(np.float64))
        span = np.nanmax(counts) - np.nanmin(counts)
        if span < 0.97 * width or not counts.ndim:
            continue
        jumps, steps, small, short = _jumps(counts, width)
        at_limit = int(np.count_nonzero(raw[~mask] == limits.max) + np.count_nonzero(raw[~mask] == limits.min))
        # A wrap falls short of the whole width by a usual step; outliers jump by anything.
        if jumps >= 3 and small < 0.12 * width and short < max(6.0 * small, 0.02 * width):
            yield _wrapped(var, summary, jumps, steps)
        elif at_limit > 5 and at_limit > 0.0005 * counts.size:
            yield finding(
                "packing-overflow",
                var.name,
                f"{at_limit} values of {var.name} sit exactly at the limits of {var.dtype.name}: values "
                "beyond were cut off.",
                evidence={"text": f"limits {limits.min}, {limits.max}", "count": at_limit, "total": summary.valid},
                confidence="medium",
            )


def _jumps(counts: Any, width: float) -> tuple[int, int, float, float]:
    """(neighbour steps larger than 0.8 of the type, all steps, the median step, by how much those fall short of the
    whole width) along the last axis."""
    steps = np.abs(np.diff(counts, axis=-1)).ravel()
    steps = steps[np.isfinite(steps)]
    if not steps.size:
        return 0, 0, width, width
    large = steps[steps > 0.8 * width]
    short = float(np.median(width + 1 - large)) if large.size else width
    return int(large.size), int(steps.size), float(np.median(steps)), short


def _wrapped(var: Var, summary: Any, jumps: int, steps: int) -> Finding:
    low, high = show(summary.low), show(summary.high)
    return finding(
        "packing-overflow",
        var.name,
        f"{var.name} has wrapped round: {jumps} neighbours differ by nearly the whole range that "
        f"{var.dtype.name} with this "
        f"scale_factor can hold ({low} to {high}).",
        evidence={
            "text": f"scale_factor {var.number('scale_factor')}, add_offset {var.number('add_offset')}",
            "values": [summary.low, summary.high],
            "count": jumps,
            "total": steps,
        },
        note="Pack again from the source with a larger scale_factor; the values cannot be restored from this file.",
    )
