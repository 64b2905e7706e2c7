"""The records of the checker: findings, the checks behind them, and the report that holds both.

All are frozen and know nothing of the file they came from. `Report.to_json` is the one truth; Markdown, HTML, CSV
and the methods paragraph are renderings of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from corpora.errors import ToolError

Level = Literal["violation", "recommendation", "suspicious"]
Confidence = Literal["high", "medium", "low"]

#: Most serious first: the order in which findings are listed.
LEVELS: tuple[Level, ...] = ("violation", "suspicious", "recommendation")

VERDICTS = ("clean", "recommendations", "suspicious", "violations", "unreadable", "incomplete")


#: What to try where an OPeNDAP address gives nothing.
NETWORK_MEND = (
    "Open the address with .dds at its end in a browser: it must show the variables. Try again later or with a longer "
    "--time-limit, or download the file and check the copy."
)


def is_remote(path: str) -> bool:
    """Whether `path` is an OPeNDAP address."""
    return path.lower().startswith(("http://", "https://", "dods://"))


class NetCDFError(ToolError):
    """The checker was asked for something that it cannot do."""


class FileNotFound(NetCDFError):
    """No file, folder or glob of this name."""


class NetworkNotAllowed(NetCDFError):
    """An OPeNDAP address was given, and the user has not allowed the network."""


class CannotClean(NetCDFError):
    """No cleaned copy could be written."""


@dataclass(frozen=True, slots=True)
class Op:
    """One step of a fix, as data, so that the pasted text and the cleaned copy cannot disagree.

    `kind` is one of the keys of `fixes.STEPS`; `variable` is empty for a global attribute.
    """

    kind: str
    variable: str = ""
    name: str = ""
    value: Any = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or looks wrong, with one variable (or several, comma-separated, when folded).

    `evidence` has a readable `text` and, where they exist, `values`, `index`, `count` and `total`. `code` is the
    detector's own name, finer than `cls`; the id is made of it and the variable.
    """

    cls: str
    code: str
    level: Level
    variable: str
    message: str
    why: str
    reference: str
    source: str
    confidence: Confidence = "high"
    evidence: Mapping[str, Any] = field(default_factory=dict)
    ops: tuple[Op, ...] = ()
    fix: Mapping[str, str] = field(default_factory=dict)
    id: str = ""

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that this finding names, none for one about the file."""
        return tuple(name.strip() for name in self.variable.split(",") if name.strip())

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "level": self.level,
            "class": self.cls,
            "code": self.code,
            "variable": self.variable,
            "message": self.message,
            "evidence": plain(self.evidence),
            "reference": self.reference,
            "fix": dict(self.fix),
            "source": self.source,
            "confidence": self.confidence,
            "why": self.why,
            "steps": [
                {"kind": op.kind, "variable": op.variable, "name": op.name, "value": plain(op.value)} for op in self.ops
            ],
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Finding:
        return cls(
            cls=row["class"],
            code=row["code"],
            level=row["level"],
            variable=row["variable"],
            message=row["message"],
            why=row["why"],
            reference=row["reference"],
            source=row["source"],
            confidence=row["confidence"],
            evidence=row["evidence"],
            ops=tuple(Op(s["kind"], s["variable"], s["name"], s["value"]) for s in row["steps"]),
            fix=row["fix"],
            id=row["id"],
        )


@dataclass(frozen=True, slots=True)
class CheckRun:
    """What became of one check. `reason` says why it was skipped or how it failed."""

    name: str
    title: str
    reason: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is known about one file.

    `verdict` is one of VERDICTS; `summary` says it in one line. `facts` holds what the other renderings quote:
    format, dimensions, variables with their attributes and measured statistics, and the coverage of the values.
    """

    file: str
    verdict: str
    summary: str
    findings: tuple[Finding, ...]
    run: tuple[CheckRun, ...]
    skipped: tuple[CheckRun, ...]
    failed: tuple[CheckRun, ...]
    versions: Mapping[str, str]
    facts: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    def of_level(self, level: Level) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.level == level)

    def to_json(self) -> dict[str, Any]:
        def rows(checks: Sequence[CheckRun]) -> list[dict[str, Any]]:
            return [{"name": c.name, "title": c.title, "reason": c.reason, "seconds": c.seconds} for c in checks]

        return {
            "file": self.file,
            "verdict": self.verdict,
            "summary": self.summary,
            "findings": [f.to_json() for f in self.findings],
            "checks": {"run": rows(self.run), "skipped": rows(self.skipped), "failed": rows(self.failed)},
            "versions": dict(self.versions),
            "facts": plain(self.facts),
            "seconds": self.seconds,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Report:
        checks = data["checks"]
        return cls(
            file=data["file"],
            verdict=data["verdict"],
            summary=data["summary"],
            findings=tuple(Finding.from_json(row) for row in data["findings"]),
            run=tuple(CheckRun(**row) for row in checks["run"]),
            skipped=tuple(CheckRun(**row) for row in checks["skipped"]),
            failed=tuple(CheckRun(**row) for row in checks["failed"]),
            versions=data["versions"],
            facts=data["facts"],
            seconds=data["seconds"],
        )


def plain(value: Any) -> Any:
    """`value` as JSON can carry it: numpy scalars and arrays become Python's, NaN and infinities become words."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)
