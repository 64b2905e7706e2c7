"""The routes of one user: ask, follow, stop, branch, note, export; pages and their boxes; uploads and data files."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from tests.assistant.ui.conftest import Opened, Visitor
from tests.pdfs import report


@pytest.fixture
def visitor(opened: Opened) -> Visitor:
    app, _ = opened()
    return Visitor(app)


def document(visitor: Visitor, file: str) -> str:
    return next(d["id"] for d in visitor.get("/ll/documents").json()["documents"] if d["file"] == file)


def settled(visitor: Visitor, seconds: float = 60) -> list[dict]:
    """The uploads once all have ended."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        rows = visitor.get("/ll/uploads").json()
        if rows and all(row["state"] in ("added", "replaced", "unchanged", "failed", "cancelled") for row in rows):
            return rows
        time.sleep(0.05)
    raise AssertionError(rows)


def test_a_question_makes_a_conversation_that_keeps_its_answer(visitor: Visitor) -> None:
    first, *rest = visitor.ask("Who was the captain of ML09?")
    assert [event["kind"] for event in rest][-1] == "answer"
    assert "Greycoat" in rest[-1]["html"]
    kept = visitor.get(f"/ll/conversations/{first['conversation']}").json()
    assert kept["title"] == "Who was the captain of ML09?"
    assert "Greycoat" in kept["turns"][0]["html"]
    assert kept["running"] is None


def test_a_citation_says_where_its_words_stand(visitor: Visitor) -> None:
    html = visitor.ask("Who was the captain of ML09?")[-1]["html"]
    start = int(html.split('data-start="')[1].split('"')[0])
    end = int(html.split('data-end="')[1].split('"')[0])
    name = html.split('data-document="')[1].split('"')[0]
    page = int(html.split('data-page="')[1].split('"')[0])
    shown = visitor.get(f"/ll/documents/{name}/pages/{page}?start={start}&end={end}").json()
    assert shown["file"] == "cruise-report-ml09.pdf"
    assert len(shown["boxes"]) >= 1
    for x0, y0, x1, y1 in shown["boxes"]:
        assert 0 <= x0 < x1 <= 1
        assert 0 <= y0 < y1 <= 1


def test_a_span_outside_the_text_marks_nothing(visitor: Visitor) -> None:
    name = document(visitor, "cruise-report-ml09.pdf")
    for start, end in ((5, 5), (9, 3), (-4, 3), (0, 10**9)):
        assert visitor.get(f"/ll/documents/{name}/pages/1?start={start}&end={end}").json()["boxes"] == []


def test_a_page_that_does_not_exist_is_not_found(visitor: Visitor) -> None:
    name = document(visitor, "cruise-report-ml09.pdf")
    assert visitor.get(f"/ll/documents/{name}/pages/99").status_code == 404
    assert visitor.get("/ll/documents/nothing/pages/1").status_code == 404
    assert visitor.get(f"/ll/documents/{name}/pictures/1?zoom=77").status_code == 400


def test_a_picture_is_kept_by_the_browser_and_by_nobody_between(visitor: Visitor) -> None:
    answer = visitor.get(f"/ll/documents/{document(visitor, 'cruise-report-ml09.pdf')}/pictures/1")
    assert answer.content[:4] == b"RIFF"
    assert answer.headers["cache-control"].startswith("private")


@pytest.mark.parametrize("question", ["", "   ", "\n"])
def test_an_empty_question_is_refused_and_makes_no_conversation(visitor: Visitor, question: str) -> None:
    answer = visitor.post("/ll/ask", {"question": question})
    assert answer.status_code == 400
    assert answer.json()["message"] == "The question is empty."
    assert visitor.get("/ll/conversations").json() == []


def test_an_unknown_document_is_said_in_the_answer(visitor: Visitor) -> None:
    events = visitor.ask("Who was the captain?", documents=["nothing.pdf"])
    assert events[-1]["kind"] == "problem"
    assert "nothing.pdf" in events[-1]["html"]


def test_a_question_about_a_collection_is_answered_from_it_alone(visitor: Visitor) -> None:
    guide = document(visitor, "local-models-guide.pdf")
    assert visitor.post("/ll/collections", {"name": "models", "documents": [guide]}).json() == {"models": [guide]}
    html = visitor.ask("Who was the captain of ML09?", collections=["models"])[-1]["html"]
    assert "Greycoat" not in html
    assert visitor.post("/ll/ask", {"question": "Who?", "collections": ["gone"]}).status_code == 400


def test_a_stopped_turn_leaves_nothing_behind(opened: Opened, monkeypatch) -> None:
    app, house = opened()
    visitor = Visitor(app)
    entered, go = threading.Event(), threading.Event()
    desk = house.desks.of("")
    stream = desk.assistant.stream

    def slow(*given, **named):
        entered.set()
        go.wait(10)
        yield from stream(*given, **named)

    monkeypatch.setattr(desk.assistant, "stream", slow)
    events: list[dict] = []
    asking = threading.Thread(target=lambda: events.extend(visitor.ask("Who was the captain of ML09?")))
    asking.start()
    assert entered.wait(10)
    other = Visitor(app)
    conversation = other.get("/ll/conversations").json()[0]["id"]
    running = other.get(f"/ll/conversations/{conversation}").json()["running"]
    assert running["question"] == "Who was the captain of ML09?"
    refused = other.post("/ll/ask", {"question": "And its length?", "conversation": conversation})
    assert "being answered" in refused.json()["message"]
    assert other.post(f"/ll/turns/{running['turn']}/stop").status_code == 200
    go.set()
    asking.join(20)
    assert events[-1] == {"kind": "stopped"}
    assert other.get(f"/ll/conversations/{conversation}").json()["turns"] == []


def test_a_turn_can_be_followed_again_from_its_beginning(visitor: Visitor) -> None:
    first, *events = visitor.ask("What is 12 knots in m/s?")
    again = visitor.get(f"/ll/turns/{first['turn']}").text.splitlines()
    assert [json.loads(line) for line in again] == [first, *events]


def test_an_earlier_question_is_asked_differently_in_a_branch(visitor: Visitor) -> None:
    conversation = visitor.ask("Who was the captain of ML09?")[0]["conversation"]
    visitor.ask("What is 1 knot in m/s?", conversation=conversation)
    branch = visitor.post(f"/ll/conversations/{conversation}/branch", {"upto": 1}).json()["id"]
    assert [turn["question"] for turn in visitor.get(f"/ll/conversations/{branch}").json()["turns"]] == [
        "Who was the captain of ML09?"
    ]
    assert len(visitor.get(f"/ll/conversations/{conversation}").json()["turns"]) == 2
    assert visitor.post(f"/ll/conversations/{conversation}/branch", {"upto": "1"}).status_code == 400


def test_a_note_is_kept_with_its_turn(visitor: Visitor) -> None:
    conversation = visitor.ask("What is 1 knot in m/s?")[0]["conversation"]
    said = {"turn": 0, "thumb": "up", "text": "checked <b>by hand</b>"}
    assert visitor.post(f"/ll/conversations/{conversation}/note", said).json() == {
        "thumb": "up",
        "text": "checked <b>by hand</b>",
    }
    assert visitor.get(f"/ll/conversations/{conversation}").json()["notes"] == [said]
    assert visitor.post(f"/ll/conversations/{conversation}/note", {"turn": 7, "thumb": "up"}).status_code == 400


@pytest.mark.parametrize(
    ("kind", "words"),
    [("markdown", "## References"), ("json", '"question"'), ("bibtex", "@techreport{"), ("csl", '"type": "report"')],
)
def test_a_conversation_is_exported(visitor: Visitor, kind: str, words: str) -> None:
    conversation = visitor.ask("Who was the captain of ML09?")[0]["conversation"]
    answer = visitor.get(f"/ll/conversations/{conversation}/export?kind={kind}")
    assert words in answer.text
    assert "attachment" in answer.headers["content-disposition"]
    assert visitor.get(f"/ll/conversations/{conversation}/export?kind=exe").status_code == 400


def test_a_deleted_conversation_is_not_found(visitor: Visitor) -> None:
    conversation = visitor.ask("What is 1 knot in m/s?")[0]["conversation"]
    assert visitor.http.delete(f"/ll/conversations/{conversation}").status_code == 200
    assert visitor.get(f"/ll/conversations/{conversation}").status_code == 404


def test_an_upload_is_read_and_a_second_one_said_to_be_there(visitor: Visitor, tmp_path: Path) -> None:
    path = report(tmp_path / "a.pdf", "GR77", "The tide gauge at Gull Rock was replaced on 3 May.", pages=2)
    assert visitor.http.put("/ll/uploads?name=a.pdf", content=path.read_bytes()).status_code == 200
    assert [(row["state"], row["pages"]) for row in settled(visitor)] == [("added", 2)]
    visitor.http.put("/ll/uploads?name=b.pdf", content=path.read_bytes())
    again = settled(visitor)[-1]
    assert again["state"] == "unchanged"
    assert "already" in again["reason"]
    assert list((visitor_home(visitor) / "uploads").iterdir()) == []


def visitor_home(visitor: Visitor) -> Path:
    return Path(visitor.get("/ll/documents").json()["storage"]["folder"])


@pytest.mark.parametrize(
    "name", ["../../evil.pdf", "..%2f..%2fevil.pdf", "/etc/passwd", "a\\..\\b.pdf", ".", "", "\u202e.pdf"]
)
def test_a_name_of_an_upload_never_leaves_its_folder(visitor: Visitor, name: str) -> None:
    answer = visitor.http.put("/ll/uploads", params={"name": name}, content=b"no pdf")
    assert answer.status_code == 200
    assert settled(visitor)[-1]["state"] == "failed"
    home = visitor_home(visitor)
    assert not (home.parent / "evil.pdf").exists()
    assert not (home / "evil.pdf").exists()


def test_an_upload_over_the_limit_is_refused_before_it_is_sent(opened: Opened) -> None:
    app, _ = opened(max_file_mib=1)
    answer = Visitor(app).http.put("/ll/uploads?name=a.pdf", content=b"x" * (2**20 + 1))
    assert answer.status_code == 429
    assert "1 MiB is the limit" in answer.json()["message"]


def test_a_document_removed_is_out_of_its_collections(visitor: Visitor) -> None:
    guide = document(visitor, "local-models-guide.pdf")
    visitor.post("/ll/collections", {"name": "models", "documents": [guide]})
    assert visitor.http.delete(f"/ll/documents/{guide}").status_code == 200
    left = visitor.get("/ll/documents").json()
    assert len(left["documents"]) == 4
    assert left["collections"] == {}


def test_passages_are_found_in_the_texts(visitor: Visitor) -> None:
    hits = visitor.get("/ll/search?q=captain Anselm Greycoat").json()
    assert hits[0]["file"] == "cruise-report-ml09.pdf"
    assert visitor.get("/ll/search?q=").json() == []


def test_a_netcdf_file_is_checked_and_its_report_runs_no_script(visitor: Visitor, tmp_path: Path) -> None:
    from assistant.ui.sample_cast import write_sample_cast

    write_sample_cast(tmp_path / "cast.nc")
    assert visitor.http.put("/ll/data?name=cast.nc", content=(tmp_path / "cast.nc").read_bytes()).json() == {
        "name": "cast.nc"
    }
    assert visitor.get("/ll/data").json() == ["cast.nc"]
    found = visitor.post("/ll/data/check", {"name": "cast.nc"}).json()
    named = {finding["id"] for finding in found["findings"]}
    assert {"lon-range:longitude", "fill-undeclared:oxygen", "units-values:temperature", "spike:salinity"} <= named
    page = visitor.get(f"/ll/reports/{next(n for n in found['reports'] if n.endswith('.html'))}")
    assert "sandbox" in page.headers["content-security-policy"]
    html = visitor.ask("Check the file cast.nc: what is wrong with it?")[-1]["html"]
    assert "check_netcdf" in html


@pytest.mark.parametrize("name", ["../library.sqlite3", "..%2flibrary.sqlite3", "cast.txt", "", ".nc"])
def test_a_data_file_that_is_none_is_refused(visitor: Visitor, name: str) -> None:
    assert visitor.http.put("/ll/data", params={"name": name}, content=b"x").status_code == 400
    assert visitor.post("/ll/data/check", {"name": name}).status_code == 400


def test_an_address_is_not_asked_unless_the_settings_allow_it(visitor: Visitor) -> None:
    refused = visitor.post("/ll/data/check", {"name": "http://127.0.0.1:9/float.nc"})
    assert refused.status_code == 422
    assert "allow_network in the settings" in refused.text


@pytest.mark.parametrize("name", ["../page.py", "..%2fserver.py", "nothing.js", "chat.py"])
def test_only_scripts_and_styles_are_served(visitor: Visitor, name: str) -> None:
    assert visitor.get(f"/ll/static/{name}").status_code in (404, 422)
