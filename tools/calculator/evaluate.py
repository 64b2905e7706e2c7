"""Walks the parsed expression: a whitelist of syntax nodes over terms, with the working written down."""

from __future__ import annotations

import ast
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tools.calculator import figures, geodesy, ocean, units
from tools.calculator import seawater as sw
from tools.calculator.functions import FUNCTIONS, modulo
from tools.calculator.lexer import Lexed, Lexer
from tools.calculator.model import CalculatorError
from tools.calculator.positions import format_position
from tools.calculator.terms import Term, add, convert, multiply, negate, power

MAX_DEPTH = 100
MAX_STEPS = 40

_SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "mod",
    ast.Pow: "^",
}


@dataclass
class Evaluated:
    """The term, or a text where the result is a position or a list, and how it came about."""

    term: Term | None
    text: str = ""
    steps: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    operations: int = 0
    labels: list[str] = field(default_factory=list)


def evaluate(text: str) -> Evaluated:
    """The value of an expression without conversion and context. Raises CalculatorError."""
    lexed = Lexer(text).run()
    if not lexed.source.strip():
        raise CalculatorError("There is no expression.", "Write one, for example 20 degC in K.")
    try:
        tree = ast.parse(lexed.source, mode="eval")
    except (SyntaxError, MemoryError, RecursionError, ValueError):
        raise CalculatorError(_complaint(lexed), "Check operators and brackets.") from None
    return _Walk(lexed).run(tree.body)


def _complaint(lexed: Lexed) -> str:
    parts = lexed.source.split()
    signs = {"+", "-", "*", "/", "//", "%", "**"}
    if parts and parts[-1] in signs:
        return "A number is missing at the end of the expression."
    if parts and parts[0] in signs - {"+", "-"}:
        return "A number is missing at the start of the expression."
    for one, two in itertools.pairwise(parts):
        if (one in signs and two in (signs - {"+", "-"}) | {")", ",", "]"}) or (one in "([" and two in (")", ",")):
            return f"A number is missing between '{one}' and '{two}'."
    return "The expression is not complete."


class _Walk:
    def __init__(self, lexed: Lexed) -> None:
        self.lexed = lexed
        self.out = Evaluated(None, notes=list(lexed.notes))

    def run(self, node: ast.expr) -> Evaluated:
        result = self.visit(node, 0)
        out = self.out
        if isinstance(result, str):
            out.text = result
        elif isinstance(result, Term):
            out.term = result
        else:
            raise CalculatorError("A list is not a result.", "Use it inside mean(), sum() or N2().")
        out.notes.extend(self.lexed.constants)
        if self.lexed.uncertain > 1:
            out.notes.append("The uncertainties were taken as independent (linear propagation).")
        elif self.lexed.uncertain and out.operations:
            out.notes.append("The uncertainty was propagated linearly.")
        return out

    def step(self, line: str) -> None:
        self.out.operations += 1
        if len(self.out.steps) < MAX_STEPS:
            self.out.steps.append(line)

    def visit(self, node: ast.expr, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise CalculatorError("The expression is nested too deeply.")
        if isinstance(node, ast.BinOp):
            return self.chain(node, depth)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            inner = self.term(node.operand, depth + 1)
            return negate(inner) if isinstance(node.op, ast.USub) else inner
        if isinstance(node, ast.Name):
            if node.id in self.lexed.terms:
                return self.lexed.terms[node.id]
            raise CalculatorError(f"'{node.id}' is neither a unit, a constant nor a function here.")
        if isinstance(node, ast.List | ast.Tuple):
            return [self.term(item, depth + 1) for item in node.elts]
        if isinstance(node, ast.Call):
            return self.call(node, depth)
        raise CalculatorError("The expression uses something that is not arithmetic.")

    def term(self, node: ast.expr, depth: int) -> Term:
        value = self.visit(node, depth)
        if not isinstance(value, Term):
            raise CalculatorError("A number is needed where a list or a position stands.")
        return value

    def chain(self, node: ast.BinOp, depth: int) -> Term:
        """A run of left-associative operators is walked in a loop, so that a long sum is not deep."""
        pending: list[tuple[ast.operator, ast.expr]] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            pending.append((left.op, left.right))
            left = left.left
        result = self.term(left, depth + 1)
        for operator, right_node in reversed(pending):
            right = self.term(right_node, depth + 1)
            result = self.binary(result, operator, right)
        return result

    def binary(self, left: Term, operator: ast.operator, right: Term) -> Term:
        match operator:
            case ast.Add():
                result = add(left, right, 1)
            case ast.Sub():
                result = add(left, right, -1)
            case ast.Mult():
                result = multiply(left, right, divide=False)
            case ast.Div():
                result = multiply(left, right, divide=True)
            case ast.FloorDiv():
                quotient = multiply(left, right, divide=True)
                if quotient.unit is not None:
                    raise CalculatorError("// needs two numbers of the same unit.", understood=True)
                result = Term(math.floor(quotient.nominal))
            case ast.Mod():
                result = modulo(left, right)
            case ast.Pow():
                result = power(left, right)
            case _:
                raise CalculatorError("The expression uses an operator that is not arithmetic.")
        if right.percent and not left.percent and isinstance(operator, ast.Add | ast.Sub):
            self.out.notes.append(f"{right} was read as {right} of {left}.")
        self.step(f"{_bracketed(left)} {_SIGNS[type(operator)]} {_bracketed(right)} = {result}")
        return result

    # Calls -----------------------------------------------------------------------------------------------------

    def call(self, node: ast.Call, depth: int) -> Any:
        if not isinstance(node.func, ast.Name):
            raise CalculatorError("Only the functions of the calculator can be called.")
        name = node.func.id
        if name in ("distance", "bearing", "midpoint"):
            return self.geodesic(name, node)
        if name in ("N2", "Nsquared"):
            return self.buoyancy(
                self.keywords(node, depth, "N2 takes named lists: N2(SA=[...], CT=[...], p=[...], lat=60N).")
            )
        if name == "cell_area":
            return self.cell(self.keywords(node, depth, "Write cell_area(south=40N, north=41N, west=20W, east=19W)."))
        if name == "rossby":
            return self.rossby(self.keywords(node, depth, "Write rossby(c=2.5 m/s, lat=45N)."))
        if name in FUNCTIONS:
            return self.function(name, node, depth)
        quantity = ocean.resolve(name)
        if quantity is None:
            raise CalculatorError(f"There is no function '{name}'.")
        takes = ocean.QUANTITIES[quantity].takes
        hint = f"{name} takes named arguments only, in this order: {', '.join(takes)}; for example {_sample(quantity)}."
        return self.seawater(quantity, self.keywords(node, depth, hint))

    def function(self, name: str, node: ast.Call, depth: int) -> Term:
        function, least, most = FUNCTIONS[name]
        if node.keywords:
            raise CalculatorError(f"{name} takes no named arguments.")
        terms: list[Term] = []
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                raise CalculatorError("The expression uses something that is not arithmetic.")
            value = self.visit(argument, depth + 1)
            terms.extend(value if isinstance(value, list) else [value])
        if not least <= len(terms) <= most:
            count = f"{least}" if least == most else f"{least} to {most}"
            raise CalculatorError(f"{name} takes {count} numbers, not {len(terms)}.")
        if not all(isinstance(term, Term) for term in terms):
            raise CalculatorError(f"{name} takes numbers.")
        notes: list[str] = []
        result = function(terms, notes)
        self.out.notes.extend(note for note in notes if note not in self.out.notes)
        self.step(f"{name}({', '.join(str(term) for term in terms)}) = {result}")
        return result

    def keywords(self, node: ast.Call, depth: int, hint: str) -> dict[str, Any]:
        if node.args or any(keyword.arg is None for keyword in node.keywords):
            raise CalculatorError(hint)
        given: dict[str, Any] = {}
        for keyword in node.keywords:
            if keyword.arg in given:
                raise CalculatorError(f"The argument {keyword.arg} is given twice.")
            given[str(keyword.arg)] = self.visit(keyword.value, depth + 1)
        if not given:
            raise CalculatorError(hint)
        return given

    def seawater(self, quantity: str, given: dict[str, Any]) -> Term:
        terms = {name: value for name, value in given.items() if isinstance(value, Term)}
        if len(terms) != len(given):
            raise CalculatorError(f"{quantity} takes single numbers; only N2 takes lists.")
        arguments = {name: argument_value(name, term, self.out.notes) for name, term in terms.items()}
        result = ocean.compute(quantity, arguments)
        self.record(result)
        uncertain = [name for name, term in terms.items() if term.uncertain]
        magnitude: Any = result.value
        if uncertain:
            magnitude = _propagated(quantity, arguments, terms, uncertain)
        unit = units.parse_unit(result.quantity.unit)[0] if result.quantity.unit else None
        return Term(magnitude, unit, -result.quantity.decimals + 1)

    def record(self, result: ocean.Result) -> None:
        for line in result.steps:
            self.step(line)
        self.out.notes.extend(note for note in result.notes if note not in self.out.notes)
        self.out.sources.append(result.quantity.source)
        self.out.labels.append(result.quantity.title)

    def geodesic(self, name: str, node: ast.Call) -> Any:
        (argument,) = node.args
        start, end = self.lexed.positions[getattr(argument, "id", "")]
        self.out.sources.append(geodesy.SOURCE)
        between = f"{format_position(start)} to {format_position(end)}"
        if name == "midpoint":
            middle = geodesy.midpoint(start, end)
            shown = format_position(middle)
            self.step(f"midpoint of {between} = {shown} ({middle.latitude:.6f}, {middle.longitude:.6f})")
            return shown
        found = geodesy.inverse(start, end)
        if name == "bearing":
            self.step(f"initial bearing from {between} = {found.initial_bearing:.3f}°")
            self.step(f"bearing on arrival = {found.final_bearing:.3f}°")
            self.out.notes.append("The bearing is the initial one, in degrees clockwise from true north.")
            return Term(found.initial_bearing, units.parse_unit("degree")[0], -2)
        self.step(f"{between} = {found.distance:.3f} m")
        self.out.labels.append("geodesic distance")
        return Term(found.distance, units.parse_unit("m")[0], 0)

    def buoyancy(self, given: dict[str, Any]) -> Any:
        unknown = set(given) - {"SA", "CT", "p", "lat"}
        if unknown or not {"SA", "CT", "p", "lat"} <= set(given):
            raise CalculatorError(
                "N2 takes SA, CT and p as lists, and lat.", "N2(SA=[...], CT=[...], p=[...], lat=60N)."
            )
        columns = {}
        for name in ("SA", "CT", "p"):
            if not isinstance(given[name], list):
                raise CalculatorError(f"N2 needs {name} as a list.", f"Write {name}=[..., ...].")
            columns[name] = [argument_value(name, term, self.out.notes) for term in given[name]]
        lat = argument_value("lat", given["lat"], self.out.notes)
        squared, middle = sw.buoyancy_frequency_squared(SA=columns["SA"], CT=columns["CT"], p=columns["p"], lat=lat)
        for value, pressure in zip(squared, middle, strict=True):
            self.step(f"N2 at {pressure:g} dbar = {value:.4e} rad^2/s^2")
        self.out.sources.append(f"{sw.SOURCE}.Nsquared")
        if len(squared) == 1:
            return Term(squared[0], units.parse_unit("rad^2/s^2")[0], figures.place_for(squared[0], 4))
        return ", ".join(f"{value:.4e}" for value in squared) + " rad^2/s^2"

    def cell(self, given: dict[str, Any]) -> Term:
        edges = ("south", "north", "west", "east")
        if set(given) != set(edges):
            raise CalculatorError("cell_area takes south, north, west and east.")
        values = [term.nominal for term in (given[edge] for edge in edges)]
        if values[0] >= values[1]:
            raise CalculatorError("The northern edge must lie north of the southern one.", understood=True)
        area = geodesy.cell_area(*values)
        self.step(f"area of the cell = {area:.6e} m^2")
        self.out.sources.append("area between parallels and meridians on WGS84")
        return Term(area, units.parse_unit("m^2")[0], figures.place_for(area, 6))

    def rossby(self, given: dict[str, Any]) -> Term:
        if set(given) != {"c", "lat"}:
            raise CalculatorError(
                "rossby takes c, the speed of the wave, and lat.", "Write rossby(c=2.5 m/s, lat=45N)."
            )
        speed = convert(given["c"], units.parse_unit("m/s")[0], None)
        lat = argument_value("lat", given["lat"], self.out.notes)
        f = sw.coriolis(lat=lat)
        if abs(lat) < 1:
            raise CalculatorError("The Rossby radius c/|f| has no meaning near the equator.", understood=True)
        self.step(f"f = {f:.5e} rad/s")
        self.step(f"c/|f| = {speed.nominal / abs(f):.1f} m")
        self.out.sources.append("Rossby radius of deformation c/|f| (Gill 1982)")
        return Term(speed.nominal / abs(f), units.parse_unit("m")[0], figures.place_for(speed.nominal / abs(f), 4))


def argument_value(name: str, term: Any, notes: list[str]) -> float:
    """A named argument of a sea-water function in the unit of `seawater.RANGES`."""
    if name not in sw.RANGES:
        raise CalculatorError(f"There is no argument '{name}'.", f"The arguments are {', '.join(sw.RANGES)}.")
    if not isinstance(term, Term):
        raise CalculatorError(f"The argument {name} must be one number.")
    unit_text = sw.RANGES[name].unit
    if term.unit is None:
        if unit_text and name not in ("lat", "lon"):
            note = f"{name} = {term.number()} was read in {unit_text.replace('degC', '°C')}."
            if note not in notes:
                notes.append(note)
        return term.nominal
    if not unit_text:
        if str(term.unit) == "psu" or str(term.unit) == "ppt":
            return term.nominal
        raise CalculatorError(f"{name} is practical salinity and has no unit, not {term}.", understood=True)
    if name == "p" and term.unit.dimensionality == units.parse_unit("m")[0].dimensionality:
        raise CalculatorError(f"p is a pressure, and {term} is a length.", "Write depth= for a depth.", understood=True)
    if str(term.unit).startswith("delta_"):
        raise CalculatorError(f"{name} is a temperature, and {term} a temperature difference.", understood=True)
    return convert(term, units.parse_unit(unit_text)[0], None).nominal


def _propagated(quantity: str, arguments: dict[str, float], terms: dict[str, Term], uncertain: list[str]) -> Any:
    """Linear propagation through TEOS-10, derivatives by central differences (the `uncertainties` package)."""
    import uncertainties

    def value(*moved: float) -> float:
        return ocean.compute(quantity, {**arguments, **dict(zip(uncertain, moved, strict=True))}).value

    inputs = [uncertainties.ufloat(arguments[name], _width(terms[name], name)) for name in uncertain]
    wrapped: Callable[..., Any] = uncertainties.wrap(value)
    return wrapped(*inputs)


def _width(term: Term, name: str) -> float:
    width = float(term.magnitude.std_dev)
    if term.unit is None:
        return width
    scale = units.temperature_name(term.unit) or str(term.unit) == "kelvin"
    unit_text = sw.RANGES[name].unit or "dimensionless"
    source = units.registry().Unit(f"delta_{term.unit}") if units.temperature_name(term.unit) else term.unit
    target = units.registry().Unit("delta_degree_Celsius") if scale else units.parse_unit(unit_text)[0]
    return float(units.registry().Quantity(width, source).to(target).magnitude)


def _bracketed(term: Term) -> str:
    return f"({term})" if term.nominal < 0 else str(term)


def _sample(quantity: str) -> str:
    takes = ocean.QUANTITIES[quantity].takes
    if takes == ("p", "lat"):
        return "depth(p=1000 dbar, lat=60N)"
    if takes == ("depth", "lat"):
        return "pressure(depth=1000 m, lat=60N)"
    if "SP" not in takes:
        return f"{quantity}(lat=60N)"
    oxygen = "O2=250, " if "O2" in takes else ""
    return f"{quantity}({oxygen}SP=35, t=10 degC, p=1000 dbar, lon=20W, lat=60N)"
