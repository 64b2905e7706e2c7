"""The whole estimate: parts, band, verdict, speed, training, chart, request, tool."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import shared_data
from tools.memory import (
    Device,
    MemoryToolError,
    chart_png,
    chart_svg,
    contexts_for,
    estimate_memory,
    estimate_training,
    find_device,
    find_request,
    langchain_tool,
    over_contexts,
    this_machine,
)
from tools.memory.devices import table as devices
from tools.memory.model import GIB, MIB


def test_the_parts_add_up_and_lie_in_the_band() -> None:
    estimate = estimate_memory("llama3.1:8b", quant="q4_K_M", context=8192, gpu="none")
    parts = (
        estimate.weights_bytes + estimate.kv_cache_bytes + estimate.compute_bytes + estimate.overhead_bytes
        + estimate.vision_bytes
    )  # fmt: skip
    assert estimate.total_bytes == parts
    assert estimate.low_bytes < estimate.total_bytes < estimate.high_bytes
    assert estimate.kv_cache_bytes == GIB
    assert estimate.text.startswith("Llama-3.1-8B at Q4_K_M, 8,192 tokens of context: 6.27 GiB (")


def test_the_json_has_the_promised_fields() -> None:
    record = json.loads(json.dumps(estimate_memory("7B", quant="4 bits", gpu="RTX 3060").as_dict()))
    assert {
        "model", "parameters", "weights_bytes", "kv_cache_bytes", "compute_bytes", "overhead_bytes", "total_bytes",
        "low_bytes", "high_bytes", "fits", "tokens_per_s", "notes",
    } <= set(record)  # fmt: skip
    assert record["fits"] is True
    assert record["verdict"] == "fits"


def test_gib_and_gb_are_never_mixed() -> None:
    steps = estimate_memory("llama3.1:8b", quant="f16", gpu="none").steps
    total = next(step for step in steps if step.startswith("total"))
    gibs, gbs = float(total.split()[1]), float(total.split("(")[1].split()[0])
    assert gbs / gibs == pytest.approx(GIB / 1e9, rel=2e-3)


def test_nothing_is_assumed_in_silence() -> None:
    notes = estimate_memory("llama3.1:8b", gpu="none").notes
    assert any("No quantisation" in note for note in notes)
    assert any("No context" in note for note in notes)
    assert any("shape of" in note for note in estimate_memory("7B", gpu="none").notes)
    assert any("beyond" in note for note in estimate_memory("Gemma-2-9B", context=100000, gpu="none").notes)


def test_the_vision_projector_is_counted_when_asked_for() -> None:
    without = estimate_memory("gemma3:12b", gpu="none")
    counted = estimate_memory("gemma3:12b", vision=True, gpu="none")
    assert counted.vision_bytes == pytest.approx(796 * MIB, rel=0.01)
    assert counted.total_bytes - without.total_bytes == counted.vision_bytes
    assert any("vision projector" in note for note in without.notes)


@pytest.mark.parametrize(
    ("model", "quant", "context", "gpu", "word"),
    [
        ("llama3.1:8b", "q4_K_M", 8192, "RTX 3060", "fits"),
        ("llama3.1:8b", "f16", 4096, "RTX 3060", "partly offloaded"),
        ("Llama-3.3-70B", "q4_K_M", 8192, "RTX 4090", "partly offloaded"),
        ("Llama-3.3-70B", "q4_K_M", 8192, "2x RTX 3090", "fits"),
        ("Llama-3.3-70B", "q4_K_M", 4096, "Apple M2 32 GB", "does not fit"),
        ("DeepSeek-V3", "q4_K_M", 4096, "RTX 4090", "partly offloaded"),
        ("Qwen3-32B", "q4_K_M", 4096, "24 GB", "fits"),
    ],
)
def test_the_verdict(model: str, quant: str, context: int, gpu: str, word: str) -> None:
    verdict = estimate_memory(model, quant=quant, context=context, gpu=gpu).verdict
    assert verdict is not None
    assert verdict.word == word
    if word == "partly offloaded":
        assert 0 < verdict.layers_on_device < verdict.layers


def test_a_tight_fit_is_called_tight() -> None:
    estimate = estimate_memory("llama3.1:8b", quant="q4_K_M", context=8192, gpu="none")
    between = (estimate.total_bytes + estimate.high_bytes) // 2
    device = Device("card", between + GIB // 2, "discrete")
    verdict = estimate_memory("llama3.1:8b", quant="q4_K_M", context=8192, device=device).verdict
    assert verdict is not None
    assert verdict.word == "tight"


def test_layers_move_to_system_memory_only_where_there_is_some() -> None:
    poor = Device("card", 12 * GIB, "discrete", 360, ram_free_bytes=4 * GIB)
    rich = Device("card", 12 * GIB, "discrete", 360, ram_free_bytes=64 * GIB)
    words = [
        estimate_memory("Llama-3.3-70B", quant="q4_K_M", device=one).verdict.word  # type: ignore[union-attr]
        for one in (poor, rich)
    ]
    assert words == ["does not fit", "partly offloaded"]


def test_the_largest_context_fits_and_one_step_more_does_not() -> None:
    verdict = estimate_memory("llama3.1:8b", quant="q4_K_M", gpu="RTX 3060").verdict
    assert verdict is not None
    usable = verdict.device.usable_bytes
    largest = verdict.largest_context
    assert largest % 256 == 0
    at = [estimate_memory("llama3.1:8b", quant="q4_K_M", context=one, gpu="none") for one in (largest, largest + 256)]
    assert at[0].total_bytes <= usable < at[1].total_bytes


def test_the_best_quantisation_fits() -> None:
    verdict = estimate_memory("Qwen3-32B", quant="f16", gpu="RTX 4090").verdict
    assert verdict is not None
    assert verdict.best_quant == "Q5_K_M"
    assert estimate_memory("Qwen3-32B", quant=verdict.best_quant, gpu="RTX 4090").fits


def test_the_speed_is_bandwidth_over_bytes() -> None:
    estimate = estimate_memory("llama3.1:8b", quant="q4_K_M", context=4096, gpu="RTX 4090")
    low, high = estimate.tokens_per_s or (0, 0)
    read = estimate.weights_bytes - estimate.weights_by_class["embedding"]
    assert high == pytest.approx(0.85 * 1008e9 / read, abs=0.06)
    assert low == pytest.approx(0.55 * 1008e9 / (read + estimate.kv_cache_bytes), abs=0.06)


def test_speeds_of_quantisations_stand_in_the_measured_ratio() -> None:
    # llama.cpp's README for Llama-3.1-8B on one machine: 71.9 (Q4_K_M), 50.9 (Q8_0), 29.2 (F16) tokens per second.
    speeds = {
        quant: estimate_memory("llama3.1:8b", quant=quant, context=512, gpu="RTX 4090").tokens_per_s
        for quant in ("q4_K_M", "q8_0", "f16")
    }
    ratio = speeds["q8_0"][1] / speeds["f16"][1]  # type: ignore[index]
    assert ratio == pytest.approx(50.9 / 29.2, rel=0.12)


@pytest.mark.parametrize(
    "arguments",
    [
        {"context": 0}, {"context": -5}, {"context": 10**9}, {"batch": 0}, {"kv": "q7"}, {"quant": "q99"},
        {"gpu": "Voodoo 2"}, {"runtime": "magic"}, {"ubatch": 0}, {"tensor_parallel": 0},
    ],
)  # fmt: skip
def test_what_is_out_of_range_is_refused_in_one_sentence(arguments: dict[str, object]) -> None:
    with pytest.raises(MemoryToolError) as caught:
        estimate_memory("llama3.1:8b", **{"gpu": "none", **arguments})  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    context=st.integers(1, 131072),
    batch=st.integers(1, 8),
    quant=st.sampled_from(["q4_K_M", "q8_0", "f16", "awq", "iq2_xxs"]),
    model=st.sampled_from(["llama3.2:1b", "gemma3:4b", "Qwen3-30B-A3B", "DeepSeek-V2-Lite", "gpt-oss-20b"]),
)
def test_more_context_never_takes_less_memory(context: int, batch: int, quant: str, model: str) -> None:
    less = estimate_memory(model, quant=quant, context=context, batch=batch, gpu="none")
    more = estimate_memory(model, quant=quant, context=context * 2, batch=batch, gpu="none")
    assert 0 < less.total_bytes <= more.total_bytes
    assert less.low_bytes <= less.total_bytes <= less.high_bytes


# Devices -------------------------------------------------------------------------------------------------------


def test_the_table_has_at_least_80_accelerators_with_memory_bandwidth_and_source() -> None:
    rows = devices()
    assert len(rows) >= 80
    assert all(row.memory_bytes > 0 and row.bandwidth and row.source for row, _ in rows)
    assert len({row.name for row, _ in rows}) == len(rows)


@pytest.mark.parametrize(
    ("name", "found", "gib"),
    [
        ("RTX 4090", "GeForce RTX 4090", 24),
        ("4090", "GeForce RTX 4090", 24),
        ("NVIDIA GeForce RTX 3060", "GeForce RTX 3060", 12),
        ("rtx 4070 ti super", "GeForce RTX 4070 Ti SUPER", 16),
        ("A100 80GB", "A100 SXM 80GB", 80),
        ("NVIDIA H100 80GB HBM3", "H100 SXM", 80),
        ("2x RTX 3090", "2 x GeForce RTX 3090", 48),
        ("M3 Max 64 GB", "Apple M3 Max (64 GB)", 64),
        ("RX 7900 XTX", "Radeon RX 7900 XTX", 24),
        ("24 GB", "a card of 24 GB", 24),
        ("16GB VRAM", "a card of 16 GB", 16),
        ("Tesla T4", "T4", 16),
        ("MacBook Pro M3 Max 128GB", "Apple M3 Max", 128),
        ("RTX 4060 laptop", "GeForce RTX 4060 Laptop GPU", 8),
    ],
)
def test_an_accelerator_is_found_under_the_names_people_use(name: str, found: str, gib: int) -> None:
    device = find_device(name)
    assert (device.name, device.memory_bytes) == (found, gib * GIB)


def test_this_machine_is_read_from_nvidia_smi() -> None:
    device = this_machine(
        lambda command: "NVIDIA GeForce RTX 3060, 12288, 11800\nNVIDIA GeForce RTX 3060, 12288, 12000\n"
    )
    assert device.kind == "discrete"
    assert device.memory_bytes == 2 * 12288 * MIB
    assert device.free_bytes == 23800 * MIB
    assert device.bandwidth == 360
    assert device.usable_bytes == int(23800 * MIB * 0.95)


@pytest.mark.parametrize("output", ["", "no devices were found", "a, b, c", "x,1"])
def test_a_silent_driver_leaves_system_memory(output: str) -> None:
    device = this_machine(lambda command: output)
    assert device.kind == "ram"
    assert device.memory_bytes > 0


def test_a_driver_that_fails_leaves_system_memory() -> None:
    def broken(command: list[str]) -> str:
        raise subprocess.CalledProcessError(9, command)

    assert this_machine(broken).kind == "ram"


def test_an_apple_processor_may_use_part_of_its_memory() -> None:
    assert find_device("Apple M2 16 GB").usable_bytes == int(16 * GIB * 2 / 3)
    assert find_device("M3 Max 64 GB").usable_bytes == 48 * GIB
    assert find_device("Jetson AGX Orin").usable_bytes == int(64 * GIB * 0.85)


# Training ------------------------------------------------------------------------------------------------------


def test_full_training_takes_16_bytes_for_each_parameter_and_the_activations() -> None:
    estimate = estimate_training("llama3.1:8b", method="full", batch=1, sequence=2048)
    assert estimate.mode == "training"
    states = estimate.weights_bytes + estimate.gradient_bytes + estimate.optimiser_bytes
    assert states == 16 * 8_030_261_248
    assert estimate.total_bytes == states + estimate.activation_bytes + estimate.overhead_bytes


def test_low_rank_adapters_are_counted_from_the_shapes() -> None:
    estimate = estimate_training("llama3.1:8b", method="lora", rank=16)
    # The known 41,943,040 adapter parameters of rank 16 on all linear layers of Llama-3.1-8B.
    assert estimate.trained_parameters == 41_943_040
    quantised = estimate_training("llama3.1:8b", method="qlora", rank=16)
    assert quantised.weights_bytes < 0.4 * estimate.weights_bytes
    assert quantised.total_bytes < estimate.total_bytes


@pytest.mark.parametrize(
    "arguments", [{"method": "magic"}, {"rank": 0}, {"batch": 0}, {"optimiser": "x"}, {"sequence": 0}]
)
def test_training_arguments_are_checked(arguments: dict[str, object]) -> None:
    with pytest.raises(MemoryToolError):
        estimate_training("llama3.1:8b", **arguments)  # type: ignore[arg-type]


# Chart ---------------------------------------------------------------------------------------------------------


def test_the_chart_is_a_document_with_a_box_for_each_part() -> None:
    first = estimate_memory("llama3.1:8b", quant="q4_K_M", context=8192, gpu="RTX 3060")
    drawn = over_contexts("llama3.1:8b", contexts_for(first), quant="q4_K_M")
    svg = chart_svg(drawn, limit_bytes=12 * GIB)
    root = ET.fromstring(svg)
    titles = [node.text for node in root.iter("{http://www.w3.org/2000/svg}title")]
    assert "weights, 8k: 4.58 GiB" in titles
    assert "key-value cache, 128k: 16.00 GiB" in titles
    assert len([title for title in titles if title and ":" in title and "GiB" in title]) == 4 * len(drawn)
    assert "usable 12.0 GiB" in svg
    assert "script" not in svg


def test_the_chart_is_written_as_an_image(tmp_path: Path) -> None:
    from PIL import Image

    path = chart_png(over_contexts("gemma3:4b", (2048, 8192)), tmp_path / "memory.png")
    with Image.open(path) as image:
        assert (image.format, image.size, image.mode) == ("PNG", (1360, 760), "L")
        assert len(image.getcolors() or ()) > 4
    with pytest.raises(MemoryToolError, match="cannot be written"):
        chart_png(over_contexts("gemma3:4b", (2048,)), tmp_path / "nowhere" / "memory.png")


def test_a_name_in_the_chart_is_escaped() -> None:
    from dataclasses import replace

    drawn = [replace(estimate_memory("7B", quant="q8_0", gpu="none"), model="<script>&")]
    assert "<script>" not in chart_svg(drawn)
    ET.fromstring(chart_svg(drawn))


# Requests ------------------------------------------------------------------------------------------------------

REQUESTS = [
    (
        "How much memory does llama3.1:8b need at q4_K_M with 8192 tokens of context?",
        {"model": "llama3.1:8b", "quant": "q4_K_M", "context": 8192},
    ),
    ("Will Qwen3-32B fit on an RTX 4090 at q4_K_M?", {"model": "Qwen3-32B", "quant": "q4_K_M", "gpu": "RTX 4090"}),
    ("How much VRAM does a 7B model need in 4 bits?", {"model": "7B", "quant": "4 bits"}),
    (
        "Can I run Llama-3.3-70B on 2x RTX 3090 with 16k context?",
        {"model": "Llama-3.3-70B", "gpu": "2x RTX 3090", "context": 16384},
    ),
    ("How much memory does mistral 7b need?", {"model": "mistral 7b"}),
    (
        "What is the KV cache of Llama-3.1-8B at 128k context with q8_0 cache?",
        {"model": "Llama-3.1-8B", "context": 131072, "kv": "q8_0"},
    ),
    ("How much RAM does gemma3:12b take at q8_0?", {"model": "gemma3:12b", "quant": "q8_0"}),
    ("Does deepseek-r1:7b fit on my laptop?", {"model": "deepseek-r1:7b"}),
    ("How many GiB does a 70 billion parameter model need at 16 bits?", {"model": "70B", "quant": "16 bits"}),
    ("Which quantisation of Qwen2.5-72B fits in 48 GB?", {"model": "Qwen2.5-72B", "gpu": "48 GB"}),
    ("Can my M2 Max run mixtral 8x7b?", {"model": "mixtral 8x7b", "gpu": "M2 Max"}),
    ("How fast would llama3.2:3b run on an RTX 3060?", {"model": "llama3.2:3b", "gpu": "RTX 3060"}),
    (
        "Estimate memory for gpt-oss-20b with 4 parallel requests and context 32768",
        {"model": "gpt-oss-20b", "batch": 4, "context": 32768},
    ),
    ("How much memory does Llama 3.1 8B need at Q4_K_M?", {"model": "Llama 3.1 8B", "quant": "Q4_K_M"}),
]


@pytest.mark.parametrize(("question", "arguments"), REQUESTS, ids=[question[:40] for question, _ in REQUESTS])
def test_the_request_in_a_question(question: str, arguments: dict[str, object]) -> None:
    request = find_request(question)
    assert request is not None
    assert request.arguments() == arguments
    given = {"gpu": "none", **request.arguments()}
    assert estimate_memory(**given).total_bytes > 0


def test_a_question_on_fine_tuning_is_marked_as_training() -> None:
    request = find_request("How much memory for fine-tuning llama3.1:8b with QLoRA?")
    assert request is not None
    assert (request.training, request.method) == (True, "qlora")


@pytest.mark.parametrize(
    "question",
    [
        "How many floats were deployed on A22 2021?",
        "How much memory does the CTD have?",
        "What context is given for station 8?",
        "Does the report fit the data?",
        "How many GB of ADCP data were collected?",
        "What is the weight of the CTD rosette in air?",
        "How was the LADCP trained?",
        "What is 12 knots in m/s?",
        "llama",
        "",
    ],
)
def test_a_question_about_a_document_is_left_alone(question: str) -> None:
    assert find_request(question) is None


@pytest.mark.parametrize("name", ["cruise", "financebench"])
def test_no_question_of_the_real_sets_asks_for_memory(name: str) -> None:
    lines = shared_data("qa", f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if find_request(json.loads(line)["question"]) is not None] == []


def test_the_langchain_tool_gives_text_and_record() -> None:
    call = {
        "type": "tool_call", "name": "estimate_memory", "id": "1",
        "args": {"model": "llama3.1:8b", "quant": "q4_K_M", "context": 8192, "gpu": "RTX 3060"},
    }  # fmt: skip
    message = langchain_tool().invoke(call)
    assert "fits on GeForce RTX 3060" in message.content
    assert message.artifact["kv_cache_bytes"] == GIB
    call["args"] = {"model": "/etc/passwd"}
    assert "error" in langchain_tool().invoke(call).artifact


def test_the_package_imports_nothing_heavy() -> None:
    code = (
        "import sys, tools.memory; print([m for m in ('psutil', 'PIL', 'numpy', 'langchain_core') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
