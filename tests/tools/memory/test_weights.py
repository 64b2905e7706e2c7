"""Weights by tensor class: published file sizes, the plain rule, and the table of shapes."""

from __future__ import annotations

import pytest

from tools.memory.architecture import Architecture
from tools.memory.catalogue import find, table
from tools.memory.estimate import estimate_memory
from tools.memory.model import GIB, MemoryToolError
from tools.memory.quants import BLOCKS, LADDER, parse_quant, simple_bits, tensor_type
from tools.memory.weights import weights_of

#: Bits for each weight of whole Llama-3.1-8B files, from the README of llama.cpp's quantiser.
WHOLE_FILES = {
    "F16": 16.0005, "Q8_0": 8.5008, "Q6_K": 6.5633, "Q5_K_M": 5.7036, "Q5_K_S": 5.5704, "Q4_K_M": 4.8944,
    "Q4_K_S": 4.6672, "IQ4_NL": 4.6818, "IQ4_XS": 4.4597, "Q3_K_L": 4.2979, "IQ3_M": 3.7628, "IQ3_S": 3.6606,
    "Q3_K_S": 3.6429, "IQ3_XXS": 3.2548, "Q2_K": 3.1593, "Q2_K_S": 2.9697, "IQ2_S": 2.7403, "IQ2_XS": 2.5882,
    "IQ2_XXS": 2.3824, "IQ1_M": 2.1460, "IQ1_S": 2.0042,
}  # fmt: skip


@pytest.mark.parametrize(("quant", "bits"), WHOLE_FILES.items())
def test_every_mix_gives_the_published_bits_of_llama_3_1_8b(quant: str, bits: float) -> None:
    shape = find("Llama-3.1-8B").shape
    assert weights_of(shape, parse_quant(quant)).total * 8 / shape.parameters == pytest.approx(bits, abs=1e-4)


@pytest.mark.parametrize(
    ("model", "quant", "published"),
    [
        ("Qwen2.5-7B", "Q4_K_M", 4_683_075_271),
        ("Qwen2.5-72B", "Q4_K_M", 44.15 * GIB),  # its rows are no multiple of 256: the fallback types count
        ("Llama-3-70B", "Q4_K_M", 42.5e9),
        ("Gemma-2-9b-it", "Q2_K", 3.81e9),  # output shared with the embedding
        ("Qwen3-30B-A3B", "Q5_K_M", 21.8e9),
        ("Qwen3-32B", "Q4_K_M (ollama mix)", 18.81 * GIB),
        ("Mixtral-8x7B", "Q4_K_M", 28.4e9),
        ("gpt-oss-20b", "MXFP4", 12.1e9),
    ],
)
def test_a_published_file_size_is_met_within_one_percent(model: str, quant: str, published: float) -> None:
    assert weights_of(find(model).shape, parse_quant(quant)).total == pytest.approx(published, rel=0.01)


def test_a_model_beyond_400_billion_is_met_within_two_and_a_half_percent() -> None:
    assert weights_of(find("DeepSeek-R1").shape, parse_quant("UD-IQ1_S")).total == pytest.approx(130.6 * GIB, rel=0.025)


@pytest.mark.parametrize(
    ("size", "quant", "gib"), [("3B", "16 bits", 5.59), ("7B", "4 bits", 3.26), ("70B", "16-bit", 130.39)]
)
def test_the_plain_rule_is_the_lower_line(size: str, quant: str, gib: float) -> None:
    estimate = estimate_memory(size, quant=quant, gpu="none")
    assert round(estimate.simple_weights_bytes / GIB, 2) == gib
    assert estimate.weights_bytes >= estimate.simple_weights_bytes * 0.9999
    assert estimate.total_bytes > estimate.simple_weights_bytes


def test_the_table_has_at_least_60_architectures_with_a_source_each() -> None:
    entries = table()
    assert len(entries) >= 60
    assert all(entry.shape.source and entry.shape.certainty for entry in entries)
    assert len({entry.shape.name for entry in entries}) == len(entries)


@pytest.mark.parametrize("entry", table(), ids=lambda entry: entry.shape.name)
def test_the_shape_gives_the_published_number_of_parameters(entry: object) -> None:
    shape: Architecture = entry.shape  # type: ignore[attr-defined]
    assert shape.parameters == pytest.approx(entry.published_parameters, rel=0.004)  # type: ignore[attr-defined]
    assert shape.sliding_layers <= shape.layers
    assert shape.heads % shape.kv_heads == 0


def test_the_parameters_of_llama_3_1_8b_are_exact() -> None:
    assert find("llama3.1:8b").shape.parameters == 8_030_261_248


def test_a_mixture_of_experts_reads_only_the_experts_in_use() -> None:
    shape = find("Qwen3-30B-A3B").shape
    assert shape.active_parameters == pytest.approx(3.04e9, rel=0.03)
    found = weights_of(shape, parse_quant("Q4_K_M"))
    assert found.active < 0.15 * found.total


def test_the_finer_layers_of_q4_k_m_are_the_first_the_last_and_every_third() -> None:
    shape = find("Llama-3.1-8B").shape
    quant = parse_quant("Q4_K_M")
    kinds = {tensor.layer: tensor_type(tensor, shape, quant) for tensor in shape.tensors() if tensor.name == "ffn_down"}
    finer = [layer for layer, kind in kinds.items() if kind == "Q6_K"]
    assert finer == [0, 1, 2, 3, 6, 9, 12, 15, 18, 21, 24, 27, 28, 29, 30, 31]


def test_the_classes_of_tensors_add_up() -> None:
    found = weights_of(find("Qwen3-8B").shape, parse_quant("Q4_K_M"))
    assert sum(found.by_class.values()) == found.total
    assert set(found.by_class) == {"embedding", "output", "attention", "feed-forward", "norms, biases and routers"}


@pytest.mark.parametrize(
    ("quant", "low", "high"),
    [
        ("FP8", 8.0, 9.5),
        ("AWQ", 4.1, 6.0),
        ("GPTQ", 4.1, 6.0),
        ("NF4", 4.4, 6.1),
        ("NF4-DQ", 4.1, 6.0),
        ("BF16", 16, 16.001),
    ],
)
def test_quantisations_outside_of_gguf_keep_the_embedding_in_16_bits(quant: str, low: float, high: float) -> None:
    shape = find("Llama-3.1-8B").shape
    found = weights_of(shape, parse_quant(quant))
    assert low < found.total * 8 / shape.parameters < high
    assert found.by_class["embedding"] == shape.vocab * shape.hidden * 2


def test_llama_3_1_8b_in_awq_is_the_published_5_7_gb() -> None:
    assert weights_of(find("Llama-3.1-8B").shape, parse_quant("awq")).total == pytest.approx(5.73e9, rel=0.01)


@pytest.mark.parametrize(
    ("text", "mix"),
    [
        ("q4_K_M", "Q4_K_M"), ("Q4_K_M", "Q4_K_M"), ("q4km", "Q4_K_M"), ("q4-k-m", "Q4_K_M"), ("q8", "Q8_0"),
        ("fp16", "F16"), ("float16", "F16"), ("16-bit", "F16"), ("16 bits", "F16"), ("bf16", "BF16"), ("4bit", "INT4"),
        ("int4", "INT4"), ("8 bit", "INT8"), ("iq3_xxs", "IQ3_XXS"), ("UD-Q4_K_XL", "Q4_K_M"), ("awq", "AWQ"),
        ("nf4", "NF4"), ("fp8", "FP8"), ("q5_0", "Q5_0"), ("mxfp4", "MXFP4"),
    ],
)  # fmt: skip
def test_a_quantisation_is_read_in_every_usual_spelling(text: str, mix: str) -> None:
    assert parse_quant(text).mix == mix


@pytest.mark.parametrize("text", ["", "q9_K", "fast", "q4_K_M; rm", "17-bit", "x" * 500])
def test_an_unknown_quantisation_is_refused(text: str) -> None:
    with pytest.raises(MemoryToolError, match="There is no quantisation"):
        parse_quant(text)


def test_the_ladder_falls_from_precise_to_small() -> None:
    shape = find("Llama-3.1-8B").shape
    sizes = [weights_of(shape, parse_quant(name)).total for name in LADDER]
    assert sizes == sorted(sizes, reverse=True)


def test_the_blocks_have_the_bits_of_ggml() -> None:
    bits = {name: BLOCKS[name].bits for name in ("Q8_0", "Q6_K", "Q5_K", "Q4_K", "Q3_K", "Q2_K", "MXFP4", "IQ1_S")}
    assert bits == {
        "Q8_0": 8.5, "Q6_K": 6.5625, "Q5_K": 5.5, "Q4_K": 4.5, "Q3_K": 3.4375, "Q2_K": 2.625, "MXFP4": 4.25,
        "IQ1_S": 1.5625,
    }  # fmt: skip


def test_the_nominal_bits_of_the_plain_rule() -> None:
    assert [simple_bits(name) for name in ("F16", "Q8_0", "Q4_K_M", "IQ2_XXS", "AWQ")] == [16, 8, 4, 2, 4]


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("llama3.1:8b", "Llama-3.1-8B"),
        ("meta-llama/Llama-3.1-8B-Instruct", "Llama-3.1-8B"),
        ("bartowski/Meta-Llama-3.1-8B-Instruct-GGUF", "Llama-3.1-8B"),
        ("Llama-3.3-70B-Instruct-Q4_K_M.gguf", "Llama-3.1-70B"),
        ("qwen2.5:7b-instruct-q4_K_M", "Qwen2.5-7B"),
        ("gemma3:12b-it-q8_0", "Gemma-3-12B"),
        ("google/gemma-2-9b-it", "Gemma-2-9B"),
        ("DeepSeek-R1", "DeepSeek-V3"),
        ("deepseek-r1:latest", "Qwen3-8B"),
        ("deepseek-r1:7b", "DeepSeek-R1-Distill-Qwen-7B"),
        ("Mixtral 8x7B", "Mixtral-8x7B"),
        ("Bonsai-8B (Qwen3-8B arch 36L 8kv 128d)", "Qwen3-8B"),
        ("mistral", "Mistral-7B-v0.3"),
        ("unsloth/gpt-oss-20b-GGUF", "gpt-oss-20b"),
    ],
)
def test_a_model_is_found_under_the_names_people_use(name: str, shape: str) -> None:
    assert find(name).shape.name == shape


def test_the_quantisation_in_a_name_is_taken() -> None:
    assert estimate_memory("qwen2.5:7b-instruct-q8_0", gpu="none").quant == "Q8_0"


def test_an_unknown_model_names_its_neighbours() -> None:
    with pytest.raises(MemoryToolError, match="not in the table") as caught:
        find("lama3.1-8")
    assert "lama" in str(caught.value)


def test_an_unknown_model_with_a_size_in_its_name_is_estimated_by_it_and_says_so() -> None:
    estimate = estimate_memory("acme-chat-12b", quant="q4_K_M", gpu="none")
    assert estimate.parameters == 12_000_000_000
    assert any("not in the table" in note for note in estimate.notes)
    assert estimate.high_bytes - estimate.low_bytes > 0.15 * estimate.total_bytes
