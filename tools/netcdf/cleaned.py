"""A cleaned copy: the fixes that the report is sure of, applied to a copy, and said in its history."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tools.netcdf import fixes
from tools.netcdf.model import CannotClean, Finding, Report

#: A file is loaded whole to be cleaned.
_MOST_BYTES = 2 * 2**30


def cleaned_name(path: str | Path) -> Path:
    """`cast.nc` -> `cast_cleaned.nc` in the same folder."""
    here = Path(path)
    return here.with_name(f"{here.stem}_cleaned.nc")


def cleaned_copy(path: str | Path, out: str | Path, report: Report, *, only: Sequence[str] | None = None) -> Path:
    """Writes a copy of `path` to `out` with the fixes of `report` applied, and returns `out`.

    By default the fixes of high confidence are applied, and none that drops a variable; `only` names finding ids
    instead. `history` gets one line that lists them. The original is opened for reading alone, and `out` appears only
    when it is complete. Raises CannotClean where nothing can be fixed or `out` is the original or cannot be written.
    """
    source, target = Path(path), Path(out)
    if source.resolve() == target.resolve():
        raise CannotClean("The cleaned copy would replace the original.", "Give another name.")
    chosen = _chosen(report, only)
    if not chosen:
        raise CannotClean(
            f"Nothing in {source.name} can be fixed without knowing more.", "Read the fixes in the report."
        )
    import xarray

    try:
        groups = _load(xarray, source)
        done = []
        for finding in chosen:
            groups = fixes.apply_to_groups(groups, finding.ops)
            done.append(finding.id)
        _write(groups, target, done)
    except (OSError, ValueError, RuntimeError, MemoryError) as error:
        raise CannotClean(f"No cleaned copy of {source.name} could be written: {error}.") from error
    return target


def _load(xarray: Any, source: Path) -> dict[str, Any]:
    """Every group by its path, in memory, with nothing decoded."""
    if source.is_dir():
        with xarray.open_dataset(source, decode_cf=False, engine="zarr") as opened:
            return {"/": opened.load()}
    if source.stat().st_size > _MOST_BYTES:
        raise CannotClean(
            f"{source.name} is larger than {_MOST_BYTES // 2**30} GiB, and a cleaned copy is made in memory.",
            "Apply the fixes of the report with xarray or NCO.",
        )
    opened_groups = xarray.open_groups(source, decode_cf=False)
    try:
        return {path: dataset.load() for path, dataset in opened_groups.items()}
    finally:
        for dataset in opened_groups.values():
            dataset.close()


def _chosen(report: Report, only: Sequence[str] | None) -> list[Finding]:
    if only is not None:
        unknown = set(only) - {f.id for f in report.findings}
        if unknown:
            raise CannotClean(
                f"The report has no finding {', '.join(sorted(unknown))}.", "Take the ids from the report."
            )
        return [f for f in report.findings if f.id in only and f.ops]
    return [
        f
        for f in report.findings
        if f.ops and f.confidence == "high" and not any(op.kind in ("drop", "drop_missing") for op in f.ops)
    ]


def _write(groups: dict[str, Any], target: Path, done: list[str]) -> None:
    dataset = groups["/"]
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    line = f"{stamp} leadline netcdf: fixed {', '.join(done)}"
    old = str(dataset.attrs.get("history", "")).strip()
    dataset.attrs["history"] = f"{line}\n{old}" if old else line
    for one in groups.values():
        for name in one.variables:
            if "_FillValue" not in one[name].attrs:
                # xarray would add a fill value to every float variable, coordinates included.
                one[name].encoding["_FillValue"] = None
    handle, temporary = tempfile.mkstemp(dir=target.parent, suffix=".nc.part")
    os.close(handle)
    try:
        for number, (path, one) in enumerate(groups.items()):
            one.to_netcdf(temporary, engine="netcdf4", mode="a" if number else "w", group=path)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise
