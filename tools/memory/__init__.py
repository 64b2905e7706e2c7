"""The memory estimator: what a language model needs to run (or to be trained), part by part, with a verdict.

    from tools.memory import estimate_memory
    estimate_memory("llama3.1:8b", quant="q4_K_M", context=8192, gpu="RTX 3060").text

Sizes are bytes; text shows GiB (2^30). Nothing is asked over the network unless an Ollama host is given.
"""

from __future__ import annotations

from tools.memory.adapters import langchain_tool
from tools.memory.chart import chart_png, chart_svg, contexts_for
from tools.memory.devices import find_device, this_machine
from tools.memory.estimate import estimate_memory, over_contexts
from tools.memory.model import Device, MemoryEstimate, MemoryToolError, Verdict, gib
from tools.memory.questions import MemoryRequest, find_request
from tools.memory.training import TrainingEstimate, estimate_training

__all__ = [
    "Device",
    "MemoryEstimate",
    "MemoryRequest",
    "MemoryToolError",
    "TrainingEstimate",
    "Verdict",
    "chart_png",
    "chart_svg",
    "contexts_for",
    "estimate_memory",
    "estimate_training",
    "find_device",
    "find_request",
    "gib",
    "langchain_tool",
    "over_contexts",
    "this_machine",
]
