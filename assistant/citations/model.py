"""The records of a checked answer. All are frozen; none knows how it is drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from corpora.model import Span


class Status(StrEnum):
    """How a quotation was found. Only the first two are ever shown as verified."""

    EXACT = "exact"
    NORMALISED = "normalised"
    APPROXIMATE = "approximate"
    NOT_FOUND = "not_found"

    @property
    def verified(self) -> bool:
        return self in (Status.EXACT, Status.NORMALISED)


class Support(StrEnum):
    """What a statement stands on."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    UNSUPPORTED = "unsupported"
    UNCITED = "uncited"
    TOOL = "tool"
    NOTICE = "notice"


#: From the weakest to the strongest judgement that a comparison with a source can end in.
STRENGTH = {Support.UNSUPPORTED: 0, Support.PARTLY: 1, Support.SUPPORTED: 2}


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as retrieved for this turn: its label as the model sees it, and where it stands."""

    label: int
    document: str
    span: Span
    text: str
    title: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True)
class PageSpan:
    """A stretch of one page, half open, in code points of the page's canonical text. Pages count from 1."""

    page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Match:
    """Where a quotation stands.

    spans: in reading order; several where the quotation runs over a page end or holds an ellipsis.
    coverage: share of the quotation's tokens that were found, 0 to 1.
    density: share of the tokens of the spans that belong to the quotation, 0 to 1.
    reason: in words, why the match is not exact.
    """

    spans: tuple[PageSpan, ...]
    status: Status
    coverage: float
    density: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a source supports a statement, with the reason in words."""

    support: Support
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """A statement's pointer to a span. `quote` is exactly `page_text[start:end]`.

    `found_by` is "model" where a marker pointed there, "leadline" where the source was found without one.
    A passage over a page end is two citations with the same label. Where nothing in the passage bears on the
    statement, the status is `not_found`, `quote` is empty and `start == end` is where the passage begins.

    The status of a statement's citation: `exact` or `normalised` where it was judged `supported` (verbatim, or in
    another spelling or wording with every fact equal), else `approximate`: the closest place, with the reason.
    """

    label: int
    document: str
    document_id: str
    page: int
    start: int
    end: int
    quote: str
    status: Status
    reason: str = ""
    found_by: str = "model"
    #: How sure OCR was of the page, 0 to 1; None where the file itself has its text.
    ocr_confidence: float | None = None

    @property
    def span(self) -> Span:
        return Span(self.document_id, self.page, self.start, self.end)


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer, as written but without its citation markers.

    `start` and `end` are its place in the answer that was checked, markers included.
    `labels` are the labels that its markers named, unknown ones too.
    """

    text: str
    support: Support
    reason: str = ""
    citations: tuple[Citation, ...] = ()
    labels: tuple[int, ...] = ()
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """An answer whose statements have been held against their sources.

    unknown_labels: labels in the answer that no passage carries, in order of appearance, each once.
    not_found_quotes: quotations in the answer that stand in none of the sources.
    """

    answer: str
    statements: tuple[Statement, ...]
    unknown_labels: tuple[int, ...] = ()
    not_found_quotes: tuple[str, ...] = ()
    refused: bool = False
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def summary(self) -> str:
        """One line for the reader.

        >>> CheckedAnswer("", (Statement("a", Support.SUPPORTED), Statement("b", Support.UNCITED))).summary
        '2 statements: 1 verified, 1 without a source'
        >>> CheckedAnswer("", (Statement("I do not know.", Support.NOTICE), Statement("a", Support.SUPPORTED)),
        ...               refused=True).summary
        'Refused: the documents do not say; 1 nearest passage shown'
        """
        supports = [statement.support for statement in self.statements]
        return summarise_refusal(supports) if self.refused else summarise(supports)


_NAMES: tuple[tuple[Support, str], ...] = (
    (Support.SUPPORTED, "verified"),
    (Support.TOOL, "from a tool"),
    (Support.PARTLY, "partly supported"),
    (Support.UNSUPPORTED, "not supported"),
    (Support.UNCITED, "without a source"),
)


def summarise(supports: Iterable[Support]) -> str:
    """The summary line of these statements; notices say nothing about the world and are not counted."""
    counted: Counter[Support] = Counter(support for support in supports if support is not Support.NOTICE)
    total = sum(counted.values())
    if not total:
        return "No statements."
    parts = [f"{counted[support]} {name}" for support, name in _NAMES if counted[support]]
    return f"{total} statement{'' if total == 1 else 's'}: {', '.join(parts)}"


def summarise_refusal(supports: Iterable[Support]) -> str:
    """The summary line of an answer that refused: what it quotes beside is no answer, however well it is verified."""
    counted: Counter[Support] = Counter(support for support in supports if support is not Support.NOTICE)
    shown = counted.pop(Support.SUPPORTED, 0)
    parts = [f"{shown} nearest passage{'' if shown == 1 else 's'} shown"] if shown else []
    parts += [f"{counted[support]} {name}" for support, name in _NAMES if counted[support]]
    return "; ".join(["Refused: the documents do not say", *parts])
