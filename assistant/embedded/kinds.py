"""The kinds of thing that a question can ask for, and how each looks in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = r"(?<![\w.])[-+−~]?\d[\d,]*(?:\.\d+)?"
COUNT = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|no|none|both|half)"
)
MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_LENGTH = r"(?:m|km|cm|mm|nm|nmi|metres?|meters?|kilomet(?:re|er)s?|miles?|fathoms?|feet|ft|inch(?:es)?|dbar|dbars|db)"


@dataclass(frozen=True)
class AnswerKind:
    """A kind of thing that a question can ask for, and how it looks in a text.

    `strict` kinds are so particular (a sum of money) that a text without one does not answer.
    """

    name: str
    asks: re.Pattern[str]
    looks: re.Pattern[str]
    strict: bool = False


def _kind(name: str, asks: str, looks: str, *, strict: bool = False, case: bool = False) -> AnswerKind:
    return AnswerKind(name, re.compile(asks, re.I), re.compile(looks, 0 if case else re.I), strict)


def _measured(units: str) -> str:
    return rf"{_NUMBER}\s?(?:±\s?[\d.]+\s?)?{units}(?![\w])"


#: The particular kinds stand before the general ones.
KINDS: tuple[AnswerKind, ...] = (
    _kind(
        "money",
        r"\bcosts?\b|\bprice|\bbudget|\bin (?:us )?dollars|\bhow much (?:money|funding)|\bpaid\b|\beuros?\b",
        r"[$€£]\s?\d|\d\s?(?:\$|€|£|usd|eur|dollars?|euros?|pounds sterling|million|thousand dollars)",
        strict=True,
    ),
    _kind(
        "person",
        r"\bwho\b|\bwhom\b|\bwhose\b|\bwhich (?:person|people|scientists?|master|captain|participants?|students?)"
        r"|\bname of the (?:captain|master|chief|scientist|pi)\b|\bwer\b|\bqui\b|\bquién\b",
        r"\b[A-ZÀ-Þ][\w’'-]*[\w.] (?:[A-Z]\.? ?-?){0,2}(?:(?:van|von|de|der|del|la|le|di) )?[A-ZÀ-Þ][\w’'-]+",
        case=True,
    ),
    _kind(
        "duration",
        r"\bhow long\b|\bduration\b|\bhow many (?:days|hours|minutes|weeks|months|years|seconds)\b",
        rf"(?:{_NUMBER}|\b{COUNT})[\s-](?:and a half )?(?:days?|weeks?|hours?|hrs?|h|months?|minutes?|min|years?"
        r"|seconds?|s)\b",
    ),
    _kind(
        "date",
        r"\bwhen\b|\b(?:what|which|on what|on which) (?:day|date|time|month|year)s?\b|\bdates?\b|\bwann\b|\bquand\b"
        r"|\bcuándo\b|\bbetween which times\b",
        rf"\b\d{{1,4}}[-./]\d{{1,2}}[-./]\d{{1,4}}\b|\b{MONTHS}\.? \d{{1,2}}\b|\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? "
        rf"{MONTHS}\b|\b\d{{1,2}}:\d\d\b|\b(?:1[5-9]|20)\d\d\b|\b{MONTHS},? (?:1[5-9]|20)\d\d",
    ),
    _kind(
        "position",
        r"\bwhere\b|\bposition|\blocation|\blatitude|\blongitude|\bcoordinates?\b|\bwhich (?:port|harbou?r|city|country"
        r"|area|region|basin|ocean|sea|place)|\bwo\b|\bdónde\b",
        r"\d\s?[°º]|[°º]\s?\d|\b\d+(?:\.\d+)?\s?[NSEW]\b|\b(?:[Aa]t|[Ii]n|[Nn]ear|[Oo]ff|[Ff]rom|[Tt]o|[Tt]owards?|[Ii]nto"
        r"|[Aa]round|[Oo]ver|[Aa]cross) (?:the )?[A-Z]\w+",
        case=True,
    ),
    _kind(
        "speed",
        r"\b(?:lowering|haul\w*|descent|ascent|sinking|rise|fall) rate|\bhow fast\b|\bspeeds?\b|\bvelocit",
        _measured(r"(?:[mck]m\s?(?:/|per)\s?(?:s|h|min)\w*|m\s?s\s?[-−–]1|cm\s?s\s?[-−–]1|m/s|knots?|kts?|kn|mph)"),
        strict=True,
    ),
    _kind(
        "depth",
        r"\bhow (?:deep|far|high|tall|wide|thick|shallow)\b|\b(?:depths?|distances?|heights?|thickness|deepest|spacing"
        r"|altitude|radius|width)\b|\bdeeper\b|\bshallower\b",
        _measured(rf"-?{_LENGTH}") + rf"|{_NUMBER}-(?:m|meters?|metres?|km)\b",
    ),
    _kind(
        "temperature",
        r"\btemperatures?\b|\bhow (?:warm|cold|hot)\b",
        rf"{_NUMBER}\s?(?:±\s?[\d.]+\s?)?(?:[°º]\s?[CFK]?|deg(?:rees)?\.?\s?[CFK]?\b|m?K\b|mdeg)",
    ),
    _kind(
        "mass",
        r"\bhow heavy\b|\bweigh\w*\b|\bmass\b|\btonnes?\b|\bhow much \w+ (?:is|are|was|were) (?:dissolved|added"
        r"|weighed)",
        _measured(r"(?:kg|k?g|mg|lbs?|pounds?|tonnes?|tons?|t)"),
    ),
    _kind(
        "volume",
        r"\bvolumes?\b|\bhow many (?:litres|liters|ml)\b|\bcapacity\b",
        _measured(r"(?:l|ml|mL|L|litres?|liters?|cm3|dm3|m3|gallons?)"),
    ),
    _kind(
        "memory",
        r"\b(?:gigabytes|gib|gb|memory|ram|vram|disk)\b",
        _measured(r"(?:[KMGT]i?B|bytes|gigabytes)"),
    ),
    _kind(
        "direction",
        r"\b(?:which|what) (?:direction|way|side)\b|\bfrom where\b",
        r"\b(?:north|south|east|west)(?:ward|ern|erly|wards|-?east|-?west)*\w*\b|\b(?:port|starboard|upward|downward)\b",
    ),
    _kind("percent", r"\bper ?cent\b|%|\bpercentage\b|\bproportion\b", r"\d\s?%|\bper ?cent\b"),
    _kind(
        "serial",
        r"\bserial\b|\bs/n\b|\bmodel\b|\bwhich (?:type|make|model|version|instrument|salinometer|sensor|winch|software)"
        r"|\bidentifier\b|\bwmo\b",
        r"\b[A-Z]{0,6}\d[\w./-]*\d[\w-]*\b|\b[A-Z]{2,}[-\s]?\d[\w-]*|\b[A-Z][\w-]+ \d[\w.]*",
        case=True,
    ),
    _kind(
        "ship",
        r"\b(?:which|what|name of the|aboard|on board) (?:\w+ )?(?:ships?|vessels?|r/?v)\b|\bwelches schiff\b",
        r"\b(?:R/?V|RRS|SSV|M/?V|FS|RSV|USCGC|NOAAS?|S/?V)\b|\b(?:[Ss]hip|[Vv]essel|VESSEL|SHIP)\b",
        case=True,
    ),
    _kind(
        "address",
        r"\be-?mail\b|\bweb ?site\b|\burl\b|\bweb address\b|\bftp\b|\bwhich address\b",
        r"\S@\S|https?://|\bwww\.|\bftp\b|\d+\.\d+\.\d+\.\d+",
    ),
    _kind(
        "reason",
        r"\bwhy\b|\breasons?\b|\bcause[ds]?\b|\bexplan|\bwhat (?:made|led|prevented|happened|source|problem)"
        r"|\bwarum\b|\bpourquoi\b|\bpor qué\b",
        r"\b(?:because|due to|since|owing|caused?|causing|result(?:ed|ing|s)?|so that|therefore|thus|too|unfortunately"
        r"|reasons?|likely|probably|suspect\w*|attributed|failed|failure|unable|could not|not possible|in order to"
        r"|explains?|prevent\w*|broke\w*|lost|problem\w*|issue\w*|error\w*)\b",
    ),
    _kind(
        "spread",
        r"\b(?:reproducibility|repeatability|precision|accuracy|uncertainty|offset|standard deviation"
        r"|how (?:precise|accurate))"
        r"\b",
        r"±|\d\.\d|\d\s?%",
    ),
    _kind(
        "number",
        r"\bhow (?:many|much|often|large|big|precise|accurate|heavy|low|strong|old)\b"
        r"|\b(?:what|which) (?:was|is|were|are) the (?:[\w-]+ ){0,6}(?:number|offset|values?|salinity|precision"
        r"|mean|rate"
        r"|ratio|concentrations?|accuracy|size|slope|difference|uncertainty|limit|threshold|pressure|density|volume|weight"
        r"|mass|frequency|resolution|interval|amplitude|constant|total|maximum|minimum|average"
        r"|standard deviation|range)"
        r"|\bnumber of\b"
        r"|\bby how much\b|\bwhich (?:slope|offset|batch|stations?|casts?|number)\b|\bwieviele?\b|\bwie viele\b"
        r"|\bcombien\b"
        r"|\bcuánt",
        rf"{_NUMBER}|\b{COUNT}\b",
    ),
)
