"""Compile the sample documents: `python -m corpora.samples.build [--check]`.

Without `--check` every PDF is written beside its source. With it, every document is compiled in memory and
compared with the committed PDF: number of pages, text of each page, title, author and keywords. Bytes are not
compared, because another release of Typst may lay out the same text in other bytes. Within one release the
same source gives the same bytes: the date is fixed, and only the fonts that Typst brings along are used.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from corpora.errors import LeadlineError, ToolError
from corpora.samples import FOLDER

DOCUMENTS = (
    "citations-handbook",
    "cruise-report-hf31",
    "cruise-report-ml09",
    "ctd-netcdf-field-guide",
    "local-models-guide",
)

#: Stands in every PDF as its date of creation, so that two builds are the same.
TIMESTAMP = datetime(2026, 9, 1, tzinfo=UTC)


def compile_document(name: str, folder: Path = FOLDER) -> bytes:
    """The PDF of one document of `DOCUMENTS`.

    Raises ToolError where Typst is not installed or the source does not compile.
    """
    try:
        import typst
    except ImportError as error:
        raise ToolError("Building the samples needs Typst.", "Run `pip install -e .[dev]`.") from error
    source = folder / f"{name}.typ"
    try:
        return typst.compile(source, root=folder, ignore_system_fonts=True, format="pdf", timestamp=TIMESTAMP)
    except typst.TypstError as error:
        raise ToolError(f"{source.name} does not compile:\n{error.diagnostic}", "Mend the source.") from error


def content(pdf: bytes) -> tuple[list[str], tuple[str, ...]]:
    """What a reader sees of a PDF: the text of each page, and (title, author, keywords)."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [page.get_textpage().get_text_bounded() for page in document]
        metadata = document.get_metadata_dict()
    finally:
        document.close()
    return pages, tuple(metadata.get(key, "") for key in ("Title", "Author", "Keywords"))


def differences(built: bytes, committed: bytes) -> list[str]:
    """Each way in which two PDFs differ for a reader, as a phrase; empty where they agree.

    A PDF that is the same in every byte is not read at all.
    """
    if built == committed:
        return []
    (new_pages, new_facts), (old_pages, old_facts) = content(built), content(committed)
    found = []
    if len(new_pages) != len(old_pages):
        found.append(f"{len(new_pages)} pages instead of {len(old_pages)}")
    found += [
        f"the text of page {number} differs"
        for number, (new, old) in enumerate(zip(new_pages, old_pages, strict=False), start=1)
        if new != old
    ]
    if new_facts != old_facts:
        found.append(f"title, author and keywords are {new_facts} instead of {old_facts}")
    return found


def build(folder: Path = FOLDER) -> list[Path]:
    """Write every PDF beside its source and return the paths."""
    written = []
    for name in DOCUMENTS:
        path = folder / f"{name}.pdf"
        path.write_bytes(compile_document(name, folder))
        written.append(path)
    return written


def check(folder: Path = FOLDER) -> list[str]:
    """One line for each committed PDF that is missing or does not follow from its source."""
    problems = []
    for name in DOCUMENTS:
        path = folder / f"{name}.pdf"
        if not path.is_file():
            problems.append(f"{path.name} is missing")
            continue
        problems += [f"{path.name}: {text}" for text in differences(compile_document(name, folder), path.read_bytes())]
    return problems


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0: done, or all agree; 1: something differs or does not compile."""
    parser = argparse.ArgumentParser(prog="python -m corpora.samples.build", description="Build the samples.")
    parser.add_argument("--check", action="store_true", help="compare with the committed PDFs, write nothing")
    options = parser.parse_args(arguments)
    try:
        if not options.check:
            for path in build():
                print(f"{path.name}: {path.stat().st_size:,} bytes")
            return 0
        problems = check()
    except LeadlineError as error:
        print(error, file=sys.stderr)
        return 1
    if problems:
        print(*problems, "Run `python -m corpora.samples.build` and commit the PDFs.", sep="\n", file=sys.stderr)
        return 1
    print(f"{len(DOCUMENTS)} sample documents agree with their sources.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
