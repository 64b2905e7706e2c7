"""`estimate_memory`: from a model, a quantisation and a context to bytes, part by part, and a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tools.memory import devices, ollama
from tools.memory.architecture import Architecture
from tools.memory.buffers import OVERHEAD, OVERHEAD_BAND, compute_bytes
from tools.memory.cache import cache_of, parse_kv
from tools.memory.catalogue import find
from tools.memory.files import FileModel, read_model
from tools.memory.model import GIB, Device, MemoryEstimate, MemoryToolError, Verdict, gib
from tools.memory.quants import LADDER, Quant, parse_quant, simple_bits
from tools.memory.weights import Weights, weights_of

#: Ollama's context below 23 GiB of accelerator memory, when nothing is asked for.
DEFAULT_CONTEXT = 4096
DEFAULT_QUANT = "Q4_K_M"
MAX_CONTEXT = 20_000_000
#: Decoding reaches this share of the memory bandwidth: 0.55 (llmfit's figure) to 0.85 (a dense model, well tuned).
EFFICIENCY = (0.55, 0.85)
RUNTIMES = ("llama.cpp", "ollama", "vllm", "transformers")


@dataclass(frozen=True)
class Model:
    """A model ready to be weighed: its shape and whatever is known exactly."""

    name: str
    shape: Architecture
    quant: Quant
    nominal: int | None = None
    exact_weights: int | None = None
    exact_embedding: int | None = None
    exact_parameters: int | None = None
    source: str = ""
    notes: tuple[str, ...] = ()

    @property
    def parameters(self) -> int:
        return self.exact_parameters or self.nominal or self.shape.parameters

    def weights(self) -> Weights:
        """Bytes of the weights: exact from a header, scaled to a nominal size, or from the shape."""
        found = weights_of(self.shape, self.quant)
        if self.exact_weights is not None:
            ratio = self.exact_weights / found.total
            by_class = {label: round(size * ratio) for label, size in found.by_class.items()}
            embedding = self.exact_embedding or round(found.embedding * ratio)
            return Weights(self.exact_weights, round(found.active * ratio), embedding, by_class)
        if self.nominal is not None:
            ratio = self.nominal / self.shape.parameters
            by_class = {label: round(size * ratio) for label, size in found.by_class.items()}
            return Weights(
                round(found.total * ratio), round(found.active * ratio), round(found.embedding * ratio), by_class
            )
        return found


def resolve(
    model: str, quant: str | None = None, *, show: Mapping[str, Any] | None = None, host: str | None = None
) -> Model:
    """The model that a name, a path or an answer of Ollama's /api/show means.

    Order: an answer given in `show`; a path that exists; Ollama at `host`; the table of names; a size.
    Raises MemoryToolError.
    """
    if show is not None:
        return _from_file(ollama.from_show(show, model), model, quant)
    path = Path(model).expanduser() if len(model) < 1000 and "\x00" not in model else None
    if path is not None and ("/" in model or model.endswith((".gguf", ".json", ".safetensors"))) and path.exists():
        return _from_file(read_model(path), model, quant)
    if host is not None:
        return _from_file(ollama.from_show(ollama.show(model, host), model), model, quant)
    if model.endswith((".json", ".safetensors")):
        raise MemoryToolError(f"There is no file {model}.")
    named = find(model)
    asked = parse_quant(quant) if quant else named.quant
    notes = list(named.notes)
    if asked is None:
        default = "MXFP4" if named.shape.family == "gpt-oss" else DEFAULT_QUANT
        asked = parse_quant(default)
        notes.append(f"No quantisation was given: {default}, the usual one of Ollama, was taken.")
    source = f"table: {named.shape.source} ({named.shape.certainty})"
    name = named.shape.name if named.nominal is None else f"{named.nominal / 1e9:g}B"
    return Model(name, named.shape, asked, named.nominal, source=source, notes=tuple(notes))


def _from_file(found: FileModel, name: str, quant: str | None) -> Model:
    notes = list(found.notes)
    stored = found.quant
    asked = quant or stored
    if asked is None:
        asked = DEFAULT_QUANT
        notes.append(f"The file names no quantisation: {DEFAULT_QUANT} was taken.")
    chosen = parse_quant(asked)
    exact = found.weights_bytes
    if exact is not None and quant and stored and parse_quant(quant).mix != parse_quant(stored).mix:
        notes.append(f"The file holds {stored}; {chosen.mix} is estimated from its shape.")
        exact = None
    shape_parameters = found.shape.parameters
    if found.parameters and abs(shape_parameters / found.parameters - 1) > 0.02:
        notes.append(
            f"The shape gives {shape_parameters / 1e9:.2f} billion parameters and the file holds "
            f"{found.parameters / 1e9:.2f}: its architecture ({found.shape.family}) is read only in part."
        )
    label = Path(name).name or name
    return Model(
        found.shape.name if found.shape.name not in ("", "model") else label,
        found.shape,
        chosen,
        None,
        exact,
        found.embedding_bytes if exact is not None else None,
        found.parameters,
        found.source,
        tuple(notes),
    )


@dataclass(frozen=True)
class Setting:
    """How the model is run."""

    context: int
    kv: tuple[str, str]
    batch: int
    ubatch: int
    flash_attention: bool
    runtime: str
    tensor_parallel: int


def estimate_memory(
    model: str,
    *,
    quant: str | None = None,
    context: int | None = None,
    kv: str = "f16",
    batch: int = 1,
    gpu: str | None = None,
    parallel: int | None = None,
    ubatch: int = 512,
    flash_attention: bool = True,
    runtime: str = "llama.cpp",
    vision: bool = False,
    tensor_parallel: int = 1,
    device: Device | None = None,
    host: str | None = None,
    show: Mapping[str, Any] | None = None,
) -> MemoryEstimate:
    """How much memory a model needs to run, part by part, and whether it fits.

    model: a name, an Ollama tag, a size ("7B"), or the path of a config.json, GGUF or safetensors file or its folder.
    quant: "q4_K_M", "f16", "awq" ...; None takes the one in the name or the file, else Q4_K_M with a note.
    context: tokens for each sequence; None is 4096 (Ollama's default on small cards), at most the model's own.
    kv: type of the key-value cache, "f16", "q8_0", or "q8_0/q4_0" for keys and values.
    batch (also `parallel`): sequences held at once (Ollama: OLLAMA_NUM_PARALLEL); each has its own context.
    gpu: the name of an accelerator, "24 GB", or "none" for no verdict; None is this machine, unless `device` is given.
    ubatch: tokens computed in one step. runtime: "llama.cpp", "ollama", "vllm" or "transformers".
    host: an Ollama server to ask for the shape and its own figure; nothing is asked without it.
    show: an answer of /api/show, in place of asking.

    Raises MemoryToolError, one clear sentence, for what is unknown or out of range.
    """
    setting = _setting(context, kv, parallel or batch, ubatch, flash_attention, runtime, tensor_parallel)
    found = resolve(model, quant, show=show, host=host)
    notes = list(found.notes)
    if context is None:
        setting = replace(setting, context=min(DEFAULT_CONTEXT, found.shape.max_context))
        notes.append(
            f"No context was given: {setting.context} tokens were taken, of at most {found.shape.max_context}."
        )
    elif context > found.shape.max_context:
        notes.append(f"The model was made for {found.shape.max_context} tokens; {context} are beyond that.")
    on = device if device is not None else _device(gpu)
    estimate = _estimate(found, setting, on, vision, notes)
    loaded = ollama.loaded_bytes(model, host) if host is not None else None
    if loaded is not None:
        difference = estimate.total_bytes / loaded - 1
        estimate = replace(
            estimate,
            loaded_bytes=loaded,
            notes=(
                *estimate.notes,
                f"Ollama reports {gib(loaded)} for the loaded model; ours is {difference:+.1%} from it.",
            ),
        )
    return estimate


def _setting(
    context: int | None, kv: str, batch: int, ubatch: int, flash: bool, runtime: str, tensor_parallel: int
) -> Setting:
    if context is not None and not 1 <= context <= MAX_CONTEXT:
        raise MemoryToolError(f"A context of {context} tokens is outside 1 to {MAX_CONTEXT}.")
    if not 1 <= batch <= 4096:
        raise MemoryToolError(f"{batch} sequences are outside 1 to 4096.")
    if not 1 <= ubatch <= 65536:
        raise MemoryToolError(f"A micro-batch of {ubatch} tokens is outside 1 to 65536.")
    if not 1 <= tensor_parallel <= 64:
        raise MemoryToolError(f"{tensor_parallel} parallel cards are outside 1 to 64.")
    if runtime not in RUNTIMES:
        raise MemoryToolError(f"The runtime '{runtime[:30]}' is not known.", f"Known are {', '.join(RUNTIMES)}.")
    return Setting(context or DEFAULT_CONTEXT, parse_kv(kv), batch, ubatch, flash, runtime, tensor_parallel)


def _device(gpu: str | None) -> Device | None:
    if gpu is None:
        return devices.this_machine()
    return None if gpu.strip().lower() in ("none", "no", "") else devices.find_device(gpu)


def _overhead_kind(setting: Setting, device: Device | None) -> str:
    if setting.runtime == "vllm":
        return "vllm"
    if device is None or device.kind == "discrete":
        return "cuda"
    return "metal" if device.kind == "unified" else "cpu"


def _parts(found: Model, setting: Setting) -> tuple[Weights, int, int]:
    """Weights, cache and compute buffer of one card."""
    weights = found.weights()
    cache = _cache(found, setting)
    compute = compute_bytes(
        found.shape,
        context=setting.context,
        sequences=setting.batch,
        ubatch=setting.ubatch,
        flash_attention=setting.flash_attention,
    )
    return weights, cache, compute


def _cache(found: Model, setting: Setting) -> int:
    return cache_of(
        found.shape,
        context=setting.context,
        kv=setting.kv,
        sequences=setting.batch,
        ubatch=setting.ubatch,
        runtime=setting.runtime,
        tensor_parallel=setting.tensor_parallel,
    ).total


def _estimate(found: Model, setting: Setting, device: Device | None, vision: bool, notes: list[str]) -> MemoryEstimate:
    shape, quant = found.shape, found.quant
    weights, cache, compute = _parts(found, setting)
    weight_bytes = weights.total
    if setting.tensor_parallel > 1:
        weight_bytes = weights.total // setting.tensor_parallel
        notes.append(f"Weights and cache are those of one of {setting.tensor_parallel} cards.")
    kind = _overhead_kind(setting, device)
    overhead = OVERHEAD[kind]
    projector = shape.vision_params * 2 if vision else 0
    if shape.vision_params and not vision:
        notes.append(f"Images need the vision projector too: about {gib(shape.vision_params * 2)} and its buffer.")
    if vision and not shape.vision_params:
        notes.append("The table knows no vision part of this model.")
    if shape.sliding_layers and any(one in ("Q8_0", "Q5_1", "Q5_0", "Q4_1", "Q4_0", "IQ4_NL") for one in setting.kv):
        notes.append("The cache of the sliding layers stays in 16 bits (llama.cpp).")
    if quant.dynamic:
        notes.append("The dynamic mix was calibrated on one published size only.")
    total = weight_bytes + cache + compute + overhead + projector
    low, high = _band(found, weight_bytes, cache, compute, overhead, projector, kind)
    verdict = _judge(found, setting, device, overhead) if device is not None else None
    simple = round(found.parameters * simple_bits(quant.mix) / 8)
    token = cache_of(shape, context=1, kv=setting.kv, tensor_parallel=setting.tensor_parallel).per_token
    return MemoryEstimate(
        model=found.name,
        parameters=found.parameters,
        active_parameters=round(shape.active_parameters * found.parameters / shape.parameters),
        quant=quant.mix if not quant.dynamic else f"UD-{quant.mix}",
        context=setting.context,
        kv_type="/".join(dict.fromkeys(one.lower() for one in setting.kv)),
        batch=setting.batch,
        weights_bytes=weight_bytes,
        kv_cache_bytes=cache,
        compute_bytes=compute,
        overhead_bytes=overhead,
        vision_bytes=projector,
        total_bytes=total,
        low_bytes=low,
        high_bytes=high,
        simple_weights_bytes=simple,
        weights_by_class=weights.by_class,
        kv_bytes_per_token=token,
        max_context=shape.max_context,
        source=found.source,
        runtime=setting.runtime,
        verdict=verdict,
        notes=tuple(dict.fromkeys(notes)),
        steps=_steps(found, setting, weight_bytes, cache, compute, overhead, projector, total, simple, token),
    )


def _band(
    found: Model, weights: int, cache: int, compute: int, overhead: int, projector: int, kind: str
) -> tuple[int, int]:
    """Low and high: the weights within their tested error, the cache as it is, buffers and runtime as a band."""
    if found.nominal is not None:
        spread, cache_low, cache_high = 0.08, 0.5, 2.0
    elif found.exact_weights is not None:
        spread, cache_low, cache_high = 0.001, 1.0, 1.0
    else:
        spread = 0.025 if found.parameters >= 4e11 else 0.01
        cache_low = cache_high = 1.0
    least, most = OVERHEAD_BAND[kind]
    low = weights * (1 - spread) + cache * cache_low + compute * 0.8 + least + projector
    high = weights * (1 + spread) + cache * cache_high + compute * 1.3 + most + projector * 1.5
    return int(low), int(high)


def _steps(
    found: Model, setting: Setting, weights: int, cache: int, compute: int, overhead: int, projector: int,
    total: int, simple: int, token: int,
) -> tuple[str, ...]:  # fmt: skip
    bits = weights * setting.tensor_parallel * 8 / found.parameters
    rule = simple_bits(found.quant.mix)
    cells = setting.context * setting.batch
    lines = [
        f"parameters {found.parameters:,} (from {found.source})",
        f"plain rule, weights only: {found.parameters:,} * {rule:g} bits / 8 = {gib(simple)}",
        f"weights, tensor by tensor: {gib(weights)} ({bits:.2f} bits for each parameter)",
        f"key-value cache: {token:,} bytes for each token * {cells:,} tokens"
        + (
            f" + window of {found.shape.window} in {found.shape.sliding_layers} layers"
            if found.shape.sliding_layers
            else ""
        )
        + f" = {gib(cache)}",
        f"compute buffer for {setting.ubatch} tokens: {gib(compute)}",
        f"runtime: {gib(overhead)}",
    ]
    if projector:
        lines.append(f"vision projector: {gib(projector)}")
    lines.append(f"total: {gib(total)} ({total / 1e9:.2f} GB)")
    return tuple(lines)


# The verdict ---------------------------------------------------------------------------------------------------


def _total(found: Model, setting: Setting, overhead: int) -> int:
    weights, cache, compute = _parts(found, setting)
    return weights.total // setting.tensor_parallel + cache + compute + overhead


def _judge(found: Model, setting: Setting, device: Device, overhead: int) -> Verdict:
    usable = device.usable_bytes
    weights, cache, compute = _parts(found, setting)
    kind = _overhead_kind(setting, device)
    central = weights.total // setting.tensor_parallel + cache + compute + overhead
    # On a card of its own the input embedding stays in system memory (llama.cpp), unless it is also the output.
    if device.kind == "discrete" and setting.runtime in ("llama.cpp", "ollama") and not found.shape.tied:
        central -= weights.embedding
    _, high = _band(found, weights.total // setting.tensor_parallel, cache, compute, overhead, 0, kind)
    layers = found.shape.layers
    on_device = layers
    if high <= usable:
        word = "fits"
    elif central <= usable:
        word = "tight"
    else:
        on_device = _layers_that_fit(found, weights, cache, compute + overhead, usable)
        word = "partly offloaded" if device.kind == "discrete" and on_device > 0 else "does not fit"
        needed = central - usable
        if word == "partly offloaded" and device.ram_free_bytes is not None and needed > device.ram_free_bytes * 0.95:
            word = "does not fit"
        if device.kind != "discrete":
            on_device = 0
    return Verdict(
        word=word,
        device=device,
        layers=layers,
        layers_on_device=on_device,
        largest_context=_largest_context(found, setting, overhead, usable),
        best_quant=_best_quant(found, setting, overhead, usable),
        tokens_per_s=_speed(found, weights, cache, setting, device, on_device, word),
    )


def _layers_that_fit(found: Model, weights: Weights, cache: int, fixed: int, usable: int) -> int:
    outside = weights.by_class.get("output", 0) or weights.embedding
    inside = max(1, weights.total - weights.embedding - weights.by_class.get("output", 0))
    each = (inside + cache) / found.shape.layers
    return max(0, min(found.shape.layers - 1, int((usable - fixed - outside) / each)))


def _largest_context(found: Model, setting: Setting, overhead: int, usable: int) -> int:
    low, high = 0, max(256, found.shape.max_context) // 256
    while low < high:
        middle = (low + high + 1) // 2
        if _total(found, replace(setting, context=middle * 256), overhead) <= usable:
            low = middle
        else:
            high = middle - 1
    return low * 256


def _best_quant(found: Model, setting: Setting, overhead: int, usable: int) -> str:
    plain = replace(found, exact_weights=None, exact_embedding=None)
    for name in LADDER:
        candidate = replace(plain, quant=Quant(name, name))
        if _total(candidate, setting, overhead) <= usable:
            return name
    return ""


def _speed(
    found: Model, weights: Weights, cache: int, setting: Setting, device: Device, on_device: int, word: str
) -> tuple[float, float] | None:
    """Tokens a second while decoding one sequence: bandwidth over the bytes read for each token.

    The low end reads the whole cache at 55 % of the bandwidth, the high end an empty one at 85 %. Layers in system
    memory are read at its bandwidth (taken as 60 GB/s).
    """
    if device.bandwidth is None or word == "does not fit":
        return None
    share = on_device / found.shape.layers
    rates = []
    for efficiency, read in ((EFFICIENCY[0], weights.active + cache / setting.batch), (EFFICIENCY[1], weights.active)):
        seconds = read * share / (device.bandwidth * 1e9) + read * (1 - share) / (devices.RAM_BANDWIDTH * 1e9)
        rates.append(efficiency / seconds)
    return round(rates[0], 1), round(rates[1], 1)


def over_contexts(
    model: str, contexts: tuple[int, ...], *, quant: str | None = None, kv: str = "f16", batch: int = 1
) -> tuple[MemoryEstimate, ...]:
    """The estimate at several contexts without a device, for the chart."""
    return tuple(
        estimate_memory(model, quant=quant, context=context, kv=kv, batch=batch, gpu="none") for context in contexts
    )


__all__ = ["DEFAULT_CONTEXT", "GIB", "Model", "estimate_memory", "over_contexts", "resolve"]
