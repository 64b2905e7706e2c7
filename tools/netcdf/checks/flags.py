"""Quality flags: do they keep to their own list, to the convention that they name, and to the data beside them?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tools.netcdf import fixes
from tools.netcdf.access import Var
from tools.netcdf.catalogue import finding
from tools.netcdf.checks.context import Context, Skip
from tools.netcdf.model import Finding
from tools.netcdf.names import base

#: Flags of larger variables are looked at in their first slab.
_MOST = 4_000_000


@dataclass(frozen=True)
class Scale:
    """A flag convention: the letters that exist in it, which mean good, bad and missing."""

    title: str
    named: re.Pattern[str]
    letters: str
    good: str
    bad: str
    missing: str = "9"


def _scale(title: str, named: str, letters: str, good: str, bad: str) -> Scale:
    return Scale(title, re.compile(named, re.IGNORECASE), letters, good, bad)


#: Sources: Argo user's manual, reference table 2; QARTOD flags (IOOS 2020); SeaDataNet vocabulary L20; OceanSITES
#: format manual, table 2; IODE flags as IMOS uses them; WOCE water sample and CTD flags (2 is good there).
SCALES: tuple[Scale, ...] = (
    _scale("Argo reference table 2", r"argo\s+ref\w*\s+table\s+2\b", "0123456789 ", "12", "34"),
    _scale("QARTOD", r"qartod", "12349", "1", "4"),
    _scale("SeaDataNet (L20)", r"sea\s*data\s*net|\bsdn\b|\bL20\b", "0123456789ABQ", "12", "34"),
    _scale("OceanSITES", r"oceansites", "0123456789", "12", "4"),
    _scale("IODE", r"\biode\b|imos standard", "0123456789", "12", "4"),
    _scale("WOCE", r"\bwoce\b", "123456789", "2", "4"),
)
#: The scale that a file's Conventions attribute prescribes.
_PRESCRIBED = (("IMOS", "IODE"), ("OceanSITES", "OceanSITES"), ("SeaDataNet", "SeaDataNet (L20)"))

_GOOD = re.compile(r"^(probably_|possibly_)?(good|pass(ed)?|accept(ed|able)?|ok|correct|valid)(_|$)")
_BAD = re.compile(r"^(probably_|definitely_)?(bad|fail(ed)?|erroneous|reject(ed)?|wrong|invalid)(_|$)")


def _is_flags(var: Var) -> bool:
    if any(a in var.attrs for a in ("flag_values", "flag_masks", "flag_meanings")):
        return True
    words = var.text("standard_name").split()
    named = re.search(r"(_qc|_quality_control|_qcflag|_flags?|_status)$", base(var.name), re.IGNORECASE)
    return (len(words) > 1 and words[-1] == "status_flag") or words == ["status_flag"] or named is not None


def _letters(array: Any) -> list[str]:
    """The distinct flags as text: numbers without a point, single characters as they are."""
    found = np.unique(array)
    if found.dtype.kind == "S":
        return [v.decode("latin-1") for v in found.tolist()]
    if found.dtype.kind in "iu":
        return [str(v) for v in found.tolist()]
    if found.dtype.kind == "f":
        return [f"{v:g}" for v in found[np.isfinite(found)].tolist()]
    return []


def _told(var: Var) -> tuple[list[str], list[str]]:
    """(flag_values as text, flag_meanings as words), either empty where the attribute is absent."""
    values, meanings = var.attrs.get("flag_values"), var.text("flag_meanings")
    if isinstance(values, str):
        listed = re.findall(r"[^\s,]+", values)
    elif values is None:
        listed = []
    else:
        array = np.atleast_1d(np.asarray(values))
        listed = (
            [v.decode("latin-1") if isinstance(v, bytes) else f"{v:g}" for v in array.tolist()] if array.size else []
        )
    return listed, meanings.split()


def named_scale(context: Context, var: Var) -> Scale | None:
    """The convention that the attributes of `var` name."""
    words = " ".join(
        str(var.attrs.get(a, "")) for a in ("conventions", "Conventions", "quality_control_conventions", "references")
    )
    words += " " + " ".join(str(var.attrs.get(a, "")) for a in ("sdn_conventions_urn", "long_name", "comment"))
    return next((scale for scale in SCALES if scale.named.search(words)), None)


def flags(context: Context) -> Iterator[Finding]:
    found = [v for v in context.data.variables.values() if _is_flags(v) and v.dtype.kind in "iufS" and v.size]
    if not found:
        raise Skip("no quality flags")
    for var in found:
        yield from _meanings(var)
        if "flag_masks" in var.attrs:
            continue
        scale = named_scale(context, var)
        if scale is not None:
            yield from _against_scale(var, scale)
        index = tuple(slice(None) for _ in var.shape) if var.size <= _MOST else next(var._slab_index(_MOST))
        raw = var.raw(index)
        yield from _outside(var, raw, scale)
    yield from _mixed(context, found)


def _meanings(var: Var) -> Iterator[Finding]:
    listed, meanings = _told(var)
    if not listed or not meanings or len(listed) == len(meanings):
        return
    yield finding(
        "flag-meanings",
        var.name,
        f"{var.name} lists {len(listed)} flag_values and {len(meanings)} flag_meanings.",
        evidence={"text": f"flag_values {' '.join(listed[:14])}; flag_meanings {' '.join(meanings[:14])}"},
        note="Ask the producer which word belongs to which value: from the file alone it cannot be known.",
    )


def _against_scale(var: Var, scale: Scale) -> Iterator[Finding]:
    """The list of values and meanings against the convention that is named."""
    listed, meanings = _told(var)
    foreign = [v for v in listed if not _in_scale(v, scale)]
    turned = []
    for value, word in zip(listed, meanings, strict=False):
        letter = _letter(value, scale)
        if (letter in scale.good and _BAD.search(word.lower())) or (letter in scale.bad and _GOOD.search(word.lower())):
            turned.append(f"{value} = {word}")
    if not foreign and not turned:
        return
    said = f"{', '.join(turned)}, the reverse of it" if turned else f"{', '.join(foreign)}, which it does not have"
    yield finding(
        "flag-scale",
        var.name,
        f"The flags of {var.name} are said to follow {scale.title}, but flag_values and flag_meanings give {said}.",
        evidence={
            "text": f"good is {' and '.join(scale.good)}, bad is {' and '.join(scale.bad)} in {scale.title}",
            "values": turned or foreign,
            "count": len(turned or foreign),
            "total": len(listed),
        },
        note="Ask the producer whether the flags or their description are wrong before using either.",
    )


def _letter(value: str, scale: Scale) -> str:
    """One flag as the letter of `scale`: SeaDataNet's letters are also written as their ASCII numbers."""
    if len(value) == 1:
        return value
    if "SeaDataNet" in scale.title and value.isdigit() and 48 <= int(value) <= 90:
        return chr(int(value))
    return ""


def _in_scale(value: str, scale: Scale) -> bool:
    letter = _letter(value, scale)
    return letter != "" and letter in scale.letters


def _outside(var: Var, raw: Any, scale: Scale | None) -> Iterator[Finding]:
    """Flags that occur and are in no list."""
    listed, _ = _told(var)
    fill = var.attrs.get("_FillValue")
    missing = np.zeros(raw.shape, bool)
    if raw.dtype.kind in "iuf":
        missing = var.missing_mask(raw)
    elif isinstance(fill, str | bytes):
        missing = raw == (fill if isinstance(fill, bytes) else fill.encode("latin-1"))
    present = raw[~missing]
    if not present.size:
        return
    blank = {"", " ", "\x00"}
    if listed:
        strange = [v for v in _letters(present) if v not in listed and v not in blank]
        against = f"flag_values has only {' '.join(listed[:14])}"
    elif scale is not None:
        strange = [v for v in _letters(present) if not _in_scale(v, scale) and v not in blank]
        against = f"{scale.title} has only {' '.join(scale.letters)}"
    else:
        return
    if not strange:
        return
    as_stored = [v.encode("latin-1") for v in strange] if raw.dtype.kind == "S" else [float(v) for v in strange]
    hit = np.isin(raw, np.array(as_stored).astype(raw.dtype)) & ~missing
    places = np.argwhere(hit)
    count = int(hit.sum())
    if len(strange) > 12 and count > 0.5 * present.size:
        return  # no flags but numbers: an index or a code list with a wrong attribute
    undeclared = raw.dtype.kind == "i" and len(strange) == 1 and float(strange[0]) in (-127.0, -128.0, -1.0, -99.0)
    yield finding(
        "flag-values",
        var.name,
        f"{count} of {present.size} flags of {var.name} are {', '.join(map(repr, strange[:6]))}"
        + (" and others" if len(strange) > 6 else "")
        + f", which mean nothing here: {against}.",
        evidence={
            "text": f"first at index {places[0].tolist()}",
            "values": strange[:20],
            "index": places[:20].tolist(),
            "count": count,
            "total": int(present.size),
        },
        ops=[fixes.Op("set_fill", var.name, "", float(strange[0]))] if undeclared and fill is None else [],
        note=""
        if undeclared
        else "Ask the producer what these flags mean; until then treat the values as not checked.",
    )


def _good_letter(context: Context, var: Var) -> str:
    """The flag that means good in `var` by its own words, empty where they do not say."""
    listed, meanings = _told(var)
    for value, word in zip(listed, meanings, strict=False):
        if _GOOD.search(word.lower()) and not word.lower().startswith(("probably", "possibly")):
            scale = named_scale(context, var)
            return _letter(value, scale) or value if scale is not None else value
    return ""


def _mixed(context: Context, found: list[Var]) -> Iterator[Finding]:
    """Flags whose word for good is another number than elsewhere in the file, or than its convention prescribes."""
    good = {v.name: letter for v in found if (letter := _good_letter(context, v))}
    conventions = str(context.data.attrs.get("Conventions", ""))
    prescribed = next((title for word, title in _PRESCRIBED if word.lower() in conventions.lower()), "")
    if prescribed:
        scale = next(s for s in SCALES if s.title == prescribed)
        other = [n for n, letter in good.items() if letter not in scale.good[:1]]
        if other:
            yield _differing(
                other,
                f"Good is flag {good[other[0]]} in {', '.join(other[:4])}, and {scale.good[0]} in the {scale.title} "
                f"flags that {conventions!r} prescribes.",
                good,
            )
            return
    kinds = {letter: [n for n in good if good[n] == letter] for letter in sorted(set(good.values()))}
    if len(kinds) > 1:
        rare = min(kinds.values(), key=len)
        told = "; ".join(f"{letter} in {', '.join(names[:3])}" for letter, names in kinds.items())
        yield _differing(rare, f"The flag for good differs inside the file: {told}.", good)


def _differing(names: list[str], message: str, good: dict[str, str]) -> Finding:
    return finding(
        "flag-scales-differ",
        ", ".join(names),
        message,
        evidence={"text": ", ".join(f"{n}: good is {letter}" for n, letter in list(good.items())[:8])},
        note="Select good data by flag_meanings, variable by variable; or ask the producer for one scale.",
        confidence="medium",
    )
