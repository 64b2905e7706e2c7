"""The trained heads: jailbreak, harm and injection, each a score that is 0.5 at its frozen threshold.

Three readings of a text can stand behind them, the best that is there: the fine-tuned adapter on the packaged
encoder, logistic heads on the injected encoder's sentence vectors, and hashed n-grams, which need nothing but numpy
and always count. What each is worth is measured in `guards/weights/README.md`.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from guards.embedded import Encoder
from guards.errors import WeightsDamaged
from guards.risks import risk
from guards.text import fold
from guards.verdict import Risk, Stage

if TYPE_CHECKING:
    import numpy as np

    from guards.adapter import Adapter

NAMES = ("jailbreak", "harm", "injection")
#: Which heads are asked at which stage. Documents may be about harm and tools are read-only, so both are judged by
#: what they try to make the assistant do; an answer is judged by what it says.
AT: dict[Stage, tuple[str, ...]] = {
    "input": ("jailbreak", "harm"),
    "context": ("injection",),
    "tool": ("injection",),
    "output": ("harm",),
}
WEIGHTS = Path(__file__).parent / "weights" / "heads.safetensors"
#: Word pieces that the adapter reads of a text. It was trained on 94; reading 62 costs a third less time and on the
#: development sets less than 0.005 of AUROC.
_ROOM = 62
_STEP = 48
#: Logits of the n-gram heads for jailbreak and harm under which a whole stretch of a long text is quiet: of the
#: attacks in the development sets 0.6 % lie there, of the benign requests two thirds.
_QUIET = (-4.0, -3.0)
_MAX_PIECES = 24


class Heads:
    """Heads from tensors by name, as `guards.train` writes them; `calibration` maps a reading to its numbers.

    `calibration[reading][head]` is {"weights": [...], "bias": b}: the logit is the weighted sum of the readings'
    logits plus b, and is 0 at the threshold.
    """

    def __init__(self, tensors: Mapping[str, np.ndarray], calibration: Mapping[str, Any]) -> None:
        import numpy as np

        self._ngrams = np.ascontiguousarray(tensors["ngrams.weight"].astype(np.float32))
        self._ngram_bias = tensors["ngrams.bias"].astype(np.float64)
        self._sentence = (tensors["sentence.weight"].astype(np.float32), tensors["sentence.bias"])
        self._added = {
            name.removeprefix("adapter."): value for name, value in tensors.items() if name.startswith("adapter.")
        }
        self._calibration = calibration
        self._lock = threading.Lock()
        self._adapter: Adapter | None = None
        self._tried = False

    def model(self, encoder: Encoder | None) -> str:
        """What answers, in words for the verdict."""
        if encoder is None:
            return "rules, n-gram heads (no sentence encoder)"
        return (
            "rules, n-gram heads, fine-tuned MiniLM"
            if self._reader() is not None
            else "rules, n-gram heads, MiniLM heads"
        )

    def risks(self, text: str, stage: Stage, encoder: Encoder | None) -> list[Risk]:
        """One risk for each head of the stage, 0.5 at its threshold."""
        wanted = AT[stage]
        scores = self.scores(text, encoder)
        return [risk(name, scores[name]) for name in NAMES if name in wanted]

    def scores(self, text: str, encoder: Encoder | None = None) -> dict[str, float]:
        """The scores of all heads for a text, each between 0 and 1."""
        readings = self.readings(text, encoder)
        kind = "adapter" if "adapter" in readings else "sentence" if "sentence" in readings else "ngrams"
        values = [readings["ngrams"]] if kind == "ngrams" else [readings["ngrams"], readings[kind]]
        return {
            name: _sigmoid(self._logit(kind, name, [float(one[place]) for one in values]))
            for place, name in enumerate(NAMES)
        }

    def readings(self, text: str, encoder: Encoder | None = None) -> dict[str, Sequence[float]]:
        """Raw logits of the heads by reading; what training calibrates and use combines."""
        from guards.features import linear

        folded = fold(text)
        found: dict[str, Sequence[float]] = {"ngrams": list(linear(folded, self._ngrams, self._ngram_bias))}
        if encoder is None or not folded:
            return found
        adapter = self._reader()
        if adapter is not None:
            pieces = self._most_telling(adapter, text)
            if pieces is not None:
                found["adapter"] = adapter.scores(pieces)
        else:
            weight, bias = self._sentence
            found["sentence"] = [float(one) for one in weight @ encoder([text])[0] + bias]
        return found

    def _most_telling(self, adapter: Adapter, text: str) -> Sequence[int] | None:
        """The word pieces that the adapter reads: all of a short text, of a long one the stretch that n-grams like
        least; None where they find nothing anywhere in it.
        """
        from guards.features import linear

        ids, offsets = adapter.tokens(text)
        if len(ids) <= _ROOM:
            return ids
        last = len(ids) - _ROOM
        starts = [*range(0, last, _STEP), last][:_MAX_PIECES]
        loudest, best = -math.inf, 0
        for start in starts:
            piece = text[offsets[start][0] : offsets[start + _ROOM - 1][1]]
            logits = linear(fold(piece), self._ngrams, self._ngram_bias)
            told = max(float(logits[place]) - quiet for place, quiet in enumerate(_QUIET))
            if told > loudest:
                loudest, best = told, start
        return ids[best : best + _ROOM] if loudest > 0 else None

    def _logit(self, kind: str, name: str, values: Sequence[float]) -> float:
        numbers = self._calibration[kind][name]
        return float(sum(w * v for w, v in zip(numbers["weights"], values, strict=True)) + numbers["bias"])

    def _reader(self) -> Adapter | None:
        with self._lock:
            if not self._tried:
                self._tried = True
                self._adapter = self._load_adapter()
            return self._adapter

    def _load_adapter(self) -> Adapter | None:
        from guards.adapter import Adapter, base_folder

        folder = base_folder()
        if folder is None or not self._added:
            return None
        import torch

        return Adapter(folder, {name: torch.from_numpy(value) for name, value in self._added.items()})


@lru_cache(maxsize=1)
def load_heads() -> Heads:
    """The heads from the shipped weights. Raises WeightsDamaged where they are missing or do not load."""
    return read_heads(WEIGHTS)


def read_heads(path: Path) -> Heads:
    """The heads from a file that `guards.train` wrote."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="numpy") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
            calibration = json.loads((file.metadata() or {})["calibration"])
        return Heads(tensors, calibration)
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise WeightsDamaged(
            f"The weights of the embedded guard do not load from {path.name}.",
            "Install Leadline again, or train them with `python -m guards.train`.",
        ) from error


def _sigmoid(value: float) -> float:
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-min(value, 60.0)))
    return math.exp(max(value, -60.0)) / (1.0 + math.exp(max(value, -60.0)))
