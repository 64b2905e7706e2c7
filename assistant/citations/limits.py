"""What stands beside a number and bounds or hedges it: "at least", "no more than", "about", "or more"."""

from __future__ import annotations

import re

_HEDGE = re.compile(
    r"(?:~|\bca?\.?|\bcirca|\babout|\bapprox(?:\.|imately)?|\baround|\broughly|\bnearly|\balmost|\bsome|\border\sof)"
    r"\s*(?:a\s)?$",
    re.IGNORECASE,
)
_BOUNDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (bound, re.compile(pattern + r"\s*(?:~|about\s|approximately\s|the\s|of\s|a\s)?$", re.IGNORECASE))
    for bound, pattern in (
        ("le", r"(?:\b(?:no|not)\s(?:more|greater|deeper|higher|larger|longer|later)\sthan"
               r"|\bat\s(?:the\s)?(?:most|maximum)"
               r"|\bup\sto|\bmaximum\sof|<=|≤|\bdoes\snot\sexceed|\bnot\sexceed(?:ing)?)"),
        ("ge", r"(?:\b(?:no|not)\s(?:less|fewer|smaller|lower|shallower)\sthan|\bat\s(?:the\s)?(?:least|minimum)"
               r"|\bminimum\sof|>=|≥)"),
        ("gt", r"(?:\b(?:more|greater|deeper|higher|larger|longer|older|heavier|faster|warmer|bigger|further|farther)"
               r"\sthan|\bover|\babove|\bexceed(?:s|ed|ing)?|>|\bin\sexcess\sof|\bbeyond)"),
        ("lt", r"(?:\b(?:less|fewer|smaller|shallower|lower|shorter|younger|lighter|slower|colder|cooler|better)\sthan"
               r"|\bunder|\bbelow|<|\bwithin|\bshort\sof)"),
    )
)  # fmt: skip
_AFTER_BOUND = re.compile(
    r"\s?(?:or|and)\s(?:(?P<ge>more|greater|above|higher|deeper|over|larger|longer)"
    r"|(?P<le>less|fewer|below|lower|under|smaller|shorter|shallower))\b",
    re.IGNORECASE,
)


def bound_of(text: str, start: int, end: int) -> tuple[str, bool]:
    before = text[max(0, start - 40) : start]
    before = before[:-1].rstrip() + " " if before.endswith(("(", "$")) else before
    hedge = _HEDGE.search(before)
    lead = before[: hedge.start()] if hedge else before
    for bound, pattern in _BOUNDS:
        if pattern.search(lead):
            return bound, bool(hedge)
    after = _AFTER_BOUND.match(text, end)
    if after:
        return ("ge" if after.group("ge") else "le"), bool(hedge)
    return "", bool(hedge)
