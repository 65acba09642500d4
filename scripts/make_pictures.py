"""The pictures of the README, made anew from the sample page and the written articles of labels.csv.

    .venv/bin/python scripts/make_pictures.py            # writes docs/pictures/*.png

Needs Chromium (scripts/install-browser) and the packages of `make test`.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from rich.console import Console

import classifier
from classifier.article import Article
from classifier.files import find_shipped
from lanmu.commands.output import PeopleTable
from lanmu.language import choose_language
from lanmu.service.container import build_service
from lanmu.service.security.people import hash_password
from lanmu.service.settings import prepare
from lanmu.service.store import accounts, queue
from training.labels.file import read_labels

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
NAME, PASSWORD, TOKEN = "李编辑", "picture-of-the-desk", "t" * 40
ARTICLES = 90


def table_html(language: str) -> str:
    """The table of `lanmu tag samples/page.md` as a page."""
    choose_language(language)
    console = Console(width=84, record=True, force_terminal=True, color_system="truecolor", file=io.StringIO())
    model = classifier.load()
    PeopleTable(console, model.taxonomy).show(model.tag(ROOT / "samples" / "page.md"))
    page = console.export_html(inline_styles=True)
    style = (
        "body{margin:0;padding:16px 20px;background:#fbfaf7;display:inline-block}"
        "code,pre{font:15px/1.45 'Noto Sans Mono CJK SC',monospace!important}"
    )
    return page.replace("</head>", f"<style>{style}</style></head>")


def fill_desk(home: Path) -> None:
    """A data folder with a user and some days' articles, tagged by the shipped model."""
    service = build_service(prepare(home, {"LANMU_TOKEN": TOKEN}))
    model = classifier.load()
    written = [label for label in read_labels(find_shipped("labels.csv")).labels if label.title and label.text][::7][
        :ARTICLES
    ]
    articles = [Article(label.id, label.title, label.text, date=label.date) for label in written]
    with service.store.writing() as connection:
        accounts.add_user(connection, NAME, "admin", hash_password(PASSWORD))
        queue.add(connection, model.tag(articles), origin="inbox", model=model.manifest.name)
        connection.exec_driver_sql("UPDATE articles SET state = 'review' WHERE number % 6 = 0")
    service.stop()


def picture(browser: Browser, address: str, path: str, width: int, height: int, *, full: bool = False) -> None:
    page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=1.5)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / path, full_page=full)
    page.close()


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for language in ("zh", "en"):
            html = Path(folder) / f"table-{language}.html"
            html.write_text(table_html(language), "utf-8")
            page = browser.new_page(viewport={"width": 860, "height": 200}, device_scale_factor=1.5)
            page.goto(html.as_uri())
            page.locator("body").screenshot(path=PICTURES / f"table-{language}.png")
            page.close()
        take_desk(browser, Path(folder) / "home")
        report = Path(folder) / "report"
        command = [
            sys.executable,
            "-m",
            "lanmu",
            "evaluate",
            "--labels",
            ROOT / "labels.csv",
            "--quick",
            "--out",
            report,
        ]
        subprocess.run([*command, "--out", report], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        picture(browser, (report / "report.html").as_uri(), "report.png", 1100, 900)
        browser.close()


def take_desk(browser: Browser, home: Path) -> None:
    fill_desk(home)
    command = [sys.executable, "-m", "lanmu", "serve", "--home", home, "--port", "0", "--no-watch"]
    service = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               env={**os.environ, "LANMU_TOKEN": TOKEN})  # fmt: skip
    try:
        assert service.stdout is not None
        address = next(found[0] for line in service.stdout if (found := re.search(r"http://[\w.:]+", line)))
        time.sleep(4)
        context = browser.new_context(viewport={"width": 1280, "height": 860}, device_scale_factor=1.5, locale="zh-CN")
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        page.fill("input[name=name]", NAME)
        page.fill("input[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector(".person")
        page.goto(f"{address}/")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=PICTURES / "today.png")
        page.goto(f"{address}/review")
        page.wait_for_selector("#card[aria-busy=false]")
        page.screenshot(path=PICTURES / "review.png")
        context.close()
    finally:
        service.terminate()
        service.wait(30)


if __name__ == "__main__":
    main()
