"""What a running Ollama says about a model: its shape (/api/show) and its own memory figure (/api/ps)."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tools.memory.architecture import Architecture
from tools.memory.catalogue import table
from tools.memory.files import FILE_TYPES, FileModel, from_gguf_metadata
from tools.memory.model import MemoryToolError

_SECONDS = 5.0
_MAX_BYTES = 50_000_000


def _ask(host: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
    base = host if "://" in host else f"http://{host}"
    if not base.startswith(("http://", "https://")):
        raise MemoryToolError(f"'{host[:60]}' is no address of an Ollama server.", "Set OLLAMA_HOST to host:port.")
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base.rstrip("/") + path, data=data, headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
            return json.loads(answer.read(_MAX_BYTES))
    except urllib.error.HTTPError as error:
        if error.code == 404:
            name = body.get("model") if body else path
            raise MemoryToolError(f"Ollama does not have the model '{name}'.", f"Run: ollama pull {name}") from error
        raise MemoryToolError(f"Ollama answered {error.code} to {path}.") from error
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise MemoryToolError(f"Ollama at {host} does not answer.", "Start it with: ollama serve") from error


def show(model: str, host: str) -> Mapping[str, Any]:
    """The answer of /api/show. Raises MemoryToolError where the server or the model is missing."""
    answer = _ask(host, "/api/show", {"model": model, "verbose": False})
    if not isinstance(answer, dict):
        raise MemoryToolError("Ollama's answer to /api/show is not an object.")
    return answer


def loaded_bytes(model: str, host: str) -> int | None:
    """The memory that Ollama itself reports for a loaded model, in bytes; None where it is not loaded."""
    answer = _ask(host, "/api/ps")
    models = answer.get("models") if isinstance(answer, dict) else None
    for entry in models or ():
        names = {str(entry.get("name", "")), str(entry.get("model", ""))}
        if names & {model, f"{model}:latest"}:
            return int(entry.get("size") or 0) or None
    return None


def _with_vocabulary(shape: Architecture, parameters: int) -> Architecture:
    """The shape with the vocabulary and the tying of its output that give the known number of parameters.

    /api/show leaves out the list of tokens and of tensors. A row of the table with the same layers settles it; else the
    output is taken to have its own matrix where the vocabulary then is an ordinary one (30,000 to 300,000).
    """
    if shape.vocab:
        untied, tied = replace(shape, tied=False), replace(shape, tied=True)
        return min((untied, tied), key=lambda one: abs(one.parameters - parameters))
    for entry in table():
        known = entry.shape
        same = (known.layers, known.hidden, known.ffn) == (shape.layers, shape.hidden, shape.ffn)
        if same and abs(known.parameters / parameters - 1) < 0.002:
            return replace(shape, vocab=known.vocab, tied=known.tied)
    rest = parameters - replace(shape, vocab=0, tied=True).parameters
    vocab = max(0, rest // (2 * shape.hidden))
    if vocab < 30_000:
        return replace(shape, vocab=max(0, rest // shape.hidden), tied=True)
    return replace(shape, vocab=vocab, tied=False)


def from_show(answer: Mapping[str, Any], name: str) -> FileModel:
    """The model that an answer of /api/show describes.

    Raises MemoryToolError for a model that runs elsewhere ("cloud"), which takes no memory here.
    """
    if answer.get("remote_host"):
        raise MemoryToolError(f"The model '{name}' runs on {answer['remote_host']}, not on this machine.")
    info = answer.get("model_info")
    if not isinstance(info, dict):
        raise MemoryToolError(f"Ollama says nothing about the shape of '{name}'.")
    details = answer.get("details")
    if not isinstance(details, dict):
        details = {}
    tensors = answer.get("tensors") or ()
    names = {str(tensor.get("name")) for tensor in tensors if isinstance(tensor, dict)}
    parameters = int(info.get("general.parameter_count") or 0) or None
    tied = bool(names) and "output.weight" not in names
    shape = from_gguf_metadata(info, name, tied=tied)
    if not names and parameters:
        shape = _with_vocabulary(shape, parameters)
    kind = info.get("general.file_type")
    quant = str(details.get("quantization_level") or "") or (FILE_TYPES.get(int(kind)) if kind is not None else None)
    return FileModel(shape, quant or None, None, None, parameters, f"Ollama /api/show of {name}")
