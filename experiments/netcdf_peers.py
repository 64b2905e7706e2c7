"""The conformance checkers on the same files, their messages brought into the classes and variables of Leadline's.

compliance-checker runs in process, with nothing of it left out; cfchecks and xrlint (the extra `peers`) run as the
programs they are. cfchecks has to be given its three tables to work offline: the standard names are those of
compliance-checker, the area types and region names, which no package brings, are empty. An exception or a refusal to
open a file counts as the class `corrupt`: that is generous.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

PEERS = ("compliance-checker", "cfchecks", "xrlint")
_LIMIT_S = 60.0
_NO_ENTRIES = '<?xml version="1.0"?><table><version_number>0</version_number><date>none</date></table>'


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a peer. `variable` is empty for one about the file; `serious` leaves out its mere advice."""

    cls: str
    variable: str
    serious: bool
    text: str


@dataclass(frozen=True, slots=True)
class Heard:
    """All that a peer says of a file, or in `absent` why nothing could be had (it is not installed)."""

    said: tuple[Said, ...] = ()
    absent: str = ""


def listen(peer: str, path: Path, variables: Sequence[str]) -> Heard:
    """Runs one of PEERS on one file."""
    return {"compliance-checker": _compliance, "cfchecks": _cfchecks, "xrlint": _xrlint}[peer](path, variables)


def _refused(text: str) -> Heard:
    return Heard((Said("corrupt", "", True, text.strip()[:200]),))


def _compliance(path: Path, variables: Sequence[str]) -> Heard:
    from tools.netcdf import conformance

    try:
        outcome = conformance.run(str(path), _conventions(path), list(variables), everything=True)
    except (OSError, ValueError, RuntimeError, UnicodeDecodeError, AttributeError) as error:
        return _refused(f"{type(error).__name__}: {error}")
    return Heard(
        tuple(
            Said(f.cls, name, f.level == "violation", f.message)
            for f in outcome.findings
            for name in (f.variables or ("",))
        )
    )


def _conventions(path: Path) -> str:
    import netCDF4

    with netCDF4.Dataset(path) as dataset:
        return str(getattr(dataset, "Conventions", ""))


def _program(name: str) -> str | None:
    return shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)


def _run(program: str, *arguments: str) -> subprocess.CompletedProcess[str] | None:
    """The finished program, None where it took too long."""
    try:
        return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=_LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        return None


#: cfchecks' section -> class, the longest beginning first.
_SECTIONS = {
    "2.2": "dtype", "2.3": "naming", "2.4": "dims", "2.5.1": "fill", "2.6.1": "cf_version", "2.6": "attrs",
    "3.1": "units", "3.2": "attrs", "3.3": "standard_name", "3.4": "ancillary", "3.5": "flags", "3": "attrs",
    "4.1": "coords", "4.2": "coords", "4.3": "depth", "4.4.1": "calendar", "4.4": "time", "4": "axis",
    "5.6": "grid_mapping", "5": "coords", "7.1": "bounds", "7.2": "cell_measures", "7.3": "cell_methods",
    "7.4": "climatology", "8.1": "packing", "8.2": "packing", "9": "featuretype",
}  # fmt: skip


def _cfchecks_class(section: str, text: str) -> str:
    if "monotonic" in text:
        return "nonmonotonic"
    if "not consistent with those given in the standard_name" in text:
        return "units_stdname"
    if "_range" in text and "FillValue" not in text:
        return "range"
    if "more than 1 coordinate variable with same axis" in text or "axis attribute" in text:
        return "axis"
    near = [start for start in _SECTIONS if section == start or section.startswith(start + ".")]
    return _SECTIONS[max(near, key=len)] if near else "attrs"


def _cfchecks(path: Path, variables: Sequence[str]) -> Heard:
    program = _program("cfchecks")
    if program is None:
        return Heard(absent="not installed")
    names = str(files("compliance_checker").joinpath("data/cf-standard-name-table.xml"))
    with tempfile.NamedTemporaryFile("w", suffix=".xml") as empty:
        empty.write(_NO_ENTRIES)
        empty.flush()
        done = _run(program, "-s", names, "-a", empty.name, "-r", empty.name, "-v", "auto", str(path))
    if done is None:
        return _refused(f"over {_LIMIT_S:g} s")
    if "udunits" in done.stderr and "Traceback" in done.stderr:
        return Heard(absent="not usable: the system's libudunits2 is missing")
    return Heard(tuple(_read_cfchecks(done.stdout + "\n" + done.stderr)))


def _read_cfchecks(text: str) -> list[Said]:
    """Reads the report: `Checking variable: x`, then `ERROR: (3.1): Invalid units: PSU` and the like.

    >>> _read_cfchecks("Checking variable: s\\nERROR: (3.1): Invalid units: PSU")
    [Said(cls='units', variable='s', serious=True, text='Invalid units: PSU')]
    """
    said, variable = [], ""
    for line in text.splitlines():
        about = re.match(r"Checking variable: (\S+)", line)
        told = re.match(r"(FATAL|ERROR|WARN|INFO): (?:\(([\d.]+)\): )?(.*)", line)
        if about:
            variable = about[1]
        elif told:
            cls = _cfchecks_class(told[2] or "", told[3])
            said.append(Said(cls, variable, told[1] in ("FATAL", "ERROR"), told[3].strip()))
    if "Traceback (most recent call last)" in text:
        said.append(Said("corrupt", "", True, text.strip().splitlines()[-1][:200]))
    return said


_RULES = {
    "lat-coordinate": "coords",
    "lon-coordinate": "coords",
    "coords-for-dims": "coords",
    "time-coordinate": "time",
    "var-units": "units",
    "var-desc": "attrs",
    "var-flags": "flags",
    "var-missing-data": "fill",
    "conventions": "cf_version",
    "content-desc": "acdd",
    "grid-mappings": "grid_mapping",
    "no-empty-chunks": "chunking",
    "access-latency": "chunking",
    "no-empty-attrs": "attrs",
}


def _xrlint(path: Path, variables: Sequence[str]) -> Heard:
    program = _program("xrlint")
    if program is None:
        return Heard(absent="not installed")
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as config:
        config.write("- recommended\n")
        config.flush()
        done = _run(program, "-c", config.name, "-f", "json", str(path))
    if done is None:
        return _refused(f"over {_LIMIT_S:g} s")
    try:
        results = json.loads(done.stdout)["results"]
    except (ValueError, KeyError):
        return _refused(done.stderr)
    return Heard(tuple(_read_xrlint(m) for result in results for m in result["messages"]))


def _read_xrlint(message: dict[str, object]) -> Said:
    text, rule = str(message.get("message", "")), str(message.get("rule_id", ""))
    name = re.search(r"\[['\"]([^'\"]+)['\"]\]", str(message.get("node_path", "")))
    cls = "corrupt" if message.get("fatal") else _RULES.get(rule, "attrs")
    if rule == "time-coordinate" and "calendar" in text:
        cls = "calendar"
    return Said(cls, name[1] if name else "", message.get("severity") == 2, text)
