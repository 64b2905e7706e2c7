"""The key-value cache to the byte, and the compute buffer as logged."""

from __future__ import annotations

import pytest

from tools.memory.buffers import compute_bytes
from tools.memory.cache import cache_of, parse_kv
from tools.memory.catalogue import find
from tools.memory.model import GIB, MIB, MemoryToolError


def cache(model: str, context: int, kv: str = "f16", **more: int | str) -> int:
    return cache_of(find(model).shape, context=context, kv=parse_kv(kv), **more).total  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("model", "context", "kv", "mib"),
    [
        ("Yi-1.5-34B", 2048, "f16", 480),
        ("Llama-3.1-8B", 4096, "f16", 512),
        ("Qwen2.5-7B", 2048, "f16", 112),
        ("Llama-3.2-3B", 8192, "f16", 896),
        ("Mistral-Small-3.1-24B", 131072, "f16", 20480),
        ("Mistral-Small-24B", 6656, "q8_0", 552.5),
        ("Mistral-Small-24B", 6656, "q4_0", 292.5),
        ("Qwen3-8B", 2560, "q4_0", 101.25),
        ("Gemma-3-270M", 1024, "f16", 18),
        ("Llama-3.1-405B", 131072, "f16", 63 * 1024),
        ("Phi-3.5-mini", 4096, "f16", 1536),
    ],
)
def test_the_cache_is_what_the_logs_show(model: str, context: int, kv: str, mib: float) -> None:
    assert cache(model, context, kv) == mib * MIB


def test_latent_attention_keeps_576_values_for_each_layer_and_token() -> None:
    found = cache_of(find("DeepSeek-V3").shape, context=4096)
    assert found.per_token == 61 * (512 + 64) * 2 == 70_272
    assert found.total == 70_272 * 4096


def test_sliding_layers_stop_growing_at_window_and_batch() -> None:
    short, long = cache("Gemma-3-12B", 1024), cache("Gemma-3-12B", 131072)
    # 8 of 48 layers see everything; 40 hold 1024 + 512 cells.
    assert long == 8 * 2 * 8 * 256 * 2 * 131072 + 40 * 2 * 8 * 256 * 2 * 1536
    assert short == 48 * 2 * 8 * 256 * 2 * 1024


def test_the_cache_of_sliding_layers_stays_in_16_bits() -> None:
    quantised = cache("Gemma-3-12B", 131072, "q8_0")
    full, sliding = 8 * 2 * 8 * 256 * 131072, 40 * 2 * 8 * 256 * 1536
    assert quantised == full * 34 // 32 + sliding * 2


def test_each_sequence_has_its_own_context() -> None:
    assert cache("Llama-3.1-8B", 4096, sequences=4) == 4 * cache("Llama-3.1-8B", 4096)


def test_llama_cpp_reserves_in_steps_of_256_and_vllm_in_blocks_of_16() -> None:
    assert cache("Llama-3.1-8B", 4097) == 131072 * 4352
    assert cache("Llama-3.1-8B", 23648, "bf16", runtime="vllm") == 131072 * 23648


def test_keys_and_values_may_have_their_own_type() -> None:
    half = cache("Llama-3.1-8B", 4096) // 2
    assert cache("Llama-3.1-8B", 4096, "q8_0/q4_0") == half * 34 // 64 + half * 18 // 64


def test_tensor_parallel_cards_share_the_heads() -> None:
    assert cache("Qwen3-235B-A22B", 4096, tensor_parallel=4) * 4 == cache("Qwen3-235B-A22B", 4096)


def test_an_unknown_cache_type_is_refused() -> None:
    with pytest.raises(MemoryToolError, match="no cache type"):
        parse_kv("q7")


@pytest.mark.parametrize(
    ("model", "context", "flash", "mib"),
    [("Llama-2-7B", 4096, False, 296), ("Qwen2.5-7B", 2048, True, 304), ("Llama-3.2-3B", 4096, True, 256.5)],
)
def test_the_compute_buffer_is_what_the_logs_show(model: str, context: int, flash: bool, mib: float) -> None:
    assert compute_bytes(find(model).shape, context=context, flash_attention=flash) == mib * MIB


def test_without_flash_attention_the_scores_grow_with_the_context() -> None:
    shape = find("Llama-3.1-70B").shape
    assert compute_bytes(shape, context=131072, flash_attention=False) > 16 * GIB
    assert compute_bytes(shape, context=131072, flash_attention=True) < 1 * GIB
