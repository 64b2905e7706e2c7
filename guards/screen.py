"""The screen: runs the guards that the policy names for a stage and decides what their verdicts mean
together.

>>> screen = Screen()
>>> screen.decide(screen.screen("input", "Which stations had oxygen below 2 ml/l?")).state
'allow'
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from guards.breaker import Breaker
from guards.embedded import EmbeddedGuard, Encoder, sensitive
from guards.errors import GuardError, GuardTimeout, WeightsDamaged
from guards.policy import GROUNDEDNESS, Policy, StagePolicy
from guards.reasons import allowed_reason, decided_reason, failed_reason, stage_words
from guards.redaction import without
from guards.verdict import Risk, Stage, Verdict, stage_named, strongest


class Guard(Protocol):
    """What a guard has to be: two names and one function.

    `check` returns every risk that it measured (none is a clean bill) and raises when it cannot tell;
    anything that it raises becomes the verdict `error`.
    """

    @property
    def name(self) -> str: ...

    @property
    def model(self) -> str: ...

    def check(self, stage: Stage, text: str, *, question: str = "", context: Sequence[str] = ()) -> list[Risk]: ...


class Screen:
    """Guards by policy.

    Parameters
    ----------
    policy:
        The table; the default runs the embedded guard at every stage.
    encoder:
        Gives unit vectors of 384 numbers (float32, shape (n, 384)) for n texts; None leaves the embedded guard to its
        deterministic part, and its verdicts say so.
    guards:
        Guards by name, in place of those that would be built from the policy's names (for tests, or own guards).
    canaries:
        Strings of the hidden instructions that must never appear in an answer.
    host:
        The Ollama server for guard models, for example "http://127.0.0.1:11434".
    clock:
        Seconds that only rise.
    """

    def __init__(
        self,
        policy: Policy | None = None,
        encoder: Encoder | None = None,
        *,
        guards: Mapping[str, Guard] | None = None,
        canaries: Sequence[str] = (),
        host: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.policy = policy or Policy()
        self._encoder = encoder
        self._canaries = tuple(canaries)
        self._host = host
        self._clock = clock
        self._guards: dict[str, Guard] = dict(guards or {})
        self._lock = threading.Lock()
        self._breaker = Breaker(self.policy.breaker_failures, self.policy.breaker_seconds, clock)

    def screen(
        self,
        stage: Stage,
        text: str,
        *,
        question: str = "",
        context: Sequence[str] = (),
    ) -> list[Verdict]:
        """One verdict for each guard of the stage, and the embedded guard's where a closed one failed.

        `text` is what is judged; `question` is the user's message that led to it, `context` the passages
        that an answer stands on. A guard never takes longer than its stage allows: what is not ready by
        then is an error.
        """
        stage_named(stage)
        row = self.policy.stage(stage)
        waiting = [(name, self._started(name, stage, text, question, context, row)) for name in row.guards]
        verdicts = [finish() for _, finish in waiting]
        closed_failure = any(one.state == "error" and not self._is_open(one, row) for one in verdicts)
        if closed_failure and "embedded" not in row.guards:
            verdicts.append(self._started("embedded", stage, text, question, context, row)())
        return verdicts

    def decide(self, verdicts: Sequence[Verdict]) -> Verdict:
        """What the verdicts of one stage mean together: the worst, by policy.

        `block` wins. A failed guard counts by its stage's `on_error`: closed, the embedded guard's verdict
        stands in and says so, and without one the text is blocked; open, the text passes as `flag`, visibly
        not checked.
        """
        if not verdicts:
            return Verdict("allow", "input", reason="No guard runs at this stage.")
        stage = verdicts[0].stage
        row = self.policy.stage(stage)
        seconds = sum(one.seconds for one in verdicts)
        risks = strongest([risk for one in verdicts for risk in one.risks])
        answered = [one for one in verdicts if one.state != "error"]
        failed = [one for one in verdicts if one.state == "error"]
        closed = [one for one in failed if not self._is_open(one, row)]
        worst = max(answered, key=lambda one: ("allow", "flag", "block").index(one.state), default=None)

        def together(state: str, by: Verdict, reason: str) -> Verdict:
            assert state in ("allow", "flag", "block")
            return Verdict(state, stage, risks, by.guard, by.model, seconds, reason)  # type: ignore[arg-type]

        if worst is not None and worst.state == "block":
            return together("block", worst, worst.reason)
        names = ", ".join(one.guard for one in failed)
        unjudged = f"{names} could not judge {stage_words(stage)}"
        if closed:
            stand_in = next((one for one in answered if one.guard == "embedded"), None)
            if stand_in is None:
                return together(
                    "block",
                    closed[0],
                    f"{unjudged}, and nothing could stand in. {closed[0].reason}",
                )
            return together(
                "flag" if worst is None or worst.state == "allow" else worst.state,
                stand_in,
                f"{unjudged}; the embedded guard stood in. {stand_in.reason}",
            )
        if failed:
            by = worst or failed[0]
            rest = f" {worst.reason}" if worst else ""
            return together("flag", by, f"Not checked by {names}.{rest}")
        assert worst is not None
        return together(worst.state, worst, worst.reason)

    def warm(self) -> None:
        """Load what the embedded guard needs (weights, and the encoder where there is one) before it is asked."""
        self.guard("embedded").check("input", "Which stations were occupied?")

    def groundedness_guards(self) -> list[tuple[str, Guard]]:
        """The guards of the output row that can say of one statement whether passages support it, by name.

        One that cannot be built is left out here: the verdict on the whole answer says why.
        """
        found = []
        for name in self.policy.output.guards:
            try:
                guard = self.guard(name)
            except GuardError:
                continue
            asked = getattr(guard, "risks", ())
            if hasattr(guard, "support") and (_is_groundedness(guard) or "groundedness" in asked):
                found.append((name, guard))
        return found

    def hidden(self, stage: Stage, text: str) -> str:
        """The text with the secrets and personal data hidden that the policy redacts or masks at this stage."""
        row = self.policy.stage(stage)
        if not (row.redact or row.mask):
            return text
        found = sensitive(text)
        # Masking keeps every place where it is, so it comes first.
        masked = without(text, [one for one in found if row.hides(one.code) == "mask"], "mask")
        return without(masked, [one for one in found if row.hides(one.code) == "redact"])

    def guard(self, name: str) -> Guard:
        """The guard of that name, built on first use. Raises UnknownGuard for a name that no guard has."""
        with self._lock:
            if name not in self._guards:
                self._guards[name] = self._build(name)
            return self._guards[name]

    def _build(self, name: str) -> Guard:
        if name == "embedded":
            from guards.heads import load_heads

            try:
                return EmbeddedGuard(self._encoder, heads=load_heads(), canaries=self._canaries)
            except WeightsDamaged as error:
                # The rules alone are worth having; every verdict says that only they looked, and why.
                return EmbeddedGuard(self._encoder, canaries=self._canaries, note=str(error))
        from guards.registry import build_guard

        return build_guard(name, host=self._host)

    def _is_open(self, verdict: Verdict, row: StagePolicy) -> bool:
        return row.on_error == "open" or any(risk.code in GROUNDEDNESS for risk in verdict.risks)

    def _started(
        self, name: str, stage: Stage, text: str, question: str, context: Sequence[str], row: StagePolicy
    ) -> Callable[[], Verdict]:
        """Start one guard and return a function that waits for its verdict."""
        began = self._clock()
        try:
            guard = self.guard(name)
        except GuardError as error:
            failure = error
            return lambda: self._error(name, "", stage, failure, began)
        resting = self._breaker.rests(name)
        if resting > 0:
            tired = GuardError(f"It failed repeatedly and rests for another {resting:.0f} s.")
            return lambda: self._error(name, guard.model, stage, tired, began)
        if name == "embedded":
            return lambda: self._judged(guard, stage, text, question, context, row, began, None)
        box: queue.Queue[list[Risk] | Exception] = queue.Queue(1)

        def work() -> None:
            try:
                box.put(guard.check(stage, text, question=question, context=context))
            except Exception as error:  # noqa: BLE001 - whatever a guard raises is the third state, never "safe"
                box.put(error)

        # A daemon thread: a server that never answers must not keep the program from ending.
        threading.Thread(target=work, name=f"guard-{name}", daemon=True).start()
        return lambda: self._judged(guard, stage, text, question, context, row, began, box)

    def _judged(
        self,
        guard: Guard,
        stage: Stage,
        text: str,
        question: str,
        context: Sequence[str],
        row: StagePolicy,
        began: float,
        box: queue.Queue[list[Risk] | Exception] | None,
    ) -> Verdict:
        result: list[Risk] | Exception
        if box is None:
            began = self._clock()
            try:
                result = guard.check(stage, text, question=question, context=context)
            except Exception as error:  # noqa: BLE001 - whatever a guard raises is the third state, never "safe"
                result = error
        else:
            left = row.seconds - (self._clock() - began)
            try:
                result = box.get(timeout=max(0.0, left))
            except queue.Empty:
                result = GuardTimeout(
                    f"It took longer than the {row.seconds:g} s that the policy gives it.",
                    f"Raise [guards.{stage}] seconds, or take a smaller guard model.",
                )
        if isinstance(result, Exception):
            self._breaker.failed(guard.name)
            return self._error(guard.name, guard.model, stage, result, began, open_guard=_is_groundedness(guard))
        self._breaker.succeeded(guard.name)
        risks = strongest(result)
        state, deciding = row.state_for(risks)
        reason = decided_reason(stage, state, deciding) if deciding else allowed_reason(stage, guard)
        return Verdict(state, stage, risks, guard.name, guard.model, self._clock() - began, reason)

    def _error(
        self, name: str, model: str, stage: Stage, error: Exception, began: float, *, open_guard: bool = False
    ) -> Verdict:
        # An open guard is known by its kind of risk, which the error verdict keeps at score 0.
        risks = (Risk("groundedness", "Not checked against the sources", 0.0),) if open_guard else ()
        return Verdict("error", stage, risks, name, model, self._clock() - began, failed_reason(name, error))


def _is_groundedness(guard: Guard) -> bool:
    return bool(getattr(guard, "checks_groundedness", False))
