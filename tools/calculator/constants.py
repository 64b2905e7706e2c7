"""Named constants. Values: CODATA 2022 (exact since the SI revision of 2019 where marked), IERS, IUGG."""

from __future__ import annotations

import math
from typing import NamedTuple


class Constant(NamedTuple):
    value: float
    unit: str
    name: str
    source: str


_SI = "SI, exact"
CONSTANTS: dict[str, Constant] = {
    "pi": Constant(math.pi, "", "", "mathematics"),
    "tau": Constant(math.tau, "", "circle constant 2 pi", "mathematics"),
    "e": Constant(math.e, "", "Euler's number", "mathematics"),
    "c": Constant(299792458.0, "m/s", "speed of light in vacuum", _SI),
    "speed_of_light": Constant(299792458.0, "m/s", "speed of light in vacuum", _SI),
    "g0": Constant(9.80665, "m/s^2", "standard gravity", "CGPM 1901, exact"),
    "g_n": Constant(9.80665, "m/s^2", "standard gravity", "CGPM 1901, exact"),
    "G": Constant(6.67430e-11, "m^3/kg/s^2", "constant of gravitation", "CODATA 2022"),
    "h_planck": Constant(6.62607015e-34, "J*s", "Planck constant", _SI),
    "k_B": Constant(1.380649e-23, "J/K", "Boltzmann constant", _SI),
    "N_A": Constant(6.02214076e23, "1/mol", "Avogadro constant", _SI),
    "R": Constant(8.31446261815324, "J/mol/K", "molar gas constant", _SI),
    "R_gas": Constant(8.31446261815324, "J/mol/K", "molar gas constant", _SI),
    "F_faraday": Constant(96485.33212331001, "C/mol", "Faraday constant", _SI),
    "sigma_SB": Constant(5.670374419184429e-8, "W/m^2/K^4", "Stefan-Boltzmann constant", _SI),
    "omega_earth": Constant(7.292115e-5, "rad/s", "rotation rate of the Earth", "IERS conventions 2010"),
    "earth_radius": Constant(6371008.8, "m", "mean radius of the Earth", "IUGG, GRS 80"),
}
