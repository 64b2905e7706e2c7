"""What each detector finds: its class, why that matters, and which rule says so.

The class is the coarse word by which findings are counted; the code is the detector. `{cf}` in a reference becomes
the convention that the file follows. Where CF has no rule, the reference says "beyond CF" and names what stands
behind it instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tools.netcdf.kinds import Kind
from tools.netcdf.kinds_coordinates import COORDINATE_KINDS
from tools.netcdf.kinds_values import VALUE_KINDS
from tools.netcdf.model import Confidence, Finding, Level, Op

KINDS: dict[str, Kind] = {**COORDINATE_KINDS, **VALUE_KINDS}


def finding(
    code: str,
    variable: str,
    message: str,
    *,
    evidence: Mapping[str, Any] | None = None,
    ops: Sequence[Op] = (),
    source: str = "Leadline",
    confidence: Confidence = "high",
    level: Level | None = None,
    cls: str = "",
    note: str = "",
) -> Finding:
    """A finding of the detector `code`, with class, level, reason and rule from the catalogue."""
    kind = KINDS[code]
    return Finding(
        cls=cls or kind.cls,
        code=code,
        level=level or kind.level,
        variable=variable,
        message=message,
        why=kind.why,
        reference=kind.reference,
        source=source,
        confidence=confidence,
        evidence=dict(evidence or {}),
        ops=tuple(ops),
        fix={"note": note} if note else {},
    )
