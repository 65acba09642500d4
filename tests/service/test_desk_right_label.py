"""The right article gets the right label: in a real browser, with fast keys, on slow lines, through outages.

Before each key a script in the page notes what a person saw: the number of the card on screen and the
category the key stands for.  Afterwards every judgement in the store must be one of those.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lanmu.service.store import Store, deeds, queue
from tests.service.browser import Window, needs_chromium, opened
from tests.service.conftest import Server
from tests.service.desk_made import PASSWORD, filled, many
from tests.waiting import eventually

pytestmark = [pytest.mark.slow, needs_chromium]
Serve = Callable[..., Server]
ARTICLES = 30
_NOTE = """
window.seen = [];
document.addEventListener('keydown', (event) => {
  const card = document.querySelector('#card .card');
  const form = card && card.querySelector('form[data-settle]');
  if (!form || event.key === 'j' || event.key === 'k') return;
  const choice = form.querySelector(`[data-key="${event.key}"]`);
  const category = event.key === 'Enter' ? form.querySelector('[data-accept]').value : choice ? choice.value : null;
  window.seen.push([Number(card.dataset.number), category]);
}, true);
"""


@pytest.fixture
def desk(home: Path, serve: Serve) -> Server:
    filled(home, many(ARTICLES))
    return serve()


def reviewing(window: Window) -> None:
    """Sign in, open the review page, and note what is seen at each key."""
    window.sign_in("李编辑", PASSWORD)
    window.go("/review")
    window.page.evaluate(_NOTE)


def settled(home: Path) -> dict[int, str | None]:
    """What the store says people decided, by article."""
    with Store(home / "lanmu.sqlite").reading() as connection:
        articles = queue.page(connection, limit=200).articles
    return {article.number: article.label for article in articles if article.labelled_by}


def quiet(home: Path, page_said: Callable[[], int]) -> dict[int, str | None]:
    """What is settled once the page has sent everything: as many as it counts."""
    eventually(lambda: len(settled(home)) == page_said(), lambda: f"{page_said()} judgements ({settled(home)})", 60)
    return settled(home)


def left(window: Window) -> int:
    return int(window.page.locator("[data-total]").inner_text())


def all_were_seen(window: Window, home: Path) -> int:
    """Check every judgement against what was on the screen; returns how many there are."""
    labels = quiet(home, lambda: ARTICLES + 1 - left(window))
    seen = {(number, category) for number, category in window.page.evaluate("window.seen")}
    wrong = {number: category for number, category in labels.items() if (number, category) not in seen}
    assert not wrong, f"given to articles that were not on screen, or with another key: {wrong} (seen: {seen})"
    return len(labels)


@pytest.mark.parametrize("latency", [0.0, 0.3, 1.5])
def test_keys_every_four_tenths_of_a_second(desk: Server, home: Path, latency: float) -> None:
    with opened(desk.address) as window:
        reviewing(window)
        window.line(latency=latency)
        for turn in range(18):
            window.page.keyboard.press(("Enter", "1", "2", "Enter", "3")[turn % 5])
            window.page.wait_for_timeout(400)
        assert all_were_seen(window, home) >= (18 if latency < 1 else 4)


@pytest.mark.parametrize("latency", [0.0, 0.3, 1.5])
def test_ten_keys_in_half_a_second(desk: Server, home: Path, latency: float) -> None:
    with opened(desk.address) as window:
        reviewing(window)
        window.line(latency=latency)
        for turn in range(10):
            window.page.keyboard.press("Enter" if turn % 2 else "2")
            window.page.wait_for_timeout(50)
        assert all_were_seen(window, home) >= 1


def test_leafing_on_and_a_key_on_a_slow_line(desk: Server, home: Path) -> None:
    with opened(desk.address) as window:
        reviewing(window)
        window.line(latency=1.5)
        for _ in range(6):
            window.page.keyboard.press("j")
        window.page.keyboard.press("Enter")
        window.page.wait_for_timeout(200)
        assert window.page.locator("[data-waiting-sign]").is_visible()
        window.page.wait_for_selector("#card:not([inert])")
        window.page.wait_for_timeout(100)
        window.page.keyboard.press("1")
        window.page.wait_for_timeout(100)
        assert all_were_seen(window, home) == 1


def test_a_key_right_after_an_outage(desk: Server, home: Path) -> None:
    """The service goes away in the middle; keys go on; it comes back at the same address."""
    with opened(desk.address) as window:
        reviewing(window)
        for _ in range(3):
            window.press("Enter")
        window.line(offline=True)
        for _ in range(9):
            window.page.keyboard.press("2")
            window.page.wait_for_timeout(150)
        window.line()
        for _ in range(4):
            window.page.keyboard.press("Enter")
            window.page.wait_for_timeout(150)
        window.page.wait_for_selector("#card:not([inert]) .card")
        window.page.wait_for_timeout(100)
        window.page.keyboard.press("3")
        window.page.wait_for_timeout(300)
        assert all_were_seen(window, home) >= 4
        window.errors[:] = [error for error in window.errors if "ERR_INTERNET_DISCONNECTED" not in error]


def test_a_restart_of_the_service_in_the_middle(desk: Server, home: Path) -> None:
    port = desk.address.rsplit(":", 1)[1]
    with opened(desk.address) as window:
        reviewing(window)
        window.press("Enter")
        desk.kill()
        for _ in range(8):
            window.page.keyboard.press("2")
            window.page.wait_for_timeout(100)
        desk.options = ("--port", port)
        desk.printed = ""
        desk.start()
        window.page.wait_for_selector("#card:not([inert]) .card", timeout=60_000)
        for key in ("1", "Enter", "3"):
            window.page.wait_for_selector("#card:not([inert]) .card", timeout=60_000)
            window.page.wait_for_timeout(100)
            window.page.keyboard.press(key)
            window.page.wait_for_timeout(300)
        assert all_were_seen(window, home) >= 4
        window.errors[:] = [error for error in window.errors if "Failed to load resource" not in error]


def test_a_double_click_judges_one_article(desk: Server, home: Path) -> None:
    with opened(desk.address) as window:
        reviewing(window)
        first = window.shown()
        window.page.wait_for_timeout(500)
        window.page.locator("[data-accept]").dblclick()
        window.page.wait_for_timeout(500)
        assert list(quiet(home, lambda: 1)) == [first]
        with Store(home / "lanmu.sqlite").reading() as connection:
            assert len(deeds.deed_page(connection).deeds) == 1
