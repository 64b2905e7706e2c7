"""Where a model would run: a table of accelerators, and what this machine has."""

from __future__ import annotations

import csv
import difflib
import platform
import re
import shutil
import subprocess
from collections.abc import Callable
from functools import lru_cache

from tools.memory.catalogue import DATA
from tools.memory.model import GIB, Device, MemoryToolError

_QUERY = ("--query-gpu=name,memory.total,memory.free", "--format=csv,noheader,nounits")
_SECONDS = 5
#: Memory bandwidth of an ordinary machine, GB/s: two channels of DDR4-3200 to DDR5-5600 reach 50 to 90.
RAM_BANDWIDTH = 60.0
Runner = Callable[[list[str]], str]


@lru_cache(maxsize=1)
def table() -> tuple[tuple[Device, tuple[str, ...]], ...]:
    """Every row of gpus.csv with its other names."""
    rows = []
    with (DATA / "gpus.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            device = Device(
                name=row["name"],
                memory_bytes=int(float(row["memory_gib"]) * GIB),
                kind=row["kind"],
                bandwidth=float(row["bandwidth_gb_s"]),
                source=f"{row['source']} ({row['certainty']})",
            )
            rows.append((device, tuple(filter(None, row["aliases"].split("|")))))
    return tuple(rows)


def _key(name: str) -> str:
    plain = re.sub(
        r"\b(?:nvidia|amd|intel|geforce|radeon|tesla|graphics|gpu|with|a|an|the|mobile)\b", " ", name.lower()
    )
    return re.sub(r"[^a-z0-9+]+", "", plain)


def find_device(name: str) -> Device:
    """The accelerator that a name means: "RTX 4090", "2x 3090", "Apple M3 Max 64 GB", "24 GB".

    A size behind the name replaces the memory of the table. Raises MemoryToolError with the nearest names.
    """
    text = name.strip()
    if size := re.fullmatch(r"(\d{1,4}(?:\.\d)?)\s*(gib|gb|g)(?:\s+(?:of\s+)?(?:v?ram|memory|gpu|card))*", text, re.I):
        count = float(size.group(1))
        unit = "GiB" if size.group(2).lower() == "gib" else "GB"
        return Device(f"a card of {count:g} {unit}", int(count * GIB), "discrete", source="the size that was given")
    if several := re.fullmatch(r"(\d{1,2})\s*(?:x|×|\*)\s*(.+)", text, re.I):
        one, number = find_device(several.group(2)), int(several.group(1))
        if not 1 <= number <= 64:
            raise MemoryToolError(f"{number} accelerators are outside 1 to 64.")
        return Device(f"{number} x {one.name}", one.memory_bytes * number, one.kind, one.bandwidth, source=one.source)
    index = {_key(one): device for device, others in table() for one in (device.name, *others)}
    memory = None
    device = index.get(_key(text)) or index.get("apple" + _key(text))
    if device is None and (sized := re.fullmatch(r"(.+?)[\s(-]*(\d{1,4})\s*(?:gib|gb|g)\)?", text, re.I)):
        device = index.get(_key(sized.group(1))) or index.get("apple" + _key(sized.group(1)))
        memory = int(sized.group(2)) * GIB
    if device is None and re.fullmatch(r"\d{4}(?:ti|super|tisuper)?", _key(text)):
        device = index.get("rtx" + _key(text)) or index.get("gtx" + _key(text)) or index.get("rx" + _key(text))
    if device is None:
        words = {key.removeprefix("apple"): found for key, found in index.items()}
        longest = [key for key in words if len(key) >= 4 and key in _key(text)]
        device = words[max(longest, key=len)] if longest else None
        if device is not None and (size := re.search(r"(?<!\d)(\d{1,4})\s*(?:gib|gb)\b", text, re.I)):
            memory = int(size.group(1)) * GIB
    if device is None:
        near = difflib.get_close_matches(_key(text), index, n=3, cutoff=0.5)
        mend = f"Near are {', '.join(index[key].name for key in near)}. " if near else ""
        raise MemoryToolError(
            f"The accelerator '{text[:60]}' is not in the table.", f"{mend}Or give its memory: 24 GB."
        )
    if memory is None or memory == device.memory_bytes:
        return device
    return Device(f"{device.name} ({memory // GIB} GB)", memory, device.kind, device.bandwidth, source=device.source)


def _run(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True).stdout


def this_machine(run: Runner | None = None) -> Device:
    """The accelerator of this machine with its free memory, or its system memory where there is none.

    NVIDIA cards are asked through nvidia-smi, Apple memory and system memory through psutil. `run` replaces the
    call of a program in tests.
    """
    import psutil

    memory = psutil.virtual_memory()
    total, free = int(memory.total), int(memory.available)
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        chip = _apple_chip(run or _run)
        found = next((device for device, _ in table() if device.name == chip), None)
        bandwidth = found.bandwidth if found else None
        return Device(f"this machine ({chip})", total, "unified", bandwidth, free, source="psutil, sysctl")
    cards = _nvidia(run)
    if cards:
        name = cards[0][0] if len(cards) == 1 else f"{len(cards)} x {cards[0][0]}"
        return Device(
            f"this machine ({name})",
            sum(card[1] for card in cards),
            "discrete",
            _bandwidth(cards[0][0]),
            sum(card[2] for card in cards),
            ram_free_bytes=free,
            source="nvidia-smi, psutil",
        )
    return Device(
        "this machine (no accelerator)", total, "ram", RAM_BANDWIDTH, free, ram_free_bytes=free, source="psutil"
    )


def _bandwidth(name: str) -> float | None:
    try:
        return find_device(name).bandwidth
    except MemoryToolError:
        return None


def _apple_chip(run: Runner) -> str:
    try:
        return run(["sysctl", "-n", "machdep.cpu.brand_string"]).strip() or "Apple silicon"
    except (OSError, subprocess.SubprocessError):
        return "Apple silicon"


def _nvidia(run: Runner | None) -> list[tuple[str, int, int]]:
    """(name, total bytes, free bytes) of each NVIDIA card; empty where there is none or the driver is silent."""
    if run is None and shutil.which("nvidia-smi") is None:
        return []
    try:
        lines = (run or _run)(["nvidia-smi", *_QUERY]).strip().splitlines()
    except (OSError, subprocess.SubprocessError):
        return []
    cards = []
    for line in lines:
        parts = [part.strip() for part in line.split(",")]
        if len(parts) == 3 and parts[1].isdigit() and parts[2].isdigit():
            cards.append((parts[0], int(parts[1]) * 2**20, int(parts[2]) * 2**20))
    return cards
