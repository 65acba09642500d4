"""The desk in a real headless Chromium over the real server: by keyboard alone, in both languages, on a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from lanmu.service.store import Store, queue
from tests.service.browser import Window, needs_chromium, opened
from tests.service.conftest import TOKEN, Server
from tests.service.desk_made import HOSTILE, PASSWORD, filled
from tests.service.printed import two_pages
from tests.waiting import eventually
from training.labels.file import read_labels

pytestmark = [pytest.mark.slow, needs_chromium]
Serve = Callable[..., Server]
AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
PAGES = (
    "/", "/review", "/review?reading=second", "/articles", "/articles/1", "/articles/1/page", "/labels",
    "/articles/1/similar", "/charts", "/charts?span=month&clock=printed", "/retrain",
    "/admin/users", "/admin/audit", "/upload", "/password", "/refused", "/refused?all=1",
    "/sheet", "/docs", "/admin/tokens", "/admin/words", "/admin/categories", "/examine",
)  # fmt: skip


@pytest.fixture
def desk(home: Path, serve: Serve) -> Server:
    filled(home)
    return serve()


@pytest.mark.timeout(900)
def test_ten_articles_by_keyboard_then_a_better_model(desk: Server, home: Path) -> None:
    """From the first sign-in with the token to a promoted model, and back again."""
    with opened(desk.address) as window:
        page = window.page
        window.sign_in("admin", TOKEN)
        assert page.url.endswith("/password")
        for field, value in (("new", PASSWORD), ("again", PASSWORD)):
            page.fill(f"input[name={field}]", value)
        page.keyboard.press("Enter")
        page.wait_for_selector(".day-progress")

        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        window.go("/review")
        keys = {
            choice.get_attribute("value"): choice.get_attribute("data-key") for choice in page.locator(".choice").all()
        }
        assert list(keys.values()) == ["1", "2", "3"]
        given: dict[int, str] = {}
        with Store(home / "lanmu.sqlite").reading() as connection:
            right = {
                n: a.tagged.category for n in queue.review_numbers(connection)[0] if (a := queue.get(connection, n))
            }
        for turn in range(10):
            number = window.shown()
            if turn % 3 == 2:  # choose another one
                other = next(category for category in keys if category and category != right[number])
                window.press(keys[other] or "")
                given[number] = other
            else:
                window.press("Enter" if turn % 3 else " ")
                given[number] = right[number]
        window.press("j")
        window.press("k")
        last = window.shown()
        window.press("s")
        window.press("u")
        page.wait_for_selector("#toasts >> text=已撤销")  # it passes after some seconds
        assert window.shown() == last
        titles = titles_of(home)
        wanted = {titles[number]: category for number, category in given.items()}
        eventually(lambda: labels_by_title(home) == wanted, lambda: f"{wanted} (there is {labels_by_title(home)})")

        window.go("/retrain")
        assert page.locator(".big-number b").inner_text() == "10"
        page.get_by_role("button", name="重新训练").click()
        page.wait_for_selector(".job-running")
        page.wait_for_selector(".report", timeout=600_000)
        assert page.locator(".report h2").inner_text() == "建议启用新版本", page.locator(".report").inner_text()
        assert page.locator(".report table tbody tr").count() >= 3
        page.set_viewport_size({"width": 360, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.locator("[data-promote]").click()
        page.wait_for_selector("text=已启用 model")
        assert (home / "models" / "current").read_text("utf-8").strip() == "model"
        assert page.locator(".is-current").inner_text().startswith("model")
        page.locator("[data-rollback]").click()
        page.wait_for_selector("text=已退回 small")
        assert (home / "models" / "current").read_text("utf-8").strip() == "small"


def test_markup_of_an_article_is_shown_and_never_run(desk: Server, home: Path) -> None:
    with Store(home / "lanmu.sqlite").reading() as connection:
        number = next(a.number for a in queue.page(connection).articles if a.article.title == HOSTILE.title)
    with opened(desk.address) as window:
        window.sign_in("李编辑", PASSWORD)
        for path in (f"/review?start={number}", f"/articles/{number}", "/articles", "/", "/charts", "/labels"):
            window.go(path)
            assert window.page.title() != "owned"
            assert window.page.locator("main script, main img, main b[onmouseover], main svg[onload]").count() == 0
        window.go(f"/articles/{number}")
        assert HOSTILE.title in window.page.locator("h1").inner_text()
        assert "<svg onload=alert(2)>" in window.page.locator(".story-body").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_barrier_that_axe_finds(desk: Server, scheme: str) -> None:
    # Colours are judged as they stand, not while a message fades in.
    with opened(desk.address, color_scheme=scheme, reduced_motion="reduce") as window:
        window.go("/sign-in")
        barriers = found_by_axe(window)
        window.sign_in("何主编", PASSWORD)
        window.go("/review")
        window.press("Enter")
        for path in PAGES:
            window.go(path)
            barriers += found_by_axe(window)
        window.go("/upload")
        window.page.set_input_files("input[type=file]", {"name": "A1.pdf", "mimeType": "", "buffer": two_pages()})
        window.page.locator("main button.primary").last.click()
        window.page.wait_for_selector("text=清河大桥建成通车")
        window.go(window.page.locator("a", has_text="清河大桥建成通车").first.get_attribute("href") + "/page")
        assert window.page.locator(".printed-article.is-here .printed-frame").count() == 2
        barriers += found_by_axe(window)
        window.go("/review")
        window.page.keyboard.press("?")
        window.page.wait_for_selector("dialog[open]")
        barriers += found_by_axe(window)
    assert not barriers, "\n".join(barriers)


def test_every_page_fits_a_phone_in_both_languages(desk: Server) -> None:
    with opened(desk.address, viewport={"width": 360, "height": 740}, has_touch=True) as window:
        window.sign_in("何主编", PASSWORD)
        for language, title in (("zh", "审核"), ("en", "Review")):
            window.go(f"/preferences?language={language}")
            for path in PAGES:
                window.go(path)
                assert window.page.evaluate("document.documentElement.scrollWidth") <= 360, path
            window.go("/review")
            assert window.page.locator("h1").first.inner_text() == title
        before = window.shown()
        window.page.locator("[data-accept]").tap()
        window.page.wait_for_function(
            "n => document.querySelector('#card .card').dataset.number !== n", arg=str(before)
        )


def test_several_articles_at_once_and_filters_without_a_reload(desk: Server, home: Path) -> None:
    with opened(desk.address) as window:
        page = window.page
        window.sign_in("李编辑", PASSWORD)
        window.go("/articles")
        page.evaluate("window.still = true")
        page.select_option("select[name=state]", "review")
        page.wait_for_url("**/articles?state=review")
        assert page.evaluate("window.still") is True
        page.fill("#search", "<script>")
        page.wait_for_function("() => document.querySelectorAll('#results tbody tr').length === 1")
        page.fill("#search", "")
        page.wait_for_function("() => document.querySelectorAll('#results tbody tr').length > 3")
        expect(page.locator(".bulk-bar .primary")).to_be_disabled()
        page.locator("[data-all]").check()
        count = page.locator("#results tbody tr").count()
        assert page.locator("[data-chosen]").inner_text() == f"已选 {count} 篇"
        page.locator(".bulk-bar .primary").click()
        page.wait_for_selector(f"text=已采纳 {count} 篇")
        eventually(lambda: len(labels_by_title(home)) == count, f"{count} labels")
        page.locator("#toasts button").click()
        page.wait_for_selector("text=已撤销")
        eventually(lambda: not labels_by_title(home), "the end of the labels")


def test_the_guideline_stays_open_and_shows_like_articles(desk: Server) -> None:
    with opened(desk.address) as window:
        page = window.page
        window.sign_in("李编辑", PASSWORD)
        window.go("/review")
        page.locator("[data-guidance] summary").click()
        page.wait_for_selector(".similar li")
        barriers = found_by_axe(window)
        page.locator("body").evaluate("body => document.activeElement.blur()")
        window.press("j")
        page.wait_for_selector("[data-guidance][open] [data-similar] p")
    assert not barriers, "\n".join(barriers)


def test_shift_chooses_a_range(desk: Server) -> None:
    with opened(desk.address) as window:
        page = window.page
        window.sign_in("李编辑", PASSWORD)
        window.go("/articles")
        boxes = page.locator('input[name="number"]')
        boxes.nth(1).click()
        boxes.nth(4).click(modifiers=["Shift"])
        assert page.locator('input[name="number"]:checked').count() == 4
        assert page.locator("[data-chosen]").inner_text() == "已选 4 篇"


def test_the_last_article_leads_to_the_end_and_undo_brings_it_back(desk: Server, home: Path) -> None:
    with opened(desk.address) as window:
        window.sign_in("李编辑", PASSWORD)
        window.go("/review?search=onmouseover")
        number = window.shown()
        assert window.page.locator("[data-total]").inner_text() == "1"
        window.page.keyboard.press("s")
        window.page.wait_for_selector(".all-done")
        assert window.page.locator(".all-done h2").inner_text() == "都审完了"
        window.page.keyboard.press("u")
        window.page.wait_for_selector(f"#card .card[data-number='{number}']")
        assert window.page.locator("[data-total]").inner_text() == "1"
        window.go("/review?search=没有这样的稿件")
        assert window.page.locator(".all-done").is_visible()


def test_single_keys_can_be_turned_off(desk: Server) -> None:
    with opened(desk.address) as window:
        page = window.page
        window.sign_in("李编辑", PASSWORD)
        window.go("/review")
        number = window.shown()
        page.keyboard.press("?")
        page.get_by_label("启用单键快捷键").uncheck()
        page.keyboard.press("Escape")
        page.keyboard.press("s")
        page.keyboard.press("1")
        page.wait_for_timeout(300)
        assert window.shown() == number
        page.locator("[data-skip]").click()
        window.moved_on(number)


def found_by_axe(window: Window) -> list[str]:
    """Breaches of WCAG 2.2 A and AA that axe-core finds on the page, as short lines."""
    window.page.evaluate(AXE.read_text("utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    result = window.page.evaluate("tags => axe.run({runOnly: tags})", tags)
    path = window.page.url.removeprefix(window.address)
    return [
        f"{path} {v['id']}: {n['html'][:160]} {n['failureSummary'][:200]}"
        for v in result["violations"]
        for n in v["nodes"]
    ]


def labels_by_title(home: Path) -> dict[str, str]:
    """What people settled, as labels.csv says it."""
    return {
        label.title: label.category
        for label in read_labels(home / "labels.csv").labels
        if label.source.startswith("desk")
    }


def titles_of(home: Path) -> dict[int, str]:
    with Store(home / "lanmu.sqlite").reading() as connection:
        return {article.number: article.article.title for article in queue.page(connection, limit=200).articles}


def test_a_category_is_made_stricter_with_and_without_scripts(desk: Server) -> None:
    for scripts, least in ((True, "0.98"), (False, "2")):
        with opened(desk.address, java_script_enabled=scripts) as window:
            page = window.page
            window.sign_in("何主编", PASSWORD)
            window.go("/retrain")
            if page.locator(".strict[open]").count() == 0:
                page.click(".strict summary")
            choice, save = page.get_by_role("combobox", name="卫生健康"), page.locator(".strict button")
            assert save.is_disabled() == scripts  # with scripts it waits for a change
            choice.select_option(least)
            if scripts:
                assert not found_by_axe(window)
            save.click()
            expect(choice).to_have_value(least)
            expect(page.locator(".strict summary")).to_contain_text("1")
