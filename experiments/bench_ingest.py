"""Where ingesting spends its time: how near the encoder runs to the processor's peak, and how fast scans are read.

    python -m experiments.bench_ingest

The peak is measured here, as the rate of a large matrix product in the same precision on the same threads.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

Row = tuple[str, str, str, str]


def rows() -> list[Row]:
    """The encoder's share of the peak, its rate beside sentence-transformers', and OCR's pages a second."""
    return [*encoder_rows(), *ocr_rows()]


def sample_texts() -> list[str]:
    """What the encoder sees of the sample documents."""
    from corpora.samples import sample_files
    from ingest.prepare import prepare

    return [text for file in sample_files() for text in prepare(file).embed_texts]


def encoder_rows() -> list[Row]:
    import numpy as np
    import torch

    from corpora.encoder import SentenceEncoder, packaged_model

    encoder = SentenceEncoder()
    texts = sample_texts()
    encoder.encode(texts[:32])
    seconds = min(_seconds(lambda: encoder.encode(texts)) for _ in range(3))
    lengths = np.array(_lengths(texts))
    # Six layers of 12 d^2 weights for each token, and two products of attention for each pair of tokens.
    operations = float((6 * 2 * 12 * 384**2 * lengths + 6 * 4 * lengths**2 * 384).sum())
    half = bool(getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)())
    dtype = torch.bfloat16 if half else torch.float32
    one = torch.randn(2048, 2048, dtype=dtype)
    one @ one
    peak = 2 * 2048**3 / min(_seconds(lambda: one @ one) for _ in range(8))
    rate = operations / seconds
    found = [
        (
            f"encoder beside the measured matrix-product peak ({str(dtype).removeprefix('torch.')})",
            f"{rate / 1e9:,.0f} GFLOP/s",
            f"{peak / 1e9:,.0f} GFLOP/s",
            f"{rate / peak:.0%}",
        )
    ]
    folder = packaged_model()
    if folder is not None:
        from sentence_transformers import SentenceTransformer

        usual = SentenceTransformer(str(folder), device="cpu")
        usual.encode(texts[:32], show_progress_bar=False)
        plain = _seconds(lambda: usual.encode(texts, show_progress_bar=False))
        found.append(
            (
                f"encoding {len(texts)} chunks of the samples",
                f"{len(texts) / seconds:.0f} chunks/s",
                f"{len(texts) / plain:.0f} chunks/s (sentence-transformers as it comes)",
                f"{plain / seconds:.2f} times",
            )
        )
    return found


def _lengths(texts: Sequence[str]) -> list[int]:
    from tokenizers import Tokenizer

    from corpora.encoder import packaged_model
    from corpora.minilm import MAX_TOKENS

    folder = packaged_model()
    if folder is None:
        return [len(text) // 4 for text in texts]
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return [len(found.ids) for found in tokenizer.encode_batch(list(texts))]


def ocr_rows() -> list[Row]:
    """Pages of a sample report, scanned at 144 dots an inch, by OCR."""
    from ingest import ocr

    if not ocr.installed():
        return [("reading scanned pages", "not installed", ocr.INSTALL, "")]
    import pypdfium2

    from corpora.samples import sample_files
    from ingest.prepare import prepare

    source = pypdfium2.PdfDocument(next(file for file in sample_files() if "hf31" in file.name))
    pictures = [source[page].render(scale=2).to_pil().convert("L") for page in range(4)]
    source.close()
    with tempfile.TemporaryDirectory() as scratch:
        scan = Path(scratch, "scan.pdf")
        pictures[0].save(scan, save_all=True, append_images=pictures[1:], resolution=144)
        started = time.perf_counter()
        document = prepare(scan)
        seconds = time.perf_counter() - started
    sure = sum(page.ocr_confidence or 0 for page in document.pages) / len(document.pages)
    return [
        (
            f"reading {len(pictures)} dense scanned pages by OCR, {min(os.cpu_count() or 1, 4)} threads",
            f"{seconds / len(pictures):.1f} s a page",
            f"{sure:.1%} sure",
            "",
        )
    ]


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    for row in rows():
        sys.stdout.write(" | ".join(row) + "\n")


if __name__ == "__main__":
    main()
