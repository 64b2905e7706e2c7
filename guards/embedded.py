"""The embedded guard: always there, in milliseconds, without a server.

Normalisation comes first, then rules, secrets and personal data, then the trained heads. What it can do is
measured in `guards/weights/README.md`; it lowers the rate of attacks and is not the thing that contains
them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from guards.credentials import credentials
from guards.encodings import REARRANGED, decoded_pieces
from guards.harm import harm_risks
from guards.injection import direct_risks, instruction_risks, persona_risks
from guards.personal import personal_data
from guards.redaction import Match
from guards.risks import risk
from guards.text import fold, normalise
from guards.verdict import Risk, Stage, strongest
from guards.windows import windows

if TYPE_CHECKING:
    import numpy as np

Encoder = Callable[[list[str]], "np.ndarray"]

#: Characters of one window, and how much neighbours share: an attack at a seam stands whole in one of them.
WINDOW = 4000
OVERLAP = 400
#: Longest text that is screened; what is beyond it is reported, never passed over in silence.
LIMIT = 400_000


class TrainedHeads(Protocol):
    """What scores text by training: `guards.heads.Heads`, or a fake in tests."""

    def risks(self, text: str, stage: Stage, encoder: Encoder | None) -> list[Risk]: ...

    def model(self, encoder: Encoder | None) -> str: ...


class EmbeddedGuard:
    """Rules, detectors and trained heads in one guard.

    `encoder` gives unit vectors of 384 numbers for a list of texts; without it the deterministic part and
    the n-gram heads answer, and the verdict's model says so. `canaries` are strings of the hidden
    instructions: one of them in a text is a leak.
    """

    name = "embedded"

    def __init__(
        self,
        encoder: Encoder | None = None,
        *,
        heads: TrainedHeads | None = None,
        canaries: Sequence[str] = (),
        note: str = "",
    ) -> None:
        #: Why only a part of the guard can look, for the reasons of its verdicts.
        self.note = note
        self._encoder = encoder
        self._heads = heads
        self._canaries = tuple(fold(canary) for canary in canaries if canary.strip())

    @property
    def model(self) -> str:
        """What answers: the rules alone, with the n-gram heads, or with the heads on the sentence encoder
        too.
        """
        return self._heads.model(self._encoder) if self._heads else "rules"

    def check(self, stage: Stage, text: str, *, question: str = "", context: Sequence[str] = ()) -> list[Risk]:
        """Every risk of the text at this stage with its score, the strongest first."""
        found: list[Risk] = []
        whole = normalise(text[:LIMIT])
        found.extend(whole.risks())
        found.extend(self._sensitive(whole.clean))
        folded_whole = whole.matching
        found.extend(risk("canary", 1.0) for canary in self._canaries if canary in folded_whole)
        for window in windows(whole.clean, WINDOW, OVERLAP):
            matching = folded_whole if len(window.text) == len(whole.clean) else fold(window.text)
            told = [*self._rules(stage, matching), *self._decoded(stage, window.text)]
            found.extend(told)
            if self._heads and _worth_asking(stage, told):
                found.extend(self._heads.risks(window.text, stage, self._encoder_at(stage)))
        if whole.hidden:
            found.extend(self._concealed(stage, whole.hidden))
        if len(text) > LIMIT:
            found.append(risk("hidden.beyond_limit", 0.6))
        return list(strongest(found))

    def _encoder_at(self, stage: Stage) -> Encoder | None:
        """The encoder where one text a turn is judged; passages come by the dozen and are judged without it."""
        return self._encoder if stage in ("input", "output") else None

    def _rules(self, stage: Stage, matching: str) -> list[Risk]:
        if stage == "input":
            return [*direct_risks(matching), *persona_risks(matching), *harm_risks(matching)]
        if stage == "output":
            return [one for one in instruction_risks(matching) if one.code == "injection.exfiltration"] + harm_risks(
                matching
            )
        return [*instruction_risks(matching), *persona_risks(matching)]

    def _decoded(self, stage: Stage, text: str) -> list[Risk]:
        found: list[Risk] = []
        for piece in decoded_pieces(text):
            if piece.encoding in REARRANGED:
                found.extend(self._rules(stage, fold(piece.text)))
            else:
                found.extend(self._concealed(stage, piece.text))
        return found

    def _concealed(self, stage: Stage, text: str) -> list[Risk]:
        """Risks of a text that somebody took the trouble to hide: what it says counts, and so does the
        hiding.
        """
        matching = fold(text)
        inside = [*instruction_risks(matching), *persona_risks(matching), *harm_risks(matching)]
        inside.extend(self._sensitive(text) if stage == "output" else [])
        worst = max((one.score for one in inside), default=0.0)
        return [*inside, risk("encoded", 0.5 + worst / 2)] if worst >= 0.5 else []

    @staticmethod
    def _sensitive(text: str) -> list[Risk]:
        return [risk(match.code, match.score) for match in sensitive(text)]


def _worth_asking(stage: Stage, told: Sequence[Risk]) -> bool:
    """Whether the heads are asked: always of a question and an answer, of documents where a rule found a trace.

    Papers on language models speak of prompts and instructions throughout, and the head for documents, which few
    examples taught, takes that for an attack: on its own it finds little that the rules miss, and it is often wrong.
    """
    families = ("injection", "encoded", "jailbreak")
    return stage in ("input", "output") or any(one.code.startswith(families) for one in told)


def sensitive(text: str) -> list[Match]:
    """Secrets and personal data in one list, in order; where both fit a place, the secret stands."""
    secret = credentials(text)
    return sorted(
        [
            *secret,
            *(
                one
                for one in personal_data(text)
                if not any(old.start < one.end and one.start < old.end for old in secret)
            ),
        ],
        key=lambda match: match.start,
    )
