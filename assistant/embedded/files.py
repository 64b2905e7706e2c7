"""What to ask the checker of NetCDF files: which files a question means, and which of their findings."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Files that one question checks at most.
MOST_FILES = 6
_NAMED = re.compile(r"([\w./+-]*[\w+-]\.(?:nc[34]?|cdf|netcdf|zarr))\b", re.IGNORECASE)
_KIND = re.compile(
    r"\bnet-?cdf\b|\bnc[- ]files?\b|\.nc\b|\b(?:my|the|this|that|our|uploaded) (?:data ?)?files?\b", re.IGNORECASE
)
_CHECK = re.compile(
    r"\b(?:check\w*|wrong|valid\w*|problems?|issues?|errors?|fix\w*|mend\w*|repair\w*|ok|okay|fine|good|clean\w*"
    r"|findings?|quality|compl(?:y|ies|iant|iance)|look at|conform\w*|violat\w+|suspicious|spikes?|broken|corrupt\w*"
    r"|units?|gaps?|trust|usable|inspect|examine|verif\w+|diagnos\w+|report on)\b",
    re.IGNORECASE,
)
_ALL = re.compile(r"\b(?:all|both|each|every|files|two|three)\b", re.IGNORECASE)
#: What is said of a report; and what is said of anything, which goes on about a report only right after it.
_OF_A_REPORT = re.compile(
    r"\b(?:fix\w*|mend|repair|spikes?|outliers?|findings?|wrong|violations?|suspicious|recommendations?|checks?|verdict"
    r"|evidence|re-?check|skipped|failed|N\d{1,2})\b|#\d{1,2}\b",
    re.IGNORECASE,
)
_RIGHT_AFTER = re.compile(
    r"\b(?:units?|calendar|time|show|why|values?|latitudes?|longitudes?|coordinates?|fill|missing|gaps?|depths?|salinity"
    r"|temperature|pressure|flags?|axis|bounds|attributes?|metadata|conventions?|serious|first|second|third|fourth|fifth"
    r"|last|it|more|else|explain)\b",
    re.IGNORECASE,
)
#: How the checker's answer begins, and an id of a finding.
_VERDICT = re.compile(
    r"([\w./+-]+\.\w+):(?:$| (?:(?:clean|recommendations|suspicious|violations|unreadable|incomplete)\."
    r"|\d+ (?:findings|checks)|there is no finding))",
    re.MULTILINE,
)
_FINDING = re.compile(r"\[([a-z][\w-]*(?::[^\]\s]{1,120})?)\]")
#: Turns back to which a question about a report may refer.
_BACK = 4


def asked(question: str, earlier: Sequence[tuple[str, str]], files: Sequence[str]) -> list[dict[str, str]]:
    """The arguments of each call of the checker that a question needs; none where it is not about a file.

    Parameters
    ----------
    earlier:
        (question, answer) of the turns before, oldest first.
    files:
        Names of the files that are there, as far as they are known.
    """
    from tools.netcdf.chosen import telling

    named = list(dict.fromkeys(_NAMED.findall(question)))
    rest = _NAMED.sub(" ", question)
    choosing = bool(earlier) and "Name one of:" in earlier[-1][1]
    if not named and (choosing or _CHECK.search(question)):
        for file in files:
            loose = _loosely(file, rest)
            if loose:
                named.append(file)
                rest = loose.sub(" ", rest)
    before = _before(question, earlier)
    if not named and before and not (_KIND.search(question) and _ALL.search(question)):
        named = before
    if not named and _KIND.search(question) and _CHECK.search(question):
        named = list(files[:MOST_FILES]) if _ALL.search(question) and files else [""]
    wanted = _wanted(rest, telling(rest))
    return [{"file": file} | ({"finding": wanted} if wanted else {}) for file in named[:MOST_FILES]]


def _wanted(question: str, words: Sequence[str]) -> str:
    """The finding that a question means: its id, its number, or the words that may choose it."""
    found = _FINDING.search(question)
    if found:
        return found.group(1)
    bare = re.search(r"(?<![\w/.])([a-z][a-z-]+:[\w/]+)", question)
    if bare:
        return bare.group(1)
    number = re.search(
        r"\b(?:finding|number|issue|problem|no\.?)\s*[NF]?\d{1,3}\b|#\d{1,3}\b|\b[NF]\d{1,3}\b", question, re.I
    )
    if number:
        return number.group()
    ordinal = re.search(r"\b(?:first|second|third|fourth|fifth|last) (?:one|finding|issue|problem)\b", question, re.I)
    if ordinal:
        return ordinal.group()
    checks = re.search(r"\bchecks\b|\bskipped\b|\bfailed\b", question, re.IGNORECASE)
    if checks:
        return checks.group()
    words = [word for word in words if word.casefold() not in _OF_THE_FILE]
    if re.search(r"\b(?:fix\w*|mend|repair|correct|solve|cure)\b", question, re.IGNORECASE):
        words = ["fix", *words]
    return " ".join(words)


#: Words of a question about the whole file.
_OF_THE_FILE = frozenset(
    "compare compared versus between accept acceptable "
    "anything check ok okay fine good clean usable trust data ncdf nc cdf netcdf cf compliant comply complies "
    "conform conforms convention conventions valid validate verify inspect examine quality report whether "
    "uploaded upload just hi hello hey please kindly thanks quick quickly run again recheck re ready publish "
    "publication use using paper really look see tell know need want like got get every each both all two three "
    "our new dataset datasets broken corrupt corrupted has having been being any overall summary verdict list "
    "everything something nothing seems seem bad there here into out not no yes serious most worst some other "
    "else details detail".split()
)


def _loosely(file: str, question: str) -> re.Pattern[str] | None:
    """Where a question names `file` without folder or ending: "the cast file", "mooring 2019"."""
    stem = re.sub(r"\.\w+$", "", file.rsplit("/", 1)[-1])
    parts = [re.escape(part) for part in re.split(r"[\W_]+", stem) if part]
    if sum(map(len, parts)) < 3:
        return None
    pattern = re.compile(r"(?<![^\W_])" + r"[\W_]*".join(parts) + r"(?![^\W_])", re.IGNORECASE)
    return pattern if pattern.search(question) else None


def _before(question: str, earlier: Sequence[tuple[str, str]]) -> list[str]:
    """The files that the conversation was about, where the question goes on about them."""
    for back, (_, answer) in enumerate(reversed(earlier[-_BACK:])):
        files = list(dict.fromkeys(_VERDICT.findall(answer)))
        if not files:
            continue
        held = {word for found in _FINDING.findall(answer) for word in re.findall(r"[a-z]{4,}", found.casefold())}
        right_after = back == 0 and (
            _RIGHT_AFTER.search(question) or held & set(re.findall(r"[a-z]{4,}", question.casefold()))
        )
        return files if _OF_A_REPORT.search(question) or right_after else []
    return []
