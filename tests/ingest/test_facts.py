"""Who a document is: its facts, by which reader, its title, cruise and year, its sections."""

from __future__ import annotations

from pathlib import Path

import pypdf
import pypdfium2
import pytest

from corpora.errors import FileDamaged
from corpora.samples import sample_files
from ingest.identity import identify
from ingest.pages import Facts
from ingest.pdf import PdfFile
from ingest.pdf_facts import pdf_date
from ingest.prepare import prepare
from tests.conftest import shared_data
from tests.pdfs import report, write_pdf

SAMPLES = {path.name: path for path in sample_files()}
GUIDE, HF31 = SAMPLES["ctd-netcdf-field-guide.pdf"], SAMPLES["cruise-report-hf31.pdf"]


@pytest.mark.parametrize(
    ("name", "title", "cruise"),
    [
        ("citations-handbook.pdf", "How Leadline judges citations", ""),
        ("cruise-report-hf31.pdf", "Cruise report HF31: the Corvane Ridge section", "HF31"),
        ("cruise-report-ml09.pdf", "RV Marrow Light ML09: a hydrographic survey of the Tessaly Basin", "ML09"),
        ("ctd-netcdf-field-guide.pdf", "A field guide to CTD and NetCDF quality control", ""),
        ("local-models-guide.pdf", "Running language models on your own machine", ""),
    ],
)
def test_a_sample_has_its_title_and_its_cruise_and_no_other(name: str, title: str, cruise: str) -> None:
    document = prepare(SAMPLES[name])
    assert (document.title, document.cruise) == (title, cruise)
    assert (document.text_reader, document.facts_reader, document.notes) == ("pypdfium2", "pypdf", ())


def test_the_printed_page_numbers_of_the_field_guide_are_its_labels() -> None:
    assert [page.label for page in prepare(GUIDE).pages] == ["i", "ii", *"123456789"]


def test_chunks_of_a_sample_stand_under_the_headings_of_its_outline() -> None:
    with PdfFile(HF31) as pdf:
        titles = {title for _, title, _ in pdf.facts().outline}
    document = prepare(HF31)
    under = {chunk.heading.rsplit(" > ", 1)[-1] for chunk in document.chunks if chunk.kind != "furniture"}
    found = sum(any(title in heading or heading in title for heading in under if heading) for title in titles)
    assert len(titles) >= 8
    assert found >= 0.8 * len(titles)


def test_the_same_facts_come_from_pdfium_where_pypdf_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    with PdfFile(GUIDE) as pdf:
        by_pypdf = pdf.facts()

    def refuse(*arguments: object, **options: object) -> None:
        raise pypdf.errors.LimitReachedError("the limit of 75000000 bytes is reached")

    monkeypatch.setattr(pypdf, "PdfReader", refuse)
    with PdfFile(GUIDE) as pdf:
        by_pdfium = pdf.facts()
    assert by_pdfium.reader == "pypdfium2"
    assert "LimitReachedError" in by_pdfium.notes[0]
    for name in ("pages", "title", "author", "created", "keywords", "labels", "encrypted"):
        assert getattr(by_pdfium, name) == getattr(by_pypdf, name), name
    assert [entry[1:] for entry in by_pdfium.outline] == [entry[1:] for entry in by_pypdf.outline]


def test_the_record_says_that_pdfium_gave_the_facts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise pypdf.errors.PdfReadError("no")

    monkeypatch.setattr(pypdf, "PdfReader", refuse)
    document = prepare(report(tmp_path / "a.pdf", "XX12", "The text is still read by pdfium."))
    assert document.facts_reader == "pypdfium2"
    assert document.notes == ("document facts by pypdfium2, pypdf failed (PdfReadError: no)",)
    assert document.title == "Cruise report XX12"


def test_text_comes_from_pypdf_where_pdfium_fails_and_the_record_says_so(monkeypatch, tmp_path: Path) -> None:
    path = report(tmp_path / "a.pdf", "XX12", "The text is now read by pypdf.")

    def refuse(*arguments: object, **options: object) -> None:
        raise pypdfium2.PdfiumError("Failed to load document.")

    monkeypatch.setattr(pypdfium2, "PdfDocument", refuse)
    document = prepare(path)
    assert "The text is now read by pypdf." in document.pages[0].text
    assert document.text_reader == "pypdf"
    assert document.notes == ("text by pypdf, pypdfium2 could not open the file: no highlights",)


def test_one_page_that_pdfium_cannot_read_is_read_by_pypdf(monkeypatch, tmp_path: Path) -> None:
    from ingest import pdf as module

    path = report(tmp_path / "a.pdf", "XX12", "The first page.", pages=3)
    by_pdfium = module.pdfium_page

    def sometimes(document: object, number: int, *layers: bool):
        if number == 2:
            raise pypdfium2.PdfiumError("Failed to load page.")
        return by_pdfium(document, number, *layers)

    monkeypatch.setattr(module, "pdfium_page", sometimes)
    document = prepare(path)
    assert "Cast 2 of XX12 reached 200 dbar." in document.pages[1].text
    assert document.text_reader == "pypdf+pypdfium2"
    assert document.notes == ("text of page 2 by pypdf, pypdfium2 failed there",)


def test_a_file_that_no_reader_opens_is_damaged_and_says_what_pypdf_said(monkeypatch, tmp_path: Path) -> None:
    path = report(tmp_path / "a.pdf", "XX12", "One.")

    def no_pdfium(*arguments: object, **options: object) -> None:
        raise pypdfium2.PdfiumError("Failed to load document.")

    def no_pypdf(*arguments: object, **options: object) -> None:
        raise RecursionError("maximum recursion depth exceeded")

    monkeypatch.setattr(pypdfium2, "PdfDocument", no_pdfium)
    monkeypatch.setattr(pypdf, "PdfReader", no_pypdf)
    with pytest.raises(FileDamaged, match="RecursionError"):
        prepare(path)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Microsoft Word - draft_v3.doc", "Physical oceanography of the Sulder Bank"),
        ("untitled", "Physical oceanography of the Sulder Bank"),
        ("report_final.pdf", "Physical oceanography of the Sulder Bank"),
        ("", "Physical oceanography of the Sulder Bank"),
        ("The Sulder Bank in winter", "The Sulder Bank in winter"),
    ],
)
def test_a_title_that_says_nothing_gives_way_to_the_largest_print(tmp_path: Path, title: str, expected: str) -> None:
    lines = ["Institute of the Sea", "", "Physical oceanography of the Sulder Bank", "", "by nobody", "It was cold."]
    path = write_pdf(tmp_path / "x1.pdf", lines, title=title, sizes=[10, 10, 22, 10, 10, 10])
    assert prepare(path).title == expected


@pytest.mark.parametrize(
    ("file", "cruise", "year"),
    [
        ("GOSHIP_A20_2021_cruise_report.pdf", "A20", "2021"),
        ("SO279_short_cruise_report.pdf", "SO279", ""),
        ("MSM-95-2 report 2020.pdf", "MSM95", "2020"),
        ("salinity_manual.pdf", "", ""),
        ("CTD 2019.pdf", "", "2019"),
    ],
)
def test_cruise_and_year_are_read_from_the_files_name(file: str, cruise: str, year: str) -> None:
    found = identify(file, Facts(pages=1), [])
    assert (found.cruise, found.year) == (cruise, year)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("D:20230614235200Z", "2023-06-14T23:52:00"),
        ("D:20230614", "2023-06-14"),
        ("D:2023", "2023"),
        ("20091206132613+01'00'", "2009-12-06T13:26:13"),
        ("D:00010101", ""),
        ("yesterday", ""),
        (None, ""),
    ],
)
def test_a_pdf_date_becomes_iso_as_far_as_it_goes(value: object, expected: str) -> None:
    assert pdf_date(value) == expected


@pytest.mark.parametrize(
    ("name", "cruise"),
    [
        ("GOSHIP_A20_2021_cruise_report.pdf", "A20"),
        ("GOSHIP_P02W_2022_cruise_report.pdf", "P02W"),
        ("SO279_short_cruise_report.pdf", "SO279"),
        ("S275_cruise_report.pdf", "S275"),
        ("DIMES_JC41_outline.pdf", "JC41"),
    ],
)
def test_real_reports_are_known_by_their_cruise(name: str, cruise: str) -> None:
    assert prepare(shared_data("pdfs", "cruise", name)).cruise == cruise


def test_no_file_of_other_libraries_test_suites_ends_in_anything_but_a_document_or_a_reason() -> None:
    from corpora.errors import ReadError

    outcomes: dict[str, int] = {}
    for path in sorted(shared_data("pdfs", "hard").glob("*.pdf")):
        if path.stat().st_size > 1_000_000:
            continue
        try:
            document = prepare(path)
            outcomes["read"] = outcomes.get("read", 0) + 1
            for chunk in document.chunks:
                text = document.pages[chunk.span.page - 1].text
                assert text[chunk.span.start : chunk.span.end] == chunk.text
        except ReadError as error:
            outcomes[type(error).__name__] = outcomes.get(type(error).__name__, 0) + 1
    assert outcomes["read"] > 50
    assert outcomes["PasswordNeeded"] >= 10
    assert outcomes["FileEmpty"] == 1
