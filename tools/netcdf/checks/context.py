"""What every check gets: the open file, the roles of its variables, and guarded access to their values."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from tools.netcdf.access import Data, Summary, ValuesUnreadable, Var
from tools.netcdf.model import Finding
from tools.netcdf.names import Roles, base
from tools.netcdf.sniff import Sniffed

Floats = np.ndarray[Any, np.dtype[np.float64]]

#: Words of names, titles and keywords that place a file in the sea.
_MARINE = re.compile(
    r"sea_water|sea_surface|\bocean|\bargo\b|glider|\bctd\b|mooring|\bbuoy|marine|seawater|\bcruise\b", re.IGNORECASE
)


class Skip(Exception):
    """A check does not apply to this file; the message says why and is shown to the user."""


@dataclass(frozen=True)
class Check:
    """`run` yields findings; it may raise Skip. `values` says whether it needs more than the header."""

    name: str
    title: str
    run: Callable[[Context], Iterable[Finding]]
    values: bool = True


@dataclass(eq=False)
class Context:
    data: Data
    roles: Roles
    measured: list[Var]
    sniffed: Sniffed
    file: str
    deadline: float
    #: Variables whose values could not be read, with the library's message.
    unreadable: dict[str, str] = field(default_factory=dict)

    @cached_property
    def convention(self) -> str:
        """The newest CF version that the file claims, else CF."""
        found = re.findall(r"CF-(\d+)\.(\d+)", str(self.data.attrs.get("Conventions", "")))
        versions = sorted((int(major), int(minor)) for major, minor in found)
        return f"CF-{versions[-1][0]}.{versions[-1][1]}" if versions else "CF"

    def summary(self, var: Var) -> Summary | None:
        """Statistics of `var`, None where its values cannot be read, or not within the time limit."""
        if var.name in self.unreadable or not var.numeric:
            return None
        if "summary" not in vars(var) and time.monotonic() > self.deadline:
            return None
        try:
            return var.summary
        except ValuesUnreadable as error:
            self.unreadable[var.name] = str(error)
            return None

    def values(self, var: Var) -> Floats | None:
        """Decoded values (NaN for missing), None where they cannot be read."""
        if var.name in self.unreadable or not var.numeric:
            return None
        try:
            return var.values
        except ValuesUnreadable as error:
            self.unreadable[var.name] = str(error)
            return None

    def filled(self, var: Var) -> bool:
        """Whether `var` has at least one valid value."""
        found = self.summary(var)
        return found is not None and found.valid > 0

    @cached_property
    def header_only(self) -> bool:
        """Whether nothing was ever written: every array is empty or holds only fill values."""
        arrays = [v for v in self.data.variables.values() if v.numeric and v.shape and v.name not in self.roles.helpers]
        return bool(arrays) and not any(self.filled(v) for v in arrays)

    @cached_property
    def marine(self) -> bool:
        """Whether the file is about the sea: by standard names, else by its own words."""
        names = [v.standard_name for v in self.measured if v.standard_name]
        if any(_MARINE.search(n) for n in names):
            return True
        if any(n in ("air_temperature", "eastward_wind", "wind_speed") for n in names):
            return False
        words = " ".join(str(self.data.attrs.get(a, "")) for a in ("title", "summary", "keywords", "Conventions"))
        return bool(_MARINE.search(words))

    @cached_property
    def observed(self) -> bool:
        """Whether the values were measured at places (profile, series, track) rather than modelled or gridded."""
        feature = (self.data.text("featureType") or self.data.text("cdm_data_type")).lower()
        if feature and feature != "grid":
            return True
        if any("cf_role" in v.attrs for v in self.data.variables.values()):
            return True
        if self.gridded:
            return False
        words = " ".join(str(v) for k, v in self.data.attrs.items() if k.lower() in ("title", "summary", "source"))
        return bool(re.search(r"argo|glider|\bctd\b|mooring|buoy|cruise|float|\bcast\b", words, re.IGNORECASE))

    @cached_property
    def gridded(self) -> bool:
        """Whether latitude and longitude are axes of their own, each longer than one."""
        lat = [v for v in self.roles.latitude if v.dims == (base(v.name),) and v.size > 1]
        lon = [v for v in self.roles.longitude if v.dims == (base(v.name),) and v.size > 1]
        return bool(lat and lon)

    def flagged_bad(self, var: Var, shape: tuple[int, ...]) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Where the file's own flags already call the values of `var` bad: such values are no news."""
        mask = np.zeros(shape, bool)
        for flags in self._flag_variables(var):
            if flags.shape != var.shape:
                continue
            try:
                raw = flags.raw()
            except ValuesUnreadable:
                continue
            if raw.shape == shape:
                mask |= _is_bad(flags, raw)
        return mask

    def _flag_variables(self, var: Var) -> list[Var]:
        names = re.findall(r"[\w/.-]+", var.text("ancillary_variables"))
        names += [var.name + suffix for suffix in ("_QC", "_qc", "_quality_control", "_flag", "_WODflag")]
        found = [self.data.find(name, var.name) for name in dict.fromkeys(names)]
        return [f for f in found if f is not None]


def _is_bad(flags: Var, raw: Any) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Reads Argo's letters, CF flag_meanings, and failing those the common numbers 3, 4 and 9."""
    if raw.dtype.kind == "S":
        return np.isin(raw, [b"3", b"4", b"9"])
    if raw.dtype.kind not in "iuf":
        return np.zeros(raw.shape, bool)
    values, meanings = flags.attrs.get("flag_values"), flags.text("flag_meanings").lower().split()
    if values is None or isinstance(values, str) or not meanings:
        return np.zeros(raw.shape, bool)
    bad = [
        value
        for value, meaning in zip(np.atleast_1d(values), meanings, strict=False)
        if re.search(r"bad|fail|suspect|erroneous|questionable|spike|out|invalid|missing", meaning)
    ]
    return np.isin(raw, bad)


def show(value: float) -> str:
    """A number as a reader wants it: at most six significant digits."""
    return f"{value:.6g}"


def where(index: tuple[int, ...], dims: tuple[str, ...]) -> str:
    """`[time=3, lat=40]`, empty for a scalar."""
    return "[" + ", ".join(f"{base(d)}={i}" for d, i in zip(dims, index, strict=False)) + "]" if index else ""
