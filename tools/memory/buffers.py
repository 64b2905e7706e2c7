"""The compute buffer of the graph, and the overhead of the runtime."""

from __future__ import annotations

from tools.memory.architecture import Architecture
from tools.memory.model import MIB

#: Bytes of a 32-bit float, in which llama.cpp computes.
_F32 = 4
#: The context that a runtime takes before the first tensor. CUDA: Ollama's minimum of 457 MiB; Metal: 512 MiB; vLLM:
#: the 0.35 GiB that it logs as not from torch, and CUDA graphs; a process without accelerator: its libraries.
OVERHEAD = {"cuda": 457 * MIB, "metal": 512 * MIB, "vllm": 1024 * MIB, "cpu": 150 * MIB}
#: The same as a band.
OVERHEAD_BAND = {
    "cuda": (300 * MIB, 700 * MIB),
    "metal": (200 * MIB, 700 * MIB),
    "vllm": (400 * MIB, 2048 * MIB),
    "cpu": (80 * MIB, 400 * MIB),
}


def compute_bytes(
    shape: Architecture, *, context: int, sequences: int = 1, ubatch: int = 512, flash_attention: bool = True
) -> int:
    """The scratch buffer for one micro-batch.

    The graph allocator reuses memory, so the widest moment counts, one of:
    - the output: ubatch * vocab and ubatch * hidden floats (logged for Llama-3.2-3B: 256.5 MiB, Qwen2.5-7B: 304 MiB);
    - attention without flash attention: the scores context * ubatch * heads, the mask context * ubatch and four times
      ubatch * hidden floats (logged for Llama-2-7B at 4096: 296 MiB);
    - the feed-forward: two times ubatch * ffn and ubatch * hidden floats, with the 16-bit mask of flash attention.
    """
    cells = context * sequences
    hidden = ubatch * shape.hidden * _F32
    output = ubatch * shape.vocab * _F32 + hidden
    width = shape.ffn if not shape.experts else max(shape.expert_ffn * max(1, shape.experts_used), shape.shared_ffn)
    feed_forward = 2 * ubatch * width * _F32 + 2 * hidden
    if flash_attention:
        mask = cells * ubatch * 2
        return max(output, feed_forward + mask)
    scores = cells * ubatch * shape.heads * _F32
    mask = cells * ubatch * _F32
    return max(output, feed_forward + mask, scores + mask + 4 * hidden)
