"""What each detector finds: its class, why that matters, and which rule says so.

The class is the coarse word by which findings are counted; the code is the detector. `{cf}` in a reference becomes
the convention that the file follows. Where CF has no rule, the reference says "beyond CF" and names what stands
behind it instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tools.netcdf.model import Confidence, Finding, Level, Op


@dataclass(frozen=True, slots=True)
class Kind:
    cls: str
    level: Level
    title: str
    why: str
    reference: str


def _k(cls: str, level: Level, title: str, why: str, reference: str) -> Kind:
    return Kind(cls, level, title, why, reference)


_QARTOD_TS = "beyond CF: QARTOD Manual for Real-Time Quality Control of In-situ Temperature and Salinity Data"

KINDS: dict[str, Kind] = {
    # Integrity
    "corrupt-file": _k(
        "corrupt", "violation", "The file cannot be read", "Nothing in it can be trusted or used.", "netCDF file format"
    ),
    "truncated": _k(
        "corrupt",
        "violation",
        "Bytes are missing",
        "Software reads the lost part as zeros or stops; results computed from it are wrong without any message.",
        "netCDF file format: the size that the header promises",
    ),
    "unreadable-values": _k(
        "corrupt",
        "violation",
        "Stored values cannot be read",
        "Part of the data is destroyed or needs a filter that is not installed.",
        "netCDF file format: chunk integrity",
    ),
    # Position
    "lat-range": _k(
        "latlon_range",
        "violation",
        "Latitude beyond the poles",
        "No such place exists; the values are not latitudes in degrees.",
        "CF standard name table: latitude; {cf} section 4.1",
    ),
    "lon-range": _k(
        "latlon_range",
        "suspicious",
        "Longitude out of range",
        "The values are no longitudes in degrees, or wrap more than once.",
        "{cf} section 4.2; QARTOD location test",
    ),
    "null-island": _k(
        "latlon_range",
        "suspicious",
        "Position at 0 N 0 E",
        "Zero latitude and longitude together nearly always mean that the position was never set.",
        "beyond CF: QARTOD location test",
    ),
    "on-land": _k(
        "latlon_range",
        "suspicious",
        "Marine data on land",
        "A measurement in sea water cannot have been made there: sign, order or unit of the position is wrong.",
        "beyond CF: Argo real-time test 4 (position on land)",
    ),
    "position-jump": _k(
        "latlon_range",
        "suspicious",
        "Position jumps",
        "The platform would have had to move impossibly fast; one position is wrong.",
        "beyond CF: Argo real-time test 5 (impossible speed)",
    ),
    "swapped-latlon": _k(
        "swapped_latlon",
        "suspicious",
        "Latitude and longitude exchanged",
        "Every map and every selection by position is wrong.",
        "beyond CF: standard names latitude and longitude",
    ),
    "swapped-latlon-metadata": _k(
        "swapped_latlon",
        "violation",
        "Latitude and longitude attributes exchanged",
        "Software finds the wrong axis.",
        "{cf} sections 4.1 and 4.2",
    ),
    "inverted-latitude": _k(
        "inverted_latitude",
        "suspicious",
        "Latitude runs against the data",
        "North and south are exchanged: the coastline in the data is upside down.",
        "beyond CF: agreement of missing values with a land mask",
    ),
    "shifted-longitude": _k(
        "lon_convention",
        "suspicious",
        "Longitude does not belong to the data",
        "The coastline in the data is turned or mirrored against its longitudes.",
        "beyond CF: agreement of missing values with a land mask",
    ),
    "lon-convention": _k(
        "lon_convention",
        "recommendation",
        "Longitude convention contradicts the attributes",
        "Selections by longitude return nothing or the wrong half of the world.",
        "ACDD-1.3: geospatial_lon_min, geospatial_lon_max",
    ),
    "extents": _k(
        "acdd_vs_data",
        "recommendation",
        "Extent attributes differ from the data",
        "Catalogues find the file in the wrong place or depth.",
        "ACDD-1.3: geospatial extents",
    ),
    # Vertical
    "positive-missing": _k(
        "depth",
        "violation",
        "No `positive` attribute",
        "Nobody can tell whether the values grow up or down.",
        "{cf} section 4.3",
    ),
    "positive-contradiction": _k(
        "depth",
        "violation",
        "`positive` contradicts the standard name",
        "Half of all software will plot the profile upside down.",
        "{cf} section 4.3: if positive and standard_name disagree, the user should be warned",
    ),
    "depth-sign": _k(
        "depth",
        "suspicious",
        "Sign of the depth contradicts `positive`",
        "The measurements would lie above the sea surface.",
        "{cf} section 4.3; beyond CF: the values",
    ),
    "vertical-units": _k(
        "depth",
        "violation",
        "Vertical coordinate without usable units",
        "The vertical axis cannot be interpreted.",
        "{cf} section 4.3",
    ),
    "depth-pressure": _k(
        "depth",
        "suspicious",
        "Depth and pressure disagree",
        "One decibar is about one metre of sea water; at another ratio one of the two has the wrong unit.",
        "beyond CF: TEOS-10, gsw.p_from_z",
    ),
    "depth-unit": _k(
        "depth",
        "suspicious",
        "Depth in another unit than it says",
        "Everything computed at depth is wrong.",
        "beyond CF: range of the standard name depth",
    ),
    # Units
    "units-invalid": _k(
        "units",
        "violation",
        "Units that udunits does not know",
        "Software cannot convert or compare the values.",
        "{cf} section 3.1",
    ),
    "units-missing": _k(
        "units", "violation", "No units", "The values have no meaning without them.", "{cf} section 3.1"
    ),
    "units-misread": _k(
        "units_stdname",
        "violation",
        "Units mean something else",
        "Software reads the unit as another quantity.",
        "{cf} sections 3.1 and 3.3",
    ),
    "units-standard-name": _k(
        "units_stdname",
        "violation",
        "Units do not fit the standard name",
        "One of the two is wrong; software that converts by standard name fails.",
        "{cf} section 3.3",
    ),
    "units-values": _k(
        "units_values",
        "suspicious",
        "Values are in another unit than they say",
        "Everything computed from them is wrong by the conversion.",
        "beyond CF: range of the quantity, tried in sibling units",
    ),
    "standard-name-invalid": _k(
        "standard_name",
        "violation",
        "Standard name is not in the CF table",
        "Software that selects by standard name does not find the variable.",
        "{cf} section 3.3",
    ),
    "standard-name-values": _k(
        "standard_name",
        "suspicious",
        "Values do not belong to the standard name",
        "The variable is labelled as another quantity.",
        "beyond CF: range of the quantity",
    ),
    "variable-swap": _k(
        "variable_swap",
        "suspicious",
        "Two variables exchanged",
        "Each carries the other's values under its own name.",
        "beyond CF: ranges of temperature and salinity",
    ),
    # Time
    "time-units": _k(
        "time", "violation", "Time units without a valid reference", "No date can be computed.", "{cf} section 4.4"
    ),
    "time-order": _k(
        "time",
        "violation",
        "Time is not strictly increasing",
        "Selections by time fail or return the wrong rows.",
        "{cf} chapter 5: coordinate variables are strictly monotonic",
    ),
    "time-duplicate": _k(
        "time",
        "violation",
        "Time stamps occur twice",
        "Selections and merges become ambiguous.",
        "{cf} chapter 5: coordinate variables are strictly monotonic",
    ),
    "time-range": _k(
        "time",
        "suspicious",
        "Dates are impossible or unlikely",
        "Unit or epoch of the time is wrong.",
        "beyond CF: QARTOD, Argo real-time test 2 (impossible date)",
    ),
    "time-coverage": _k(
        "time",
        "recommendation",
        "Dates differ from time_coverage",
        "Either the attribute or the unit or epoch of the time is wrong.",
        "ACDD-1.3: time_coverage_start, time_coverage_end",
    ),
    "time-unit-values": _k(
        "time",
        "suspicious",
        "Time values are in another unit than they say",
        "All dates are wrong.",
        "beyond CF: step length and other dates in the file",
    ),
    "time-gap": _k(
        "gap",
        "suspicious",
        "Gap in a regular series",
        "Averages and spectra assume a complete series.",
        "beyond CF: QARTOD timing/gap test",
    ),
    "time-disagree": _k(
        "time",
        "suspicious",
        "Two dates of one measurement disagree",
        "One of them has the wrong epoch or unit.",
        "beyond CF: agreement inside the file",
    ),
    "calendar-missing": _k(
        "calendar",
        "recommendation",
        "No calendar attribute",
        "Software assumes `standard`, which mixes Julian and Gregorian dates before 1582.",
        "{cf} section 4.4.1 (4.4.3 from CF-1.14)",
    ),
    "calendar-invalid": _k(
        "calendar",
        "violation",
        "Calendar unknown",
        "Dates cannot be decoded.",
        "{cf} section 4.4.1 (4.4.3 from CF-1.14)",
    ),
    "calendar-values": _k(
        "calendar",
        "suspicious",
        "Calendar contradicts the time values",
        "All dates drift by days to weeks.",
        "beyond CF: regularity of the decoded dates",
    ),
    # Values
    "missing-coordinate": _k(
        "coords",
        "violation",
        "Missing values in a coordinate",
        "Rows without a position or time cannot be used; CF forbids them in coordinate variables.",
        "{cf} section 2.5.1 and chapter 5",
    ),
    "not-monotonic": _k(
        "nonmonotonic",
        "violation",
        "Coordinate is not strictly monotonic",
        "Selections and interpolation fail.",
        "{cf} chapter 5",
    ),
    "fill-undeclared": _k(
        "fill",
        "suspicious",
        "Fill value used as data",
        "Means, maps and plots include the marker as a measurement.",
        "{cf} section 2.5.1",
    ),
    "fill-mismatch": _k(
        "fill",
        "violation",
        "_FillValue and missing_value differ",
        "Software masks by one and reads the other as data.",
        "{cf} section 2.5.1",
    ),
    "fill-in-range": _k(
        "fill",
        "violation",
        "Fill value inside the valid range",
        "Missing values pass the range test as data.",
        "{cf} section 2.5.1",
    ),
    "mostly-missing": _k(
        "missing",
        "suspicious",
        "Almost all values missing",
        "The variable holds next to nothing; often a failed merge or a wrong mask.",
        "beyond CF: completeness",
    ),
    "empty-variable": _k(
        "missing",
        "recommendation",
        "No values at all",
        "The variable is declared and never filled.",
        "beyond CF: completeness",
    ),
    "valid-range": _k(
        "range",
        "suspicious",
        "Values outside the file's own valid range",
        "Software that honours the attribute masks them; other software does not.",
        "{cf} section 2.5.1",
    ),
    "actual-range": _k(
        "range",
        "violation",
        "actual_range differs from the data",
        "Readers trust the attribute for scaling.",
        "{cf} section 2.5.1: actual_range is exactly the minimum and maximum",
    ),
    "impossible-values": _k(
        "range",
        "suspicious",
        "Values outside what nature allows",
        "They are errors, and one of them spoils every mean.",
        "beyond CF: QARTOD gross range test",
    ),
    "infinite": _k("range", "suspicious", "Infinite values", "They spoil every sum.", "beyond CF: IEEE 754"),
    "constant": _k(
        "constant",
        "suspicious",
        "All values the same",
        "A sensor that never moves, or a variable filled with a default.",
        "beyond CF: QARTOD flat line test",
    ),
    "duplicate": _k(
        "duplicate",
        "suspicious",
        "Two variables with the same values",
        "One was written twice, perhaps in place of another.",
        "beyond CF",
    ),
    "spike": _k(
        "spike",
        "suspicious",
        "Spike",
        "A single value far from its neighbours is nearly always an instrument or transmission error.",
        _QARTOD_TS + ", spike test; Argo real-time test 9",
    ),
    "flat-line": _k(
        "flat",
        "suspicious",
        "Values stuck",
        "The sensor or the logger repeated one value while the rest varies.",
        _QARTOD_TS + ", flat line test",
    ),
    "density-inversion": _k(
        "density",
        "suspicious",
        "Density inversion",
        "Heavy water does not rest on light water: temperature, salinity or pressure is wrong there.",
        "beyond CF: Argo real-time test 14, potential density by TEOS-10 (gsw)",
    ),
    "packing-overflow": _k(
        "packing",
        "suspicious",
        "Packed values overflow",
        "Values beyond the packed range have wrapped round and are wrong.",
        "{cf} section 8.1",
    ),
    "packing-type": _k(
        "packing",
        "violation",
        "scale_factor and add_offset of wrong type",
        "Software unpacks to the wrong type or refuses.",
        "{cf} section 8.1",
    ),
    "packing-range": _k(
        "packing",
        "recommendation",
        "valid_range given in unpacked values",
        "CF compares it with the packed values, so everything or nothing is masked.",
        "{cf} section 8.1",
    ),
    "chunking": _k(
        "chunking",
        "recommendation",
        "Chunks far too small",
        "The file is many times larger and slower than it needs to be.",
        "beyond CF: HDF5 chunking advice (10 KiB to 1 MiB and more)",
    ),
    # Structure
    "axis-duplicate": _k(
        "coords",
        "violation",
        "Two coordinates for one axis",
        "Software cannot tell which one is meant.",
        "{cf} chapter 5",
    ),
    "missing-reference": _k(
        "ancillary",
        "violation",
        "Attribute names a variable that is not there",
        "Software that follows it fails.",
        "{cf}: variables named by attributes must exist",
    ),
    "no-position": _k(
        "missing_var",
        "violation",
        "No latitude or longitude",
        "The data cannot be placed on Earth.",
        "{cf} chapters 4, 5 and 9",
    ),
    "no-vertical": _k(
        "missing_var",
        "recommendation",
        "No depth or pressure",
        "The level of the measurement is unknown.",
        "beyond CF: {cf} section 4.3 describes how to give it",
    ),
    "no-conventions": _k(
        "cf_version",
        "violation",
        "No Conventions attribute",
        "Software does not know by which rules to read the file.",
        "CF section 2.6.1",
    ),
    "acdd-essential": _k(
        "acdd",
        "recommendation",
        "Describing attributes missing",
        "Without a title, a summary or keywords nobody finds or understands the file.",
        "ACDD-1.3: highly recommended",
    ),
    "acdd": _k(
        "acdd",
        "recommendation",
        "Discovery attributes missing",
        "Catalogues use them.",
        "ACDD-1.3: recommended and suggested",
    ),
}


def finding(
    code: str,
    variable: str,
    message: str,
    *,
    evidence: Mapping[str, Any] | None = None,
    ops: Sequence[Op] = (),
    source: str = "Leadline",
    confidence: Confidence = "high",
    level: Level | None = None,
    cls: str = "",
    note: str = "",
) -> Finding:
    """A finding of the detector `code`, with class, level, reason and rule from the catalogue."""
    kind = KINDS[code]
    return Finding(
        cls=cls or kind.cls,
        code=code,
        level=level or kind.level,
        variable=variable,
        message=message,
        why=kind.why,
        reference=kind.reference,
        source=source,
        confidence=confidence,
        evidence=dict(evidence or {}),
        ops=tuple(ops),
        fix={"note": note} if note else {},
    )
