"""Bytes of the key-value cache: grouped queries, latent attention, sliding windows, quantised caches, slots."""

from __future__ import annotations

from typing import NamedTuple

from tools.memory.architecture import Architecture
from tools.memory.model import MemoryToolError
from tools.memory.quants import BLOCKS

TYPES = ("F32", "F16", "BF16", "FP8", "Q8_0", "Q5_1", "Q5_0", "Q4_1", "Q4_0", "IQ4_NL")
_ALIASES = {
    "FP16": "F16",
    "AUTO": "F16",
    "INT8": "Q8_0",
    "Q8": "Q8_0",
    "Q4": "Q4_0",
    "FP8_E5M2": "FP8",
    "FP8_E4M3": "FP8",
}


class Cache(NamedTuple):
    """total: bytes. per_token: bytes for one more token in a layer without a window. cells: of a full layer.
    window_cells: of a sliding layer (0 without one)."""

    total: int
    per_token: int
    cells: int
    window_cells: int


def parse_kv(text: str | tuple[str, str]) -> tuple[str, str]:
    """The types of keys and values: "q8_0" for both, or "q8_0/q4_0"."""
    parts = text if isinstance(text, tuple) else tuple(text.split("/"))
    names = []
    for part in (parts[0], parts[-1]):
        plain = part.strip().upper().replace("-", "_")
        name = _ALIASES.get(plain, plain)
        if name not in TYPES:
            raise MemoryToolError(
                f"There is no cache type '{part[:30]}'.", f"Known are {', '.join(kind.lower() for kind in TYPES)}."
            )
        names.append(name)
    return names[0], names[1]


def _bytes(elements: int, kind: str) -> int:
    block = BLOCKS[kind]
    return -(-elements * block.bytes // block.values)


def _padded(count: int, step: int) -> int:
    return -(-count // step) * step


def cache_of(
    shape: Architecture,
    *,
    context: int,
    kv: tuple[str, str] = ("F16", "F16"),
    sequences: int = 1,
    ubatch: int = 512,
    runtime: str = "llama.cpp",
    tensor_parallel: int = 1,
) -> Cache:
    """The cache for `sequences` of `context` tokens each.

    llama.cpp and Ollama reserve all cells at the start, in steps of 256; paged runtimes (vLLM) in blocks of 16. A
    sliding layer holds min(all cells, window * sequences + ubatch) cells, and llama.cpp keeps it in 16 bits even when
    the rest is quantised. Latent attention keeps kv_lora + rope_dim values for each layer and token, keys only.
    """
    step = 16 if runtime == "vllm" else 256
    cells = _padded(context * sequences, step)
    if shape.kv_lora:
        width = shape.kv_lora + shape.rope_dim
        token = _bytes(width * shape.layers, kv[0])
        return Cache(_bytes(width * shape.layers * cells, kv[0]), token, cells, 0)
    heads = max(1, shape.kv_heads // tensor_parallel)
    keys, values = heads * shape.head_dim, heads * shape.value_dim
    full = shape.layers - shape.sliding_layers
    total = _bytes(keys * full * cells, kv[0]) + _bytes(values * full * cells, kv[1])
    token = _bytes(keys * full, kv[0]) + _bytes(values * full, kv[1])
    window_cells = 0
    if shape.sliding_layers:
        window_cells = min(cells, _padded(shape.window * sequences + ubatch, step))
        kind = "F16" if kv[0] in BLOCKS and BLOCKS[kv[0]].values > 1 else kv[0]
        total += _bytes(keys * shape.sliding_layers * window_cells, kind)
        total += _bytes(values * shape.sliding_layers * window_cells, kind)
    return Cache(total, token, cells, window_cells)
