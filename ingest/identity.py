"""Who a document is: its title, its cruise, its year, by its own facts or else by its first page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from ingest.pages import Facts, ReadPage

_JUNK_TITLE = re.compile(
    r"^(?:microsoft (?:word|powerpoint|excel) ?-|untitled|document ?\d*$|title$|name$|none$|print\b|slide \d)"
    r"|\.(?:docx?|dvi|mif|pdf|indd|qxd|tex|pptx?|xlsx?|wpd|fm|ps|eps|rtf|odt|cdr|ai|png|jpe?g|tiff?|bmp)$"
    r"|^[\w.-]*_[\w.-]*$",
    re.IGNORECASE,
)
# A ship's or section's code and a number: SO279, JC41, A20, P02E, MSM-95/2, TN 246, S275.
_CRUISE = re.compile(r"(?<![A-Za-z0-9])([A-Z]{1,4})[- ]?(\d{2,4})([A-Z]?)(?:/(\d))?(?![A-Za-z0-9])")
_NOT_CRUISES = frozenset(
    "CTD SBE EM UTC GMT ISO BP PO TEL FAX DOI ISBN ISSN NO OS PH CFC CO SF SN PMEL NASA TEOS EOS WOCE WHP CF "
    "PSS US ADCP CRM RFC MD PC CB GF TS FIG TAB VOL PP PG AD WG F Q "
    "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
)
_WORK = re.compile(
    r"(?!This|The |An? )(?:[A-Z(][\w&()-]* (?:(?:of|the|for|to|and|in) )*){0,5}(?:Report|Manual|Guide|Handbook|Plan"
    r"|Summary|Update|Description|Conventions|Cookbook|Outline|Notes?)s?\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(19[5-9]\d|20[0-9]\d)(?!\d)")


@dataclass(frozen=True)
class Identity:
    """`words` is what routing matches a question against: title, cruise, file name, first lines."""

    title: str
    cruise: str
    year: str
    words: str


def identify(file: str, facts: Facts, pages: Sequence[ReadPage]) -> Identity:
    """Work out who a document is from its facts and its first pages.

    Parameters
    ----------
    file:
        The file's name.
    pages:
        The first pages of the document (three are enough).
    """
    stem = PurePath(file).stem
    first = pages[0] if pages else None
    opening = re.sub(r"\s+", " ", first.text[:600]).strip() if first else ""
    title = "" if _JUNK_TITLE.search(facts.title) or len(facts.title) < 4 else facts.title
    if not title or title.lower() == stem.lower():
        title = _printed_title(pages) or title or _spaced(stem)
    cruise = _cruise(stem, title, pages)
    years = _YEAR.findall(_spaced(stem)) or _YEAR.findall(title) or _YEAR.findall(opening)
    year = years[0] if years else facts.created[:4]
    words = " ".join(part for part in (title, cruise, _spaced(stem), facts.keywords, opening[:300]) if part)
    return Identity(title=title, cruise=cruise, year=year, words=words)


def _spaced(stem: str) -> str:
    """File name words: `GOSHIP_A20_2021_cruise_report` as five words."""
    return re.sub(r"[\W_]+", " ", stem).strip()


def _printed_title(pages: Sequence[ReadPage]) -> str:
    """The title as printed: the largest type of the first page, or a line that names a kind of work."""
    if not pages:
        return ""
    repeated = {_line_key(line) for page in pages[1:3] for line in page.text.split("\n")}
    lines: list[tuple[float, str]] = []
    position = 0
    for line in pages[0].text.split("\n"):
        sizes = pages[0].sizes[position : position + len(line)]
        if sum(c.isalpha() for c in line) >= 4 and _line_key(line) not in repeated:
            lines.append((float(sizes.max()) if len(sizes) else 0.0, line.strip()))
        position += len(line) + 1
    lines = lines[:30]
    if not lines:
        return ""
    largest = max(size for size, _ in lines)
    start = next((i for i, (size, _) in enumerate(lines) if size >= 0.95 * largest), 0)
    stop = start
    while stop < len(lines) and stop < start + 3 and lines[stop][0] >= 0.95 * largest:
        stop += 1
    uniform = largest <= 0 or sum(size >= 0.95 * largest for size, _ in lines) > 0.5 * len(lines)
    if uniform:
        start = next((i for i, (_, line) in enumerate(lines[:15]) if _names_work(line)), start)
        stop = start + (2 if _WORK.fullmatch(lines[start][1]) else 1)
    return re.sub(r"\s+", " ", " ".join(line for _, line in lines[start:stop])).strip()[:160]


def _names_work(line: str) -> bool:
    return len(line) < 90 and line[0].isupper() and line[-1] not in ".,;" and bool(_WORK.match(line))


def _line_key(line: str) -> str:
    return re.sub(r"[\W\d]+", "", line.lower())


def _cruise(stem: str, title: str, pages: Sequence[ReadPage]) -> str:
    """The identifier that the file name, the title or the opening gives and the text repeats."""
    opening = pages[0].text[:1500] if pages else ""
    body = "\n".join(page.text for page in pages)
    counts: Counter[str] = Counter()
    for text, weight in ((_spaced(stem), 6), (title, 6), (opening, 2), (body, 1)):
        seen = Counter(found for found in map(_name, _CRUISE.finditer(text)) if found)
        for name, count in seen.items():
            counts[name] += weight * min(count, 3)
    named = {name for name in counts if counts[name] >= 6}
    return max(named, key=lambda name: (counts[name], name), default="")


def _name(match: re.Match[str]) -> str:
    letters, digits, suffix, leg = match.groups()
    if letters in _NOT_CRUISES or (len(digits) == 4 and _YEAR.fullmatch(digits)):
        return ""
    return f"{letters}{digits}{suffix}{'/' + leg if leg else ''}"
