"""One variable: its attributes, raw slabs of its values, and what they mean once decoded.

Memory is bounded: a variable above `WHOLE` values is never held at once, it is walked in slabs along its first
dimensions, in an order that covers it evenly however early the time runs out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from tools.netcdf.summaries import DEFAULT_FILL, SLAB, Summary, summarise

#: Values that may be held of one variable (float64: 32 MiB).
WHOLE = 4_000_000

Raw = np.ndarray[Any, Any]


class ValuesUnreadable(Exception):
    """The library could not read the values of a variable: damaged chunks, a missing filter, or cut bytes."""


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
        return summarise(self, self._slab_index(SLAB), keep_digest=self.size <= WHOLE)


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
