"""How many tokens of context a model is given: what it was made for, and what the memory there is allows."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from assistant.models.addresses import is_local
from assistant.models.choosing import OLLAMA, Choice
from assistant.models.ollama import running, shown
from assistant.settings import Settings
from corpora.errors import LeadlineError, ModelError

#: Tried from the largest: a turn with its passages needs 4,000 to 12,000 tokens, and memory grows with each.
SIZES = (32_768, 16_384, 12_288, 8_192, 6_144, 4_096)
#: Without an accelerator reading a prompt takes long: more room would only be filled slowly.
LARGEST_ON_PROCESSOR = 16_384
#: Where nothing is known of the memory, as for a server on another machine.
USUAL = 8_192

_settled: dict[tuple[str, str], Context] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class Context:
    """Tokens of context that a model is asked for, and why so many."""

    tokens: int
    reason: str


def context_for(choice: Choice, settings: Settings) -> Context:
    """The context of a choice: `num_ctx` of the settings where it is set, else settled once for each model.

    For Ollama: as it is loaded already (another size would load it anew), else the largest of `SIZES` that the
    model was made for and that fits the free memory by the estimate of `tools.memory`. For others what the server's
    settings say.
    """
    most = choice.context_length
    if settings.num_ctx:
        tokens = min(settings.num_ctx, most) if most else settings.num_ctx
        return Context(tokens, "set" if tokens == settings.num_ctx else "the most that the model was made for")
    if choice.kind != OLLAMA or choice.installed is None:
        return Context(most or USUAL, "as the server's settings say" if most else "the usual; `num_ctx` sets it")
    if choice.installed.remote or not is_local(settings.ollama_host):
        return Context(min(USUAL, most or USUAL), "the memory of that machine is not known")
    key = (settings.ollama_host, choice.installed.digest or choice.name)
    with _lock:
        if key not in _settled:
            _settled[key] = _settle(choice, settings)
        return _settled[key]


def _settle(choice: Choice, settings: Settings) -> Context:
    most = choice.context_length or USUAL
    try:
        loaded = running(settings).get(choice.name, 0)
    except ModelError:
        loaded = 0
    if USUAL <= loaded <= most:
        return Context(loaded, "as it is loaded already")
    return _fitting(choice, settings, most)


def _fitting(choice: Choice, settings: Settings, most: int) -> Context:
    from tools.memory import estimate_memory, this_machine
    from tools.memory.model import gib

    assert choice.installed is not None
    device = this_machine()
    largest = min(most, LARGEST_ON_PROCESSOR if device.kind == "ram" else SIZES[0])
    try:
        answer = shown(settings, choice.installed)
        for tokens in [size for size in (largest, *SIZES) if size <= largest]:
            needed = estimate_memory(choice.name, context=tokens, device=device, runtime="ollama", show=answer)
            if needed.total_bytes <= device.usable_bytes:
                return Context(tokens, f"{gib(needed.total_bytes)} of {gib(device.usable_bytes)} usable memory")
    except LeadlineError as error:
        return Context(min(USUAL, most), f"the memory that it needs is not known ({error.message})")
    smallest = min(SIZES[-1], most)
    return Context(smallest, f"it needs more than the {gib(device.usable_bytes)} of memory there are")
