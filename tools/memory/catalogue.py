"""Models by name: the table of shapes, the names people use, and "7B"."""

from __future__ import annotations

import csv
import difflib
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from tools.memory.architecture import Architecture
from tools.memory.model import MemoryToolError
from tools.memory.quants import Quant, parse_quant

DATA = Path(__file__).resolve().parent / "data"
_TEXT = {"name", "aliases", "family", "qkv_bias", "norms", "source", "certainty"}
_FLAGS = {"tied", "gated"}
_QUANT_TAIL = re.compile(
    r"[-_:. ]((?:ud-)?(?:iq\d_\w+|q\d_k_\w+|q\d_\w|q\d|fp16|f16|bf16|fp8|int4|int8|awq|gptq|nf4|mxfp4)(?:_xl)?)$", re.I
)
_NOISE = re.compile(
    r"\b(?:instruct|chat|it|hf|gguf|imat|preview|model|base|qat|latest|text|unsloth|bnb|4bit|8bit|fp16|bf16|v0\.1)\b",
    re.I,
)
_SIZE = re.compile(
    r"(?:about |a |an )?(\d{1,5}(?:\.\d{1,3})?)\s*(b|bn|billion|m|million)(?:[- ]?(?:parameters?|params?|model))*", re.I
)


class Entry(NamedTuple):
    """One row of the table."""

    shape: Architecture
    aliases: tuple[str, ...]
    published_parameters: int


class Named(NamedTuple):
    """What a name means: its shape, the quantisation in the name, and how sure the reading is.

    nominal: the number of parameters when only a size was given ("7B"); the shape is then the nearest common one.
    """

    shape: Architecture
    quant: Quant | None
    nominal: int | None
    notes: tuple[str, ...]


@lru_cache(maxsize=1)
def table() -> tuple[Entry, ...]:
    """Every row of architectures.csv."""
    entries = []
    with (DATA / "architectures.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            fields: dict[str, object] = {}
            for key, value in row.items():
                if key in ("aliases", "published_params"):
                    continue
                fields[key] = value if key in _TEXT else bool(int(value)) if key in _FLAGS else int(value)
            shape = Architecture(**fields)  # type: ignore[arg-type]
            entries.append(Entry(shape, tuple(filter(None, row["aliases"].split("|"))), int(row["published_params"])))
    return tuple(entries)


def _key(name: str) -> str:
    plain = name.lower().rsplit("/", 1)[-1].removeprefix("meta-")
    plain = _NOISE.sub(" ", plain.replace("_", "-").replace(":", "-"))
    plain = re.sub(r"\b(?:19|20)\d{2}[01]\d\b|(?<=-)(?:2[3-7])(?:0[1-9]|1[0-2])\b", " ", plain)
    return re.sub(r"[^a-z0-9.]+", "", plain).replace(".", "")


@lru_cache(maxsize=1)
def _index() -> dict[str, Entry]:
    index: dict[str, Entry] = {}
    named = [(name, entry) for entry in table() for name in (entry.shape.name, *entry.aliases)]
    for name, entry in named:
        index.setdefault(_letters(name), entry)
    for name, entry in named:
        if not name.endswith(":latest"):
            index.setdefault(_key(name), entry)
    return index


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", name.lower())


def find(name: str) -> Named:
    """The model that a name means.

    Takes names of Hugging Face, Ollama tags with or without a quantisation ("qwen2.5:7b-instruct-q4_K_M"), a remark in
    brackets that names the shape ("Bonsai-8B (Qwen3-8B arch)"), and plain sizes ("7B", "3 billion parameters").
    Raises MemoryToolError with the nearest names for what is not known.
    """
    text = name.strip()
    if len(text) > 200:
        raise MemoryToolError(f"A name of {len(text)} characters is no model.", "Write for example llama3.1:8b or 7B.")
    if not text:
        raise MemoryToolError("No model is named.", "Write for example llama3.1:8b, Qwen3-8B or 7B.")
    if size := _SIZE.fullmatch(text):
        return _by_size(size)
    quant = None
    plain = re.sub(r"\.(?:gguf|safetensors)$", "", text, flags=re.I)
    while found := _QUANT_TAIL.search(plain):
        quant = parse_quant(found.group(1))
        plain = plain[: found.start()]
    bare = re.sub(r"\(.*?\)|\bper gpu\b.*$", "", plain, flags=re.I).strip()
    for candidate in (bare, plain, *re.findall(r"\(([^()]+?)(?: arch.*)?\)", plain)):
        entry = _index().get(_letters(candidate)) or _index().get(_key(candidate))
        if entry is not None:
            return Named(entry.shape, quant, None, ())
    trimmed = re.sub(r"[-_ ]?(?:v\d+(?:\.\d+)?|\d{4,6})$", "", bare)
    if trimmed != bare and (entry := _index().get(_key(trimmed))):
        return Named(entry.shape, quant, None, (f"'{text}' was read as {entry.shape.name}.",))
    if (sized := re.search(r"(?<![\dx.])(\d{1,3}(?:\.\d{1,2})?)(b)\b", bare, re.I)) and not re.search(r"\dx\d", bare):
        generic = _by_size(sized)
        note = f"'{text[:60]}' is not in the table; the size in its name was used."
        return generic._replace(quant=quant, notes=(note, *generic.notes))
    names = {_key(one): one for entry in table() for one in (entry.shape.name, *entry.aliases)}
    near = [names[key] for key in difflib.get_close_matches(_key(bare), names, n=3, cutoff=0.6)]
    mend = f"Near are {', '.join(near)}; " if near else ""
    raise MemoryToolError(
        f"The model '{text[:60]}' is not in the table.",
        f"{mend}or give a size such as 7B, or the path of a config.json, GGUF or safetensors file.",
    )


def _by_size(size: re.Match[str]) -> Named:
    nominal = float(size.group(1)) * (1e9 if size.group(2).lower().startswith("b") else 1e6)
    if not 1e6 <= nominal <= 1e13:
        raise MemoryToolError(f"A model of {size.group(0)} parameters is outside 1M to 10000B.")
    usual = [entry.shape for entry in table() if entry.shape.family == "llama" and not entry.shape.experts]
    nearest = min(usual, key=lambda shape: abs(shape.parameters / nominal - 1))
    note = f"Only a size was given: the shape of {nearest.name} stands for it; name the model for an exact figure."
    return Named(nearest, None, round(nominal), (note,))
