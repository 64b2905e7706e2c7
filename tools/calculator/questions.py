"""Finds the expression in a natural question, and keeps quiet where the question is about a document.

The rule is strict: after polite openings and question words are taken off, everything that is left must be read by
the calculator. One word that it does not know, and the question is not arithmetic.
"""

from __future__ import annotations

import re

from tools.calculator.model import CalculatorError

MAX_QUESTION = 400
_UNIT = r"[A-Za-z°%][A-Za-z°%/0-9^* -]{0,30}?"
_POLITE = re.compile(
    r"^(?:(?:hi|hello|hey|please|ok|okay|so|and|now|then|well)[,!]?\s+|"
    r"(?:can|could|would|will)\s+you\s+(?:please\s+)?(?:tell\s+me|calculate|compute|work\s+out|give\s+me|convert|find|"
    r"determine|say|help\s+me\s+(?:calculate|compute|convert))\s+|"
    r"(?:i\s+(?:want|need|would\s+like|'d\s+like)\s+to\s+(?:know|calculate|compute|convert|find)\s+)|"
    r"(?:tell\s+me|give\s+me|show\s+me|do\s+you\s+know|find)\s+|(?:let'?s\s+)?(?:calculate|compute|evaluate|work\s+out|determine)[:\s]+|"
    r"(?:quick\s+)?(?:question|calculation|calc)[:,]\s+)",
    re.I,
)
_WHAT = re.compile(
    r"^(?:where\s+is|what(?:'s|s|\s+is|\s+are|\s+was|\s+would\s+be|\s+does|\s+do\s+you\s+get\s+for)|how\s+much\s+(?:is|are)|"
    r"what\s+is\s+the\s+(?:value|result)\s+of|the\s+value\s+of|which\s+is|how\s+many\s+is|how\s+(?:large|big|high|fast|warm|hot|cold|heavy|long|much)\s+(?:is|are))\s+",
    re.I,
)
_TAIL = re.compile(
    r"(?:\s*,?\s*(?:please|thanks|thank\s+you|exactly|approximately|roughly|in\s+total|altogether|equal(?:\s+to)?|equals))+$",
    re.I,
)
_AT_END = r"(?P<at>\s+(?:at|for|with)\s+.+)?"
_IS = r"(?:is|are|was|were|will\s+it\s+be)"
_SEA = r"(?:sea\s?water|sea\s+water|water)"
_INTO = "{x} in {u}{at}"
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile("".join(pattern), re.I), form)
    for pattern, form in (
        # Distances, times and dates.
        (
            (r"how\s+(?:far|long)\s+(?:is\s+it\s+|is\s+the\s+way\s+)?(?:is\s+)?", r"(?:from|between)\s+(?P<x>.+)"),
            "between {x}",
        ),
        (
            (
                r"how\s+(?:long|many\s+(?P<u>hours|days|minutes))\s+(?:does|would|will|do)\s+",
                r"(?:it|a\s+ship|the\s+ship|we)\s+(?:take|need)\s+to\s+(?:sail|steam|cover|travel|go|cruise)\s+",
                r"(?P<x>.+?)\s+(?:at|with|making)\s+(?P<v>.+)",
            ),
            "({x}) / ({v}) in {u}",
        ),
        ((r"how\s+far\s+(?:apart\s+)?(?:is|are)\s+(?P<x>.+)",), "between {x}"),
        (
            (
                r"how\s+many\s+(?P<u>seconds|minutes|hours|days|weeks|years)\s+",
                r"(?:are\s+(?:there\s+)?|is\s+it\s+|lie\s+|passed\s+|elapsed\s+)?(?P<x>(?:between|from)\s+.+)",
            ),
            "{u} {x}",
        ),
        (
            (r"(?:what|which)\s+(?:date|day)\s+", _IS, r"\s+(?P<x>.+\b(?:after|before|from|since)\b.+)"),
            "{x}",
        ),
        (
            (
                r"(?:what|which)\s+(?P<w>day\s+of\s+the\s+(?:year|week)|weekday|day\s+of\s+year)\s+",
                r"(?:is|was|falls\s+on)\s+(?P<x>.+)",
            ),
            "{w} of {x}",
        ),
        ((r"on\s+(?:what|which)\s+weekday\s+(?:was|is|did|does)\s+(?P<x>.+?)(?:\s+fall)?",), "weekday of {x}"),
        # Sea water.
        ((r"how\s+deep\s+(?:in\s+(?:m|met(?:re|er)s)\s+)?(?:is|are)\s+(?P<x>.+)",), "depth of {x}"),
        (
            (
                r"(?:at\s+)?what\s+depth\s+(?:is|are|corresponds\s+to|does)\s+",
                r"(?P<x>.+?)(?:\s+correspond\s+to)?",
            ),
            "depth of {x}",
        ),
        (
            (
                r"(?:at\s+)?what\s+pressure\s+(?:is|are|corresponds\s+to|does)\s+",
                r"(?P<x>.+?)(?:\s+correspond\s+to)?",
            ),
            "pressure at {x}",
        ),
        ((r"(?:at\s+)?what\s+temperature\s+does\s+", _SEA, r"\s+freeze\s+(?P<x>.+)"), "freezing point {x}"),
        ((r"when\s+does\s+", _SEA, r"\s+(?:of\s+|with\s+)?(?P<x>.+?)\s+freeze"), "freezing point of {x}"),
        (
            (
                r"how\s+fast\s+(?:is|does)\s+sound\s+(?:travel\s+)?",
                rf"(?:in\s+{_SEA}\s+)?(?:at|with|of)\s+(?P<x>.+)",
            ),
            "sound speed at {x}",
        ),
        ((r"how\s+(?:dense|heavy)\s+is\s+", _SEA, r"\s+(?:at|of|with)\s+(?P<x>.+)"), "density at {x}"),
        # Units.
        (
            (
                rf"how\s+many\s+(?P<u>{_UNIT})\s+",
                r"(?:are\s+there\s+in|are\s+in|is\s+in|is|are|in|go\s+into|make|equals?)\s+",
                rf"(?:an?\s+)?(?P<x>.+?){_AT_END}",
            ),
            _INTO,
        ),
        (
            (
                rf"how\s+many\s+(?P<u>{_UNIT})\s+does\s+(?P<x>.+?)\s+",
                rf"(?:have|make|equal|contain|correspond\s+to){_AT_END}",
            ),
            _INTO,
        ),
        ((rf"(?P<x>.+?)\s+(?:is|are|equals?|=)\s+how\s+many\s+(?P<u>{_UNIT}){_AT_END}",), _INTO),
        ((rf"(?P<x>.+?)\s+(?:is|are|equals?|=)\s+what\s+in\s+(?P<u>{_UNIT}){_AT_END}",), _INTO),
        (
            (
                r"(?:convert|express|change|transform|translate|turn)\s+",
                rf"(?P<x>.+?)\s+(?:in|to|into|as)\s+(?P<u>{_UNIT}){_AT_END}",
            ),
            _INTO,
        ),
        ((rf"(?:in|into)\s+(?P<u>{_UNIT}),\s+what\s+(?:is|are)\s+(?P<x>.+)",), "{x} in {u}"),
        (
            (
                r"what\s+(?:is|are|does)\s+(?P<x>.+?)\s+(?:correspond|amount|come)\s+to\s+",
                rf"in\s+(?P<u>{_UNIT}){_AT_END}",
            ),
            _INTO,
        ),
    )
)
#: One quantity in several units: "3 days and 4 hours", "2 h, 5 min and 12 s", "5 ft 11 in".
_COMPOUND = re.compile(r"\d[\d.]*\s*[a-z]+(?:(?:\s*,\s*|\s+)(?:and\s+)?\d[\d.]*\s*[a-z]+)+", re.I)
_JOINT = re.compile(r"(?<=[a-z])(?:\s*,\s*|\s+)(?:and\s+)?(?=\d)", re.I)
#: Where a form leaves a part out, and it is not empty.
_DEFAULT = {"u": "hours"}
_WORTH = re.compile(r"\d|\bpi\b|\ba\s+(?:day|week|year|hour|minute|mile|knot|fathom|nautical)\b", re.I)
_UNIT_TRAIL = re.compile(r"^(?P<x>(?:between|from)\s+.+)$", re.I)


def find_expression(question: str) -> str | None:
    """The expression in a natural question, ready for `calculate`; None when the question is not arithmetic.

    Also returned is an expression that `calculate` understands and must refuse, such as metres from kilograms or a
    depth without a latitude: its one clear sentence (CalculatorError with `understood` set) is then the answer.

    >>> find_expression("What is 12 knots in m/s?")
    '12 knots in m/s'
    >>> find_expression("How many floats were deployed on A22 2021?") is None
    True
    """
    if not isinstance(question, str) or not 3 <= len(question) <= MAX_QUESTION or not _WORTH.search(question):
        return None
    refused: str | None = None
    for candidate in _candidates(question):
        verdict = _verdict(candidate)
        if verdict == "accepted":
            return candidate
        if verdict == "understood" and refused is None:
            refused = candidate
    return refused


def _verdict(candidate: str) -> str:
    from tools.calculator.api import is_operation

    try:
        return "accepted" if is_operation(candidate) else "no"
    except CalculatorError as error:
        return "understood" if error.understood else "no"


def _candidates(question: str) -> list[str]:
    text = re.sub(r"\s+", " ", question).strip()
    text = re.sub(r"[\s?!.]+$", "", text) if not re.search(r"\d!\??$", text) else text.rstrip("?. ")
    text = text.replace("’", "'") if "what’s" in text.lower() else text
    while (shorter := _POLITE.sub("", text, count=1)) != text:
        text = shorter
    text = _TAIL.sub("", text).strip()
    found: list[str] = []
    for pattern, form in _FORMS:
        if match := pattern.fullmatch(text):
            groups = {name: value or _DEFAULT.get(name, "") for name, value in match.groupdict().items()}
            if _COMPOUND.fullmatch(groups.get("x", "")):
                groups["x"] = _JOINT.sub(" + ", groups["x"])
            rewritten = form.format(**{"at": "", **groups}).strip()
            if between := _UNIT_TRAIL.fullmatch(rewritten):
                found.extend([f"days {between['x']}", f"distance {between['x']}"])
            else:
                found.append(rewritten)
    stripped = text
    while (shorter := _WHAT.sub("", stripped, count=1)) != stripped:
        stripped = shorter
    stripped = re.sub(r"^(?:the\s+)?(?:value|result)\s+of\s+", "", stripped, flags=re.I)
    found.append(re.sub(r"^the\s+", "", stripped, flags=re.I))
    if stripped != text or text == re.sub(r"^the\s+", "", stripped, flags=re.I):
        found.append(text)
    return [candidate for candidate in dict.fromkeys(found) if candidate]
