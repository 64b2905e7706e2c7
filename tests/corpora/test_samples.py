"""The sample documents: sound PDFs, true figures, and questions whose evidence stands where they say."""

from __future__ import annotations

import csv
import re
import shutil
from functools import cache
from pathlib import Path

import pypdfium2
import pytest

from corpora.samples import FOLDER, build, sample_files, sample_questions

GUIDE = "ctd-netcdf-field-guide.pdf"
HANDBOOK = "citations-handbook.pdf"
HF31 = "cruise-report-hf31.pdf"
ML09 = "cruise-report-ml09.pdf"
MODELS = "local-models-guide.pdf"
MARK = "INVENTED EXAMPLE: no such cruise took place"
KINDS = {
    "single_fact",
    "list",
    "numeric",
    "multi_doc",
    "source_inconsistency",
    "false_premise",
    "unanswerable",
}


@cache
def opened(name: str) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(FOLDER / name)


def flat(text: str) -> str:
    """One line: words divided at a line end joined, white space collapsed."""
    return re.sub(r"\s+", " ", re.sub("\x02\\s*", "", text)).strip()


@cache
def pages(name: str) -> tuple[str, ...]:
    return tuple(flat(page.get_textpage().get_text_bounded()) for page in opened(name))


def as_list(value: object) -> list:
    return value if isinstance(value, list) else [value]


def stations(cruise: str) -> list[dict[str, str]]:
    with (FOLDER / f"{cruise}-stations.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


# The documents


def test_the_package_holds_the_five_documents_in_order_of_name() -> None:
    assert [path.name for path in sample_files()] == [HANDBOOK, HF31, ML09, GUIDE, MODELS]
    assert [path.stem for path in sample_files()] == sorted(build.DOCUMENTS)


def test_together_they_have_between_28_and_40_pages_and_no_page_is_empty() -> None:
    counts = {name: len(pages(name)) for name in (HANDBOOK, HF31, ML09, GUIDE, MODELS)}
    assert counts == {HANDBOOK: 6, HF31: 7, ML09: 4, GUIDE: 11, MODELS: 5}
    assert all(len(text) > 150 for name in counts for text in pages(name))


@pytest.mark.parametrize(
    ("name", "title", "author"),
    [
        (HANDBOOK, "How Leadline judges citations", "The Leadline authors"),
        (HF31, "Cruise report HF31: the Corvane Ridge section", "Ilse Farrowmark, Naveen Thistlewood"),
        (ML09, "RV Marrow Light ML09: a hydrographic survey of the Tessaly Basin", "Teodor Vashti-Lunn"),
        (GUIDE, "A field guide to CTD and NetCDF quality control", "The Leadline authors"),
        (MODELS, "Running language models on your own machine", "The Leadline authors"),
    ],
)
def test_each_document_has_title_author_keywords_date_and_an_outline(name: str, title: str, author: str) -> None:
    facts = opened(name).get_metadata_dict()
    assert (facts["Title"], facts["Author"]) == (title, author)
    assert len(facts["Keywords"].split(", ")) >= 5
    assert facts["CreationDate"].startswith("D:20")
    assert len(list(opened(name).get_toc())) >= 8


def test_the_field_guide_counts_its_front_matter_in_roman_numerals() -> None:
    labels = [opened(GUIDE).get_page_label(index) for index in range(11)]
    assert labels == ["i", "ii", *"123456789"]


def test_a_long_table_runs_over_a_page_break_and_repeats_its_header() -> None:
    header = "Standard name Canonical unit Usual unit"
    here = [number for number, text in enumerate(pages(GUIDE), start=1) if header in text]
    assert here == [8, 9]
    assert "sea_water_pressure dbar dbar" in pages(GUIDE)[7]
    assert "sea_water_turbidity 1 1" in pages(GUIDE)[8]


@pytest.mark.parametrize(
    ("name", "page", "row"),
    [
        (HF31, 3, "HF31-024 2023-06-14 23:52 871 871 58° 01.61′ N 035° 25.78′ W 8"),
        (ML09, 2, "ML09-014 2024-10-21 10:50 4,395 4,464 38° 41.25′ S 104° 08.97′ W"),
        (GUIDE, 8, "Practical salinity 1 2 to 42 30 to 38"),
        (MODELS, 3, "Q4_K_M 4.89 4.91 4.58 the usual choice"),
        (HANDBOOK, 4, "6 “The deep cast at station 7 reached 5,120 bar” approximate A unit differs"),
    ],
)
def test_a_row_of_a_table_reads_as_one_line(name: str, page: int, row: str) -> None:
    assert row in pages(name)[page - 1]


def test_the_ml09_report_is_set_in_two_columns() -> None:
    page = opened(ML09)[2]
    middle = page.get_width() / 2
    text = page.get_textpage()
    boxes = [text.get_rect(index) for index in range(text.count_rects())]
    # Between the running head and the float table, no line may cross the gutter.
    body = [box for box in boxes if 250 < box[1] < page.get_height() - 80]
    left = [box for box in body if box[2] < middle]
    right = [box for box in body if box[0] > middle]
    assert len(left) > 20
    assert len(right) > 20
    assert len(left) + len(right) == len(body)


@pytest.mark.parametrize(
    ("name", "page", "symbols"),
    [
        (GUIDE, 3, "𝜕𝑝"),
        (GUIDE, 4, "∑"),
        (GUIDE, 6, "𝛼 𝜕Θ"),
        (HF31, 4, "1.000061"),
        (ML09, 3, "ΔΘ"),
        (MODELS, 1, "𝑛kv"),
    ],
)
def test_equations_are_set_as_mathematics(name: str, page: int, symbols: str) -> None:
    assert symbols in pages(name)[page - 1]


@pytest.mark.parametrize("name", [HF31, ML09])
def test_each_page_of_an_invented_report_says_so_at_head_and_foot(name: str) -> None:
    for page in opened(name):
        width, height = page.get_size()
        text = page.get_textpage()
        head = flat(text.get_text_bounded(left=0, right=width, bottom=height - 60, top=height))
        foot = flat(text.get_text_bounded(left=0, right=width, bottom=0, top=60))
        assert MARK in head
        assert MARK in foot


def test_the_other_documents_do_not_call_themselves_invented() -> None:
    assert not any(MARK in text for name in (HANDBOOK, GUIDE, MODELS) for text in pages(name))


# The figures in them


@pytest.mark.parametrize(("cruise", "casts", "samplers"), [("hf31", 24, 456), ("ml09", 14, 504)])
def test_the_station_tables_add_up_to_what_the_reports_say(cruise: str, casts: int, samplers: int) -> None:
    rows = stations(cruise)
    assert len(rows) == casts
    assert sum(int(row["bottles"]) for row in rows) == samplers
    assert [row["cast"] for row in rows] == [f"{cruise.upper()}-{index:03d}" for index in range(1, casts + 1)]
    times = [row["date"] + row["utc"] for row in rows]
    assert times == sorted(times)


@pytest.mark.parametrize(("cruise", "cast", "depth"), [("hf31", "HF31-017", 4612), ("ml09", "ML09-011", 5381)])
def test_the_cast_that_a_report_calls_deepest_is_the_deepest(cruise: str, cast: str, depth: int) -> None:
    deepest = max(stations(cruise), key=lambda row: number(row["depth_m"]))
    assert (deepest["cast"], number(deepest["depth_m"])) == (cast, depth)


@pytest.mark.parametrize("cruise", ["hf31", "ml09"])
def test_each_cast_ended_8_to_12_m_above_the_bottom_by_its_pressure(cruise: str) -> None:
    gsw = pytest.importorskip("gsw")
    for row in stations(cruise):
        degrees = float(row["latitude"][:2]) + float(row["latitude"][4:9]) / 60
        reached = -float(gsw.z_from_p(number(row["pressure_dbar"]), degrees))
        assert 7 <= number(row["depth_m"]) - reached <= 13, row["cast"]


def test_hf31_contradicts_itself_about_its_floats_and_ml09_does_not() -> None:
    assert "six profiling floats were deployed" in pages(HF31)[1]
    assert len(set(re.findall(r"AF-22\d\d", " ".join(pages(HF31))))) == 5
    assert "Eight profiling floats were deployed." in pages(ML09)[0]
    assert len(set(re.findall(r"(?:AF-23|DF-0)\d\d", " ".join(pages(ML09))))) == 8


def test_the_depths_of_the_field_guide_are_those_of_teos_10() -> None:
    gsw = pytest.importorskip("gsw")
    for pressure in (100, 500, 1000, 2000, 4000, 6000):
        depths = [-float(gsw.z_from_p(pressure, latitude)) for latitude in (0, 30, 45, 60)]
        assert f"{pressure:,} " + " ".join(f"{depth:,.1f}" for depth in depths) in pages(GUIDE)[2]


def test_the_oxygen_saturation_of_the_field_guide_is_that_of_teos_10() -> None:
    gsw = pytest.importorskip("gsw")
    row = [f"{float(gsw.O2sol_SP_pt(35, t)):.1f}" for t in (-1.8, 0, 5, 10, 15, 20, 25, 30)]
    assert "Oxygen " + " ".join(row) in pages(GUIDE)[4]


def test_the_worked_figures_of_the_field_guide_are_right() -> None:
    gsw = pytest.importorskip("gsw")
    text = " ".join(pages(GUIDE))
    potential = float(gsw.pt0_from_t(35.0, 2.5, 5000))
    assert f"has a potential temperature of {potential:.3f} °C" in text
    squared, _ = gsw.Nsquared([35.0, 35.0], [10.0, 9.0], [200.0, 250.0], lat=45)
    assert f"𝑁2 is {float(squared[0]) * 1e5:.1f} × 10 −5 s−2" in text
    moles = (0.9123 - 0.0012) * 1e-3 * 0.1400 / 4 - 7.6e-8
    litre = moles / 0.14035 * 1e6
    assert f"the concentration is {litre:.1f} µmol/l" in text
    assert f"that is {litre / 1.0262:.1f} µmol/kg" in text


@pytest.mark.parametrize(
    ("model", "per_token"),
    [("Qwen 2.5 7B", 57344), ("Llama 3.2 3B", 114688), ("Llama 3.1 8B", 131072), ("Llama 3.1 70B", 327680)],
)
def test_the_cache_table_follows_from_the_bytes_per_token(model: str, per_token: int) -> None:
    row = re.search(rf"{model} {per_token:,} ([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+)", pages(MODELS)[1])
    assert row is not None
    expected = [per_token * tokens / 2**30 for tokens in (4096, 8192, 32768, 131072)]
    assert [float(cell) for cell in row.groups()] == pytest.approx(expected, abs=0.0006)


@pytest.mark.parametrize(
    ("name", "bits"),
    [
        ("F16", 16.0005),
        ("Q8_0", 8.5008),
        ("Q6_K", 6.5633),
        ("Q5_K_M", 5.7036),
        ("Q4_K_M", 4.8944),
        ("Q2_K", 3.1593),
    ],
)
def test_the_sizes_of_the_formats_follow_from_their_bits(name: str, bits: float) -> None:
    size = 8_030_261_248 * bits / 8
    assert f"{name} {bits:.2f} {size / 1e9:.2f} {size / 2**30:.2f}" in pages(MODELS)[2]


# The questions


def test_there_are_at_least_40_questions_of_all_seven_kinds_with_ids_in_order() -> None:
    questions = sample_questions()
    assert len(questions) >= 40
    assert {question["kind"] for question in questions} == KINDS
    assert [question["id"] for question in questions] == [f"sq{index:03d}" for index in range(1, len(questions) + 1)]
    assert len({question["question"] for question in questions}) == len(questions)


@pytest.mark.parametrize("question", sample_questions(), ids=lambda question: question["id"])
def test_every_piece_of_evidence_stands_on_its_page(question: dict) -> None:
    assert set(question) == {"id", "question", "kind", "file", "answer", "evidence", "page"}
    assert question["answer"]
    files = as_list(question["file"])
    assert {FOLDER / name for name in files} <= set(sample_files())
    if question["kind"] == "unanswerable":
        assert (question["evidence"], question["page"]) == ([], [])
        return
    evidence, numbers = as_list(question["evidence"]), as_list(question["page"])
    assert len(files) == len(evidence) == len(numbers) >= 1
    for name, words, page in zip(files, evidence, numbers, strict=True):
        assert words == flat(words)
        assert words in pages(name)[page - 1]


def test_questions_over_several_documents_name_several() -> None:
    spread = [len(set(as_list(q["file"]))) for q in sample_questions() if q["kind"] == "multi_doc"]
    assert len(spread) >= 5
    assert min(spread) >= 2


# The build


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The sources and PDFs in a folder that may be changed."""
    pytest.importorskip("typst", reason="building the samples needs typst (pip install -e .[dev])")
    folder = tmp_path / "samples"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_the_committed_pdfs_follow_from_their_sources(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("typst", reason="building the samples needs typst (pip install -e .[dev])")
    assert build.main(["--check"]) == 0
    assert capsys.readouterr().out == "5 sample documents agree with their sources.\n"


def test_two_builds_give_the_same_bytes(copy: Path) -> None:
    for name in build.DOCUMENTS:
        assert build.compile_document(name, copy) == build.compile_document(name, copy)


def test_the_check_names_the_page_whose_text_changed(copy: Path) -> None:
    source = copy / "cruise-report-ml09.typ"
    source.write_text(source.read_text("utf-8").replace("numbered six", "numbered nine"), "utf-8")
    assert build.check(copy) == ["cruise-report-ml09.pdf: the text of page 1 differs"]


def test_the_check_sees_a_change_of_title(copy: Path) -> None:
    source = copy / "local-models-guide.typ"
    source.write_text(source.read_text("utf-8").replace('title: "Running', 'title: "Walking'), "utf-8")
    [problem] = build.check(copy)
    assert problem.startswith("local-models-guide.pdf: title, author and keywords are ('Walking language")


def test_the_check_names_a_missing_pdf(copy: Path) -> None:
    (copy / HANDBOOK).unlink()
    assert build.check(copy) == [f"{HANDBOOK} is missing"]


def test_a_source_that_does_not_compile_is_named_with_the_place(copy: Path) -> None:
    (copy / "citations-handbook.typ").write_text("#figure(", "utf-8")
    with pytest.raises(build.ToolError, match=r"(?s)citations-handbook\.typ does not compile.*unclosed"):
        build.compile_document("citations-handbook", copy)


def test_build_writes_every_pdf_anew(copy: Path) -> None:
    for path in copy.glob("*.pdf"):
        path.unlink()
    assert [path.name for path in build.build(copy)] == [HANDBOOK, HF31, ML09, GUIDE, MODELS]
    assert build.check(copy) == []
