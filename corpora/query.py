"""What a question asks for: its words, its identifiers and numbers, and the words that mean the same."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from corpora.folding import fold

STOP_WORDS = frozenset(
    """
    a about after all also an and any are as at be because been before being between both but by can could did do
    does doing done during each either else ever every for from get give given had has have he her here his how i
    if in into is it its itself just let like made make many may me mean might more most much must my near no not
    of off often on one only or other our out over own per please report reported reports said same say says see
    she should show so some such tell than that the their them then there these they this those through to too
    under until up us use used using very via was we were what when where whether which while who whom whose why
    will with within without would you your list name find according document documents paper papers file files
    state stated states describe described describes mention mentioned explain answer question
    """.split()
)

# Words of the field that mean the same: each line is one set.
_SYNONYMS = (
    "chief scientist; principal investigator; pi; expedition leader; cruise leader; principal scientific officer; pso;"
    " fahrtleiter; fahrtleiterin; wissenschaftlicher leiter; chef scientifique; científico jefe; jefe científico",
    "captain; master; commanded; commander; kapitän",
    "cast; station; profile; deployment",
    "ship; vessel; r/v; rv; aboard; research vessel",
    "depth; deep; deepest; deeper; bottom",
    "salinometer; autosal; portasal; guildline",
    "float; floats; argo; profiler",
    "serial number; s/n; serial",
    "shakedown; test station; test cast",
    "participants; science party; science team; scientific party; personnel; ship's company; crew",
    "crm; certified reference material; reference material",
    "alkalinity; ta; talk",
    "dic; dissolved inorganic carbon; tco2",
    "oxygen; o2; winkler",
    "chlorofluorocarbon; cfc; cfcs; freon",
    "temperature; temp; sst",
    "position; latitude; longitude; coordinates",
    "weather; wind; storm; sea state; swell",
    "problem; problems; trouble; failure; malfunction; issue; error",
    "reproducibility; precision; repeatability; duplicate; duplicates; replicate",
    "mooring; moorings; moored",
    "ladcp; lowered acoustic doppler current profiler; lowered adcp",
    "adcp; acoustic doppler current profiler",
    "uncertainty; accuracy; standard deviation; error",
    "departed; departure; left port; sailed",
    "arrived; arrival; reached",
    "recovered; recovery; retrieved",
    "calibration; calibrated; calibrate",
    "cost; costs; budget; price; funding",
    "sediment core; corer; box core; multicorer; gravity core",
    "ill; sick; illness; infected; covid; covid-19",
    "co-chief; co chief",
    "paid; pay; funded; funding; financed; sponsored; supported by; award; grant",
    "begin; began; start; started; commenced; departed",
    "end; ended; finish; finished; completed; arrived",
    "largest; maximum; greatest; highest; exceed",
    "smallest; minimum; lowest; least",
    "nutrient; nutrients; nitrate; nitrite; phosphate; silicate; silicic acid",
    "heavy; weigh; weighs; weighed; weight",
    "lack; lacks; lacking; missing; absent; without",
    "sail; sailed; participated; took part; aboard; on board",
    "infected; ill; positive; registered case; cases",
    "stop; stopped; halted; on hold; suspended; interrupted; cancelled",
    "expensive; cost; price",
    "income statement; statement of income; statements of income; profit and loss; p&l; statement of operations;"
    " statements of operations; statements of earnings",
    "balance sheet; balance sheets; statement of financial position; statements of financial position",
    "cash flow statement; statement of cash flows; statements of cash flows; cash flows statement; cash flow",
    "cogs; cost of sales; cost of goods sold; cost of revenue; cost of products sold",
    "revenue; revenues; net sales; top line; topline",
    "capex; capital expenditure; capital expenditures; purchases of property; additions to property; cash flow",
    "debt; long-term debt; borrowings; notes payable",
    "net income; net earnings; profit",
    "gross margin; gross margins; gross profit; cost of sales",
    "dpo; days payable; accounts payable; inventories; cost of sales",
    "inventory turnover; inventory; inventories; cost of sales",
    "spin off; spin-off; spinning off; separation",
    "ceo; chief executive officer",
    "ppe; pp&e; pp&e; property and equipment; property, plant and equipment",
    "working capital; total current assets; total current liabilities",
    "quick ratio; total current liabilities; cash and cash equivalents",
    "tax rate; provision for income taxes; income before income taxes",
    "means; meaning; stands for; defined as; definition; indicates",
)
_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" if len(name) > 3 else name for name in _MONTHS)
_DATE = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH})"
    rf"|(?P<month2>{_MONTH})\.? (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?)\b(?:,? (?P<year>(?:19|20)\d\d))?"
)
#: How an answer is to be written says nothing of where it stands.
_MANNER = re.compile(
    r"\b(?:(?:please )?(?:answer|respond|reply|round(?:ed)?|state (?:your )?answer|provide (?:a|your) (?:response"
    r"|answer)) (?:in|to|the|your|with|it)[^.?!]*(?:[.?!]|$)"
    r"|(?:and )?round(?:ed)? (?:your answer )?to (?:\w+ )?(?:decimal )?places?"
    r"|in units of \w+|\(?in (?:usd|us\$|us dollars?) (?:millions?|thousands?|billions?)\)?"
    r"|(?:by )?(?:utilizing|using|primarily (?:using|referencing)) the (?:line items|information)"
    r"|the (?:line items|details|information) (?:and information )?(?:clearly )?(?:shown|outlined|provided|stated)"
    r"|by drawing conclusions from|in agreement with|calculate what was asked)",
    re.IGNORECASE,
)
_FISCAL = re.compile(r"\b(?:fy|q[1-4]|fiscal year )\s?'?((?:19|20)?\d\d)\b")
_SETS = tuple(tuple(name.strip() for name in line.split(";")) for line in _SYNONYMS)
_TOKEN = re.compile(r"[^\W_]+(?:[-./'][^\W_]+)*", re.UNICODE)
_IDENTIFIER = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{1,24}(?:[-/][A-Za-z0-9]{1,24})*(?![A-Za-z0-9])")


@dataclass(frozen=True)
class Query:
    """A question taken apart: its words, its runs of words, words that mean the same, identifiers, and each date
    in the spellings that a table or a text may have (punctuation as blanks, as the word index sees it)."""

    text: str
    terms: tuple[str, ...]
    phrases: tuple[str, ...]
    alternatives: tuple[str, ...]
    identifiers: tuple[str, ...]
    dates: tuple[tuple[str, ...], ...] = ()


def parse(text: str) -> Query:
    """Take a question apart.

    >>> parse("Who was the chief scientist of SO279?").terms
    ('chief', 'scientist', 'so279')
    """
    plain = re.sub(r"\s+", " ", fold(text, case=False).text).strip()
    lowered = plain.casefold()
    dates = _dates(lowered)
    asked = _MANNER.sub(" ", plain)
    asked = asked if len(asked.split()) >= 3 else plain
    tokens = [token.casefold() for token in _TOKEN.findall(asked)]
    words: list[str] = []
    for token in tokens:
        words.append(token)
        # FTS cuts at hyphens; so do we, and keep the whole as a phrase.
        if re.search(r"[-./']", token):
            words.extend(re.split(r"[-./']", token))
    terms = tuple(dict.fromkeys(w for w in words if w not in STOP_WORDS and (len(w) > 1 or w.isdigit())))
    phrases = tuple(
        dict.fromkeys(
            [token for token in tokens if re.search(r"[-./]", token)]
            + [f"{a} {b}" for a, b in pairwise(tokens) if not {a, b} & STOP_WORDS]
        )
    )
    return Query(
        text=plain,
        terms=terms,
        phrases=phrases,
        alternatives=tuple(dict.fromkeys([*_alternatives(lowered, set(terms)), *_fiscal(lowered)])),
        identifiers=tuple(
            dict.fromkeys(m.group().casefold() for m in _IDENTIFIER.finditer(plain) if _mixed(m.group()))
        ),
        dates=dates,
    )


def _mixed(word: str) -> bool:
    """Letters and digits together: an identifier."""
    return any(c.isdigit() for c in word) and any(c.isalpha() for c in word)


def _alternatives(lowered: str, terms: set[str]) -> tuple[str, ...]:
    padded = _padded(lowered)
    found: list[str] = []
    for names in _SETS:
        if any(f" {name} " in padded for name in names):
            found.extend(name for name in names if f" {name} " not in padded and name not in terms)
    return tuple(dict.fromkeys(found))


def _fiscal(lowered: str) -> list[str]:
    """The calendar years of fiscal ones: "FY2017", "fy17" stand in a filing as 2017."""
    return [year if len(year) == 4 else f"20{year}" for year in _FISCAL.findall(lowered)]


def synonyms(term: str, text: str) -> set[str]:
    """Words that mean the same as what `term` is part of in `text`.

    >>> sorted(synonyms("captain", "Who was the captain?"))
    ['commanded', 'commander', 'kapitän', 'master']
    """
    padded = _padded(text.casefold())
    found: set[str] = set()
    for names in _SETS:
        used = [name for name in names if f" {name} " in padded]
        if any(term in name.split() for name in used):
            found |= {name for name in names if name not in used}
    return found


def _dates(lowered: str) -> tuple[tuple[str, ...], ...]:
    """Each day that a question names, in the spellings of documents. The year may stand once for all."""
    years = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", lowered)
    found = []
    for match in _DATE.finditer(lowered):
        day, month = int(match["day"] or match["day2"]), match["month"] or match["month2"]
        number = next(i for i, name in enumerate(_MONTHS, 1) if name.startswith(month[:3]))
        name = _MONTHS[number - 1]
        year = match["year"] or (years[0] if len(set(years)) == 1 else "")
        forms = [f"{d} {m}" for d in (f"{day}", f"{day:02}") for m in (name, name[:3])] + [
            f"{m} {d}" for d in (f"{day}", f"{day:02}") for m in (name, name[:3])
        ]
        if year:
            forms += [f"{day:02} {number:02} {year}", f"{year} {number:02} {day:02}", f"{number:02} {day:02} {year}"]
            forms += [f"{day} {number} {year}", f"{number} {day} {year}"]
        found.append(tuple(dict.fromkeys(forms)))
    return tuple(found)


def _padded(lowered: str) -> str:
    return f" {re.sub(r'[^a-z0-9/&]+', ' ', lowered)} "


def match_parts(query: Query, ignored: Collection[str] = ()) -> list[str]:
    """What the word index is asked for: words, runs of words, dates, and words that mean the same.

    `ignored` are words that only name a document; runs with one of them are left out too.
    """
    dates = [form for forms in query.dates for form in forms]
    phrases = [phrase for phrase in query.phrases if not set(re.split(r"[-./ ]", phrase)) & set(ignored)]
    terms = [term for term in query.terms if term not in ignored]
    parts = (re.sub(r'["\x00]', " ", part).strip() for part in [*terms, *phrases, *dates, *query.alternatives])
    return [part for part in dict.fromkeys(parts) if part] if terms or dates else []


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A word without its English ending, for counting matches inside a sentence (the index has its own).

    >>> stem("deployed"), stem("stations"), stem("batches")
    ('deploy', 'station', 'batch')
    """
    if len(word) <= 3 or not word.isascii() or not word.isalpha():
        return word
    for ending, least in (
        ("ingly", 4),
        ("edly", 4),
        ("ations", 5),
        ("ation", 5),
        ("ing", 4),
        ("ies", 3),
        ("ed", 4),
    ):
        if word.endswith(ending) and len(word) - len(ending) >= least - 1:
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    if word.endswith("es") and word[:-2].endswith(("ch", "sh", "x", "s", "z")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
