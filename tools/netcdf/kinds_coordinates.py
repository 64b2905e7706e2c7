"""Detectors of integrity, position, vertical and time."""

from __future__ import annotations

from tools.netcdf.kinds import Kind

COORDINATE_KINDS: dict[str, Kind] = {
    # Integrity
    "corrupt-file": Kind(
        "corrupt", "violation", "The file cannot be read", "Nothing in it can be trusted or used.", "netCDF file format"
    ),
    "truncated": Kind(
        "corrupt",
        "violation",
        "Bytes are missing",
        "Software reads the lost part as zeros or stops; results computed from it are wrong without any message.",
        "netCDF file format: the size that the header promises",
    ),
    "unreadable-values": Kind(
        "corrupt",
        "violation",
        "Stored values cannot be read",
        "Part of the data is destroyed or needs a filter that is not installed.",
        "netCDF file format: chunk integrity",
    ),
    # Position
    "lat-range": Kind(
        "latlon_range",
        "violation",
        "Latitude beyond the poles",
        "No such place exists; the values are not latitudes in degrees.",
        "CF standard name table: latitude; {cf} section 4.1",
    ),
    "lon-range": Kind(
        "latlon_range",
        "suspicious",
        "Longitude out of range",
        "The values are no longitudes in degrees, or wrap more than once.",
        "{cf} section 4.2; QARTOD location test",
    ),
    "null-island": Kind(
        "latlon_range",
        "suspicious",
        "Position at 0 N 0 E",
        "Zero latitude and longitude together nearly always mean that the position was never set.",
        "beyond CF: QARTOD location test",
    ),
    "on-land": Kind(
        "latlon_range",
        "suspicious",
        "Marine data on land",
        "A measurement in sea water cannot have been made there: sign, order or unit of the position is wrong.",
        "beyond CF: Argo real-time test 4 (position on land)",
    ),
    "position-jump": Kind(
        "latlon_range",
        "suspicious",
        "Position jumps",
        "The platform would have had to move impossibly fast; one position is wrong.",
        "beyond CF: Argo real-time test 5 (impossible speed)",
    ),
    "swapped-latlon": Kind(
        "swapped_latlon",
        "suspicious",
        "Latitude and longitude exchanged",
        "Every map and every selection by position is wrong.",
        "beyond CF: standard names latitude and longitude",
    ),
    "swapped-latlon-metadata": Kind(
        "swapped_latlon",
        "violation",
        "Latitude and longitude attributes exchanged",
        "Software finds the wrong axis.",
        "{cf} sections 4.1 and 4.2",
    ),
    "inverted-latitude": Kind(
        "inverted_latitude",
        "suspicious",
        "Latitude runs against the data",
        "North and south are exchanged: the coastline in the data is upside down.",
        "beyond CF: agreement of missing values with a land mask",
    ),
    "shifted-longitude": Kind(
        "lon_convention",
        "suspicious",
        "Longitude does not belong to the data",
        "The coastline in the data is turned or mirrored against its longitudes.",
        "beyond CF: agreement of missing values with a land mask",
    ),
    "lon-convention": Kind(
        "lon_convention",
        "recommendation",
        "Longitude convention contradicts the attributes",
        "Selections by longitude return nothing or the wrong half of the world.",
        "ACDD-1.3: geospatial_lon_min, geospatial_lon_max",
    ),
    "extents": Kind(
        "acdd_vs_data",
        "recommendation",
        "Extent attributes differ from the data",
        "Catalogues find the file in the wrong place or depth.",
        "ACDD-1.3: geospatial extents",
    ),
    # Vertical
    "positive-missing": Kind(
        "depth",
        "violation",
        "No `positive` attribute",
        "Nobody can tell whether the values grow up or down.",
        "{cf} section 4.3",
    ),
    "positive-contradiction": Kind(
        "depth",
        "violation",
        "`positive` contradicts the standard name",
        "Half of all software will plot the profile upside down.",
        "{cf} section 4.3: if positive and standard_name disagree, the user should be warned",
    ),
    "depth-sign": Kind(
        "depth",
        "suspicious",
        "Sign of the depth contradicts `positive`",
        "The measurements would lie above the sea surface.",
        "{cf} section 4.3; beyond CF: the values",
    ),
    "vertical-units": Kind(
        "depth",
        "violation",
        "Vertical coordinate without usable units",
        "The vertical axis cannot be interpreted.",
        "{cf} section 4.3",
    ),
    "depth-pressure": Kind(
        "depth",
        "suspicious",
        "Depth and pressure disagree",
        "One decibar is about one metre of sea water; at another ratio one of the two has the wrong unit.",
        "beyond CF: TEOS-10, gsw.p_from_z",
    ),
    "depth-unit": Kind(
        "depth",
        "suspicious",
        "Depth in another unit than it says",
        "Everything computed at depth is wrong.",
        "beyond CF: range of the standard name depth",
    ),
    # Time
    "time-units": Kind(
        "time", "violation", "Time units without a valid reference", "No date can be computed.", "{cf} section 4.4"
    ),
    "time-order": Kind(
        "time",
        "violation",
        "Time is not strictly increasing",
        "Selections by time fail or return the wrong rows.",
        "{cf} chapter 5: coordinate variables are strictly monotonic",
    ),
    "time-duplicate": Kind(
        "time",
        "violation",
        "Time stamps occur twice",
        "Selections and merges become ambiguous.",
        "{cf} chapter 5: coordinate variables are strictly monotonic",
    ),
    "time-range": Kind(
        "time",
        "suspicious",
        "Dates are impossible or unlikely",
        "Unit or epoch of the time is wrong.",
        "beyond CF: QARTOD, Argo real-time test 2 (impossible date)",
    ),
    "time-coverage": Kind(
        "time",
        "recommendation",
        "Dates differ from time_coverage",
        "Either the attribute or the unit or epoch of the time is wrong.",
        "ACDD-1.3: time_coverage_start, time_coverage_end",
    ),
    "time-unit-values": Kind(
        "time",
        "suspicious",
        "Time values are in another unit than they say",
        "All dates are wrong.",
        "beyond CF: step length and other dates in the file",
    ),
    "time-gap": Kind(
        "gap",
        "suspicious",
        "Gap in a regular series",
        "Averages and spectra assume a complete series.",
        "beyond CF: QARTOD timing/gap test",
    ),
    "time-disagree": Kind(
        "time",
        "suspicious",
        "Two dates of one measurement disagree",
        "One of them has the wrong epoch or unit.",
        "beyond CF: agreement inside the file",
    ),
    "time-text": Kind(
        "time",
        "suspicious",
        "Dates as text that cannot be dates",
        "Software that reads them stops or puts the row elsewhere.",
        "beyond CF: ISO 8601",
    ),
    "calendar-missing": Kind(
        "calendar",
        "recommendation",
        "No calendar attribute",
        "Software assumes `standard`, which mixes Julian and Gregorian dates before 1582.",
        "{cf} section 4.4.1 (4.4.3 from CF-1.14)",
    ),
    "calendar-invalid": Kind(
        "calendar",
        "violation",
        "Calendar unknown",
        "Dates cannot be decoded.",
        "{cf} section 4.4.1 (4.4.3 from CF-1.14)",
    ),
    "calendar-values": Kind(
        "calendar",
        "suspicious",
        "Calendar contradicts the time values",
        "All dates drift by days to weeks.",
        "beyond CF: regularity of the decoded dates",
    ),
    "axis-wrong": Kind(
        "axis",
        "violation",
        "The axis attribute names another axis",
        "Software that goes by the attribute turns the data over.",
        "{cf} chapter 4: axis is X, Y, Z or T as the coordinate is",
    ),
    "bounds-values": Kind(
        "bounds",
        "suspicious",
        "Coordinates lie outside their bounds",
        "Means over cells are taken over the wrong cells.",
        "{cf} section 7.1: bounds are the edges of the cell around the coordinate",
    ),
}
