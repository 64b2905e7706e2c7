"""The policy table: for each stage which guards run, what blocks, what only flags, and what an error means.

It lives in the settings file under `[guards]`, one sub-table a stage, and is meant to be read in a minute:

    [guards.input]
    guards = ["embedded", "llama-guard3:1b"]
    block = ["harm", "jailbreak", "injection"]
    flag = ["secret", "personal", "S6"]
    on_error = "closed"
    seconds = 20

A code covers everything below it (`secret` covers `secret.aws`); where two entries fit, the longer one
wins, and between equals blocking does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, cast

from guards.errors import PolicyError
from guards.verdict import STAGES, Risk, Stage, State, stage_named

OnError = Literal["closed", "open"]

#: What Llama Guard 3 may block. S5 (defamation), S6 (specialised advice), S8 (intellectual property) and
#: S13 (elections) misfire on questions about documents and need knowledge that the model says it lacks:
#: they only flag.
LLAMA_BLOCK = ("S1", "S2", "S3", "S4", "S7", "S9", "S10", "S11", "S12", "S14")
LLAMA_FLAG = ("S5", "S6", "S8", "S13")
GRANITE_BLOCK = ("sexual_content", "violence", "unethical_behavior", "harm_engagement")
GRANITE_FLAG = ("social_bias", "profanity", "evasiveness")
SHIELD_BLOCK = ("dangerous_content", "harassment", "hate_speech", "sexually_explicit")
GROUNDEDNESS = ("groundedness", "answer_relevance", "context_relevance", "function_call")


@dataclass(frozen=True, slots=True)
class StagePolicy:
    """One row of the table.

    `found_at` is the score from which a risk counts. `seconds` is what each guard of the stage may take.
    `redact` and `mask` name secrets and personal data that are hidden in the text and flagged. `on_error` is
    `closed` (the embedded guard answers in the failed one's place, and where that fails too the text is blocked)
    or `open` (the text passes, visibly not checked); groundedness guards are always open.
    """

    guards: tuple[str, ...] = ("embedded",)
    block: tuple[str, ...] = ()
    flag: tuple[str, ...] = ()
    redact: tuple[str, ...] = ()
    mask: tuple[str, ...] = ()
    on_error: OnError = "closed"
    seconds: float = 20.0
    found_at: float = 0.5

    def state_for(self, risks: Iterable[Risk]) -> tuple[State, tuple[Risk, ...]]:
        """The state that these risks lead to, and the risks that decided it."""
        blocking, flagging = [], []
        for risk in risks:
            if risk.score < self.found_at:
                continue
            effect = self._effect(risk.code)
            if effect == "block":
                blocking.append(risk)
            elif effect == "flag":
                flagging.append(risk)
        if blocking:
            return "block", tuple(blocking)
        return ("flag", tuple(flagging)) if flagging else ("allow", ())

    def _effect(self, code: str) -> str:
        block = _longest(code, self.block)
        flag = _longest(code, (*self.flag, *self.redact, *self.mask))
        if block < 0 and flag < 0:
            return ""
        return "block" if block >= flag else "flag"

    def hides(self, code: str) -> str:
        """How a secret or a piece of personal data is hidden in the text: "redact", "mask", or "" for not at all."""
        redact, mask, block = (_longest(code, entries) for entries in (self.redact, self.mask, self.block))
        if max(redact, mask) <= block:
            return ""
        return "redact" if redact >= mask else "mask"


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole table. `breaker_failures` errors in a row rest a guard for `breaker_seconds`."""

    input: StagePolicy = field(
        default_factory=lambda: StagePolicy(
            block=("harm", "jailbreak", "injection", "canary", *LLAMA_BLOCK, *GRANITE_BLOCK, *SHIELD_BLOCK),
            flag=("hidden", "encoded", "secret", "personal", *LLAMA_FLAG, *GRANITE_FLAG),
        )
    )
    context: StagePolicy = field(
        default_factory=lambda: StagePolicy(
            flag=("injection", "jailbreak", "hidden", "encoded", "secret", "harm.child", "context_relevance"),
        )
    )
    tool: StagePolicy = field(
        default_factory=lambda: StagePolicy(
            block=("injection.exfiltration", "canary", "secret"),
            flag=("injection", "hidden", "encoded", "argument", "function_call"),
        )
    )
    output: StagePolicy = field(
        default_factory=lambda: StagePolicy(
            block=(
                "harm",
                "secret",
                "canary",
                "hidden.tags",
                "jailbreak",
                *LLAMA_BLOCK,
                *GRANITE_BLOCK,
                *SHIELD_BLOCK,
            ),
            flag=("hidden", "personal", "injection.exfiltration", *GROUNDEDNESS, *LLAMA_FLAG, *GRANITE_FLAG),
        )
    )
    breaker_failures: int = 3
    breaker_seconds: float = 60.0

    def stage(self, name: Stage) -> StagePolicy:
        """The row of a stage."""
        return cast(StagePolicy, getattr(self, stage_named(name)))

    def with_guards(self, stage: Stage, *guards: str) -> Policy:
        """The same table with other guards at one stage."""
        changes: dict[str, Any] = {stage_named(stage): replace(self.stage(stage), guards=tuple(guards))}
        return replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """The table as the settings file holds it."""
        table: dict[str, Any] = {
            "breaker_failures": self.breaker_failures,
            "breaker_seconds": self.breaker_seconds,
        }
        for name in STAGES:
            row = self.stage(name)
            table[name] = {
                one.name: list(value) if isinstance(value := getattr(row, one.name), tuple) else value
                for one in fields(row)
            }
        return table

    @classmethod
    def from_dict(cls, table: Mapping[str, Any]) -> Policy:
        """The table from the settings; what is not given keeps its default.

        Raises PolicyError for a name or a value that the table does not know, naming it.
        """
        policy = cls()
        for name, value in table.items():
            if name in STAGES:
                changes: dict[str, Any] = {name: _row(name, policy.stage(stage_named(name)), value)}
                policy = replace(policy, **changes)
            elif name == "breaker_failures" and type(value) is int and value >= 1:
                policy = replace(policy, breaker_failures=value)
            elif name == "breaker_seconds" and _is_seconds(value):
                policy = replace(policy, breaker_seconds=float(value))
            else:
                known = ", ".join((*STAGES, "breaker_failures", "breaker_seconds"))
                raise PolicyError(
                    f"The policy of the guards has no entry {name!r} with the value {value!r}.",
                    f"Under [guards] use {known}.",
                )
        return policy


def _row(stage: str, row: StagePolicy, table: Any) -> StagePolicy:
    if not isinstance(table, Mapping):
        raise PolicyError(f"[guards.{stage}] has to be a table.", "Write it as [guards.input] with entries below.")
    changes: dict[str, Any] = {}
    for name, value in table.items():
        where = f"[guards.{stage}] {name}"
        if name in ("guards", "block", "flag", "redact", "mask"):
            if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
                raise PolicyError(f"{where} has to be a list of names.", f'For example {name} = ["embedded"].')
            changes[name] = tuple(value)
        elif name == "on_error":
            if value not in ("closed", "open"):
                raise PolicyError(f"{where} is {value!r}.", 'Use "closed" or "open".')
            changes[name] = value
        elif name == "seconds":
            if not _is_seconds(value):
                raise PolicyError(f"{where} has to be a number of seconds above 0.", "For example seconds = 20.")
            changes[name] = float(value)
        elif name == "found_at":
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
                raise PolicyError(f"{where} has to be a score above 0 and up to 1.", "For example found_at = 0.5.")
            changes[name] = float(value)
        else:
            known = ", ".join(one.name for one in fields(StagePolicy))
            raise PolicyError(f"{where} is not a known entry.", f"Use {known}.")
    return replace(row, **changes)


def _is_seconds(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _longest(code: str, entries: Iterable[str]) -> int:
    fitting = [len(entry) for entry in entries if code == entry or code.startswith(entry + ".")]
    return max(fitting, default=-1)
