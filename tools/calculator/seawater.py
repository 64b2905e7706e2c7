"""Sea water by TEOS-10 (the gsw package): keyword arguments only, checked ranges, one stated order.

The order of arguments, wherever one is written, is salinity (SP or SA), temperature (t, CT or pt), pressure p,
longitude, latitude. Units: SP none (PSS-78), SA g/kg, temperatures °C (ITS-90), p dbar of sea pressure (0 at the
surface), depth m positive down, oxygen umol/kg, density kg/m3.

Source: IOC, SCOR and IAPSO (2010), The international thermodynamic equation of seawater - 2010; McDougall and
Barker (2011), Getting started with TEOS-10 and the Gibbs Seawater (GSW) Oceanographic Toolbox.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

from tools.calculator.model import CalculatorError

SOURCE = "TEOS-10 (IOC, SCOR and IAPSO 2010), gsw"


class Range(NamedTuple):
    """The values that an argument may take."""

    low: float
    high: float
    unit: str
    meaning: str


RANGES: dict[str, Range] = {
    "SP": Range(0.0, 42.0, "", "practical salinity"),
    "SA": Range(0.0, 42.0, "g/kg", "absolute salinity"),
    "t": Range(-6.0, 40.0, "degC", "in-situ temperature"),
    "CT": Range(-6.0, 40.0, "degC", "conservative temperature"),
    "pt": Range(-6.0, 40.0, "degC", "potential temperature"),
    "p": Range(-1.5, 11000.0, "dbar", "sea pressure"),
    "p_ref": Range(0.0, 11000.0, "dbar", "reference pressure"),
    "depth": Range(-1.5, 11000.0, "m", "depth below the surface"),
    "lon": Range(-180.0, 360.0, "degree", "longitude"),
    "lat": Range(-90.0, 90.0, "degree", "latitude"),
    "C": Range(0.0, 80.0, "mS/cm", "conductivity"),
    "O2": Range(0.0, 1000.0, "umol/kg", "dissolved oxygen"),
}


def check(**arguments: float | None) -> None:
    """Raises CalculatorError for an argument outside its range (see RANGES)."""
    for name, value in arguments.items():
        if value is None:
            continue
        low, high, unit, meaning = RANGES[name]
        if not (math.isfinite(value) and low <= value <= high):
            shown = unit.replace("degC", "°C")
            raise CalculatorError(
                f"The {meaning} {name} = {value:g} {shown}".rstrip() + f" is outside {low:g} to {high:g}.",
                understood=True,
            )


def absolute_salinity(*, SP: float, p: float, lon: float, lat: float) -> float:
    """Absolute salinity SA in g/kg at a place, from practical salinity (gsw.SA_from_SP)."""
    import gsw

    check(SP=SP, p=p, lon=lon, lat=lat)
    return _known(gsw.SA_from_SP(SP, p, lon, lat), "absolute salinity at this place")


def reference_salinity(*, SP: float) -> float:
    """Reference salinity SR in g/kg: SA of standard sea water of that SP, without a place (gsw.SR_from_SP)."""
    import gsw

    check(SP=SP)
    return float(gsw.SR_from_SP(SP))


def practical_salinity(*, SA: float, p: float, lon: float, lat: float) -> float:
    """Practical salinity SP from absolute salinity at a place (gsw.SP_from_SA)."""
    import gsw

    check(SA=SA, p=p, lon=lon, lat=lat)
    return _known(gsw.SP_from_SA(SA, p, lon, lat), "practical salinity at this place")


def practical_salinity_from_conductivity(*, C: float, t: float, p: float) -> float:
    """Practical salinity SP from conductivity in mS/cm (gsw.SP_from_C, PSS-78)."""
    import gsw

    check(C=C, t=t, p=p)
    return _known(gsw.SP_from_C(C, t, p), "practical salinity")


def conservative_temperature(*, SA: float, t: float, p: float) -> float:
    """Conservative temperature CT in °C from in-situ temperature (gsw.CT_from_t)."""
    import gsw

    check(SA=SA, t=t, p=p)
    return float(gsw.CT_from_t(SA, t, p))


def conservative_from_potential(*, SA: float, pt: float) -> float:
    """Conservative temperature CT in °C from potential temperature referred to 0 dbar (gsw.CT_from_pt)."""
    import gsw

    check(SA=SA, pt=pt)
    return float(gsw.CT_from_pt(SA, pt))


def in_situ_temperature(*, SA: float, CT: float, p: float) -> float:
    """In-situ temperature t in °C from conservative temperature (gsw.t_from_CT)."""
    import gsw

    check(SA=SA, CT=CT, p=p)
    return float(gsw.t_from_CT(SA, CT, p))


def potential_temperature(*, SA: float, t: float, p: float, p_ref: float = 0.0) -> float:
    """Potential temperature in °C referred to p_ref dbar (gsw.pt_from_t)."""
    import gsw

    check(SA=SA, t=t, p=p, p_ref=p_ref)
    return float(gsw.pt_from_t(SA, t, p, p_ref))


def sigma(*, SA: float, CT: float, reference: int) -> float:
    """Potential density anomaly in kg/m3, referred to `reference` thousand dbar (gsw.sigma0 to gsw.sigma4)."""
    import gsw

    check(SA=SA, CT=CT)
    if reference not in range(5):
        raise CalculatorError("Potential density is referred to 0, 1000, 2000, 3000 or 4000 dbar: sigma0 to sigma4.")
    function = (gsw.sigma0, gsw.sigma1, gsw.sigma2, gsw.sigma3, gsw.sigma4)[reference]
    return float(function(SA, CT))


def density(*, SA: float, CT: float, p: float) -> float:
    """In-situ density in kg/m3 (gsw.rho, 75-term expression of Roquet et al. 2015)."""
    import gsw

    check(SA=SA, CT=CT, p=p)
    return float(gsw.rho(SA, CT, p))


def sound_speed(*, SA: float, CT: float, p: float) -> float:
    """Speed of sound in m/s (gsw.sound_speed, 75-term expression of Roquet et al. 2015)."""
    import gsw

    check(SA=SA, CT=CT, p=p)
    return float(gsw.sound_speed(SA, CT, p))


def freezing_point(*, SA: float, p: float, saturation: float = 0.0) -> float:
    """In-situ freezing temperature in °C (gsw.t_freezing); `saturation` is that of dissolved air, 0 to 1."""
    import gsw

    check(SA=SA, p=p)
    if not 0.0 <= saturation <= 1.0:
        raise CalculatorError(f"The air saturation {saturation:g} is outside 0 to 1.", understood=True)
    return float(gsw.t_freezing(SA, p, saturation))


def oxygen_solubility(*, SP: float, pt: float) -> float:
    """Oxygen in equilibrium with humid air at 1 atm, umol/kg (gsw.O2sol_SP_pt; Garcia and Gordon 1992, 1993)."""
    import gsw

    check(SP=SP, pt=pt)
    return float(gsw.O2sol_SP_pt(SP, pt))


def depth_from_pressure(*, p: float, lat: float) -> float:
    """Depth in m, positive down, from sea pressure in dbar (minus gsw.z_from_p; no dynamic height)."""
    import gsw

    check(p=p, lat=lat)
    return -float(gsw.z_from_p(p, lat))


def pressure_from_depth(*, depth: float, lat: float) -> float:
    """Sea pressure in dbar from depth in m, positive down (gsw.p_from_z; no dynamic height)."""
    import gsw

    check(depth=depth, lat=lat)
    return float(gsw.p_from_z(-depth, lat))


def buoyancy_frequency_squared(
    *, SA: Sequence[float], CT: Sequence[float], p: Sequence[float], lat: float
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """N2 in rad2/s2 between neighbouring levels, and the pressures in dbar halfway between (gsw.Nsquared).

    The three lists have the same length, 2 to 50, and pressure increases.
    """
    import gsw

    if not 2 <= len(p) <= 50 or len(SA) != len(p) or len(CT) != len(p):
        raise CalculatorError(
            f"N2 needs lists of one length from 2 to 50, not {len(SA)}, {len(CT)} and {len(p)}.", understood=True
        )
    for salinity, temperature, pressure in zip(SA, CT, p, strict=True):
        check(SA=salinity, CT=temperature, p=pressure)
    check(lat=lat)
    if any(below <= above for above, below in itertools.pairwise(p)):
        raise CalculatorError("The pressures for N2 must increase from each level to the next.", understood=True)
    squared, middle = gsw.Nsquared(list(SA), list(CT), list(p), lat)
    return tuple(float(value) for value in squared), tuple(float(value) for value in middle)


def coriolis(*, lat: float) -> float:
    """Coriolis parameter f = 2 omega sin(lat) in rad/s, omega 7.292115e-5 rad/s (gsw.f)."""
    import gsw

    check(lat=lat)
    return float(gsw.f(lat))


def gravity(*, lat: float, p: float) -> float:
    """Acceleration of gravity in m/s2 (gsw.grav)."""
    import gsw

    check(lat=lat, p=p)
    return float(gsw.grav(lat, p))


def thermal_expansion(*, SA: float, CT: float, p: float) -> float:
    """Thermal expansion coefficient at constant SA with respect to CT, 1/K (gsw.alpha)."""
    import gsw

    check(SA=SA, CT=CT, p=p)
    return float(gsw.alpha(SA, CT, p))


def haline_contraction(*, SA: float, CT: float, p: float) -> float:
    """Saline contraction coefficient at constant CT, kg/g (gsw.beta)."""
    import gsw

    check(SA=SA, CT=CT, p=p)
    return float(gsw.beta(SA, CT, p))


def _known(value: float, what: str) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise CalculatorError(f"TEOS-10 gives no {what} for these values.", understood=True)
    return number
