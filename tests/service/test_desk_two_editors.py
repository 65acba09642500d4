"""Two editors in two real browsers at sixty articles: none goes to both or is lost, the receiver gets what stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lanmu.service.store import Store, deeds, queue
from tests.service.browser import Window, needs_chromium, several
from tests.service.conftest import Server
from tests.service.desk_made import PASSWORD, filled, many
from tests.service.receiver import Receiver
from tests.waiting import eventually

pytestmark = [pytest.mark.slow, needs_chromium]
EDITORS = ("李编辑", "何主编")
ARTICLES = 59  # and the hostile one


def shown_now(window: Window) -> int | None:
    """The article that can be judged now; None at the end of the queue."""
    window.page.wait_for_selector("#card[aria-busy=false]")
    card = window.page.query_selector("#card .card")
    return int(card.get_attribute("data-number") or 0) if card else None


@pytest.mark.timeout(280)
def test_two_editors_share_a_queue(home: Path, serve: Callable[..., Server]) -> None:
    filled(home, many(ARTICLES))
    receiver = Receiver()
    desk = serve("--webhook", receiver.address)
    given: dict[int, tuple[int, str | None]] = {}
    try:
        with several(desk.address, 2) as windows:
            for window, name in zip(windows, EDITORS, strict=True):
                window.sign_in(name, PASSWORD)
                window.go("/review")
            turn = 0
            while (seen := [shown_now(window) for window in windows]) != [None, None]:
                assert seen[0] is None or seen[0] != seen[1], "both have the same article before them"
                for who, window in enumerate(windows):
                    number = seen[who]
                    if number is None:
                        continue
                    turn += 1
                    assert number not in given, f"{number} was handed out twice"
                    key, wanted = (("1", "agriculture"), ("2", "sports"), ("s", None))[turn % 3]
                    window.page.keyboard.press(key)
                    given[number] = (who, wanted)
                    if turn % 7 == 0:  # take it back, and judge it otherwise
                        window.page.wait_for_selector("#card[aria-busy=false]")
                        window.page.keyboard.press("u")
                        window.page.wait_for_selector(f"#card[aria-busy=false] .card[data-number='{number}']")
                        window.page.keyboard.press("3")
                        given[number] = (who, "health")
                assert turn < 200
            eventually(lambda: waiting(home) == 0, lambda: f"an empty queue ({waiting(home)} left)", 30)
            for window in windows:
                eventually(lambda window=window: window.page.evaluate("localStorage.length") == 0, "empty outboxes", 30)
                assert window.page.locator("#alerts .alert").count() == 0
        assert len(given) == ARTICLES + 1
        with Store(home / "lanmu.sqlite").reading() as connection:
            by_number = {one.number: one for one in queue.page(connection, limit=200).articles}
            work = dict.fromkeys(EDITORS, 0)
            work.update(deeds.progress(connection, next(iter(by_number.values())).day).people)
        assert {n: (one.labelled_by, one.label) for n, one in by_number.items()} == {
            n: (EDITORS[who], label) for n, (who, label) in given.items()
        }
        assert sum(work.values()) == ARTICLES + 1 and min(work.values()) >= 15
        final = {n: label for n, (_, label) in given.items()}
        eventually(lambda: told(receiver) == final, lambda: f"the labels at the receiver: {told(receiver)}", 60)
    finally:
        receiver.stop()


def waiting(home: Path) -> int:
    with Store(home / "lanmu.sqlite").reading() as connection:
        return deeds.waiting(connection)


def told(receiver: Receiver) -> dict[int, str | None]:
    """The last that the receiver was told of each article."""
    return {post.event["data"]["number"]: post.event["data"]["label"] for post in receiver.taken}
