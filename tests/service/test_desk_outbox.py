"""No judgement is lost: on leaving the page, through outages, after the session has ended; in a real browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from lanmu.service.store import Store, deeds
from tests.service.browser import Window, needs_chromium, opened
from tests.service.conftest import Server
from tests.service.desk_made import PASSWORD, filled, many
from tests.waiting import eventually

pytestmark = [pytest.mark.slow, needs_chromium]
Serve = Callable[..., Server]


@pytest.fixture
def desk(home: Path, serve: Serve) -> Server:
    filled(home, many(18))
    return serve()


def judged(home: Path) -> dict[int, str]:
    """What stands in the store: the article and what was done, without what was taken back."""
    with Store(home / "lanmu.sqlite").reading() as connection:
        return {deed.article: deed.action for deed in deeds.deed_page(connection).deeds if not deed.undone}


def kept(window: Window) -> int:
    """How many steps wait in the browser."""
    keys: str = window.page.evaluate("JSON.stringify(Object.keys(localStorage))")
    return sum(key.startswith("lanmu-step:") for key in json.loads(keys))


def on_review(window: Window) -> None:
    window.sign_in("李编辑", PASSWORD)
    window.go("/review")
    window.page.wait_for_timeout(600)  # the next cards are held ready


def judge(window: Window, key: str, count: int) -> list[int]:
    shown = []
    for _ in range(count):
        shown.append(window.shown())
        window.press(key)
    return shown


def no_line_errors(window: Window) -> None:
    """Forget what the browser says of the line that the test has cut."""
    window.errors[:] = [error for error in window.errors if "net::ERR" not in error and "401" not in error]


def test_leaving_the_page_right_after_the_last_key(desk: Server, home: Path) -> None:
    with opened(desk.address) as window:
        on_review(window)
        window.line(latency=0.4)
        numbers = judge(window, "Enter", 4)
        window.page.click("nav a[href='/']")
        window.page.wait_for_selector(".day-progress")
        eventually(lambda: set(judged(home)) == set(numbers), lambda: f"{numbers} (there is {judged(home)})", 20)
        eventually(lambda: kept(window) == 0, "an empty outbox", 20)


def test_closing_the_browser_right_after_the_last_key(desk: Server, home: Path) -> None:
    with opened(desk.address) as window:
        on_review(window)
        window.line(latency=0.4)
        numbers = judge(window, "s", 3)
        window.page.close()
        eventually(lambda: set(judged(home)) == set(numbers), lambda: f"{numbers} (there is {judged(home)})", 20)
        window.page = window.page.context.new_page()
        window.go("/review")


def test_an_outage_is_told_and_everything_is_saved_when_it_is_over(desk: Server, home: Path) -> None:
    with opened(desk.address) as window:
        on_review(window)
        window.line(offline=True)
        numbers = judge(window, "Enter", 3)
        window.page.wait_for_selector("#alerts .notice")
        assert "3 步还没有保存" in window.page.locator("#alerts .notice").inner_text()
        assert judged(home) == {}
        window.press("u")  # taken back without the service, with the card it had
        assert window.shown() == numbers.pop()
        assert kept(window) == 2
        window.line()
        eventually(lambda: set(judged(home)) == set(numbers), lambda: f"{numbers} (there is {judged(home)})", 20)
        window.page.wait_for_selector("#alerts .notice", state="detached")
        no_line_errors(window)


def test_an_answer_that_was_lost_does_the_step_once(desk: Server, home: Path) -> None:
    """The service has done the step, but the page never hears so."""
    with opened(desk.address) as window:
        on_review(window)

        def lose(route: object) -> None:
            route.fetch()  # type: ignore[attr-defined]
            route.abort()  # type: ignore[attr-defined]

        window.page.route("**/review/steps", lose, times=1)
        (number,) = judge(window, "Enter", 1)
        eventually(lambda: kept(window) == 0, "the second try", 20)
        assert judged(home) == {number: "accept"}
        assert window.page.locator("#alerts .alert").count() == 0
        no_line_errors(window)


def test_after_the_session_has_ended_the_door_says_what_waits_and_saves_it(desk: Server, home: Path) -> None:
    with opened(desk.address) as window:
        on_review(window)
        with Store(home / "lanmu.sqlite").writing() as connection:
            connection.exec_driver_sql("DELETE FROM sessions")
        number = window.shown()
        window.page.keyboard.press("Enter")
        window.page.wait_for_url("**/sign-in?**")
        door = window.page.locator(".door").inner_text()
        assert "登录已过期" in door
        assert "李编辑 还有 1 步没有保存" in door
        assert judged(home) == {}
        window.page.fill("input[name=name]", "何主编")  # another person first: nothing of 李编辑's is sent as theirs
        window.page.fill("input[name=password]", PASSWORD)
        window.page.keyboard.press("Enter")
        window.page.wait_for_url("**/review")
        window.page.wait_for_timeout(500)
        assert judged(home) == {}
        window.page.context.clear_cookies()
        window.sign_in("李编辑", PASSWORD)
        window.page.wait_for_selector("text=先前没有保存的 1 步已经保存")
        assert judged(home) == {number: "accept"}
        no_line_errors(window)


def test_what_the_service_refuses_is_named_with_its_article(desk: Server, home: Path) -> None:
    with opened(desk.address) as window:
        on_review(window)
        number, title = window.shown(), window.page.locator("[data-heading]").inner_text()
        with Store(home / "lanmu.sqlite").writing() as connection:
            connection.exec_driver_sql(
                f"UPDATE articles SET version = 7, labelled_by = '何主编' WHERE number = {number}"
            )
        window.press("Enter")
        alert = window.page.locator("#alerts .alert")
        alert.wait_for()
        assert f"《{title}》没有保存" in alert.inner_text()
        assert "被别人处理" in alert.inner_text()
        assert alert.locator("a").get_attribute("href") == f"/articles/{number}"
        assert (judged(home), kept(window)) == ({}, 0)
