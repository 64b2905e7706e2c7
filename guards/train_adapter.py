"""Training of the adapter: low-rank additions to the first layers of the packaged encoder, and three heads.

Only `guards.train` uses this. The additions start at zero (the base model), so that a few thousand texts are enough.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guards.adapter import MAX_TOKENS, PARTS, WIDTH, initial, layer_weights

_LOG = logging.getLogger(__name__)
_SCALE = 2.0
_POOL = 4.0


@dataclass(frozen=True)
class Recipe:
    """Numbers of a training run. `layers` of the encoder's six are used, `rank` is the width of an addition."""

    layers: int = 3
    rank: int = 32
    epochs: int = 3
    batch: int = 32
    rate: float = 1.5e-3
    warm_up: int = 60
    dropout: float = 0.1
    smoothing: float = 0.02
    seed: int = 20261124


@dataclass(frozen=True)
class Example:
    """One text: its label and its weight for each head; weight 0 where a head has nothing to learn from it."""

    text: str
    labels: tuple[float, float, float]
    weights: tuple[float, float, float]


def train_adapter(folder: Path, examples: Sequence[Example], recipe: Recipe) -> dict[str, Any]:
    """The additions and heads, by the names that `guards.adapter.Adapter` reads; float32 tensors."""
    import torch
    from safetensors.torch import load_file
    from tokenizers import Tokenizer

    torch.manual_seed(recipe.seed)
    shuffle = random.Random(recipe.seed)
    base = load_file(str(folder / "model.safetensors"))
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    pieces = [tokenizer.encode(one.text[:8000], add_special_tokens=False).ids for one in examples]
    ends = (tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]"))
    layers = [layer_weights(base, place) for place in range(recipe.layers)]
    added = _additions(layers, recipe)
    learned = [one.requires_grad_() for one in added.values()]
    optimiser = torch.optim.AdamW(learned, lr=recipe.rate, weight_decay=0.01)
    steps = recipe.epochs * (len(examples) // recipe.batch)
    step = 0
    for epoch in range(recipe.epochs):
        total = 0.0
        for places in _batches([len(one) for one in pieces], recipe.batch, shuffle):
            rows = [_cropped(pieces[place], epoch, shuffle) for place in places]
            ids, mask = _padded(rows, ends)
            labels = torch.tensor([examples[place].labels for place in places])
            weights = torch.tensor([examples[place].weights for place in places])
            rate = recipe.rate * min(1.0, (step + 1) / recipe.warm_up) * max(0.02, 1 - step / steps)
            for group in optimiser.param_groups:
                group["lr"] = rate
            logits = _forward(base, layers, added, ids, mask, recipe.dropout)
            target = labels * (1 - 2 * recipe.smoothing) + recipe.smoothing
            each = torch.nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
            loss = (each * weights).sum() / weights.sum().clamp(min=1e-6)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learned, 1.0)
            optimiser.step()
            step += 1
            total += loss.item()
            if step % 50 == 0:
                _LOG.info("step %d of %d", step, steps)
        _LOG.info("adapter epoch %d: mean loss %.4f", epoch + 1, total / max(1, steps // recipe.epochs))
    # The scale of the additions is multiplied in, so that use needs to know nothing of it.
    return {name: (one * _SCALE if name.endswith(".up") else one).detach().clone() for name, one in added.items()}


def _additions(layers: Sequence[Sequence[tuple[Any, Any]]], recipe: Recipe) -> dict[str, Any]:
    import torch

    generator = torch.Generator().manual_seed(recipe.seed)
    added: dict[str, Any] = {}
    for place, layer in enumerate(layers):
        for part, (weight, _) in zip(PARTS, layer, strict=True):
            down, up = initial(recipe.rank, weight.shape[1], weight.shape[0], generator)
            added[f"{place}.{part}.down"], added[f"{place}.{part}.up"] = down, up
    added["head.weight"] = torch.randn(3, WIDTH, generator=generator) * 0.02
    added["head.bias"] = torch.zeros(3)
    return added


def _forward(base: Any, layers: Any, added: dict[str, Any], ids: Any, mask: Any, dropout: float) -> Any:
    import torch
    from torch.nn import functional

    count, length = ids.shape
    x = base["embeddings.word_embeddings.weight"][ids] + base["embeddings.position_embeddings.weight"][:length]
    x = x + base["embeddings.token_type_embeddings.weight"][0]
    x = _norm(base, "embeddings.LayerNorm", x)
    seen_by = mask[:, None, None, :].bool()

    def part(place: int, number: int, value: Any) -> Any:
        weight, bias = layers[place][number]
        name = f"{place}.{PARTS[number]}"
        extra = functional.linear(functional.dropout(value, dropout), added[f"{name}.down"])
        return functional.linear(value, weight, bias) + _SCALE * functional.linear(extra, added[f"{name}.up"])

    for place in range(len(layers)):
        name = f"encoder.layer.{place}"
        split = part(place, 0, x).view(count, length, 3, 12, WIDTH // 12).permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(split[0], split[1], split[2], attn_mask=seen_by)
        attended = attended.transpose(1, 2).reshape(count, length, WIDTH)
        x = _norm(base, f"{name}.attention.output.LayerNorm", x + part(place, 1, attended))
        x = _norm(base, f"{name}.output.LayerNorm", x + part(place, 3, functional.gelu(part(place, 2, x))))
    mean = (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
    pooled = functional.dropout(mean, dropout) * _POOL
    return torch.addmm(added["head.bias"], pooled, added["head.weight"].T)


def _norm(base: Any, name: str, x: Any) -> Any:
    from torch.nn import functional

    return functional.layer_norm(x, (WIDTH,), base[f"{name}.weight"], base[f"{name}.bias"], 1e-12)


def _cropped(pieces: list[int], epoch: int, shuffle: random.Random) -> list[int]:
    """A piece of a long text: its beginning in the first epoch, then half of the time any other."""
    room = MAX_TOKENS - 2
    if len(pieces) <= room or epoch == 0 or shuffle.random() < 0.5:
        return pieces[:room]
    start = shuffle.randrange(len(pieces) - room + 1)
    return pieces[start : start + room]


def _padded(rows: Sequence[Sequence[int]], ends: tuple[int | None, int | None]) -> tuple[Any, Any]:
    import torch

    length = max(len(row) for row in rows) + 2
    ids = torch.zeros(len(rows), length, dtype=torch.long)
    mask = torch.zeros(len(rows), length)
    for place, row in enumerate(rows):
        ids[place, : len(row) + 2] = torch.tensor([ends[0], *row, ends[1]])
        mask[place, : len(row) + 2] = 1
    return ids, mask


def _batches(lengths: Sequence[int], size: int, shuffle: random.Random) -> list[list[int]]:
    """Places in batches of like length, in random order: padding is what costs most."""
    order = list(range(len(lengths)))
    shuffle.shuffle(order)
    span = size * 20
    made: list[list[int]] = []
    for start in range(0, len(order), span):
        near = sorted(order[start : start + span], key=lambda place: min(lengths[place], MAX_TOKENS))
        made.extend(near[at : at + size] for at in range(0, len(near), size))
    shuffle.shuffle(made)
    return made
