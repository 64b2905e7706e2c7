"""Typed text becomes one plain spelling: signs, superscripts, thousands marks, question marks.

Nothing is evaluated here. Whatever was read differently from how it was written is said in a note.
"""

from __future__ import annotations

import re
import unicodedata

from tools.calculator.model import CalculatorError

MAX_LENGTH = 500
MAX_NESTING = 30

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_SUPERSCRIPT_RUN = re.compile(r"[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_SIGNS = {
    "−": "-",
    "–": "-",
    "—": "-",
    "‐": "-",
    "‑": "-",
    "﹣": "-",
    "×": "*",
    "✕": "*",
    "⋅": "*",
    "·": "*",
    "∙": "*",
    "•": "*",
    "÷": "/",
    "∕": "/",
    "⁄": "/",
    "±": " +/- ",
    "→": "->",
    "⟶": "->",
    "µ": "u",
    "μ": "u",
    "Å": "angstrom",
    "º": "°",
    "˚": "°",
    "℃": " degC",
    "℉": " degF",
    "′": "'",
    "’": "'",
    "‘": "'",
    "ʹ": "'",
    "´": "'",
    "″": '"',
    "”": '"',
    "“": '"',
    "π": " pi ",
    "Ω": "ohm",
    "σ": "sigma",
    "θ": "theta",
    "½": "(1/2)",
    "¼": "(1/4)",
    "¾": "(3/4)",
    "‰": " permil",
    "…": "...",
    "\t": " ",
    "\n": " ",
    "\r": " ",
}
#: Spaces that typesetters use to group digits.
_THIN = "\u00a0\u2007\u2009\u202f\u2006\u2008"
_NUMBER = r"(?<![\w.,])\d{1,3}"
_COMMA_GROUPS = re.compile(_NUMBER + r"(?:,\d{3})+(?:\.\d+)?(?![\d,.])")
_APOSTROPHE_GROUPS = re.compile(_NUMBER + r"(?:'\d{3})+(?![\d'.])")
_SPACE_GROUPS = re.compile(_NUMBER + rf"(?:[ {_THIN}]\d{{3}})+(?![\d'°\"])(?!\.\d+\s*['°])(?! *\d)")
_UNDERSCORES = re.compile(r"(?<=\d)_(?=\d)")
_DECIMAL_COMMA = re.compile(r"(?<![\w.,])\d+,\d+(?![\d,])")
_MONTH = re.compile(r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|\bsince\b", re.I)
_POSITION = re.compile(r"\d[\d.°'\" ]*[NSEW]\b")


def clean(raw: str) -> tuple[str, list[str]]:
    """One line of plain text, and notes on what was read differently from how it was written.

    Raises CalculatorError for what is no single expression: nothing, too long, too deeply nested, digits that are
    not 0 to 9, or a comma that may be a decimal or a thousands mark.
    """
    if not isinstance(raw, str):
        raise CalculatorError("The expression is not text.")
    if len(raw) > MAX_LENGTH:
        raise CalculatorError(
            f"The expression has {len(raw)} characters, and at most {MAX_LENGTH} are read.", "Split it."
        )
    notes: list[str] = []
    text = "".join(_SIGNS.get(character, character) for character in raw)
    text = _SUPERSCRIPT_RUN.sub(lambda found: "^" + found.group().translate(_SUPERSCRIPTS), text)
    text = text.replace("√", " sqrt ")
    _refuse_foreign(text)
    text = _group_digits(text, notes)
    for space in _THIN:
        text = text.replace(space, " ")
    text = re.sub(r"\+ ?/ ?-|\+-(?=\s*[\d.])", " +/- ", text)
    text = re.sub(r" {2,}", " ", text).strip()
    text = re.sub(r"^=\s*", "", text)
    text = re.sub(r"(?:\s*=?\s*\?+|\s*=)\s*$", "", text)
    text = re.sub(r"(?<=[\w)\]%'\"])\s*[.!;,]$", "", text) if not re.search(r"\d!$", text) else text
    text = text.strip()
    if not text:
        raise CalculatorError("There is no expression.", "Write one, for example 20 degC in K.")
    depth = deepest = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
        if depth < 0:
            raise CalculatorError("A bracket is closed that was never opened.")
    if depth:
        raise CalculatorError("A bracket is opened and never closed.")
    if deepest > MAX_NESTING:
        raise CalculatorError(f"Brackets are nested {deepest} deep, and at most {MAX_NESTING} are read.")
    return text, notes


def _refuse_foreign(text: str) -> None:
    for character in text:
        if character.isascii():
            if ord(character) < 32 or ord(character) == 127:
                raise CalculatorError(f"The control character U+{ord(character):04X} has no place in an expression.")
            continue
        if character in _THIN or character == "°":
            continue
        name = unicodedata.name(character, f"U+{ord(character):04X}").lower()
        if character.isnumeric():
            raise CalculatorError(f"The digit {character!r} ({name}) is not read.", "Write digits as 0 to 9.")
        raise CalculatorError(f"The character {character!r} ({name}) has no place in an expression.")


def _group_digits(text: str, notes: list[str]) -> str:
    text = _UNDERSCORES.sub("", text)
    in_call = bool(re.search(r"\b[A-Za-z_]\w*\s*\([^()]*,|\[[^\]]*,", text))
    listed = bool(re.search(r"\b(?:mean|average|sum|median|min|max|maximum|minimum|deviation|variance)\b", text, re.I))
    dated = bool(_MONTH.search(text))
    positions = bool(_POSITION.search(text))

    def join(found: re.Match[str]) -> str:
        joined = re.sub(rf"[,' {_THIN}]", "", found.group())
        notes.append(f"{found.group()} was read as the number {joined}.")
        return joined

    if in_call or listed:
        if _COMMA_GROUPS.search(text):
            notes.append("Commas were read as separators between numbers, not as thousands marks.")
    elif not dated:
        if found := re.search(r"(?<![\w.,])\d{1,3}(?:\.\d{3})+,\d+", text):
            raise CalculatorError(
                f"The signs in {found.group()} may be decimal or thousands marks.",
                f"Write {found.group().replace('.', '').replace(',', '.')} for the one with a decimal comma.",
            )
        text = _COMMA_GROUPS.sub(join, text)
        if not positions and (found := _DECIMAL_COMMA.search(text)):
            raise CalculatorError(
                f"The comma in {found.group()} may be a decimal or a thousands mark.",
                f"Write {found.group().replace(',', '.')} or {found.group().replace(',', '')}.",
            )
    if not dated and not positions:
        text = _APOSTROPHE_GROUPS.sub(join, text)
        text = _SPACE_GROUPS.sub(join, text)
    return text
