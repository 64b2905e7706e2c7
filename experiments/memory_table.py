"""The memory estimator against published and logged sizes, beside the rules of its peers.

    python -m experiments.memory_table [reference_points.csv] [--json]

Every row of the reference file is estimated and compared: weights within 1 % (2.5 % for 400 billion parameters and
more), the key-value cache to the printed rounding, totals within the larger of 150 MiB and 5 %. Rows of the kind
"trap" are published figures that are wrong; the estimator has to disagree with them, and says why. The peers' columns
are: one number of bits for each quantisation, llmfit's formula, and the figures that gguf-parser published.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.memory.buffers import compute_bytes
from tools.memory.cache import cache_of, parse_kv
from tools.memory.catalogue import find
from tools.memory.estimate import estimate_memory
from tools.memory.model import GIB, MIB, MemoryToolError
from tools.memory.quants import parse_quant
from tools.memory.weights import weights_of

DEFAULT = Path("../shared/data/memory/reference_points.csv")
#: One number for each quantisation, as most calculators use it: the average of common files.
ONE_BPW = {
    "F32": 32.0, "F16": 16.0, "BF16": 16.0, "Q8_0": 8.5, "Q6_K": 6.59, "Q5_K_M": 5.69, "Q5_K_S": 5.54, "Q4_K_M": 4.85,
    "Q4_K_S": 4.58, "Q4_0": 4.55, "Q3_K_L": 4.27, "Q3_K_M": 3.91, "Q3_K_S": 3.5, "Q2_K": 3.35, "IQ4_NL": 4.5,
    "IQ4_XS": 4.3, "IQ3_M": 3.7, "IQ3_S": 3.5, "IQ3_XXS": 3.06, "IQ2_XXS": 2.06, "IQ1_M": 1.75, "IQ1_S": 1.56,
}  # fmt: skip
#: llmfit's bytes for each parameter; its weights are in GB of 10^9 and its cache in 2^30, added as one unit.
LLMFIT_BYTES = {
    "F32": 4.0, "F16": 2.0, "BF16": 2.0, "Q8_0": 1.05, "Q6_K": 0.80, "Q5_K_M": 0.68, "Q5_K_S": 0.68, "Q4_K_M": 0.58,
    "Q4_K_S": 0.58, "Q4_0": 0.58, "Q3_K_M": 0.48, "Q3_K_L": 0.48, "Q3_K_S": 0.48, "Q2_K": 0.37,
}  # fmt: skip
LLMFIT_KV = {"F16": 2.0, "BF16": 2.0, "Q8_0": 1.0, "Q4_0": 0.5}


@dataclass(frozen=True)
class Row:
    """One compared row, sizes in bytes; None where a rule says nothing."""

    kind: str
    model: str
    setting: str
    published: int
    ours: int | None
    allowed: float
    one_bpw: int | None
    llmfit: int | None
    gguf_parser: int | None
    verdict: str
    note: str

    @property
    def error(self) -> float | None:
        return None if self.ours is None else self.ours / self.published - 1


def read_points(path: Path) -> list[dict[str, str]]:
    """The rows of the reference file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def compare(point: Mapping[str, str]) -> Row:
    """One row of the reference file against the estimate and the peers."""
    published = int(point["bytes"])
    half = int(point["rounding_half_width_bytes"] or 0)
    compute = {
        "weights": _weights,
        "kv_cache": _cache,
        "total_vram_estimate": _total,
        "compute_buffer": _buffer,
        "trap": _trap,
    }[point["kind"]]
    ours, one, llmfit = compute(point)
    theirs = published if "gguf-parser" in point["source"] else None
    allowed = _allowed(point, published, half)
    setting = " ".join(
        part for part in (point["quant"], point["kv_quant"], f"ctx {point['ctx']}" if point["ctx"] else "") if part
    )
    verdict, note = _verdict(point, ours, published, allowed)
    return Row(point["kind"], point["model"], setting, published, ours, allowed, one, llmfit, theirs, verdict, note)


def _allowed(point: Mapping[str, str], published: int, half: int) -> float:
    if point["kind"] == "weights":
        large = find(point["model"]).shape.parameters >= 4e11
        return published * (0.025 if large else 0.01)
    if point["kind"] == "kv_cache":
        return float(max(half, 1))
    if point["kind"] == "compute_buffer":
        return 15 * MIB
    return max(150 * MIB, 0.05 * published)


def _verdict(point: Mapping[str, str], ours: int | None, published: int, allowed: float) -> tuple[str, str]:
    if ours is None:
        return "not computed", ""
    if point["kind"] == "trap":
        return _recognised(point, ours, published)
    if abs(ours - published) <= allowed:
        return "ok", ""
    if point["kind"] == "kv_cache" and "paged" in point["batch_or_ubatch"]:
        return "off", "the log prints the memory left for the cache, not what these tokens fill"
    return "off", ""


def _recognised(point: Mapping[str, str], ours: int, published: int) -> tuple[str, str]:
    """Whether a wrong figure is seen to be wrong, and how."""
    ratio = published / ours
    if "q8_0" in point["kv_quant"].lower():
        elements = ours / 1.0625
        if abs(published / elements - 1) < 0.001:
            return "recognised", "counts exactly 1 byte for each value; a q8_0 block is 34 bytes for 32"
    if ratio > 1.5:
        return "recognised", f"{ratio:.2f} times what the shape gives"
    return "missed", f"{ratio:.2f} times what the shape gives"


def _numbers(point: Mapping[str, str]) -> tuple[int, int, str, int]:
    """Context, sequences, runtime and tensor parallelism of a row."""
    context = int(re.findall(r"\d+", point["ctx"])[0]) if re.search(r"\d", point["ctx"]) else 4096
    slots = re.search(r"(\d+) slots", point["ctx"])
    sequences = int(slots.group(1)) if slots and "cells" not in point["ctx"] else 1
    runtime = "vllm" if "paged" in point["batch_or_ubatch"] else "llama.cpp"
    parallel = re.search(r"TP=(\d+)", point["model"])
    return context, sequences, runtime, int(parallel.group(1)) if parallel else 1


def _weights(point: Mapping[str, str]) -> tuple[int, int | None, int | None]:
    shape, quant = find(point["model"]).shape, parse_quant(point["quant"])
    ours = weights_of(shape, quant).total
    one = ONE_BPW.get(quant.mix)
    llmfit = LLMFIT_BYTES.get(quant.mix)
    return (
        ours,
        round(shape.parameters * one / 8) if one else None,
        round(shape.parameters * llmfit) if llmfit else None,
    )


def _cache(point: Mapping[str, str]) -> tuple[int, int | None, int | None]:
    shape = find(point["model"]).shape
    context, sequences, runtime, parallel = _numbers(point)
    kv = parse_kv(point["kv_quant"] or "f16")
    ours = cache_of(shape, context=context, kv=kv, sequences=sequences, runtime=runtime, tensor_parallel=parallel).total
    heads = max(1, shape.kv_heads // parallel)
    each = LLMFIT_KV.get(kv[0])
    llmfit = None if each is None else round(2 * shape.layers * heads * shape.head_dim * context * each)
    return ours, None, llmfit


def _total(point: Mapping[str, str]) -> tuple[int, int | None, int | None]:
    context = int(point["ctx"])
    estimate = estimate_memory(
        point["model"],
        quant=point["quant"],
        context=context,
        kv=point["kv_quant"] or "f16",
        gpu="none",
        flash_attention="no flash attention" not in point["note"],
    )
    shape = find(point["model"]).shape
    one = ONE_BPW.get(estimate.quant)
    each = LLMFIT_BYTES.get(estimate.quant)
    llmfit = None
    if each is not None:
        # GB of 10^9 and GiB of 2^30 are added as if they were one unit, as llmfit does; shown here as GiB.
        units = shape.parameters * each / 1e9 + estimate.kv_cache_bytes / GIB + 0.5
        llmfit = round(units * GIB)
    return estimate.total_bytes, round(shape.parameters * one / 8) if one else None, llmfit


def _buffer(point: Mapping[str, str]) -> tuple[int, int | None, int | None]:
    shape = find(point["model"]).shape
    flash = "no flash attention" not in point["note"]
    return compute_bytes(shape, context=int(point["ctx"]), flash_attention=flash), None, None


def _trap(point: Mapping[str, str]) -> tuple[int | None, int | None, int | None]:
    name = point["model"].split("#", 1)[-1]
    name = re.sub(r"^\d+\s+|\s+\d+k$", "", name)
    if point["model"].startswith("llmfit"):
        # The row names no model; the size is that of eight heads of 128 in 32 layers.
        name = "Llama-3.1-8B"
    context = int(point["ctx"])
    if point["quant"]:
        estimate = estimate_memory(name, quant=point["quant"], context=context, kv=point["kv_quant"], gpu="none")
        return estimate.total_bytes, None, None
    return cache_of(find(name).shape, context=context, kv=parse_kv(point["kv_quant"])).total, None, None


def summary(rows: Iterable[Row]) -> dict[str, dict[str, float | int]]:
    """For each kind: rows, rows within the limit, mean and largest error; the same errors of the peers."""
    kinds: dict[str, list[Row]] = {}
    for row in rows:
        kinds.setdefault(row.kind, []).append(row)
    out: dict[str, dict[str, float | int]] = {}
    for kind, members in kinds.items():
        passed = sum(row.verdict in ("ok", "recognised") for row in members)
        figures: dict[str, float | int] = {"rows": len(members), "within": passed}
        for label in ("ours", "one_bpw", "llmfit"):
            errors = [abs(size / row.published - 1) for row in members if (size := getattr(row, label)) is not None]
            if errors and kind != "trap":
                figures[f"{label}_rows"] = len(errors)
                figures[f"{label}_mean_percent"] = 100 * sum(errors) / len(errors)
                figures[f"{label}_max_percent"] = 100 * max(errors)
        out[kind] = figures
    return out


def _size(count: int | None) -> str:
    return "-" if count is None else f"{count / GIB:.3f}"


def _percent(size: int | None, published: int) -> str:
    return "-" if size is None else f"{100 * (size / published - 1):+.2f}%"


def table(rows: Iterable[Row]) -> str:
    """The rows as text, sizes in GiB."""
    head = ("kind", "model", "setting", "published", "ours", "error", "one bpw", "llmfit", "gguf-parser", "")
    lines = [head]
    for row in rows:
        published_by = "published" if row.gguf_parser is not None else "-"
        lines.append(
            (
                row.kind.replace("_vram_estimate", ""),
                row.model[:38],
                row.setting[:32],
                _size(row.published),
                _size(row.ours),
                _percent(row.ours, row.published),
                _percent(row.one_bpw, row.published) if row.kind == "weights" else "-",
                _percent(row.llmfit, row.published),
                published_by,
                row.verdict + (f" ({row.note})" if row.note else ""),
            )
        )
    widths = [max(len(line[column]) for line in lines) for column in range(len(head) - 1)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(line[:-1], widths, strict=True)), line[-1]]).rstrip()
        for line in lines
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m experiments.memory_table", description=__doc__.split("\n")[0])
    parser.add_argument("reference", nargs="?", type=Path, default=DEFAULT, help="the file of reference points")
    parser.add_argument("--json", action="store_true", help="print the rows and the summary as JSON")
    given = parser.parse_args(arguments)
    if not given.reference.is_file():
        sys.stderr.write(f"There is no file {given.reference}. Give the path of reference_points.csv.\n")
        return 1
    try:
        rows = [compare(point) for point in read_points(given.reference)]
    except (MemoryToolError, KeyError, ValueError) as error:
        sys.stderr.write(f"{given.reference} is not a table of reference points: {error}\n")
        return 1
    figures = summary(rows)
    if given.json:
        sys.stdout.write(json.dumps({"rows": [asdict(row) for row in rows], "summary": figures}, indent=1) + "\n")
        return 0
    sys.stdout.write(f"Sizes in GiB (2^30 bytes); errors against the published figure.\n\n{table(rows)}\n\n")
    for kind, values in figures.items():
        line = f"{kind}: {values['within']} of {values['rows']} " + (
            "recognised as wrong" if kind == "trap" else "within"
        )
        for label, name in (("ours", "ours"), ("one_bpw", "one bpw"), ("llmfit", "llmfit")):
            shown = kind == "weights" or label != "one_bpw"
            if f"{label}_mean_percent" in values and shown:
                mean, most = values[f"{label}_mean_percent"], values[f"{label}_max_percent"]
                line += f"; {name} mean {mean:.2f} % max {most:.2f} % ({values[f'{label}_rows']} rows)"
        sys.stdout.write(line + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
