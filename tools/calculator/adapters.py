"""The calculator for an agent: one LangChain tool, its text for the model and its record for the page."""

from __future__ import annotations

from typing import Any

from tools.calculator.model import Calculation, CalculatorError

NAME = "calculate"
DESCRIPTION = (
    "Exact arithmetic with units. One expression per call, in plain text: 4425.55 m - 3594.05 m; 20 degC in K; "
    "12 knots in m/s; 1000 dbar to m at 60N; mean(27.8, 20.0); (35.2 +/- 0.1) * 2; 15% of 240; "
    "days between 4 Dec 2020 and 5 Jan 2021; distance from 41°00.4'N 66°14.4'W to 40°30'N 65°W; "
    "250 umol/kg oxygen to ml/l at density 1027 kg/m3; sigma0(SP=35, t=10 degC, p=0 dbar, lon=20W, lat=45N). "
    "Returns the result with its unit, working and source. Use it for every number that is computed."
)


def for_model(result: Calculation) -> str:
    """The result as a few lines of text that a chat model reads."""
    lines = [f"calculate: {result.expression} = {result.text}"]
    lines.extend(f"step: {step}" for step in result.steps)
    lines.append(f"source: {result.source}")
    lines.extend(f"note: {note}" for note in result.notes)
    return "\n".join(lines)


def langchain_tool() -> Any:
    """A LangChain tool named "calculate"; its artifact is the result as a dictionary, or {"error": ...}."""
    from langchain_core.tools import StructuredTool

    from tools.calculator.api import calculate

    def run(expression: str) -> tuple[str, dict[str, Any]]:
        try:
            result = calculate(expression)
        except CalculatorError as error:
            return f"calculate: {expression[:200]}: error: {error}", {"error": str(error), "expression": expression}
        return for_model(result), result.as_dict()

    return StructuredTool.from_function(
        func=run, name=NAME, description=DESCRIPTION, response_format="content_and_artifact"
    )
