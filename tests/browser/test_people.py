"""A page with users in the browser: the wrong password, two users side by side, a restart in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.ui.people import Users
from tests.browser.conftest import Served, ask, open_tab, ready, serving, visiting

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    place = tmp_path_factory.mktemp("shared")
    users = Users(place / "users.json")
    users.add("ada", "ada's password")
    users.add("ben", "ben's password")
    with serving(place, LEADLINE_USERS_FILE=str(users.path)) as made:
        yield made


def log_in(page, name: str, password: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def test_a_wrong_password_is_refused_in_words(browser, shared: Served) -> None:
    with visiting(browser, shared.url) as page:
        log_in(page, "ada", "not hers at all")
        assert "do not fit" in page.get_by_role("alert").inner_text()
        assert page.locator("#ll-question").count() == 0
        assert page.get_by_label("Name").input_value() == "ada"


def test_two_users_see_nothing_of_each_other(browser, shared: Served) -> None:
    with visiting(browser, shared.url) as ada, visiting(browser, shared.url) as ben:
        for page, name in ((ada, "ada"), (ben, "ben")):
            log_in(page, name, f"{name}'s password")
            ready(page)
            assert name in page.locator("#ll-status").inner_text()
        ask(ada, "Who was the captain of ML09?")
        address = ada.url
        assert "?c=" in address
        picture = ada.locator("#ll-turns .ll-cite").first.get_attribute("data-document")
        ben.goto(address)
        ben.get_by_text("There is no conversation").wait_for()
        assert ben.locator(".ll-answer").count() == 0
        assert "Ask a first question" in ben.locator("#ll-conversations").inner_text()
        statuses = ben.evaluate(
            """async paths => Promise.all(paths.map(async path => (await fetch(path)).status))""",
            [
                f"ll/conversations/{address.split('?c=')[1]}",
                "gradio_api/file=" + str(shared.home / "library.sqlite3"),
                f"gradio_api/file={shared.home}/users",
                "gradio_api/info",
            ],
        )
        assert statuses == [404, 404, 404, 404]
        assert picture
        open_tab(ben, "Settings")
        ben.wait_for_selector("#ll-place .ll-result")
        assert str(shared.home) not in ben.locator("#ll-place").inner_text()
        ben.get_by_role("button", name="Log out").click()
        ben.get_by_label("Password").wait_for()


def test_a_restart_in_the_middle_keeps_what_was_finished(browser, tmp_path: Path) -> None:
    with serving(tmp_path) as first:
        with visiting(browser, first.url) as page:
            ready(page)
            ask(page, "Who was the captain of ML09?")
            name = page.url.split("?c=")[1]
            page.locator("#ll-question-text").fill("Compare the floats of HF31 and ML09. " * 60)
            page.locator("#ll-ask").click()
            page.get_by_text("Searched:").first.wait_for()
    with serving(tmp_path) as again, visiting(browser, f"{again.url}/?c={name}") as page:
        page.wait_for_selector(".ll-answer")
        assert page.locator(".ll-answer").count() in (1, 2)
        assert "Greycoat" in page.locator(".ll-answer").first.inner_text()
        if page.locator(".ll-answer").count() == 1:
            assert page.get_by_role("button", name="Ask it again").is_visible()
