"""What the values of a quantity can be, and which units people confuse: the table behind the value checks.

`typical` is the interval, in `unit`, that the bulk of real data (its 2nd to 98th percentile) lies in; `hard` is the
interval that no single natural value leaves. Ocean ranges follow the Argo quality control manual (global range
test), QARTOD manuals and the WOA extremes, widened; atmospheric ones the WMO extremes archive, widened. CF itself has
no rule on plausibility, so every finding made from this table says "beyond CF".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Quantity:
    """`siblings` are units that are written for one another; `names` match standard names, `guesses` variable names."""

    key: str
    title: str
    unit: str
    typical: tuple[float, float]
    hard: tuple[float, float]
    siblings: tuple[str, ...]
    names: re.Pattern[str]
    guesses: re.Pattern[str] | None = None
    #: Units whose numbers mean the same here: no conversion between them is attempted.
    same: tuple[str, ...] = ()
    #: Whether the values must reach this far for the declared unit to be believed (fractions against percent).
    reaches: float | None = None


def _q(
    key: str,
    title: str,
    unit: str,
    typical: tuple[float, float],
    hard: tuple[float, float],
    siblings: str,
    names: str,
    guesses: str = "",
    same: str = "",
    reaches: float | None = None,
) -> Quantity:
    return Quantity(
        key,
        title,
        unit,
        typical,
        hard,
        tuple(siblings.split("|")) if siblings else (),
        re.compile(f"^(?:{names})$"),
        re.compile(f"^(?:{guesses})$", re.IGNORECASE) if guesses else None,
        tuple(same.split("|")) if same else (),
        reaches,
    )


#: The order matters: the first match wins.
QUANTITIES: tuple[Quantity, ...] = (
    _q(
        "sea_temperature",
        "sea water temperature",
        "degC",
        (-2.6, 36.5),
        (-5.0, 45.0),
        "degC|K|degF",
        r"sea_water_(?:potential_|conservative_)?temperature(?:_at_sea_floor)?|sea_surface_(?:skin_|subskin_|foundation_)?temperature"
        r"|surface_temperature_of_sea_water|sea_water_temperature_at_sea_floor",
        r"sst|sst_?\w*|(?:sea_)?(?:water_)?temp(?:erature)?(?:_adjusted)?|tempst\d*|thetao|tos|votemper|ctdtmp|theta|pot_?temp\w*",
    ),
    _q(
        "air_temperature",
        "air temperature",
        "degC",
        (-95.0, 58.0),
        (-150.0, 75.0),
        "degC|K|degF",
        r"air_temperature|air_potential_temperature_at_surface|dew_point_temperature|wet_bulb_temperature",
        r"air_?temp(?:erature)?|t2m|tas|tasmax|tasmin|tair|airt|d2m",
    ),
    _q(
        "surface_temperature",
        "surface temperature",
        "degC",
        (-95.0, 80.0),
        (-120.0, 100.0),
        "degC|K|degF",
        r"surface_temperature|soil_temperature|land_surface_temperature|canopy_temperature|sea_ice_surface_temperature",
    ),
    _q(
        "salinity",
        "salinity",
        "1",
        (0.2, 41.5),
        (0.0, 60.0),
        "1|kg kg-1|%",
        r"sea_water_(?:practical_|absolute_|preformed_|cox_|knudsen_|reference_)?salinity(?:_at_sea_floor)?|sea_surface_salinity",
        r"psal|salinity|sal|salt|so|sss|sos|vosaline|ctdsal|psal_adjusted|psalst\d*",
        same="1|1e-3|0.001|g kg-1|psu|PSU|ppt|PSS-78|pss|PSS|psu-78",
    ),
    _q(
        "sea_pressure",
        "sea water pressure",
        "dbar",
        (-5.0, 11_200.0),
        (-50.0, 11_500.0),
        "dbar|Pa|kPa|hPa|bar|MPa|psi",
        r"sea_water_pressure(?:_due_to_sea_water)?|sea_water_pressure_at_sea_floor",
        r"pres|pressure|ctdprs|prsdm|pres_adjusted",
    ),
    _q(
        "depth",
        "depth",
        "m",
        (-10.0, 11_000.0),
        (-100.0, 11_100.0),
        "m|km|cm|mm|ft|fathom",
        r"depth|depth_below_geoid|sea_floor_depth(?:_below_(?:sea_surface|geoid|sea_level|mean_sea_level))?",
        r"depth|bathymetry|bottom_?depth|deptht|depthu",
    ),
    _q(
        "air_pressure",
        "air pressure at the surface",
        "hPa",
        (300.0, 1090.0),
        (200.0, 1100.0),
        "Pa|hPa|kPa|bar|dbar|mmHg|inHg|atm",
        r"surface_air_pressure|air_pressure_at_sea_level|air_pressure_at_mean_sea_level",
        r"slp|mslp|psl|atm_?press\w*|airpressure|air_pressure|barometric_pressure",
    ),
    _q(
        "sea_velocity",
        "sea water velocity",
        "m s-1",
        (-4.0, 4.0),
        (-9.0, 9.0),
        "m s-1|cm s-1|mm s-1",
        r"(?:eastward|northward|baroclinic_eastward|baroclinic_northward|barotropic_eastward|barotropic_northward"
        r"|surface_eastward|surface_northward|surface_geostrophic_eastward|surface_geostrophic_northward"
        r")_sea_water_velocity\w*|sea_water_[xy]_velocity|sea_water_speed",
        r"uo|vo|ucur|vcur|vozocrtx|vomecrty|water_u|water_v",
    ),
    _q(
        "wind",
        "wind speed",
        "m s-1",
        (-90.0, 110.0),
        (-130.0, 130.0),
        "m s-1|cm s-1|mm s-1",
        r"wind_speed|eastward_wind|northward_wind|wind_speed_of_gust|[xy]_wind",
        r"wspd|wind_?speed|u10|v10|uwnd|vwnd|ws|wdspd",
    ),
    _q(
        "sea_level",
        "sea surface height",
        "m",
        (-12.0, 12.0),
        (-20.0, 40.0),
        "m|cm|mm",
        r"sea_surface_height\w*|sea_surface_elevation\w*|water_surface_height_above_reference_datum|tidal_sea_surface_height\w*",
        r"ssh|sla|adt|zos|zeta|sea_level|water_level",
    ),
    _q(
        "wave_height",
        "wave height",
        "m",
        (0.0, 20.0),
        (0.0, 35.0),
        "m|cm|mm|ft",
        r"sea_surface_(?:wind_|swell_)?wave_(?:significant_|maximum_)?height\w*|sea_surface_wave_maximum_height",
        r"hs|swh|vhm0|wvht|vavh",
    ),
    _q(
        "oxygen_per_mass",
        "dissolved oxygen",
        "umol kg-1",
        (0.0, 550.0),
        (-20.0, 1000.0),
        "umol kg-1|mol kg-1|mmol kg-1|nmol kg-1",
        r"moles_of_oxygen_per_unit_mass_in_sea_water|volume_mixing_ratio_of_oxygen_in_sea_water",
        r"doxy(?:_adjusted)?",
    ),
    _q(
        "oxygen_per_volume",
        "dissolved oxygen",
        "umol l-1",
        (0.0, 550.0),
        (-20.0, 1000.0),
        "umol l-1|mol m-3|mmol l-1|nmol l-1|mol l-1",
        r"mole_concentration_of_dissolved_molecular_oxygen_in_sea_water",
    ),
    _q(
        "ph",
        "pH",
        "1",
        (6.0, 10.0),
        (2.0, 12.0),
        "",
        r"sea_water_ph_reported_on_\w+_scale",
        r"ph|ph_in_situ\w*",
    ),
    _q(
        "chlorophyll",
        "chlorophyll",
        "mg m-3",
        (-1.0, 100.0),
        (-10.0, 1500.0),
        "mg m-3|kg m-3|ug m-3|g m-3",
        r"(?:mass_)?concentration_of_chlorophyll(?:_a)?_in_sea_water",
        r"chla?|chlorophyll|chla_adjusted",
    ),
    _q(
        "density",
        "sea water density",
        "kg m-3",
        (985.0, 1065.0),
        (950.0, 1100.0),
        "kg m-3|g cm-3",
        r"sea_water_density|sea_water_potential_density|sea_water_in_situ_density",
    ),
    _q(
        "sigma",
        "density anomaly",
        "kg m-3",
        (-12.0, 60.0),
        (-50.0, 90.0),
        "kg m-3|g cm-3",
        r"sea_water_sigma_t(?:heta)?|sea_water_sigma_theta\w*|sea_water_neutral_density",
        r"sigma_?t(?:heta)?",
    ),
    _q(
        "conductivity",
        "electrical conductivity",
        "S m-1",
        (-0.01, 8.0),
        (-0.2, 12.0),
        "S m-1|mS cm-1|uS cm-1|mS m-1",
        r"sea_water_electrical_conductivity",
        r"cndc|conductivity|cond",
    ),
    _q(
        "humidity",
        "relative humidity",
        "%",
        (0.0, 110.0),
        (-5.0, 150.0),
        "%|1",
        r"relative_humidity",
        r"rh|hurs|relh|rhum",
        reaches=1.5,
    ),
    _q(
        "fraction",
        "area fraction",
        "1",
        (0.0, 1.01),
        (-0.05, 1.2),
        "1|%",
        r"sea_ice_area_fraction|cloud_area_fraction|land_area_fraction|sea_area_fraction|land_binary_mask|vegetation_area_fraction",
        r"siconc|sic|aice",
        reaches=0.03,
    ),
    _q(
        "specific_humidity",
        "specific humidity",
        "kg kg-1",
        (-0.001, 0.06),
        (-0.005, 0.2),
        "kg kg-1|g kg-1|mg kg-1",
        r"specific_humidity|humidity_mixing_ratio|surface_specific_humidity",
        r"huss|hus|q2m|shum",
    ),
    _q(
        "precipitation",
        "precipitation rate",
        "kg m-2 s-1",
        (0.0, 0.03),
        (-0.001, 0.2),
        "kg m-2 s-1|kg m-2 hour-1|kg m-2 day-1",
        r"precipitation_flux|rainfall_flux|snowfall_flux|convective_precipitation_flux",
        r"pr|prate|precip",
    ),
    _q(
        "radiation",
        "radiative flux",
        "W m-2",
        (-1400.0, 1500.0),
        (-2000.0, 2500.0),
        "W m-2|kW m-2|mW m-2",
        r"(?:surface_|toa_)(?:down|up|net_down|net_up|outgoing|incoming)\w*(?:shortwave|longwave)\w*flux\w*",
        r"rsds|rlds|rsus|rlus|rlut",
    ),
    _q(
        "pco2",
        "partial pressure of carbon dioxide",
        "microatm",
        (50.0, 4000.0),
        (0.0, 50_000.0),
        "microatm|Pa|hPa|atm",
        r"(?:surface_)?partial_pressure_of_carbon_dioxide_in_(?:sea_water|air)|fugacity_of_carbon_dioxide_in_sea_water",
        r"pco2\w*|fco2\w*",
    ),
    _q(
        "direction",
        "direction",
        "degree",
        (-180.0, 360.0),
        (-360.5, 720.5),
        "degree|radian",
        r"wind_(?:from|to)_direction|sea_surface_\w*wave_(?:from|to)_direction|(?:direction_of_)?sea_water_(?:velocity|from|to)_(?:to_)?direction|platform_course|platform_orientation|platform_yaw\w*",
    ),
)


@lru_cache(maxsize=4096)
def by_standard_name(name: str) -> Quantity | None:
    return next((q for q in QUANTITIES if q.names.match(name)), None) if name else None


@lru_cache(maxsize=4096)
def by_variable_name(name: str) -> Quantity | None:
    return next((q for q in QUANTITIES if q.guesses is not None and q.guesses.match(name)), None)
