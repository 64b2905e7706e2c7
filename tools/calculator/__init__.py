"""The calculator: arithmetic with units, uncertainties, dates, positions and sea water, with its working shown.

    from tools.calculator import calculate
    calculate("20 degC in K").text          # '293.15 K'

`calculate` is the plain function; `find_expression` finds what it takes in a natural question; `langchain_tool`
is the thin adapter for an agent. Nothing that a user wrote is ever evaluated as code.
"""

from __future__ import annotations

from tools.calculator.adapters import langchain_tool
from tools.calculator.api import calculate
from tools.calculator.model import Calculation, CalculatorError
from tools.calculator.positions import Position, parse_latitude, parse_longitude, parse_position
from tools.calculator.questions import find_expression

__all__ = [
    "Calculation",
    "CalculatorError",
    "Position",
    "calculate",
    "find_expression",
    "langchain_tool",
    "parse_latitude",
    "parse_longitude",
    "parse_position",
]
