"""Which pages of a PDF have no text that could be used, and reading them by OCR instead."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from corpora.errors import OcrMissing
from ingest import ocr
from ingest.pages import ReadPage
from ingest.pdf import PdfFile
from ingest.pdf_draw import PageDrawer

#: Letters and digits below which a page counts as having no text of its own.
FEW_LETTERS = 8
#: A page with fewer letters than this may still be a scan with a stamp or a page number laid over it.
STAMP_LETTERS = 200
#: Share of a page's visible characters that may be unreadable before its text counts as broken.
MOST_BROKEN = 0.25
#: Share of the page that a picture covers to make a scan of it.
SCAN_SHARE = 0.8


@dataclass(frozen=True)
class Scans:
    """What OCR did to a document: its pages, some read anew, what the record says, and whether OCR had its turn."""

    pages: tuple[ReadPage, ...]
    notes: tuple[str, ...] = ()
    tried: bool = True


def broken(text: str) -> bool:
    """Whether a text layer is garbage: characters without a meaning where letters should be.

    >>> broken("A page of text."), broken("\ue001\ue002\ue003 \ufffd\ufffd a")
    (False, True)
    """
    visible = [c for c in text if not c.isspace()]
    return bool(visible) and sum(map(_meaningless, visible)) > MOST_BROKEN * len(visible)


def _meaningless(character: str) -> bool:
    return character == "\ufffd" or "\ue000" <= character <= "\uf8ff" or character >= "\U000f0000"


def letters(text: str) -> int:
    return sum(c.isalnum() and not _meaningless(c) for c in text)


def candidates(drawer: PageDrawer, pages: Sequence[ReadPage]) -> list[int]:
    """Numbers of the pages whose text layer cannot be used: none, garbage, or a stamp over a scan."""
    found = []
    for page in pages:
        count = letters(page.text)
        stamped = FEW_LETTERS <= count < STAMP_LETTERS and drawer.picture_share(page.number) >= SCAN_SHARE
        if count < FEW_LETTERS or broken(page.text) or stamped:
            found.append(page.number)
    return found


def read_scans(
    pdf: PdfFile,
    pages: Sequence[ReadPage],
    mode: str,
    alive: Callable[[int, int], None] = lambda done, total: None,
) -> Scans:
    """Read the pages that need it by OCR.

    Parameters
    ----------
    mode:
        `auto` and `on` read the pages that have no text of their own, `force` reads every page, `off` none.
    alive:
        Called with (pages done, pages that are read) while it works.
    """
    drawer = pdf.drawing()
    if mode == "off" or drawer is None:
        return Scans(tuple(pages), tried=False)
    wanted = [page.number for page in pages] if mode == "force" else candidates(drawer, pages)
    if not wanted:
        return Scans(tuple(pages))
    if not ocr.installed():
        if mode in ("on", "force"):
            raise OcrMissing(
                f"{pdf.name}: OCR is asked for, and is not installed.",
                f'Install it with {ocr.INSTALL}, or set ocr = "auto".',
            )
        drawn = [number for number in wanted if not drawer.blank(number)]
        note = f"{page_list(drawn)} not read: no usable text layer, and OCR is not installed ({ocr.INSTALL}, then "
        return Scans(tuple(pages), (note + "ingest again with --ocr force)",) if drawn else (), tried=False)
    held = {page.number: page for page in pages}
    mostly_text = len(wanted) < 0.5 * len(pages) and mode != "force"

    def specks_needed(number: int) -> int:
        # Among pages of text one without any is a figure drawn in lines, unless it looks like text or is one picture.
        figure = mostly_text and not broken(held[number].text) and drawer.picture_share(number) < SCAN_SHARE
        return ocr.TEXT_SPECKS if figure else 1

    read = _read(drawer, wanted, specks_needed, alive)
    # A scan's own layer, however poor, is kept where OCR saw less than it.
    taken = {
        number: page
        for number, page in read.items()
        if letters(page.text) > (0 if mode == "force" or broken(held[number].text) else letters(held[number].text))
    }
    if not taken:
        return Scans(tuple(pages))
    low = [number for number in sorted(taken) if (taken[number].ocr_confidence or 0) < ocr.LOW_CONFIDENCE]
    sure = sum(page.ocr_confidence or 0 for page in taken.values()) / len(taken)
    notes = [f"{page_list(sorted(taken))} read by OCR ({int(100 * sure)} % sure)"]
    if low:
        notes.append(f"OCR was unsure of {page_list(low)}: compare quotations with the page")
    return Scans(tuple(taken.get(page.number, page) for page in pages), tuple(notes))


def _read(
    drawer: PageDrawer, wanted: list[int], least: Callable[[int], int], alive: Callable[[int, int], None]
) -> dict[int, ReadPage]:
    """Pages by number; one thread and one engine for each core, pictures only as far ahead as there are threads."""
    done: dict[int, ReadPage] = {}
    finished = 0
    local = threading.local()
    guard = threading.Lock()

    def breathe() -> None:
        with guard:
            alive(finished, len(wanted))

    def one(number: int, picture: Any, scale: float) -> ReadPage:
        if not hasattr(local, "engine"):
            local.engine = ocr.Engine()
        lines, turned = local.engine.lines(picture, breathe)
        return ocr.page_of(number, lines, turned, drawer.size(number), scale)

    with ThreadPoolExecutor(min(ocr.engines(), len(wanted)), "leadline-ocr") as pool:
        running: set[Future[ReadPage]] = set()

        def collect(all_of_them: bool) -> None:
            nonlocal finished, running
            while running and (all_of_them or len(running) >= ocr.engines()):
                ready, running = wait(running, return_when=FIRST_COMPLETED)
                for future in ready:
                    page = future.result()
                    done[page.number] = page
                    finished += 1
                breathe()

        for number in wanted:
            collect(all_of_them=False)
            picture, scale = drawer.picture(number, ocr.SCALE, ocr.LONG_SIDE)
            if not picture.size or ocr.specks(picture) < least(number):
                finished += 1
                continue
            running.add(pool.submit(one, number, picture, scale))
        collect(all_of_them=True)
    return done


def page_list(numbers: Sequence[int]) -> str:
    """`page 3`, `pages 1 to 4, 9`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    parts = [str(a) if a == b else f"{a} to {b}" for a, b in runs[:8]]
    more = " and more" if len(runs) > 8 else ""
    return f"{'page' if len(numbers) == 1 else 'pages'} {', '.join(parts)}{more}"
