"""The summary's page in a real browser: every chart is drawn, nothing is loaded, a phone shows it whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.archive.made import articles, scored, write_jsonl

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (1200, "dark"), (390, "light")])
def test_the_charts_are_drawn(width: int, scheme: str, tmp_path: Path, small_model_folder: Path) -> None:
    from playwright.sync_api import sync_playwright

    write_jsonl(tmp_path / "a.jsonl", articles(400))
    (tmp_path / "<b>空.txt").write_bytes(b"")
    scored([tmp_path], tmp_path / "out", small_model_folder)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: said.append(request.url) if not request.url.startswith("file:") else None)
        page.goto((tmp_path / "out" / "summary.html").as_uri())
        assert page.locator("figure .plot > svg").count() == 3 and page.locator("table.bars td.bar svg").count() > 1
        assert page.locator("text=三农").count() >= 1
        assert page.locator("td:has-text('<b>空.txt')").count() >= 1
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert said == []
        browser.close()


@pytest.mark.parametrize("count", [1, 5, 11])
def test_few_articles_are_counted_in_whole_ones(count: int, tmp_path: Path, small_model_folder: Path) -> None:
    from playwright.sync_api import sync_playwright

    write_jsonl(tmp_path / "a.jsonl", articles(count))
    scored([tmp_path / "a.jsonl"], tmp_path / "out", small_model_folder)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        page.goto((tmp_path / "out" / "summary.html").as_uri())
        axes = page.evaluate(
            """[...document.querySelectorAll("figure .plot > svg")].map(chart =>
            [...chart.querySelectorAll("text[text-anchor=end]")].map(tick => tick.textContent))"""
        )
        browser.close()
    counts = [ticks for ticks in axes if not any("%" in tick for tick in ticks)]
    assert len(counts) == 2
    for ticks in counts:
        numbers = [int(tick) for tick in ticks]
        assert len(numbers) == len(set(numbers)) >= 2 and numbers[-1] >= 1, axes
