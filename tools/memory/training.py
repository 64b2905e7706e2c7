"""Memory for training and fine-tuning: a mode of its own, never mixed with running a model.

Parts: weights, gradients, states of the optimiser, activations. Activations follow Korthikanti et al. (2022),
"Reducing activation recomputation in large transformer models", with attention computed in blocks (flash attention):
34 * s * b * h bytes for each layer in 16 bits, or 2 * s * b * h for each layer and one whole layer with recomputation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tools.memory.estimate import resolve
from tools.memory.model import GIB, MemoryToolError, gib
from tools.memory.quants import Quant
from tools.memory.weights import weights_of

METHODS = ("full", "lora", "qlora")
#: Bytes for each trained parameter that the optimiser keeps, besides weights and gradients.
OPTIMISERS = {"adamw": 8, "adamw-8bit": 2, "adafactor": 0.1, "sgd": 0, "sgd-momentum": 4}
_TARGETS = frozenset(
    ("attn_q", "attn_k", "attn_v", "attn_output", "attn_qkv", "ffn_gate", "ffn_up", "ffn_down", "attn_q_a", "attn_q_b",
     "attn_kv_a_mqa", "attn_kv_b")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TrainingEstimate:
    """Memory of one training step on one card, in bytes. mode is always "training"."""

    model: str
    method: str
    parameters: int
    trained_parameters: int
    weights_bytes: int
    gradient_bytes: int
    optimiser_bytes: int
    activation_bytes: int
    overhead_bytes: int
    total_bytes: int
    low_bytes: int
    high_bytes: int
    steps: tuple[str, ...]
    notes: tuple[str, ...]
    mode: str = "training"

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    @property
    def text(self) -> str:
        return (
            f"Training {self.model} ({self.method}): {gib(self.total_bytes)} "
            f"({gib(self.low_bytes)} to {gib(self.high_bytes)}) on one card"
        )


def estimate_training(
    model: str,
    *,
    method: str = "lora",
    batch: int = 1,
    sequence: int = 2048,
    rank: int = 16,
    optimiser: str = "adamw",
    recompute: bool = True,
) -> TrainingEstimate:
    """Memory to train a model on one card.

    method: "full" (16-bit weights, 32-bit master weights), "lora" (16-bit base, adapters of `rank` on every linear
    layer), "qlora" (base in NF4 with doubly quantised scales). sequence: tokens. recompute: gradient checkpointing.
    Raises MemoryToolError.
    """
    if method not in METHODS:
        raise MemoryToolError(f"The method '{method[:30]}' is not known.", f"Known are {', '.join(METHODS)}.")
    if optimiser not in OPTIMISERS:
        raise MemoryToolError(f"The optimiser '{optimiser[:30]}' is not known.", f"Known are {', '.join(OPTIMISERS)}.")
    for name, value, most in (("batch", batch, 4096), ("sequence", sequence, 10_000_000), ("rank", rank, 4096)):
        if not 1 <= value <= most:
            raise MemoryToolError(f"A {name} of {value} is outside 1 to {most}.")
    found = resolve(model, "f16")
    shape = found.shape
    scale = found.parameters / shape.parameters
    if method == "full":
        trained = found.parameters
        weights = trained * 2 + trained * 4
    else:
        adapters = sum(rank * (tensor.row + tensor.rows) for tensor in shape.tensors() if tensor.name in _TARGETS)
        trained = round(adapters * scale)
        kind = Quant("NF4-DQ", "NF4-DQ") if method == "qlora" else Quant("BF16", "BF16")
        weights = round(weights_of(shape, kind).total * scale) + trained * 4
    gradients = trained * (2 if method == "full" else 4)
    states = round(trained * OPTIMISERS[optimiser])
    token_layer = batch * sequence * shape.hidden
    activations = 2 * token_layer * shape.layers + 34 * token_layer if recompute else 34 * token_layer * shape.layers
    # The logits and their gradient in 32 bits.
    logits = 2 * batch * sequence * shape.vocab * 4
    activations = round((activations + logits) * 1.0)
    overhead = GIB
    total = weights + gradients + states + activations + overhead
    notes = [
        "This is the training mode: running the model needs far less.",
        "Activations assume flash attention; spread over several cards each part shrinks differently.",
        *(note for note in found.notes if "quantisation" not in note),
    ]
    if shape.experts:
        notes.append("For a mixture of experts only the shared linear layers carry adapters.")
    steps = (
        f"trained parameters {trained:,} of {found.parameters:,}",
        f"weights {gib(weights)}" + (" (16-bit copy and 32-bit master)" if method == "full" else ""),
        f"gradients {gib(gradients)}",
        f"optimiser {optimiser}: {gib(states)}",
        f"activations of {batch} x {sequence} tokens{' with recomputation' if recompute else ''}: {gib(activations)}",
        f"runtime {gib(overhead)}",
        f"total {gib(total)}",
    )
    return TrainingEstimate(
        model=found.name,
        method=method,
        parameters=found.parameters,
        trained_parameters=trained,
        weights_bytes=weights,
        gradient_bytes=gradients,
        optimiser_bytes=states,
        activation_bytes=activations,
        overhead_bytes=overhead,
        total_bytes=total,
        low_bytes=int(weights + gradients + states + activations * 0.6 + overhead * 0.5),
        high_bytes=int((weights + gradients + states) * 1.1 + activations * 2 + overhead * 2),
        steps=steps,
        notes=tuple(notes),
    )
