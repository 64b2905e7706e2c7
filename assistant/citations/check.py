"""An answer held against its sources, statement by statement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from assistant.citations.claims import clauses
from assistant.citations.from_tool import from_tool
from assistant.citations.locate import locate
from assistant.citations.model import (
    STRENGTH,
    CheckedAnswer,
    Citation,
    Match,
    PageSpan,
    Passage,
    Statement,
    Status,
    Support,
)
from assistant.citations.notices import is_notice, is_refusal
from assistant.citations.reading import read
from assistant.citations.statements import Kind, Piece, Quotation, quotations, split
from assistant.citations.surroundings import Pages, PageText
from assistant.citations.verify import RELATED, Finding, Overlap, find_support
from corpora.folding import fold


@dataclass(frozen=True, slots=True)
class _Found:
    """What a passage and its surroundings say of a statement."""

    passage: Passage
    finding: Finding
    spans: tuple[PageSpan, ...]

    @property
    def support(self) -> Support:
        return self.finding.judgement.support

    @property
    def rank(self) -> tuple[int, float]:
        return STRENGTH[self.support], self.finding.coverage


def check_answer(
    answer: str,
    passages: Sequence[Passage],
    page_text: PageText,
    *,
    tool_texts: Sequence[str] = (),
    question: str = "",
    refusal: str = "",
    own_words: Sequence[str] = (),
    overlap: Overlap | None = None,
) -> CheckedAnswer:
    """Check every statement of `answer`.

    passages: what the model was given in this turn; its markers name their labels.
    page_text: (document_id, page) to the canonical text of that page. A page that does not exist raises
        PageNotFound (or KeyError, IndexError) and is taken as empty.
    tool_texts: arguments and results of this turn's tools. A statement all of whose numbers come from there is `tool`.
    question: numbers that the user gave may be repeated in a statement that stands on a tool.
    refusal: the sentence by which the assistant refuses; it is a notice.
    own_words: what the assistant itself says of this turn, such as why a guard blocked it. A statement out of it is a
        notice.
    overlap: similarity of two texts, 0 to 1, from an encoder; see `verify`.

    Each citation's quote is exactly `page_text(document_id, page)[start:end]`: the tightest sentences or rows that
    the judgement rests on.
    """
    checker = _Checker(passages, page_text, tool_texts, question, refusal, own_words, overlap)
    pieces = split(answer)
    statements = tuple(checker.check(piece) for piece in pieces)
    known = set(checker.by_label)
    unknown = tuple(
        dict.fromkeys(label for statement in statements for label in statement.labels if label not in known)
    )
    counts = Counter(statement.support.value for statement in statements)
    citations = [citation for statement in statements for citation in statement.citations]
    return CheckedAnswer(
        answer,
        statements,
        unknown,
        tuple(checker.not_found),
        bool(refusal) and any(is_refusal(statement.text, refusal) for statement in statements),
        {
            **{support.value: counts[support.value] for support in Support},
            "statements": sum(counts.values()) - counts[Support.NOTICE.value],
            "citations": len(citations),
            "citations_verified": sum(citation.status.verified for citation in citations),
            "unknown_labels": len(unknown),
            "not_found_quotes": len(checker.not_found),
        },
    )


class _Checker:
    """One answer's sources, and the judgement of its statements."""

    def __init__(
        self,
        passages: Sequence[Passage],
        page_text: PageText,
        tool_texts: Sequence[str],
        question: str,
        refusal: str,
        own_words: Sequence[str],
        overlap: Overlap | None,
    ) -> None:
        self.passages = passages
        self.by_label = {passage.label: passage for passage in passages}
        self.tool = read("\n".join(tool_texts)) if any(text.strip() for text in tool_texts) else None
        self.tool_words = fold("\n".join(tool_texts)).text
        self.question = read(question)
        self.refusal = refusal
        self.own_words = fold("\n".join(own_words)).text
        self.overlap = overlap
        self.not_found: list[str] = []
        self.pages = Pages(page_text)

    def check(self, piece: Piece) -> Statement:
        """The judgement of one statement."""
        if piece.kind is Kind.CODE or (not piece.labels and (self._is_ours(piece) or is_notice(piece, self.refusal))):
            return self._statement(piece, Support.NOTICE)
        cited = [self.by_label[label] for label in piece.labels if label in self.by_label]
        unknown = [label for label in piece.labels if label not in self.by_label]
        if not cited and self._from_tool(piece):
            return self._statement(piece, Support.TOOL, _unknown(unknown))
        quoted = [self._quotation(quotation, cited) for quotation in quotations(piece.text)]
        if cited:
            statement = self._cited(piece, cited)
        else:
            statement = self._uncited(piece)
        statement = self._with_quotations(statement, quoted)
        if unknown:
            support = Support.PARTLY if statement.support is Support.SUPPORTED else statement.support
            reason = "; ".join(filter(None, [_unknown(unknown), statement.reason]))
            statement = replace(statement, support=support, reason=reason)
        return statement

    # With markers

    def _cited(self, piece: Piece, cited: list[Passage]) -> Statement:
        found = [self._in_passage(piece, passage) for passage in cited]
        best = max(found, key=lambda item: item.rank)
        citations = [citation for item in found for citation in self._citations(item, piece)]
        if best.support is Support.SUPPORTED:
            return self._statement(piece, Support.SUPPORTED, best.finding.judgement.reason, citations)
        together = self._together(piece, cited)
        if together:
            return self._statement(piece, Support.SUPPORTED, "", together)
        elsewhere = self._elsewhere(piece, [p for p in self.passages if p not in cited])
        if elsewhere:
            named = "".join(f"[{passage.label}]" for passage in cited)
            reason = (
                f"{named} does not support this ({best.finding.judgement.reason}); [{elsewhere.passage.label}] does"
            )
            citations += self._citations(elsewhere, piece, "leadline")
            return self._statement(piece, Support.PARTLY, reason, citations)
        if self.tool and self._from_tool(piece):
            reason = f"the numbers come from a tool; {best.finding.judgement.reason}"
            return self._statement(piece, Support.TOOL, reason, citations)
        return self._statement(piece, best.support, best.finding.judgement.reason, citations)

    def _together(self, piece: Piece, cited: list[Passage]) -> list[Citation]:
        """The citations of a statement of several claims, each of which one of the passages supports."""
        parts = clauses(piece.text)
        if len(parts) < 2 or len(cited) < 2:
            return []
        citations: list[Citation] = []
        for part in parts:
            found = [self._in_passage(replace(piece, text=part), passage) for passage in cited]
            best = max(found, key=lambda item: item.rank)
            if best.support is not Support.SUPPORTED:
                return []
            citations += self._citations(best, piece)
        return list(dict.fromkeys(citations))

    # Without markers

    def _uncited(self, piece: Piece) -> Statement:
        found = self._elsewhere(piece, self.passages)
        if found is None:
            return self._statement(piece, Support.UNCITED)
        reason = f"found by Leadline in [{found.passage.label}]"
        return self._statement(piece, Support.SUPPORTED, reason, self._citations(found, piece, "leadline"))

    def _elsewhere(self, piece: Piece, passages: Iterable[Passage]) -> _Found | None:
        """A passage that supports the statement fully; nothing less is offered."""
        for passage in passages:
            found = self._in_passage(piece, passage, near_only=True)
            if found.support is Support.SUPPORTED:
                return found
        return None

    # One passage

    def _in_passage(self, piece: Piece, passage: Passage, near_only: bool = False) -> _Found:
        """The judgement of a passage: of its own text, then of its page, then with the pages beside it."""
        document, page = passage.span.document_id, passage.span.page
        best: _Found | None = None
        stretches = [[(page, passage.span.start, passage.span.end)]]
        if not near_only:
            stretches.append([(page, 0, len(self.pages.text(document, page)))])
        stretches += [
            self.pages.over_the_break(document, first)
            for first in (page, page - 1)
            if not near_only and self.pages.text(document, first) and self.pages.text(document, first + 1)
        ]
        for stretch in stretches:
            texts = [self.pages.text(document, number)[start:end] for number, start, end in stretch]
            context = self.pages.names(passage)
            finding = find_support(piece.text, "\n".join(texts), context=context, overlap=self.overlap)
            found = _Found(passage, finding, _on_pages(stretch, texts, finding.start, finding.end))
            if best is None or found.rank > best.rank:
                best = found
            if best.support is Support.SUPPORTED:
                break
        assert best is not None
        return best

    def _citations(self, found: _Found, piece: Piece, found_by: str = "model") -> list[Citation]:
        passage, judgement = found.passage, found.finding.judgement
        document_id = passage.span.document_id
        spans = found.spans
        if judgement.support is Support.SUPPORTED:
            status = Status.NORMALISED
            if len(spans) == 1 and _verbatim(piece.text, self.pages.text(document_id, spans[0].page), spans[0]):
                status = Status.EXACT
        elif found.finding.coverage >= RELATED and spans:
            status = Status.APPROXIMATE
        else:
            status, spans = Status.NOT_FOUND, (PageSpan(passage.span.page, passage.span.start, passage.span.start),)
        return [
            Citation(
                passage.label,
                passage.document,
                document_id,
                span.page,
                span.start,
                span.end,
                self.pages.text(document_id, span.page)[span.start : span.end],
                status,
                judgement.reason,
                found_by,
            )
            for span in spans
        ]

    # Quotations

    def _quotation(self, quotation: Quotation, cited: list[Passage]) -> tuple[Quotation, Match, Passage | None]:
        """Where the words between quotation marks stand: on the cited pages, else on any page of this turn."""
        best: tuple[Quotation, Match, Passage | None] | None = None
        order = [Status.EXACT, Status.NORMALISED, Status.APPROXIMATE, Status.NOT_FOUND]
        for passage in cited or self.passages:
            document, page = passage.span.document_id, passage.span.page
            pages = {n: text for n in (page - 1, page, page + 1) if (text := self.pages.text(document, n))}
            match = locate(quotation.text, pages, near=(page, passage.span.start))
            if best is None or order.index(match.status) < order.index(best[1].status):
                best = (quotation, match, passage)
        if best is None or best[1].status is Status.NOT_FOUND:
            self.not_found.append(quotation.text)
        return best or (quotation, Match((), Status.NOT_FOUND, 0.0, 0.0, "there is no source"), None)

    def _with_quotations(
        self, statement: Statement, quoted: list[tuple[Quotation, Match, Passage | None]]
    ) -> Statement:
        """Lower a statement whose quotations are not in the source, and point at those that are."""
        for quotation, match, passage in quoted:
            if match.status is Status.NOT_FOUND:
                reason = f"the quotation “{_short(quotation.text)}” stands in none of the sources"
                lowered = Support.UNCITED if statement.support is Support.UNCITED else Support.UNSUPPORTED
                return replace(statement, support=lowered, reason=reason)
            if match.status is Status.APPROXIMATE and statement.support is Support.SUPPORTED:
                statement = replace(statement, support=Support.PARTLY, reason=f"not quoted exactly: {match.reason}")
            if match.status.verified and passage is not None and statement.support is not Support.UNCITED:
                statement = replace(statement, citations=self._pointed(statement, match, passage))
        return statement

    def _pointed(self, statement: Statement, match: Match, passage: Passage) -> tuple[Citation, ...]:
        """The statement's citations with those of `passage` narrowed to the quotation."""
        verified = statement.support is Support.SUPPORTED
        kept = [c for c in statement.citations if c.label != passage.label]
        own = [c for c in statement.citations if c.label == passage.label]
        found_by = own[0].found_by if own else "model"
        document_id = passage.span.document_id
        return (
            *(
                Citation(
                    passage.label,
                    passage.document,
                    document_id,
                    span.page,
                    span.start,
                    span.end,
                    self.pages.text(document_id, span.page)[span.start : span.end],
                    match.status,
                    match.reason if verified else "the quotation is right; " + statement.reason,
                    found_by,
                )
                for span in match.spans
            ),
            *kept,
        )

    # Small judgements

    def _is_ours(self, piece: Piece) -> bool:
        words = fold(piece.text).text.strip()
        return bool(words) and words in self.own_words

    def _from_tool(self, piece: Piece) -> bool:
        if self.tool is None:
            return False
        # A line of the tool's own output stands on it whatever it says; other words need its numbers.
        words = fold(piece.text).text.strip()
        return (len(words) >= 8 and words in self.tool_words) or from_tool(read(piece.text), self.tool, self.question)

    def _statement(
        self, piece: Piece, support: Support, reason: str = "", citations: Iterable[Citation] = ()
    ) -> Statement:
        return Statement(
            piece.text, support, reason, tuple(dict.fromkeys(citations)), piece.labels, piece.start, piece.end
        )


def _on_pages(stretch: list[tuple[int, int, int]], texts: list[str], start: int, end: int) -> tuple[PageSpan, ...]:
    """A stretch of the joined texts as spans of their pages, without white space at their ends."""
    spans = []
    offset = 0
    for (page, first, _), text in zip(stretch, texts, strict=True):
        left, right = max(start - offset, 0), min(end - offset, len(text))
        offset += len(text) + 1
        piece = text[left:right] if left < right else ""
        if piece.strip():
            left += len(piece) - len(piece.lstrip())
            right -= len(piece) - len(piece.rstrip())
            spans.append(PageSpan(page, first + left, first + right))
    return tuple(spans)


def _verbatim(text: str, page: str, span: PageSpan) -> bool:
    """Whether a statement repeats its span word for word, but for its final mark."""
    quote = page[span.start : span.end]
    return text.rstrip(" .").strip('"“”') in quote


def _unknown(labels: list[int]) -> str:
    if not labels:
        return ""
    named = ", ".join(f"[{label}]" for label in labels)
    return f"{named} {'names' if len(labels) == 1 else 'name'} no passage of this turn"


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:77].rstrip() + "..."
