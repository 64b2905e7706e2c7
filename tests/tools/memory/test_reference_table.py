"""The estimator against the file of published and logged sizes, through the command that prints the table."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.memory_table import compare, main, read_points, summary, table
from tests.conftest import ROOT, shared_data
from tools.memory.catalogue import find

FIELDS = (
    "kind,model,quant,kv_quant,ctx,batch_or_ubatch,bytes,rounding_half_width_bytes,as_published,source,confidence,note"
)
#: A few rows in the form of the reference file, so that the command is tested without it.
ROWS = [
    "weights,Llama-3.1-8B,Q6_K,,,,6592774799,5368709,6.14 GiB,README of llama.cpp,published,",
    "weights,Llama-3.1-8B,Q3_K_L,,,,4316442132,5368709,4.02 GiB,README of llama.cpp,published,",
    "kv_cache,Llama-3.1-8B,,f16,4096,1,536870912,5242,512 MiB,log,log,",
    "total_vram_estimate,Llama-3.3-70B,Q4_K_M,f16,2048,1,43475806454,5368709,40.49 GiB,gpustack/gguf-parser-go,"
    'estimator,"no flash attention"',
    'compute_buffer,Llama-2-7B,,f16,4096,512,310378496,5242,296.0 MiB,log,log,"no flash attention, ubatch 512"',
    "trap,Llama-3.1-405B,,f16,131072,1,123050000000,5000000,123.05 GB,blog,WRONG,",
    "trap,llmfit Q8_0 KV,,q8_0,8192,1,536870912,53687091,0.5 GiB,llmfit,WRONG,",
    "trap,ollama/ollama#10740 Qwen3-32B-Q6_K 32k,Q6_K,f16,32768,,72262824755,53687091,67.3 GiB,issue,over-estimate,",
]


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    path = tmp_path / "points.csv"
    path.write_text("\n".join([FIELDS, *ROWS]) + "\n", encoding="utf-8")
    return path


def test_rows_are_compared_and_traps_are_recognised(reference: Path) -> None:
    rows = [compare(point) for point in read_points(reference)]
    assert [row.verdict for row in rows] == ["ok"] * 5 + ["recognised"] * 3
    assert "1.82 times" in rows[5].note
    assert "34 bytes for 32" in rows[6].note
    figures = summary(rows)
    assert figures["trap"] == {"rows": 3, "within": 3}
    assert figures["weights"]["ours_mean_percent"] < figures["weights"]["llmfit_mean_percent"]


def test_a_wrong_estimate_would_show(reference: Path) -> None:
    point = read_points(reference)[0]
    point["bytes"] = str(int(int(point["bytes"]) * 1.02))
    assert compare(point).verdict == "off"


def test_the_table_names_peers_in_its_columns(reference: Path) -> None:
    text = table([compare(point) for point in read_points(reference)])
    head = text.splitlines()[0]
    assert all(name in head for name in ("published", "ours", "error", "one bpw", "llmfit", "gguf-parser"))


def test_the_command_prints_json_and_refuses_a_missing_file(
    reference: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(reference), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert len(record["rows"]) == 8
    assert main(["nowhere.csv"]) == 1
    assert "no file" in capsys.readouterr().err


def test_the_whole_reference_file_is_met() -> None:
    rows = [compare(point) for point in read_points(shared_data("memory", "reference_points.csv"))]
    by_kind: dict[str, list[str]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row.verdict)
    weights = by_kind["weights"]
    assert weights.count("ok") / len(weights) >= 0.95
    off = [row.model for row in rows if row.kind == "kv_cache" and row.verdict != "ok"]
    # Its figure is the memory left for the cache on one card, not what the logged tokens fill.
    assert off == ["Qwen3-235B-A22B per GPU at TP=4"]
    assert set(by_kind["total_vram_estimate"]) == {"ok"}
    assert set(by_kind["compute_buffer"]) == {"ok"}
    assert by_kind["trap"] == ["recognised"] * 3
    figures = summary(rows)["weights"]
    assert figures["ours_mean_percent"] < 0.3
    assert figures["one_bpw_mean_percent"] > 5 * figures["ours_mean_percent"]
    assert figures["llmfit_mean_percent"] > 10 * figures["ours_mean_percent"]


def test_the_shapes_agree_with_the_shared_table() -> None:
    with shared_data("memory", "architectures.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            shape = find(row["model"].split("/")[0]).shape
            assert shape.parameters == pytest.approx(int(row["params_computed"]), rel=2e-4)
            assert (shape.layers, shape.kv_heads) == (int(row["n_layers"]), int(row["n_kv_heads"]))
            assert shape.sliding_layers == int(row["n_sliding_layers"] or 0)


def test_the_command_runs_as_a_module(reference: Path) -> None:
    command = [sys.executable, "-m", "experiments.memory_table", str(reference)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert "trap: 3 of 3 recognised as wrong" in done.stdout
