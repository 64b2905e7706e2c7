"""Normalisation before matching: what a reader cannot see is removed, decoded and reported.

Three views of a text come out. `clean` is for reading and for models: only invisible characters are gone.
`matching` is for rules and n-grams: NFKC, case folded, look-alike letters of other scripts folded to Latin,
accents removed, white space squeezed. `hidden` is what tag characters or variation selectors spelled.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from guards.lookalikes import FOLD
from guards.risks import risk
from guards.verdict import Risk

# Longest text that is looked at in one piece; a guard works through longer texts in windows of this size.
MAX_CHARACTERS = 200_000

_TAGS = re.compile("[\U000e0000-\U000e007f]+")
_FLAG = re.compile("\U0001f3f4[\U000e0061-\U000e007a\U000e0030-\U000e0039]{1,6}\U000e007f")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]+")
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\u2061-\u2064\u180e\u00ad\u034f\u3164\u115f\u1160\u17b4\u17b5\uffa0]")
_BIDI_STRONG = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BIDI_MARKS = re.compile("[\u200e\u200f\u061c]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufff9-\ufffb]")
_SPACE = re.compile(r"\s+")
# Zero-width joiners and non-joiners are ordinary in these scripts and between emoji, so they count only in
# Latin, Greek and Cyrillic words.
_LETTER = "[A-Za-z\u0370-\u04ff]"
_INSIDE_WORD = re.compile(_LETTER + "[\u200b\u200c\u200d\u2060\u2061-\u2064\u180e\u034f]+(?=" + _LETTER + ")")
_MIXED_WORD = re.compile("[A-Za-z\u0250-\u02af\u0370-\u058f\u13a0-\u13f4\u1401-\u167f\u1d00-\u1d7f\ua720-\ua7ff]{3,}")
_LATIN = re.compile("[A-Za-z]")
_OTHER = re.compile("[\u0250-\u02af\u0370-\u058f\u13a0-\u13f4\u1401-\u167f\u1d00-\u1d7f\ua720-\ua7ff]")
# Single Greek letters next to Latin ones are units and symbols (µmol, Δt, σθ), not disguises.
_GREEK_SYMBOLS = frozenset("µμΔδσθλΩφπαβγεηκνρτχψω")


@dataclass(frozen=True, slots=True)
class Finding:
    """A kind of hidden or deceptive character, how often it occurs, and where it occurs first."""

    kind: str
    count: int
    start: int


@dataclass(frozen=True, slots=True)
class Normalised:
    """The views of a text and what was found on the way. `clean` keeps everything that can be seen."""

    clean: str
    matching: str
    hidden: str
    findings: tuple[Finding, ...]

    def risks(self) -> list[Risk]:
        """The findings as risks of the family `hidden`. Few characters are weak evidence, many are strong."""
        weights = {"tags": 0.95, "selectors": 0.8, "bidi": 0.6, "invisible": 0.35, "homoglyph": 0.4}
        found = []
        for finding in self.findings:
            if finding.kind in weights:
                base = weights[finding.kind]
                found.append(risk(f"hidden.{finding.kind}", base + (1 - base) * min(finding.count - 1, 20) / 25))
        return found


def normalise(text: str) -> Normalised:
    """Look through a text for what cannot be seen and return its views.

    >>> normalise("ig\\u200bno\\u200bre").matching
    'ignore'
    >>> [finding.kind for finding in normalise("p\\u0430yload").findings]
    ['homoglyph']
    """
    findings: list[Finding] = []
    hidden: list[str] = []
    text = _FLAG.sub("\U0001f3f4", text)

    tags = list(_TAGS.finditer(text))
    if tags:
        findings.append(Finding("tags", sum(len(match[0]) for match in tags), tags[0].start()))
        hidden.extend(_tag_text(match[0]) for match in tags)
    runs = [match for match in _SELECTORS.finditer(text) if len(match[0]) > 1]
    if runs:
        findings.append(Finding("selectors", sum(len(match[0]) for match in runs), runs[0].start()))
        hidden.extend(_selector_text(match[0]) for match in runs)
    inside = list(_INSIDE_WORD.finditer(text))
    if inside:
        findings.append(Finding("invisible", len(inside), inside[0].start()))
    bidi = list(_BIDI_STRONG.finditer(text))
    # A pair of isolates around a name is ordinary typesetting; overrides and embeddings are not.
    if any(match[0] in "\u202a\u202b\u202d\u202e" for match in bidi):
        findings.append(Finding("bidi", len(bidi), bidi[0].start()))

    clean = _strip(text)
    mixed = [match for match in _MIXED_WORD.finditer(clean) if _is_disguised(match[0])]
    if mixed:
        findings.append(Finding("homoglyph", len(mixed), mixed[0].start()))
    return Normalised(clean, fold(clean), " ".join(part for part in hidden if part.strip()), tuple(findings))


def fold(text: str) -> str:
    """A text for matching only: NFKC, lower case, accents and look-alike letters folded, white space
    squeezed.
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    if not text.isascii():
        # Look-alikes are folded only in words that also hold Latin letters, so that Russian and Greek stay
        # themselves.
        text = _MIXED_WORD.sub(lambda word: word[0].translate(FOLD) if _LATIN.search(word[0]) else word[0], text)
        decomposed = unicodedata.normalize("NFKD", text)
        text = unicodedata.normalize("NFC", "".join(c for c in decomposed if not _is_latin_accent(c)))
        text = text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')
    return _SPACE.sub(" ", text).strip()


def _strip(text: str) -> str:
    text = _TAGS.sub("", text)
    text = _SELECTORS.sub("", text)
    text = _INVISIBLE.sub("", text)
    text = _BIDI_STRONG.sub("", text)
    text = _BIDI_MARKS.sub("", text)
    return _CONTROL.sub("", text)


def _tag_text(run: str) -> str:
    return "".join(chr(ord(c) - 0xE0000) for c in run if 0x20 <= ord(c) - 0xE0000 < 0x7F)


def _selector_text(run: str) -> str:
    data = bytes(ord(c) - 0xFE00 if ord(c) <= 0xFE0F else ord(c) - 0xE0100 + 16 for c in run)
    spelled = data.decode("utf-8", errors="replace")
    return spelled if sum(c.isprintable() for c in spelled) > 0.8 * len(spelled) else ""


def _is_disguised(word: str) -> bool:
    if word.isascii() or not _LATIN.search(word):
        return False
    others = [c for c in word if _OTHER.match(c) and c not in _GREEK_SYMBOLS]
    return bool(others) and all(ord(c) in FOLD for c in others) and len(_LATIN.findall(word)) + len(others) >= 3


def _is_latin_accent(character: str) -> bool:
    return "\u0300" <= character <= "\u036f"
