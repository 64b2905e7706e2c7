"""What may be shown: Markdown without images, HTML or links that nobody vouched for, in a parser and in a browser."""

from __future__ import annotations

import re
import shutil
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from guards.output import clean_markdown, plain, plain_title, urls_in
from tests.guards.torture import CASES, HOST

GOOD = "https://data.example/cruise?id=12"


def rendered(text: str) -> str:
    """As a lenient renderer would: HTML passes, tables and strikethrough are on."""
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)


def without_code(html: str) -> str:
    return re.sub(r"<code.*?</code>", "", html, flags=re.DOTALL)


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 80


@pytest.mark.parametrize("name", CASES)
def test_nothing_loads_links_or_runs(name: str) -> None:
    html = rendered(clean_markdown(CASES[name], allowed_urls=[GOOD]))
    tags = set(re.findall(r"<([a-z][a-z0-9]*)", html))
    assert tags <= {
        "p", "h1", "h2", "ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tr", "th", "td", "strong", "em",
        "code", "pre", "br", "hr", "s",
    }  # fmt: skip
    assert re.findall(r"<(?!code\b)[a-z][^>]*\s(?!style=\"text-align|start=)[a-z-]+=", html) == []


@pytest.mark.parametrize("name", CASES)
def test_a_renderer_that_links_bare_addresses_finds_none(name: str) -> None:
    cleaned = clean_markdown(CASES[name])
    outside = re.sub(r"(?s)(`{3,}).*?\1|`[^`]*`", "", cleaned)
    assert not re.search(r"(?i)(?:https?:|ftp:|javascript:|data:|vbscript:|//|www\.)\s*\S", outside)
    assert f"@{HOST}" not in outside


@pytest.mark.parametrize("name", CASES)
def test_cleaning_twice_changes_nothing(name: str) -> None:
    once = clean_markdown(CASES[name], allowed_urls=[GOOD])
    assert rendered(clean_markdown(once, allowed_urls=[GOOD])) == rendered(once)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"[data]({GOOD})", f'<p><a href="{GOOD}">data</a></p>\n'),
        (f"<{GOOD}>", f'<p><a href="{GOOD}">{GOOD}</a></p>\n'),
        (f"See {GOOD}.", f'<p>See <a href="{GOOD}">{GOOD}</a>.</p>\n'),
        (f"[data][d]\n\n[d]: {GOOD}", f'<p><a href="{GOOD}">data</a></p>\n'),
        (f"[data]({GOOD}&x=SECRET)", "<p>data</p>\n"),
        (f"[data]({GOOD[:-1]})", "<p>data</p>\n"),
    ],
)
def test_a_link_is_one_only_where_it_stands_in_a_source(text: str, expected: str) -> None:
    html = rendered(clean_markdown(text, allowed_urls=urls_in(f"The files are at {GOOD}.")))
    assert html.replace("&amp;", "&") == expected


@pytest.mark.parametrize(
    "text",
    [
        "The mean is **34.5** and *not* 34.6 at 1 % (n = 12).",
        "# Title\n\nA paragraph with `code` and 3 * 4 = 12.",
        "- one\n- two\n  - nested\n\n1. first\n2. second",
        "3. third\n4. fourth",
        "> quoted\n> twice",
        "| a | b |\n| --- | ---: |\n| 1 | 2 |",
        "```python\nprint('a < b & c')\n```",
        "line one\\\nline two",
        "~~struck~~",
        "Depth [1] and [2][3], see Fig. 3 [12].",
        "- loose\n\n- items",
        "a\n\n---\n\nb",
    ],
)
def test_ordinary_markdown_means_the_same_afterwards(text: str) -> None:
    assert rendered(clean_markdown(text)) == rendered(text)


def test_labels_stay_readable_in_the_source() -> None:
    assert clean_markdown("It failed [1], twice [2][3].") == "It failed [1], twice [2][3]."


def test_signs_with_a_meaning_are_shown_as_they_are() -> None:
    text = "a_b_c < 5 & x > 3, $5, 2 * 3 * 4, #1, |x|, T~20, [x] {y} `"
    assert rendered(plain(text)) == f"<p>{text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}</p>\n"


def test_titles_and_file_names_are_output_too() -> None:
    assert plain_title("![x](http://evil.example/)<img src=x>\n.pdf").count("<") == 0
    assert rendered(plain_title("a" * 500)) == f"<p>{'a' * 199}…</p>\n"
    assert "<img" not in rendered(plain_title("<img src=x onerror=alert(1)>.pdf"))
    assert rendered(plain_title("1. intro.pdf")) == "<p>1. intro.pdf</p>\n"


def test_addresses_are_read_as_they_stand() -> None:
    text = f"({GOOD}), <https://b.example/a_(b)>; doi:10.1/x; https://c.example/x."
    assert urls_in(text) == [GOOD, "https://b.example/a_(b)", "https://c.example/x"]


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="[]()<>!`*_~|#-+.:/&;\\\"' \nab1http", max_size=60))
def test_no_string_of_signs_becomes_an_image_a_tag_or_a_link(text: str) -> None:
    html = without_code(rendered(clean_markdown(text)))
    assert not re.search(r"<(?:img|a|script|iframe)\b", html)
    assert "href=" not in html
    assert "src=" not in html


@pytest.mark.parametrize("filler", ["[", "![](", "<", "`", "*a ", "> ", "- ", "http://a", "&#", "a@b.", "|a"])
def test_a_long_run_of_signs_is_cleaned_in_seconds(filler: str) -> None:
    began = time.perf_counter()
    clean_markdown(filler * (20_000 // len(filler)))
    assert time.perf_counter() - began < 5


@pytest.mark.browser
def test_no_request_leaves_a_real_browser() -> None:
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    asked: list[str] = []
    pages = "\n<hr>\n".join(rendered(clean_markdown(case)) for case in CASES.values())

    def refused(route: Any) -> None:
        asked.append(route.request.url)
        route.abort()

    with sync_api.sync_playwright() as play:
        try:
            browser = play.chromium.launch(executable_path=shutil.which("chromium"))
        except sync_api.Error:
            pytest.skip("needs Chromium: run `playwright install chromium`")
        page = browser.new_page()
        page.route("**/*", refused)
        page.set_content(f"<!doctype html><body>{pages}</body>")
        page.wait_for_timeout(300)
        assert page.locator("img, a, script, iframe, object, embed, video, audio, link").count() == 0
        # The same page with one image proves that a request would have been seen.
        page.set_content(f'<img src="http://{HOST}/seen.png">')
        page.wait_for_timeout(300)
        browser.close()
    assert asked == [f"http://{HOST}/seen.png"]
