"""The written-out forward pass gives the vectors of sentence-transformers."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from corpora.encoder import SentenceEncoder, packaged_model
from tests.conftest import ROOT

TEXTS = [
    "a",
    "",
    "The deepest cast of the cruise reached 4425.5 m at station 7.",
    "Überfahrt nach Tromsø — 海洋 🌊 ﬁsh",
    "salinity " * 400,
    *(f"Station {n} was occupied at {n % 24:02}:00 UTC over a depth of {1000 + 7 * n} m." for n in range(60)),
]


@pytest.fixture(scope="module")
def published() -> np.ndarray:
    """The vectors of sentence-transformers in full precision."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(packaged_model()), device="cpu")
    return np.asarray(model.encode(TEXTS, normalize_embeddings=True, show_progress_bar=False))


@pytest.mark.parametrize(("precision", "least"), [("float32", 0.999999), ("auto", 0.9995)])
def test_the_vectors_are_those_of_sentence_transformers(published: np.ndarray, precision: str, least: float) -> None:
    mine = SentenceEncoder(precision=precision).encode(TEXTS)
    assert mine.shape == (len(TEXTS), 384)
    assert mine.dtype == np.float32
    assert np.allclose(np.linalg.norm(mine, axis=1), 1, atol=1e-5)
    assert (mine * published).sum(axis=1).min() > least


def test_a_text_has_the_same_vector_alone_and_in_company(encoder: SentenceEncoder) -> None:
    together = encoder.encode(TEXTS)
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    assert (together * alone).sum(axis=1).min() > 0.9998


def test_a_query_needs_neither_sentence_transformers_nor_transformers() -> None:
    code = (
        "import sys; from corpora.encoder import SentenceEncoder; SentenceEncoder().encode(['one']); "
        "print([m for m in ('sentence_transformers', 'transformers', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
