"""The CF standard-name table that compliance-checker brings, read once, and which variable is what."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from functools import lru_cache

from tools.netcdf import units
from tools.netcdf.access import Data, Var

#: Standard-name modifiers (CF appendix C) make a name legal that is not in the table by itself.
MODIFIERS = {"detection_minimum", "number_of_observations", "standard_error", "status_flag"}

_ROLE_NAMES = {
    "latitude": re.compile(r"^(nav_)?lat(itude)?s?([_-]?(rho|u|v|psi|c|t|deg))?$|^ylat$", re.IGNORECASE),
    "longitude": re.compile(r"^(nav_)?lon(gitude|g)?s?([_-]?(rho|u|v|psi|c|t|deg))?$|^xlon$", re.IGNORECASE),
    "time": re.compile(r"^(ocean_|obs_)?(time|times|juld|datetime)$|^t$", re.IGNORECASE),
    "vertical": re.compile(r"^(z|depth|depths|depthm?|lev|level|altitude|height|nominal_depth)$", re.IGNORECASE),
    "pressure": re.compile(r"^(pres|pressure|press|p|prsdm|prdm)(_adjusted)?$", re.IGNORECASE),
}
_VERTICAL_NAMES = {
    "depth",
    "altitude",
    "height",
    "height_above_mean_sea_level",
    "height_above_geopotential_datum",
    "depth_below_geoid",
    "depth_below_sea_floor",
}


@lru_cache(maxsize=1)
def _read_table() -> tuple[str, dict[str, str]]:
    """The table's version and its canonical units by name, aliases included."""
    from importlib.resources import files
    from xml.etree import ElementTree

    root = ElementTree.fromstring(files("compliance_checker").joinpath("data/cf-standard-name-table.xml").read_bytes())
    found = {str(e.get("id")): (e.findtext("canonical_units") or "1").strip() or "1" for e in root.iter("entry")}
    for alias in root.iter("alias"):
        found[str(alias.get("id"))] = found.get(alias.findtext("entry_id") or "", "1")
    return (root.findtext("version_number") or "unknown").strip(), found


def table() -> dict[str, str]:
    """standard_name -> canonical units, aliases included."""
    return _read_table()[1]


def table_version() -> str:
    return _read_table()[0]


@lru_cache(maxsize=1)
def _alphabetical() -> dict[str, list[str]]:
    by_first: dict[str, list[str]] = {}
    for name in table():
        by_first.setdefault(name[:1], []).append(name)
    return by_first


@lru_cache(maxsize=1024)
def closest(name: str) -> str:
    """The standard name nearest in spelling, empty where none is near."""
    key = re.sub(r"[\s-]+", "_", name.strip()).lower()
    if key in table():
        return key
    near = difflib.get_close_matches(key, _alphabetical().get(key[:1], []), n=1, cutoff=0.8)
    return near[0] if near else ""


@dataclass(frozen=True)
class Roles:
    """Which variables are coordinates of which sort, and which belong to others without being data themselves."""

    latitude: list[Var] = field(default_factory=list)
    longitude: list[Var] = field(default_factory=list)
    time: list[Var] = field(default_factory=list)
    vertical: list[Var] = field(default_factory=list)
    pressure: list[Var] = field(default_factory=list)
    #: bounds, flags, grid mappings, identifiers, text, error estimates: no measured quantity in them.
    helpers: set[str] = field(default_factory=set)

    def coordinate(self, var: Var) -> bool:
        return any(var in group for group in (self.latitude, self.longitude, self.time, self.vertical))


def base(name: str) -> str:
    """The name without its groups."""
    return name.rsplit("/", 1)[-1]


def find_roles(data: Data) -> Roles:
    """Sorts the variables by standard_name, then units, then axis, then name."""
    roles = Roles(helpers=_helpers(data))
    for var in data.variables.values():
        if var.name in roles.helpers or not var.numeric:
            continue
        role = _role(var)
        if role:
            getattr(roles, role).append(var)
    return roles


def _role(var: Var) -> str:
    name, unit_text = var.standard_name.lower(), var.units
    key = unit_text.lower().replace(" ", "")
    if len(var.text("standard_name").split()) > 1:
        return ""
    if name in ("latitude", "longitude", "time"):
        return name
    if name in _VERTICAL_NAMES:
        return "vertical"
    if name in ("sea_water_pressure", "sea_water_pressure_due_to_sea_water"):
        return "pressure"
    if name:
        return ""
    if key in units.LATITUDE_UNITS:
        return "latitude"
    if key in units.LONGITUDE_UNITS:
        return "longitude"
    short = base(var.name)
    if units.is_time_unit(unit_text):
        return "time" if var.text("axis") == "T" or _ROLE_NAMES["time"].match(short) or (short,) == var.dims else ""
    if var.text("axis") == "T":
        return "time"
    if var.text("positive").lower() in ("up", "down") or var.text("axis") == "Z":
        return "vertical"
    for role, pattern in _ROLE_NAMES.items():
        if pattern.match(short) and var.dtype.kind in "fiu" and _units_allow(role, unit_text):
            return role
    return ""


def _units_allow(role: str, unit_text: str) -> bool:
    if not unit_text:
        return role != "pressure"
    if role in ("latitude", "longitude"):
        return units.convertible(unit_text, "degree")
    if role == "time":
        return units.is_time_unit(unit_text) or units.convertible(unit_text, "s")
    return units.convertible(unit_text, "m" if role == "vertical" else "dbar")


_HELPER_NAME = re.compile(
    r"(_qc|_flag|_flags|flag|_quality_control|_error|_err|_uncertainty|_sigfigs?|_status|_bnds|_bounds|_index|_id"
    r"|_count|_number|_mask|mask)$",
    re.IGNORECASE,
)


def _helpers(data: Data) -> set[str]:
    found: set[str] = set()
    for var in data.variables.values():
        for attribute in ("bounds", "climatology", "grid_mapping", "ancillary_variables"):
            for word in re.findall(r"[\w/.-]+", var.text(attribute)):
                other = data.find(word, var.name)
                if other is not None and not (attribute == "ancillary_variables" and other.units not in ("", "1")):
                    found.add(other.name)
        flags = any(a in var.attrs for a in ("flag_values", "flag_masks", "flag_meanings", "grid_mapping_name"))
        words = var.text("standard_name").split()
        modifier = len(words) > 1 and words[-1] in MODIFIERS
        if flags or modifier or "cf_role" in var.attrs or not var.numeric or _HELPER_NAME.search(base(var.name)):
            found.add(var.name)
    return found


def measured(data: Data, roles: Roles) -> list[Var]:
    """Variables that hold measured or modelled quantities: numeric, no helpers, no horizontal or time coordinates."""
    return [
        var
        for var in data.variables.values()
        if var.numeric
        and var.name not in roles.helpers
        and var not in roles.latitude
        and var not in roles.longitude
        and var not in roles.time
        and not units.is_time_unit(var.units)
    ]
