"""Does the answer quote the evidence? `python -m experiments.answers --questions FILE --home LIBRARY`.

Prints, over a question file: the share of answerable questions with a cited span on the evidence among the first
1 and 3 statements, the share refused, the share of unanswerable (and false-premise) questions refused, the
statements by support, and the time of a warm answer. A span is on the evidence when it shares a page with it and
its token F1 with it is at least 0.5, or one contains the other.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpora.folding import fold
from experiments.questions import Question, load


def tokens(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:[.:][^\W_]+)*", fold(text).text)


def on_evidence(quote: str, evidence: str) -> bool:
    """Whether a quote is the evidence, or near enough.

    >>> on_evidence("Chief Scientist: Aaron Beck", "Chief scientist: Aaron  Beck")
    True
    """
    a, b = tokens(quote), tokens(evidence)
    if not a or not b:
        return False
    # White space says nothing: "N2 O" and "N2O" are one, depending on who read the page.
    if "".join(a) in "".join(b) or "".join(b) in "".join(a):
        return True
    common = sum((Counter(a) & Counter(b)).values())
    return 2 * common / (len(a) + len(b)) >= 0.5


@dataclass(frozen=True)
class Outcome:
    question: Question
    rank: int | None  # of the first statement whose citation is on the evidence
    refused: bool
    seconds: float
    supports: tuple[str, ...]
    text: str


def judge(question: Question, turn: Any) -> Outcome:
    """Compare one turn with what its question's file says."""
    rank = None
    statements = [s for s in turn.checked.statements if str(s.support) != "notice"]
    for place, statement in enumerate(statements, 1):
        if any(
            on_evidence(citation.quote, evidence)
            for citation in statement.citations
            for evidence in question.evidence
            if citation.document in question.files
        ):
            rank = place
            break
    return Outcome(
        question, rank, turn.refused, turn.timings.total_s, tuple(str(s.support) for s in statements), turn.answer
    )


def figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """The shares that the module's docstring names."""
    answerable = [o for o in outcomes if o.question.answerable]
    closed = [o for o in outcomes if not o.question.answerable]
    premise = [o for o in outcomes if o.question.kind == "false_premise"]

    def share(part: int, whole: int) -> float:
        return part / whole if whole else float("nan")

    return {
        "evidence in first statement": share(sum(o.rank == 1 and not o.refused for o in answerable), len(answerable)),
        "evidence in first 3": share(
            sum(o.rank is not None and o.rank <= 3 and not o.refused for o in answerable), len(answerable)
        ),
        "answerable refused": share(sum(o.refused for o in answerable if o not in premise), len(answerable)),
        "unanswerable refused": share(sum(o.refused for o in closed), len(closed)),
        "unanswerable or false premise, refused or corrected": share(
            sum(o.refused for o in closed) + sum(o.refused or o.rank is not None for o in premise),
            len(closed) + len(premise),
        ),
        "seconds, median": statistics.median(o.seconds for o in outcomes),
    }


def unguarded() -> Any:
    """A screen that runs no guard at any stage."""
    from guards import Policy, Screen

    policy = Policy()
    for stage in ("input", "context", "tool", "output"):
        policy = policy.with_guards(stage)  # type: ignore[arg-type]
    return Screen(policy)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--home", type=Path, required=True, help="a library that holds the documents")
    parser.add_argument("--model", default="embedded")
    parser.add_argument("--unguarded", action="store_true", help="leave the guards out, to measure answering alone")
    parser.add_argument("--show", action="store_true", help="print every question that is not right at once")
    options = parser.parse_args(arguments)
    from assistant.assistant import Assistant
    from assistant.settings import load as settings

    assistant = Assistant(settings(home=options.home, model=options.model))
    if options.unguarded:
        assistant.screen = unguarded()
    assistant.ask("Is this warm?")
    outcomes = [judge(question, assistant.ask(question.question)) for question in load(options.questions)]
    write = sys.stdout.write
    for name, value in figures(outcomes).items():
        write(f"{name:55}{value:8.3f}\n")
    counts = Counter(support for o in outcomes for support in o.supports)
    write(f"statements by support: {dict(counts)}\n")
    if options.show:
        for o in outcomes:
            right = (o.rank == 1 and not o.refused) if o.question.answerable else o.refused
            if not right:
                write(f"\n{o.question.id} {o.question.kind} rank {o.rank} refused {o.refused}: {o.question.question}\n")
                write(f"  wanted: {o.question.evidence[:3]}\n{o.text[:700]}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
