"""compliance-checker in process: offline, fast, its crashes contained, its messages turned into findings.

Two things are changed while it runs, and undone afterwards. Its helpers search all variables again at every call
(2,400 times for a ROMS file of 372 kB, 16 s); an open dataset does not change, so each answer is kept. And it may
download the standard-name table that a file names; here it always uses the one that it brings.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tools.netcdf.catalogue import KINDS
from tools.netcdf.model import Finding, Level

#: Versions that compliance-checker 6 knows.
CF_VERSIONS = ("1.6", "1.7", "1.8", "1.9", "1.10", "1.11")

#: CF section -> class of finding.
_SECTIONS: tuple[tuple[str, str], ...] = (
    ("2.2", "dtype"),
    ("2.3", "naming"),
    ("2.4", "dims"),
    ("2.5", "fill"),
    ("2.6.1", "cf_version"),
    ("2.6", "attrs"),
    ("3.1", "units"),
    ("3.2", "attrs"),
    ("3.3", "standard_name"),
    ("3.4", "ancillary"),
    ("3.5", "flags"),
    ("4.1", "coords"),
    ("4.2", "coords"),
    ("4.3", "depth"),
    ("4.4", "time"),
    ("4.5", "coords"),
    ("4", "axis"),
    ("5.6", "grid_mapping"),
    ("5", "coords"),
    ("6", "standard_name"),
    ("7.1", "bounds"),
    ("7.2", "cell_measures"),
    ("7.3", "cell_methods"),
    ("7.4", "climatology"),
    ("8.1", "packing"),
    ("8.2", "packing"),
    ("9", "featuretype"),
    ("1.2", "nonmonotonic"),
)

#: What our own checks judge by the values, or what is true of every good file.
_IGNORED = re.compile(
    r"extents_match|attribute not found, CF-1\.6|Failed to retrieve and convert times|Date time mismatch"
    r"|Conventions (field|global attribute) (is not|does not contain|must)|does not contain 'ACDD"
    r"|Coordinate variable \".*\" must be strictly monotonic|is it a time coordinate|attribute month_lengths must"
    r"|does not have correct time units|must be in a valid units format"
)
_NOTHING = re.compile(r"(?!)")
_ACDD_ESSENTIAL = {"title", "summary", "keywords"}


@dataclass(frozen=True)
class Conformance:
    """`findings`, what was run, and what broke, with the reason."""

    findings: tuple[Finding, ...]
    ran: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]


def versions_for(conventions: str) -> tuple[str, str]:
    """The CF version to check by, and a remark where it is not the file's own.

    >>> versions_for("CF-1.12, ACDD-1.3")
    ('1.11', 'the file follows CF-1.12, newer than CF-1.11, the newest that is checked')
    """
    found = re.findall(r"CF-(\d+)\.(\d+)", conventions)
    if not found:
        return "1.8", "the file names no CF version; CF-1.8 is checked"
    newest = max((int(a), int(b)) for a, b in found)
    own = f"{newest[0]}.{newest[1]}"
    if own in CF_VERSIONS:
        return own, ""
    if newest > (1, 11):
        return "1.11", f"the file follows CF-{own}, newer than CF-1.11, the newest that is checked"
    return "1.6", f"the file follows CF-{own}, older than CF-1.6, the oldest that is checked"


def run(path: str, conventions: str, variables: list[str], *, everything: bool = False) -> Conformance:
    """Runs cf and acdd on a netCDF file: what breaks is in `failed`, except that OSError is raised where it cannot be
    opened. `everything` keeps the messages that our own checks make superfluous, for comparisons.
    """
    from compliance_checker.suite import CheckSuite

    version, _ = versions_for(conventions)
    if not CheckSuite.checkers:
        CheckSuite.load_all_available_checkers()
    findings: list[Finding] = []
    ran, failed = [], []
    with _quiet(), _remembering(), _offline():
        suite = CheckSuite()
        dataset = suite.load_dataset(path)
        try:
            for name in (f"cf:{version}", "acdd"):
                try:
                    results = suite.run_all(dataset, [name])
                except Exception as error:  # noqa: BLE001 - a checker that breaks off is reported, not passed on
                    failed.append((name, f"{type(error).__name__}: {error}"))
                    continue
                for checker, (groups, errors) in results.items():
                    ran.append(checker)
                    failed += [(f"{checker} {check}", f"{type(e).__name__}: {e}") for check, (e, _) in errors.items()]
                    findings += _translate(checker, groups, variables, version, _NOTHING if everything else _IGNORED)
        finally:
            dataset.close()
    return Conformance(tuple(fold(findings, variables=variables)), tuple(ran), tuple(failed))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """It prints to both streams and warns; neither belongs to our output."""
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _remembering() -> Iterator[None]:
    """Keeps the answers of compliance_checker.cf.util's searches for as long as one file is checked."""
    from compliance_checker.cf import util

    names = [
        name
        for name, function in inspect.getmembers(util, inspect.isfunction)
        if function.__module__ == util.__name__
        and re.match(r"(get_|is_|guess_|coordinate_dim|isT|isP|_find_standard_name_mod|find_coord)", name)
        and next(iter(inspect.signature(function).parameters), "") in ("nc", "ds", "ncds")
    ]
    from compliance_checker.cf.cf_base import CFBaseCheck

    # The checkers' own searches are kept by the printed form of the whole dataset, which takes longer than searching.
    places = [(util, name) for name in names] + [
        (CFBaseCheck, name) for name in vars(CFBaseCheck) if re.match(r"_find_\w+_vars$", name)
    ]
    originals = [(place, name, getattr(place, name)) for place, name in places]
    try:
        for place, name, function in originals:
            setattr(place, name, _remember(function))
        yield
    finally:
        for place, name, function in originals:
            setattr(place, name, function)


def _remember(function: Callable[..., Any]) -> Callable[..., Any]:
    kept: dict[Any, Any] = {}

    def remembered(*args: Any, **kwargs: Any) -> Any:
        key = (*((a if isinstance(a, str | bool) else id(a)) for a in args), *sorted(kwargs.items()))
        if key not in kept:
            # The arguments are kept too, so that no later object gets the id of one of them.
            kept[key] = (function(*args, **kwargs), args)
        answer = kept[key][0]
        # Callers append to the lists they get.
        return copy.copy(answer) if isinstance(answer, list | dict | set) else answer

    return remembered


@contextlib.contextmanager
def _offline() -> Iterator[None]:
    from compliance_checker.cf.cf_base import CFBaseCheck

    original = CFBaseCheck._find_cf_standard_name_table
    CFBaseCheck._find_cf_standard_name_table = lambda self, ds: False
    try:
        yield
    finally:
        CFBaseCheck._find_cf_standard_name_table = original


def _failing(groups: list[Any]) -> Iterator[Any]:
    """Leaves with fewer points than possible; messages of passing checks say nothing."""
    for result in groups:
        children = getattr(result, "children", None) or []
        if children:
            yield from _failing(children)
        value = result.value
        failing = value[0] < value[1] if isinstance(value, tuple) else value is not None and not value
        if failing and result.msgs:
            yield result


def _translate(
    checker: str, groups: list[Any], variables: list[str], version: str, ignored: re.Pattern[str]
) -> Iterator[Finding]:
    seen: set[str] = set()
    lacking: dict[int, list[str]] = {}
    for result in _failing(groups):
        name = result.name[0] if isinstance(result.name, tuple) else str(result.name)
        for message in result.msgs:
            text = re.sub(r"\s+", " ", str(message)).strip()
            text = re.sub(r"<class '(?:numpy\.)?(\w+)'>", r"\1", text)
            if not text or (text in seen and "missing the following" not in name) or ignored.search(f"{name} {text}"):
                continue
            seen.add(text)
            if checker.startswith("acdd"):
                attribute = re.match(r"(?:Attr )?([\w/]+) (?:is )?(?:not present|empty)", text)
                if attribute and "missing the following" not in name:
                    lacking.setdefault(result.weight, []).append(attribute[1])
                elif "missing the following" in name:
                    variable = re.search(r'variable "([^"]+)"', name)
                    if text in ("coverage_content_type",):
                        yield _acdd_variable(text, variable[1] if variable else "")
                else:
                    yield _finding("acdd", text, _variable_of(text, variables), 1, f"ACDD-1.3: {name}", "acdd")
                continue
            section = re.search(r"§\s*([\d.]+)", f"{name} {text}")
            number = section[1].rstrip(".") if section else ""
            cls = _class_of(number, text)
            yield _finding(
                cls,
                text,
                _variable_of(text, variables),
                result.weight,
                f"CF-{version} section {number or name}",
                checker,
            )
    yield from _acdd_globals(lacking)


def _class_of(section: str, text: str) -> str:
    cls = next((c for start, c in _SECTIONS if section == start or section.startswith(start + ".")), "attrs")
    if section.startswith(("2.6.1",)) or "Conventions" in text:
        return "cf_version"
    if cls == "units" and 'Units "None"' in text:
        return "units"
    if cls == "units" and ("convertible to" in text or "must be convertible" in text):
        return "units_stdname"
    if cls == "time" and "calendar" in text.lower():
        return "calendar"
    if cls == "fill" and ("range" in text and "FillValue" not in text):
        return "range"
    if section == "2.3" or "case-insensitive" in text:
        return "naming"
    if cls in ("axis", "coords") and "axis" in text.lower():
        return "axis"
    if "monotonic" in text:
        return "nonmonotonic"
    return cls


def _variable_of(text: str, variables: list[str]) -> str:
    """The variable that a message is about: the first quoted one, else the first word that is one."""
    known = {name: name for name in variables} | {name.rsplit("/", 1)[-1]: name for name in variables}
    quoted = re.findall(r"[\"'`]([^\"'`]+)[\"'`]", text)
    after = re.findall(r"(?:[Vv]ariable|attribute of|for|of) (?:variable )?[\"'`]?([\w.+-]+)", text)
    prefixed = re.match(r"([\w.+-]+)(?:[:'’ ]|$)", text)
    for word in (*after, *quoted, *([prefixed[1]] if prefixed else []), *re.findall(r"[\w.+-]+", text)):
        if word in known:
            return known[word]
    return ""


def _finding(cls: str, text: str, variable: str, weight: int, reference: str, checker: str) -> Finding:
    # Some of its most serious messages are advice by their own words, or about an attribute that harms nobody.
    mild = re.search(r"\b(should|recommended|preferred)\b|must not have the _FillValue", text) and "must be" not in text
    level: Level = "violation" if weight >= 3 and cls != "acdd" and not mild else "recommendation"
    return Finding(
        cls=cls,
        code=f"cc-{cls.replace('_', '-')}",
        level=level,
        variable=variable,
        message=text if text.endswith((".", "?", "!")) else text + ".",
        why=next((k.why for k in KINDS.values() if k.cls == cls), "Software that follows the convention relies on it."),
        reference=reference,
        source=f"compliance-checker ({checker})",
        evidence={"text": text},
    )


def _acdd_variable(attribute: str, variable: str) -> Finding:
    found = _finding("acdd", f"{variable} has no {attribute}", variable, 1, "ACDD-1.3: variable attributes", "acdd")
    return replace(found, code="acdd-variable")


def _acdd_globals(lacking: dict[int, list[str]]) -> Iterator[Finding]:
    everything = list(dict.fromkeys(a for weight in sorted(lacking, reverse=True) for a in lacking[weight]))
    essential = [a for a in everything if a in _ACDD_ESSENTIAL]
    other = [a for a in everything if a not in _ACDD_ESSENTIAL]
    for code, names in (("acdd-essential", essential), ("acdd", other)):
        if not names:
            continue
        kind = KINDS[code]
        shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
        yield Finding(
            cls=kind.cls,
            code=code,
            level=kind.level,
            variable="",
            message=f"{len(names)} {'essential ' if code != 'acdd' else ''}discovery "
            f"attribute{'s are' if len(names) > 1 else ' is'} "
            f"missing or empty: {shown}.",
            why=kind.why,
            reference=kind.reference,
            source="compliance-checker (acdd)",
            evidence={"text": ", ".join(names), "values": names, "count": len(names)},
        )


def fold(findings: list[Finding], more_than: int = 3, variables: Sequence[str] = ()) -> list[Finding]:
    """Findings that say the same of more than `more_than` variables become one that names them all.

    A message that speaks of two variables is the same as another when all names of `variables` are left out.
    """
    known = {name.rsplit("/", 1)[-1] for name in variables}
    groups: dict[tuple[str, str, str, str], list[Finding]] = {}
    for found in findings:
        groups.setdefault((found.code, found.level, found.reference, _template(found, known)), []).append(found)
    folded: list[Finding] = []
    for same in groups.values():
        names = list(dict.fromkeys(n for f in same for n in f.variables))
        if len(same) <= (more_than if same[0].code != "acdd-variable" else 1):
            folded += same
            continue
        first = same[0]
        shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
        more = (
            f" The same holds for {len(names)} variables: {shown}."
            if len(names) > 1
            else f" So say {len(same)} messages."
        )
        folded.append(
            replace(
                first,
                variable=", ".join(names),
                message=first.message + more,
                evidence={**first.evidence, "count": len(same), "variables": names},
                ops=tuple(op for f in same for op in f.ops),
            )
        )
    return folded


def _template(found: Finding, known: set[str]) -> str:
    """The message without its variables, its numbers and its quoted values."""
    text = found.message
    for name in sorted(found.variables, key=len, reverse=True):
        text = text.replace(name, "*")
    if found.code.startswith("cc-"):
        text = re.sub(r"[\w.+-]+", lambda m: "*" if m[0] in known or m[0].rstrip(".") in known else m[0], text)
        return re.sub(r"\([^()]*\)", "()", text)
    return re.sub(r"'[^']*'|[-+]?\d[\d.e+-]*", "#", text)
