"""Training of the embedded guard's heads: `python -m guards.train --data ../shared/data/guards/train.jsonl`.

The data are lines with `text`, `label` (1 = attack or harmful), `task`, `set` and `licence`, all of sets whose
licences allow shipping weights, and this project's own sentences under `guards/data`. The result is one safetensors
file with the calibration in its metadata. The same data and seed give the same weights on the same machine.

What is learnt from what: `jailbreak` and `harm` rows teach their own head and, where they are benign, all heads; a
harmful request says nothing about jailbreaks, so it counts little there; `injection` rows and composed document
passages teach the head for documents.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from guards.features import SIZE, places
from guards.heads import NAMES, WEIGHTS, Heads
from guards.text import fold
from guards.train_adapter import Example, Recipe, train_adapter

_LOG = logging.getLogger(__name__)
_DATA = Path(__file__).parent / "data"
#: Share of the rows that is kept from training, to fit how readings combine and to freeze the thresholds.
_HELD_FOR_CALIBRATION = 0.15
#: Share of the benign calibration rows that may lie above a threshold.
_FALSE_POSITIVES = {"jailbreak": 0.006, "harm": 0.008, "injection": 0.01}
#: The same share for texts about harm that are not harmful (counter speech, fiction, news).
_NEAR_FALSE_POSITIVES = 0.05
_UNREAD = (0.0, 0.0, 0.0)
#: A set with more rows than this counts as if it had about this many, so that no set rules a head.
_ENOUGH = 400


@dataclass(frozen=True)
class Row:
    """One line of the data. `task` is jailbreak, harm, injection or benign."""

    text: str
    label: int
    task: str
    set: str


def read_rows(path: Path) -> list[Row]:
    """The rows of a file, each folded text once."""
    seen: dict[str, Row] = {}
    # Not `splitlines`: it would also cut at the line separators inside a JSON string.
    for line in path.read_text(encoding="utf-8").strip().split("\n"):
        one = json.loads(line)
        seen.setdefault(fold(one["text"]), Row(one["text"], int(one["label"]), one["task"], one["set"]))
    return list(seen.values())


def own_rows(part: str, seed: int) -> list[Row]:
    """This project's own rows: benign questions and requests, and passages composed from document sentences."""
    questions = _lines(_DATA / "benign_questions.jsonl", part)
    rows = [Row(one["text"], 0, "benign", "own-questions") for one in questions]
    rows += _requests(seed) if part == "train" else []
    sentences = _lines(_DATA / "document_sentences.jsonl", part)
    ordinary = [one["text"] for one in sentences if not one["label"]]
    injected = [one["text"] for one in sentences if one["label"]]
    pick = random.Random(seed)
    for text in ordinary:
        rows.append(Row(text, 0, "document", "own-documents"))
        rows.append(Row(" ".join([*pick.sample(ordinary, 2), text]), 0, "document", "own-documents"))
    for text in injected:
        rows.append(Row(text, 1, "injection", "own-documents"))
        before, after = pick.sample(ordinary, 2)
        rows.append(Row(f"{before} {text} {after}", 1, "injection", "own-documents"))
        rows.append(Row(f"{after} {before} {text}", 1, "injection", "own-documents"))
    return rows


def _requests(seed: int) -> list[Row]:
    """Ordinary requests: each task and each thing in a few frames. Harmful requests share the frames, not the rest."""
    parts = json.loads((_DATA / "benign_requests.json").read_text(encoding="utf-8"))
    pick = random.Random(seed)
    made = list(parts["plain"])
    for task in parts["tasks"]:
        made.extend(frame.replace("{x}", task) for frame in pick.sample(parts["task_frames"], 4))
    for thing in parts["things"]:
        made.extend(frame.replace("{y}", thing) for frame in pick.sample(parts["thing_frames"], 3))
    return [Row(text, 0, "benign", "own-requests") for text in made]


def targets(row: Row) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Labels and weights of a row for the heads jailbreak, harm and injection."""
    if row.task == "document":
        return (0, 0, 0), (0.5, 0.5, 1)
    if row.label == 0:
        # A user's request would be an instruction if it stood in a document, so it is no negative there.
        return (0, 0, 0), (1, 1, 1 if row.task in ("injection", "harm") else 0)
    if row.task == "jailbreak":
        return (1, 0, 1), (1, 0, 0.3 if row.set == "deepset" else 0)
    if row.task == "harm":
        # Plain harmful requests are the contrast to jailbreaks; texts about harm say little about them.
        plain = row.set in ("advbench", "catqa", "harmfulqa", "harmbench-val")
        return (0, 1, 0), (0.2 if plain else 0.5, 1, 0)
    return (0, 0, 1), (0, 0.3, 1)


def train(rows: Sequence[Row], recipe: Recipe, folder: Path | None, cache: Path | None) -> tuple[dict, dict]:
    """Tensors by name and the calibration, from rows."""
    fitting, checking = _split(rows, recipe)
    _LOG.info("%d rows to train on, %d to calibrate on", len(fitting), len(checking))
    examples = _examples(fitting)
    weight, bias = _ngram_heads(examples)
    tensors: dict[str, np.ndarray] = {"ngrams.weight": weight.astype(np.float16), "ngrams.bias": bias}
    vectors = _vectors([row.text for row in fitting], cache)
    head, offset = _sentence_heads(vectors, examples)
    tensors |= {"sentence.weight": head.astype(np.float16), "sentence.bias": offset}
    if folder is not None:
        added = train_adapter(folder, examples, recipe)
        tensors |= {f"adapter.{name}": one.numpy().astype(np.float16) for name, one in added.items()}
    return tensors, _calibration(tensors, checking, cache)


def _split(rows: Sequence[Row], recipe: Recipe) -> tuple[list[Row], list[Row]]:
    """The rows to train on and those to calibrate on. Rows that begin alike are variants of one text: one side."""
    groups = sorted({fold(row.text)[:48] for row in rows})
    kept = set(random.Random(recipe.seed).sample(groups, int(len(groups) * _HELD_FOR_CALIBRATION)))
    return (
        [row for row in rows if fold(row.text)[:48] not in kept],
        [row for row in rows if fold(row.text)[:48] in kept],
    )


def _examples(rows: Sequence[Row]) -> list[Example]:
    sizes = Counter((row.set, row.label) for row in rows)
    made = []
    for row in rows:
        labels, weights = targets(row)
        share = min(1.0, _ENOUGH / sizes[(row.set, row.label)]) ** 0.5
        made.append(Example(row.text, labels, tuple(share * one for one in weights)))  # type: ignore[arg-type]
    return made


def _ngram_heads(examples: Sequence[Example]) -> tuple[np.ndarray, np.ndarray]:
    from scipy.sparse import csr_matrix

    at = [places(fold(one.text)) for one in examples]
    lengths = np.array([len(one) for one in at])
    values = np.concatenate([np.full(len(one), 1 / np.sqrt(max(1, len(one)))) for one in at])
    matrix = csr_matrix((values, np.concatenate(at), np.concatenate([[0], np.cumsum(lengths)])), shape=(len(at), SIZE))
    return _logistic(matrix, examples, strength=20.0)


def _sentence_heads(vectors: np.ndarray, examples: Sequence[Example]) -> tuple[np.ndarray, np.ndarray]:
    return _logistic(vectors, examples, strength=10.0)


def _logistic(matrix: Any, examples: Sequence[Example], strength: float) -> tuple[np.ndarray, np.ndarray]:
    """Weights (3, size) and biases (3,) of one weighted logistic regression a head."""
    from sklearn.linear_model import LogisticRegression

    labels = np.array([one.labels for one in examples])
    weights = np.array([one.weights for one in examples])
    rows, biases = [], []
    for place in range(len(NAMES)):
        used = np.flatnonzero(weights[:, place] > 0)
        y, w = labels[used, place], weights[used, place].copy()
        w[y == 1] *= w[y == 0].sum() / w[y == 1].sum()
        fitted = LogisticRegression(C=strength, max_iter=2000).fit(matrix[used], y, sample_weight=w)
        rows.append(fitted.coef_[0])
        biases.append(fitted.intercept_[0])
    return np.array(rows), np.array(biases)


def _vectors(texts: Sequence[str], cache: Path | None) -> np.ndarray:
    """Unit sentence vectors, float32, shape (n, 384); kept in `cache` by text where one is given."""
    import hashlib

    known: dict[str, np.ndarray] = {}
    file = cache / "sentence_vectors.npz" if cache else None
    if file is not None and file.is_file():
        with np.load(file) as stored:
            known = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
    keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if missing:
        from sentence_transformers import SentenceTransformer

        from guards.adapter import base_folder

        encoder = SentenceTransformer(str(base_folder() or "sentence-transformers/all-MiniLM-L6-v2"), device="cpu")
        made = encoder.encode(list(missing.values()), normalize_embeddings=True, show_progress_bar=False)
        known |= dict(zip(missing, np.asarray(made, dtype=np.float32), strict=True))
        if file is not None:
            np.savez(file, keys=np.array(list(known)), vectors=np.stack(list(known.values())))
    return np.stack([known[key] for key in keys])


def _calibration(tensors: dict[str, np.ndarray], rows: Sequence[Row], cache: Path | None) -> dict[str, Any]:
    """How readings combine for each head, with 0 at the threshold; see `guards.heads.Heads`."""
    from sklearn.linear_model import LogisticRegression

    vectors = dict(zip([row.text for row in rows], _vectors([row.text for row in rows], cache), strict=True))
    heads = Heads(tensors, {})
    sentence = Heads({name: one for name, one in tensors.items() if not name.startswith("adapter.")}, {})

    def encoder(texts: list[str]) -> np.ndarray:
        return np.stack([vectors[text] for text in texts])

    read = [{**sentence.readings(row.text, encoder), **heads.readings(row.text, encoder)} for row in rows]
    kinds = [kind for kind in ("ngrams", "sentence", "adapter") if any(kind in one for one in read)]
    result: dict[str, Any] = {}
    for kind in kinds:
        result[kind] = {}
        used = ["ngrams"] if kind == "ngrams" else ["ngrams", kind]
        for place, name in enumerate(NAMES):
            # A long quiet text is not read by the adapter; it counts as one far below the threshold.
            missing = np.array([kind not in one for one in read])
            x = np.array([[one.get(reading, _UNREAD)[place] for reading in used] for one in read])
            goal = np.array([targets(row)[0][place] for row in rows])
            counts = np.array([targets(row)[1][place] for row in rows])
            some = (counts > 0) & ~missing
            fitted = LogisticRegression(C=1.0).fit(x[some], goal[some], sample_weight=counts[some])
            # A reading never counts against itself: a negative weight would be noise of a small sample.
            weights = np.maximum(fitted.coef_[0], 0.0)
            logits = np.where(missing, -np.inf, x @ weights)
            some |= counts > 0
            # Texts about harm that are not harmful: a threshold for requests alone would stop half of them.
            near = np.array([row.label == 0 and name == "harm" and row.task == "harm" for row in rows])
            quiet = np.array([row.label == 0 and (name != "harm" or row.task != "harm") for row in rows]) & some
            allowed = np.sort(logits[quiet])[::-1]
            threshold = float(allowed[min(len(allowed) - 1, int(len(allowed) * _FALSE_POSITIVES[name]))]) + 1e-3
            if near.any():
                threshold = max(threshold, float(np.quantile(logits[near], 1 - _NEAR_FALSE_POSITIVES)))
            result[kind][name] = {"weights": [float(one) for one in weights], "bias": -threshold}
            hit = float((logits[some & (goal == 1)] > threshold).mean())
            _LOG.info("%s %s: recall %.3f at the threshold, %d benign rows", kind, name, hit, len(allowed))
    return result


def _lines(path: Path, part: str) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").strip().split("\n")]
    return [row for row in rows if row["part"] == part]


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and write the weights."""
    parser = argparse.ArgumentParser(
        prog="python -m guards.train", description="Train the heads of the embedded guard."
    )
    parser.add_argument("--data", type=Path, required=True, help="train.jsonl")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="the safetensors file to write")
    parser.add_argument("--cache", type=Path, help="a folder to keep sentence vectors in between runs")
    parser.add_argument("--leave-out", default="", help="sets to leave out, separated by commas")
    parser.add_argument("--epochs", type=int, default=Recipe.epochs)
    parser.add_argument("--layers", type=int, default=Recipe.layers)
    parser.add_argument("--rank", type=int, default=Recipe.rank)
    parser.add_argument(
        "--threads", type=int, default=1, help="processor threads; one gives the same weights each time"
    )
    parser.add_argument("--calibrate-only", action="store_true", help="keep the weights in --out, calibrate them anew")
    parser.add_argument("--no-adapter", action="store_true", help="train only the n-gram and sentence heads")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")

    import torch
    from safetensors.numpy import load_file, save_file

    from guards.adapter import base_folder

    torch.set_num_threads(given.threads)
    recipe = Recipe(layers=given.layers, rank=given.rank, epochs=given.epochs)
    left_out = {one.strip() for one in given.leave_out.split(",") if one.strip()}
    rows = [row for row in read_rows(given.data) if row.set not in left_out]
    rows += own_rows("train", recipe.seed)
    folder = None if given.no_adapter else base_folder()
    if given.calibrate_only:
        tensors = load_file(str(given.out))
        calibration = _calibration(tensors, _split(rows, recipe)[1], given.cache)
    else:
        tensors, calibration = train(rows, recipe, folder, given.cache)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    whole = {name: np.ascontiguousarray(one) for name, one in tensors.items()}
    save_file(whole, str(given.out), metadata={"calibration": json.dumps(calibration)})
    _LOG.info("wrote %s, %d bytes", given.out.name, given.out.stat().st_size)


if __name__ == "__main__":
    main()
