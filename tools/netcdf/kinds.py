"""The record behind each detector: class, level, title, reason and rule."""

from __future__ import annotations

from dataclasses import dataclass

from tools.netcdf.model import Level


@dataclass(frozen=True, slots=True)
class Kind:
    cls: str
    level: Level
    title: str
    why: str
    reference: str
