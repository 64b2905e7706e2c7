"""Read the text of a picture of a page: RapidOCR, whose models lie inside its package. Nothing is downloaded.

The engine finds lines and reads them; here they are turned upright, put into reading order, and joined into a
canonical text whose characters have boxes, so that a span of a scanned page is quoted and marked like any other.
"""

from __future__ import annotations

import importlib.util
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ingest.canonical import canonical
from ingest.columns import reading_order
from ingest.pages import Boxes, ReadPage

#: What mends a missing engine.
INSTALL = "pip install 'leadline[ocr]'"
#: Longest side of the picture that is read, in pixels: at 2 pixels a point, A4 is just under it.
LONG_SIDE = 1750
SCALE = 2.0
#: A line that the engine is less sure of than this is noise: specks, textures, handwriting.
LEAST_SCORE = 0.5
#: Lines read between two signs of life.
STEP = 8
#: Below this a page's text is shown with a warning beside every citation of it.
LOW_CONFIDENCE = 0.85
#: Specks of a letter's size that a page of text has at least; a figure with labelled axes has fewer.
TEXT_SPECKS = 220

Picture = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Line:
    """One line as read. `boxes` has shape (len(text), 4) in pixels of the picture, NaN for spaces."""

    text: str
    score: float
    boxes: Boxes

    @property
    def extent(self) -> tuple[float, float, float, float]:
        x0, y0 = np.nanmin(self.boxes[:, :2], axis=0)
        x1, y1 = np.nanmax(self.boxes[:, 2:], axis=0)
        return float(x0), float(y0), float(x1), float(y1)


def installed() -> bool:
    """Whether the optional engine is there, without loading it."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


class Engine:
    """RapidOCR on the processor, on one thread of its own; loaded when first used (0.6 s, some 300 MB)."""

    def __init__(self) -> None:
        self._engine: Any = None

    def _load(self) -> Any:
        if self._engine is None:
            import rapidocr

            models = Path(rapidocr.__file__).parent / "models"
            paths = {part: next(iter(sorted(models.glob(f"*{part}*.onnx"))), None) for part in ("det", "cls", "rec")}
            if not all(paths.values()):
                # Left to itself it would fetch them; a reader of private documents asks no server.
                raise OSError(f"the package rapidocr holds no models in {models}")
            self._engine = rapidocr.RapidOCR(
                params={
                    "Global.log_level": "critical",
                    "Global.return_word_box": True,
                    "Global.return_single_char_box": True,
                    "Global.use_vertical_padding": False,
                    "Det.model_path": str(paths["det"]),
                    "Cls.model_path": str(paths["cls"]),
                    "Rec.model_path": str(paths["rec"]),
                    # One line at a time: nothing is padded to a longer neighbour, and the memory stays small.
                    "Rec.rec_batch_num": 1,
                    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                }
            )
        return self._engine

    def lines(self, picture: Picture, alive: Callable[[], None] = lambda: None) -> tuple[list[Line], int]:
        """The lines of a picture, and by how many degrees it had to be turned (counter-clockwise) to be read.

        Parameters
        ----------
        picture:
            Shape (height, width, 3), BGR.
        alive:
            Called now and then while it works.
        """
        engine = self._load()
        quads = self._detect(picture)
        turned = 0
        if _stands(quads):
            picture, turned = np.ascontiguousarray(np.rot90(picture)), 90
            quads = self._detect(picture)
        if not len(quads):
            return [], turned
        alive()
        crops = engine.crop_text_regions(picture, quads)
        if self._upside_down(crops):
            height, width = picture.shape[:2]
            picture, turned = np.ascontiguousarray(np.rot90(picture, 2)), turned + 180
            # The corners of a quad go round from its top left, which was its bottom right.
            quads = np.roll(np.array([width, height], np.float32) - quads, 2, axis=1).astype(np.float32)
            crops = engine.crop_text_regions(picture, quads)
        found: list[Line] = []
        for first in range(0, len(crops), STEP):
            found.extend(self._read(crops[first : first + STEP], quads[first : first + STEP]))
            alive()
        return found, turned

    def _detect(self, picture: Picture) -> Picture:
        found = self._load()(picture, use_det=True, use_cls=False, use_rec=False)
        boxes = getattr(found, "boxes", None)
        return np.asarray(boxes, np.float32) if boxes is not None else np.zeros((0, 4, 2), np.float32)

    def _upside_down(self, crops: list[Picture]) -> bool:
        """Whether most of the longest lines stand on their heads; one alone says little."""
        longest = sorted(crops, key=lambda crop: -crop.shape[1] / max(crop.shape[0], 1))[:12]
        _, result = self._load().cls_and_rotate(longest)
        votes = [(score if "180" in label else -score) for label, score in result.cls_res or ()]
        return sum(votes) > 0

    def _read(self, crops: list[Picture], quads: Picture) -> Iterator[Line]:
        engine = self._load()
        result = engine.recognize_txt(list(crops))
        if not result.txts:
            return
        texts, scores = list(result.txts), list(result.scores)
        # Boxes of characters are worked out from where in the line the engine saw each of them.
        words = engine.cal_rec_boxes(crops, quads.copy(), result, True).word_results
        for text, score, parts, quad in zip(texts, scores, words, quads, strict=False):
            if text.strip() and score >= LEAST_SCORE:
                yield Line(text, float(score), _character_boxes(text, parts, quad))


def _stands(quads: Picture) -> bool:
    """Whether most of the text runs up or down the picture."""
    if not len(quads):
        return False
    across = np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1)
    down = np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1)
    tall = down > 1.5 * across
    wide = across > 1.5 * down
    return float(down[tall].sum()) > float(across[wide].sum())


def _character_boxes(text: str, parts: Any, quad: Picture) -> Boxes:
    """A box for each character of a line: as the engine places them, else evenly along the line."""
    boxes = np.full((len(text), 4), np.nan, np.float32)
    at = 0
    placed = [(character, corners) for character, _, corners in parts if corners is not None]
    for index, character in enumerate(text):
        if character.isspace():
            continue
        if at < len(placed) and placed[at][0] == character:
            corners = np.asarray(placed[at][1], np.float32)
            boxes[index] = (*corners.min(axis=0), *corners.max(axis=0))
            at += 1
        else:
            boxes = np.full((len(text), 4), np.nan, np.float32)
            break
    seen = [index for index, character in enumerate(text) if not character.isspace()]
    if np.isnan(boxes[seen]).any():
        start, end = quad[0], quad[1]
        low, high = quad[:, 1].min(), quad[:, 1].max()
        for index in seen:
            left = start[0] + (end[0] - start[0]) * index / len(text)
            right = start[0] + (end[0] - start[0]) * (index + 1) / len(text)
            boxes[index] = (left, low, right, high)
    return boxes


def page_of(number: int, lines: list[Line], turned: int, size: tuple[float, float], scale: float) -> ReadPage:
    """A page made of the lines that were read on its picture.

    Parameters
    ----------
    turned:
        Degrees by which the picture was turned counter-clockwise before its lines were read.
    size:
        Width and height of the page as displayed, in points.
    scale:
        Pixels of the picture for each point.
    """
    width, height = size
    text: list[str] = []
    boxes: list[Boxes] = []
    sizes: list[Boxes] = []
    weights = [(line.score, sum(map(str.isalnum, line.text))) for line in lines]
    usual = float(np.median([line.extent[3] - line.extent[1] for line in lines])) if lines else 0.0
    for row in reading_order([line.extent for line in lines]):
        for place, index in enumerate(row):
            line = lines[index]
            # The height of a line's box wavers with its letters; only what stands out is larger type.
            tall = line.extent[3] - line.extent[1]
            size_pt = (tall if tall > 1.4 * usual else usual) * 0.75 / scale
            text += [" "] if place else []
            text += line.text
            boxes += [np.full((1, 4), np.nan, np.float32)] if place else []
            boxes.append(line.boxes)
            sizes.append(np.full(len(line.text) + bool(place), size_pt, np.float32))
        text.append("\n")
        boxes.append(np.full((1, 4), np.nan, np.float32))
        sizes.append(np.zeros(1, np.float32))
    settled = canonical([ord(c) for c in "".join(text)], [False] * len(text))
    source = np.asarray(settled.source, np.int64)
    raw = np.concatenate(boxes) if boxes else np.zeros((0, 4), np.float32)
    shown = _turned_back(raw / scale, turned, width, height)
    known = sum(weight for _, weight in weights)
    confidence = sum(score * weight for score, weight in weights) / known if known else 0.0
    return ReadPage(
        number=number,
        text=settled.text,
        boxes=shown[source] if len(source) else shown,
        sizes=np.concatenate(sizes)[source] if len(source) else np.zeros(0, np.float32),
        width=width,
        height=height,
        reader="rapidocr",
        ocr_confidence=round(confidence, 3),
    )


def _turned_back(boxes: Boxes, turned: int, width: float, height: float) -> Boxes:
    """Boxes (points) of the turned picture as boxes of the page as displayed."""
    x0, y0, x1, y1 = boxes.T
    if turned == 90:
        shown = (width - y1, x0, width - y0, x1)
    elif turned == 180:
        shown = (width - x1, height - y1, width - x0, height - y0)
    elif turned == 270:
        shown = (y0, height - x1, y1, height - x0)
    else:
        shown = (x0, y0, x1, y1)
    return np.stack(shown, axis=1).astype(np.float32)


def specks(picture: Picture) -> int:
    """How many marks of a letter's size a picture has, at about 1.4 pixels a point: what tells text from figures."""
    import cv2

    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) if picture.ndim == 3 else picture
    shrink = 1200 / max(grey.shape)
    if shrink < 1:
        grey = cv2.resize(grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    ink = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 15)
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    if count <= 1:
        return 0
    wide, tall, area = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT], stats[1:, cv2.CC_STAT_AREA]
    return int(((tall >= 4) & (tall <= 40) & (wide >= 2) & (wide <= 90) & (area >= 8)).sum())


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the engine's own log lines away from whoever reads ours."""
    logger = logging.getLogger("RapidOCR")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def engines() -> int:
    """How many pages are read at once: one thread each, at most four."""
    return max(1, min(os.cpu_count() or 1, 4))
