"""Pointwise statistics of a variable, gathered slab by slab."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from tools.netcdf.variables import Var

#: Values of one slab of a larger variable.
SLAB = 2_000_000
#: Values kept of one variable for quantiles and histograms.
KEPT = 50_000


#: Default fill values of netCDF, by numpy kind and width (netcdf.h, NC_FILL_*).
DEFAULT_FILL = {
    "i1": -127,
    "u1": 255,
    "i2": -32767,
    "u2": 65535,
    "i4": -2147483647,
    "u4": 4294967295,
    "i8": -9223372036854775806,
    "u8": 18446744073709551614,
    "f4": 9.969209968386869e36,
    "f8": 9.969209968386869e36,
}

Raw = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Summary:
    """Pointwise statistics of the decoded values. Counts refer to the `seen` of `total` values that were read.

    `low_index` and `high_index` are the positions of the extremes. `kept` is an even subsample of the valid values.
    `sentinels` counts suspicious exact values among those not declared missing. `digest` is equal for equal bytes.
    """

    total: int
    seen: int
    missing: int
    unwritten: int
    low: float
    high: float
    low_index: tuple[int, ...]
    high_index: tuple[int, ...]
    mean: float
    std: float
    kept: np.ndarray[Any, np.dtype[np.float64]]
    sentinels: dict[float, int]
    nans: int
    digest: str

    @property
    def valid(self) -> int:
        return self.seen - self.missing

    @property
    def coverage(self) -> float:
        return self.seen / self.total if self.total else 1.0

    def quantile(self, q: float) -> float:
        return float(np.quantile(self.kept, q)) if self.kept.size else math.nan


#: Exact values that people write for "nothing here" and forget to declare.
SENTINELS = (
    *(
        s * v
        for v in (999, 9999, 99999, 999999, 9999999, 999.9, 9999.9, 99.99, 999.99, 9999.99, 99, 8888, 88888, 7777)
        for s in (-1.0, 1.0)
    ),
    -32768.0,
    32767.0,
    -32767.0,
    1e20,
    -1e20,
    1e30,
    -1e30,
    1e34,
    -1e34,
    1e35,
    -1e35,
    1e36,
    -1e36,
    2147483647.0,
    -2147483648.0,
    -2147483647.0,
    -1.0,
    0.0,
    9.969209968386869e36,
    1e10,
    -1e10,
    1e15,
    -1e15,
)


def summarise(var: Var, slabs: Iterator[tuple[slice, ...]], *, keep_digest: bool) -> Summary:
    """Statistics over `slabs`, as many as the time allows; `keep_digest` marks the bytes, else the statistics do."""
    digest = hashlib.blake2b(digest_size=16)
    pieces = math.ceil(var.size / SLAB) or 1
    seen = missing = unwritten = nans = 0
    low, high = math.inf, -math.inf
    low_index: tuple[int, ...] = ()
    high_index: tuple[int, ...] = ()
    total = total_squares = 0.0
    shift: float | None = None
    kept: list[np.ndarray[Any, np.dtype[np.float64]]] = []
    sentinels: dict[float, int] = {}
    for index in slabs:
        if seen and time.monotonic() > var.deadline:
            break
        raw = var.raw(index)
        if keep_digest:
            digest.update(np.ascontiguousarray(raw).tobytes())
        seen += raw.size
        fill = DEFAULT_FILL.get(raw.dtype.kind + str(raw.dtype.itemsize))
        if fill is not None and raw.dtype.itemsize > 1:
            unwritten += int(np.count_nonzero(raw == raw.dtype.type(fill)))
        if raw.dtype.kind == "f":
            nans += int(np.count_nonzero(np.isnan(raw)))
        mask = var.missing_mask(raw)
        missing += int(np.count_nonzero(mask))
        valid = ~mask
        if not valid.any():
            continue
        flat = raw[valid]
        starts = tuple(s.start or 0 for s in index)
        for sign in (-1, 1):
            place = int(
                np.argmin(np.where(valid, raw, np.inf)) if sign < 0 else np.argmax(np.where(valid, raw, -np.inf))
            )
            where = tuple(int(i) + s for i, s in zip(np.unravel_index(place, raw.shape), starts, strict=True))
            extreme = float(var.unpack(float(raw.ravel()[place])))
            # A negative scale_factor turns smallest and largest round.
            if extreme < low:
                low, low_index = extreme, where
            if extreme > high:
                high, high_index = extreme, where
        _count_sentinels(flat, sentinels)
        thin = max(1, flat.size * pieces // KEPT)
        kept.append(var.unpack(flat[::thin].astype(np.float64)))
        values = var.unpack(flat.astype(np.float64)) if flat.size <= SLAB else kept[-1]
        finite = values[np.isfinite(values)]
        shift = float(finite[0]) if shift is None and finite.size else shift
        with np.errstate(over="ignore"):
            total += float(np.sum(finite - (shift or 0.0)))
            total_squares += float(np.sum((finite - (shift or 0.0)) ** 2))
    count = seen - missing
    mean = total / count if count else math.nan
    variance = max(0.0, total_squares / count - mean * mean) if count else math.nan
    together = np.concatenate(kept) if kept else np.empty(0)
    # Of a large variable the statistics serve as its mark: equal ones do not come by chance.
    mark = digest.hexdigest() if keep_digest else f"{low!r} {high!r} {total!r} {total_squares!r}"
    return Summary(
        var.size,
        seen,
        missing,
        unwritten,
        low if count else math.nan,
        high if count else math.nan,
        low_index,
        high_index,
        mean + (shift or 0.0),
        math.sqrt(variance) if count else math.nan,
        together[np.isfinite(together)],
        sentinels,
        nans,
        mark,
    )


def _count_sentinels(flat: np.ndarray[Any, Any], sentinels: dict[float, int]) -> None:
    """Counts exact sentinel values of the data as stored."""
    low, high = float(flat.min()), float(flat.max())
    for value in SENTINELS:
        if flat.dtype.kind == "f":
            # The key is the number as stored: -99.99 is another one in 32 bits.
            value = float(flat.dtype.type(value))
        if low <= value <= high:
            hits = int(np.count_nonzero(flat == value))
            if hits:
                sentinels[value] = sentinels.get(value, 0) + hits
