"""Models from files: a Hugging Face config.json, a GGUF header, a safetensors header. Only headers are read."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from tools.memory.architecture import Architecture
from tools.memory.model import MemoryToolError

_MAX_JSON = 200_000_000
_MAX_STRING = 64_000_000
_MAX_ITEMS = 5_000_000
#: Values of `general.file_type` in a GGUF file.
FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S", 12: "Q3_K_M",
    13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS",
    21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S",
    29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4",
}  # fmt: skip
#: Tensor types of ggml by number: (values in a block, bytes of a block).
_GGML = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36), 10: (256, 84),
    11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292), 16: (256, 66), 17: (256, 74),
    18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2),
    26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip
_SCALARS = {0: "B", 1: "b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "?", 10: "<Q", 11: "<q", 12: "<d"}


class FileModel(NamedTuple):
    """A model as a file describes it.

    weights_bytes and embedding_bytes are exact sums of the tensors, None where the file holds only a shape. parameters
    likewise. quant is the name of the stored type.
    """

    shape: Architecture
    quant: str | None
    weights_bytes: int | None
    embedding_bytes: int | None
    parameters: int | None
    source: str
    notes: tuple[str, ...] = ()


def read_model(path: Path) -> FileModel:
    """The model in a file or folder: *.gguf, *.safetensors, config.json, or a folder with them.

    Raises MemoryToolError for what cannot be read as one of these.
    """
    try:
        if path.is_dir():
            return _folder(path)
        if path.suffix.lower() == ".json":
            return _config_file(path)
        with path.open("rb") as file:
            magic = file.read(4)
        if magic == b"GGUF":
            return read_gguf(path)
        if path.suffix.lower() == ".safetensors":
            return _safetensors([path], path.parent / "config.json")
    except OSError as error:
        raise MemoryToolError(f"{path} cannot be read: {error.strerror or error}.") from error
    raise MemoryToolError(f"{path.name} is no GGUF, safetensors or config.json file.")


def _folder(path: Path) -> FileModel:
    shards = sorted(path.glob("*.safetensors"))
    if shards:
        return _safetensors(shards, path / "config.json")
    if (path / "config.json").is_file():
        return _config_file(path / "config.json")
    ggufs = sorted(path.glob("*.gguf"))
    if ggufs:
        return read_gguf(ggufs[0])
    raise MemoryToolError(f"The folder {path} holds no config.json, safetensors or GGUF file.")


def _config_file(path: Path) -> FileModel:
    if path.stat().st_size > _MAX_JSON:
        raise MemoryToolError(f"{path.name} is too large for a config.json.")
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise MemoryToolError(f"{path.name} is not valid JSON: {error}.") from error
    if not isinstance(config, dict):
        raise MemoryToolError(f"{path.name} is no model configuration.")
    shape, quant, notes = from_config(config, path.parent.name or "model")
    return FileModel(shape, quant, None, None, None, f"{path.name} ({shape.family})", notes)


def _first(config: Mapping[str, Any], *names: str, default: Any = None) -> Any:
    for name in names:
        if config.get(name) is not None:
            return config[name]
    return default


def from_config(config: Mapping[str, Any], name: str) -> tuple[Architecture, str | None, tuple[str, ...]]:
    """The shape in a Hugging Face configuration, the quantisation it declares, and notes.

    Configurations of models with a vision part keep the shape under "text_config".
    """
    notes: list[str] = []
    text = config.get("text_config") or config.get("llm_config") or config
    if not isinstance(text, dict):
        raise MemoryToolError("The text_config of the configuration is no object.")
    outer = {**config, **text}
    layers = _whole(outer, "num_hidden_layers", "n_layer", "num_layers")
    hidden = _whole(outer, "hidden_size", "n_embd", "d_model")
    heads = _whole(outer, "num_attention_heads", "n_head")
    vocab = _whole(outer, "vocab_size", "padded_vocab_size")
    kind = str(_first(outer, "model_type", default="")).lower()
    kv_heads = int(_first(outer, "num_key_value_heads", "multi_query_group_num", default=heads))
    nope, rope = int(outer.get("qk_nope_head_dim") or 0), int(outer.get("qk_rope_head_dim") or 0)
    head_dim = nope + rope or int(_first(outer, "head_dim", "kv_channels", default=hidden // heads))
    experts = int(_first(outer, "num_local_experts", "n_routed_experts", "num_experts", default=0))
    ffn = int(_first(outer, "intermediate_size", "ffn_hidden_size", "n_inner", default=4 * hidden))
    expert_ffn = int(_first(outer, "moe_intermediate_size", default=ffn)) if experts else 0
    shared = int(_first(outer, "n_shared_experts", "num_shared_experts", default=0)) * expert_ffn
    shared = int(_first(outer, "shared_expert_intermediate_size", default=shared)) if experts else 0
    window, sliding = _windows(outer, kind, layers)
    tied_default = kind.startswith(("gemma", "cohere", "command"))
    bias = bool(_first(outer, "attention_bias", "qkv_bias", "add_qkv_bias", default=kind in ("qwen2", "qwen2_moe")))
    norms = "pre"
    if kind.startswith(("gemma2", "gemma3")):
        norms = "prepost+qk" if kind.startswith("gemma3") else "prepost"
    elif kind.startswith(("qwen3", "glm4_moe")):
        norms = "qk"
    shape = Architecture(
        name=str(config.get("_name_or_path") or name),
        family={"phi3": "phi3", "chatglm": "chatglm", "gpt_oss": "gpt-oss"}.get(kind, kind or "llama"),
        layers=layers,
        hidden=hidden,
        heads=heads,
        kv_heads=kv_heads,
        head_dim=head_dim,
        ffn=ffn,
        vocab=vocab,
        max_context=int(_first(outer, "max_position_embeddings", "seq_length", "n_positions", default=4096)),
        tied=bool(_first(outer, "tie_word_embeddings", default=tied_default)),
        gated=kind not in ("gpt2", "gpt_neox", "starcoder2", "phi", "falcon", "opt", "bloom", "mpt"),
        experts=experts,
        experts_used=int(_first(outer, "num_experts_per_tok", "moe_topk", "num_experts_per_token", default=0)),
        expert_ffn=expert_ffn,
        shared_ffn=shared,
        dense_layers=int(_first(outer, "first_k_dense_replace", default=0)),
        qkv_bias="all" if kind in ("gpt_oss", "starcoder2") else "qkv" if bias else "",
        norms=norms,
        window=window,
        sliding_layers=sliding,
        q_lora=int(outer.get("q_lora_rank") or 0),
        kv_lora=int(outer.get("kv_lora_rank") or 0),
        rope_dim=rope,
        v_head_dim=int(outer.get("v_head_dim") or 0),
        source="config.json",
    )
    if config.get("vision_config"):
        notes.append("The vision part of the configuration is not counted.")
    return shape, _declared_quant(config), tuple(notes)


def _whole(config: Mapping[str, Any], *names: str) -> int:
    value = _first(config, *names)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= 10**9:
        raise MemoryToolError(f"The configuration has no usable {names[0]}.", "Is it the config.json of the model?")
    return int(value)


def _windows(config: Mapping[str, Any], kind: str, layers: int) -> tuple[int, int]:
    window = int(_first(config, "sliding_window", "attention_chunk_size", default=0) or 0)
    if not window or config.get("use_sliding_window") is False:
        return 0, 0
    types = config.get("layer_types")
    if isinstance(types, list):
        sliding = sum("sliding" in str(one) or "chunked" in str(one) for one in types)
        return (window, sliding) if sliding else (0, 0)
    pattern = config.get("sliding_window_pattern") or config.get("_sliding_window_pattern")
    if isinstance(pattern, int) and pattern > 1:
        return window, layers - layers // pattern
    if kind.startswith("gemma2"):
        return window, (layers + 1) // 2
    if kind.startswith("gemma3"):
        return window, layers - layers // 6
    # Every layer slides (Mistral 7B v0.1); a window as long as the context changes nothing.
    limit = int(config.get("max_position_embeddings") or 0)
    return (window, layers) if kind == "mistral" and window < limit else (0, 0)


def _declared_quant(config: Mapping[str, Any]) -> str | None:
    quantisation = config.get("quantization_config")
    if isinstance(quantisation, dict):
        method = str(quantisation.get("quant_method", "")).lower()
        if method in ("awq", "gptq", "fp8", "mxfp4"):
            return method.upper()
        if quantisation.get("load_in_4bit"):
            return "NF4-DQ" if quantisation.get("bnb_4bit_use_double_quant") else "NF4"
        if quantisation.get("load_in_8bit"):
            return "INT8"
    kind = str(_first(config, "torch_dtype", "dtype", default="")).replace("torch.", "")
    return {"bfloat16": "BF16", "float16": "F16", "float32": "F32"}.get(kind)


# Safetensors ---------------------------------------------------------------------------------------------------


def safetensors_header(path: Path) -> dict[str, Any]:
    """The JSON header of a safetensors file: eight bytes of length, then that much JSON."""
    with path.open("rb") as file:
        start = file.read(8)
        if len(start) < 8:
            raise MemoryToolError(f"{path.name} is too short for a safetensors file.")
        (length,) = struct.unpack("<Q", start)
        if length > min(_MAX_JSON, path.stat().st_size):
            raise MemoryToolError(f"{path.name} is no safetensors file: its header would be {length} bytes long.")
        try:
            header = json.loads(file.read(length))
        except (ValueError, RecursionError) as error:
            raise MemoryToolError(f"The header of {path.name} is not valid JSON: {error}.") from error
    if not isinstance(header, dict):
        raise MemoryToolError(f"{path.name} has no safetensors header.")
    return header


def _safetensors(shards: list[Path], config: Path) -> FileModel:
    total = parameters = embedding = 0
    kinds: dict[str, int] = {}
    for shard in shards:
        for name, entry in safetensors_header(shard).items():
            if name == "__metadata__":
                continue
            try:
                begin, end = entry["data_offsets"]
                elements = 1
                for length in entry["shape"]:
                    elements *= int(length)
                size = int(end) - int(begin)
                kind = str(entry["dtype"])
            except (KeyError, TypeError, ValueError) as error:
                raise MemoryToolError(f"The header of {shard.name} is damaged at '{name[:40]}'.") from error
            total += size
            parameters += elements
            kinds[kind] = kinds.get(kind, 0) + size
            if re.search(r"embed_tokens|\bwte\b|word_embeddings", name):
                embedding += size
    if not config.is_file():
        raise MemoryToolError(
            f"{shards[0].name} tells the weights but not the heads.",
            f"Put the model's config.json beside it ({config}).",
        )
    model = _config_file(config)
    main = max(kinds, key=lambda kind: kinds[kind]) if kinds else ""
    quant = model.quant or {"BF16": "BF16", "F16": "F16", "F32": "F32", "F8_E4M3": "FP8"}.get(main)
    source = f"header of {len(shards)} safetensors file{'s' if len(shards) > 1 else ''} and config.json"
    return FileModel(model.shape, quant, total, embedding, parameters, source, model.notes)


# GGUF ----------------------------------------------------------------------------------------------------------


def read_gguf(path: Path) -> FileModel:
    """The shape and the exact tensor bytes in the header of a GGUF file (versions 2 and 3, little endian)."""
    with path.open("rb") as file:
        try:
            return _gguf(file, path)
        except struct.error as error:
            raise MemoryToolError(f"The GGUF header of {path.name} is cut off.") from error
        except UnicodeDecodeError as error:
            raise MemoryToolError(f"The GGUF header of {path.name} is damaged.") from error


def _unpack(file: BinaryIO, form: str) -> Any:
    return struct.unpack(form, file.read(struct.calcsize(form)))[0]


def _string(file: BinaryIO) -> str:
    length = _unpack(file, "<Q")
    if length > _MAX_STRING:
        raise MemoryToolError(f"The GGUF header is damaged: a text of {length} bytes.")
    return file.read(length).decode("utf-8")


def _metadata(file: BinaryIO, kind: int) -> Any:
    if kind == 8:
        return _string(file)
    if kind == 9:
        inner, count = _unpack(file, "<I"), _unpack(file, "<Q")
        if count > _MAX_ITEMS or inner == 9:
            raise MemoryToolError(f"The GGUF header is damaged: a list of {count} items.")
        if inner == 8:
            for _ in range(count):
                length = _unpack(file, "<Q")
                if length > _MAX_STRING:
                    raise MemoryToolError(f"The GGUF header is damaged: a text of {length} bytes.")
                file.seek(length, 1)
            return range(count)
        return [_metadata(file, inner) for _ in range(count)]
    if kind not in _SCALARS:
        raise MemoryToolError(f"The GGUF header is damaged: a value of type {kind}.")
    return _unpack(file, _SCALARS[kind])


def _gguf(file: BinaryIO, path: Path) -> FileModel:
    if file.read(4) != b"GGUF":
        raise MemoryToolError(f"{path.name} is no GGUF file.")
    version = _unpack(file, "<I")
    if version not in (2, 3):
        raise MemoryToolError(f"GGUF version {version} of {path.name} is not read (2 and 3 are).")
    tensors, pairs = _unpack(file, "<Q"), _unpack(file, "<Q")
    if tensors > _MAX_ITEMS or pairs > _MAX_ITEMS:
        raise MemoryToolError(f"The GGUF header of {path.name} is damaged: {tensors} tensors, {pairs} values.")
    info: dict[str, Any] = {}
    for _ in range(pairs):
        key = _string(file)
        info[key] = _metadata(file, _unpack(file, "<I"))
    total = embedding = parameters = 0
    names = set()
    vocab = 0
    for _ in range(tensors):
        name = _string(file)
        sides = [_unpack(file, "<Q") for _ in range(min(_unpack(file, "<I"), 8))]
        kind = _unpack(file, "<I")
        _unpack(file, "<Q")
        if kind not in _GGML:
            raise MemoryToolError(f"The tensor '{name[:40]}' of {path.name} has the unknown type {kind}.")
        elements = 1
        for side in sides:
            elements *= side
        values, size = _GGML[kind]
        total += elements // values * size
        parameters += elements
        names.add(name)
        if name == "token_embd.weight":
            embedding = elements // values * size
            vocab = sides[-1] if len(sides) > 1 else 0
    shape = from_gguf_metadata(info, path.stem, vocab=vocab, tied="output.weight" not in names)
    quant = FILE_TYPES.get(int(info.get("general.file_type", -1)))
    notes = () if "-of-" not in path.name else ("Only the tensors of this part of a split file were counted.",)
    return FileModel(shape, quant, total, embedding, parameters, f"header of {path.name}", notes)


def from_gguf_metadata(info: Mapping[str, Any], name: str, *, vocab: int = 0, tied: bool = False) -> Architecture:
    """The shape in the metadata of a GGUF file, which is also the `model_info` of Ollama's /api/show."""
    family = str(info.get("general.architecture") or "")
    if not family:
        raise MemoryToolError("The metadata names no architecture.", "Is it a language model?")

    def value(key: str, default: Any = None) -> Any:
        found = info.get(f"{family}.{key}")
        return default if found is None else found

    def number(key: str, default: int | None = None) -> int:
        found = value(key, default)
        if isinstance(found, list):
            return max((int(one) for one in found), default=0)
        if found is None:
            raise MemoryToolError(f"The metadata has no {family}.{key}.", "Is it a language model?")
        return int(found)

    layers, hidden = number("block_count"), number("embedding_length")
    heads = max(1, number("attention.head_count"))
    heads_kv = value("attention.head_count_kv", heads)
    kv_heads = round(sum(heads_kv) / max(1, len(heads_kv))) if isinstance(heads_kv, list) else int(heads_kv)
    kv_lora = number("attention.kv_lora_rank", 0)
    key_length = number("attention.key_length_mla", 0) or number("attention.key_length", hidden // heads)
    value_length = number("attention.value_length_mla", 0) or number("attention.value_length", key_length)
    tokens = info.get("tokenizer.ggml.tokens")
    vocab = number("vocab_size", 0) or vocab or (len(tokens) if tokens is not None else 0)
    window = number("attention.sliding_window", 0)
    pattern = value("attention.sliding_window_pattern")
    sliding = _gguf_sliding(family, window, pattern, layers)
    experts = number("expert_count", 0)
    expert_ffn = number("expert_feed_forward_length", number("feed_forward_length", 0)) if experts else 0
    return Architecture(
        name=str(info.get("general.name") or name),
        family=family,
        layers=layers,
        hidden=hidden,
        heads=heads,
        kv_heads=kv_heads,
        head_dim=key_length,
        ffn=number("feed_forward_length", 0) or expert_ffn,
        vocab=vocab,
        max_context=number("context_length", 4096),
        tied=tied,
        experts=experts,
        experts_used=number("expert_used_count", 0),
        expert_ffn=expert_ffn,
        shared_ffn=number("expert_shared_count", 0) * expert_ffn,
        dense_layers=number("leading_dense_block_count", 0),
        window=window if sliding else 0,
        sliding_layers=sliding,
        q_lora=number("attention.q_lora_rank", 0),
        kv_lora=kv_lora,
        rope_dim=number("rope.dimension_count", 0) if kv_lora else 0,
        v_head_dim=value_length,
        source="GGUF metadata",
    )


def _gguf_sliding(family: str, window: int, pattern: Any, layers: int) -> int:
    if not window:
        return 0
    if isinstance(pattern, list):
        return sum(bool(one) for one in pattern)
    if isinstance(pattern, int) and pattern > 1:
        return layers - layers // pattern
    return {"gemma2": (layers + 1) // 2, "gemma3": layers - layers // 6, "gpt-oss": layers // 2, "gptoss": layers // 2,
            "cohere2": layers - layers // 4}.get(family, 0)  # fmt: skip
