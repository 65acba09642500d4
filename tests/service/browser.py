"""A real headless Chromium for the tests of the desk, which notes every error and every breach of the policy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium; see scripts/install-browser")
_WATCH = """
window.breaches = [];
document.addEventListener('securitypolicyviolation', (event) => {
  window.breaches.push(event.violatedDirective + ' ' + event.blockedURI);
});
"""


@dataclass
class Window:
    """A page of the desk and all that went wrong in it."""

    page: Page
    address: str
    errors: list[str] = field(default_factory=list)
    _session: CDPSession | None = None

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)
        if path.startswith("/review"):
            self.page.wait_for_selector("#card[aria-busy=false]")

    def sign_in(self, name: str, password: str) -> None:
        self.go("/sign-in")
        self.page.fill("input[name=name]", name)
        self.page.fill("input[name=password]", password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector(".person")

    def press(self, key: str) -> None:
        """Press a key of the review page and wait until another article is there."""
        self.page.wait_for_selector("#card[aria-busy=false]")
        before = self.shown()
        self.page.keyboard.press(key)
        self.moved_on(before)

    def moved_on(self, before: int) -> None:
        """Wait until the review page shows another article than this one."""
        self.page.wait_for_function("n => document.querySelector('#card .card')?.dataset.number !== n", arg=str(before))

    def shown(self) -> int:
        """The number of the article on the review page."""
        return int(self.page.get_attribute("#card .card", "data-number") or 0)

    def line(self, *, latency: float = 0, offline: bool = False) -> None:
        """Make the line to the service slow (seconds), cut it, or make it good again."""
        self._session = self._session or self.page.context.new_cdp_session(self.page)
        self._session.send("Network.enable")
        self._session.send(
            "Network.emulateNetworkConditions",
            {"offline": offline, "latency": latency * 1000, "downloadThroughput": -1, "uploadThroughput": -1},
        )

    def breaches(self) -> list[str]:
        breaches: list[str] = self.page.evaluate("window.breaches")
        return breaches


@contextmanager
def opened(address: str, **options: Any) -> Iterator[Window]:
    """A window on the desk; at its end there must have been no error."""
    with several(address, 1, **options) as (window,):
        yield window


@contextmanager
def several(address: str, count: int, **options: Any) -> Iterator[list[Window]]:
    """Windows on the desk, each in a browser of its own; at their end there must have been no error."""
    with sync_playwright() as playwright:
        arguments = {"executable_path": CHROMIUM, "args": ["--no-sandbox"]}
        browsers = [playwright.chromium.launch(**arguments) for _ in range(count)]
        try:
            windows = [_window(browser, address, options) for browser in browsers]
            yield windows
            wrong = [error for window in windows for error in (*window.errors, *window.breaches())]
            assert not wrong, wrong
        finally:
            for browser in browsers:
                browser.close()


def _window(browser: Browser, address: str, options: dict[str, Any]) -> Window:
    context: BrowserContext = browser.new_context(**{"locale": "zh-CN", **options})
    context.add_init_script(_WATCH)
    page = context.new_page()
    window = Window(page, address)
    page.on("console", lambda m: window.errors.append(f"{m.type}: {m.text}") if m.type != "log" else None)
    page.on("pageerror", lambda e: window.errors.append(str(e)))
    page.on("dialog", lambda d: window.errors.append(f"dialog: {d.message}"))
    page.on("request", lambda r: _at_home(window, r.url))
    return window


def _at_home(window: Window, url: str) -> None:
    if not url.startswith((window.address, "data:")):
        window.errors.append(f"asked elsewhere: {url}")
