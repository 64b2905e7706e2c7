"""Recall and false alarms of the NetCDF checker on a folder with a manifest, beside the conformance checkers.

    python -m experiments.netcdf_recall ../shared/data/netcdf [--peers] [--csv FILE]

A known defect counts as found when a message about the file has one of the manifest's classes; for the second figure
the message must also name the variable that is broken. Which one that is, the manifest does not say in a column; it
follows from the good file that a defect was put into (the variables that differ from it), else from the variables
that the assertion names. Files without data are left out of the score, as their values cannot be judged.

`--peers` runs compliance-checker (always installed), cfchecks and xrlint (`pip install 'leadline[peers]'`; cfchecks
also needs the system's libudunits2) on the same files. What a checker says of the good twin too is no sight of the
defect and is not counted, for Leadline and the peers alike; a peer's messages of every severity count.
"""

from __future__ import annotations

import argparse
import csv
import re
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from experiments.netcdf_peers import PEERS, Heard, Said, listen
from tools.netcdf import Report, check_file

#: Classes that count for a manifest's word beside the word itself: neighbouring sections of the convention.
_ALSO = {
    "missing_var": {"missing_var", "coords"},
    "attrs": {"attrs", "acdd", "cf_version"},
    "acdd": {"acdd", "attrs"},
    "time": {"time", "calendar", "nonmonotonic", "gap"},
    "nonmonotonic": {"nonmonotonic", "time"},
    "coords": {"coords", "axis"},
    "qc_convention": {"qc_convention", "flags"},
    "calendar": {"calendar", "time"},
}
OURS = "Leadline"


@dataclass(frozen=True, slots=True)
class Mark:
    """How one checker did on one file. `variable` is None where the manifest gives no variable to ask for."""

    reacts: bool
    cls: bool
    variable: bool | None
    absent: str = ""


@dataclass
class Score:
    """`missed` and `noisy` name files; `by_class` is class -> (found, known); `marks` is file -> checker -> Mark."""

    known: int = 0
    found: int = 0
    missed: list[str] = field(default_factory=list)
    noisy: dict[str, list[str]] = field(default_factory=dict)
    by_class: dict[str, tuple[int, int]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)
    marks: dict[str, dict[str, Mark]] = field(default_factory=dict)
    false_alarms: dict[str, int] = field(default_factory=dict)

    @property
    def median_seconds(self) -> float:
        return statistics.median(self.seconds)

    @property
    def slowest_seconds(self) -> float:
        return max(self.seconds)

    def count(self, checker: str, of: str) -> tuple[int, int]:
        """(hits, files asked) of `reacts`, `cls` or `variable` for one checker."""
        values = [getattr(m[checker], of) for m in self.marks.values() if checker in m and not m[checker].absent]
        asked = [v for v in values if v is not None]
        return sum(asked), len(asked)


def score(folder: Path, *, peers: bool = False) -> Score:
    """Checks every file of `folder/manifest.csv`."""
    result = Score()
    with (folder / "manifest.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    checkers = (OURS, *PEERS) if peers else (OURS,)
    heard: dict[tuple[str, str], Heard] = {}
    reports: dict[str, Report] = {}
    for row in rows:
        path = folder / row["file"]
        reports[row["file"]] = report = check_file(path)
        result.seconds.append(report.seconds)
        names = [v["name"] for v in report.facts.get("variables", [])]
        heard[row["file"], OURS] = _ours(report)
        for peer in checkers[1:]:
            heard[row["file"], peer] = listen(peer, path, names)
    for row in rows:
        _judge(result, row, rows, folder, reports, heard, checkers)
    return result


def _ours(report: Report) -> Heard:
    return Heard(
        tuple(
            Said(f.cls, name, f.level != "recommendation", f.message)
            for f in report.findings
            for name in (f.variables or ("",))
        )
    )


def _judge(
    result: Score,
    row: Mapping[str, str],
    rows: Sequence[Mapping[str, str]],
    folder: Path,
    reports: Mapping[str, Report],
    heard: Mapping[tuple[str, str], Heard],
    checkers: Sequence[str],
) -> None:
    name = row["file"]
    wanted = {c for c in row["defect_classes"].split(";") if c}
    suspicious = [f.id for f in reports[name].of_level("suspicious")]
    line = {"file": name, "wanted": " ".join(sorted(wanted)), "data": row["has_data"]}
    line["seconds"] = f"{reports[name].seconds:.2f}"
    if row["kind"] in ("known_good", "real"):
        if len(suspicious) > 1:
            result.noisy[name] = suspicious
        line["variable"], line[OURS] = "", f"{len(suspicious)} suspicious"
        for peer in checkers[1:]:
            serious = sum(s.serious for s in heard[name, peer].said)
            result.false_alarms[peer] = result.false_alarms.get(peer, 0) + serious
            line[peer] = heard[name, peer].absent or f"{serious} serious"
    elif wanted and row["has_data"] != "header-only":
        twin = _twin(name, [r["file"] for r in rows])
        broken = _broken_variables(folder, row, twin)
        line["variable"] = " ".join(sorted(broken))
        marks = {}
        for checker in checkers:
            before = heard[twin, checker].said if twin else ()
            marks[checker] = _mark(heard[name, checker], before, wanted, broken)
            line[checker] = _word(marks[checker])
        result.marks[name] = marks
        result.known += 1
        result.found += marks[OURS].cls
        if not marks[OURS].cls:
            result.missed.append(name)
        for word in wanted:
            hit = _mark(heard[name, OURS], heard[twin, OURS].said if twin else (), {word}, set()).cls
            found, known = result.by_class.get(word, (0, 0))
            result.by_class[word] = (found + hit, known + 1)
    else:
        line["variable"], line[OURS] = "", "not scored: no data"
        for peer in checkers[1:]:
            line[peer] = ""
    result.rows.append(line)


def _mark(heard: Heard, before: Sequence[Said], wanted: set[str], broken: set[str]) -> Mark:
    if heard.absent:
        return Mark(False, False, None, heard.absent)
    known = {(s.cls, s.variable, s.text) for s in before}
    new = [s for s in heard.said if (s.cls, s.variable, s.text) not in known]
    classes = wanted.union(*(_ALSO.get(word, set()) for word in wanted))
    right = [s for s in new if s.cls in classes]
    reacts = bool(new) if before else any(s.serious for s in new)
    return Mark(
        reacts or bool(right),
        bool(right),
        any(s.variable.rsplit("/", 1)[-1] in broken for s in right) if broken else None,
    )


def _word(mark: Mark) -> str:
    if mark.absent:
        return mark.absent
    if mark.cls:
        return "found, other variable" if mark.variable is False else "found"
    return "other class" if mark.reacts else "silent"


def _twin(name: str, names: Sequence[str]) -> str:
    """The good file that a one-defect file was made from, empty where there is none."""
    if "/derived/" not in name:
        return ""
    stem = Path(name).name[0]
    good = {"g": "known_good/derived/grid_good.nc", "c": "known_good/derived/ctd_good.nc"}.get(stem, "")
    return good if good in names else ""


def _broken_variables(folder: Path, row: Mapping[str, str], twin: str) -> set[str]:
    """The variables that differ from the twin; without one, those that the assertion names. Empty where unknown."""
    import netCDF4
    import numpy as np

    try:
        with netCDF4.Dataset(folder / row["file"]) as bad:
            names = set(bad.variables)
            if not twin or row["has_data"] == "unreadable":
                return {n for n in names if len(n) > 2 and re.search(rf"\b{re.escape(n)}\b", row["assertion"])}
            with netCDF4.Dataset(folder / twin) as good:
                differ = set()
                for variable in names:
                    if variable not in good.variables:
                        differ.add(variable)
                        continue
                    a, b = bad[variable], good[variable]
                    a.set_auto_maskandscale(False)
                    b.set_auto_maskandscale(False)
                    same_attributes = all(
                        str(a.__dict__.get(k)) == str(b.__dict__.get(k)) for k in set(a.__dict__) | set(b.__dict__)
                    )
                    same_storage = a.shape == b.shape and a.dtype == b.dtype and a.chunking() == b.chunking()
                    if not (same_attributes and same_storage and np.array_equal(a[...], b[...], equal_nan=True)):
                        differ.add(variable)
            # A region cut out of the twin differs everywhere: then the words of the assertion have to do.
            if len(differ) == len(names):
                return {n for n in names if re.search(rf"\b{re.escape(n)}|{n}itude\b", row["assertion"])}
            return differ
    except (OSError, RuntimeError, UnicodeDecodeError):
        return set()


def table(result: Score) -> str:
    """The score by class, then what was missed and what was noisy, as Markdown."""
    lines = ["| class | found | known |", "|---|---|---|"]
    lines += [f"| {name} | {found} | {known} |" for name, (found, known) in sorted(result.by_class.items())]
    hits, asked = result.count(OURS, "variable")
    lines += [
        f"| **files (any of their classes)** | **{result.found}** | **{result.known}** |",
        "",
        f"Right class and right variable: {hits} of {asked} files whose broken variable is known.",
        f"Seconds for a file: median {result.median_seconds:.2f}, most {result.slowest_seconds:.2f}.",
        f"Missed: {', '.join(result.missed) or 'none'}.",
        f"Good or real files with more than one suspicious finding: {', '.join(result.noisy) or 'none'}.",
    ]
    if any(len(marks) > 1 for marks in result.marks.values()):
        lines += ["", *_summary(result), "", *_classes(result), "", *_files(result)]
    return "\n".join(lines) + "\n"


def _summary(result: Score) -> list[str]:
    good = sum(line[OURS].endswith("suspicious") for line in result.rows)
    lines = [
        f"| checker | reacts | right class | right class and variable | alarms on the {good} good and real files |",
        "|---|---|---|---|---|",
    ]
    for checker in (OURS, *PEERS):
        absent = {m[checker].absent for m in result.marks.values()} - {""}
        if absent:
            lines.append(f"| {checker} | {' '.join(sorted(absent))} | | | |")
            continue
        counts = [f"{hits} of {asked}" for hits, asked in (result.count(checker, w) for w in ("reacts", "cls"))]
        counts.append("{} of {}".format(*result.count(checker, "variable")))
        alarms = (
            f"{sum(int(line[OURS].split()[0]) for line in result.rows if line[OURS].endswith('suspicious'))} suspicious"
            if checker == OURS
            else f"{result.false_alarms.get(checker, 0)} serious"
        )
        lines.append(f"| {checker} | {' | '.join(counts)} | {alarms} |")
    return lines


def _classes(result: Score) -> list[str]:
    """Recall by class, file by file: a file of two classes stands under both, found if either is."""
    lines = [f"| class | files | {OURS} | {' | '.join(PEERS)} |", "|---|---|---|---|---|---|"]
    wanted = {line["file"]: line["wanted"].split() for line in result.rows}
    for cls in sorted(result.by_class):
        files = [name for name in result.marks if cls in wanted[name]]
        cells = []
        for checker in (OURS, *PEERS):
            marks = [result.marks[name][checker] for name in files]
            cells.append("-" if any(m.absent for m in marks) else str(sum(m.cls for m in marks)))
        lines.append(f"| {cls} | {len(files)} | {' | '.join(cells)} |")
    return lines


def _files(result: Score) -> list[str]:
    lines = [f"| file | wanted | variable | {OURS} | {' | '.join(PEERS)} |", "|---|---|---|---|---|---|---|"]
    for row in result.rows:
        cells = [row["file"], row["wanted"], row["variable"], row[OURS], *(row[p] for p in PEERS)]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peers", action="store_true", help="run the conformance checkers too")
    parser.add_argument("--csv", type=Path, help="write one row for each file")
    chosen = parser.parse_args(arguments)
    result = score(chosen.folder, peers=chosen.peers)
    if chosen.csv is not None:
        with chosen.csv.open("w", newline="") as handle:
            writer = csv.DictWriter(handle, list(dict.fromkeys(key for row in result.rows for key in row)))
            writer.writeheader()
            writer.writerows(result.rows)
    sys.stdout.write(table(result))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
