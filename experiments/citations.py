"""How good are the citations of a run? `leadline ask --batch q.jsonl --json > turns.jsonl`, then
`python -m experiments.citations turns.jsonl [--home LIBRARY]`.

Prints citation recall and precision by the definitions of ALCE (Gao et al. 2023, section 4: a statement counts when
its citations together support it; a citation counts when its statement is supported and it alone supports it, or the
others do not without it), the share of valid quotes, and the share of statements by support. The judge is Leadline's
deterministic verifier and is named in the table: numbers of another judge are not comparable.

`--speed` times the locator instead: a 2,000-character quotation against 500 pages.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.citations import Status, Support, locate, verify
from corpora.errors import FileMissing, LeadlineError, UsageError

JUDGE = "leadline deterministic verifier"
#: ALCE looks at no more than three citations of a statement.
MOST_CITATIONS = 3

Judge = Callable[[str, str], bool]
PageText = Callable[[str, int], str]


def supports(statement: str, source: str) -> bool:
    """The judge: whether `source` supports the whole of `statement`.

    >>> supports("It was 5 m deep.", "It was 5 m deep there.")
    True
    """
    return verify(statement, source).support is Support.SUPPORTED


@dataclass(frozen=True)
class Scores:
    """Sums over statements and citations; the shares are None where nothing was counted."""

    statements: int = 0
    recalled: int = 0
    citations: int = 0
    precise: int = 0
    quotes: int = 0
    valid: int = 0
    supports: dict[str, int] = field(default_factory=dict)
    unknown_labels: int = 0
    not_found_quotes: int = 0

    @property
    def recall(self) -> float | None:
        return self.recalled / self.statements if self.statements else None

    @property
    def precision(self) -> float | None:
        return self.precise / self.citations if self.citations else None

    @property
    def validity(self) -> float | None:
        return self.valid / self.quotes if self.quotes else None


def score(turns: Iterable[dict[str, Any]], page_text: PageText | None = None, judge: Judge = supports) -> Scores:
    """Score turns as `ask --batch` prints them.

    Statements that are notices or stand on a tool claim no document and are left out of recall. A quote is valid when
    it is exactly `page_text(document_id, page)[start:end]`; without `page_text`, when its offsets fit its length.
    """
    statements = recalled = citations = precise = quotes = valid = unknown = lost = 0
    kinds: Counter[str] = Counter()
    for turn in turns:
        unknown += len(turn.get("unknown_labels", []))
        lost += len(turn.get("not_found_quotes", []))
        for statement in turn.get("statements", []):
            kinds[statement["support"]] += 1
            cited = statement.get("citations", [])
            for citation in cited:
                quotes += 1
                valid += _valid(citation, page_text)
            if statement["support"] in (Support.NOTICE, Support.TOOL):
                continue
            statements += 1
            good, right, counted = _alce(statement["text"], [c.get("quote", "") for c in cited][:MOST_CITATIONS], judge)
            recalled += good
            precise += right
            citations += counted
    return Scores(statements, recalled, citations, precise, quotes, valid, dict(kinds), unknown, lost)


def _alce(text: str, quotes: list[str], judge: Judge) -> tuple[bool, int, int]:
    """(whether the citations together support the text, how many citations count, how many there are)."""
    if not quotes or not judge(text, "\n".join(quotes)):
        return False, 0, len(quotes)
    right = 0
    for index, quote in enumerate(quotes):
        rest = "\n".join(quotes[:index] + quotes[index + 1 :])
        right += bool(quote) and (judge(text, quote) or not judge(text, rest))
    return True, right, len(quotes)


def _valid(citation: dict[str, Any], page_text: PageText | None) -> bool:
    start, end, quote = citation["start"], citation["end"], citation.get("quote", "")
    if citation["status"] == Status.NOT_FOUND or not quote:
        return False
    if page_text is None:
        return end - start == len(quote)
    try:
        return page_text(citation["document_id"], citation["page"])[start:end] == quote
    except LeadlineError:
        return False  # the document is no longer in the library


def table(scores: Scores) -> str:
    """The scores as Markdown."""
    rows = [
        ("statements that claim something", str(scores.statements)),
        ("citation recall", _share(scores.recall)),
        ("citation precision", _share(scores.precision)),
        ("quotes that are exactly their span", f"{_share(scores.validity)} of {scores.quotes}"),
        ("unknown labels", str(scores.unknown_labels)),
        ("quotations found nowhere", str(scores.not_found_quotes)),
    ]
    total = sum(scores.supports.values())
    rows += [
        (f"support: {name}", f"{count} ({_share(count / total)})") for name, count in sorted(scores.supports.items())
    ]
    lines = [f"| judge: {JUDGE} | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)]
    return "\n".join(lines)


def _share(value: float | None) -> str:
    return "none" if value is None else f"{100 * value:.1f} %"


def speed() -> str:
    """Time the locator on a made document: 500 pages of 32 lines, a quotation of 2,000 characters."""
    words = "salinity temperature rosette station bottle cable winch sensor depth oxygen pressure sample".split()
    pages = [
        "\n".join(
            " ".join(words[(page * 7 + line * 3 + k * (1 + page % 5)) % len(words)] for k in range(10))
            + f" {page}.{line}"
            for line in range(32)
        )
        for page in range(500)
    ]
    text = pages[411]
    quote = text[text.index(" ", 300) : text.rindex(" ", 0, 2310)]
    lines = ["| quotation | status | milliseconds |", "|---|---|---|"]
    cases = {
        "verbatim": quote,
        "line ends as spaces": quote.replace("\n", "  "),
        "one number changed": quote.replace("\n", " ").replace("411.12", "411.99"),
        "found nowhere": " ".join(f"{word}x {word[::-1]}" for word in quote.split()),
    }
    for name, wanted in cases.items():
        started = time.perf_counter()
        match = locate(wanted, pages)
        lines.append(
            f"| {name}, {len(wanted)} characters | {match.status} | {1000 * (time.perf_counter() - started):.0f} |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m experiments.citations", description=__doc__.splitlines()[0])
    parser.add_argument("turns", nargs="?", type=Path, help="JSON lines of `leadline ask --batch`")
    parser.add_argument("--home", type=Path, help="the library that answered, to check every quote against its page")
    parser.add_argument("--speed", action="store_true", help="time the locator instead")
    given = parser.parse_args(arguments)
    try:
        if given.speed:
            sys.stdout.write(speed() + "\n")
            return 0
        if given.turns is None:
            raise UsageError("No file of turns was given.", "Write one with `leadline ask --batch q.jsonl --json`.")
        sys.stdout.write(table(score(load(given.turns), _pages(given.home))) + "\n")
    except LeadlineError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


def load(path: Path) -> list[dict[str, Any]]:
    """The turns of a file. Raises FileMissing, or UsageError with the number of a line that is no turn."""
    if not path.is_file():
        raise FileMissing(f"There is no file {path}.", "Give the output of `leadline ask --batch`.")
    turns = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            turn = json.loads(line)
        except json.JSONDecodeError as error:
            raise UsageError(f"Line {number} of {path} is not JSON ({error}).", "Give one turn a line.") from error
        if not isinstance(turn, dict):
            raise UsageError(f"Line {number} of {path} is no turn.", "Give one JSON object a line.")
        turns.append(turn)
    return turns


def _pages(home: Path | None) -> PageText | None:
    if home is None:
        return None
    from corpora.library import Library

    return Library(home).page_text


if __name__ == "__main__":
    raise SystemExit(main())
