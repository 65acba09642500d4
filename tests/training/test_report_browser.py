"""The evaluation's and the drift report's pages in a real browser without a network."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from tests.conftest import Lanmu
from tests.service.browser import CHROMIUM, needs_chromium
from training.labels.file import Label, labels_csv

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, needs_chromium]
MISSING_GLYPHS = """
() => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 32;
  const pen = canvas.getContext("2d", {willReadFrequently: true});
  const drawn = (character) => {
    pen.clearRect(0, 0, 32, 32);
    pen.font = "24px " + getComputedStyle(document.body).fontFamily;
    pen.fillText(character, 2, 26);
    return pen.getImageData(0, 0, 32, 32).data.join();
  };
  const box = drawn("\\u0378");
  const han = new Set([...document.body.innerText].filter((c) => /\\p{Script=Han}/u.test(c)));
  return [...han].filter((c) => drawn(c) === box);
}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_open_whole_on_any_screen(
    lanmu: Lanmu, tmp_path: Path, browser: Any, width: int, scheme: str
) -> None:
    with (ROOT / "labels.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [Label(**row) for row in csv.DictReader(file)]
    chosen = [row for c in ("meetings", "sports", "agriculture", "health") for row in rows if row.category == c]
    (tmp_path / "labels.csv").write_bytes(labels_csv(chosen[::2]))
    news = [
        json.dumps({"id": f"{m}-{i}", "title": row.title, "text": row.text, "date": f"2025-{m:02d}-03"})
        for m in range(1, 8)
        for i, row in enumerate(chosen[:: len(chosen) // 32][:32])
    ]
    (tmp_path / "news.jsonl").write_text("\n".join(news), "utf-8")
    assert lanmu("evaluate", "--out", "report").returncode == 0
    assert lanmu("score", "news.jsonl", "--out", "tagged").returncode == 0
    assert lanmu("evaluate", "--archive", "tagged", "--out", "report").returncode == 0
    for name in ("report.html", "drift.html"):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
        page = context.new_page()
        errors: list[str] = []
        page.on("console", lambda message, errors=errors: message.type == "error" and errors.append(message.text))
        page.on("pageerror", lambda error, errors=errors: errors.append(str(error)))
        page.goto((tmp_path / "report" / name).as_uri())
        assert not errors
        assert page.locator("figure .plot > svg").count() >= 5
        for chart in page.locator("figure .plot > svg").all():
            box = chart.bounding_box()
            assert box and 120 < box["width"] < width and box["height"] > 50
        assert page.evaluate("document.documentElement.scrollWidth") <= width, "nothing sticks out"
        assert page.evaluate(MISSING_GLYPHS) == []
        if name == "report.html":
            cards = page.locator("article.mistake")
            category = page.locator("#only option").nth(1).inner_text()
            page.select_option("#only", category)
            shown = [card for card in cards.all() if card.is_visible()]
            assert 0 < len(shown) <= cards.count()
            assert all(category in card.inner_text() for card in shown)
        else:
            page.locator(".legend label", has_text="体育").click()
            seen = {mark: page.locator(f".part:has(title:text('{mark}'))").first for mark in ("体育", "会议")}
            faint = {mark: float(box.evaluate("e => getComputedStyle(e).opacity")) for mark, box in seen.items()}
            assert faint["体育"] == 1 and faint["会议"] < 0.5, "the category that is chosen stands out"
        context.close()
