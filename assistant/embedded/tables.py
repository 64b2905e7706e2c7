"""Rows of tables: which of them a question means, what stands in which column, and the condition that it sets."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.embedded.asked import Asked, bag, plain
from assistant.embedded.conditions import Condition, condition, excluded
from assistant.embedded.units import Unit
from corpora.query import stem

#: Most rows of an answer.
MOST_ROWS = 40

_POSITION = re.compile(
    r"[-+−]?\d{1,3}\s?[°º]\s?(?:\d{1,2}(?:\.\d+)?\s?['’′]?)?\s?(?:[\d.]+\s?[\"”″])?\s?[NSEW]?(?![a-z])"
)
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{2,4}|\b\d{1,2}:\d\d(?::\d\d)?\b")
_PLAIN = re.compile(r"(?<![\w./:−-])[-+−]?\d[\d,]*(?:\.\d+)?(?![\w°º]|[-/:]\w)")
_BRACKETS = re.compile(r"\[[^\]]*\]|\([^)]*\)")
#: What the heads of numeric columns are called, as stems.
_MEASURES = {
    "temperature": "temperature", "temp": "temperature", "salinity": "salinity", "sal": "salinity", "depth": "depth",
    "pressure": "pressure", "press": "pressure", "oxygen": "oxygen", "chl": "chlorophyll", "chlorophyll": "chlorophyll",
    "sampler": "sampler", "bottle": "bottle", "volume": "volume", "weight": "weight", "length": "length",
    "height": "height", "speed": "speed", "wind": "speed", "duration": "duration", "count": "count", "number": "count",
    "density": "density", "distance": "distance", "alkalinity": "alkalinity", "dic": "dic", "ph": "ph", "cost": "cost",
    "wire": "wire", "altitude": "altitude", "turbidity": "turbidity", "fluorescence": "fluorescence",
    "conductivity": "conductivity", "nitrate": "nitrate", "phosphate": "phosphate", "silicate": "silicate",
}  # fmt: skip
_MEANT = {"deep": "depth", "deeper": "depth", "deepest": "depth", "shallower": "depth", "warmer": "temperature",
          "colder": "temperature", "saltier": "salinity", "fresher": "salinity", "metr": "depth",
          "meter": "depth", "water": "depth"}  # fmt: skip


def numbers(row: str) -> list[tuple[float, str]]:
    """The plain numbers of a row, in order, as (value, as written); dates, times and positions are none.

    >>> numbers("S275-042-CTD 2017-10-30 09:32 20.0 35.78 3.79 1931")
    [(20.0, '20.0'), (35.78, '35.78'), (3.79, '3.79'), (1931.0, '1931')]
    """
    bare = _DATE.sub(lambda m: "|" * len(m.group()), _POSITION.sub(lambda m: "|" * len(m.group()), row))
    return [(_value(m.group()), m.group()) for m in _PLAIN.finditer(bare)]


def _value(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


def measures(head: str) -> list[str]:
    """What the numeric columns of a table hold, in order, as far as its head says.

    >>> measures("Cast Date UTC Depth (m) Pressure (dbar) Latitude Longitude Samplers")
    ['depth', 'pressure', 'sampler']
    """
    last = _BRACKETS.sub(" ", head)
    found = []
    for word in re.findall(r"[a-z]+", plain(last)):
        name = _MEASURES.get(stem(word)) or _MEASURES.get(word)
        if name:
            found.append(name)
    return found


def wanted_measure(asked: Asked) -> set[str]:
    """The quantity that a question asks for, by the names of columns."""
    words, _ = bag(asked.text)
    names = {_MEASURES[word] for word in words if word in _MEASURES}
    meant = {_MEANT[word] for word in words if word in _MEANT}
    return names or meant


def column(rows: Sequence[Unit], head: str, asked: Asked, bound: Condition | None = None) -> int | None:
    """Which of the plain numbers of each row is the one that is asked for; None where that cannot be told.

    The heads decide where there are as many of them as numbers, or where the numbers of only one column lie on both
    sides of the condition.
    """
    counts = [len(numbers(row.text)) for row in rows]
    if not counts or not counts[0]:
        return None
    width = max(set(counts), key=counts.count)
    wanted = wanted_measure(asked)
    for start in range(len(names := measures(head))):
        tail = names[start:]
        if len(tail) == width and len(wanted & set(tail)) >= 1:
            chosen = [index for index, name in enumerate(tail) if name in wanted]
            return chosen[0]
    if width == 1 and wanted & set(names):
        return 0
    if bound is not None:
        full = [[value for value, _ in numbers(row.text)] for row in rows if len(numbers(row.text)) == width]
        both = [index for index in range(width) if len({bound.holds(values[index]) for values in full}) == 2]
        if len(both) == 1:
            return both[0]
    return None


def select(rows: Sequence[Unit], head: str, asked: Asked, question: str) -> list[Unit]:
    """The rows that a question means: those that hold what tells rows apart, and that meet its condition.

    A word tells rows apart when some of them hold it and others do not. Empty when nothing does, and the question does
    not ask for all.
    """
    held = [asked.matched(row.text) for row in rows]
    out = excluded(question)
    telling = [
        name
        for name in asked.weights
        if name not in out and 0 < sum(name in one for one in held) < len(rows) and not name.isdigit()
    ]
    bound = condition(question)
    kept = [row for row in rows if not out & bag(row.text)[0]]
    compound = [name for name in telling if name in asked.keys]
    if compound:
        kept = [row for row in kept if any(name in asked.matched(row.text) for name in compound)]
    else:
        for name in telling:
            fewer = [row for row in kept if name in asked.matched(row.text)]
            kept = fewer or kept
    if bound is not None:
        place = column(rows, head, asked, bound)
        if place is None:
            return []
        kept = [row for row in kept if len(values := numbers(row.text)) > place and bound.holds(values[place][0])]
    elif not telling and not asked.listed:
        return []
    return kept[:MOST_ROWS]


def relevance(rows: Sequence[Unit], head: str, caption: str, asked: Asked, bound: Condition | None = None) -> float:
    """How much of what is asked a table's caption, heads and rows hold together, 0 to 1.

    A column that the condition is held against says "deeper" or "warmer" as well as the word would.
    """
    compared = {}
    if bound is not None and column(rows, head, asked, bound) is not None:
        compared = {name: 1.0 for name in asked.weights if _MEANT.get(name) in measures(head)}
    return asked.share(
        asked.matched(head), asked.matched(caption), compared, *(asked.matched(row.text) for row in rows)
    )
