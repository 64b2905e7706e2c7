"""Sea-water quantities by name: which arguments each takes, and the steps from what was given to what it needs.

`compute("sigma0", {"SP": 35, "t": 10, "p": 0})` converts SP to SA and t to CT on the way and says so in the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.calculator import seawater as sw
from tools.calculator.model import CalculatorError

Arguments = Mapping[str, Any]


@dataclass
class State:
    """Sea water under construction: what was given, and the working so far."""

    given: dict[str, Any]
    steps: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def need(self, name: str, what: str) -> float:
        if self.given.get(name) is None:
            label = sw.RANGES[name].meaning
            raise CalculatorError(
                f"The {what} needs the {label}.", f"Add {_EXAMPLES[name]} to the expression.", understood=True
            )
        return float(self.given[name])

    def pressure(self, what: str) -> float:
        """Sea pressure in dbar: given, from a depth and a latitude, or the surface with a note."""
        if self.given.get("p") is None and self.given.get("depth") is not None:
            lat = self.need("lat", f"pressure for the {what}")
            depth = float(self.given["depth"])
            self.given["p"] = sw.pressure_from_depth(depth=depth, lat=lat)
            self.steps.append(f"p = p_from_z(-{depth:g} m, lat {lat:g}) = {self.given['p']:.3f} dbar")
        if self.given.get("p") is None:
            self.given["p"] = 0.0
            self.notes.append("No pressure was given: the sea surface, p = 0 dbar, was taken.")
        sw.check(p=float(self.given["p"]))
        return float(self.given["p"])

    def absolute(self, what: str) -> float:
        """SA in g/kg: given, or from SP at the place, or the reference salinity with a note."""
        if self.given.get("SA") is not None:
            sw.check(SA=float(self.given["SA"]))
            return float(self.given["SA"])
        salinity = self.practical_given(what)
        lon, lat = self.given.get("lon"), self.given.get("lat")
        if lon is not None and lat is not None:
            p = self.pressure(what)
            value = sw.absolute_salinity(SP=salinity, p=p, lon=lon, lat=lat)
            self.steps.append(f"SA = SA_from_SP({salinity:g}, {p:g}, {lon:g}, {lat:g}) = {value:.5f} g/kg")
        else:
            value = sw.reference_salinity(SP=salinity)
            self.steps.append(f"SA = SR_from_SP({salinity:g}) = {salinity:g} * 35.16504/35 = {value:.5f} g/kg")
            self.notes.append(
                "No position was given: SA was taken as the reference salinity, without the regional anomaly "
                "(0 to 0.03 g/kg); add lon= and lat= for it."
            )
        self.given["SA"] = value
        return value

    def practical_given(self, what: str) -> float:
        if self.given.get("SP") is None:
            raise CalculatorError(
                f"The {what} needs a salinity.", "Add SP=35 (practical) or SA=35.2 (g/kg).", understood=True
            )
        sw.check(SP=float(self.given["SP"]))
        return float(self.given["SP"])

    def practical(self, what: str) -> float:
        """SP: given, or from SA at the place."""
        if self.given.get("SP") is not None:
            return self.practical_given(what)
        if self.given.get("SA") is None:
            return self.practical_given(what)
        absolute = float(self.given["SA"])
        lon, lat = self.given.get("lon"), self.given.get("lat")
        if lon is not None and lat is not None:
            p = self.pressure(what)
            value = sw.practical_salinity(SA=absolute, p=p, lon=lon, lat=lat)
            self.steps.append(f"SP = SP_from_SA({absolute:g}, {p:g}, {lon:g}, {lat:g}) = {value:.5f}")
        else:
            sw.check(SA=absolute)
            value = absolute * 35 / 35.16504
            self.steps.append(f"SP = {absolute:g} g/kg * 35/35.16504 = {value:.5f}")
            self.notes.append("No position was given: SP was taken without the regional salinity anomaly.")
        self.given["SP"] = value
        return value

    def conservative(self, what: str) -> float:
        """CT in °C: given, from potential temperature, or from in-situ temperature and pressure."""
        if self.given.get("CT") is not None:
            sw.check(CT=float(self.given["CT"]))
            return float(self.given["CT"])
        salinity = self.absolute(what)
        if self.given.get("pt") is not None:
            value = sw.conservative_from_potential(SA=salinity, pt=float(self.given["pt"]))
            self.steps.append(f"CT = CT_from_pt({salinity:.5f}, {self.given['pt']:g}) = {value:.5f} °C")
        else:
            t, p = self.temperature_given(what), self.pressure(what)
            value = sw.conservative_temperature(SA=salinity, t=t, p=p)
            self.steps.append(f"CT = CT_from_t({salinity:.5f}, {t:g}, {p:g}) = {value:.5f} °C")
        self.given["CT"] = value
        return value

    def temperature_given(self, what: str) -> float:
        if self.given.get("t") is None:
            raise CalculatorError(
                f"The {what} needs a temperature.",
                "Add t=10 degC (in situ), CT= (conservative) or pt= (potential).",
                understood=True,
            )
        sw.check(t=float(self.given["t"]))
        return float(self.given["t"])

    def potential(self, what: str, p_ref: float = 0.0) -> float:
        """Potential temperature in °C referred to p_ref."""
        if self.given.get("pt") is not None and p_ref == 0:
            sw.check(pt=float(self.given["pt"]))
            return float(self.given["pt"])
        salinity = self.absolute(what)
        if self.given.get("t") is None and (self.given.get("CT") is not None or self.given.get("pt") is not None):
            ct = self.conservative(what)
            t = sw.in_situ_temperature(SA=salinity, CT=ct, p=0.0)
            value = sw.potential_temperature(SA=salinity, t=t, p=0.0, p_ref=p_ref)
            self.steps.append(f"pt = pt_from_CT({salinity:.5f}, {ct:.5f}), p_ref {p_ref:g} = {value:.5f} °C")
            return value
        t, p = self.temperature_given(what), self.pressure(what)
        value = sw.potential_temperature(SA=salinity, t=t, p=p, p_ref=p_ref)
        self.steps.append(f"pt = pt_from_t({salinity:.5f}, {t:g}, {p:g}, {p_ref:g}) = {value:.5f} °C")
        return value

    def solubility(self) -> float:
        what = "oxygen solubility"
        practical, potential = self.practical(what), self.potential(what)
        value = sw.oxygen_solubility(SP=practical, pt=potential)
        self.steps.append(f"O2sol = O2sol_SP_pt({practical:.5g}, {potential:.5f}) = {value:.4f} umol/kg")
        return value


_EXAMPLES = {
    "SP": "SP=35",
    "SA": "SA=35.2",
    "t": "t=10 degC",
    "CT": "CT=10 degC",
    "pt": "pt=10 degC",
    "p": "p=1000 dbar",
    "p_ref": "p_ref=2000 dbar",
    "depth": "depth=1000 m",
    "lon": "lon=20W",
    "lat": "lat=60N",
    "C": "C=42.9",
    "O2": "O2=250",
}


@dataclass(frozen=True)
class Quantity:
    """One named quantity: the function, its unit, how many decimals are meaningful, and its source."""

    title: str
    unit: str
    decimals: int
    takes: tuple[str, ...]
    compute: Callable[[State], float]
    source: str


_ANY = ("SP", "SA", "t", "CT", "pt", "p", "depth", "lon", "lat")


def _sigma(reference: int) -> Quantity:
    name = f"sigma{reference}"

    def compute(state: State) -> float:
        return sw.sigma(SA=state.absolute(name), CT=state.conservative(name), reference=reference)

    title = f"potential density anomaly referred to {reference * 1000} dbar"
    return Quantity(title, "kg/m^3", 4, _ANY, compute, f"{SOURCE}.{name} (Roquet et al. 2015)")


SOURCE = sw.SOURCE


def _density(state: State) -> float:
    return sw.density(SA=state.absolute("density"), CT=state.conservative("density"), p=state.pressure("density"))


def _sound(state: State) -> float:
    what = "sound speed"
    return sw.sound_speed(SA=state.absolute(what), CT=state.conservative(what), p=state.pressure(what))


def _freezing(state: State) -> float:
    p = state.pressure("freezing point")
    state.notes.append("The sea water was taken as free of dissolved air (saturation fraction 0).")
    return sw.freezing_point(SA=state.absolute("freezing point"), p=p)


def _saturation(state: State) -> float:
    oxygen = state.need("O2", "oxygen saturation")
    sw.check(O2=oxygen)
    return 100 * oxygen / state.solubility()


def _aou(state: State) -> float:
    oxygen = state.need("O2", "apparent oxygen utilisation")
    sw.check(O2=oxygen)
    return state.solubility() - oxygen


def _depth(state: State) -> float:
    return sw.depth_from_pressure(p=state.need("p", "depth"), lat=state.need("lat", "depth"))


def _pressure(state: State) -> float:
    return sw.pressure_from_depth(depth=state.need("depth", "pressure"), lat=state.need("lat", "pressure"))


def _absolute(state: State) -> float:
    for name in ("lon", "lat"):
        state.need(name, "absolute salinity")
    return state.absolute("absolute salinity")


def _practical(state: State) -> float:
    if state.given.get("C") is not None:
        what = "practical salinity"
        return sw.practical_salinity_from_conductivity(
            C=float(state.given["C"]), t=state.temperature_given(what), p=state.pressure(what)
        )
    return state.practical("practical salinity")


def _in_situ(state: State) -> float:
    what = "in-situ temperature"
    return sw.in_situ_temperature(SA=state.absolute(what), CT=state.conservative(what), p=state.pressure(what))


def _potential(state: State) -> float:
    reference = float(state.given.get("p_ref") or 0.0)
    if not reference and state.given.get("p_ref") is None:
        state.notes.append("Potential temperature is referred to 0 dbar.")
    return state.potential("potential temperature", reference)


def _alpha(state: State) -> float:
    what = "thermal expansion"
    return sw.thermal_expansion(SA=state.absolute(what), CT=state.conservative(what), p=state.pressure(what))


def _beta(state: State) -> float:
    what = "haline contraction"
    return sw.haline_contraction(SA=state.absolute(what), CT=state.conservative(what), p=state.pressure(what))


QUANTITIES: dict[str, Quantity] = {
    "SA": Quantity("absolute salinity", "g/kg", 4, _ANY, _absolute, f"{SOURCE}.SA_from_SP"),
    "SP": Quantity("practical salinity", "", 4, (*_ANY, "C"), _practical, f"{SOURCE}.SP_from_SA, SP_from_C"),
    "CT": Quantity(
        "conservative temperature", "degC", 4, _ANY, lambda state: state.conservative("CT"), f"{SOURCE}.CT_from_t"
    ),
    "pt": Quantity("potential temperature", "degC", 4, (*_ANY, "p_ref"), _potential, f"{SOURCE}.pt_from_t"),
    "t": Quantity("in-situ temperature", "degC", 4, _ANY, _in_situ, f"{SOURCE}.t_from_CT"),
    **{f"sigma{reference}": _sigma(reference) for reference in range(5)},
    "density": Quantity("in-situ density", "kg/m^3", 4, _ANY, _density, f"{SOURCE}.rho (Roquet et al. 2015)"),
    "sound_speed": Quantity("speed of sound", "m/s", 3, _ANY, _sound, f"{SOURCE}.sound_speed (Roquet et al. 2015)"),
    "freezing_point": Quantity("freezing point", "degC", 4, _ANY, _freezing, f"{SOURCE}.t_freezing"),
    "O2sol": Quantity(
        "oxygen solubility", "umol/kg", 2, _ANY, State.solubility, f"{SOURCE}.O2sol_SP_pt (Garcia and Gordon 1992)"
    ),
    "O2sat": Quantity(
        "oxygen saturation", "%", 2, (*_ANY, "O2"), _saturation, f"{SOURCE}.O2sol_SP_pt (Garcia and Gordon 1992)"
    ),
    "AOU": Quantity(
        "apparent oxygen utilisation",
        "umol/kg",
        2,
        (*_ANY, "O2"),
        _aou,
        f"{SOURCE}.O2sol_SP_pt (Garcia and Gordon 1992)",
    ),
    "depth": Quantity("depth below the surface", "m", 2, ("p", "lat"), _depth, f"{SOURCE}.z_from_p"),
    "pressure": Quantity("sea pressure", "dbar", 2, ("depth", "lat"), _pressure, f"{SOURCE}.p_from_z"),
    "coriolis": Quantity(
        "Coriolis parameter",
        "rad/s",
        9,
        ("lat",),
        lambda state: sw.coriolis(lat=state.need("lat", "Coriolis parameter")),
        f"{SOURCE}.f, 2 omega sin(latitude)",
    ),
    "gravity": Quantity(
        "acceleration of gravity",
        "m/s^2",
        5,
        ("lat", "p", "depth"),
        lambda state: sw.gravity(lat=state.need("lat", "gravity"), p=state.pressure("gravity")),
        f"{SOURCE}.grav",
    ),
    "alpha": Quantity("thermal expansion coefficient", "1/K", 8, _ANY, _alpha, f"{SOURCE}.alpha"),
    "beta": Quantity("haline contraction coefficient", "kg/g", 8, _ANY, _beta, f"{SOURCE}.beta"),
}

#: Other spellings, among them the names of the functions in gsw.
NAMES = {
    "SA_from_SP": "SA",
    "absolute_salinity": "SA",
    "SP_from_SA": "SP",
    "SP_from_C": "SP",
    "practical_salinity": "SP",
    "CT_from_t": "CT",
    "CT_from_pt": "CT",
    "conservative_temperature": "CT",
    "pt_from_t": "pt",
    "pt0_from_t": "pt",
    "pt_from_CT": "pt",
    "potential_temperature": "pt",
    "t_from_CT": "t",
    "in_situ_temperature": "t",
    "rho": "density",
    "sigma_0": "sigma0",
    "sigma_1": "sigma1",
    "sigma_2": "sigma2",
    "sigma_3": "sigma3",
    "sigma_4": "sigma4",
    "sigma_theta": "sigma0",
    "soundspeed": "sound_speed",
    "speed_of_sound": "sound_speed",
    "t_freezing": "freezing_point",
    "freezing_temperature": "freezing_point",
    "o2sol": "O2sol",
    "oxygen_solubility": "O2sol",
    "O2sol_SP_pt": "O2sol",
    "oxygen_saturation": "O2sat",
    "O2_saturation": "O2sat",
    "aou": "AOU",
    "z_from_p": "depth",
    "depth_from_pressure": "depth",
    "p_from_z": "pressure",
    "pressure_from_depth": "pressure",
    "coriolis_parameter": "coriolis",
    "grav": "gravity",
    "thermal_expansion": "alpha",
    "haline_contraction": "beta",
}


def resolve(name: str) -> str | None:
    """The quantity that a name stands for, None when it is none of sea water."""
    if name in QUANTITIES:
        return name
    return NAMES.get(name) or NAMES.get(name.lower())


@dataclass(frozen=True)
class Result:
    value: float
    quantity: Quantity
    steps: tuple[str, ...]
    notes: tuple[str, ...]


def compute(name: str, given: Arguments) -> Result:
    """The quantity `name` from named arguments in the units of `seawater.RANGES`.

    Raises CalculatorError for an argument that it does not take, that is missing, or that is out of range.
    """
    quantity = QUANTITIES[name]
    for argument in given:
        if argument not in quantity.takes:
            raise CalculatorError(
                f"The {quantity.title} does not take '{argument}'.", f"It takes {', '.join(quantity.takes)}."
            )
    for one, other, kind in (("SP", "SA", "salinities"), ("p", "depth", "pressures")):
        if given.get(one) is not None and given.get(other) is not None:
            raise CalculatorError(f"Two {kind} are given, {one} and {other}.", f"Keep one of {one} and {other}.")
    if sum(given.get(scale) is not None for scale in ("t", "CT", "pt")) > 1:
        raise CalculatorError("More than one temperature is given.", "Keep one of t, CT and pt.")
    if name in given:
        raise CalculatorError(f"The {quantity.title} is itself given.", "Nothing is left to compute.")
    state = State(dict(given))
    value = quantity.compute(state)
    shown = ", ".join(f"{key}={float(item):g}" for key, item in given.items())
    printed = f"{value:.{quantity.decimals}f} {quantity.unit}".replace("degC", "°C").strip()
    step = f"{name}({shown}) = {printed}"
    return Result(value, quantity, (*dict.fromkeys(state.steps), step), tuple(dict.fromkeys(state.notes)))
