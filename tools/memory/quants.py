"""Quantisations: bits of each block type, and which tensor gets which type.

Block sizes are those of ggml. The mixes (Q4_K_M and its kin) follow the rules of llama.cpp's quantiser, stated here
anew as data and small functions: a file's type is only the base, single classes of tensor get more bits.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tools.memory.architecture import Architecture, Tensor
from tools.memory.model import MemoryToolError


class Block(NamedTuple):
    """A block type: how many values share one block, and its bytes."""

    values: int
    bytes: int

    @property
    def bits(self) -> float:
        return 8 * self.bytes / self.values


BLOCKS: dict[str, Block] = {
    "F32": Block(1, 4),
    "F16": Block(1, 2),
    "BF16": Block(1, 2),
    "FP8": Block(1, 1),
    "INT8": Block(1, 1),
    "Q8_0": Block(32, 34),
    "Q6_K": Block(256, 210),
    "Q5_K": Block(256, 176),
    "Q5_0": Block(32, 22),
    "Q5_1": Block(32, 24),
    "Q4_K": Block(256, 144),
    "Q4_0": Block(32, 18),
    "Q4_1": Block(32, 20),
    "Q3_K": Block(256, 110),
    "Q2_K": Block(256, 84),
    "IQ4_NL": Block(32, 18),
    "IQ4_XS": Block(256, 136),
    "IQ3_S": Block(256, 110),
    "IQ3_XXS": Block(256, 98),
    "IQ2_S": Block(256, 82),
    "IQ2_XS": Block(256, 74),
    "IQ2_XXS": Block(256, 66),
    "IQ1_M": Block(256, 56),
    "IQ1_S": Block(256, 50),
    "TQ1_0": Block(256, 54),
    "TQ2_0": Block(256, 66),
    "MXFP4": Block(32, 17),
    # 4 bits and, for each group of 128, a 16-bit scale and a 4-bit zero point.
    "AWQ": Block(128, 64 + 2 + 1),
    "GPTQ": Block(128, 64 + 2 + 1),
    # 4 bits and a 32-bit scale for each block of 64; doubly quantised scales take 8 bits and 32/256.
    "NF4": Block(64, 36),
    "NF4-DQ": Block(16384, 8192 + 256 + 4),
}

#: What a row whose length is no multiple of 256 falls back to.
_FALLBACK = {
    "Q4_K": "Q5_0",
    "Q5_K": "Q5_1",
    "Q6_K": "Q8_0",
    "Q2_K": "Q4_0",
    "Q3_K": "Q4_0",
    **dict.fromkeys(
        ("IQ4_XS", "IQ3_S", "IQ3_XXS", "IQ2_S", "IQ2_XS", "IQ2_XXS", "IQ1_M", "IQ1_S", "TQ1_0", "TQ2_0"), "IQ4_NL"
    ),
}
#: Names of mixes and the block type that most tensors get.
BASE: dict[str, str] = {
    **{name: name for name in BLOCKS},
    **dict.fromkeys(("Q4_K_M", "Q4_K_S"), "Q4_K"),
    **dict.fromkeys(("Q5_K_M", "Q5_K_S"), "Q5_K"),
    **dict.fromkeys(("Q3_K_S", "Q3_K_M", "Q3_K_L"), "Q3_K"),
    "Q2_K_S": "Q2_K",
    "IQ3_XS": "IQ3_S",
    "IQ3_M": "IQ3_S",
    "IQ2_S": "IQ2_XS",
    "IQ2_M": "IQ2_S",
    "INT4": "INT4",
}
#: From the most to the least precise; what "the best quantisation that fits" is chosen from.
LADDER = ("F16", "Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "IQ4_XS", "Q3_K_M", "IQ3_XXS", "Q2_K", "IQ2_XXS", "IQ1_S")
GGUF = frozenset(BASE) - {"FP8", "INT8", "AWQ", "GPTQ", "NF4", "NF4-DQ", "INT4"}
_LOW_BITS = frozenset({"IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ2_M", "IQ1_S", "IQ1_M"})
#: The bits of the plain rule "parameters times bits".
NOMINAL_BITS = {"F32": 32.0, "F16": 16.0, "BF16": 16.0, "FP8": 8.0, "INT8": 8.0, "INT4": 4.0}
_ALIASES = {
    "FP16": "F16", "HALF": "F16", "FLOAT16": "F16", "16BIT": "F16", "16BITS": "F16", "BFLOAT16": "BF16", "FP32": "F32",
    "FLOAT32": "F32", "32BIT": "F32", "32BITS": "F32", "8BIT": "INT8", "8BITS": "INT8", "W8A8": "INT8", "W8A16": "INT8",
    "Q8": "Q8_0", "Q6": "Q6_K", "Q5": "Q5_K_M", "Q4": "Q4_K_M", "Q3": "Q3_K_M", "Q2": "Q2_K", "Q5_K": "Q5_K_M",
    "Q4_K": "Q4_K_M", "Q3_K": "Q3_K_M", "4BIT": "INT4", "4BITS": "INT4", "Q4F16": "INT4", "BNB4": "NF4",
    "BITSANDBYTES4BIT": "NF4", "NF4DQ": "NF4-DQ", "QLORA": "NF4-DQ", "F8": "FP8", "F8_E4M3": "FP8", "E4M3": "FP8",
    "AWQ4": "AWQ", "AWQINT4": "AWQ", "GPTQ4": "GPTQ", "GPTQINT4": "GPTQ", "INT8_BNB": "INT8", "MXFP4_MOE": "MXFP4",
}  # fmt: skip


class Quant(NamedTuple):
    """A quantisation as asked for: the mix, and changes that some publishers make to it.

    dynamic: Unsloth's mixes ("UD-"), where everything but the experts keeps more bits. values_f16: attention values
    kept in 16 bits, as in some of Ollama's own files.
    """

    name: str
    mix: str
    dynamic: bool = False
    values_f16: bool = False


def parse_quant(text: str) -> Quant:
    """The quantisation that a text names: "q4_K_M", "4-bit", "fp16", "UD-IQ1_S", "Q4_K_M (ollama mix)".

    Raises MemoryToolError for a name that is not known.
    """
    plain = text.strip().upper()
    values_f16 = "OLLAMA MIX" in plain
    plain = re.sub(r"\(.*\)", "", plain).strip()
    dynamic = plain.startswith("UD-") or plain.startswith("UD_")
    plain = plain[3:] if dynamic else plain
    plain = re.sub(r"_?XL$|_XXL$", "_M", plain) if re.fullmatch(r"I?Q\d_K_X+L", plain) else plain
    compact = re.sub(r"[\s-]", "", plain)
    spelled = re.fullmatch(r"(I?Q)(\d)_?(K|XXS|XS|S|M|NL|0|1)?_?(S|M|L)?", compact)
    candidates = [plain, compact, _ALIASES.get(compact, ""), _ALIASES.get(plain, "")]
    if spelled:
        candidates.insert(0, "_".join(part for part in (spelled[1] + spelled[2], spelled[3], spelled[4]) if part))
    for candidate in candidates:
        name = _ALIASES.get(candidate, candidate)
        if name in BASE:
            return Quant(text.strip(), name, dynamic, values_f16)
    known = ", ".join(("F16", "BF16", "FP8", "INT8", "Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "Q4_0", "AWQ", "GPTQ", "NF4"))
    raise MemoryToolError(f"There is no quantisation '{text[:40]}'.", f"Known are {known} and the other GGUF types.")


def _more_bits(layer: int, layers: int) -> bool:
    eighth = layers // 8
    return layer < eighth or layer >= 7 * layers // 8 or (layer - eighth) % 3 == 2


def tensor_type(tensor: Tensor, shape: Architecture, quant: Quant) -> str:
    """The block type that a tensor is stored in under a quantisation."""
    if not tensor.quantised:
        return "F32" if quant.mix in GGUF else "BF16"
    mix = quant.mix
    if mix in ("F32", "F16", "BF16"):
        return mix
    if mix not in GGUF:
        return "F16" if tensor.name in ("token_embd", "output") else mix
    if shape.family == "gpt-oss" and "exps" in tensor.name:
        # gpt-oss was trained with its experts in MXFP4, and every quantiser leaves them.
        return "MXFP4"
    chosen = _dynamic(tensor, shape, quant) if quant.dynamic and shape.experts else _mixed(tensor, shape, mix)
    if quant.values_f16 and tensor.name == "attn_v":
        return "F16"
    if tensor.row % BLOCKS[chosen].values:
        chosen = _FALLBACK.get(chosen, "F16")
        if tensor.row % BLOCKS[chosen].values:
            return "F16"
    return chosen


def _mixed(tensor: Tensor, shape: Architecture, mix: str) -> str:
    base, name = BASE[mix], tensor.name
    if name == "output" or (name == "token_embd" and shape.tied):
        if tensor.row % BLOCKS[base].values:
            return "Q8_0"
        if mix == "MXFP4":
            return "Q8_0"
        if mix in _LOW_BITS or mix == "IQ3_XXS":
            return "Q5_K"
        return base if base == "Q8_0" else "Q6_K"
    if mix == "MXFP4":
        return "MXFP4" if "exps" in name else "Q8_0"
    if name == "token_embd":
        if mix in ("IQ2_XXS", "IQ2_XS", "IQ1_S", "IQ1_M"):
            return "Q2_K"
        if mix in ("IQ2_S", "IQ2_M", "IQ3_XXS"):
            return "IQ3_S"
        return "Q4_K" if mix.startswith("TQ") else base
    if mix in _LOW_BITS:
        return _low_bits(tensor, shape, mix, base)
    if name == "attn_v":
        return _values(tensor, shape, mix, base)
    if name in ("attn_k", "attn_q"):
        if name == "attn_k" and shape.experts == 8:
            return "Q8_0"
        return {"IQ3_XS": "IQ3_XXS", "IQ3_XXS": "IQ2_S"}.get(mix, base)
    if name.startswith("ffn_down"):
        return _down(tensor, shape, mix, base)
    if name == "attn_output":
        if shape.experts == 8:
            keeps = mix in ("Q8_0", "Q6_K", "Q5_K_M", "Q5_K_S", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q3_K_L", "Q2_K_S")
            return base if keeps else "Q5_K"
        raised = {"Q2_K": "Q3_K", "IQ3_XXS": "IQ3_S", "Q3_K_M": "Q4_K", "Q3_K_L": "Q5_K", "IQ3_M": "Q4_K"}
        return raised.get(mix, base)
    if name == "attn_qkv":
        raised = {"Q3_K_M": "Q4_K", "Q3_K_L": "Q4_K", "IQ3_M": "Q4_K", "Q4_K_M": "Q5_K", "Q5_K_M": "Q6_K"}
        return raised.get(mix, base)
    if name.startswith(("ffn_gate", "ffn_up")) and mix == "IQ3_XS":
        middle = shape.layers // 8 <= tensor.layer < 7 * shape.layers // 8
        return "IQ3_XXS" if middle else base
    return base


def _low_bits(tensor: Tensor, shape: Architecture, mix: str, base: str) -> str:
    finer = "IQ3_S" if mix in ("IQ2_S", "IQ2_M") else "Q2_K"
    if tensor.name == "attn_v":
        return "Q4_K" if shape.grouping >= 4 or shape.experts >= 4 else finer
    if tensor.name == "attn_k" and shape.experts == 8:
        return "Q4_K"
    if tensor.name.startswith("ffn_down"):
        return finer if tensor.layer < shape.layers // 8 else base
    if tensor.name == "attn_output":
        if shape.experts == 8:
            return "Q5_K"
        return {"IQ1_S": "IQ2_XXS", "IQ1_M": "IQ2_XXS", "IQ2_S": "IQ3_S", "IQ2_M": "IQ3_S"}.get(mix, base)
    return base


def _values(tensor: Tensor, shape: Architecture, mix: str, base: str) -> str:
    grouped = shape.grouping >= 4
    chosen = base
    if mix == "Q2_K":
        chosen = "Q4_K" if grouped else "Q3_K"
    elif (mix in ("Q2_K_S", "IQ3_XXS", "IQ3_XS", "IQ3_S") and grouped) or mix == "IQ3_M":
        chosen = "Q4_K"
    elif mix == "Q3_K_M":
        chosen = "Q5_K" if tensor.layer < 2 else "Q4_K"
    elif mix == "Q3_K_L" or (mix in ("IQ4_NL", "IQ4_XS") and grouped):
        chosen = "Q5_K"
    elif mix in ("Q4_K_M", "Q5_K_M") and _more_bits(tensor.layer, shape.layers):
        chosen = "Q6_K"
    elif mix == "Q4_K_S" and tensor.layer < 4:
        chosen = "Q5_K"
    if shape.layers == 80 and shape.hidden == 8192 and chosen in ("Q3_K", "Q4_K"):
        # llama.cpp's rule for the 70B shape: eight query heads share each value head, so more bits cost little.
        chosen = "Q5_K"
    return "Q8_0" if shape.experts == 8 else chosen


def _down(tensor: Tensor, shape: Architecture, mix: str, base: str) -> str:
    layer, layers = tensor.layer, shape.layers
    first = layer < layers // 8
    if mix == "Q2_K":
        return "Q3_K"
    if mix == "Q2_K_S":
        return "Q4_K" if first else base
    if mix == "Q3_K_M":
        return "Q5_K" if layer < layers // 16 else "Q4_K"
    if mix == "IQ3_M":
        return "Q4_K" if first or (shape.experts == 8 and _more_bits(layer, layers)) else base
    if mix == "Q3_K_L":
        return "Q5_K"
    if mix in ("Q4_K_M", "Q5_K_M"):
        return "Q6_K" if _more_bits(layer, layers) else base
    if mix == "Q4_K_S":
        return "Q5_K" if first else base
    if mix in ("IQ4_NL", "IQ4_XS"):
        return "Q5_K" if first else base
    return base


def _dynamic(tensor: Tensor, shape: Architecture, quant: Quant) -> str:
    """Unsloth's dynamic mixes for models of many experts: the experts carry the small type, all else 4 to 6 bits.

    Calibrated on one published size (DeepSeek-R1 UD-IQ1_S, 130.6 GiB); the rules themselves are not published.
    """
    if "exps" in tensor.name:
        if tensor.name.startswith("ffn_down") and tensor.layer < shape.dense_layers + 3 + shape.layers // 16:
            return {"IQ1_S": "IQ2_XXS", "IQ1_M": "IQ2_XXS"}.get(quant.mix, _mixed(tensor, shape, quant.mix))
        return BASE[quant.mix] if quant.mix in _LOW_BITS else _mixed(tensor, shape, quant.mix)
    if tensor.name == "token_embd":
        return "Q4_K"
    return "Q6_K" if tensor.name in ("output", "ffn_down", "ffn_down_shexp", "attn_kv_a_mqa") else "Q5_K"


def simple_bits(mix: str) -> float:
    """Bits for each parameter in the plain rule: the nominal width of the type.

    >>> simple_bits("F16"), simple_bits("Q4_K_M"), simple_bits("IQ2_XXS")
    (16.0, 4.0, 2.0)
    """
    if mix in NOMINAL_BITS:
        return NOMINAL_BITS[mix]
    if found := re.match(r"T?I?Q(\d)", mix):
        return float(found.group(1))
    return 4.0
