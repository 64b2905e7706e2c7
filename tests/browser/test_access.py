"""Accessible and quiet: axe-core finds nothing serious on any page in either theme, and nothing calls elsewhere."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from tests.browser.conftest import Served, ask, open_citation, open_tab, ready, visiting

pytestmark = pytest.mark.browser


def violations(page, *, seriously: tuple[str, ...] = ("serious", "critical")) -> list[str]:
    """What axe-core calls serious, one line each with the part that it means."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate(
        "() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] })"
    )
    return [
        f"{one['id']}: {json.dumps(node['target'])} {node['html'][:160]} {node['failureSummary'][:220]}"
        for one in found["violations"]
        if one["impact"] in seriously
        for node in one["nodes"][:4]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_violation(browser, served: Served, scheme: str) -> None:
    found: dict[str, list[str]] = {}
    with visiting(browser, served.url, color_scheme=scheme, reduced_motion="reduce") as page:
        ready(page)
        found["first run"] = violations(page)
        answer = ask(page, "Compare the number of profiling floats of HF31 and ML09.")
        open_citation(page, answer.locator(".ll-cite").first)
        answer.get_by_role("button", name="Note").click()
        page.locator("#ll-citations summary").click()
        page.locator("#ll-scope summary").click()
        page.wait_for_selector("#ll-scope-list label")
        found["answer"] = violations(page)
        page.locator("#ll-scope summary").click()
        open_tab(page, "Library")
        page.wait_for_selector("#ll-documents .ll-link")
        page.locator("#ll-documents .ll-link").first.click()
        page.wait_for_selector("#ll-reader-viewer .ll-page")
        page.locator("#ll-documents tbody input").first.check()
        found["library"] = violations(page)
        open_tab(page, "NetCDF")
        found["netcdf"] = violations(page)
        open_tab(page, "Memory")
        page.locator("#ll-estimate").click()
        page.wait_for_selector("#ll-memory-result .ll-result")
        found["memory"] = violations(page)
        open_tab(page, "Calculator")
        page.get_by_label("Expression").fill("20 degC in K")
        page.locator("#ll-compute").click()
        page.wait_for_selector("#ll-calc-result .ll-result")
        found["calculator"] = violations(page)
        open_tab(page, "Settings")
        page.locator("#ll-examine").click()
        page.wait_for_selector("#ll-doctor .ll-doctor")
        found["settings"] = violations(page)
        open_tab(page, "Experiments")
        found["experiments"] = violations(page)
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_the_headings_and_regions_of_the_page_have_names(page) -> None:
    assert page.evaluate("document.documentElement.lang") == "en"
    for name in ("Conversations", "Chat", "Evidence"):
        assert page.locator(f"[aria-label='{name}']").count() == 1
    assert page.locator("h1").count() == 1


def test_every_part_can_be_reached_by_the_tab_key_and_shows_it(page) -> None:
    page.locator("#ll-new").focus()
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            # Past the last part the focus leaves the page.
            break
        seen.append(page.evaluate("document.activeElement.id || document.activeElement.className"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none" or seen[-1].startswith("ll-scope"), seen
    assert "ll-log" in seen
    assert "ll-question-text" in seen
