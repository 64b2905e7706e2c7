"""Models from files and from Ollama: exact sums from headers, and damaged ones refused."""

from __future__ import annotations

import json
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tools.memory.catalogue import find
from tools.memory.estimate import estimate_memory, resolve
from tools.memory.files import from_config, read_gguf, read_model
from tools.memory.model import MemoryToolError
from tools.memory.ollama import from_show, loaded_bytes

LLAMA_31_8B = {
    "model_type": "llama", "num_hidden_layers": 32, "hidden_size": 4096, "num_attention_heads": 32,
    "num_key_value_heads": 8, "intermediate_size": 14336, "vocab_size": 128256, "max_position_embeddings": 131072,
    "tie_word_embeddings": False, "torch_dtype": "bfloat16",
}  # fmt: skip
CONFIGS = {
    "Llama-3.1-8B": LLAMA_31_8B,
    "Qwen2.5-7B": {
        "model_type": "qwen2", "num_hidden_layers": 28, "hidden_size": 3584, "num_attention_heads": 28,
        "num_key_value_heads": 4, "intermediate_size": 18944, "vocab_size": 152064, "tie_word_embeddings": False,
        "use_sliding_window": False, "sliding_window": 131072,
    },
    "Qwen3-30B-A3B": {
        "model_type": "qwen3_moe", "num_hidden_layers": 48, "hidden_size": 2048, "num_attention_heads": 32,
        "num_key_value_heads": 4, "head_dim": 128, "intermediate_size": 6144, "moe_intermediate_size": 768,
        "num_experts": 128, "num_experts_per_tok": 8, "vocab_size": 151936, "tie_word_embeddings": False,
    },
    "Gemma-3-12B": {
        "model_type": "gemma3", "vision_config": {"hidden_size": 1152},
        "text_config": {
            "model_type": "gemma3_text", "num_hidden_layers": 48, "hidden_size": 3840, "num_attention_heads": 16,
            "num_key_value_heads": 8, "head_dim": 256, "intermediate_size": 15360, "vocab_size": 262144,
            "sliding_window": 1024, "sliding_window_pattern": 6, "tie_word_embeddings": True,
        },
    },
    "DeepSeek-V3": {
        "model_type": "deepseek_v3", "num_hidden_layers": 61, "hidden_size": 7168, "num_attention_heads": 128,
        "num_key_value_heads": 128, "q_lora_rank": 1536, "kv_lora_rank": 512, "qk_nope_head_dim": 128,
        "qk_rope_head_dim": 64, "v_head_dim": 128, "intermediate_size": 18432, "moe_intermediate_size": 2048,
        "n_routed_experts": 256, "n_shared_experts": 1, "num_experts_per_tok": 8, "first_k_dense_replace": 3,
        "vocab_size": 129280, "quantization_config": {"quant_method": "fp8"},
    },
}  # fmt: skip


@pytest.mark.parametrize("name", CONFIGS)
def test_a_config_json_gives_the_shape_of_the_table(name: str, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(CONFIGS[name]), encoding="utf-8")
    shape, known = read_model(path).shape, find(name).shape
    assert shape.parameters == pytest.approx(known.parameters, rel=1e-3)
    fields = ("layers", "kv_heads", "head_dim", "vocab", "tied", "experts", "sliding_layers", "window", "kv_lora")
    assert [getattr(shape, field) for field in fields] == [getattr(known, field) for field in fields]


def test_the_declared_type_of_a_config_is_the_default_quantisation(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(LLAMA_31_8B), encoding="utf-8")
    assert estimate_memory(str(tmp_path / "config.json"), gpu="none").quant == "BF16"
    assert estimate_memory(str(tmp_path / "config.json"), quant="q4_K_M", gpu="none").quant == "Q4_K_M"
    assert from_config(CONFIGS["DeepSeek-V3"], "x")[1] == "FP8"


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", "nonsense", '{"hidden_size": 4096}', '{"num_hidden_layers": true}', "[" * 5000]
)
def test_a_broken_config_is_refused_in_one_sentence(content: str, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(MemoryToolError):
        read_model(path)


# GGUF ----------------------------------------------------------------------------------------------------------


def _text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def _gguf(path: Path, pairs: dict[str, Any], tensors: list[tuple[str, list[int], int]], version: int = 3) -> Path:
    out = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(pairs))
    for key, value in pairs.items():
        out += _text(key)
        if isinstance(value, str):
            out += struct.pack("<I", 8) + _text(value)
        elif isinstance(value, list):
            out += struct.pack("<IIQ", 9, 8, len(value)) + b"".join(_text(one) for one in value)
        else:
            out += struct.pack("<II", 4, value)
    for name, sides, kind in tensors:
        out += _text(name) + struct.pack("<I", len(sides)) + b"".join(struct.pack("<Q", side) for side in sides)
        out += struct.pack("<IQ", kind, 0)
    path.write_bytes(out)
    return path


PAIRS: dict[str, Any] = {
    "general.architecture": "llama", "general.name": "Small", "general.file_type": 15, "llama.block_count": 2,
    "llama.embedding_length": 256, "llama.attention.head_count": 4, "llama.attention.head_count_kv": 2,
    "llama.feed_forward_length": 512, "llama.context_length": 2048, "tokenizer.ggml.tokens": ["a", "b", "c"] * 100,
}  # fmt: skip
TENSORS = [
    ("token_embd.weight", [256, 300], 12),
    ("blk.0.attn_q.weight", [256, 256], 12),
    ("output_norm.weight", [256], 0),
]


def test_a_gguf_header_gives_the_exact_bytes_and_the_shape(tmp_path: Path) -> None:
    found = read_gguf(_gguf(tmp_path / "small.gguf", PAIRS, TENSORS))
    assert found.weights_bytes == 300 * 144 + 256 * 144 + 256 * 4
    assert (found.parameters, found.quant) == (256 * 300 + 256 * 256 + 256, "Q4_K_M")
    shape = found.shape
    assert (shape.layers, shape.kv_heads, shape.head_dim, shape.vocab, shape.tied) == (2, 2, 64, 300, True)


def test_the_estimate_of_a_gguf_file_uses_its_exact_weights(tmp_path: Path) -> None:
    path = _gguf(tmp_path / "small.gguf", PAIRS, TENSORS)
    estimate = estimate_memory(str(path), context=512, gpu="none")
    assert estimate.weights_bytes == 300 * 144 + 256 * 144 + 256 * 4
    assert estimate.kv_cache_bytes == 2 * 2 * 64 * 2 * 2 * 512
    assert "header of small.gguf" in estimate.source


@pytest.mark.parametrize("cut", [3, 5, 20, 60, 200])
def test_a_gguf_file_that_is_cut_off_is_refused(cut: int, tmp_path: Path) -> None:
    whole = _gguf(tmp_path / "small.gguf", PAIRS, TENSORS).read_bytes()
    path = tmp_path / "cut.gguf"
    path.write_bytes(whole[:cut])
    with pytest.raises(MemoryToolError):
        read_model(path)


def test_a_gguf_header_that_claims_impossible_lengths_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + struct.pack("<Q", 2**62))
    with pytest.raises(MemoryToolError, match="damaged"):
        read_model(path)
    with pytest.raises(MemoryToolError, match="version 9"):
        read_model(_gguf(tmp_path / "v9.gguf", PAIRS, TENSORS, version=9))


# Safetensors ---------------------------------------------------------------------------------------------------


def _safetensors(path: Path, header: dict[str, Any]) -> Path:
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text)
    return path


def test_safetensors_headers_of_all_shards_are_summed(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(LLAMA_31_8B), encoding="utf-8")
    for number in (1, 2):
        entry = {"dtype": "BF16", "shape": [10, 20], "data_offsets": [0, 400]}
        _safetensors(tmp_path / f"model-{number}.safetensors", {f"w{number}": entry, "__metadata__": {"format": "pt"}})
    found = read_model(tmp_path)
    assert (found.weights_bytes, found.parameters, found.quant) == (800, 400, "BF16")
    estimate = estimate_memory(str(tmp_path), gpu="none")
    assert estimate.weights_bytes == 800
    assert any("read only in part" in note for note in estimate.notes)


@pytest.mark.parametrize("content", [b"", b"abc", struct.pack("<Q", 2**60) + b"{}", struct.pack("<Q", 2) + b"[]"])
def test_a_broken_safetensors_file_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(MemoryToolError):
        read_model(path)


def test_a_missing_file_and_a_foreign_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MemoryToolError, match="no file"):
        resolve("/nowhere/config.json")
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(MemoryToolError, match="no GGUF"):
        read_model(tmp_path / "notes.txt")


# Ollama --------------------------------------------------------------------------------------------------------

SHOW: dict[str, Any] = {
    "details": {"family": "llama", "parameter_size": "8.0B", "quantization_level": "Q4_K_M"},
    "model_info": {
        "general.architecture": "llama", "general.parameter_count": 8030261248, "general.file_type": 15,
        "llama.block_count": 32, "llama.embedding_length": 4096, "llama.attention.head_count": 32,
        "llama.attention.head_count_kv": 8, "llama.feed_forward_length": 14336, "llama.context_length": 131072,
        "llama.vocab_size": 128256, "tokenizer.ggml.tokens": None,
    },
    "capabilities": ["completion", "tools"],
}  # fmt: skip


def test_an_answer_of_show_gives_the_estimate_of_the_table() -> None:
    ours = estimate_memory("llama3.1:8b", show=SHOW, context=8192, gpu="none")
    table = estimate_memory("llama3.1:8b", quant="q4_K_M", context=8192, gpu="none")
    assert ours.total_bytes == table.total_bytes
    assert ours.quant == "Q4_K_M"


def test_without_a_vocabulary_it_is_told_from_the_number_of_parameters() -> None:
    info = {key: value for key, value in SHOW["model_info"].items() if "vocab" not in key}
    shape = from_show({**SHOW, "model_info": info}, "llama3.1:8b").shape
    assert (shape.vocab, shape.tied) == (128256, False)
    info = {**info, "llama.feed_forward_length": 14337, "general.parameter_count": 8030261248 + 32 * 3 * 4096}
    assert from_show({**SHOW, "model_info": info}, "unknown").shape.vocab == 128256


def test_a_model_that_runs_elsewhere_is_refused() -> None:
    with pytest.raises(MemoryToolError, match=r"runs on https://ollama\.com"):
        from_show({**SHOW, "remote_host": "https://ollama.com"}, "big:cloud")


@pytest.mark.parametrize(
    "answer", [{}, {"model_info": None}, {"model_info": {}}, {"model_info": {"general.architecture": "x"}}]
)
def test_an_answer_without_a_shape_is_refused(answer: dict[str, Any]) -> None:
    with pytest.raises(MemoryToolError):
        from_show(answer, "odd")


class _Ollama(BaseHTTPRequestHandler):
    def _send(self, status: int, body: object) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        known = asked["model"] == "llama3.1:8b"
        self._send(200 if known else 404, SHOW if known else {"error": f"model '{asked['model']}' not found"})

    def do_GET(self) -> None:
        self._send(
            200, {"models": [{"name": "llama3.1:8b", "model": "llama3.1:8b", "size": 6_654_289_920, "size_vram": 0}]}
        )

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Ollama)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_figure_of_ollama_stands_beside_ours(host: str) -> None:
    estimate = estimate_memory("llama3.1:8b", host=host, context=8192, gpu="none")
    assert estimate.loaded_bytes == 6_654_289_920
    assert estimate.source == "Ollama /api/show of llama3.1:8b"
    assert any("Ollama reports 6.20 GiB" in note for note in estimate.notes)
    assert estimate.total_bytes == pytest.approx(estimate.loaded_bytes, rel=0.05)


def test_a_model_that_ollama_lacks_names_the_command(host: str) -> None:
    with pytest.raises(MemoryToolError, match="ollama pull other"):
        estimate_memory("other", host=host, gpu="none")
    assert loaded_bytes("other", host) is None


def test_a_server_that_is_down_is_said_to_be() -> None:
    with pytest.raises(MemoryToolError, match="does not answer"):
        estimate_memory("llama3.1:8b", host="127.0.0.1:9", gpu="none")
