"""Is an answer right, going by its words? Numbers of the expected answer that occur, and overlap of tokens.

Token overlap is SQuAD's F1 (Rajpurkar et al. 2016, section 6.1): lower case, without punctuation and articles. Answers
that quote are longer than the expected ones, so recall is told beside F1 and decides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from corpora.folding import fold

#: From this recall of tokens on, an answer whose numbers are all there counts as right.
ENOUGH = 0.6
_NUMBER = re.compile(r"(?<![\w.])[-−–]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?")
_NAME = re.compile(r"[^\W\d_]\w*[-–]$")
_SKIPPED = frozenset("a an the of in on at to and or is are was were by for with from as it its that".split())


def numbers(text: str) -> list[float]:
    """The numbers of a text; commas inside are of thousands. A dash before one is a sign only at the start of a word.

    >>> numbers("between 1,580 dbar and -3.5 °C")
    [1580.0, -3.5]
    """
    found = []
    for match in _NUMBER.finditer(text):
        written = match.group().replace("−", "-").replace("–", "-").rstrip(",").replace(",", "")
        # What hangs on a name by a hyphen ("HF31-017") is part of the name.
        if not _NAME.search(text[: match.start()]):
            found.append(float(written))
    return found


def numbers_found(expected: str, given: str) -> tuple[int, int]:
    """(numbers of the expected answer that the given one has, numbers of the expected answer)."""
    wanted = Counter(abs(one) for one in numbers(expected))
    there = Counter(abs(one) for one in numbers(given))
    return sum((wanted & there).values()), sum(wanted.values())


def words(text: str) -> list[str]:
    """The words that count, in order, without their case."""
    found = re.findall(r"[^\W_]+(?:[.:][^\W_]+)*", fold(text).text)
    return [word for word in found if word not in _SKIPPED]


def overlap(expected: str, given: str) -> tuple[float, float]:
    """(F1, recall) of the words of the expected answer; (1, 1) when there are none."""
    wanted, there = Counter(words(expected)), Counter(words(given))
    if not wanted:
        return 1.0, 1.0
    common = sum((wanted & there).values())
    recall = common / sum(wanted.values())
    precision = common / sum(there.values()) if there else 0.0
    return (2 * precision * recall / (precision + recall) if common else 0.0), recall


def is_correct(expected: str, given: str) -> bool:
    """Whether all numbers of the expected answer are there, and enough of its words."""
    found, wanted = numbers_found(expected, given)
    return found == wanted and overlap(expected, given)[1] >= ENOUGH


def best_of(expected: str, statements: Sequence[str]) -> tuple[float, float]:
    """The best F1 and the best recall that a single statement reaches."""
    pairs = [overlap(expected, one) for one in statements] or [(0.0, 0.0)]
    return max(f1 for f1, _ in pairs), max(recall for _, recall in pairs)
