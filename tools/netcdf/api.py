"""The tool itself as plain functions: files in, reports out."""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tools.netcdf import process
from tools.netcdf.model import FileNotFound, NetCDFError, NetworkNotAllowed, Report, is_remote

#: Seconds for one file. Values are read for about 60 % of it, and the report says how many were.
TIME_LIMIT_S = 60.0
SUFFIXES = (".nc", ".nc4", ".nc3", ".cdf", ".netcdf", ".h5nc")


def check_file(
    path: str | Path,
    *,
    time_limit_s: float = TIME_LIMIT_S,
    fix: bool = False,
    allow_network: bool = False,
) -> Report:
    """Everything that is wrong, or looks wrong, with one NetCDF file or Zarr folder.

    `fix` also writes a cleaned copy beside the file (`<name>_cleaned.nc`), named in `report.facts["cleaned_copy"]`;
    the original is never touched. An OPeNDAP address needs `allow_network`. Raises FileNotFound, NetworkNotAllowed,
    or NetCDFError where the time limit is no positive number or the checker cannot start; whatever is wrong with the
    file itself is in the report.
    """
    if not time_limit_s > 0:
        raise NetCDFError(f"The time limit is {time_limit_s} seconds.", "Give a positive number of seconds.")
    text = str(path)
    remote = is_remote(text)
    if remote and not allow_network:
        raise NetworkNotAllowed(
            f"{text} is an address on the network, and the network has not been allowed.",
            "Say --allow-network, set allow_network in the settings, or download the file and check the copy.",
        )
    if not remote and not Path(text).exists():
        raise FileNotFound(f"There is no file {text}.", "Check the name, or give a folder or a glob.")
    report = process.check(text, time_limit_s=time_limit_s, allow_network=allow_network)
    if fix and report.verdict != "unreadable" and not remote:
        from tools.netcdf.cleaned import cleaned_copy, cleaned_name

        ops = [f for f in report.findings if f.ops and f.confidence == "high"]
        if ops:
            out = cleaned_copy(text, cleaned_name(text), report)
            report = Report.from_json(report.to_json() | {"facts": {**report.facts, "cleaned_copy": str(out)}})
    return report


def find_files(paths: Iterable[str | Path]) -> list[str]:
    """The files that files, folders (searched to the bottom), globs and addresses stand for, each once, in order.

    Raises FileNotFound for a path that stands for none.
    """
    found: dict[str, None] = {}
    for path in paths:
        text = str(path)
        if is_remote(text):
            found[text] = None
            continue
        here = Path(text)
        if here.is_dir() and not _is_zarr(here):
            inside = sorted(p for p in here.rglob("*") if (p.suffix.lower() in SUFFIXES and p.is_file()) or _is_zarr(p))
            names = [str(p) for p in inside]
        elif here.exists():
            names = [text]
        else:
            names = sorted(n for n in glob.glob(text, recursive=True) if Path(n).is_file() or _is_zarr(Path(n)))
        if not names:
            raise FileNotFound(
                f"{text} is no NetCDF file, nor a folder or glob that holds one.",
                f"Files are found by their ending ({', '.join(SUFFIXES)}); name others one by one.",
            )
        found |= dict.fromkeys(names)
    return list(found)


def _is_zarr(path: Path) -> bool:
    return path.is_dir() and any((path / name).exists() for name in (".zgroup", ".zmetadata", "zarr.json"))


def check_paths(
    paths: Sequence[str | Path],
    *,
    time_limit_s: float = TIME_LIMIT_S,
    fix: bool = False,
    allow_network: bool = False,
    progress: Callable[[int, int, str], None] | None = None,
) -> list[Report]:
    """`check_file` for every file that `paths` stand for. `progress` is given (done, total, next file)."""
    files = find_files(paths)
    reports = []
    for number, name in enumerate(files):
        if progress is not None:
            progress(number, len(files), name)
        reports.append(check_file(name, time_limit_s=time_limit_s, fix=fix, allow_network=allow_network))
    return reports
