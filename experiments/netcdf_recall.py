"""Recall and false alarms of the NetCDF checker on a folder with a manifest, beside the conformance checkers.

    python -m experiments.netcdf_recall ../shared/data/netcdf [--peers] [--csv FILE]

A known defect counts as found when a finding has one of the manifest's classes for the file. Files without data are
left out of the score, as their values cannot be judged. `--peers` runs compliance-checker (always installed),
cfchecks and xrlint (where installed) on the same files; a peer counts as having reacted when it says anything
serious, which is generous to it: the right class or variable is not asked for.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.netcdf import Report, check_file

#: Finding classes that count for a manifest's word beside the word itself.
_ALSO = {
    "missing_var": {"missing_var", "coords"},
    "attrs": {"attrs", "acdd", "cf_version"},
    "time": {"time", "calendar", "nonmonotonic"},
    "nonmonotonic": {"nonmonotonic", "time"},
}


@dataclass
class Score:
    """`missed` and `noisy` name files; `by_class` is class -> (found, known)."""

    known: int = 0
    found: int = 0
    missed: list[str] = field(default_factory=list)
    noisy: dict[str, list[str]] = field(default_factory=dict)
    by_class: dict[str, tuple[int, int]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)

    @property
    def median_seconds(self) -> float:
        return statistics.median(self.seconds)

    @property
    def slowest_seconds(self) -> float:
        return max(self.seconds)


def score(folder: Path, *, peers: bool = False) -> Score:
    """Checks every file of `folder/manifest.csv`."""
    result = Score()
    with (folder / "manifest.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    for row in rows:
        report = check_file(folder / row["file"])
        result.seconds.append(report.seconds)
        wanted = {c for c in row["defect_classes"].split(";") if c}
        judged = row["has_data"] != "header-only"
        hit = _hit(report, wanted)
        if wanted and judged and row["kind"] == "known_bad":
            result.known += 1
            result.found += hit
            if not hit:
                result.missed.append(row["file"])
            for word in wanted:
                found, known = result.by_class.get(word, (0, 0))
                result.by_class[word] = (found + _hit(report, {word}), known + 1)
        suspicious = [f.id for f in report.of_level("suspicious")]
        if row["kind"] in ("known_good", "real") and len(suspicious) > 1:
            result.noisy[row["file"]] = suspicious
        line = {
            "file": row["file"],
            "wanted": " ".join(sorted(wanted)),
            "data": row["has_data"],
            "leadline": ("found" if hit else "missed") if wanted else f"{len(suspicious)} suspicious",
            "seconds": f"{report.seconds:.2f}",
        }
        result.rows.append(line | (_peers(folder / row["file"]) if peers else {}))
    return result


def _hit(report: Report, wanted: set[str]) -> bool:
    classes = {f.cls for f in report.findings}
    return any(classes & (_ALSO.get(word, set()) | {word}) for word in wanted)


def _peers(path: Path) -> dict[str, str]:
    """How many serious messages each conformance checker has, or why none could be had."""
    return {"compliance-checker": _compliance(path), "cfchecks": _cfchecks(path), "xrlint": _xrlint(path)}


def _run(name: str, *arguments: str) -> str:
    """The output of a program beside this Python or on the path, or in parentheses why there is none."""
    program = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if program is None:
        return "(not installed)"
    try:
        done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return "(over 60 s)"
    if "Traceback" in done.stderr:
        return f"(crashed: {done.stderr.strip().splitlines()[-1][:60]})"
    return done.stdout


def _cfchecks(path: Path) -> str:
    """It needs the system's udunits2 and, without `-s -a -r`, the network for its tables."""
    text = _run("cfchecks", str(path))
    return text if text.startswith("(") else str(text.count("ERROR: "))


def _xrlint(path: Path) -> str:
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as config:
        config.write("- recommended\n")
        config.flush()
        text = _run("xrlint", "-c", config.name, "-f", "json", str(path))
    if text.startswith("("):
        return text
    messages = [m for result in json.loads(text)["results"] for m in result["messages"]]
    return str(sum(m.get("severity") == 2 for m in messages))


def _compliance(path: Path) -> str:
    """Its messages of the highest weight, as the checker here passes them on: mere advice is not counted."""
    from tools.netcdf import conformance

    try:
        outcome = conformance.run(str(path), "CF-1.8", [])
    except (OSError, ValueError, RuntimeError) as error:
        return f"crashed: {type(error).__name__}"
    return str(sum(f.level == "violation" for f in outcome.findings))


def table(result: Score) -> str:
    """The score by class, then what was missed and what was noisy, as Markdown."""
    lines = ["| class | found | known |", "|---|---|---|"]
    lines += [f"| {name} | {found} | {known} |" for name, (found, known) in sorted(result.by_class.items())]
    lines += [
        f"| **files** | **{result.found}** | **{result.known}** |",
        "",
        f"Seconds for a file: median {result.median_seconds:.2f}, most {result.slowest_seconds:.2f}.",
        f"Missed: {', '.join(result.missed) or 'none'}.",
        f"Good or real files with more than one suspicious finding: {', '.join(result.noisy) or 'none'}.",
    ]
    if result.rows and "compliance-checker" in result.rows[0]:
        names = ["compliance-checker", "cfchecks", "xrlint"]
        lines += ["", *_peer_summary(result, names)]
        lines += ["", f"| file | wanted | Leadline | {' | '.join(names)} |", "|---|---|---|---|---|---|"]
        lines += [
            f"| {row['file']} | {row['wanted']} | {row['leadline']} | {' | '.join(row[n] for n in names)} |"
            for row in result.rows
        ]
    return "\n".join(lines) + "\n"


def _peer_summary(result: Score, names: Sequence[str]) -> list[str]:
    """Files with a defect that each checker reacts to, and its serious messages on files without one."""
    bad = [r for r in result.rows if r["wanted"] and r["data"] != "header-only" and r["file"].startswith("known_bad")]
    good = [r for r in result.rows if not r["wanted"]]
    lines = [f"| checker | reacts to, of {len(bad)} | serious messages on {len(good)} files without a known defect |"]
    lines += ["|---|---|---|", f"| Leadline (right class) | {result.found} | see above |"]
    for name in names:
        if all(r[name].startswith("(") for r in result.rows if r["data"] == "full"):
            lines.append(f"| {name} | {result.rows[0][name]} | |")
            continue
        reacts = sum(r[name].isdigit() and r[name] != "0" for r in bad)
        lines.append(f"| {name} | {reacts} | {sum(int(r[name]) for r in good if r[name].isdigit())} |")
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
            writer = csv.DictWriter(handle, list(result.rows[0]))
            writer.writeheader()
            writer.writerows(result.rows)
    sys.stdout.write(table(result))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
