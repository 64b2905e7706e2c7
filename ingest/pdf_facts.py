"""What a PDF says of itself: title, author, date, outline, page labels, and the texts that no page shows."""

from __future__ import annotations

import re
from typing import Any

from ingest.pages import Facts, clean
from ingest.unseen import unseen_texts


def pypdf_facts(reader: Any, pages: int) -> Facts:
    notes: list[str] = []
    meta = reader.metadata or {}
    outline: list[tuple[int, str, int]] = []

    def walk(entries: list[Any], level: int) -> None:
        for entry in entries:
            if len(outline) >= 5000 or level > 20:
                return
            if isinstance(entry, list):
                walk(entry, level + 1)
            else:
                number = reader.get_destination_page_number(entry)
                if number is not None and number >= 0:
                    outline.append((level, clean(entry.title), number + 1))

    try:
        walk(reader.outline, 0)
    except Exception as error:  # noqa: BLE001 - outlines point anywhere; the rest of the facts still count
        notes.append(f"outline not read ({type(error).__name__})")
    try:
        labels = tuple(clean(label) for label in reader.page_labels)
    except Exception as error:  # noqa: BLE001
        labels = ()
        notes.append(f"page labels not read ({type(error).__name__})")
    unseen: tuple[tuple[str, str], ...] = ()
    try:
        unseen = unseen_texts(reader)
    except Exception as error:  # noqa: BLE001 - as above
        notes.append(f"annotations and metadata not read ({type(error).__name__})")
    return Facts(
        unseen=unseen,
        pages=pages,
        title=clean(meta.get("/Title")),
        author=clean(meta.get("/Author")),
        created=pdf_date(meta.get("/CreationDate")),
        keywords=clean(meta.get("/Keywords")),
        outline=tuple(outline),
        labels=labels if len(labels) == pages else (),
        encrypted=bool(reader.is_encrypted),
        reader="pypdf",
        notes=tuple(notes),
    )


def pdfium_facts(document: Any) -> Facts:
    import pypdfium2.raw as raw

    meta = document.get_metadata_dict()
    outline: list[tuple[int, str, int]] = []
    for item in document.get_toc(max_depth=15):
        destination = item.get_dest()
        index = destination.get_index() if destination else None
        if index is not None and len(outline) < 5000:
            outline.append((item.level, clean(item.get_title()), index + 1))
    labels = tuple(clean(document.get_page_label(index)) for index in range(len(document)))
    return Facts(
        pages=len(document),
        title=clean(meta.get("Title")),
        author=clean(meta.get("Author")),
        created=pdf_date(meta.get("CreationDate")),
        keywords=clean(meta.get("Keywords")),
        outline=tuple(outline),
        labels=labels if any(labels) else (),
        encrypted=raw.FPDF_GetSecurityHandlerRevision(document.raw) >= 0,
        reader="pypdfium2",
    )


def pdf_date(value: Any) -> str:
    """A PDF date string as ISO 8601, as far as it goes; '' where it is none.

    >>> pdf_date("D:20091206132613Z00'00'")
    '2009-12-06T13:26:13'
    """
    match = re.match(r"\s*(?:D:)?(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?", str(value or ""))
    if not match:
        return ""
    year, month, day, hour, minute, second = match.groups()
    if not 1900 <= int(year) <= 2999:
        return ""
    date = "-".join(part for part in (year, month, day) if part)
    return f"{date}T{hour}:{minute}:{second or '00'}" if hour and minute and day else date
