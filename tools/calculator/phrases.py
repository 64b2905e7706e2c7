"""Natural forms become the plain form: "square root of 2", "mean of 3, 4 and 5", "15 percent of 240"."""

from __future__ import annotations

import re

from tools.calculator.units import normalise_phrases

_SPLIT_LIST = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*;\s*")
_STATISTICS = {
    "mean": "mean",
    "average": "mean",
    "avg": "mean",
    "arithmetic mean": "mean",
    "sum": "sum",
    "total": "sum",
    "median": "median",
    "standard deviation": "std",
    "sample standard deviation": "std",
    "variance": "var",
    "standard error": "sem",
    "minimum": "min",
    "smallest": "min",
    "maximum": "max",
    "largest": "max",
    "range": "range",
    "root mean square": "rms",
    "geometric mean": "gmean",
    "product": "product",
    "greatest common divisor": "gcd",
    "least common multiple": "lcm",
}
_LISTED = re.compile(
    rf"(?:the\s+)?(?P<name>{'|'.join(sorted(_STATISTICS, key=len, reverse=True))})\s+(?:of|between)\s+(?P<items>.+)",
    re.I,
)
_DIFFERENCE = re.compile(r"(?:the\s+)?difference\s+(?:between|of)\s+(?P<a>.+?)\s+and\s+(?P<b>.+)", re.I)
_QUOTIENT = re.compile(r"(?:the\s+)?(?:ratio|quotient)\s+(?:of|between)\s+(?P<a>.+?)\s+(?:to|and)\s+(?P<b>.+)", re.I)
_ROOT = re.compile(r"(?:the\s+)?(?P<kind>square|cube|cubic)\s+root\s+of\s+(?P<x>.+)", re.I)
_LOG = re.compile(r"(?:the\s+)?(?P<kind>natural|decimal|common)\s+log(?:arithm)?\s+of\s+(?P<x>.+)", re.I)
_FUNCTION_OF = re.compile(
    r"(?:the\s+)?(?P<name>sine?|cosine|cos|tangent|tan|factorial|absolute value|log10|log2|ln)\s+of\s+(?P<x>.+)", re.I
)
_FUNCTION_NAMES = {"sine": "sin", "cosine": "cos", "tangent": "tan", "absolute value": "abs"}
_SHARE = (
    (re.compile(r"(?P<a>[\d.]+)\s*(?:%|percent)\s+off\s+(?P<b>.+)", re.I), "({b}) - {a}%"),
    (re.compile(r"what\s+percent(?:age)?\s+of\s+(?P<b>.+?)\s+(?:is|are)\s+(?P<a>.+)", re.I), "({a}) / ({b})"),
    (re.compile(r"(?P<a>.+?)\s+(?:is|are)\s+what\s+percent(?:age)?\s+of\s+(?P<b>.+)", re.I), "({a}) / ({b})"),
    (
        re.compile(r"(?P<a>.+?)\s+as\s+(?:a\s+)?(?:percent(?:age)?|share|fraction)\s+of\s+(?P<b>.+)", re.I),
        "({a}) / ({b})",
    ),
    (
        re.compile(
            r"(?:the\s+)?(?:percent(?:age)?|relative)\s+(?:change|increase|decrease|difference)\s+from\s+(?P<b>.+?)\s+to\s+(?P<a>.+)",
            re.I,
        ),
        "(({a}) - ({b})) / ({b})",
    ),
)
_CHANGE = re.compile(r"(?P<way>increase|decrease|raise|reduce)\s+(?P<a>.+?)\s+by\s+(?P<p>[\d.]+)\s*%", re.I)
_SIMPLE = (
    (re.compile(r"\b(?:the\s+)?speed\s+of\s+light(?:\s+in\s+vacuum)?\b", re.I), "speed_of_light"),
    (re.compile(r"\b(?:the\s+)?standard\s+gravity\b", re.I), "g0"),
    (re.compile(r"\b(?:the\s+)?radius\s+of\s+the\s+earth\b|\b(?:the\s+)?earth'?s?\s+radius\b", re.I), "earth_radius"),
    (re.compile(r"\b(?:the\s+)?avogadro(?:'s)?\s+(?:constant|number)\b", re.I), "N_A"),
    (re.compile(r"\s+divided\s+by\s+", re.I), " / "),
    (re.compile(r"\s+multiplied\s+by\s+", re.I), " * "),
    (re.compile(r"(?<=[\w)%°])\s+times\s+(?=[\w(.-])", re.I), " * "),
    (re.compile(r"(?<=[\w)%°])\s+plus\s+(?=[\w(.-])", re.I), " + "),
    (re.compile(r"(?<=[\w)%°])\s+minus\s+(?=[\w(.-])", re.I), " - "),
    (re.compile(r"^minus\s+(?=\d)", re.I), "-"),
    (re.compile(r"(?<=\d)\s+over\s+(?=\d)", re.I), " / "),
    (re.compile(r"(?<=[\d)])\s+squared\b", re.I), "^2"),
    (re.compile(r"(?<=[\d)])\s+cubed\b", re.I), "^3"),
    (re.compile(r"\s+(?:raised\s+)?to\s+the\s+power\s+(?:of\s+)?", re.I), "^"),
    (re.compile(r"\s+to\s+the\s+(\d{1,3})(?:st|nd|rd|th)(?:\s+power)?\b", re.I), r"^\1"),
    (re.compile(r"(?<=\d)\s*per\s?cent\b(?!age)", re.I), "%"),
    (re.compile(r"\b(\d{1,3})\s+factorial\b", re.I), r"factorial(\1)"),
    (re.compile(r"\b(\d{1,4})\s+choose\s+(\d{1,4})\b", re.I), r"comb(\1, \2)"),
    (
        re.compile(
            r"\b(?:a\s+)?(?:temperature\s+)?difference\s+of\s+([\d.]+)\s*(?:deg|degrees?\s*|°)\s*([CF])\b", re.I
        ),
        r"\1 delta_deg\2",
    ),
    (
        re.compile(r"([\d.]+)\s*(?:deg|degrees?\s*|°)\s*([CF])\s+(?:temperature\s+)?difference\b", re.I),
        r"\1 delta_deg\2",
    ),
    (re.compile(r"(?<=\d)\s+plus\s+or\s+minus\s+(?=\d)", re.I), " +/- "),
)
_ORDERS = (
    (re.compile(r"add\s+(?P<a>.+?)\s+(?:and|to)\s+(?P<b>.+)", re.I), "({a}) + ({b})"),
    (re.compile(r"subtract\s+(?P<a>.+?)\s+from\s+(?P<b>.+)", re.I), "({b}) - ({a})"),
    (re.compile(r"multiply\s+(?P<a>.+?)\s+(?:by|and|with)\s+(?P<b>.+)", re.I), "({a}) * ({b})"),
    (re.compile(r"divide\s+(?P<a>.+?)\s+by\s+(?P<b>.+)", re.I), "({a}) / ({b})"),
)
_PLAIN = r"(?:\d+(?:\.\d*)?|\.\d+)"
#: "2205.54 - 2204.98 umol/kg": the unit stands once, behind the last number of a sum.
_UNIT_ONCE = re.compile(
    rf"(?P<sum>[+-]?{_PLAIN}(?:\s*[+-]\s*{_PLAIN})+)\s*"
    r"(?P<unit>(?!in\b|to\b|as\b|mod\b|x\b|e\d)[A-Za-z°][A-Za-z°/0-9^ -]*?)"
    r"(?P<target>\s+(?:in|to)\s+.+)?"
)
_CONVERSION = re.compile(r"^(?P<left>.+?)\s+(?:in|to|into|as|->)\s+(?P<unit>[^()\d]*[A-Za-z%°][^()]*)$")


def plain_form(text: str) -> tuple[str, list[str]]:
    """The text with natural forms replaced, and notes on what was understood."""
    notes: list[str] = []
    text = re.sub(r"(?<=\d)\s+plus\s+or\s+minus\s+(?=\d)", " +/- ", text, flags=re.I)
    if found := re.fullmatch(r"(?:please\s+)?(?:convert|express|change)\s+(?P<rest>.+)", text, re.I):
        text = found["rest"]
    for pattern, form in _SHARE:
        if found := pattern.fullmatch(text):
            target = "" if form.endswith("%") else " in %"
            return form.format(a=_simple(found["a"]), b=_simple(found["b"])) + target, notes
    if found := _CHANGE.fullmatch(text):
        sign = "+" if found["way"].lower() in ("increase", "raise") else "-"
        return f"({_simple(found['a'])}) {sign} {found['p']}%", notes
    text = _simple(text)
    for pattern, form in _ORDERS:
        if found := pattern.fullmatch(text):
            return form.format(**found.groupdict()), notes
    if found := _UNIT_ONCE.fullmatch(text):
        unit = found["unit"].strip()
        spread = re.sub(r"(\d(?:\.\d*)?|\.\d+)(?=\s*[+-])", rf"\1 {unit}", found["sum"])
        notes.append(f"The unit {unit} was read as that of every number.")
        return f"{spread} {unit}{found['target'] or ''}", notes
    body, target = text, ""
    if (found := _CONVERSION.match(text)) and re.match(r"(?:the\s+)?[a-z ]+\s+(?:of|between)\b", found["left"], re.I):
        body, target = found["left"], f" in {found['unit']}"
    if found := _DIFFERENCE.fullmatch(body):
        notes.append("The difference is given as the larger minus the smaller.")
        return f"abs(({found['a']}) - ({found['b']})){target}", notes
    if found := _QUOTIENT.fullmatch(body):
        return f"({found['a']}) / ({found['b']}){target}", notes
    if found := _LISTED.fullmatch(body):
        name = _STATISTICS[found["name"].lower()]
        items = [item.strip() for item in _SPLIT_LIST.split(found["items"].strip(" ()[]")) if item.strip()]
        if len(items) == 1 and re.fullmatch(r"[+-]?[\d.]+(?:\s+[+-]?[\d.]+)+", items[0]):
            items = items[0].split()
        items = _share_unit(items, notes)
        if name == "product":
            return " * ".join(f"({item})" for item in items) + target, notes
        return f"{name}({', '.join(items)}){target}", notes
    if found := _ROOT.fullmatch(body):
        return f"{'sqrt' if found['kind'].lower() == 'square' else 'cbrt'}({found['x']}){target}", notes
    if found := _LOG.fullmatch(body):
        return f"{'ln' if found['kind'].lower() == 'natural' else 'log10'}({found['x']}){target}", notes
    if found := _FUNCTION_OF.fullmatch(body):
        name = found["name"].lower()
        return f"{_FUNCTION_NAMES.get(name, name)}({found['x']}){target}", notes
    return text, notes


def _simple(text: str) -> str:
    for pattern, plain in _SIMPLE:
        text = pattern.sub(plain, text)
    return text


def _share_unit(items: list[str], notes: list[str]) -> list[str]:
    """ "27.8 and 20.0 degC": a unit written once behind the last number holds for all."""
    if len(items) < 2 or any(not re.fullmatch(r"[+-]?[\d.]+(?:e[+-]?\d+)?", item) for item in items[:-1]):
        return items
    last = re.fullmatch(r"([+-]?[\d.]+)\s*([A-Za-z°%].*)", normalise_phrases(items[-1]))
    if last is None:
        return items
    notes.append(f"The unit {last.group(2)} was read as that of every number.")
    return [f"{item} {last.group(2)}" for item in items[:-1]] + [f"{last.group(1)} {last.group(2)}"]
