"""More ways to make a true statement false: what is moved, weakened, strengthened or stitched rather than replaced."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from random import Random

Twist = Callable[[str, Random], str | None]

#: What may stand between two members of a list: swapping those changes nothing.
_LIST = re.compile(r"[\s,;/&+-]*(?:\b(?:and|or|und|et)\b)?[\s,;/&+-]*")
_VERBS = r"(?:was|were|is|are|has|have|had|will be|can be|could be)"
_NUMBER = r"(?<![\w.,/:#°º'’-])\d+(?:\.\d+)?(?![\w.,/:°º'’-]*\d)(?![.,]\d)"


def _place(text: str, pattern: str, rng: Random) -> re.Match[str] | None:
    places = list(re.finditer(pattern, text))
    return rng.choice(places) if places else None


def _put(text: str, match: re.Match[str], new: str) -> str | None:
    if not match.group()[:1].islower():
        new = new[:1].upper() + new[1:]
    changed = text[: match.start()] + new + text[match.end() :]
    return changed if changed != text else None


def _traded(text: str, table: dict[str, str], rng: Random) -> str | None:
    """One word of `table` in the place of its partner."""
    match = _place(text, r"\b(?i:" + "|".join(map(re.escape, table)) + r")\b", rng)
    if (
        match is None
        or not re.match(r" [A-Za-z\d~]", text[match.end() :])
        or text[match.end() : match.end() + 4] == " so."
    ):
        return None
    return _put(text, match, table[match.group().lower()])


def _both_ways(pairs: str) -> dict[str, str]:
    table: dict[str, str] = {}
    for pair in pairs.split():
        left, right = pair.replace("_", " ").split(":")
        table.setdefault(left, right)
        table.setdefault(right, left)
    return table


def _swapped(text: str, matches: list[re.Match[str]], rng: Random) -> str | None:
    """Two of `matches` in each other's place, where more than a list stands between them."""
    pairs = [
        (a, b)
        for index, a in enumerate(matches)
        for b in matches[index + 1 :]
        if not _alike(a.group(), b.group()) and not _one_list(text[a.end() : b.start()], matches, a, b)
    ]
    if not pairs:
        return None
    a, b = rng.choice(pairs)
    return text[: a.start()] + b.group() + text[a.end() : b.start()] + a.group() + text[b.end() :]


def _alike(one: str, other: str) -> bool:
    """Whether two members may change places and say the same: "08" and "8", "Niskin" and "Niskins"."""
    one, other = (member.lower().lstrip("0").rstrip("s") for member in (one, other))
    return one == other


def _one_list(between: str, matches: list[re.Match[str]], a: re.Match[str], b: re.Match[str]) -> bool:
    inner = [match for match in matches if a.start() <= match.start() <= b.start()]
    text = a.string
    return all(_LIST.fullmatch(text[x.end() : y.start()]) for x, y in pairwise(inner))


def swapped_numbers(text: str, rng: Random) -> str | None:
    return _swapped(text, list(re.finditer(_NUMBER, text)), rng)


def swapped_names(text: str, rng: Random) -> str | None:
    return _swapped(text, list(re.finditer(r"(?<=[\w,:(/] )(?:[A-Z][\w]*[A-Za-z][\w]*)(?:[ -][A-Z]\w+)*", text)), rng)


def swapped_labels(text: str, rng: Random) -> str | None:
    return _swapped(text, list(re.finditer(r"\b(?=[\w-]*\d)[A-Z][\w]*(?:-\w+)?\b", text)), rng)


_PRONOUNS = {
    "which",
    "these",
    "those",
    "there",
    "their",
    "other",
    "where",
    "together",
    "every",
    "several",
    "still",
    "through",
    "because",
    "before",
    "three",
    "after",
    "approximately",
    "about",
    "prior",
}


def swapped_nouns(text: str, rng: Random) -> str | None:
    """Two longer words on either side of a verb or of a preposition that has a direction."""
    match = _place(
        text,
        r"\b([a-z]{5,})((?: [\w-]+)? (?:was|were|is|are) (?:[a-z]+ed|higher|lower|larger|above|below|deeper)"
        r"(?: by| to| from| than| in| on| into| over)? (?:the |a |an )?)([a-z]{5,})\b",
        rng,
    )
    if match is None or match.group(1) == match.group(3) or {match.group(1), match.group(3)} & _PRONOUNS:
        return None
    return _put(text, match, match.group(3) + match.group(2) + match.group(1))


def swapped_ends(text: str, rng: Random) -> str | None:
    match = _place(text, r"\bfrom (?:the )?([\w-]+(?: [A-Z]\w+)?) to (?:the )?([\w-]+(?: [A-Z]\w+)?)\b", rng)
    if match is None or match.group(1) == match.group(2):
        return None
    return text[: match.start(1)] + match.group(2) + text[match.end(1) : match.start(2)] + match.group(1) + text[
        match.end(2) :
    ]  # fmt: skip


def transposed_digits(text: str, rng: Random) -> str | None:
    match = _place(text, r"\d{4,}", rng)
    if match is None:
        return None
    digits = match.group()
    at = rng.randrange(len(digits) - 1)
    return _put(text, match, digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :])


def moved_point(text: str, rng: Random) -> str | None:
    match = _place(text, r"(?<![\w.,/:-])(\d+)\.(\d+)(?![\w.]*\d)", rng)
    if match is None or not match.group(1).strip("0"):
        return None
    return _put(text, match, f"{match.group(1)}{match.group(2)[0]}.{match.group(2)[1:]}".rstrip("."))


def changed_range(text: str, rng: Random) -> str | None:
    match = _place(text, r"(?<![\w.,/:-])(\d+)( ?[-–] ?| to )(\d+)(?![\w.,/:-]*\d)", rng)
    if match is None:
        return None
    low, high = int(match.group(1)), int(match.group(3))
    if rng.random() < 0.5:
        return _put(text, match, f"{low}{match.group(2)}{high + rng.choice([1, 5, 10])}")
    return _put(text, match, f"{low + 1 if low + 1 < high else low + 7}{match.group(2)}{high}")


_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()


def changed_ordinal(text: str, rng: Random) -> str | None:
    match = _place(text, r"\b(?:" + "|".join(_ORDINALS) + r")\b", rng)
    if match is None:
        return None
    return _put(text, match, rng.choice([o for o in [*_ORDINALS, "last"] if o != match.group()]))


_COMPARED = _both_ways(
    "more:less larger:smaller greater:smaller higher:lower deeper:shallower warmer:colder faster:slower longer:shorter "
    "above:below before:after over:under better:worse stronger:weaker earlier:later older:newer heavier:lighter "
    "fresher:saltier wider:narrower exceeded:undershot increased:decreased increase:decrease rose:dropped "
    "increasing:decreasing upper:lower northern:southern eastern:western northward:southward eastward:westward "
    "improved:deteriorated began:ended started:stopped inside:outside within:outside toward:away_from "
    "upstream:downstream "
    "starboard:port primary:secondary positive:negative maximum:minimum successful:unsuccessful "
    "successfully:unsuccessfully "
    "agreed:disagreed possible:impossible present:absent opened:closed open:closed early:late shallow:deep high:low "
    "large:small long:short good:poor fast:slow new:old strong:weak full:empty left:right clockwise:counterclockwise "
    "accepted:rejected included:excluded increases:decreases added:removed installed:removed deployed:recovered"
)
_HIGHEST = _both_ways(
    "highest:lowest largest:smallest deepest:shallowest best:worst most:least first:last earliest:latest "
    "longest:shortest "
    "greatest:smallest warmest:coldest strongest:weakest fastest:slowest nearest:farthest oldest:newest"
)
_SIGN = _both_ways("south:north east:west southern:northern eastern:western southeast:northwest northeast:southwest")
_HOW_MANY = {
    "all": "some", "every": "almost every", "each": "some", "most": "all", "several": "all", "many": "all",
    "some": "all", "few": "many", "both": "neither", "none": "some", "always": "sometimes", "sometimes": "always",
    "usually": "always", "often": "always", "only": "also", "mostly": "entirely", "generally": "always",
    "rarely": "often", "various": "all", "entire": "partial", "half": "most", "majority": "minority", "any": "all",
    "typically": "always", "partially": "fully", "completely": "partially", "fully": "partially", "nearly": "exactly",
    "approximately": "exactly", "about": "exactly", "numerous": "few", "no": "every", "occasionally": "always",
}  # fmt: skip
_LINKS = _both_ways(
    "before:after during:before because:although until:since due_to:despite with:without and:or if:unless while:before "
    "and:but_not by:without into:out_of prior_to:after in_addition_to:instead_of as_well_as:but_not throughout:outside "
    "from:to onto:off using:without along:across upon:before via:without above:below over:under upstream:downstream "
    "by:for of:to within:beyond against:with between:outside behind:ahead_of around:through"
)
_PLANS = {
    "will": "did", "was": "will be", "were": "will be", "may": "will", "might": "will", "could": "did",
    "should": "did", "can": "cannot", "must": "may", "would": "did", "is": "might be", "are": "might be",
    "planned": "carried out", "expected": "observed", "probably": "certainly", "likely": "certainly",
    "possibly": "certainly", "suggests": "proves", "suggest": "prove", "appears": "proved", "perhaps": "certainly",
    "attempted": "completed", "tried": "managed", "proposed": "completed", "estimated": "measured",
}  # fmt: skip


def changed_comparison(text: str, rng: Random) -> str | None:
    return _traded(text, _COMPARED, rng)


def changed_superlative(text: str, rng: Random) -> str | None:
    return _traded(text, _HIGHEST, rng)


def changed_direction(text: str, rng: Random) -> str | None:
    return _traded(text, _SIGN, rng)


def changed_quantifier(text: str, rng: Random) -> str | None:
    return _traded(text, _HOW_MANY, rng)


def changed_link(text: str, rng: Random) -> str | None:
    table = (
        {word: other for word, other in _LINKS.items() if word not in ("and", "or")} if _DENIED.search(text) else _LINKS
    )
    return _traded(text, table, rng)


#: Under a denial "and" and "or" say the same.
_DENIED = re.compile(r"\b(?:no|not|never|neither|without|cannot)\b", re.IGNORECASE)


def changed_plan(text: str, rng: Random) -> str | None:
    return _traded(text, _PLANS, rng)


_COUNTED = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_QUIET = ["rarely", "hardly", "barely", "seldom", "scarcely", "no longer", "almost never", "only", "allegedly",
"not yet",
          "never again", "by no means", "supposedly", "unsuccessfully", "nearly", "almost"]  # fmt: skip


def quietly_denied(text: str, rng: Random) -> str | None:
    match = _place(text, rf"\b{_VERBS}\b(?! not)", rng)
    if match is None:
        return None
    word = rng.choice(_QUIET)
    if word in ("nearly", "almost") and _NUMBER_NEXT.match(text[match.end() :]):
        return None  # "nearly 5 m" is no lie about 5 m, nor is "nearly about 5 m"
    return text[: match.end()] + " " + word + text[match.end() :]


_NUMBER_NEXT = re.compile(rf" (?:(?:about|approximately|around|roughly|some) )?(?:[\d~]|(?:{_COUNTED}) )")


def failed(text: str, rng: Random) -> str | None:
    """Somebody failed to do what the source says that they did."""
    match = _place(text, r"\b(was|were) ([a-z]+ed)\b", rng)
    if match is None:
        return None
    rest = rng.choice(["not to be", "supposed to be", "meant to be", "refused to be", "about to be"])
    return _put(text, match, f"{match.group(1)} {rest} {match.group(2)}")


def excepted(text: str, rng: Random) -> str | None:
    addition = rng.choice([
        "except on the first day", "but not at every station", "unless the weather was bad", "with a few exceptions",
        "without success", "for the last time", "against advice", "in theory", "in part", "by mistake",
        "except at night",
        "on paper only", "if at all",
    ])  # fmt: skip
    return text[:-1] + " " + addition + "." if text.endswith(".") else None


def exception_dropped(text: str, rng: Random) -> str | None:
    match = _place(text, r",? (?:except|unless|excluding|other than|apart from)\b[^.,;]{3,60}", rng)
    return None if match is None else text[: match.start()] + text[match.end() :]


def limit_dropped(text: str, rng: Random) -> str | None:
    match = _place(
        text,
        r"\b(?:only|at least|at most|up to(?= ~?\\d)|more than|less than|no more than|almost|nearly|mostly|partly) ",
        rng,
    )
    return None if match is None else text[: match.start()] + text[match.end() :]


def limit_added(text: str, rng: Random) -> str | None:
    match = _place(text, r"(?<=[a-z] )" + _NUMBER, rng)
    if match is None or re.search(
        r"(?:than|least|most|to|over|about|the|of|and|above|below|between|within|~) $", text[: match.start()]
    ):
        return None
    if not re.match(r" (?![ap]\.?m)[a-z]", text[match.end() :]):
        return None
    limit = rng.choice(
        ["more than", "less than", "at least", "at most", "up to", "exactly minus", "over", "under", "twice"]
    )
    return text[: match.start()] + limit + " " + text[match.start() :]


_FAMILY = {
    "m": ["ft", "fathoms", "yards", "nm"], "km": ["miles", "nautical miles", "nm"], "cm": ["inches", "mm"],
    "°C": ["°F", "K"], "ºC": ["ºF", "K"], "C": ["F"], "dbar": ["m", "mbar", "kPa"], "db": ["m"], "L": ["gallons", "mL"],
    "liters": ["milliliters", "gallons"], "kg": ["lbs", "g"], "lbs": ["kg"], "knots": ["km/h", "m/s"],
    "m/s": ["knots", "cm/s"], "µmol/kg": ["µmol/L", "nmol/kg", "mg/kg"], "ml/l": ["mg/l", "µmol/l"],
    "hours": ["days", "minutes"],
    "days": ["weeks", "hours"], "minutes": ["seconds", "hours"], "months": ["weeks", "years"], "years": ["months",
    "decades"],
    "mm": ["µm", "cm"], "µm": ["nm", "mm"], "Hz": ["kHz"], "kHz": ["Hz", "MHz"], "GB": ["MB"], "ms": ["s"],
    "meters": ["feet", "kilometers"], "metres": ["feet"], "psu": ["‰ by volume", "%"], "%": ["‰", " ppm"], "V": ["mV"],
}  # fmt: skip


def related_unit(text: str, rng: Random) -> str | None:
    match = _place(text, r"(?<=\d)(?<![^\d.]0)([ -]?)(" + "|".join(map(re.escape, _FAMILY)) + r")(?![\w/-])", rng)
    if match is None:
        return None
    return _put(text, match, match.group(1) + rng.choice(_FAMILY[match.group(2)]))


def unit_dropped_to_share(text: str, rng: Random) -> str | None:
    """A percentage read as a fraction, and the other way round."""
    match = _place(text, r"(?<![\w.,-])(\d+(?:\.\d+)?) ?(?:%|percent|per cent)", rng)
    if match is None:
        return None
    return _put(
        text, match, rng.choice([f"0.{match.group(1)} %", f"a factor of {match.group(1)}", f"{match.group(1)} times"])
    )


def changed_share(text: str, rng: Random) -> str | None:
    return _traded(
        text, _both_ways("half:third quarter:half twice:thrice double:triple third:quarter doubled:halved"), rng
    )


def changed_of(text: str, rng: Random) -> str | None:
    """ "3 of 12" turned round, or counted otherwise."""
    match = _place(text, r"\b(\d+|one|two|three|four|five|six|seven|eight|nine|ten) (?:out )?of (?:the )?(\d+)\b", rng)
    if match is None:
        return None
    if rng.random() < 0.5 and match.group(1) != match.group(2):
        return (
            text[: match.start(1)]
            + match.group(2)
            + text[match.end(1) : match.start(2)]
            + match.group(1)
            + text[match.end(2) :]
        )
    return text[: match.start(2)] + str(int(match.group(2)) + 1) + text[match.end(2) :]


def slipped_adjective(text: str, rng: Random) -> str | None:
    match = _place(text, r"(?:(?<=\bthe )|(?<=\ba ))(?=[a-z]{4,} )", rng)
    if match is None:
        return None
    word = rng.choice(
        ["broken", "failed", "former", "so-called", "alleged", "second", "wrong", "unused", "missing", "fake"]
    )
    return text[: match.start()] + word + " " + text[match.start() :]


def other_person(text: str, rng: Random) -> str | None:
    match = _place(text, r"\b[A-Z][a-z]{3,}\b", rng)
    if match is None or match.start() == 0:
        return None
    name = match.group()
    at = rng.randrange(1, len(name))
    letter = rng.choice([c for c in "aeioumnrstlk" if c != name[at]])
    return text[: match.start()] + name[:at] + letter + name[at + 1 :] + text[match.end() :]


def changed_time(text: str, rng: Random) -> str | None:
    match = _place(text, r"\b([01]?\d|2[0-3]):([0-5]\d)\b", rng)
    if match is None:
        return _traded(text, _both_ways("a.m.:p.m. am:pm noon:midnight utc:local"), rng)
    return _put(text, match, f"{match.group(1)}:{(int(match.group(2)) + rng.choice([1, 10, 30])) % 60:02}")


def changed_year(text: str, rng: Random) -> str | None:
    match = _place(text, r"\b(?:19|20)\d\d\b(?![-/.]\d)", rng)
    return None if match is None else _put(text, match, str(int(match.group()) + rng.choice([-10, -1, 1, 9])))


def cells_swapped(text: str, rng: Random) -> str | None:
    """Two cells of a row of numbers in each other's place."""
    cells = text.split(" ")
    numeric = [index for index, cell in enumerate(cells) if re.fullmatch(r"-?\d+(?:\.\d+)?", cell)]
    if len(numeric) < 3:
        return None
    a, b = rng.sample(numeric, 2)
    if float(cells[a]) == float(cells[b]):
        return None
    cells[a], cells[b] = cells[b], cells[a]
    return " ".join(cells)


TWISTS: dict[str, Twist] = {
    "swapped numbers": swapped_numbers,
    "swapped names": swapped_names,
    "swapped labels": swapped_labels,
    "swapped nouns": swapped_nouns,
    "swapped ends": swapped_ends,
    "transposed digits": transposed_digits,
    "moved point": moved_point,
    "range": changed_range,
    "ordinal": changed_ordinal,
    "comparison": changed_comparison,
    "superlative": changed_superlative,
    "direction": changed_direction,
    "quantifier": changed_quantifier,
    "link": changed_link,
    "plan": changed_plan,
    "quiet denial": quietly_denied,
    "failed": failed,
    "exception": excepted,
    "exception dropped": exception_dropped,
    "limit dropped": limit_dropped,
    "limit added": limit_added,
    "related unit": related_unit,
    "share": unit_dropped_to_share,
    "fraction": changed_share,
    "n of m": changed_of,
    "adjective": slipped_adjective,
    "person": other_person,
    "time": changed_time,
    "year": changed_year,
    "cells": cells_swapped,
}


_UNNAMED = {"it", "this", "they", "these", "which", "we", "that", "there", "who", "those", "then", "i"}


def stitched(one: str, other: str) -> str | None:
    """The subject of one sentence with the predicate of another that is about something else."""
    first, second = (re.search(rf" {_VERBS} ", text) for text in (one, other))
    if first is None or second is None or not one[:1].isupper() or not other.endswith("."):
        return None
    subjects = one[: first.start()], other[: second.start()]
    if first.start() < 6 or len(other) - second.end() < 12:
        return None
    if any(subject.lower().split()[-1] in _UNNAMED for subject in subjects):
        return None
    mine, theirs = ({word.rstrip("s") for word in re.findall(r"[a-z]{3,}", subject.lower())} for subject in subjects)
    if not (mine - theirs - {"the"}) or (mine & theirs) - {"the", "for", "and"}:
        return None
    return one[: first.start()] + other[second.start() :]


#: Twists of a number, a unit, a denial or a name: of these none may be verified.
FACTS = frozenset({
    "swapped numbers", "swapped names", "swapped labels", "transposed digits", "moved point", "range", "ordinal",
    "related unit", "share", "fraction", "n of m", "person", "time", "year", "cells", "quiet denial", "failed",
})  # fmt: skip


def is_sentence(text: str) -> bool:
    """Whether a unit is a sentence and no row, heading or entry of a list, of which hardly any change makes a lie."""
    return bool(re.match(r"[A-Z]", text) and text.endswith(".") and re.search(rf" (?:{_VERBS}|[a-z]+ed) ", text))
