"""The machine that a figure was measured on."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path
from typing import Any


def machine() -> dict[str, Any]:
    """Processor, cores that this process may use, memory, system, and the versions that figures depend on."""
    import psutil

    return {
        "processor": processor(),
        "cores": cores(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "leadline": _version("leadline"),
        "torch": _version("torch"),
        "langchain": _version("langchain"),
        "langchain-ollama": _version("langchain-ollama"),
    }


def machine_line(known: dict[str, Any] | None = None) -> str:
    """The machine in one line, for captions."""
    told = known or machine()
    return (
        f"{told['processor']}, {told['cores']} cores, {told['memory_gib']} GiB, {told['system']}, "
        f"Python {told['python']}, Leadline {told['leadline']}"
    )


def processor() -> str:
    name = platform.processor() or platform.machine()
    cpu = Path("/proc/cpuinfo")
    if cpu.exists():
        match = re.search(r"model name\s*:\s*(.+)", cpu.read_text(encoding="utf-8"))
        name = match.group(1) if match else name
    return name


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return ""
