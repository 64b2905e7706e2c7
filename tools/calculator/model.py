"""What the calculator gives back, and how it refuses."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from corpora.errors import ToolError


class CalculatorError(ToolError):
    """The expression cannot be computed. `str(error)` is one clear sentence.

    `understood` is True when the input was read as arithmetic and what it asks for is impossible or lacks a
    value (metres from kilograms, a depth without a latitude), and False when it is not arithmetic at all.
    """

    def __init__(self, message: str, mend: str = "", *, understood: bool = False) -> None:
        super().__init__(message, mend)
        self.understood = understood


@dataclass(frozen=True, slots=True)
class Calculation:
    """One result with its working.

    value: the result at full precision (dates and positions are text).
    unit: its unit as text, "" for a plain number.
    text: the result on one short line, rounded to the figures that the input supports.
    steps: the working, one line for each step.
    source: where the formula or the unit definitions come from.
    notes: everything that was understood rather than written, and everything the reader should know.
    expression: the expression as it was read.
    uncertainty: one standard deviation in the unit of the value, where the input had any.
    """

    value: float | int | str
    unit: str
    text: str
    steps: tuple[str, ...]
    source: str
    notes: tuple[str, ...] = ()
    expression: str = ""
    uncertainty: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """The JSON of the command line."""
        record = asdict(self)
        record["steps"] = list(self.steps)
        record["notes"] = list(self.notes)
        return record
