"""How fast the desk answers: key to next article, and bytes and first paint of each page, in a real Chromium.

Run: ``python -m benchmarks.desk`` (needs Chromium; ``scripts/install-browser``).  A service on a free port over a new
data folder, whose queue holds the shipped labels' articles, all put into review.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import httpx
from playwright.sync_api import CDPSession, Page, sync_playwright

from classifier.article import Article
from classifier.files import find_shipped
from lanmu.service.container import build_service
from lanmu.service.security.people import hash_password
from lanmu.service.settings import prepare
from lanmu.service.store import accounts
from training.labels.file import read_labels

ARTICLES = 150
KEYS = 60
NAME, PASSWORD = "bench", "a long enough password"
PAGES = ("/", "/review", "/articles", "/articles/1", "/labels", "/charts", "/retrain", "/upload")
_PAINT = """
window.painted = [];
let pressed = 0;
document.addEventListener('keydown', () => { pressed = performance.now(); }, true);
new MutationObserver(() => {
  if (!pressed) return;
  const from = pressed;
  pressed = 0;
  requestAnimationFrame(() => setTimeout(() => window.painted.push(performance.now() - from)));
}).observe(document.getElementById('card'), { childList: true });
"""


def main() -> None:
    """Fill a folder, serve it, and print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "lanmu-data"
        fill(home)
        command = [sys.executable, "-m", "lanmu", "serve", "--home", str(home), "--port", "0", "--no-watch"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ)
        try:
            assert server.stdout is not None
            found = re.search(r"http://\S+", server.stdout.readline())
            assert found is not None
            measure(found[0].rstrip("/"))
        finally:
            server.terminate()
            server.wait(30)


def fill(home: Path) -> None:
    """A user, and the shipped labels' own texts in the queue, all in review."""
    service = build_service(prepare(home, {}))
    with service.store.writing() as connection:
        accounts.add_user(connection, NAME, "admin", hash_password(PASSWORD))
    service.champion.refresh()
    service.tagger.start()
    texts = [one for one in read_labels(find_shipped("labels.csv")).labels if one.text][:ARTICLES]
    service.intake.keep(
        service.tagger.tag_now([Article(one.id, one.title, one.text, date=one.date) for one in texts]), "inbox"
    )
    with service.store.writing() as connection:
        connection.exec_driver_sql("UPDATE articles SET state = 'review'")
    service.tagger.stop()
    service.store.close()


def measure(address: str) -> None:
    """Keys on the review page; then each page without and with a cache."""
    deadline = time.monotonic() + 120
    while httpx.get(f"{address}/readyz").status_code != 200 and time.monotonic() < deadline:
        time.sleep(0.1)
    with sync_playwright() as playwright:
        path = "/usr/bin/chromium" if Path("/usr/bin/chromium").exists() else None
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900}).new_page()
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        sign_in(page, address)
        page.goto(f"{address}/review")
        page.evaluate(_PAINT)
        for _ in range(KEYS):
            page.wait_for_selector("#card[aria-busy=false]")
            page.wait_for_timeout(250)
            page.keyboard.press("Enter")
        page.wait_for_selector("#card[aria-busy=false]")
        times = sorted(page.evaluate("window.painted"))
        print(
            f"key to next article painted: median {median(times):.0f} ms, 95 % {times[int(len(times) * 0.95)]:.0f} ms"
        )
        print(f"{'page':<14}{'cold kB':>9}{'warm kB':>9}{'first paint':>13}")
        for where in PAGES:
            session.send("Network.clearBrowserCache")
            cold, _ = load(page, session, address + where)
            warm, paint = load(page, session, address + where)
            print(f"{where:<14}{cold / 1000:>9.0f}{warm / 1000:>9.0f}{paint:>10.0f} ms")
        browser.close()


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/sign-in")
    page.fill("input[name=name]", NAME)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".person")


def load(page: Page, session: CDPSession, address: str) -> tuple[int, float]:
    """The bytes that a page takes, with what it fetches ahead, and the milliseconds to its first paint."""
    total = 0

    def arrived(event: dict[str, float]) -> None:
        nonlocal total
        total += int(event["encodedDataLength"])

    session.on("Network.loadingFinished", arrived)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    session.remove_listener("Network.loadingFinished", arrived)
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")
    return total, float(paint)


if __name__ == "__main__":
    main()
