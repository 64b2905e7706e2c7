"""The records of the memory estimator, and how it refuses."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from corpora.errors import ToolError

GIB = 2**30
MIB = 2**20
GB = 10**9


class MemoryToolError(ToolError):
    """The model, quantisation or device is not known, or a file cannot be read. One clear sentence."""


@dataclass(frozen=True, slots=True)
class Device:
    """Where a model would run.

    memory_bytes: installed memory. free_bytes: what is free now, None where it is not measured.
    bandwidth: memory bandwidth in GB/s (10^9 bytes), None where unknown.
    kind: "discrete" (own memory), "unified" (shared with the processor), or "ram" (no accelerator).
    ram_free_bytes: system memory that layers can be moved to, None where unknown.
    """

    name: str
    memory_bytes: int
    kind: str
    bandwidth: float | None = None
    free_bytes: int | None = None
    ram_free_bytes: int | None = None
    source: str = ""

    @property
    def usable_bytes(self) -> int:
        """What a model may take: 95 % of what is free, or the installed memory less a reserve.

        An Apple graphics processor may use two thirds of the memory up to 36 GiB and three quarters above (the
        default of Metal); other shared memory leaves 15 % to the system; a display takes about 0.5 GiB from a
        discrete card.
        """
        if self.kind == "unified" and "Apple" in self.name:
            share = 2 / 3 if self.memory_bytes <= 36 * GIB else 3 / 4
            own = int(self.memory_bytes * share)
        elif self.kind == "unified":
            own = int(self.memory_bytes * 0.85)
        elif self.kind == "discrete":
            own = int(self.memory_bytes - GIB // 2)
        else:
            own = int(self.memory_bytes * 0.9)
        if self.free_bytes is not None:
            own = min(own, int(self.free_bytes * 0.95))
        return max(own, 0)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the estimate fits a device.

    word: "fits" (the high bound does), "tight" (only the central estimate does), "partly offloaded" (some layers stay
    in system memory), "does not fit".
    layers_on_device: of `layers`, how many fit together with their share of the cache.
    largest_context: tokens for each sequence that still fit wholly, a multiple of 256; 0 where not even 256 do.
    best_quant: the most precise quantisation that fits wholly at the asked context; "" where none does.
    tokens_per_s: (low, high) decode speed from bandwidth, None where the bandwidth is unknown.
    """

    word: str
    device: Device
    layers: int
    layers_on_device: int
    largest_context: int
    best_quant: str
    tokens_per_s: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class MemoryEstimate:
    """Memory that a model needs, in bytes, with its parts apart.

    parameters, active_parameters: counts; `active` are those read for each token.
    weights_bytes: all tensors as stored. weights_by_class: the same by class of tensor.
    kv_cache_bytes: the key-value cache for all sequences. compute_bytes: the scratch buffer of the graph.
    overhead_bytes: the runtime (context of the accelerator). vision_bytes: the projector, counted only when asked for.
    total_bytes: the sum. low_bytes, high_bytes: the band it lies in.
    simple_weights_bytes: the rule "parameters times bits", a lower line for the weights only.
    loaded_bytes: what Ollama itself reports for the loaded model, None where it is not loaded.
    """

    model: str
    parameters: int
    active_parameters: int
    quant: str
    context: int
    kv_type: str
    batch: int
    weights_bytes: int
    kv_cache_bytes: int
    compute_bytes: int
    overhead_bytes: int
    vision_bytes: int
    total_bytes: int
    low_bytes: int
    high_bytes: int
    simple_weights_bytes: int
    weights_by_class: dict[str, int]
    kv_bytes_per_token: int
    max_context: int
    source: str
    runtime: str
    mode: str = "inference"
    verdict: Verdict | None = None
    loaded_bytes: int | None = None
    notes: tuple[str, ...] = ()
    steps: tuple[str, ...] = field(default=())

    @property
    def fits(self) -> bool | None:
        """Whether it fits wholly on the device; None without a device."""
        return None if self.verdict is None else self.verdict.word in ("fits", "tight")

    @property
    def tokens_per_s(self) -> tuple[float, float] | None:
        return None if self.verdict is None else self.verdict.tokens_per_s

    def as_dict(self) -> dict[str, Any]:
        """The JSON of the command line."""
        record = asdict(self)
        record["fits"] = self.fits
        record["tokens_per_s"] = list(self.tokens_per_s) if self.tokens_per_s else None
        record["notes"] = list(self.notes)
        record["steps"] = list(self.steps)
        if self.verdict is not None:
            record["device"] = self.verdict.device.name
            record["device_usable_bytes"] = self.verdict.device.usable_bytes
            record["largest_context"] = self.verdict.largest_context
            record["best_quant"] = self.verdict.best_quant
            record["layers_on_device"] = self.verdict.layers_on_device
            record["verdict"] = self.verdict.word
        return record

    @property
    def text(self) -> str:
        """One line: the total with its band, and the verdict."""
        line = (
            f"{self.model} at {self.quant}, {self.context:,} tokens of context: {gib(self.total_bytes)} "
            f"({gib(self.low_bytes)} to {gib(self.high_bytes)})"
        )
        if self.verdict is not None:
            line += f"; {self.verdict.word} on {self.verdict.device.name}"
        return line


def gib(count: float) -> str:
    """Bytes as GiB (2^30), or MiB below 1 GiB. Never GB.

    >>> gib(6_000_000_000), gib(300_000_000)
    ('5.59 GiB', '286.1 MiB')
    """
    return f"{count / GIB:.2f} GiB" if abs(count) >= GIB else f"{count / MIB:.1f} MiB"
