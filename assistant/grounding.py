"""What a groundedness model says of each statement, beside the deterministic check and never above it.

Runs where the policy's output row names MiniCheck, or Granite Guardian asked about groundedness. A statement that the
model does not find in its passages loses a step of its support; one that it likes gains nothing; what it could not
look at says so.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import replace
from typing import Any

from assistant.citations.model import CheckedAnswer, Passage, Statement, Support
from guards import Risk, Screen, Verdict
from guards.grounded import Groundedness, check_statement, lowered

_LOOKED_AT = (Support.SUPPORTED, Support.PARTLY, Support.UNSUPPORTED)


def grounded(
    checked: CheckedAnswer, passages: Sequence[Passage], screen: Screen
) -> tuple[CheckedAnswer, list[Verdict], tuple[str, ...]]:
    """The answer as the policy's groundedness guards leave it, a verdict for each, and notes for the reader."""
    texts = {passage.label: passage.text for passage in passages}
    verdicts: list[Verdict] = []
    notes: list[str] = []
    for name, guard in screen.groundedness_guards():
        statements, verdict = _by(guard, name, checked.statements, texts, screen)
        if verdict is not None:
            verdicts.append(verdict)
            if verdict.state == "error":
                notes.append(f"The statements were not checked by {name}. {verdict.reason}")
        counts = Counter(one.support.value for one in statements)
        shown: dict[str, int] = dict(checked.counts)
        shown.update((one.value, counts[one.value]) for one in Support if one.value in shown)
        checked = replace(checked, statements=statements, counts=shown)
    return checked, verdicts, tuple(notes)


def _by(
    guard: Any, name: str, statements: Sequence[Statement], texts: dict[int, str], screen: Screen
) -> tuple[tuple[Statement, ...], Verdict | None]:
    """The statements after one guard, and its verdict; None where there was nothing to look at."""
    began = time.monotonic()
    ends = began + screen.policy.output.seconds
    found: list[Groundedness] = []
    after: list[Statement] = []
    # A server that never answers must not keep the turn: the worker is left behind, not waited for.
    worker = ThreadPoolExecutor(1, thread_name_prefix="groundedness")
    try:
        for statement in statements:
            documents = _documents(statement, texts)
            if statement.support not in _LOOKED_AT or not documents:
                after.append(statement)
                continue
            said = _said(worker, guard, statement.text, documents, ends - time.monotonic())
            found.append(said)
            after.append(_after(statement, said, name))
    finally:
        worker.shutdown(wait=False, cancel_futures=True)
    return tuple(after), _verdict(found, name, guard, time.monotonic() - began) if found else None


def _said(worker: ThreadPoolExecutor, guard: Any, text: str, documents: Sequence[str], left: float) -> Groundedness:
    if left <= 0:
        return Groundedness("not_checked", None, guard.model, "Its time was over.")
    job = worker.submit(check_statement, guard, text, documents)
    try:
        return job.result(timeout=left)
    except TooLate:
        return Groundedness("not_checked", None, guard.model, "It took longer than the policy gives it.")
    except Exception as error:  # noqa: BLE001 - whatever a guard raises means "not checked", never "supported"
        return Groundedness("not_checked", None, guard.model, f"It failed with {type(error).__name__}.")


def _documents(statement: Statement, texts: dict[int, str]) -> list[str]:
    labels = dict.fromkeys(citation.label for citation in statement.citations)
    return [texts[label] for label in labels if label in texts]


def _after(statement: Statement, said: Groundedness, name: str) -> Statement:
    if said.state == "supported":
        return statement
    if said.state == "not_checked":
        return replace(statement, reason=f"{statement.reason} Not checked by {name}.".strip())
    support = Support(lowered(statement.support.value, said))
    return replace(statement, support=support, reason=f"{statement.reason} {name} does not find it there.".strip())


def _verdict(found: Sequence[Groundedness], name: str, guard: Any, seconds: float) -> Verdict:
    scores = [one.score for one in found if one.score is not None]
    missing = [one for one in found if one.state == "not_checked"]
    against = sum(one.state == "unsupported" for one in found)
    least = 1.0 - min(scores) if scores else 0.0
    risks = (Risk("groundedness", "A statement that its passages do not support", least),)
    if missing:
        state, reason = "error", f"{len(missing)} of {len(found)} statements were not checked. {missing[0].reason}"
    elif against:
        state, reason = "flag", f"{against} of {len(found)} statements are not found in their passages."
    else:
        state, reason = "allow", f"All {len(found)} statements are found in their passages."
    return Verdict(state, "output", risks, name, guard.model, seconds, reason)  # type: ignore[arg-type]
