"""A file as the checks see it: variables with their attributes, raw slabs of their values, and one summary of each.

netCDF files are read by netCDF4 without masking or scaling, Zarr folders and (where allowed) OPeNDAP addresses by
xarray without decoding; both look the same from here on. Memory is bounded: a variable above `WHOLE` values is never
held at once, it is walked in slabs along its first dimension, in an order that covers it evenly however early the
time runs out.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

#: Values that may be held of one variable (float64: 32 MiB).
WHOLE = 4_000_000
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


class ValuesUnreadable(Exception):
    """The library could not read the values of a variable: damaged chunks, a missing filter, or cut bytes."""


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


@dataclass(eq=False)
class Var:
    """One variable. `name` is its path (`/group/name` inside groups); `read` gives raw values of a tuple of slices."""

    name: str
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    attrs: dict[str, Any]
    read: Callable[[tuple[slice, ...]], Raw]
    chunks: tuple[int, ...] | None = None
    filters: dict[str, Any] = field(default_factory=dict)
    deadline: float = math.inf
    _missing_values: list[float] | None = None

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def numeric(self) -> bool:
        return self.dtype.kind in "iuf"

    def text(self, name: str) -> str:
        """Attribute `name` as text, empty where it is absent or no text."""
        value = self.attrs.get(name)
        return value.strip() if isinstance(value, str) else ""

    def number(self, name: str) -> float | None:
        """Attribute `name` as one number, None where it is absent or none."""
        value = self.attrs.get(name)
        if value is None or isinstance(value, str):
            return None
        array = np.atleast_1d(np.asarray(value))
        return float(array[0]) if array.size == 1 and array.dtype.kind in "iuf" else None

    @property
    def units(self) -> str:
        return self.text("units")

    @property
    def standard_name(self) -> str:
        """The first word of the attribute: modifiers such as `status_flag` are left off."""
        words = self.text("standard_name").split()
        return words[0] if words else ""

    @property
    def packed(self) -> bool:
        return self.number("scale_factor") is not None or self.number("add_offset") is not None

    @cached_property
    def declared_missing(self) -> list[float]:
        """Raw values that the attributes declare to be missing."""
        found: list[float] = []
        for name in ("_FillValue", "missing_value"):
            value = self.attrs.get(name)
            if value is None or isinstance(value, str):
                continue
            array = np.atleast_1d(np.asarray(value))
            if array.dtype.kind in "iuf":
                found.extend(float(x) for x in array)
        return found

    def raw(self, index: tuple[slice, ...] | None = None) -> Raw:
        """Raw values as stored; raises ValuesUnreadable."""
        try:
            data = self.read(index if index is not None else tuple(slice(None) for _ in self.shape))
        except (OSError, RuntimeError, ValueError, IndexError, KeyError, TypeError) as error:
            raise ValuesUnreadable(f"{type(error).__name__}: {error}") from error
        if str(self.attrs.get("_Unsigned", "")).lower() == "true" and data.dtype.kind == "i":
            data = data.view(data.dtype.str.replace("i", "u"))
        return data

    def missing_mask(self, raw: Raw) -> Raw:
        """Where `raw` is declared missing, never written, or NaN."""
        mask = np.isnan(raw) if raw.dtype.kind == "f" else np.zeros(raw.shape, bool)
        values = list(self.declared_missing)
        default = DEFAULT_FILL.get(raw.dtype.kind + str(raw.dtype.itemsize))
        if default is not None and raw.dtype.itemsize > 1 and "_FillValue" not in self.attrs:
            values.append(float(default))
        for value in values:
            if math.isnan(value):
                continue
            if raw.dtype.kind == "f":
                with np.errstate(over="ignore"):
                    typed = raw.dtype.type(value)
                # A fill value written with fewer digits than it was stored with still means missing.
                mask |= raw == typed if abs(value) < 1e15 else np.isclose(raw, typed, rtol=1e-5, atol=0.0)
            else:
                if raw.dtype.kind == "u" and value < 0:
                    value += 2 ** (8 * raw.dtype.itemsize)
                mask |= raw == value
        return mask

    def decode(self, raw: Raw) -> np.ndarray[Any, np.dtype[np.float64]]:
        """`raw` as float64 with NaN for missing and packing undone."""
        values = raw.astype(np.float64)
        values[self.missing_mask(raw)] = np.nan
        return self.unpack(values)

    def unpack(self, values: Any) -> Any:
        scale, offset = self.number("scale_factor"), self.number("add_offset")
        if scale is not None:
            values = values * scale
        return values + offset if offset is not None else values

    @cached_property
    def values(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Decoded values: all of them up to WHOLE, else the first slab along the first dimension."""
        if self.size <= WHOLE or not self.shape:
            return self.decode(self.raw())
        return self.decode(self.raw(next(self._slab_index(WHOLE))))

    @property
    def whole(self) -> bool:
        """Whether `values` holds everything."""
        return self.size <= WHOLE or not self.shape

    def _slab_index(self, most: int) -> Iterator[tuple[slice, ...]]:
        """Slices that tile the variable in pieces of at most about `most` values, spread evenly over it in time."""
        if not self.shape:
            yield ()
            return
        axis, pieces = 0, [1] * len(self.shape)
        remaining = self.size
        while remaining > most and axis < len(self.shape):
            pieces[axis] = min(self.shape[axis], math.ceil(remaining / most))
            remaining = math.ceil(remaining / pieces[axis])
            axis += 1
        total = math.prod(pieces)
        for number in _spread(total):
            index = []
            for length, count in zip(reversed(self.shape), reversed(pieces), strict=True):
                number, place = divmod(number, count)
                index.append(slice(place * length // count, (place + 1) * length // count))
            yield tuple(reversed(index))

    @cached_property
    def summary(self) -> Summary:
        """Statistics over all values, or as many slabs as the time allows. Raises ValuesUnreadable."""
        return _summarise(self)


def _spread(count: int) -> Iterator[int]:
    """0 .. count-1, each once, in an order whose every beginning covers the range evenly.

    >>> list(_spread(5))
    [0, 4, 2, 1, 3]
    """
    bits = max(1, (count - 1).bit_length())
    for number in range(1 << bits):
        place = int(format(number, f"0{bits}b")[::-1], 2)
        if place < count:
            yield place


def _summarise(var: Var) -> Summary:
    import hashlib

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
    for index in var._slab_index(SLAB):
        if seen and time.monotonic() > var.deadline:
            break
        raw = var.raw(index)
        if var.size <= WHOLE:
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
    mark = digest.hexdigest() if var.size <= WHOLE else f"{low!r} {high!r} {total!r} {total_squares!r}"
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


def _count_sentinels(flat: Raw, sentinels: dict[float, int]) -> None:
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


@dataclass(eq=False)
class Data:
    """An open dataset: its variables by path, its dimensions, its global attributes, and how to close it."""

    path: str
    format: str
    variables: dict[str, Var]
    dims: dict[str, int]
    unlimited: set[str]
    attrs: dict[str, Any]
    close: Callable[[], object]

    def text(self, name: str) -> str:
        value = self.attrs.get(name)
        return value.strip() if isinstance(value, str) else ""

    def find(self, name: str, near: str = "") -> Var | None:
        """A variable by the name that another variable's attribute uses for it: own group first, then the root."""
        if near.startswith("/"):
            inside = near.rsplit("/", 1)[0] + "/" + name
            if inside in self.variables:
                return self.variables[inside]
        return self.variables.get(name) or self.variables.get(name.lstrip("/"))


def open_data(path: str | Path, kind: str) -> Data:
    """Opens `path` for the checks. `kind` is `netcdf3`, `hdf5`, `zarr` or `remote`. Raises OSError."""
    return _open_netcdf(str(path)) if kind in ("netcdf3", "hdf5") else _open_xarray(str(path), kind)


def _open_netcdf(path: str) -> Data:
    import netCDF4

    dataset = netCDF4.Dataset(path)
    dataset.set_auto_maskandscale(False)
    variables: dict[str, Var] = {}
    dims: dict[str, int] = {}
    unlimited: set[str] = set()

    def visit(group: Any, prefix: str) -> None:
        for name, dim in group.dimensions.items():
            dims[prefix + name] = len(dim)
            if dim.isunlimited():
                unlimited.add(prefix + name)
        for name, var in group.variables.items():
            path_name = prefix + name
            variables[path_name] = _netcdf_var(path_name, var)
        for name, child in group.groups.items():
            visit(child, f"{prefix or '/'}{name}/")

    visit(dataset, "")
    attrs = {name: _attribute(dataset, name) for name in dataset.ncattrs()}
    return Data(path, dataset.data_model, variables, dims, unlimited, attrs, dataset.close)


def _attribute(holder: Any, name: str) -> Any:
    try:
        return holder.getncattr(name)
    except (AttributeError, KeyError, UnicodeDecodeError, RuntimeError, OSError) as error:
        return f"(unreadable: {error})"


def _netcdf_var(path_name: str, var: Any) -> Var:
    dtype = var.dtype if isinstance(var.dtype, np.dtype) else np.dtype(object)
    chunks: tuple[int, ...] | None = None
    filters: dict[str, Any] = {}
    if var.group().data_model.startswith("NETCDF4"):
        chunking = var.chunking()
        chunks = tuple(chunking) if isinstance(chunking, list) else None
        filters = {k: v for k, v in (var.filters() or {}).items() if v}

    def read(index: tuple[slice, ...]) -> Raw:
        data = var[index] if index else var[...]
        array = np.asarray(np.ma.getdata(data))
        return array if array.shape or index else array.reshape(())

    return Var(
        path_name,
        tuple(var.dimensions),
        tuple(int(n) for n in var.shape),
        dtype,
        {name: _attribute(var, name) for name in var.ncattrs()},
        read,
        chunks,
        filters,
    )


def _open_xarray(path: str, kind: str) -> Data:
    import xarray

    try:
        if kind == "zarr":
            dataset = xarray.open_dataset(path, engine="zarr", decode_cf=False, chunks=None)
        else:
            dataset = xarray.open_dataset(path, engine="netcdf4", decode_cf=False, chunks=None)
    except (ValueError, KeyError, TypeError, ImportError) as error:
        # Each store has its own way to say that it is broken; to the caller all are "it cannot be opened".
        raise OSError(str(error)) from error

    def reader(name: str) -> Callable[[tuple[slice, ...]], Raw]:
        def read(index: tuple[slice, ...]) -> Raw:
            return np.asarray(dataset[name].variable[index].values)

        return read

    variables = {
        str(name): Var(
            str(name),
            tuple(str(d) for d in var.dims),
            tuple(var.shape),
            var.dtype,
            {str(k): v for k, v in var.attrs.items()},
            reader(str(name)),
            tuple(var.encoding["chunks"]) if var.encoding.get("chunks") else None,
        )
        for name, var in dataset.variables.items()
    }
    sizes = {str(name): int(length) for name, length in dataset.sizes.items()}
    attrs = {str(k): v for k, v in dataset.attrs.items()}
    return Data(path, "Zarr" if kind == "zarr" else "OPeNDAP", variables, sizes, set(), attrs, dataset.close)
