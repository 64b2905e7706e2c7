"""Sea water: the published check values of TEOS-10, the reference values of the project, and the working."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools.calculator import CalculatorError, calculate, ocean
from tools.calculator import seawater as sw

REFERENCE = [
    (lambda: -sw.depth_from_pressure(p=100, lat=45), -99.16434938694897),
    (lambda: sw.pressure_from_depth(depth=1000, lat=60), 1011.9777031017356),
    (lambda: sw.absolute_salinity(SP=35, p=0, lon=0, lat=45), 35.16644930022369),
    (lambda: sw.conservative_temperature(SA=35.16644930022369, t=10, p=0), 9.98978572476316),
    (lambda: sw.sigma(SA=35.16644930022369, CT=9.98978572476316, reference=0), 26.95520648246884),
    (lambda: sw.sound_speed(SA=35.16644930022369, CT=9.98978572476316, p=0), 1489.8193827701616),
    (lambda: sw.oxygen_solubility(SP=35, pt=10), 274.5956644859288),
    (lambda: sw.freezing_point(SA=35, p=0, saturation=1), -1.9116275361265334),
]


@pytest.mark.parametrize(("compute", "value"), REFERENCE)
def test_the_reference_value_is_met_to_machine_precision(compute: Callable[[], float], value: float) -> None:
    assert compute() == pytest.approx(value, rel=4e-15)


@pytest.fixture(scope="module")
def published() -> Any:
    """The check values that TEOS-10 publishes, as they come with the installed gsw."""
    import gsw
    import numpy as np

    path = Path(gsw.__file__).parent / "tests" / "gsw_cv_v3_0.npz"
    if not path.exists():
        pytest.skip("this build of gsw comes without the published check values")
    return np.load(path)


def _sigma(reference: int) -> Callable[[Any], float]:
    return lambda at: sw.sigma(SA=at("SA_chck_cast"), CT=at("CT_chck_cast"), reference=reference)


PUBLISHED: list[tuple[str, Callable[[Any], float]]] = [
    *((f"sigma{n}", _sigma(n)) for n in range(5)),
    ("rho", lambda at: sw.density(SA=at("SA_chck_cast"), CT=at("CT_chck_cast"), p=at("p_chck_cast"))),
    ("sound_speed", lambda at: sw.sound_speed(SA=at("SA_chck_cast"), CT=at("CT_chck_cast"), p=at("p_chck_cast"))),
    ("alpha", lambda at: sw.thermal_expansion(SA=at("SA_chck_cast"), CT=at("CT_chck_cast"), p=at("p_chck_cast"))),
    ("beta", lambda at: sw.haline_contraction(SA=at("SA_chck_cast"), CT=at("CT_chck_cast"), p=at("p_chck_cast"))),
    (
        "CT_from_t",
        lambda at: sw.conservative_temperature(SA=at("SA_chck_cast"), t=at("t_chck_cast"), p=at("p_chck_cast")),
    ),
    ("t_from_CT", lambda at: sw.in_situ_temperature(SA=at("SA_chck_cast"), CT=at("CT_chck_cast"), p=at("p_chck_cast"))),
    ("z_from_p", lambda at: -sw.depth_from_pressure(p=at("p_chck_cast"), lat=at("lat_chck_cast"))),
    ("p_from_z", lambda at: sw.pressure_from_depth(depth=-at("z_from_p"), lat=at("lat_chck_cast"))),
    (
        "SA_from_SP",
        lambda at: sw.absolute_salinity(
            SP=at("SP_chck_cast"), p=at("p_chck_cast"), lon=at("long_chck_cast"), lat=at("lat_chck_cast")
        ),
    ),
    (
        "SP_from_SA",
        lambda at: sw.practical_salinity(
            SA=at("SA_chck_cast"), p=at("p_chck_cast"), lon=at("long_chck_cast"), lat=at("lat_chck_cast")
        ),
    ),
    ("grav", lambda at: sw.gravity(lat=at("lat_chck_cast"), p=at("p_chck_cast"))),
]


@pytest.mark.parametrize(("name", "compute"), PUBLISHED, ids=[name for name, _ in PUBLISHED])
def test_the_published_check_values_are_met(published: Any, name: str, compute: Callable[[Any], float]) -> None:
    checked = 0
    tolerance = max(float(published[f"{name}_ca"]), 1e-14)
    for cast in range(3):
        for level in range(0, 45, 4):

            def at(column: str, level: int = level, cast: int = cast) -> float:
                values = published[column]
                return float(values[cast] if values.ndim == 1 else values[level, cast])

            expected = at(name)
            if expected != expected or at("SA_chck_cast") > 42:
                continue
            assert compute(at) == pytest.approx(expected, abs=tolerance)
            checked += 1
    assert checked >= 12


def test_buoyancy_frequency_meets_the_published_cast(published: Any) -> None:
    columns = [published[name][:30, 0].tolist() for name in ("SA_chck_cast", "CT_chck_cast", "p_chck_cast")]
    squared, middle = sw.buoyancy_frequency_squared(
        SA=columns[0], CT=columns[1], p=columns[2], lat=float(published["lat_chck_cast"][0])
    )
    assert list(squared) == pytest.approx(published["n2"][:29, 0].tolist(), abs=float(published["n2_ca"]))
    assert list(middle) == pytest.approx(published["p_mid_n2"][:29, 0].tolist())


def test_the_expression_gives_what_the_function_gives_and_shows_the_way() -> None:
    result = calculate("sigma0(SP=35, t=10 degC, p=0 dbar, lon=0, lat=45)")
    assert result.value == pytest.approx(26.95520648246884, rel=1e-14)
    assert result.text == "26.9552 kg/m^3"
    assert [step.split(" ")[0] for step in result.steps] == ["SA", "CT", "sigma0(SP=35,"]
    assert "TEOS-10" in result.source


@pytest.mark.parametrize(
    ("expression", "value", "unit"),
    [
        ("1000 dbar to m at 60N", 988.1922845704462, "m"),
        ("1000 m to dbar at 60N", 1011.9777031017356, "dbar"),
        ("1000 dbar at 60N in m", 988.1922845704462, "m"),
        ("depth of 1000 dbar at 60 N", 988.1922845704462, "m"),
        ("pressure at 1000 m depth at 60N", 1011.9777031017356, "dbar"),
        ("depth(p=1000 dbar, lat=60N) in km", 0.9881922845704462, "km"),
        ("freezing point of seawater at salinity 35", -1.9191143154412922, "°C"),
        ("oxygen solubility at SP 35 and t 10 degC", 274.5956644859288, "umol/kg"),
        ("O2sat(O2=250, SP=35, t=10, p=0)", 91.04295235979986, "%"),
        ("AOU(O2=250, SP=35, t=10, p=0)", 24.5956644859288, "umol/kg"),
        ("sound speed at 35 psu, 10 degC, 1000 dbar", 1506.1387871921638, "m/s"),
        ("sound speed at SP=35, t=283.15 K, p=10 MPa", 1506.1387871921638, "m/s"),
        ("density at 35 psu 10 degC 0 dbar", 1026.9541113308146, "kg/m^3"),
        ("coriolis parameter at 45N", 0.00010312607931384281, "rad/s"),
        ("250 umol/kg oxygen to ml/l at density 1027", 250 * 0.0223916 * 1.027, "ml/l"),
        ("250 umol/kg oxygen in mg/l at 1.027 kg/l", 250 * 0.0319988 * 1.027, "mg/l"),
        ("6 ml/l oxygen to umol/l", 6000 / 22.3916, "umol/l"),
        ("6 ml/l of dissolved oxygen to umol/kg at density 1.027 kg/l", 6000 / 22.3916 / 1.027, "umol/kg"),
        ("6 ml/l oxygen in umol/kg at SP 35, 10 degC", 6000 / 22.3916 / 1.0269541113308146, "umol/kg"),
        ("8.6 mg/l oxygen in ml/l", 8.6 / 31.9988 * 22.3916, "ml/l"),
        ("rossby(c=2.5 m/s, lat=45N) in km", 24.242170522082674, "km"),
    ],
)
def test_the_natural_form(expression: str, value: float, unit: str) -> None:
    result = calculate(expression)
    assert result.value == pytest.approx(value, rel=1e-9)
    assert result.unit == unit


def test_one_millilitre_per_litre_is_the_published_amount_of_oxygen() -> None:
    assert calculate("1 ml/l oxygen in umol/l").value == pytest.approx(44.6596, abs=5e-5)


def test_a_missing_position_is_said_and_the_reference_salinity_taken() -> None:
    result = calculate("sigma0(SP=35, t=10 degC, p=0 dbar)")
    assert any("reference salinity" in note for note in result.notes)
    assert result.value == pytest.approx(26.9541, abs=1e-4)


def test_a_missing_pressure_is_the_surface_and_is_said() -> None:
    assert any("p = 0 dbar" in note for note in calculate("freezing_point(SA=35)").notes)


def test_an_uncertain_salinity_goes_through_the_equation_of_state() -> None:
    result = calculate("sigma0(SA=35.00 +/- 0.01, CT=10 degC)")
    slope = sw.sigma(SA=35.5, CT=10, reference=0) - sw.sigma(SA=34.5, CT=10, reference=0)
    assert result.uncertainty == pytest.approx(0.01 * slope, rel=1e-3)


@pytest.mark.parametrize("name", sorted(ocean.NAMES))
def test_every_other_spelling_names_a_quantity(name: str) -> None:
    assert ocean.resolve(name) in ocean.QUANTITIES


def test_the_functions_are_keyword_only() -> None:
    with pytest.raises(TypeError):
        sw.sound_speed(35, 10, 0)  # type: ignore[misc]


def test_the_refusal_of_positions_by_order_names_the_order() -> None:
    with pytest.raises(CalculatorError, match="SP, SA, t, CT, pt, p, depth, lon, lat"):
        calculate("sigma0(35, 10, 0)")


@pytest.mark.parametrize(
    "expression",
    [
        "sigma0(SP=35, SA=35.2, t=10, p=0)",
        "sigma0(SP=35, t=10, CT=10, p=0)",
        "sound_speed(SP=35, t=10, p=100 m)",
        "sigma0(SP=35 kg, t=10, p=0)",
        "sigma0(t=10, p=0)",
        "sound_speed(SP=35, p=0)",
        "SA(SP=35, p=0)",
        "sigma0(SP=-1, t=10, p=0)",
        "pressure(depth=20000 m, lat=0)",
        "N2(SA=[35,35], CT=[10,9], p=[20,10], lat=0)",
        "N2(SA=[35,35,35], CT=[10,9], p=[10,20], lat=0)",
    ],
)
def test_wrong_or_missing_arguments_are_refused(expression: str) -> None:
    with pytest.raises(CalculatorError):
        calculate(expression)
