"""Who comes in: two users who cannot see each other's anything, visitors of a public demo, other sites."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.ui.people import Users
from tests.assistant.ui.conftest import Opened, Visitor
from tests.pdfs import report


@pytest.fixture
def pair(opened: Opened, tmp_path: Path) -> tuple[Visitor, Visitor, Path]:
    """Ada and Ben, logged in to the same page, and the page's data folder."""
    users = Users(tmp_path / "users.json")
    users.add("ada", "ada's password")
    users.add("ben", "ben's password")
    app, house = opened(users_file=users.path)
    made = []
    for name in ("ada", "ben"):
        visitor = Visitor(app)
        answer = visitor.http.post("/login", data={"name": name, "password": f"{name}'s password"})
        assert answer.status_code == 303
        made.append(visitor)
    return made[0], made[1], house.settings.home


def test_without_a_login_nothing_is_shown(opened: Opened, tmp_path: Path) -> None:
    users = Users(tmp_path / "users.json")
    users.add("ada", "ada's password")
    app, _ = opened(users_file=users.path)
    stranger = Visitor(app)
    assert stranger.get("/").headers["location"] == "login"
    for path in (
        "/config",
        "/ll/documents",
        "/ll/conversations",
        "/gradio_api/queue/data?session_hash=x",
        "/theme.css",
    ):
        assert stranger.get(path).status_code == 401, path
    assert stranger.post("/ll/ask", {"question": "Who?"}).status_code == 401
    wrong = stranger.http.post("/login", data={"name": "ada", "password": "<b>wrong</b>"})
    assert wrong.status_code == 401
    assert "do not fit" in wrong.text
    assert "<b>wrong" not in wrong.text


def test_two_users_see_nothing_of_each_other(pair: tuple[Visitor, Visitor, Path], tmp_path: Path) -> None:
    ada, ben, _ = pair
    path = report(tmp_path / "secret.pdf", "SX01", "The treasure lies at 12 degrees north.", pages=1)
    ada.http.put("/ll/uploads?name=secret.pdf", content=path.read_bytes())
    for _ in range(600):
        if ada.get("/ll/uploads").json()[0]["state"] == "added":
            break
        import time

        time.sleep(0.05)
    first = ada.ask("Where does the treasure lie?")
    assert "12 degrees north" in first[-1]["html"]
    conversation, turn = first[0]["conversation"], first[0]["turn"]
    document = next(d["id"] for d in ada.get("/ll/documents").json()["documents"] if d["file"] == "secret.pdf")
    upload = ada.get("/ll/uploads").json()[0]["id"]

    assert ben.get("/ll/conversations").json() == []
    assert all(d["file"] != "secret.pdf" for d in ben.get("/ll/documents").json()["documents"])
    assert all("treasure" not in hit["text"] for hit in ben.get("/ll/search?q=treasure north").json())
    for path_ in (
        f"/ll/conversations/{conversation}",
        f"/ll/conversations/{conversation}/export?kind=json",
        f"/ll/documents/{document}/pages/1",
        f"/ll/documents/{document}/pictures/1",
        "/ll/documents/secret.pdf/pages/1",
    ):
        assert ben.get(path_).status_code == 404, path_
    for path_ in (
        f"/ll/conversations/{conversation}/title",
        f"/ll/conversations/{conversation}/branch",
        f"/ll/conversations/{conversation}/note",
        f"/ll/documents/{document}/reread",
    ):
        assert ben.post(path_, {"title": "mine", "upto": 1, "turn": 0, "thumb": "up"}).status_code == 404, path_
    assert ben.get(f"/ll/turns/{turn}").status_code == 400
    assert ben.post(f"/ll/turns/{turn}/stop").status_code == 400
    assert ben.post(f"/ll/uploads/{upload}/cancel").status_code == 400
    assert ben.http.delete(f"/ll/documents/{document}").status_code == 404
    assert ben.http.delete(f"/ll/conversations/{conversation}").status_code == 404
    assert ben.ask("Where?", documents=[document])[-1]["kind"] == "problem"
    asked = ben.post("/ll/ask", {"question": "Where?", "conversation": conversation})
    assert asked.status_code == 404
    assert ada.get(f"/ll/conversations/{conversation}").json()["title"] == "Where does the treasure lie?"


def test_the_session_of_anothers_page_cannot_be_used(pair: tuple[Visitor, Visitor, Path]) -> None:
    ada, ben, _ = pair
    body = {"data": [], "fn_index": 0, "session_hash": "adaspage", "trigger_id": None}
    assert ada.post("/gradio_api/queue/join", body).status_code == 200
    assert ben.post("/gradio_api/queue/join", body).status_code == 403
    assert ben.get("/gradio_api/queue/data?session_hash=adaspage").status_code == 403
    assert ben.get("/gradio_api/heartbeat/adaspage").status_code == 403
    assert ben.post("/gradio_api/reset", {"session_hash": "adaspage", "fn_index": 0}).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file/etc/passwd",
        "/file=/etc/passwd",
        "/gradio_api/info",
        "/gradio_api/openapi.json",
        "/gradio_api/api/predict",
        "/gradio_api/run/compute",
        "/gradio_api/call/compute",
        "/gradio_api/call/compute/abc",
        "/gradio_api/upload_progress?upload_id=1",
        "/gradio_api/proxy=http://203.0.113.1/",
        "/gradio_api/mcp/",
        "/gradio_api/deep_link?session_hash=x",
        "/monitoring",
        "/gradio_api/token",
        "/openapi.json",
        "/docs",
        "/gradio_api/vibe-code/",
    ],
)
def test_routes_of_gradio_that_the_page_does_not_need_are_shut(opened: Opened, path: str) -> None:
    app, _ = opened()
    visitor = Visitor(app)
    assert visitor.get(path).status_code == 404
    assert visitor.post(path).status_code == 404


def test_nothing_of_gradio_can_be_called_by_name(opened: Opened) -> None:
    app, _ = opened()
    config = Visitor(app).get("/config").json()
    assert [d["api_name"] for d in config["dependencies"] if d.get("api_visibility", "public") == "public"] == []


def test_a_page_of_another_site_gets_nothing(opened: Opened) -> None:
    app, _ = opened()
    visitor = Visitor(app)
    other = visitor.http.post("/ll/ask", json={"question": "Who?"}, headers={"origin": "https://evil.example"})
    assert other.status_code == 403
    rebound = visitor.http.get("/ll/documents", headers={"host": "evil.example"})
    assert rebound.status_code == 403


def test_every_answer_forbids_what_comes_from_elsewhere(opened: Opened) -> None:
    app, _ = opened()
    policy = Visitor(app).get("/").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy


def test_a_public_demo_asks_no_address_whatever_the_settings_say(opened: Opened) -> None:
    app, _ = opened(public=True, allow_network=True)
    visitor = Visitor(app)
    visitor.get("/")
    refused = visitor.post("/ll/data/check", {"name": "http://127.0.0.1:9/float.nc"})
    assert refused.status_code == 400
    assert "A public demo asks no addresses." in refused.text


def test_visitors_of_a_public_demo_are_kept_apart_and_told_so(opened: Opened) -> None:
    app, house = opened(public=True)
    one, two = Visitor(app), Visitor(app)
    one.get("/")
    two.get("/")
    conversation = one.ask("Who was the captain of ML09?")[0]["conversation"]
    assert len(one.get("/ll/conversations").json()) == 1
    assert two.get("/ll/conversations").json() == []
    assert two.get(f"/ll/conversations/{conversation}").status_code == 404
    assert "public demo" in one.get("/ll/status").json()["privacy"]
    homes = sorted((house.settings.home / "visitors").iterdir())
    assert len(homes) == 2
    assert house.desks.sweep(now=0) == 0


def test_what_a_visitor_left_behind_is_deleted_after_a_day(opened: Opened) -> None:
    import time

    app, house = opened(public=True)
    visitor = Visitor(app)
    visitor.get("/ll/documents")
    house.desks.close()
    assert house.desks.sweep(now=time.time() + 23 * 3600) == 0
    assert house.desks.sweep(now=time.time() + 25 * 3600) == 1
    assert list((house.settings.home / "visitors").iterdir()) == []


def test_the_audit_log_says_who_did_what_and_nothing_of_what_was_said(pair: tuple[Visitor, Visitor, Path]) -> None:
    ada, _, home = pair
    ada.ask("Who was the captain of ML09?")
    ada.http.post("/login", data={"name": "ada", "password": "ada's passwrod"})
    rows = [json.loads(line) for line in (home / "audit.log").read_text().splitlines()]
    acts = [(row["who"], row["act"]) for row in rows]
    assert ("ada", "ask") in acts
    assert ("local", "wrong password") in acts
    text = (home / "audit.log").read_text()
    for secret in ("captain", "Greycoat", "passwrod", "ada's"):
        assert secret not in text


def test_desks_are_closed_only_where_nobody_works(opened: Opened, monkeypatch) -> None:
    """Ten people are fewer than the desks that stay open; of more, those that nobody came to for long are closed."""
    monkeypatch.setattr("assistant.ui.desks.OPEN", 3)
    _, house = opened(public=True, samples=False)
    closed: list[str] = []
    desks = [house.desks.of(f"visitor {number}") for number in range(2)]
    for desk in desks:
        monkeypatch.setattr(desk, "close", lambda name=desk.owner: closed.append(name))
    house.desks.of("visitor 2")
    assert closed == []
    for desk in desks:
        desk.used -= 1000
    desks[0].answering = 1
    house.desks.of("visitor 3")
    assert closed == ["visitor 1"]
    assert house.desks.of("visitor 0") is desks[0]
