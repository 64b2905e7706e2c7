"""A second look at the best hits by a cross-encoder, which reads question and passage together. Off unless set."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from corpora.errors import EncoderError
from corpora.model import Hit

#: How many of the best hits are read again; each costs a pass of the model.
RERANKED = 30


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
        A folder, or a hub name that sentence-transformers finds on this machine or may download.
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
            The model cannot be loaded, or is no cross-encoder with one output.
        """
        found = self._load().predict([(question, text) for text in texts], show_progress_bar=False)
        if getattr(found, "ndim", 1) != 1:
            raise EncoderError(
                f"The reranker {self.name!r} gives {found.shape[1]} numbers for a passage instead of one.",
                'Set reranker in leadline.toml to a cross-encoder for ranking, or to "".',
            )
        return [float(value) for value in found]

    def _load(self) -> Any:
        with self._lock:
            if self._model is None:
                from sentence_transformers import CrossEncoder

                try:
                    self._model = CrossEncoder(self.name, device="cpu")
                except Exception as error:
                    raise EncoderError(
                        f"The reranker {self.name!r} could not be loaded ({type(error).__name__}: {str(error)[:200]}).",
                        "Set reranker in leadline.toml to the folder of a cross-encoder on this machine, or to "
                        '"" to search without one.',
                    ) from error
            return self._model


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
