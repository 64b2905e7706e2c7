"""The checks, in the order in which they run. Adding one is a function that yields findings and a line here."""

from __future__ import annotations

from tools.netcdf.checks import (
    attributes,
    cells,
    coastline,
    flags,
    integrity,
    limits,
    missing,
    parts,
    position,
    ranges,
    series,
    storage,
    texttimes,
    times,
    timesteps,
    vertical,
)
from tools.netcdf.checks.context import Check, Context, Skip

__all__ = ["CHECKS", "Check", "Context", "Skip"]

CHECKS: tuple[Check, ...] = (
    Check("integrity", "every stored byte can be read", integrity.check),
    Check("conventions", "the file says which conventions it follows", attributes.conventions, values=False),
    Check("units", "units are known and fit the standard name", attributes.check_units, values=False),
    Check("standard_names", "standard names are in the CF table", attributes.check_standard_names, values=False),
    Check("references", "attributes name variables that exist", attributes.references, values=False),
    Check("coordinates", "position, depth and time are given", attributes.coordinates, values=False),
    Check(
        "fill_attributes", "fill values are declared without contradiction", attributes.fill_attributes, values=False
    ),
    Check("vertical_attributes", "`positive` is given and fits the standard name", vertical.attributes, values=False),
    Check("time_attributes", "time units and calendar are valid", times.attributes, values=False),
    Check("flags", "quality flags keep to their list and convention", flags.flags, values=False),
    Check("axes", "the axis attribute fits the coordinate", cells.axes, values=False),
    Check("storage", "packing and chunking are sound", storage.attributes, values=False),
    Check("coordinate_values", "coordinates are complete and monotonic", position.coordinate_values),
    Check("position_range", "latitudes and longitudes are possible", position.ranges),
    Check("position_land", "positions agree with land and sea", coastline.land),
    Check("extents", "geospatial attributes agree with the positions", position.extents),
    Check("vertical_values", "depth agrees with its sign, unit and pressure", vertical.values),
    Check("time_values", "dates are possible and agree with each other", times.values),
    Check("time_steps", "time increases, without gaps or repeats", timesteps.steps),
    Check("text_times", "times written as text are dates, in order", texttimes.check),
    Check("bounds", "coordinates lie in their bounds", cells.bounds),
    Check("calendar_values", "the calendar fits the time values", timesteps.calendar_values),
    Check("fill_values", "no fill value is used as data", missing.sentinels),
    Check("completeness", "variables hold data", missing.completeness),
    Check("repeats", "no variable is constant or a copy of another", missing.repeats),
    Check("packing", "packed values have not overflowed", storage.overflow),
    Check("value_units", "values fit their units and their standard name", ranges.value_units),
    Check("partial_units", "all values are in one unit", parts.some_in_another_unit),
    Check("zeros", "no zeros stand where nothing was written", parts.zeros),
    Check("variable_swap", "temperature and salinity are not exchanged", ranges.swapped_variables),
    Check("value_range", "values are physically possible", limits.impossible),
    Check("declared_range", "values lie in the file's own ranges", limits.declared),
    Check("spikes", "no spikes", series.spikes),
    Check("flat_lines", "no stuck values", series.flat_lines),
    Check("rows", "no profile or series is stuck or written twice", parts.rows),
    Check("density", "density increases with depth", series.density),
)
