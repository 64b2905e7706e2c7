"""Models that the scripted Ollama server has installed, as its listings describe them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


def full_name(name: str) -> str:
    """A model's name with its tag: Ollama adds `:latest` where none is given."""
    return name if ":" in name.rsplit("/", 1)[-1] else f"{name}:latest"


@dataclass(frozen=True)
class Model:
    """An installed model. `info` is `model_info` of /api/show; `remote_host` marks one that runs elsewhere."""

    name: str
    capabilities: Sequence[str] = ("completion", "tools")
    family: str = "llama"
    parameter_size: str = "3.2B"
    quantization: str = "Q4_K_M"
    size: int = 2_019_393_189
    dimensions: int = 384
    context_length: int = 131_072
    info: Mapping[str, Any] = field(default_factory=dict)
    template: str = "{{ .Prompt }}"
    remote_host: str = ""

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.name.encode()).hexdigest()

    @property
    def details(self) -> dict[str, Any]:
        return {
            "parent_model": "",
            "format": "gguf",
            "family": self.family,
            "families": [self.family],
            "parameter_size": self.parameter_size,
            "quantization_level": self.quantization,
        }

    def listed(self) -> dict[str, Any]:
        """Its entry in /api/tags."""
        remote = {"remote_host": self.remote_host, "remote_model": self.name} if self.remote_host else {}
        return {
            "name": full_name(self.name),
            "model": full_name(self.name),
            "modified_at": "2026-11-20T08:00:00.000000000Z",
            "size": self.size,
            "digest": self.digest,
            "details": self.details,
            "capabilities": list(self.capabilities),
            **remote,
        }

    def running(self, context_length: int) -> dict[str, Any]:
        """Its entry in /api/ps."""
        return {
            "name": full_name(self.name),
            "model": full_name(self.name),
            "size": self.size + context_length * 114_688,
            "digest": self.digest,
            "details": self.details,
            "expires_at": "2318-11-24T10:05:00.000000000Z",
            "size_vram": 0,
            "context_length": context_length,
        }

    def shown(self, verbose: bool) -> dict[str, Any]:
        """The answer of /api/show."""
        info = {
            "general.architecture": self.family,
            "general.parameter_count": 3_212_749_888,
            "general.file_type": 15,
            f"{self.family}.block_count": 28,
            f"{self.family}.context_length": self.context_length,
            f"{self.family}.embedding_length": 3072,
            f"{self.family}.feed_forward_length": 8192,
            f"{self.family}.attention.head_count": 24,
            f"{self.family}.attention.head_count_kv": 8,
            f"{self.family}.attention.key_length": 128,
            f"{self.family}.attention.value_length": 128,
            f"{self.family}.vocab_size": 128_256,
            "tokenizer.ggml.tokens": ["a", "b"] if verbose else None,
            **self.info,
        }
        remote = {"remote_host": self.remote_host, "remote_model": self.name} if self.remote_host else {}
        return {
            "license": "test",
            "modelfile": f"FROM {self.name}",
            "parameters": "temperature 0",
            "template": self.template,
            "details": self.details,
            "model_info": info,
            "capabilities": list(self.capabilities),
            "modified_at": "2026-11-20T08:00:00.000000000Z",
            **remote,
        }
