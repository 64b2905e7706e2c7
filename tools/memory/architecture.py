"""The shape of a model: layers, heads, vocabulary; its tensors and its number of parameters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple


class Tensor(NamedTuple):
    """A two-dimensional weight (or a stack of them): `row` values in a row, `rows` rows in all.

    name: its name in a GGUF file without the layer. layer: its layer, -1 outside of the layers.
    quantised: False for norms, biases and routers, which stay in 32 bits. active: the share read for each token.
    """

    name: str
    row: int
    rows: int
    layer: int = -1
    quantised: bool = True
    active: float = 1.0

    @property
    def elements(self) -> int:
        return self.row * self.rows


@dataclass(frozen=True)
class Architecture:
    """The shape of a decoder-only transformer.

    head_dim is the width of a key head; v_head_dim that of a value head where it differs. kv_lora and rope_dim are set
    for multi-head latent attention, where the cache holds one latent vector for each layer and token. window and
    sliding_layers describe sliding-window attention. norms: "pre" (two for each layer), "prepost" (four), "one", each
    with "+qk" (one norm over each head), "+fullqk" (over all heads); "qk" is "pre+qk".
    """

    name: str
    family: str
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    ffn: int
    vocab: int
    max_context: int
    tied: bool = False
    gated: bool = True
    experts: int = 0
    experts_used: int = 0
    expert_ffn: int = 0
    shared_ffn: int = 0
    dense_layers: int = 0
    qkv_bias: str = ""
    norms: str = "pre"
    window: int = 0
    sliding_layers: int = 0
    q_lora: int = 0
    kv_lora: int = 0
    rope_dim: int = 0
    v_head_dim: int = 0
    vision_params: int = 0
    source: str = ""
    certainty: str = ""

    @property
    def value_dim(self) -> int:
        return self.v_head_dim or self.head_dim

    @property
    def grouping(self) -> int:
        """Query heads for each key-value head."""
        return max(1, self.heads // max(1, self.kv_heads))

    def tensors(self) -> Iterator[Tensor]:
        """Every tensor of the model, in the naming of GGUF files."""
        yield Tensor("token_embd", self.hidden, self.vocab, active=0.0 if not self.tied else 1.0)
        if not self.tied:
            yield Tensor("output", self.hidden, self.vocab)
        yield Tensor("output_norm", self.hidden, 1, quantised=False)
        for layer in range(self.layers):
            yield from self._attention(layer)
            yield from self._feed_forward(layer)
            yield from self._norms(layer)

    def _attention(self, layer: int) -> Iterator[Tensor]:
        hidden, queries = self.hidden, self.heads * self.head_dim
        if self.kv_lora:
            nope = self.head_dim - self.rope_dim
            if self.q_lora:
                yield Tensor("attn_q_a", hidden, self.q_lora, layer)
                yield Tensor("attn_q_a_norm", self.q_lora, 1, layer, quantised=False)
                yield Tensor("attn_q_b", self.q_lora, queries, layer)
            else:
                yield Tensor("attn_q", hidden, queries, layer)
            yield Tensor("attn_kv_a_mqa", hidden, self.kv_lora + self.rope_dim, layer)
            yield Tensor("attn_kv_a_norm", self.kv_lora, 1, layer, quantised=False)
            yield Tensor("attn_kv_b", self.kv_lora, self.heads * (nope + self.value_dim), layer)
            yield Tensor("attn_output", self.heads * self.value_dim, hidden, layer)
            return
        keys, values = self.kv_heads * self.head_dim, self.kv_heads * self.value_dim
        if self.family == "phi3" or self.family == "chatglm":
            yield Tensor("attn_qkv", hidden, queries + keys + values, layer)
        else:
            yield Tensor("attn_q", hidden, queries, layer)
            yield Tensor("attn_k", hidden, keys, layer)
            yield Tensor("attn_v", hidden, values, layer)
        yield Tensor("attn_output", self.heads * self.value_dim, hidden, layer)
        if self.qkv_bias:
            yield Tensor("attn_bias", queries + keys + values, 1, layer, quantised=False)
        if self.qkv_bias == "all":
            yield Tensor("attn_output_bias", hidden, 1, layer, quantised=False)

    def _feed_forward(self, layer: int) -> Iterator[Tensor]:
        hidden = self.hidden
        if not self.experts or layer < self.dense_layers:
            if self.family in ("phi3", "chatglm"):
                yield Tensor("ffn_up", hidden, 2 * self.ffn, layer)
            else:
                if self.gated:
                    yield Tensor("ffn_gate", hidden, self.ffn, layer)
                yield Tensor("ffn_up", hidden, self.ffn, layer)
            yield Tensor("ffn_down", self.ffn, hidden, layer)
            if self.qkv_bias == "all":
                yield Tensor("ffn_bias", self.ffn * (2 if self.gated else 1) + hidden, 1, layer, quantised=False)
            return
        share = self.experts_used / self.experts
        yield Tensor("ffn_gate_inp", hidden, self.experts, layer, quantised=False)
        for name in ("ffn_gate_exps", "ffn_up_exps"):
            yield Tensor(name, hidden, self.expert_ffn * self.experts, layer, active=share)
        yield Tensor("ffn_down_exps", self.expert_ffn, hidden * self.experts, layer, active=share)
        if self.qkv_bias == "all":
            biases = self.experts * (2 * self.expert_ffn + hidden)
            yield Tensor("ffn_exps_bias", biases, 1, layer, quantised=False, active=share)
        if self.shared_ffn:
            for name in ("ffn_gate_shexp", "ffn_up_shexp"):
                yield Tensor(name, hidden, self.shared_ffn, layer)
            yield Tensor("ffn_down_shexp", self.shared_ffn, hidden, layer)

    def _norms(self, layer: int) -> Iterator[Tensor]:
        count = 4 if self.norms.startswith("prepost") else 1 if self.norms.startswith("one") else 2
        yield Tensor("norms", self.hidden, count, layer, quantised=False)
        if "fullqk" in self.norms:
            width = (self.heads + self.kv_heads) * self.head_dim
            yield Tensor("attn_qk_norm", width, 1, layer, quantised=False)
        elif "qk" in self.norms:
            yield Tensor("attn_qk_norm", self.head_dim, 2, layer, quantised=False)

    @property
    def parameters(self) -> int:
        """The number of parameters, from the shapes."""
        return sum(tensor.elements for tensor in self.tensors())

    @property
    def active_parameters(self) -> int:
        """Parameters that take part in one token: all but the idle experts; an embedding row counts as nothing."""
        total = sum(tensor.elements * tensor.active for tensor in self.tensors() if tensor.name != "token_embd")
        embedding = self.vocab * self.hidden if self.tied else 0
        return round(total) + embedding
