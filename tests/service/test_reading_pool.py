"""Files are read by turns of those who send them, and what comes out of one is bounded."""

from __future__ import annotations

import io
import json
import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from lanmu.service.fair_places import FairPlaces
from lanmu.service.tagging import Overloaded
from tests.service.articles import MATCH
from tests.service.conftest import App
from tests.waiting import eventually


def test_one_client_never_has_all_places() -> None:
    places = FairPlaces(2, 8)
    let_go = threading.Event()
    inside: list[str] = []

    def work(client: str) -> None:
        try:
            with places.place(client, 30):
                inside.append(client)
                let_go.wait(30)
        except Overloaded:
            inside.append(f"{client} refused")

    greedy = [threading.Thread(target=work, args=("多",)) for _ in range(8)]
    for thread in greedy:
        thread.start()
    eventually(lambda: inside.count("多 refused") == 3, lambda: str(inside))
    assert inside.count("多") == 1
    begun = time.monotonic()
    with places.place("少", 10):
        assert time.monotonic() - begun < 5
    let_go.set()
    for thread in greedy:
        thread.join()
    assert inside.count("多") == 5


def test_who_waits_comes_in_by_turns_of_clients() -> None:
    places = FairPlaces(1, 20)
    order: list[str] = []
    held = threading.Event()

    def work(client: str) -> None:
        with places.place(client, 30):
            order.append(client)

    with places.place("前", 5):
        threads = []
        for client in ("甲", "甲", "甲", "乙", "丙"):
            threads.append(threading.Thread(target=work, args=(client,)))
            threads[-1].start()
            held.wait(0.05)
    for thread in threads:
        thread.join()
    assert order == ["甲", "乙", "丙", "甲", "甲"]
    with places.place("前", 5), pytest.raises(Overloaded), places.place("后", 0.1):
        pass


def test_what_comes_out_of_a_file_is_bounded(app: App) -> None:
    pool = app.service.reading
    lines = "".join(json.dumps({**MATCH, "id": str(i)}, ensure_ascii=False) + "\n" for i in range(2000)).encode()
    found = pool.read(io.BytesIO(lines), "many.jsonl", most=1500)
    assert found.more and len(found.articles) <= 1500
    whole = pool.read(lines, "many.jsonl", most=2000)
    assert not whole.more and [article.id for article in whole.articles] == [str(i) for i in range(2000)]
    answer = app.api.post("/api/v1/tag/file", files={"file": ("many.jsonl", lines)})
    assert answer.status_code == 413 and "more than 1,000 articles" in answer.json()["detail"]
    pool.limits = replace(pool.limits, read_bytes=200_000)
    assert pool.read(lines, "many.jsonl", most=2000).more
    assert pool.read(b"\xe4\xb8", "no.docx").refused


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's /proc")
def test_answering_goes_before_reading(app: App) -> None:
    assert app.service.reading.read(f"# {MATCH['title']}\n\n{MATCH['text']}\n".encode(), "球赛.md").articles
    below = [
        int(child)
        for task in Path("/proc/self/task").iterdir()
        for child in (task / "children").read_text().split()
        if b"reading_worker" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert below and all(os.getpriority(os.PRIO_PROCESS, child) > own or own == 19 for child in below)
