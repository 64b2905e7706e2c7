"""A citation of a scanned page says how sure OCR was of it."""

from __future__ import annotations

import json
from pathlib import Path

import pypdfium2
import pytest

from assistant.assistant import Assistant
from assistant.settings import load
from assistant.turn import Turn
from corpora.samples import sample_files
from ingest.pipeline import find_files, ingest

pytest.importorskip("rapidocr", reason="needs leadline[ocr]")


@pytest.mark.parametrize("scanned", [True, False])
def test_a_citation_carries_how_sure_ocr_was_of_its_page(tmp_path: Path, scanned: bool) -> None:
    source = next(file for file in sample_files() if "hf31" in file.name)
    if scanned:
        document = pypdfium2.PdfDocument(source)
        picture = document[1].render(scale=2).to_pil().convert("L")
        document.close()
        source = tmp_path / "scan.pdf"
        picture.crop((0, 0, picture.width, 700)).save(source, resolution=144)
    assistant = Assistant(load(home=tmp_path / "home", model="embedded"))
    assert [result.status for result in ingest(assistant.library, find_files([source]))] == ["added"]
    turn = assistant.ask("Who was the chief scientist of the cruise HF31?")
    citations = [one for statement in turn.to_json()["statements"] for one in statement["citations"]]
    assert any("Farrowmark" in one["quote"] for one in citations)
    for one in citations:
        assert (one["ocr_confidence"] is not None) == scanned
        assert one["ocr_confidence"] is None or 0.9 < one["ocr_confidence"] <= 1
    assert Turn.from_json(json.loads(json.dumps(turn.to_json()))) == turn
    assistant.library.close()
