"""A cross-encoder's second look: order, places, what is left alone, and what is said where there is none."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.doctor import examine
from assistant.settings import Settings
from corpora.errors import EncoderError
from corpora.library import Library
from corpora.reranking import RERANKED, CrossEncoderReranker, reranked
from corpora.search import search
from tools.documents import search_documents


class Shortest:
    """Holds the shorter text for the better one."""

    name = "shortest"

    def __init__(self) -> None:
        self.read: list[int] = []

    def score(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        self.read.append(len(texts))
        return [-float(len(text)) for text in texts]


def test_hits_stand_in_the_rerankers_order_with_falling_scores(samples: Library) -> None:
    before = search(samples, "salinity of the deep water", k=RERANKED + 5)
    after = reranked(before, "salinity of the deep water", Shortest())
    lengths = [-hit.scores["reranker"] for hit in after[:RERANKED]]
    assert lengths == sorted(lengths)
    assert [(hit.rank, hit.score) for hit in after] == [(hit.rank, hit.score) for hit in before]
    assert {hit.span for hit in after} == {hit.span for hit in before}
    assert after[RERANKED:] == before[RERANKED:]
    assert reranked([], "anything", Shortest()) == []


def test_the_best_thirty_are_read_however_few_are_wanted(samples: Library) -> None:
    fake = Shortest()
    plain = search_documents(samples, "salinity of the deep water", k=3)
    samples.reranker = fake
    try:
        found = search_documents(samples, "salinity of the deep water", k=3)
    finally:
        samples.reranker = None
    assert len(found) == 3
    assert fake.read[0] > 3
    assert [hit.span for hit in found] != [hit.span for hit in plain]


def test_a_reranker_that_is_not_there_says_what_mends_it(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="could not be found") as caught:
        CrossEncoderReranker(str(tmp_path / "none")).score("q", ["a"])
    assert "reranker in leadline.toml" in caught.value.mend


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real cross-encoder of two small layers with random weights, as sentence-transformers saves it."""
    return cross_encoder(tmp_path_factory.mktemp("reranker"), 1)


def cross_encoder(folder: Path, labels: int) -> Path:
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    from corpora.encoder import packaged_model

    packaged = packaged_model()
    assert packaged is not None
    tokenizer = BertTokenizerFast.from_pretrained(str(packaged))
    torch.manual_seed(7)
    shape = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        initializer_range=0.6,
        num_labels=labels,
    )
    BertForSequenceClassification(shape).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_a_real_cross_encoder_sets_the_order(samples: Library, folder: Path) -> None:
    from sentence_transformers import CrossEncoder

    question = "salinity of the deep water"
    before = search(samples, question, k=12)
    after = reranked(before, question, CrossEncoderReranker(str(folder)))
    own = CrossEncoder(str(folder), device="cpu").predict(
        [(question, f"{h.heading}\n{h.text}".strip()) for h in before]
    )
    expected = [before[place].span for place in sorted(range(len(before)), key=lambda place: -own[place])]
    assert [hit.span for hit in after] == expected
    assert expected != [hit.span for hit in before]


def test_the_setting_reaches_the_command_line_and_says_so(
    sample_home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.cli import app

    monkeypatch.setenv("LEADLINE_HOME", str(sample_home))
    arguments = ["search", "salinity of the deep water", "-k", "3", "--json"]
    plain = json.loads(CliRunner().invoke(app, arguments).stdout)
    assert [hit["reranked"] for hit in plain] == [False] * 3
    monkeypatch.setenv("LEADLINE_RERANKER", str(folder))
    found = json.loads(CliRunner().invoke(app, arguments).stdout)
    assert [hit["reranked"] for hit in found] == [True] * 3
    said = [hit["scores"]["reranker"] for hit in found]
    assert said == sorted(said, reverse=True)


def test_the_setting_reaches_the_assistant(sample_home: Path, folder: Path) -> None:
    from assistant.assistant import Assistant

    with_one = Assistant(Settings(home=sample_home, reranker=str(folder)))
    assert with_one.library.reranker is not None
    assert with_one.library.reranker.name == str(folder)
    assert Assistant(Settings(home=sample_home)).library.reranker is None


def test_the_doctor_looks_for_the_reranker_only_where_one_is_set(tmp_path: Path, folder: Path) -> None:
    def line(name: str) -> list[dict[str, object]]:
        checks = examine(Settings(home=tmp_path / "home", reranker=name, model="embedded"))
        return [check for check in checks if check["name"] == "reranker"]

    assert line("") == []
    assert line(str(folder))[0]["ok"] is True
    missing = line(str(tmp_path / "none"))[0]
    assert missing["ok"] is False
    assert missing["needed"] is True
    assert "no such folder" in str(missing["detail"])
    assert "reranker in leadline.toml" in str(missing["mend"])
    (tmp_path / "empty").mkdir()
    assert "config.json is missing" in str(line(str(tmp_path / "empty"))[0]["detail"])


def test_a_classifier_of_several_outputs_is_no_reranker(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="gives 3 numbers for a passage instead of one"):
        CrossEncoderReranker(str(cross_encoder(tmp_path, 3))).score("q", ["a", "b"])


def test_without_the_setting_nothing_heavy_is_imported() -> None:
    code = (
        "import sys, corpora.reranking as r, tools.documents; r.reranker_named('');"
        "print([m for m in ('torch', 'transformers', 'sentence_transformers', 'huggingface_hub') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
