"""Numbers written as words: "five", "twenty-one", "a dozen", "half a", "third"."""

from __future__ import annotations

import re

WORDS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
TENS = {
    word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "dozen": 12}
ORDINALS = {
    word: value
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), 1
    )
}
WORD = re.compile(
    r"(?<![\w-])(?:(?P<tens>" + "|".join(TENS) + r")(?:[- ](?P<ones>" + "|".join(list(WORDS)[1:10]) + r"))?"
    r"|(?P<small>" + "|".join(WORDS) + r")|(?P<dozen>a\sdozen|half\sa\sdozen)|(?P<half>half)(?=\sa[n]?\s))"
    r"(?:[- ](?P<scale>hundred|thousand|million|billion|dozen))?(?![\w])",
    re.IGNORECASE,
)
ORDINAL = re.compile(r"(?<![\w-])(?:" + "|".join(ORDINALS) + r")(?![\w])", re.IGNORECASE)
_PRONOUN_AFTER = re.compile(
    r"\s(?:of|another|or\s(?:more|two|several|the)|can|could|should|must|might|would|way)\b", re.IGNORECASE
)
_PRONOUN_BEFORE = re.compile(r"\b(?:no|any|this|that|the|each|every|which|some|other|another)\s$", re.IGNORECASE)


def is_pronoun(text: str, match: re.Match[str]) -> bool:
    """Whether "one" counts nothing: "one of the", "no one", "the one"."""
    if match.group("small") is None or match.group("small").lower() != "one" or match.group("scale"):
        return False
    before = text[max(0, match.start() - 9) : match.start()]
    return bool(_PRONOUN_AFTER.match(text, match.end()) or _PRONOUN_BEFORE.search(before))
