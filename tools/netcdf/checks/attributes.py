"""What the header alone says: conventions, units, standard names, fill values, references, coordinates."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import numpy as np

from tools.netcdf import fixes, names, units
from tools.netcdf.access import Var
from tools.netcdf.catalogue import finding
from tools.netcdf.checks import ranges
from tools.netcdf.checks.context import Context
from tools.netcdf.model import Finding
from tools.netcdf.quantities import by_standard_name, by_variable_name


def conventions(context: Context) -> Iterator[Finding]:
    value = context.data.attrs.get("Conventions")
    if value is None or not str(value).strip():
        yield finding(
            "no-conventions",
            "",
            "The file has no Conventions attribute.",
            evidence={"text": "global attribute Conventions is " + ("absent" if value is None else "empty")},
            ops=[fixes.set_attr("", "Conventions", "CF-1.8")],
            note="Write the version that the file really follows.",
        )
    elif "CF-" not in str(value) and "COARDS" not in str(value).upper():
        yield finding(
            "no-conventions",
            "",
            f"The Conventions attribute ({str(value)[:60]}) names no version of CF.",
            evidence={"text": f"Conventions = {value!r}"},
            level="recommendation",
        )


def _needs_units(context: Context, var: Var) -> bool:
    """Whether `var` holds a dimensional quantity: flags, text, counts and identifiers do not."""
    return (
        var.numeric
        and var.name not in context.roles.helpers
        and (var.dtype.kind == "f" or bool(var.standard_name))
        and bool(var.shape or var.standard_name)
    )


def check_units(context: Context) -> Iterator[Finding]:
    for var in context.data.variables.values():
        if var.name in context.roles.helpers or not var.numeric:
            continue
        raw = var.attrs.get("units")
        if raw is None:
            yield from _units_missing(context, var)
        elif not isinstance(raw, str):
            yield finding(
                "units-invalid",
                var.name,
                f"The units of {var.name} are not text.",
                evidence={"text": f"units = {raw!r}"},
                ops=[fixes.set_attr(var.name, "units", "1")] if raw == 1 else [],
            )
        elif var not in context.roles.time and raw.strip():
            yield from _units_value(var, raw)


def _units_missing(context: Context, var: Var) -> Iterator[Finding]:
    if not _needs_units(context, var):
        return
    canonical = names.table().get(var.standard_name, "")
    if var.standard_name and canonical == "1":
        return
    if re.search(r"(^|_)(date|juld|time|index|number|cycle|level|record)", names.base(var.name), re.IGNORECASE) and (
        not var.standard_name
    ):
        return
    quantity = by_standard_name(var.standard_name) or by_variable_name(names.base(var.name))
    suggestion = quantity.unit if quantity is not None else canonical
    fitting = _unit_by_values(context, var)
    certain = (
        bool(var.standard_name) or var in context.roles.latitude + context.roles.longitude + context.roles.vertical
    )
    yield finding(
        "units-missing",
        var.name,
        f"{var.name} has no units.",
        evidence={"text": f"standard_name {var.standard_name or 'absent'}, canonical units {canonical or 'unknown'}"},
        level="violation" if certain else "recommendation",
        confidence="high" if certain and not fitting else "medium",
        ops=[fixes.set_attr(var.name, "units", fitting)] if fitting else [],
        note=f"Of the usual units only {fitting} fits the values; make sure at the source."
        if fitting
        else f"The canonical units are {canonical}; write the units that the values really have, perhaps {suggestion}."
        if suggestion
        else "Write the units of the values; 1 if they have none.",
    )


def _unit_by_values(context: Context, var: Var) -> str:
    """The only usual unit of its quantity that the values fit, empty where the quantity or the values do not say."""
    quantity = by_standard_name(var.standard_name)
    summary = context.summary(var) if quantity is not None else None
    if quantity is None or summary is None or not summary.valid:
        return ""
    return ranges.only_unit_that_fits(quantity, var, summary.kept)


def _units_value(var: Var, raw: str) -> Iterator[Finding]:
    canonical = names.table().get(var.standard_name, "")
    parsed = units.unit(raw)
    if parsed is None or parsed.is_unknown():
        suggestion = units.meant(raw)
        if suggestion and canonical and canonical != "1" and not units.convertible(suggestion, canonical):
            suggestion = ""
        if var.standard_name and canonical == "1" and raw.lower() in ("none", "unitless", "n/a", "-"):
            suggestion = "1"
        yield finding(
            "units-invalid",
            var.name,
            f"The units of {var.name}, {raw!r}, are not known to udunits"
            + (f"; {suggestion!r} is meant." if suggestion else "."),
            evidence={"text": f"units = {raw!r}" + (f"; canonical units {canonical}" if canonical else "")},
            ops=[fixes.set_attr(var.name, "units", suggestion)] if suggestion else [],
            source="cf-units (udunits)",
        )
        return
    if not canonical or units.is_time_unit(canonical):
        return
    if "since" in raw and var.standard_name != "time":
        fits = False
    else:
        fits = _same_sort(raw, canonical, var)
    if fits:
        return
    for (written, sort), (better, reading) in units.MISREAD.items():
        if raw == written and units.convertible(sort, canonical):
            yield finding(
                "units-misread",
                var.name,
                f"The units of {var.name}, {raw!r}, do not mean what they seem to: {reading}.",
                evidence={"text": f"units = {raw!r}, canonical units {canonical}"},
                ops=[fixes.set_attr(var.name, "units", better)],
                source="cf-units (udunits)",
            )
            return
    yield finding(
        "units-standard-name",
        var.name,
        f"The units of {var.name}, {raw!r}, cannot be converted to {canonical}, the canonical units of "
        f"{var.standard_name}.",
        evidence={"text": f"units = {raw!r}, standard_name = {var.standard_name!r}, canonical units {canonical!r}"},
        source=f"cf-units; CF standard name table {names.table_version()}",
        note="Find out which of the two is right before changing either.",
    )


def _same_sort(raw: str, canonical: str, var: Var) -> bool:
    if units.convertible(raw, canonical):
        return True
    if var.standard_name.startswith("projection_") and units.convertible(raw, "radian"):
        return True  # geostationary views are angles (CF appendix F)
    if canonical in ("degree_north", "degree_east") and raw in ("degree", "degrees"):
        return True
    # Practical salinity is a number; the old names for its unit are handled as invalid units.
    return var.standard_name.endswith("salinity") and raw in ("1", "1e-3", "0.001", "g kg-1", "g/kg", "%")


def check_standard_names(context: Context) -> Iterator[Finding]:
    table = names.table()
    for var in context.data.variables.values():
        text = var.text("standard_name")
        if not text:
            continue
        words = text.split()
        known = words[0] in table and (len(words) == 1 or words[1] in names.MODIFIERS)
        if known or (words[0] in names.MODIFIERS and len(words) == 1):
            continue
        better = names.closest(words[0] if len(words) > 1 and words[-1] in names.MODIFIERS else text)
        new = " ".join([better, *words[1:]]) if better and len(words) > 1 and words[-1] in names.MODIFIERS else better
        yield finding(
            "standard-name-invalid",
            var.name,
            f"The standard name of {var.name}, {text!r}, is not in the CF table"
            + (f"; the nearest is {better!r}." if better else "."),
            evidence={"text": f"standard_name = {text!r}; table version {names.table_version()}"},
            ops=[fixes.set_attr(var.name, "standard_name", new)] if better else [],
            source=f"CF standard name table {names.table_version()}",
            confidence="high" if better else "medium",
        )


def fill_attributes(context: Context) -> Iterator[Finding]:
    for var in context.data.variables.values():
        if not var.numeric:
            continue
        fill, missing = var.number("_FillValue"), var.number("missing_value")
        if fill is not None and missing is not None and not _same_number(fill, missing, var.dtype):
            yield finding(
                "fill-mismatch",
                var.name,
                f"{var.name} declares _FillValue {fill:g} and missing_value {missing:g}.",
                evidence={"text": f"_FillValue = {fill:g}, missing_value = {missing:g}", "values": [fill, missing]},
                ops=[fixes.set_attr(var.name, "missing_value", var.dtype.type(fill))],
                note="If values equal to missing_value occur in the data, set them to _FillValue first.",
            )
        low, high = declared_range(var)
        if fill is not None and math.isfinite(fill) and low is not None and high is not None and low <= fill <= high:
            yield finding(
                "fill-in-range",
                var.name,
                f"The fill value of {var.name}, {fill:g}, lies inside its valid range {low:g} to {high:g}.",
                evidence={
                    "text": f"_FillValue = {fill:g}, valid range {low:g} to {high:g}",
                    "values": [fill, low, high],
                },
                note="Choose a fill value outside the valid range and rewrite the missing values with it.",
            )


def _same_number(first: float, second: float, dtype: np.dtype[np.generic]) -> bool:
    if math.isnan(first) or math.isnan(second):
        return math.isnan(first) and math.isnan(second)
    return bool(np.isclose(first, second, rtol=1e-6 if dtype.itemsize <= 4 else 1e-12, atol=0.0))


def declared_range(var: Var) -> tuple[float | None, float | None]:
    """(valid_min, valid_max) as declared, in the packed values' terms; None where open."""
    value = var.attrs.get("valid_range")
    if value is not None and not isinstance(value, str) and np.size(value) == 2:
        low, high = (float(x) for x in np.asarray(value))
    else:
        low, high = var.number("valid_min"), var.number("valid_max")  # type: ignore[assignment]
    if str(var.attrs.get("_Unsigned", "")).lower() == "true" and var.dtype.kind == "i":
        # The attribute has the type as stored; its negative numbers are the upper half of the unsigned ones.
        span = 2.0 ** (8 * var.dtype.itemsize)
        low, high = (x + span if x is not None and x < 0 else x for x in (low, high))  # type: ignore[assignment]
    return low, high


def references(context: Context) -> Iterator[Finding]:
    for var in context.data.variables.values():
        for attribute in ("coordinates", "bounds", "ancillary_variables", "grid_mapping", "climatology"):
            text = var.text(attribute)
            if not text:
                continue
            words = re.findall(r"[^\s:]+", text) if attribute == "grid_mapping" else text.split()
            lost = [w for w in words if context.data.find(w, var.name) is None and w not in context.data.dims]
            if not lost or (attribute == "coordinates" and len(lost) == len(words) and "," in text):
                continue
            left = " ".join(w for w in words if w not in lost)
            op = fixes.set_attr(var.name, attribute, left) if left else fixes.del_attr(var.name, attribute)
            yield finding(
                "missing-reference",
                var.name,
                f"The attribute {attribute} of {var.name} names {', '.join(lost)}, which is not in the file.",
                evidence={"text": f"{attribute} = {text!r}", "count": len(lost), "total": len(words)},
                cls={"bounds": "bounds", "grid_mapping": "grid_mapping", "coordinates": "coords"}.get(attribute, ""),
                ops=[op],
            )


def coordinates(context: Context) -> Iterator[Finding]:
    roles = context.roles
    has_data = [v for v in context.measured if v.shape and v not in roles.vertical and v.standard_name]
    if not has_data:
        return
    projected = any(
        v.standard_name.startswith(("projection_", "grid_l")) or "grid_mapping_name" in v.attrs
        for v in context.data.variables.values()
    )
    for group, word in ((roles.latitude, "latitude"), (roles.longitude, "longitude")):
        if not group and not projected and context.observed:
            yield finding(
                "no-position",
                "",
                f"No variable gives the {word} of the data.",
                evidence={"text": f"no variable with standard_name {word}, its units or a usual name"},
                confidence="medium",
            )
    in_water = [
        v for v in has_data if v.standard_name.startswith("sea_water_") or v.standard_name.endswith("_in_sea_water")
    ]
    depth_words = ("geospatial_vertical_min", "instrument_nominal_depth", "nominal_depth")
    if (
        in_water
        and context.observed
        and not roles.vertical
        and not roles.pressure
        and not any("depth" in str(k).lower() for k in context.data.variables)
    ):
        said = [a for a in depth_words if a in context.data.attrs]
        yield finding(
            "no-vertical",
            ", ".join(v.name for v in in_water[:3]),
            "No variable gives the depth or pressure of the measurements in the water.",
            evidence={"text": f"only the attributes {', '.join(said)} say it" if said else "nothing says it"},
            confidence="medium",
        )
