"""The memory estimator for an agent: one LangChain tool."""

from __future__ import annotations

from typing import Any

from tools.memory.model import MemoryEstimate, MemoryToolError, gib

NAME = "estimate_memory"
DESCRIPTION = (
    "How much memory a language model needs to run: weights, key-value cache, buffers, total with a band, and "
    "whether it fits this machine or a named GPU. model: a name (llama3.1:8b, Qwen3-32B) or a size (7B). quant: "
    "q4_K_M, q8_0, f16, awq, 4-bit ... "
    "context: tokens. kv: f16, q8_0, q4_0. batch: sequences at once. gpu: RTX 4090, M3 Max, 24 GB ..."
)


def for_model(result: MemoryEstimate) -> str:
    """The estimate as a few lines of text that a chat model reads. All sizes are GiB (2^30 bytes)."""
    lines = [f"estimate_memory: {result.text}"]
    lines.extend(f"step: {step}" for step in result.steps)
    if result.verdict is not None:
        verdict = result.verdict
        lines.append(
            f"verdict: {verdict.word} on {verdict.device.name} ({gib(verdict.device.usable_bytes)} usable); "
            f"{verdict.layers_on_device} of {verdict.layers} layers; largest context that fits "
            f"{verdict.largest_context} tokens; best quantisation that fits: {verdict.best_quant or 'none'}"
        )
        if verdict.tokens_per_s:
            lines.append(
                f"expected speed: {verdict.tokens_per_s[0]:g} to {verdict.tokens_per_s[1]:g} tokens per second"
            )
    lines.append(f"source: {result.source}")
    lines.extend(f"note: {note}" for note in result.notes)
    return "\n".join(lines)


def langchain_tool() -> Any:
    """A LangChain tool named "estimate_memory"; its artifact is the estimate as a dictionary, or {"error": ...}."""
    from langchain_core.tools import StructuredTool

    from tools.memory.estimate import estimate_memory

    def run(
        model: str,
        quant: str | None = None,
        context: int | None = None,
        kv: str = "f16",
        batch: int = 1,
        gpu: str | None = None,
    ) -> tuple[str, dict[str, Any]]:
        try:
            # A path is not looked at here: the words of a chat choose no files of this machine.
            named = model if "/" not in model else model.rsplit("/", 1)[-1]
            result = estimate_memory(named, quant=quant, context=context, kv=kv, batch=batch, gpu=gpu)
        except MemoryToolError as error:
            return f"estimate_memory: {model[:100]}: error: {error}", {"error": str(error), "model": model}
        return for_model(result), result.as_dict()

    return StructuredTool.from_function(
        func=run, name=NAME, description=DESCRIPTION, response_format="content_and_artifact"
    )
