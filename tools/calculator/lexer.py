"""Text becomes a Python expression over placeholders, and the table of terms that they stand for.

Every number is read here together with its uncertainty, percent sign and unit, and leaves as a name `v0`, `v1`;
so the text that Python's parser sees holds no literal of the user, only names, operators and brackets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from tools.calculator import figures, ocean, units
from tools.calculator.constants import CONSTANTS
from tools.calculator.functions import FUNCTIONS
from tools.calculator.model import CalculatorError
from tools.calculator.positions import parse_latitude, parse_longitude, parse_position
from tools.calculator.scan import GEODESY, skip, unit_end
from tools.calculator.terms import Term, add, checked, convert

_NUMBER = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_OPERATORS = re.compile(r"\*\*|//|[-+*/%^()\[\],=]")
_UNCERTAINTY = re.compile(r"\s*\+/-\s*")


@dataclass
class Lexed:
    """The expression over placeholders, its terms, positions and the notes on how it was read."""

    source: str = ""
    terms: dict[str, Term] = field(default_factory=dict)
    positions: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)
    uncertain: int = 0


class Lexer:
    """One pass over the text. `run` gives the Lexed result or raises CalculatorError."""

    def __init__(self, text: str) -> None:
        self.text = units.normalise_phrases(text)
        self.at = 0
        self.parts: list[str] = []
        self.out = Lexed()
        #: What stands before: "" at the start, "value", "number" (a bare number), "open", "operator".
        self.before = ""
        self.calls: list[str] = []
        #: Where in `parts` each open bracket began, and where the last operand did.
        self.opened: list[int] = []
        self.operand = 0

    def run(self) -> Lexed:
        while True:
            while self.at < len(self.text) and self.text[self.at] == " ":
                self.at += 1
            if self.at >= len(self.text):
                break
            self._next()
        self.out.source = " ".join(self.parts)
        return self.out

    def _next(self) -> None:
        text, at = self.text, self.at
        if found := _NUMBER.match(text, at):
            self._number(found)
        elif found := _WORD.match(text, at):
            self._word(found.group())
        elif text[at] in "°%" and self.before in ("value", "number") and text[at] == "°":
            self._unit_after_bracket()
        elif text.startswith("+/-", at):
            raise CalculatorError(
                "The sign +/- must stand between a number and its uncertainty.", "Write 35.2 +/- 0.1."
            )
        elif found := _OPERATORS.match(text, at):
            self._operator(found.group())
        elif text[at] == "!":
            raise CalculatorError("The sign ! must follow a whole number.", "Write 5! or factorial(5).")
        else:
            raise CalculatorError(f"The character {text[at]!r} has no place in an expression.")

    def _value(self, term: Term, kind: str) -> None:
        name = f"v{len(self.out.terms)}"
        self.out.terms[name] = term
        self.operand = len(self.parts)
        self.parts.append(name)
        self.before = kind

    def _multiply_implied(self, kind: str) -> None:
        """A value stands directly before another operand: only some pairs may mean a product."""
        if self.before not in ("value", "number"):
            return
        if kind == "number":
            raise CalculatorError(f"An operator is missing before '{_short(self.text[self.at :])}'.")
        self.parts.append("*")

    # Numbers -------------------------------------------------------------------------------------------------

    def _literal(self, found: re.Match[str]) -> Term:
        literal = found.group()
        if len(literal) > 60:
            raise CalculatorError(f"The number {literal[:20]}... has {len(literal)} characters; 60 are read.")
        if re.fullmatch(r"\d+", literal):
            return checked(Term(int(literal)))
        value = float(literal)
        if value == float("inf"):
            raise CalculatorError(f"The number {literal} is too large (beyond 1.8e308).", understood=True)
        return Term(value, None, figures.place_of(literal.rstrip(".") or "0"))

    def _number(self, found: re.Match[str]) -> None:
        if self.before == "value" and self.parts[-1] in self.out.terms and self._joins(found):
            return
        self._multiply_implied("number")
        term = self._literal(found)
        text = self.text
        end = found.end()
        if text.startswith("(", end) and re.match(r"\(\d{1,2}\)", text[end:]) and "." in found.group():
            raise CalculatorError(
                f"{found.group()}{text[end : text.index(')', end) + 1]} may be an uncertainty or a product.",
                "Write 2.5 +/- 0.3 or 2.5 * (3).",
            )
        fraction = re.match(r"/(\d{1,2})(?=\s+[A-Za-z])", text[end:])
        if fraction and isinstance(term.magnitude, int) and self._reads_as_fraction(term.magnitude, fraction, end):
            bottom = int(fraction.group(1))
            end += fraction.end()
            term = Term(term.magnitude / bottom)
            self.out.notes.append(f"{found.group()}{fraction.group()} directly before a unit was read as a fraction.")
        percent_each = False
        if plus_minus := _UNCERTAINTY.match(text, end):
            second = _NUMBER.match(text, plus_minus.end())
            if second is None:
                raise CalculatorError("The sign +/- is not followed by a number.", "Write 35.2 +/- 0.1.")
            from uncertainties import ufloat

            width = self._literal(second)
            end = second.end()
            spread = width.nominal
            if text.startswith("%", end):
                spread, end, percent_each = abs(term.nominal) * spread / 100, end + 1, True
            term = Term(ufloat(term.nominal, spread), None, None)
            self.out.uncertain += 1
        if text.startswith("!", end) and not text.startswith("!=", end):
            term, end = self._factorial(term), end + 1
        if percent_each:
            self.out.notes.append("The uncertainty in percent was read as a share of the value.")
        if re.match(r"\.\d", text[end:]):
            raise CalculatorError(
                f"'{_short(text[found.start() :])}' is not one number.", "Write 1234567.8 with one point."
            )
        self.at = end
        stop = unit_end(self.text, end)
        if stop == end:
            self._value(term, "number")
            return
        unit_text = text[end:stop].strip()
        self.at = stop
        if self.parts and self.parts[-1] == "**":
            # "10^3 m" is (10^3) m: the unit belongs to the power.
            base = self.operand
            self._value(term, "number")
            self._bind_unit(base, unit_text)
            return
        term = self._with_unit(term, unit_text)
        if not term.uncertain and (second := _UNCERTAINTY.match(text, stop)):
            term = self._spread_with_unit(term, second.end())
        self._value(term, "value")

    def _spread_with_unit(self, term: Term, start: int) -> Term:
        """ "5 m +/- 0.1 m", "20 degC +/- 0.5": the uncertainty behind the unit, with or without its own."""
        found = _NUMBER.match(self.text, start)
        if found is None:
            raise CalculatorError("The sign +/- is not followed by a number.", "Write 35.2 +/- 0.1.")
        from uncertainties import ufloat

        width, end = self._literal(found).nominal, found.end()
        stop = unit_end(self.text, end)
        if stop > end and self.text[end:stop].strip() == "%":
            width = abs(term.nominal) * width / 100
        elif stop > end:
            behind = self._with_unit(Term(width), self.text[end:stop].strip())
            kinds = [
                units.registry().Unit(f"delta_{one.unit}") if units.temperature_name(one.unit) else one.unit
                for one in (term, behind)
            ]
            width = convert(Term(width, kinds[1]), kinds[0], None).nominal
        self.at = stop
        self.out.uncertain += 1
        return Term(ufloat(term.nominal, width), term.unit)

    def _bind_unit(self, start: int, unit_text: str) -> None:
        """Multiplies the operand that began at `start` by a unit, more tightly than any sign before it."""
        term = self._with_unit(Term(1), unit_text)
        self.parts.insert(start, "(")
        self.parts.append("*")
        self._value(term, "value")
        self.parts.append(")")
        self.operand = start

    def _joins(self, found: re.Match[str]) -> bool:
        """ "3 ft 2 in", "5 h 30 min": a smaller unit of the same kind directly behind is added."""
        before = self.out.terms[self.parts[-1]]
        end = unit_end(self.text, found.end())
        if before.unit is None or end == found.end() or units.temperature_name(before.unit):
            return False
        behind = self._with_unit(self._literal(found), self.text[found.end() : end].strip())
        if behind.unit.dimensionality != before.unit.dimensionality or before.unit.dimensionless:
            return False
        if units.registry().Quantity(1.0, behind.unit).to(before.unit).magnitude >= 1:
            return False
        self.out.notes.append(f"{before} {behind} was read as one quantity.")
        self.out.terms[self.parts[-1]] = add(before, behind, 1)
        self.at = end
        return True

    def _reads_as_fraction(self, top: int, fraction: re.Match[str], end: int) -> bool:
        bottom = int(fraction.group(1))
        unit_at = end + fraction.end()
        return 0 < top < bottom <= 64 and self.before in ("", "open") and unit_end(self.text, unit_at) > unit_at

    def _factorial(self, term: Term) -> Term:
        function, _, _ = FUNCTIONS["factorial"]
        return function([term], self.out.notes)

    def _with_unit(self, term: Term, unit_text: str) -> Term:
        if unit_text == "%":
            return replace(term, unit=units.parse_unit("%")[0], percent=True)
        unit, notes = units.parse_unit(unit_text)
        self.out.notes.extend(note for note in notes if note not in self.out.notes)
        magnitude = float(term.magnitude) if isinstance(term.magnitude, int) else term.magnitude
        return Term(magnitude, unit, term.place)

    def _unit_after_bracket(self) -> None:
        end = unit_end(self.text, self.at)
        if end == self.at:
            raise CalculatorError(f"'{_short(self.text[self.at :])}' is not read.")
        unit_text = self.text[self.at : end].strip()
        self.at = end
        self._bind_unit(self.operand, unit_text)

    # Words ---------------------------------------------------------------------------------------------------

    def _word(self, word: str) -> None:
        text = self.text
        after = self.at + len(word)
        follows = skip(text, after)
        if text.startswith("(", follows):
            self._call(word, after, follows)
            return
        if text.startswith("=", follows) and self.calls:
            self._argument(word, follows)
            return
        if word in ("x", "X") and self.before in ("value", "number"):
            self.parts.append("*")
            self.at, self.before = after, "operator"
            return
        if word == "mod" and self.before in ("value", "number"):
            self.parts.append("%")
            self.at, self.before = after, "operator"
            return
        if word == "of" and self.parts and self.parts[-1] in self.out.terms:
            if self.out.terms[self.parts[-1]].percent:
                self.parts.append("*")
                self.at, self.before = after, "operator"
                return
        if word in FUNCTIONS and FUNCTIONS[word][1] == 1 and (found := _NUMBER.match(text, follows)):
            # "sqrt 2", "sin 30°": one number without brackets.
            self._multiply_implied("name")
            start = len(self.parts)
            self.parts.extend([word, "("])
            self.before, self.at = "open", follows
            self._number(found)
            self.parts.append(")")
            self.before, self.operand = "value", start
            return
        if word in CONSTANTS:
            self._constant(word, after)
            return
        if word in ("in", "to", "into", "as") and self.before in ("value", "number"):
            raise CalculatorError(f"'{word}' is not followed by a unit that it can be converted to.")
        if self.before == "value":
            if unit_end(self.text, self.at) > self.at:
                self._unit_after_bracket()
                return
        elif self.before in ("", "open", "operator") and (end := unit_end(self.text, self.at)) > self.at:
            unit_text = text[self.at : end].strip()
            self.out.notes.append(f"'{unit_text}' without a number was read as 1 {unit_text}.")
            self.at = end
            self._value(self._with_unit(Term(1), unit_text), "value")
            return
        raise _unknown(word, text[self.at :])

    def _constant(self, word: str, after: int) -> None:
        self._multiply_implied("name")
        constant = CONSTANTS[word]
        unit = units.parse_unit(constant.unit)[0] if constant.unit else None
        if constant.name:
            article = "" if constant.name[0].isupper() else "the "
            self.out.constants.append(f"{word} is {article}{constant.name} ({constant.source}).")
        self.at = after
        self._value(Term(constant.value, unit), "value")

    def _call(self, word: str, after: int, opened: int) -> None:
        quantity = ocean.resolve(word)
        known = word in FUNCTIONS or quantity or word in GEODESY or word in ("N2", "Nsquared", "cell_area", "rossby")
        if not known:
            if word in CONSTANTS:
                self._constant(word, after)
                return
            if self.before in ("value", "number") and unit_end(self.text, self.at) > self.at:
                self._unit_after_bracket()
                return
            raise _unknown(word, self.text[self.at :])
        self._multiply_implied("name")
        if word in GEODESY:
            closed = _closing(self.text, opened)
            inner = self.text[opened + 1 : closed]
            pair = re.split(r"\s*;\s*|\s+(?:to|and)\s+", inner)
            if len(pair) != 2 and inner.count(",") == 1:
                pair = inner.split(",")
            if len(pair) != 2:
                raise CalculatorError(
                    f"{word} needs two positions.", f"Write {word}(41°00.4'N 66°14.4'W; 40°30'N 65°W)."
                )
            name = f"p{len(self.out.positions)}"
            self.out.positions[name] = (parse_position(pair[0]), parse_position(pair[1]))
            self.operand = len(self.parts)
            self.parts.append(f"{word}({name})")
            self.at, self.before = closed + 1, "value"
            return
        self.calls.append(word)
        self.opened.append(len(self.parts))
        self.parts.extend([word, "("])
        self.at, self.before = opened + 1, "open"

    def _argument(self, word: str, equals: int) -> None:
        start = equals + 1
        axis = word.lower()
        if axis in ("lat", "latitude", "south", "north", "lon", "longitude", "west", "east"):
            end = start
            while end < len(self.text) and self.text[end] not in ",)":
                end += 1
            latitude = axis in ("lat", "latitude", "south", "north")
            value = (parse_latitude if latitude else parse_longitude)(self.text[start:end])
            short = {"latitude": "lat", "longitude": "lon"}.get(axis, axis)
            self.parts.append(f"{short} =")
            self.at = end
            self._value(Term(value), "value")
            return
        self.parts.extend([word, "="])
        self.at, self.before = start, "operator"

    # Signs ---------------------------------------------------------------------------------------------------

    def _operator(self, sign: str) -> None:
        if sign == "=":
            raise CalculatorError("The sign = has no place inside an expression.")
        if sign in "([":
            if sign == "(" and self.before in ("value", "number"):
                self.parts.append("*")
            self.calls.append("")
            self.opened.append(len(self.parts))
            self.before = "open"
        elif sign in ")]":
            if self.calls:
                self.calls.pop()
            self.operand = self.opened.pop() if self.opened else 0
            self.before = "value"
        elif sign == ",":
            self.before = "open"
        else:
            self.before = "operator"
        if sign == "%":
            self.out.notes.append("% between two numbers was read as the remainder of a division.")
        self.parts.append("**" if sign == "^" else sign)
        self.at += len(sign)


def _closing(text: str, opened: int) -> int:
    depth = 0
    for at in range(opened, len(text)):
        depth += (text[at] == "(") - (text[at] == ")")
        if depth == 0:
            return at
    raise CalculatorError("A bracket is opened and never closed.")


def _short(text: str) -> str:
    return text if len(text) <= 30 else text[:27] + "..."


def _unknown(word: str, rest: str) -> CalculatorError:
    import difflib

    if "__" in word or re.match(r"\w+\s*\.", rest) or word in ("import", "lambda", "eval", "exec", "open"):
        return CalculatorError(f"'{_short(word)}' is not part of the calculator.", "It has no attributes or imports.")
    if word in FUNCTIONS or ocean.resolve(word):
        return CalculatorError(f"'{word}' is a function and needs brackets.", f"Write {word}(...).")
    near = difflib.get_close_matches(word[:30], [*FUNCTIONS, *ocean.QUANTITIES, *ocean.NAMES, *CONSTANTS], 1, 0.8)
    mend = f"Is {near[0]} meant?" if near else "See docs/calculator.md for what it knows."
    return CalculatorError(f"'{_short(word)}' is neither a unit, a constant nor a function here.", mend)
