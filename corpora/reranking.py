"""A second look at the best hits by a cross-encoder, which reads question and passage together. Off unless set."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from corpora.errors import EncoderError
from corpora.model import Hit

#: How many of the best hits are read again; each costs a pass of the model.
RERANKED = 30

_MEND = (
    'Set reranker in leadline.toml to the folder of a cross-encoder on this machine, or to "" to search without one.'
)


class Reranker(Protocol):
    """What search needs of a reranker."""

    name: str

    def score(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """How well each text answers the question, one number for each text: the higher the better."""
        ...


class CrossEncoderReranker:
    """A cross-encoder by sentence-transformers, loaded when first used.

    Parameters
    ----------
    name:
        A folder, or a hub name whose files are in this machine's cache. Nothing is ever downloaded.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._model: Any = None
        self._lock = threading.Lock()

    def score(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """Read the question together with each text.

        Raises
        ------
        EncoderError
            The model is not on this machine, cannot be loaded, or is no cross-encoder with one output.
        """
        found = self._load().predict([(question, text) for text in texts], show_progress_bar=False)
        if getattr(found, "ndim", 1) != 1:
            raise EncoderError(
                f"The reranker {self.name!r} gives {found.shape[1]} numbers for a passage instead of one.",
                'Set reranker in leadline.toml to a cross-encoder for ranking, or to "".',
            )
        scores = [float(value) for value in found]
        if not all(map(math.isfinite, scores)):
            raise EncoderError(
                f"The reranker {self.name!r} gives numbers that are none (NaN or infinite).",
                'Its weights are damaged: fetch them anew, or set reranker in leadline.toml to "".',
            )
        return scores

    def _load(self) -> Any:
        with self._lock:
            if self._model is None:
                check_reranker(self.name)
                from sentence_transformers import CrossEncoder

                try:
                    self._model = CrossEncoder(self.name, device="cpu", local_files_only=True)
                except Exception as error:
                    raise EncoderError(
                        f"The reranker {self.name!r} could not be loaded ({type(error).__name__}: {str(error)[:200]}).",
                        _MEND,
                    ) from error
            return self._model


def check_reranker(name: str) -> None:
    """Look whether a reranker's files are on this machine, without reading them.

    Raises
    ------
    EncoderError
        There is no such folder and no such model in the cache, or the folder holds no model.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            raise EncoderError(f"The reranker's folder {name!r} holds no model: config.json is missing.", _MEND)
        return
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        held = isinstance(try_to_load_from_cache(name, "config.json"), str)
    except HFValidationError:
        held = False
    if not held:
        raise EncoderError(f"The reranker {name!r} could not be found: no such folder, and not in the cache.", _MEND)


@lru_cache(maxsize=4)
def reranker_named(name: str) -> CrossEncoderReranker | None:
    """The reranker of a setting, one for all libraries of the process; None for an empty name."""
    return CrossEncoderReranker(str(Path(name).expanduser()) if name.startswith("~") else name) if name else None


def reranked(hits: Sequence[Hit], question: str, reranker: Reranker) -> list[Hit]:
    """The hits in the reranker's order, those beyond the first RERANKED behind them as they were.

    Ranks and scores stay with the places, so that they fall from the first hit on as before; what the reranker said
    stands in `scores["reranker"]`. Of equal ones the earlier stays ahead.
    """
    read = hits[:RERANKED]
    if not read:
        return []
    said = reranker.score(question, [f"{hit.heading}\n{hit.text}".strip() for hit in read])
    order = sorted(range(len(read)), key=lambda place: (-said[place], place))
    placed = [
        replace(read[old], rank=at.rank, score=at.score, scores={**read[old].scores, "reranker": round(said[old], 6)})
        for at, old in zip(read, order, strict=True)
    ]
    return placed + list(hits[RERANKED:])
