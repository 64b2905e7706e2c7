"""The examples of the manual are true."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT
from tools.calculator import calculate
from tools.calculator.constants import CONSTANTS
from tools.calculator.ocean import QUANTITIES

TEXT = (ROOT / "docs" / "calculator.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|$", TEXT, re.M)


def test_the_manual_has_its_table() -> None:
    assert len(ROWS) >= 30


@pytest.mark.parametrize(("expression", "text"), ROWS)
def test_the_example(expression: str, text: str) -> None:
    assert calculate(expression).text == text


@pytest.mark.parametrize("name", [*QUANTITIES, "N2"])
def test_the_manual_names_every_quantity(name: str) -> None:
    assert re.search(rf"\b{name}\b", TEXT)


def test_the_manual_names_every_constant_once() -> None:
    missing = [name for name in CONSTANTS if not re.search(rf"\b{name}\b", TEXT)]
    assert missing == ["speed_of_light", "g_n", "R_gas"]
