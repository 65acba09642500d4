"""Files are read by turns of those who send them, and what comes out of one is bounded."""

from __future__ import annotations

import io
import json
import os
import random
import re
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from lanmu.service.reading_pool import FairPlaces
from lanmu.service.reading_worker import MEMORY_BYTES
from lanmu.service.tagger import Overloaded
from tests.reading.hostile_files import parquet
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
    part = pool.read(io.BytesIO(lines), "many.jsonl", most=1500)
    assert part.more and len(part.articles) <= 1500
    whole = pool.read(lines, "many.jsonl", most=2000)
    assert not whole.more and [article.id for article in whole.articles] == [str(i) for i in range(2000)]
    answer = app.api.post("/api/v1/tag/file", files={"file": ("many.jsonl", lines)})
    assert answer.status_code == 413 and "more than 1,000 articles" in answer.json()["detail"]
    pool.limits = replace(pool.limits, read_bytes=200_000)
    assert pool.read(lines, "many.jsonl", most=2000).more
    assert pool.read(b"PK\x03\x04 no more", "no.docx").refused


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
def test_a_file_that_takes_much_memory_takes_none_from_the_next(app: App) -> None:
    pool = app.service.reading
    page = f"# {MATCH['title']}\n\n{MATCH['text']}\n".encode()
    assert pool.read(page, "球赛.md").articles
    before = _readers()
    assert pool.read(page, "球赛.md").articles
    assert before and _readers() == before, "a process that has not grown goes on"
    assert pool.read(many_texts("县里开会。", 50), "小.parquet").articles
    assert _readers() == before
    [reader] = before
    taken = re.search(r"^VmSize:\s+(\d+) kB$", Path(f"/proc/{reader}/status").read_text(), re.MULTILINE)
    assert taken is not None and int(taken[1]) << 10 < MEMORY_BYTES // 2, "there is room for a large file after it"
    assert pool.read(many_texts("县里开会。" * 120_000, 100), "长.parquet").more
    assert not _readers()
    assert pool.read(page, "球赛.md").articles


def many_texts(text: str, rows: int) -> bytes:
    """Parquet with a text for each row, each with a part of its own."""
    chance = random.Random(rows)
    texts = [f"{text}\n{chance.randbytes(8_000).hex()}" for _ in range(rows)]
    return parquet(pa.table({"title": [f"题{row}" for row in range(rows)], "text": texts}))


def _readers() -> set[int]:
    """The processes that read for this one."""
    processes: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # a thread that has ended meanwhile
            for child in (task / "children").read_text().split():
                if b"reading_worker" in Path(f"/proc/{child}/cmdline").read_bytes():
                    processes.add(int(child))
    return processes


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's /proc")
def test_answering_goes_before_reading(app: App) -> None:
    assert app.service.reading.read(f"# {MATCH['title']}\n\n{MATCH['text']}\n".encode(), "球赛.md").articles
    below = _readers()
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert below and all(os.getpriority(os.PRIO_PROCESS, child) > own or own == 19 for child in below)
