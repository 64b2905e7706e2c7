"""Bytes of the weights, tensor class by tensor class."""

from __future__ import annotations

from typing import NamedTuple

from tools.memory.architecture import Architecture, Tensor
from tools.memory.quants import BLOCKS, Quant, tensor_type


class Weights(NamedTuple):
    """Bytes of all tensors, of those read for one token, of the input embedding alone, and by class."""

    total: int
    active: int
    embedding: int
    by_class: dict[str, int]


def _class(name: str) -> str:
    if name in ("token_embd", "output"):
        return "embedding" if name == "token_embd" else "output"
    if "exps" in name:
        return "experts"
    if name.startswith("ffn") and "inp" not in name and "bias" not in name:
        return "feed-forward"
    if name.startswith("attn") and "norm" not in name and "bias" not in name:
        return "attention"
    return "norms, biases and routers"


def tensor_bytes(tensor: Tensor, kind: str) -> int:
    """Bytes of a tensor stored in blocks of one type."""
    block = BLOCKS[kind]
    return -(-tensor.elements // block.values) * block.bytes


def weights_of(shape: Architecture, quant: Quant) -> Weights:
    """The bytes that a model of this shape takes on disk and in memory under a quantisation.

    "INT4" means the plain rule: every parameter in four bits.
    """
    if quant.mix == "INT4":
        total = shape.parameters // 2
        return Weights(total, shape.active_parameters // 2, shape.vocab * shape.hidden // 2, {"all parameters": total})
    total = embedding = 0
    active = 0.0
    by_class: dict[str, int] = {}
    for tensor in shape.tensors():
        size = tensor_bytes(tensor, tensor_type(tensor, shape, quant))
        total += size
        active += size * tensor.active
        if tensor.name == "token_embd":
            embedding = size
        label = _class(tensor.name)
        by_class[label] = by_class.get(label, 0) + size
    return Weights(total, round(active), embedding, by_class)
